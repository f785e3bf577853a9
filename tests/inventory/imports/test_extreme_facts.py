"""Figures, clocks and codes at the edge of what can be kept: the line is told, the rest of the document loads."""

from typing import Any

import pytest

from inventory.imports.verifying import verify_stock
from inventory.models import FeedRun, FeedSource, Item, SalesTotal, StockMovement, StockWithheld, Store
from tests.factories import create_item, create_source, create_store
from tests.inventory.imports.files import counts, levels, load, rejects
from tests.inventory.imports.test_documents import MILK, OATS, count, facts, sale

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> FeedSource:
    create_store(store_code="S1", timezone="Asia/Tokyo")
    create_item(sku="OATS", gtin=OATS)
    create_item(sku="MILK", gtin=MILK)
    return create_source(profile={"format": "canonical"})


def total(**more: Any) -> dict[str, Any]:
    return {
        "fact": "total", "store": "S1", "item": OATS, "quantity": 2, "period_start": "2024-05-20",
        "period_end": "2024-05-21", **more,
    }  # fmt: skip


def codes(run: FeedRun) -> list[str]:
    return [code for _line, code in rejects(run)]


@pytest.mark.parametrize(
    ("as_of", "code"),
    [
        ("0001-01-01T00:00:00", "bad_time"),  # before the year 1 in Tokyo's offset
        ("0001-01-01T00:00:00+14:00", "bad_time"),
        ("1899-12-31T23:59:59Z", "bad_time"),
        ("9999-12-31T23:59:59", "future"),
        ("9999-12-31T23:59:59-14:00", "future"),
    ],
)
def test_times_nobody_can_have_meant(shop: FeedSource, as_of: str, code: str) -> None:
    run = load(
        facts(count(OATS, 5) | {"as_of": as_of}, sale(OATS, -1) | {"occurred_at": as_of}, count(MILK, 3)),
        source=shop,
    )
    assert rejects(run) == [(1, code), (2, code)]
    assert levels() == {("S1", "MILK"): 3}


def test_a_business_day_far_from_its_sale_is_told(shop: FeedSource) -> None:
    days = ("1970-01-01", "9999-12-31", "2024-05-18", "2024-05-19", "2024-05-25", "2024-05-26")
    lines = [sale(OATS, -1, line=place) | {"business_day": day} for place, day in enumerate(days)]
    assert rejects(load(facts(*lines), source=shop)) == [
        (1, "bad_time"),
        (2, "bad_time"),
        (3, "bad_time"),
        (6, "bad_time"),
    ]
    load(facts(count(OATS, 9, hours=48)), source=shop)
    assert levels() == {("S1", "OATS"): 7}
    assert [told.differences for told in verify_stock()] == [[]]


def test_what_is_withheld_has_to_fit_the_item(shop: FeedSource) -> None:
    run = load(
        facts(count(OATS, 9, withheld={"COMMITTED": "0.5"}), count(MILK, 4, withheld={"SAFETY": 10**12})),
        source=shop,
    )
    assert codes(run) == ["uom_mismatch", "out_of_range"]
    assert levels() == {}
    assert not StockWithheld.objects.exists()


def test_amounts_of_movements(shop: FeedSource) -> None:
    amounts = ("1e18", 10**12, "999999999999.999", "-0.0005")
    lines = [
        sale(OATS, -1, line=place, amount=amount, currency="USD") for place, amount in enumerate(amounts[1:])
    ]
    assert codes(load(facts(*lines), source=shop)) == ["out_of_range"]
    assert list(StockMovement.objects.order_by("amount").values_list("amount", flat=True)) == [
        0,
        999_999_999_999_999,
    ]


def test_amounts_of_totals(shop: FeedSource) -> None:
    wrong = [
        {"amount": 10**13, "currency": "EUR"},
        {"amount": 1, "currency": "eur"},
        {"amount": 2, "currency": "USD"},
    ]
    lines = [total(amount="1.2345", currency="EUR"), total(amount="0.0005"), *(total(**one) for one in wrong)]
    run = load(facts(*lines), source=shop)
    assert codes(run) == ["out_of_range", "bad_value", "bad_value"]
    assert [note["code"] for note in run.notes] == ["amount_without_currency"]
    kept = SalesTotal.objects.get()
    assert (kept.quantity, str(kept.amount), kept.currency) == (4, "1.234", "EUR")
    again = load(facts(*lines[:2], count(MILK, 1)), source=shop)
    assert counts(again) == (1, 2, 0, 0)


def test_goods_go_the_way_their_kind_says(shop: FeedSource) -> None:
    lines = [
        sale(OATS, quantity, line=line, kind=kind)
        for line, (kind, quantity) in enumerate(
            [
                ("SALE", 1),
                ("RETURN", -1),
                ("RECEIPT", -1),
                ("TRANSFER_OUT", 1),
                ("SALE", 0),
                ("ADJUSTMENT", -1),
                ("VOID", 1),
            ]
        )
    ]
    assert codes(load(facts(*lines), source=shop)) == ["bad_sign"] * 4
    assert StockMovement.objects.count() == 3


def test_long_codes_are_not_cut_into_one_another() -> None:
    profile = {
        "unknown_items": "CREATE",
        "unknown_stores": "CREATE",
        "new_store": {"timezone": "UTC", "currency": "EUR"},
    }
    source = create_source(profile={"format": "canonical", "item_code": "SKU", **profile})
    long = "x" * 64
    lines = [count(code, 1) for code in (long, long + "y", long + "z")]
    lines += [count("A", 1) | {"store": store} for store in (long, long + "y")]
    lines += [count(long, 1) | {"item_scheme": "PLU"}]
    assert codes(load(facts(*lines), source=source)) == ["unknown_item", "unknown_item", "unknown_store"]
    assert sorted(Store.objects.values_list("store_code", flat=True)) == ["S1", long]
    assert {"A", long} < set(Item.objects.values_list("sku", flat=True))
    assert Item.objects.count() == 3
