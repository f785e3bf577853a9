"""The sample's stores, items and promotions are plausible, unique and real where they say so."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from biip.gln import Gln
from biip.gtin import Gtin, GtinFormat
from biip.rcn import Rcn

from omnistore.demo.sample import Sample, build_sample
from omnistore.demo.sample.items import read_wording, readable_size
from omnistore.demo.sample.journey import data_folder, shift_to
from omnistore.demo.sample.numbers import demonstration_number


def test_a_number_too_long_for_a_gtin_is_refused() -> None:
    with pytest.raises(ValueError, match="nine digits"):
        demonstration_number(10**9)


def test_every_gtin_is_an_ordinary_valid_one_of_its_own(sample: Sample) -> None:
    gtins = [code.value for code in sample.identifiers if code.kind == "GTIN"]
    parsed = [Gtin.parse(gtin) for gtin in gtins]
    assert {gtin.format for gtin in parsed} == {GtinFormat.GTIN_13}
    assert len(set(gtins)) == len(sample.items) == 1500
    # A scanner's reading finds a trade item, not a number for restricted circulation.
    assert not any(isinstance(gtin, Rcn) for gtin in parsed)


def test_store_numbers_are_valid_and_codes_are_text(sample: Sample) -> None:
    assert {Gln.parse(store.gln).value for store in sample.stores} == {store.gln for store in sample.stores}
    codes = [store.store_code for store in sample.stores]
    assert len(codes) == len(set(codes)) == 13
    assert sum(code.startswith("0") for code in codes) == 12
    assert [store.store_code for store in sample.stores if store.kind == "DC"] == ["9001"]


def test_stores_keep_seven_clocks(sample: Sample) -> None:
    assert {store.timezone for store in sample.stores} >= {
        "America/New_York",
        "America/Chicago",
        "America/Denver",
        "America/Phoenix",
        "America/Los_Angeles",
        "America/Anchorage",
        "Pacific/Honolulu",
    }
    assert all(ZoneInfo(store.timezone) for store in sample.stores)


def test_four_stores_lie_within_a_drive_of_each_other(sample: Sample) -> None:
    chicago = [store for store in sample.stores if store.city in ("Chicago", "Evanston")]
    assert len(chicago) == 4
    assert max(store.latitude for store in chicago) - min(store.latitude for store in chicago) < 0.3


def test_groups_hold_every_store_once_a_region(sample: Sample) -> None:
    stores = sorted(store.store_code for store in sample.stores if store.kind == "STORE")
    regions = [code for group in sample.groups if group.code != "fresh" for code in group.store_codes]
    assert sorted(regions) == stores
    assert [group.code for group in sample.groups if group.parent_code] == ["chicago"]


def test_titles_are_unique_and_in_words_of_people(sample: Sample) -> None:
    titles = [item.title for item in sample.items]
    assert len(set(titles)) == len(titles)
    assert max(map(len, titles)) <= 70
    assert [title for title in titles if re.search(r"\b(FRZN|SFT|DRNK|CHIX|W/)|[A-Z]{6,}", title)] == []


def test_prices_are_money_people_pay(sample: Sample) -> None:
    prices = [item.regular_price for item in sample.items]
    assert min(prices) > 0
    assert max(prices) < 100
    assert all(price == price.quantize(Decimal("0.01")) for price in prices)
    assert {item.price_currency for item in sample.items} == {"USD"}


def test_item_groups_have_several_members(sample: Sample) -> None:
    groups = [item.item_group_id for item in sample.items if item.item_group_id]
    assert min(groups.count(group) for group in set(groups)) >= 2


def test_every_wording_is_used(sample: Sample) -> None:
    words = {f"{wording.path} > {wording.title}" for wording in read_wording().values()}
    assert words == {item.product_type for item in sample.items}


@pytest.mark.parametrize(
    ("text", "department", "readable"),
    [
        ("12 OZ", "GROCERY", "12 oz"),
        ("12 PK/12 OZ", "GROCERY", "12 × 12 oz"),
        ("L     1 LB", "GROCERY", "1 lb"),
        ("GAL", "GROCERY", "1 gal"),
        ("14 1/4 OZ", "GROCERY", "14.25 oz"),
        ("(600) 4 LB", "GROCERY", "4 lb"),
        ("912170  PK", "GROCERY", ""),
        ("CTN", "GROCERY", ""),
        (None, "GROCERY", ""),
        ("40 LB", "PRODUCE", ""),
        ("2 LB", "PRODUCE", "2 lb"),
        ("48 CT", "PRODUCE", ""),
    ],
)
def test_package_sizes_say_what_a_shopper_buys(text: str | None, department: str, readable: str) -> None:
    assert readable_size(text, department=department) == readable


@pytest.mark.parametrize("today", [date(2026, 11, 16) + timedelta(days=days) for days in range(7)])
def test_days_keep_their_weekday(today: date) -> None:
    assert shift_to(today).days % 7 == 0
    assert date(2017, 11, 13) <= today - shift_to(today) <= date(2017, 11, 19)


def test_promotions_run_around_today(sample: Sample) -> None:
    now, day = sample.now, timedelta(days=1)
    running = [offer for offer in sample.promotions if offer.starts_at <= now < offer.ends_at]
    assert 10 <= len(running) < len(sample.promotions) == 16
    assert any(now < offer.starts_at <= now + day for offer in sample.promotions)
    assert any(now < offer.ends_at <= now + day for offer in running)
    assert any(now - day < offer.ends_at <= now for offer in sample.promotions)


def test_promotions_stand_for_coupons_of_the_data_set(sample: Sample) -> None:
    coupons = pl.read_parquet(data_folder() / "coupons.parquet")
    for offer in sample.promotions:
        good_for = coupons.filter(
            (pl.col("campaign_id") == offer.campaign_id) & (pl.col("coupon_upc") == offer.coupon_upc)
        )["product_id"]
        assert {int(sku) for sku in offer.skus} <= set(good_for)
        assert len(offer.skus) >= 3


def test_money_off_never_reaches_the_price(sample: Sample) -> None:
    prices = {item.sku: item.regular_price for item in sample.items}
    for offer in sample.promotions:
        for column in ("money_off_amount", "fixed_price_amount"):
            amount = offer.columns[column].removesuffix(" USD")
            if amount:
                assert Decimal(amount) < min(prices[sku] for sku in offer.skus), offer.promotion_id


def test_three_promotions_ask_for_a_code(sample: Sample) -> None:
    codes = {
        offer.columns["generic_redemption_code"]: offer.columns["limit_uses"]
        for offer in sample.promotions
        if offer.columns["offer_type"] == "generic_code"
    }
    assert codes == {"SPREAD1": "60", "BABY2": "25", "VEGGIE30": "500"}


def test_a_time_without_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        build_sample(folder=tmp_path, now=datetime(2026, 11, 22, 12, 0))  # noqa: DTZ001


def test_the_same_moment_gives_the_same_bytes(sample: Sample, tmp_path: Path) -> None:
    again = build_sample(folder=tmp_path, now=sample.now.astimezone(ZoneInfo("Pacific/Auckland")))
    assert [path.name for path in again.files] == [path.name for path in sample.files]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(sample.files, again.files, strict=True))
    assert again.items == sample.items
