"""The local inventory feed, worked by hand, and its prices against the rule of prices."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from inventory.feeds.dialects import DIALECTS
from inventory.feeds.facts import StockCount
from inventory.feeds.profiles import read_profile
from inventory.models import FeedRun, StockClaim, StockWithheld
from promotions.models import Promotion
from promotions.rules.google_stock import stock_problems
from promotions.rules.price import discounted_price
from promotions.selectors.google_stock import inventory_lines, sale_dates
from promotions.services.publishing import stop_promotion
from promotions.sources.google_writing import money_text
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, TODAY, create_published_promotion, put_stock, stock_source
from tests.inventory.feeds.reading import feed_file

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def lines() -> list[dict[str, str]]:
    text = "".join(inventory_lines(now=NOW))
    return list(csv.DictReader(io.StringIO(text), delimiter="\t"))


def test_each_store_tells_what_can_be_promised_at_what_price() -> None:
    here = create_store(store_code="0412", timezone="America/New_York")
    there = create_store(store_code="0413", timezone="Asia/Tokyo", currency="JPY")
    oat, tea = create_item(sku="OAT"), create_item(sku="TEA", regular_price=Decimal(3))
    flour = create_item(sku="FLOUR", unit="KGM", unit_decimals=3, regular_price=None, price_currency="")
    put_stock(store=here, levels={oat: 12, tea: 3, flour: 2400})
    put_stock(store=there, levels={oat: -2})
    run = FeedRun.objects.get(sha256=f"{here.pk:064}")
    StockWithheld.objects.create(
        store=here, item=tea, source=stock_source(), state="SAFETY", quantity=1, as_of=NOW, run=run
    )
    create_published_promotion(item_id_inclusion=["OAT"], ends_on=TODAY + 2 * DAY)

    found = lines()

    assert [",".join(line.values()) for line in found] == [
        "0412,FLOUR,limited_availability,2,,,",
        "0412,OAT,in_stock,12,2.79 USD,1.98 USD,2026-11-22T00:00-0500/2026-11-24T00:00-0500",
        "0412,TEA,limited_availability,2,3.00 USD,,",
        "0413,OAT,out_of_stock,0,,,",
    ]
    assert [stock_problems(line) for line in found] == [[]] * 4


def test_a_count_that_is_too_old_is_no_claim() -> None:
    old, mixed, none = create_store(), create_store(store_code="mixed"), create_store()
    item, other = create_item(sku="A"), create_item(sku="B")
    put_stock(store=old, levels={item: 5}, counted_at=NOW - timedelta(hours=27))
    put_stock(store=mixed, levels={item: 5, other: 6})
    put_stock(store=none, levels={item: 5})
    instants = [NOW - timedelta(hours=27), NOW - timedelta(hours=25)]
    micros = b"".join(int(at.timestamp() * 10**6).to_bytes(8, "little") for at in instants)
    StockClaim.objects.filter(store=mixed).update(as_ofs=micros)
    StockClaim.objects.filter(store=none).delete()

    assert [(line["store_code"], line["id"]) for line in lines()] == [("mixed", "B")]


DEALS: list[tuple[dict[str, Any], str]] = [
    ({"percent_off": Decimal(10)}, "2.51 USD"),
    ({"coupon_value_type": "MONEY_OFF", "money_off_amount": Decimal("0.80"), "currency": "USD"}, "1.99 USD"),
    (
        {"coupon_value_type": "FIXED_PRICE", "fixed_price_amount": Decimal("1.50"), "currency": "USD"},
        "1.50 USD",
    ),
    ({"coupon_value_type": "FIXED_PRICE", "fixed_price_amount": Decimal("9.50"), "currency": "USD"}, ""),
    ({"percent_off": Decimal(100)}, ""),
    ({"applies_to": "BASKET"}, ""),
    ({"redemption_channel": ["ONLINE"]}, ""),
    ({"generic_redemption_code": "OAT", "offer_type": "GENERIC_CODE"}, ""),
    ({"audience": "MEMBERS"}, ""),
    ({"weekly_hours": [{"days": [1], "from": "17:00", "until": "19:00"}]}, ""),
    ({"minimum_purchase_amount": Decimal(20), "currency": "USD"}, ""),
    ({"limit_uses": 20}, ""),
    ({"limit_value": Decimal(2), "currency": "USD"}, ""),
    ({"starts_on": TODAY - 3 * DAY, "ends_on": TODAY}, ""),
]


@pytest.mark.parametrize(("deal", "sale_price"), DEALS)
def test_only_what_everybody_pays_for_one_is_a_sale_price(deal: dict[str, Any], sale_price: str) -> None:
    put_stock(store=create_store(), levels={create_item(sku="A"): 5})
    create_published_promotion(**deal)

    assert [line["sale_price"] for line in lines()] == [sale_price]


def test_of_several_the_lowest_that_is_on_else_the_next_to_come() -> None:
    put_stock(store=create_store(), levels={create_item(sku="A"): 5})
    soon = create_published_promotion(percent_off=Decimal(50), starts_on=TODAY + DAY)
    create_published_promotion(percent_off=Decimal(60), starts_on=TODAY + 2 * DAY)
    on = [create_published_promotion(percent_off=Decimal(percent)) for percent in (10, 20)]

    prices = [lines()[0]["sale_price"]]
    for promotion in (*on, soon):
        stop_promotion(promotion=Promotion.objects.get(pk=promotion.pk), reason="over", now=NOW)
        prices.append(lines()[0]["sale_price"])

    assert prices == ["2.23 USD", "2.23 USD", "1.39 USD", "1.12 USD"]


AMOUNTS = [
    *({"percent_off": Decimal(percent)} for percent in ("1", "12.5", "33", "50", "66.67")),
    {"coupon_value_type": "MONEY_OFF", "money_off_amount": Decimal("1.005")},
    {"coupon_value_type": "FIXED_PRICE", "fixed_price_amount": Decimal("1.005")},
]


@pytest.mark.parametrize(
    ("currency", "regular"), [("USD", "2.79"), ("USD", "2.795"), ("JPY", "279"), ("KWD", "2.795")]
)
@pytest.mark.parametrize("amount", AMOUNTS)
def test_the_price_of_the_feed_is_that_of_the_rule(
    currency: str, regular: str, amount: dict[str, Any]
) -> None:
    item = create_item(regular_price=Decimal(regular), price_currency=currency)
    put_stock(store=create_store(currency=currency), levels={item: 5})
    promotion = create_published_promotion(**amount | {"currency": currency})
    assert promotion.current_revision is not None

    [line] = lines()

    expected = discounted_price(
        promotion.current_revision.benefit, regular_price=Decimal(regular), currency=currency
    )
    assert 0 < expected < Decimal(regular)
    assert line["sale_price"] == money_text(expected, currency=currency)


def test_a_sale_across_the_change_of_clocks_has_both_offsets_and_whole_minutes() -> None:
    starts_at, ends_at = (
        datetime(2026, 10, 31, 4, 0, 30, tzinfo=UTC),
        datetime(2026, 11, 2, 5, 0, 30, tzinfo=UTC),
    )

    dates = sale_dates(starts_at, ends_at, "America/New_York")

    assert dates == "2026-10-31T00:01-0400/2026-11-02T00:00-0500"


def test_our_own_reader_takes_the_feed_as_counts() -> None:
    put_stock(
        store=create_store(store_code="0412"), levels={create_item(sku="A"): 5, create_item(sku="B"): 0}
    )
    profile = read_profile("STOCK", {"format": "google_inventory"}, dialects=DIALECTS)
    file = feed_file("".join(inventory_lines(now=NOW)).encode())

    found = list(DIALECTS["google_inventory"].read(file, profile))

    assert [
        (fact.place.text, fact.items[0].text, fact.quantity, fact.state)
        for fact in found
        if isinstance(fact, StockCount)
    ] == [("0412", "A", Decimal(5), "AVAILABLE"), ("0412", "B", Decimal(0), "AVAILABLE")]
