"""Whatever order counts and sales arrive in, cut and repeated as they may be, the same levels stand."""

import random
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.models import FeedSource, StockConflict
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.imports.believing import Rule, Said, expected_conflicts, expected_levels
from tests.inventory.imports.files import NOW, at, counts, levels, load, sales_file, stock_file

STORES = ("S1", "S2")
ITEMS = {f"I{number}": gtin_for(number) for number in range(1, 4)}
SOURCES = ("east", "west", "erp")
Sale = tuple[str, str, int, float]

counted = st.dictionaries(
    st.tuples(st.sampled_from(STORES), st.sampled_from(sorted(ITEMS))), st.integers(-5, 50), max_size=6
)
# Counts by three systems at three times, and the sales before, between and after them.
nights = st.dictionaries(
    st.tuples(st.sampled_from(SOURCES), st.sampled_from([30, 6, 2])), counted, min_size=1, max_size=6
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
usual = st.just(dict.fromkeys(SOURCES, Rule()))
declared = st.fixed_dictionaries(
    dict.fromkeys(
        SOURCES,
        st.builds(
            Rule,
            precedence=st.sampled_from([10, 20, 100]),
            holds_for=st.sampled_from([None, 0, 4, 24, 48]),
            fresh_for=st.sampled_from([5, 26]),
            tolerance=st.sampled_from([0, 0, 3]),
        ),
    )
)


def pieces(lines: list[Any], chance: random.Random) -> Iterable[list[Any]]:
    """The lines shuffled and cut into parts that overlap."""
    lines = chance.sample(lines, len(lines))
    cut = chance.randint(0, len(lines))
    yield lines[: cut + 2]
    yield lines[max(cut - 2, 0) :]


@pytest.mark.django_db
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=nights, sold=sales, rules=usual | declared, seed=st.integers(0, 10**6))
def test_same_levels_and_conflicts(
    nights: dict[Any, dict[Any, int]], sold: list[Sale], rules: dict[str, Rule], seed: int
) -> None:
    with transaction.atomic():
        sources = make_world(rules)
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
        said = said_by(nights)
        assert levels() == expected_levels(said, sold, rules)
        assert open_conflicts() == expected_conflicts(said, sold, rules)
        transaction.set_rollback(True)


def said_by(nights: dict[Any, dict[Any, int]]) -> dict[tuple[str, str], list[Said]]:
    """The newest word of each source on each item."""
    said: dict[tuple[str, str], dict[str, Said]] = {}
    for (code, hours), counted in sorted(nights.items(), key=lambda night: -night[0][1]):
        for key, quantity in counted.items():
            said.setdefault(key, {})[code] = Said(-hours, SOURCES.index(code), code, quantity)
    return {key: list(by_source.values()) for key, by_source in said.items()}


def open_conflicts() -> set[tuple[Any, ...]]:
    return set(
        StockConflict.objects.filter(state="OPEN").values_list(
            "store__store_code", "item__sku", "winner__code", "winner_quantity", "other__code", "other_quantity",
            "reason",
        )
    )  # fmt: skip


def make_world(rules: dict[str, Rule]) -> dict[str, FeedSource]:
    for store in STORES:
        create_store(store_code=store)
    for item, gtin in ITEMS.items():
        create_item(sku=item, gtin=gtin)
    stock = {
        code: create_source(
            code=code,
            precedence=rules[code].precedence,
            holds_for=None if rules[code].holds_for is None else timedelta(hours=rules[code].holds_for or 0),
            freshness_limit=timedelta(hours=rules[code].fresh_for),
            conflict_tolerance=rules[code].tolerance,
        )
        for code in SOURCES
    }
    return {**stock, "till": create_source(code="till", kind="SALES")}


def day_of(hours: float) -> date:
    return (NOW - timedelta(hours=hours)).date()
