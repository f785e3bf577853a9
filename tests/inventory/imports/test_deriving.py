"""A source's precedence changes: all levels follow, as if every file had come again under the new rule."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from inventory.feeds.records import ABSENT, LevelChanges
from inventory.imports.deriving import derive_levels
from inventory.imports.precedence import change_precedence, derive_change, unfinished_changes
from inventory.imports.verifying import verify_stock
from inventory.models import FeedSource, PrecedenceChange, StockClaim, StockConflict, StockLevel, Store
from inventory.signals import stock_changed
from tests.factories import create_item, create_source, create_store
from tests.inventory.imports.believing import Rule, expected_conflicts, expected_levels
from tests.inventory.imports.files import NOW, at, levels, load, sales_file, stock_file
from tests.inventory.imports.test_any_order import (
    ITEMS,
    Sale,
    day_of,
    declared,
    make_world,
    nights,
    open_conflicts,
    said_by,
    sales,
)

GTIN, OTHER = "04006381333931", "00000096385074"


def change(source: FeedSource, *, precedence: int, holds_for: float | None = None) -> PrecedenceChange:
    """Change a source and derive; the hours it holds, None for its freshness limit."""
    made = change_precedence(
        source=source,
        precedence=precedence,
        holds_for=None if holds_for is None else timedelta(hours=holds_for),
        member=None,
        now=NOW,
    )
    assert made is not None
    return derive_change(change=made, now=NOW)


@pytest.mark.django_db
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=nights, sold=sales, before=declared, after=declared)
def test_deriving_equals_loading_again(
    nights: dict[Any, dict[Any, int]], sold: list[Sale], before: dict[str, Rule], after: dict[str, Rule]
) -> None:
    with transaction.atomic():
        sources = make_world(before)
        for (code, hours), counted in nights.items():
            lines = [(store, ITEMS[item], quantity, at(hours)) for (store, item), quantity in counted.items()]
            load(stock_file(*lines), source=sources[code])
        receipts = [
            (store, "T1", day_of(hours), number, 1, ITEMS[item], quantity, at(hours))
            for number, (store, item, quantity, hours) in enumerate(sold)
        ]
        load(sales_file(*receipts), source=sources["till"])
        for code, rule in after.items():
            FeedSource.objects.filter(code=code).update(
                precedence=rule.precedence,
                holds_for=None if rule.holds_for is None else timedelta(hours=rule.holds_for),
                freshness_limit=timedelta(hours=rule.fresh_for),
                conflict_tolerance=rule.tolerance,
            )
        derive_levels(store_ids=list(Store.objects.values_list("pk", flat=True)), now=NOW)
        assert levels() == expected_levels(said_by(nights), sold, after)
        assert open_conflicts() == expected_conflicts(said_by(nights), sold, after)
        assert [found.differences for found in verify_stock()] == [[]]
        transaction.set_rollback(True)


@pytest.fixture
def world(db: None) -> dict[str, FeedSource]:
    """Two sources that disagree about A in two stores; B only one of them counts."""
    for code in ("S1", "S2"):
        create_store(store_code=code)
    create_item(sku="A", gtin=GTIN)
    create_item(sku="B", gtin=OTHER)
    sources = {code: create_source(code=code) for code in ("erp", "wms")}
    for store in ("S1", "S2"):
        load(stock_file((store, GTIN, 10, at(4)), (store, OTHER, 1, at(4))), source=sources["erp"])
        load(stock_file((store, GTIN, 7, at(1))), source=sources["wms"])
    return sources


def test_a_change_is_written_down_and_the_levels_follow(world: dict[str, FeedSource]) -> None:
    assert levels()["S1", "A"] == 7
    made = change(world["erp"], precedence=10)
    assert {key: on_hand for key, on_hand in levels().items() if key[1] == "A"} == {
        ("S1", "A"): 10,
        ("S2", "A"): 10,
    }
    assert (made.old_precedence, made.new_precedence, made.levels_changed) == (100, 10, 2)
    assert made.derived_at == NOW
    assert set(StockConflict.objects.values_list("winner__code", "reason", "state")) == {
        ("erp", "PRECEDENCE", "OPEN")
    }


def test_a_source_that_holds_for_less_gives_way_to_the_newer_count(world: dict[str, FeedSource]) -> None:
    change(world["erp"], precedence=10)
    change(world["erp"], precedence=10, holds_for=2)
    assert levels()["S1", "A"] == 7
    assert set(StockConflict.objects.values_list("reason", flat=True)) == {"OTHER_TOO_OLD"}


def test_the_same_again_is_no_change(world: dict[str, FeedSource]) -> None:
    assert (
        change_precedence(source=world["erp"], precedence=100, holds_for=None, member=None, now=NOW) is None
    )
    assert not PrecedenceChange.objects.exists()


def test_a_change_broken_off_goes_on_where_it_stood(world: dict[str, FeedSource]) -> None:
    made = change_precedence(source=world["erp"], precedence=10, holds_for=None, member=None, now=NOW)
    assert made is not None
    made.derived_to = Store.objects.get(store_code="S1").pk
    made.save()
    later = NOW + timedelta(minutes=5)
    assert unfinished_changes(now=NOW) == []
    for waiting in unfinished_changes(now=later):
        derive_change(change=waiting, now=later)
        assert waiting.touched_at > later  # as time passes: nobody takes up what is being worked on
    assert (levels()["S1", "A"], levels()["S2", "A"]) == (7, 10)
    assert unfinished_changes(now=later + timedelta(hours=1)) == []


def test_differences_alone_are_written_and_told(world: dict[str, FeedSource]) -> None:
    told: list[tuple[list[int], list[int]]] = []

    def listen(*, changes: LevelChanges, **kwargs: object) -> None:
        told.append((changes.old.tolist(), changes.new.tolist()))

    stores = list(Store.objects.order_by("pk").values_list("pk", flat=True))
    StockLevel.objects.filter(store_id=stores[0], item__sku="A").update(on_hand=99)
    StockClaim.objects.filter(store_id=stores[1]).delete()
    stock_changed.connect(listen)
    try:
        assert derive_levels(store_ids=stores, now=NOW) == 3
        assert derive_levels(store_ids=stores, now=NOW) == 0
    finally:
        stock_changed.disconnect(listen)
    assert told == [([99, 7, 1], [7, ABSENT, ABSENT])]
    assert levels() == {("S1", "A"): 7, ("S1", "B"): 1}


def test_what_a_full_file_no_longer_names_is_none(world: dict[str, FeedSource]) -> None:
    claim = StockClaim.objects.get(source=world["wms"], store__store_code="S1")
    claim.quantities = ABSENT.to_bytes(4, "little", signed=True)
    claim.save()
    derive_levels(store_ids=[claim.store_id], now=NOW)
    assert levels()["S1", "A"] == 0
    assert [found.differences for found in verify_stock()] == [[]]
