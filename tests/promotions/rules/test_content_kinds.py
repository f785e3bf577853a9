"""The terms of each kind of deal: what it needs, and what does not belong to it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from promotions.rules.content import canonical, content_errors
from promotions.rules.price import benefit_of
from promotions.rules.words import CouponValueType
from tests.promotions.rules.test_content import GOOD

PLAIN = {name: value for name, value in GOOD.items() if name not in ("percent_off", "coupon_value_type")}
FIVE = Decimal(5)
TIERS = [{"from": "3", "percent_off": "10"}, {"from": "6", "percent_off": "20"}]
PARTS = [{"quantity": 1, "product_type": ["Sandwich"]}, {"quantity": 1, "item_id": ["1001", "1002"]}]

KINDS: dict[str, dict[str, Any]] = {
    "PERCENT_OFF": {"percent_off": Decimal(25)},
    "MONEY_OFF": {"money_off_amount": FIVE, "currency": "USD"},
    "FIXED_PRICE": {"fixed_price_amount": FIVE, "currency": "USD"},
    "BUY_M_GET_N_PERCENT_OFF": {
        "percent_off": Decimal(100), "minimum_purchase_quantity": 2, "get_this_quantity_discounted": 1,
    },
    "BUY_M_GET_N_MONEY_OFF": {
        "money_off_amount": FIVE, "currency": "USD", "minimum_purchase_quantity": 2, "get_this_quantity_discounted": 1,
    },
    "BUY_M_GET_PERCENT_OFF": {"percent_off": Decimal(10), "minimum_purchase_quantity": 3},
    "BUY_M_GET_MONEY_OFF": {"money_off_amount": FIVE, "currency": "USD", "minimum_purchase_quantity": 3},
    "BUNDLE_PRICE": {"fixed_price_amount": FIVE, "currency": "USD", "bundle_parts": PARTS},
    "TIERED": {"tiers": TIERS},
    "FREE_GIFT": {"free_gift_description": "A mug"},
    "FREE_GIFT_WITH_VALUE": {"free_gift_description": "A mug", "free_gift_value": FIVE, "currency": "USD"},
    "FREE_GIFT_WITH_ITEM_ID": {"free_gift_item_id": "MUG-1"},
    "FREE_SHIPPING_STANDARD": {"redemption_channel": ["ONLINE"]},
    "FREE_SHIPPING_OVERNIGHT": {"redemption_channel": ["ONLINE"]},
    "FREE_SHIPPING_TWO_DAY": {"redemption_channel": ["ONLINE"]},
}  # fmt: skip
TERMS = ("percent_off", "money_off_amount", "fixed_price_amount", "minimum_purchase_quantity",
         "get_this_quantity_discounted", "bundle_parts", "tiers", "free_gift_item_id", "free_gift_value")  # fmt: skip
SAMPLES = {"percent_off": FIVE, "money_off_amount": FIVE, "fixed_price_amount": FIVE, "minimum_purchase_quantity": 2,
           "get_this_quantity_discounted": 1, "bundle_parts": PARTS, "tiers": TIERS, "free_gift_item_id": "MUG-1",
           "free_gift_value": FIVE}  # fmt: skip


def words(kind: str, **changes: Any) -> dict[str, Any]:
    return PLAIN | {"coupon_value_type": kind} | KINDS[kind] | changes


def test_every_kind_can_be_said() -> None:
    assert set(KINDS) == set(CouponValueType)
    assert {kind: content_errors(words(kind)) for kind in KINDS} == {kind: {} for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_each_needs_its_own_terms(kind: str) -> None:
    for field in KINDS[kind].keys() - {"currency"}:
        missed = "minimum_purchase_quantity" if field == "bundle_parts" else field
        assert missed in content_errors(words(kind, **{field: None}))


@pytest.mark.parametrize("kind", KINDS)
def test_the_terms_of_another_kind_are_refused(kind: str) -> None:
    for field in set(TERMS) - KINDS[kind].keys():
        errors = content_errors(words(kind, **{"currency": "USD", field: SAMPLES[field]}))
        assert field in errors or "minimum_purchase_quantity" in errors, field


@pytest.mark.parametrize(
    ("kind", "change", "field", "told"),
    [
        ("BUY_M_GET_N_MONEY_OFF", {"currency": ""}, "currency", "Enter the currency"),
        ("BUY_M_GET_PERCENT_OFF", {"minimum_purchase_quantity": 0}, "minimum_purchase_quantity", "from 1"),
        ("BUY_M_GET_N_PERCENT_OFF", {"reward_items": "NAMED"}, "reward_item_id_inclusion", "Name the items"),
        ("BUY_M_GET_N_PERCENT_OFF", {"reward_item_id_inclusion": ["1"]}, "reward_item_id_inclusion", "Leave this"),
        ("PERCENT_OFF", {"reward_items": "NAMED", "reward_item_id_inclusion": ["1"]}, "reward_items", "Only “buy"),
        ("FIXED_PRICE", {"applies_to": "BASKET"}, "applies_to", "Only a percentage"),
        ("TIERED", {"tiers": [TIERS[1], TIERS[0]]}, "tiers", "Step 2: it starts at or below"),
        ("TIERED", {"tiers": [TIERS[0], TIERS[0] | {"from": "6"}]}, "tiers", "Step 2: it gives no more"),
        ("TIERED", {"tiers": [TIERS[0], {"from": "6", "fixed_price_amount": "1"}], "currency": "USD"}, "tiers",
         "Step 2: all steps"),
        ("TIERED", {"tiers": [{"from": "3", "fixed_price_amount": "2"}, {"from": "6", "fixed_price_amount": "2"}],
                    "currency": "USD"}, "tiers", "Step 2: it gives no more"),
        ("TIERED", {"tiers": [{"from": "x", "percent_off": "10"}]}, "tiers", "Step 1: say from how many"),
        ("TIERED", {"tiers": [{"from": "3", "percent_off": "101"}]}, "tiers", "Step 1: a percentage"),
        ("TIERED", {"tiers": [{"from": "3", "percent_off": "NaN"}]}, "tiers", "Step 1: percent_off is an amount"),
        ("TIERED", {"tiers": [{"from": "3", "percent_off": "10", "colour": "red"}]}, "tiers", "Step 1: colour"),
        ("TIERED", {"tiers": "many"}, "tiers", "Give a list of objects."),
        ("TIERED", {"tier_basis": "AMOUNT"}, "currency", "Enter the currency"),
        ("BUNDLE_PRICE", {"bundle_parts": [{"quantity": 0, "brand": ["X"]}]}, "bundle_parts", "Part 1: say how many"),
        ("BUNDLE_PRICE", {"bundle_parts": [{"quantity": 1}]}, "bundle_parts", "Part 1: name its items"),
        ("BUNDLE_PRICE", {"bundle_parts": [{"quantity": 1, "brand": "X"}]}, "bundle_parts", "Part 1: items, brands"),
        ("BUNDLE_PRICE", {"minimum_purchase_quantity": 2}, "minimum_purchase_quantity", "Leave this empty: the parts"),
        ("FREE_SHIPPING_STANDARD", {"redemption_channel": ["IN_STORE", "ONLINE"]}, "redemption_channel", "online only"),
        ("PERCENT_OFF", {"store_applicability": "SPECIFIC_STORES", "store_codes_inclusion": ["1"],
                         "store_codes_exclusion": ["1"]}, "store_codes_exclusion", "1 is included and excluded"),
        ("TIERED", {"tiers": [{"from": "3", "fixed_price_amount": "2"}], "currency": "USD", "applies_to": "BASKET"},
         "applies_to", "Only a percentage"),
        ("PERCENT_OFF", {"combines_with": ["loyalty"]}, "combines_with", "Only a compounded deal"),
        ("PERCENT_OFF", {"concurrence": "SOMETIMES"}, "concurrence", "Choose from"),
        ("PERCENT_OFF", {"priority": 1001}, "priority", "1,000"),
        ("PERCENT_OFF", {"audience": "FRIENDS"}, "audience", "Choose from"),
        ("PERCENT_OFF", {"limit_quantity": 0}, "limit_quantity", "from 1"),
        ("PERCENT_OFF", {"limit_value": Decimal(-1), "currency": "USD"}, "limit_value", "above 0"),
        ("PERCENT_OFF", {"offer_type": "SINGLE_USE_CODES", "generic_redemption_code": "A"}, "generic_redemption_code",
         "each shopper"),
        ("PERCENT_OFF", {"offer_type": "GS1_COUPON"}, "generic_redemption_code", "Enter the code"),
        ("PERCENT_OFF", {"display_starts_on": date(2026, 11, 1)}, "display_ends_on", "both"),
        ("PERCENT_OFF", {"display_starts_on": date(2026, 11, 9), "display_ends_on": date(2026, 11, 9)},
         "display_ends_on", "stops being shown"),
        ("PERCENT_OFF", {"honour_hours": 337}, "honour_hours", "from 0 to 336"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(kind: str, change: dict[str, Any], field: str, told: str) -> None:
    errors = content_errors(words(kind, **change))
    assert list(errors) == [field]
    assert any(told in sentence for sentence in errors[field])


NIGHT = {"days": [6], "from": "22:00", "until": "02:00"}


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ([{"days": [1, 5], "from": "17:00", "until": "19:00"}], ""),
        ([NIGHT, {"days": [7], "from": "02:00", "until": "04:00"}], ""),
        ([NIGHT, {"days": [7], "from": "01:59", "until": "04:00"}], "overlap"),
        ([NIGHT | {"days": [7]}, {"days": [1], "from": "01:30", "until": "03:00"}], "overlap"),
        ([{"days": [1, 1], "from": "17:00", "until": "19:00"}], "overlap"),
        ([{"days": [8], "from": "17:00", "until": "19:00"}], "Hours 1: name days"),
        ([{"days": [], "from": "17:00", "until": "19:00"}], "Hours 1: name days"),
        ([{"days": [1], "from": "17", "until": "19:00"}], "Hours 1: give two times"),
        ([{"days": [1], "from": "17:00", "until": "17:00"}], "Hours 1: give two times"),
        ([{"days": [1], "from": "17:00", "until": "19:00", "zone": "UTC"}], "Hours 1: zone"),
    ],
)  # fmt: skip
def test_hours_of_the_week(hours: list[dict[str, Any]], told: str) -> None:
    sentences = content_errors(words("PERCENT_OFF", weekly_hours=hours)).get("weekly_hours", [])
    assert told in " ".join(sentences)
    assert bool(told) == bool(sentences)


LIMIT = {"scope": "STORE", "period": "DAY", "unit": "USES", "limit": "20"}


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ([LIMIT, LIMIT | {"scope": "CUSTOMER"}, LIMIT | {"unit": "MONEY", "limit": "99.50"}], ""),
        ([LIMIT, LIMIT | {"limit": "30"}], "Limit 2: the same limit"),
        ([LIMIT | {"limit": "1.5"}], "Limit 1: uses are whole"),
        ([LIMIT | {"limit": 0}], "Limit 1: enter an amount"),
        ([LIMIT | {"limit": "many"}], "Limit 1: enter an amount"),
        ([LIMIT | {"period": "YEAR"}], "Limit 1: period is one of"),
        ([LIMIT | {"scope": "PROMOTION", "period": "TOTAL"}], "given already"),
    ],
)
def test_limits(limits: list[dict[str, Any]], told: str) -> None:
    sentences = content_errors(words("PERCENT_OFF", limits=limits, currency="USD", limit_uses=5)).get(
        "limits", []
    )
    assert told in " ".join(sentences)
    assert bool(told) == bool(sentences)


def test_money_in_a_limit_needs_its_currency() -> None:
    money = words("PERCENT_OFF", limits=[LIMIT | {"unit": "MONEY"}])
    assert list(content_errors(money)) == ["currency"]


def test_numbers_in_lists_are_written_one_way() -> None:
    said = words("TIERED", tiers=[{"from": 3, "percent_off": "10.00"}], limits=[LIMIT | {"limit": 20}])
    assert canonical(said)["tiers"] == [{"from": "3", "percent_off": "10"}]
    assert canonical(said)["limits"] == [LIMIT]


def test_a_benefit_carries_every_term() -> None:
    benefit = benefit_of(words("TIERED", minimum_purchase_amount="30", limit_quantity=4, currency="USD"))
    assert [(int(tier.start), str(tier.kind), int(tier.amount)) for tier in benefit.tiers] == [
        (3, "PERCENT_OFF", 10), (6, "PERCENT_OFF", 20),
    ]  # fmt: skip
    assert (benefit.minimum_purchase, benefit.limit_quantity, benefit.is_per_unit) == (Decimal(30), 4, False)
