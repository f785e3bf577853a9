"""The calendar: where bars begin and end, and who meets whom on how many items."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from promotions.models import Promotion
from promotions.rules.overlaps import shared_counts
from promotions.selectors.calendar import Bar, bars_of, running_revisions
from promotions.services.approving import publish_trusted
from promotions.services.publishing import create_promotion
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, TODAY, content_for, create_published_promotion

DAYS = 28


def bars() -> dict[str, Bar]:
    found = bars_of(list(running_revisions(first_day=TODAY, days=DAYS)), first_day=TODAY, days=DAYS)
    return {bar.revision.promotion.promotion_id: bar for bar in found}


def draft(promotion_id: str, **content: Any) -> Promotion:
    return create_promotion(
        promotion_id=promotion_id, content=content_for(**content), author=None, now=NOW
    ).promotion


@given(st.lists(st.sets(st.integers(0, 40), max_size=20), max_size=6))
def test_what_sets_share_is_what_counting_says(sets: list[set[int]]) -> None:
    assert shared_counts([sorted(one) for one in sets]).tolist() == [
        [len(one & other) for other in sets] for one in sets
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("starts", "ends", "shown"),
    [
        (0, 1, (0, 1, False, False)),  # one day
        (-3, 2, (0, 2, True, False)),
        (26, 40, (26, 2, False, True)),
        (-9, 99, (0, 28, True, True)),
        (-9, 0, None),  # ended the midnight before
        (28, 30, None),
    ],
)
def test_a_bar_covers_the_days_of_its_window(
    starts: int, ends: int, shown: tuple[int, int, bool, bool] | None
) -> None:
    draft("p", starts_on=TODAY + timedelta(days=starts), ends_on=TODAY + timedelta(days=ends))
    bar = bars().get("p")
    assert shown == (bar and (bar.first, bar.days, bar.began_before, bar.goes_on))


@pytest.mark.django_db
def test_promotions_meet_where_time_items_and_stores_do() -> None:
    here, there = create_store(), create_store()
    items = [create_item() for _ in range(4)]
    skus = [item.sku for item in items]
    later: dict[str, Any] = {"starts_on": TODAY + timedelta(days=9), "ends_on": TODAY + timedelta(days=12)}
    create_published_promotion(promotion_id="three", item_id_inclusion=skus[:3])
    create_published_promotion(promotion_id="two", item_id_inclusion=skus[1:])
    create_published_promotion(promotion_id="later", item_id_inclusion=skus, **later)
    create_published_promotion(
        promotion_id="there", item_id_inclusion=skus[:1], store_codes_inclusion=[there.store_code]
    )
    draft("draft", item_id_inclusion=skus[3:], store_codes_inclusion=[here.store_code])
    meets = {
        name: {meeting.revision.promotion.promotion_id: meeting.items for meeting in bar.meetings}
        for name, bar in bars().items()
    }
    assert meets == {
        "three": {"two": 2, "there": 1},
        "two": {"three": 2, "draft": 1},
        "later": {},
        "there": {"three": 1},
        "draft": {"two": 1},
    }


@pytest.mark.django_db
@pytest.mark.parametrize("promotions", [2, 20])
def test_published_bars_ask_the_same_questions_for_any_number(
    promotions: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    create_store()
    create_item()
    for number in range(promotions):
        publish_trusted(why="the test", promotion=draft(f"p{number}"), now=NOW)
    with django_assert_num_queries(3):
        assert len(bars()) == promotions
