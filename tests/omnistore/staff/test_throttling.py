"""Tries that all web processes count together: taken before a look, given back, forgotten, never more."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from omnistore.staff.models import RecentTries
from omnistore.staff.throttling import Counter, give_back, take_a_try
from tests.factories_promotions import NOW

NAME: Counter = ("name-x", 5)
PLACE: Counter = ("place-y", 30)


def tries() -> dict[str, int]:
    return dict(RecentTries.objects.values_list("key", "tries"))


@pytest.mark.django_db(transaction=True)
def test_forty_guesses_at_once_are_five_looks() -> None:
    def guess(number: int) -> bool:
        try:
            return take_a_try([NAME, PLACE][:: (-1) ** number], now=NOW)  # named in either order
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(40))) == 5
    assert tries() == {"name-x": 5, "place-y": 5}  # a refused try counts nowhere


@pytest.mark.django_db
def test_a_right_password_was_no_guess() -> None:
    for _ in range(9):
        assert take_a_try([NAME, PLACE], now=NOW)
        give_back([NAME, PLACE])
    assert tries() == {"name-x": 0, "place-y": 0}


@pytest.mark.django_db
def test_a_minute_after_the_last_one_all_is_forgotten_and_later_swept() -> None:
    taken = [take_a_try([NAME], now=NOW + timedelta(seconds=10 * number)) for number in range(6)]
    assert taken == [True] * 5 + [False]
    last = NOW + timedelta(seconds=40)
    assert not take_a_try([NAME], now=last + timedelta(seconds=59))
    assert take_a_try([NAME], now=last + timedelta(seconds=60))
    assert take_a_try([PLACE], now=last + timedelta(hours=2))
    assert tries() == {"place-y": 1}


@pytest.mark.django_db
def test_the_database_counts_no_further_than_the_limit() -> None:
    with pytest.raises(IntegrityError, match="staff_recent_tries_limited"), transaction.atomic():
        RecentTries.objects.create(key="x", tries=6, most=5, over_at=NOW)
