"""Malformed promotions feeds: each one gives exactly its right error, with line, field, value and what was expected."""

import pytest

from promotions.rules.google import Problem, promotion_problems
from promotions.sources.google_feeds import BadFeedRow
from promotions.sources.google_promotions import PromotionRow, read_promotions
from tests.inventory.feeds.reading import feed_file
from tests.promotions.sources.test_google_promotions import GOOD, atom, columns

DELIVERY = {"percent_off": "", "free_shipping": "free_shipping_standard", "redemption_channel": "online"}
BUY = {"coupon_value_type": "buy_m_get_n_percent_off"}

TIERS = '[{"from": 3, "percent_off": 12.5}]'

MALFORMED = [
    ({"promotion_id": ""}, "missing_value", "promotion_id: expected a value, found “”."),
    ({"promotion_id": "x" * 61}, "too_long", "promotion_id: expected at most 60 characters"),
    ({"product_applicability": "some"}, "unknown_word", "product_applicability: expected all_products or"),
    (
        {"redemption_channel": "online,phone"},
        "unknown_word",
        "redemption_channel: expected in_store or online, found “phone”",
    ),
    (
        {"coupon_value_type": "NO_STRUCTURED_DATA"},
        "unknown_word",
        "coupon_value_type: expected percent_off or",
    ),
    ({"percent_off": ""}, "no_benefit", "coupon_value_type: expected percent_off, money_off_amount"),
    ({"money_off_amount": "5.00 USD"}, "several_benefits", "found “percent_off, money_off_amount”"),
    (
        {"coupon_value_type": "percent_off", "money_off_amount": "5.00 USD"},
        "term_of_other_kind",
        "money_off_amount: expected nothing, as the deal is PERCENT_OFF, found “5.00 USD”",
    ),
    (
        {"percent_off": "a fifth"},
        "bad_percent",
        "percent_off: expected a percentage such as 25, found “a fifth”",
    ),
    ({"percent_off": "0"}, "percent_out_of_range", "percent_off: expected 1 to 100, found “0”"),
    ({"percent_off": "101"}, "percent_out_of_range", "percent_off: expected 1 to 100, found “101”"),
    (
        {"percent_off": "", "money_off_amount": "5,00 EUR"},
        "bad_amount",
        "money_off_amount: expected an amount such as",
    ),
    (
        {"percent_off": "", "money_off_amount": "0.00 EUR"},
        "amount_not_positive",
        "money_off_amount: expected an amount above 0",
    ),
    (
        {"minimum_purchase_amount": "45.00"},
        "no_currency",
        "minimum_purchase_amount: expected an amount such as",
    ),
    (
        {"minimum_purchase_amount": "45.00 EUR", "limit_value": "9.00 USD"},
        "mixed_currencies",
        "currency: expected one currency",
    ),
    (
        BUY | {"buy_this_quantity": "2"},
        "term_missing",
        "get_this_quantity_discounted: expected a value, as the deal is BUY_M_GET_N_PERCENT_OFF",
    ),
    (
        BUY | {"get_this_quantity_discounted": "1"},
        "term_missing",
        "minimum_purchase_quantity: expected a value",
    ),
    (
        BUY | {"buy_this_quantity": "two", "get_this_quantity_discounted": "1"},
        "bad_count",
        "minimum_purchase_quantity: expected a whole number, found “two”",
    ),
    (
        BUY | {"buy_this_quantity": "0", "get_this_quantity_discounted": "1"},
        "count_not_positive",
        "minimum_purchase_quantity: expected 1 or more",
    ),
    (
        {
            "coupon_value_type": "buy_m_get_percent_off",
            "buy_this_quantity": "2",
            "get_this_quantity_discounted": "1",
        },
        "quantity_of_other_kind",
        "get_this_quantity_discounted: expected nothing, as the deal is BUY_M_GET_PERCENT_OFF",
    ),
    (
        {"percent_off": "", "coupon_value_type": "free_gift_with_item_id"},
        "term_missing",
        "free_gift_item_id: expected a value",
    ),
    (
        DELIVERY | {"redemption_channel": "online,in_store"},
        "delivery_in_store",
        "redemption_channel: expected online alone",
    ),
    (
        {"offer_type": "generic_code"},
        "code_missing",
        "generic_redemption_code: expected the code that shoppers enter",
    ),
    (
        {"generic_redemption_code": "TEA20"},
        "code_unneeded",
        "generic_redemption_code: expected nothing, as no code is needed, found “TEA20”",
    ),
    (
        {"product_applicability": "all_products"},
        "products_listed_for_all",
        "item_id_inclusion: expected nothing, or specific_products, found “A, B”",
    ),
    ({"item_id": ""}, "no_products", "item_id_inclusion: expected at least one of the products meant"),
    (
        {"store_applicability": "all stores", "store_code": "0412"},
        "stores_listed_for_all",
        "store_codes_inclusion: expected nothing, or specific_stores, found “0412”",
    ),
    (
        {"store_applicability": "specific_stores"},
        "no_stores",
        "store_codes_inclusion: expected the codes of the stores meant",
    ),
    (
        {
            "store_applicability": "specific_stores",
            "store_codes_inclusion": "7,8",
            "store_codes_exclusion": "8",
        },
        "store_in_and_out",
        "store_codes_exclusion: expected no store that is included, found “8”",
    ),
    (
        {"promotion_effective_dates": "20 to 27 November"},
        "bad_period",
        "promotion_effective_dates: expected start/end",
    ),
    (
        {"promotion_effective_dates": "2026-11-27T00:00Z/2026-11-20T00:00Z"},
        "ends_before_start",
        "promotion_effective_dates: expected an end after the start",
    ),
    (
        {"promotion_display_dates": "2026-11-02T00:00Z/2026-10-31T00:00Z"},
        "ends_before_start",
        "promotion_display_dates: expected an end",
    ),
    (
        {"promotion_display_dates": "2026-10-31/2026-11-01"},
        "mixed_times",
        "promotion_display_dates: expected offsets as in",
    ),
    ({"window_timezone": "Mars/Olympus"}, "bad_zone", "window_timezone: expected an IANA time zone"),
    (
        {"window_timezone": "America/New_York"},
        "mixed_times",
        "promotion_effective_dates: expected times without an offset",
    ),
    ({"tiers": "[{"}, "bad_json", "tiers: expected JSON, found “[{”"),
    ({"tiers": '{""from"": 3}'}, "bad_json", "tiers: expected a JSON array of objects"),
    ({"limits": '[{""limit"": 1e99}]'}, "bad_json", "limits: expected plain numbers"),
    ({"brand": "x" * 201}, "too_long", "brand_inclusion: expected at most 200 characters a code"),
]


@pytest.mark.parametrize(("changed", "code", "words"), MALFORMED)
def test_a_malformed_feed_gives_its_own_error(changed: dict[str, str], code: str, words: str) -> None:
    row = GOOD | changed
    content = columns("\t", row | GOOD | {name: "" for name in changed if name not in GOOD}, row)

    found = list(read_promotions(feed_file(content)))[-1]

    assert isinstance(found, BadFeedRow)
    assert (found.code, found.line_number) == (code, 3)
    assert words in found.message
    assert found.message.startswith("Line 3, ")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"percent_off": "", "money_off_amount": "5.00 USD"}, "MONEY_OFF"),
        ({"buy_this_quantity": "2", "get_this_quantity_discounted": "1"}, "BUY_M_GET_N_PERCENT_OFF"),
        ({"minimum purchase quantity": "3"}, "BUY_M_GET_PERCENT_OFF"),
        ({"percent_off": "", "money_off_amount": "1 EUR", "buy_this_quantity": "3"}, "BUY_M_GET_MONEY_OFF"),
        ({"percent_off": "", "free_gift_description": "A mug"}, "FREE_GIFT"),
        ({"percent_off": "", "free_gift_value": "4.50 USD"}, "FREE_GIFT_WITH_VALUE"),
        ({"percent_off": "", "free_gift_item_id": "MUG"}, "FREE_GIFT_WITH_ITEM_ID"),
        (DELIVERY, "FREE_SHIPPING_STANDARD"),
        ({"Coupon Value Type": "Percent Off"}, "PERCENT_OFF"),
        ({"percent_off": "", "fixed_price_amount": "0 EUR"}, "FIXED_PRICE"),
        ({"percent_off": "", "fixed_price_amount": "9 EUR", "buy_this_quantity": "3"}, "BUNDLE_PRICE"),
        ({"percent_off": "", "tiers": TIERS}, "TIERED"),
    ],
)
@pytest.mark.parametrize("form", ["tsv", "xml"])
def test_the_kind_is_read_with_and_without_its_column(
    form: str, changed: dict[str, str], expected: str
) -> None:
    said = {name: text for name, text in (GOOD | changed).items() if text}
    if form == "tsv":
        said = {name: text.replace('"', '""') for name, text in said.items()}
    content = (
        columns("\t", said) if form == "tsv" else atom({n.replace(" ", "_"): t for n, t in said.items()})
    )

    [row] = read_promotions(feed_file(content))

    assert isinstance(row, PromotionRow), row
    assert row.content["coupon_value_type"] == expected


def test_names_of_both_generations_say_the_same() -> None:
    old = {"item_id": "A,B", "buy_this_quantity": "2", "store_code": "12",
           "promotion_effective_dates": "2026-11-20T00:00:00-0500/2026-11-27T00:00:00-0500"}  # fmt: skip
    new = {"item_id_inclusion": "A,B", "minimum_purchase_quantity": "2", "store_codes_inclusion": "12",
           "promotion_effective_time_period": "2026-11-20T05:00Z/2026-11-27T05:00Z"}  # fmt: skip
    rest = {name: text for name, text in GOOD.items() if name not in {*old, *new}}
    rest["store_applicability"] = "SPECIFIC STORES"

    [row_1], [row_2] = (read_promotions(feed_file(columns(",", rest | said))) for said in (old, new))

    assert isinstance(row_1, PromotionRow)
    assert isinstance(row_2, PromotionRow)
    assert row_1.content == row_2.content


def test_a_name_with_a_comma_is_one_name() -> None:
    content = atom(
        GOOD | {"item_id": "A", "product_type": "Food, Beverages & Tobacco > Tea".replace("&", "and")}
    )
    quoted = columns("\t", GOOD | {"brand": '""Oat, Corn"",Tea'})

    [in_xml], [in_columns] = (list(read_promotions(feed_file(file))) for file in (content, quoted))

    assert isinstance(in_xml, PromotionRow)
    assert in_xml.content["product_type_inclusion"] == ["Food, Beverages and Tobacco > Tea"]
    assert isinstance(in_columns, PromotionRow)
    assert in_columns.content["brand_inclusion"] == ["Oat, Corn", "Tea"]


def test_the_problem_of_a_rule_is_a_sentence() -> None:
    problem = Problem("too_long", "long_title", "x" * 100, "at most 60 characters")

    assert problem.sentence == f"long_title: expected at most 60 characters, found “{'x' * 77}…”."
    assert promotion_problems({})[0].sentence == "promotion_id: expected a value, found “”."
