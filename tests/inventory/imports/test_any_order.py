"""Whatever order counts and sales arrive in, cut and repeated as they may be, the same levels stand."""

import random
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.models import FeedSource
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.imports.files import NOW, at, counts, levels, load, sales_file, stock_file

STORES = ("S1", "S2")
ITEMS = {f"I{number}": gtin_for(number) for number in range(1, 4)}
Count = tuple[str, str, int]
Sale = tuple[str, str, int, float]

counted = st.dictionaries(
    st.tuples(st.sampled_from(STORES), st.sampled_from(sorted(ITEMS))), st.integers(-5, 50), max_size=6
)
# Two nights of counts by two warehouses, and the sales before, between and after them.
nights = st.dictionaries(
    st.tuples(st.sampled_from(["east", "west"]), st.sampled_from([30, 6])), counted, min_size=1, max_size=4
)
sales = st.lists(
    st.tuples(
        st.sampled_from(STORES),
        st.sampled_from(sorted(ITEMS)),
        st.integers(-3, 9),
        st.sampled_from([40, 30, 29.5, 12, 6, 5.999, 1]),
    ),
    max_size=12,
)


def expected(
    nights: dict[tuple[str, int], dict[tuple[str, str], int]], sold: list[Sale]
) -> dict[tuple[str, str], int]:
    """By hand: the newest count of each item (of equals the source made later), less what was sold since."""
    model = {}
    for store in STORES:
        for item in ITEMS:
            said = [
                (-hours, source, counted[store, item])
                for (source, hours), counted in nights.items()
                if (store, item) in counted
            ]
            if said:
                since, _source, quantity = max(said)
                gone = sum(q for s, i, q, hours in sold if (s, i) == (store, item) and -hours > since)
                model[store, item] = quantity - gone
    return model


def pieces(lines: list[Any], chance: random.Random) -> Iterable[list[Any]]:
    """The lines shuffled and cut into parts that overlap."""
    lines = chance.sample(lines, len(lines))
    cut = chance.randint(0, len(lines))
    yield lines[: cut + 2]
    yield lines[max(cut - 2, 0) :]


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=nights, sold=sales, seed=st.integers(0, 10**6))
def test_same_levels(nights: dict[Any, dict[Any, int]], sold: list[Sale], seed: int) -> None:
    with transaction.atomic():
        sources = make_world()
        chance = random.Random(seed)
        files: list[tuple[FeedSource, bytes]] = []
        for (code, hours), counted in nights.items():
            lines = [(store, ITEMS[item], quantity, at(hours)) for (store, item), quantity in counted.items()]
            files += [(sources[code], stock_file(*part)) for part in pieces(lines, chance)]
        receipts = [
            (store, "T1", day_of(hours), number, 1, ITEMS[item], quantity, at(hours))
            for number, (store, item, quantity, hours) in enumerate(sold)
        ]
        files += [(sources["till"], sales_file(*part)) for part in pieces(receipts, chance)]
        for source, content in chance.sample(files * 2, len(files) * 2):
            counts(load(content, source=source))
        assert levels() == expected(nights, sold)
        transaction.set_rollback(True)


def make_world() -> dict[str, FeedSource]:
    for store in STORES:
        create_store(store_code=store)
    for item, gtin in ITEMS.items():
        create_item(sku=item, gtin=gtin)
    return {
        "east": create_source(code="east"),
        "west": create_source(code="west"),
        "till": create_source(code="till", kind="SALES"),
    }


def day_of(hours: float) -> date:
    return (NOW - timedelta(hours=hours)).date()
