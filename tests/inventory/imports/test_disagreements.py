"""Conflicts open once, follow both figures, and close by agreement or by a person."""

from datetime import timedelta

import pytest

from inventory.imports.precedence import derive_change
from inventory.imports.resolving import choices_of, prefer_source, resolve_conflict
from inventory.imports.verifying import verify_stock
from inventory.models import FeedSource, StockConflict
from tests.factories import create_item, create_source, create_store
from tests.factories_promotions import create_staff_member
from tests.inventory.imports.files import DAY, NOW, at, levels, load, sales_file, stock_file

pytestmark = pytest.mark.django_db
GTIN = "04006381333931"


@pytest.fixture
def erp() -> FeedSource:
    create_store(store_code="S1")
    create_item(sku="A", gtin=GTIN)
    source = create_source(
        code="erp", precedence=10, conflict_tolerance=2, owner=create_staff_member(username="nora")
    )
    say(source, 10, hours=6)
    return source


@pytest.fixture
def wms(erp: FeedSource) -> FeedSource:
    source = create_source(code="wms", conflict_tolerance=1)
    say(source, 6, hours=3)
    return source


def say(source: FeedSource, quantity: int, *, hours: float) -> None:
    load(stock_file(("S1", GTIN, quantity, at(hours))), source=source)


def figures() -> list[tuple[str, int, str, int, str]]:
    rows = StockConflict.objects.order_by("pk")
    return list(rows.values_list("winner__code", "winner_quantity", "other__code", "other_quantity", "state"))


def test_it_opens_once_and_follows_both_figures(erp: FeedSource, wms: FeedSource) -> None:
    assert figures() == [("erp", 10, "wms", 6, "OPEN")]
    assert StockConflict.objects.get().owner == erp.owner
    say(wms, 5, hours=2)
    assert figures() == [("erp", 10, "wms", 5, "OPEN")]


def test_the_larger_tolerance_of_the_two_decides(erp: FeedSource, wms: FeedSource) -> None:
    say(wms, 8, hours=2)
    assert figures() == [("erp", 10, "wms", 6, "AGREED")]
    assert StockConflict.objects.get().closed_at == NOW


def test_a_late_receipt_between_both_counts_ends_it(erp: FeedSource, wms: FeedSource) -> None:
    load(sales_file(("S1", "T1", DAY, 1, 1, GTIN, 4, at(4))), source=create_source(kind="SALES"))
    assert (levels()["S1", "A"], figures()) == (6, [("erp", 10, "wms", 6, "AGREED")])


def test_a_sale_after_both_moves_both(erp: FeedSource, wms: FeedSource) -> None:
    load(sales_file(("S1", "T1", DAY, 1, 1, GTIN, 4, at(1))), source=create_source(kind="SALES"))
    assert figures() == [("erp", 6, "wms", 2, "OPEN")]


def test_what_a_person_settled_stays_settled_until_it_is_another_difference(
    erp: FeedSource, wms: FeedSource
) -> None:
    nora = erp.owner
    resolve_conflict(conflict=StockConflict.objects.get(), resolution="Shop window", member=nora, now=NOW)
    say(erp, 12, hours=2)
    say(wms, 8, hours=2)
    assert len(figures()) == 2  # for a moment they were apart by six
    assert [row[-1] for row in figures()] == ["RESOLVED", "AGREED"]
    say(wms, 1, hours=1)
    assert figures()[-1] == ("erp", 12, "wms", 1, "OPEN")


def test_two_who_answer_at_once_close_it_once(erp: FeedSource, wms: FeedSource) -> None:
    first, second = (StockConflict.objects.get() for _person in range(2))
    assert resolve_conflict(conflict=first, resolution="Mine", member=None, now=NOW)
    assert not resolve_conflict(conflict=second, resolution="Mine too", member=None, now=NOW)
    assert StockConflict.objects.get().resolution == "Mine"


def test_choosing_a_side_changes_whom_all_stores_believe(erp: FeedSource, wms: FeedSource) -> None:
    conflict = StockConflict.objects.get()
    side = choices_of(conflict)["wms"]
    change = prefer_source(conflict=conflict, source=side, resolution="Recounted", member=erp.owner, now=NOW)
    assert change is not None
    derive_change(change=change, now=NOW)
    assert (change.old_precedence, change.new_precedence, change.changed_by) == (100, 9, erp.owner)
    assert levels()["S1", "A"] == 6
    assert figures() == [("erp", 10, "wms", 6, "RESOLVED")]  # the same four apart: settled


def test_a_word_past_its_own_freshness_is_compared_no_more(erp: FeedSource, wms: FeedSource) -> None:
    FeedSource.objects.filter(pk=erp.pk).update(freshness_limit=timedelta(hours=4))
    say(wms, 3, hours=1)
    assert levels()["S1", "A"] == 3
    assert figures() == [("erp", 10, "wms", 6, "AGREED")]


def test_a_chosen_side_comes_before_one_that_nothing_comes_before(erp: FeedSource, wms: FeedSource) -> None:
    FeedSource.objects.filter(pk=erp.pk).update(precedence=0)
    conflict = StockConflict.objects.get()
    side = choices_of(conflict)["wms"]
    change = prefer_source(conflict=conflict, source=side, resolution="Recounted", member=erp.owner, now=NOW)
    assert change is not None
    derive_change(change=change, now=NOW)
    assert list(FeedSource.objects.order_by("precedence").values_list("code", "precedence")) == [
        ("wms", 0), ("erp", 1),
    ]  # fmt: skip
    assert (levels()["S1", "A"], [found.differences for found in verify_stock()]) == (6, [[]])
