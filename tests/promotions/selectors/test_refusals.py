"""The board of refusals counts what Python counts from the same rows."""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Store
from promotions.models import HonourCheck
from promotions.selectors.refusals import refusal_board
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, create_published_promotion
from tests.factories_reports import create_check

pytestmark = pytest.mark.django_db


def counts(lines: Any) -> dict[str, tuple[int, dict[str, Decimal]]]:
    return {line.key: (line.times, {currency: amount for amount, currency in line.amounts}) for line in lines}


def counted_in_python(key: Any, *, days: int) -> dict[str, tuple[int, dict[str, Decimal]]]:
    """Every refusal since midnight so many days ago on its store's clock, added up by hand."""
    times: Counter[str] = Counter()
    amounts: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for check in HonourCheck.objects.select_related("store", "promotion"):
        today, day = check.store.local(NOW).date(), check.store.local(check.at).date()
        if check.outcome not in ("REFUSE", "OFFER_ALTERNATIVE") or check.at > NOW:
            continue
        if (today - day).days < days:
            times[key(check)] += 1
            if check.price_amount is not None:
                amounts[key(check)][check.currency] += check.price_amount
    return {name: (count, dict(amounts[name])) for name, count in times.items()}


def create_many() -> None:
    """Three hundred checks of all kinds in stores on three clocks."""
    chance = Random(4)
    zones = ("America/New_York", "Pacific/Auckland", "Europe/Berlin")
    stores: list[Store] = [create_store(timezone=zone) for zone in zones]
    create_item()
    promotions = [create_published_promotion(), create_published_promotion(), None]
    prices: list[dict[str, Any]] = [{}, {"currency": "EUR"}, {"price_amount": None, "discount_amount": None}]
    for _number in range(300):
        create_check(
            store=chance.choice(stores),
            promotion=chance.choice(promotions),
            at=NOW - timedelta(minutes=chance.randint(-30, 9 * 24 * 60)),
            reason=chance.choice(["ENDED", "OUT_OF_STOCK", "NOT_THIS_STORE"]),
            outcome=chance.choice(["REFUSE", "OFFER_ALTERNATIVE", "HONOUR", "UNKNOWN"]),
            **chance.choice(prices),
        )


def test_the_board_equals_what_python_counts() -> None:
    create_many()
    for days in (1, 7, 28):
        board = refusal_board(days=days, now=NOW)
        assert counts(board.by_reason) == counted_in_python(lambda check: check.reasons[0], days=days)
        assert counts(board.by_store) == counted_in_python(lambda check: check.store.store_code, days=days)
        assert counts(board.by_promotion) == counted_in_python(
            lambda check: check.promotion.promotion_id if check.promotion else "", days=days
        )
        whole = counted_in_python(lambda _check: "", days=days)[""]
        assert (board.times, {currency: amount for amount, currency in board.amounts}) == whole


def test_the_most_frequent_come_first_and_one_statement_counts_all() -> None:
    create_many()
    with CaptureQueriesContext(connection) as queries:
        board = refusal_board(days=28, now=NOW)
    assert len(queries) == 1
    times = [line.times for line in board.by_reason]
    assert times == sorted(times, reverse=True)


def test_nothing_refused_is_an_empty_board() -> None:
    board = refusal_board(days=7, now=NOW)
    assert (board.times, board.amounts, board.by_reason) == (0, (), ())
