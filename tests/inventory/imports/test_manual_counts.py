"""Counts at the shelf: a source like any other, that wins until a newer fact."""

from datetime import timedelta
from decimal import Decimal

import pytest

from inventory.feeds.records import FeedRefused
from inventory.imports.manual_counts import count_by_hand, typed_count
from inventory.imports.verifying import verify_stock
from inventory.models import FeedRun, FeedSource, Item, ManualCount, StockConflict, Store
from tests.factories import create_item, create_source, create_store
from tests.factories_promotions import create_staff_member
from tests.inventory.imports.files import DAY, NOW, at, levels, load, sales_file, stock_file

pytestmark = pytest.mark.django_db
GTIN = "04006381333931"
KEY = ("S1", "A")


@pytest.fixture(autouse=True)
def world() -> None:
    create_store(store_code="S1")
    create_item(sku="A", gtin=GTIN)
    for code, quantity in (("erp", 5), ("wms", 9)):
        load(stock_file(("S1", GTIN, quantity, at(3))), source=create_source(code=code))


def count(quantity: str, *, hours: float = 1, key: str = "", sku: str = "A") -> ManualCount:
    """Somebody counts, so many hours before now."""
    return count_by_hand(
        store=Store.objects.get(),
        item=Item.objects.get(sku=sku),
        quantity=Decimal(quantity),
        member=None,
        now=NOW - timedelta(hours=hours),
        key=key,
    ).count


def states() -> list[tuple[str, str, str]]:
    return list(StockConflict.objects.order_by("pk").values_list("winner__code", "other__code", "state"))


def test_a_count_is_believed_and_settles_the_conflict() -> None:
    assert states() == [("wms", "erp", "OPEN")]
    made = count("7")
    assert levels()[KEY] == 7
    assert states() == [("wms", "erp", "RESOLVED")]
    assert StockConflict.objects.get().resolution == "Counted by hand: 7."
    assert (made.run.state, made.run.rows_applied, made.run.source.code) == ("LOADED", 1, "manual-count")
    assert [found.differences for found in verify_stock()] == [[]]


def test_what_is_sold_afterwards_comes_off_and_a_newer_fact_wins() -> None:
    count("7")
    sale = sales_file(("S1", "T1", DAY, 1, 1, GTIN, 2, at(0.5)), ("S1", "T1", DAY, 1, 2, GTIN, 1, at(2)))
    load(sale, source=create_source(kind="SALES"))
    assert levels()[KEY] == 5
    load(stock_file(("S1", GTIN, 8, at(0.25))), source=FeedSource.objects.get(code="erp"))
    assert levels()[KEY] == 8
    assert ("erp", "manual-count", "OPEN") in states()  # the shelf had said 7 less 2
    assert StockConflict.objects.get(other__code="manual-count").reason == "OTHER_TOO_OLD"
    assert [found.differences for found in verify_stock()] == [[]]


def test_what_the_shelf_has_settled_does_not_come_back() -> None:
    FeedSource.objects.filter(code="wms").update(precedence=1)
    count("7")
    load(stock_file(("S1", GTIN, 8, at(0.25))), source=FeedSource.objects.get(code="erp"))
    assert levels()[KEY] == 8  # not the better source's older word
    assert ("erp", "wms", "OPEN") not in states()
    assert [found.differences for found in verify_stock()] == [[]]


def test_an_older_file_that_comes_later_changes_nothing() -> None:
    count("7")
    load(stock_file(("S1", GTIN, 4, at(2))), source=FeedSource.objects.get(code="erp"))
    assert levels()[KEY] == 7
    assert StockConflict.objects.filter(state="OPEN").count() == 0


def test_the_last_of_two_counts_stands_even_at_the_same_moment() -> None:
    count("7")
    count("6")
    assert (levels()[KEY], ManualCount.objects.count()) == (6, 2)


def test_the_same_key_counts_once() -> None:
    store, item, maria = Store.objects.get(), Item.objects.get(), create_staff_member()
    counted = [
        count_by_hand(store=store, item=item, quantity=Decimal(quantity), member=maria, now=NOW, key="k")
        for quantity in ("7", "7", "8")
    ]
    assert [(one.is_repeat, one.is_reused) for one in counted] == [
        (False, False),
        (True, False),
        (True, True),
    ]
    assert (levels()[KEY], FeedRun.objects.filter(source__code="manual-count").count()) == (7, 1)
    assert counted[0].count.answer == counted[1].count.answer


@pytest.mark.parametrize("quantity", ["-1", "1.5", "1000000000", "NaN", "Infinity"])
def test_what_cannot_be_is_refused(quantity: str) -> None:
    with pytest.raises(FeedRefused, match="expected a whole number from 0 up"):
        count(quantity)
    assert levels()[KEY] == 9


@pytest.mark.parametrize(
    ("text", "decimals", "amount"),
    [("12", 0, "12"), (" 12 ", 0, "12"), ("1,5", 3, "1.5"), ("1.250", 3, "1.25"), ("0", 0, "0"),
     ("", 0, None), ("ten", 0, None), ("1e5", 0, None), ("1,000.50", 2, None), ("１２", 0, None)],
)  # fmt: skip
def test_a_typed_count_is_read_with_comma_or_point(text: str, decimals: int, amount: str | None) -> None:
    item = create_item(unit_decimals=decimals)
    assert typed_count(text, item=item) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("text", "decimals"), [("1,000", 0), ("1.000", 0), ("1,5", 0), ("1,000", 2), ("-3", 0)]
)
def test_what_may_be_a_thousand_or_one_is_neither(text: str, decimals: int) -> None:
    with pytest.raises(FeedRefused, match=text):
        typed_count(text, item=create_item(unit_decimals=decimals))


def test_an_item_never_counted_before_gets_its_level() -> None:
    create_item(sku="KG", unit="KGM", unit_decimals=3)
    assert count("1.25", sku="KG").answer["on_hand"] == "1.250"
    assert levels()["S1", "KG"] == 1250
