"""Google's published rules, each broken once and by its own code."""

import pytest

from promotions.rules.google import promotion_problems
from promotions.rules.google_stock import availability_of, stock_problems

GOOD = {
    "promotion_id": "tea_20-off",
    "product_applicability": "specific_products",
    "offer_type": "generic_code",
    "generic_redemption_code": "TEA20",
    "long_title": "20% off tea",
    "coupon_value_type": "percent_off",
    "percent_off": "20",
    "promotion_effective_dates": "2026-11-20T00:00:00-05:00/2026-11-27T00:00:00-05:00",
    "promotion_display_dates": "2026-11-21T00:00:00-05:00/2026-11-27T00:00:00-05:00",
    "redemption_channel": ["online", "in_store"],
    "store_applicability": "specific_stores",
    "store_codes_inclusion": ["0412", "0413"],
    "item_id_inclusion": ["A", "B"],
    "promotion_url": "https://example.com/tea",
}
DELIVERY = {"coupon_value_type": "free_shipping_standard", "percent_off": ""}
IN_STORE_FIELDS = ("store_applicability", "store_codes_inclusion", "promotion_url")
ONLINE = {"redemption_channel": ["online"], **dict.fromkeys(IN_STORE_FIELDS, "")}


def found(changed: dict[str, object]) -> list[tuple[str, str]]:
    values = {
        name: said if isinstance(said, list) else [str(said)]
        for name, said in (GOOD | changed).items()
        if said
    }
    return [(problem.code, problem.field) for problem in promotion_problems(values)]


@pytest.mark.parametrize("changed", [{}, ONLINE, ONLINE | DELIVERY, {"redemption_channel": ["IN STORE"]}])
def test_a_good_row_breaks_no_rule(changed: dict[str, object]) -> None:
    assert found(changed) == []


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        *[({name: ""}, "missing_value", name) for name in (
            "promotion_id", "product_applicability", "long_title", "promotion_effective_dates")],
        ({"offer_type": ""}, "missing_value", "offer_type"),
        ({"coupon_value_type": "", }, "missing_value", "coupon_value_type"),
        ({"promotion_url": ""}, "promotion_url_missing", "promotion_url"),
        ({"store_applicability": ""}, "store_applicability_missing", "store_applicability"),
        ({"long_title": ["a", "b"]}, "repeated_value", "long_title"),
        ({"item_id_inclusion": ["x"] * 1001}, "too_many_values", "item_id_inclusion"),
        ({"brand_inclusion": ["x"] * 11}, "too_many_values", "brand_inclusion"),
        ({"promotion_id": "x" * 51}, "too_long", "promotion_id"),
        ({"long_title": "x" * 61}, "too_long", "long_title"),
        ({"brand_inclusion": ["x" * 51]}, "too_long", "brand_inclusion"),
        ({"product_type_inclusion": ["x" * 71]}, "too_long", "product_type_inclusion"),
        ({"promotion_url": "example"}, "bad_url", "promotion_url"),
        ({"promotion_id": "tea 20"}, "bad_id", "promotion_id"),
        ({"item_id_inclusion": ["A/1"]}, "bad_id", "item_id_inclusion"),
        ({"coupon_value_type": "fixed_price"}, "unknown_word", "coupon_value_type"),
        ({"offer_type": "gs1_coupon"}, "unknown_word", "offer_type"),
        ({"redemption_channel": ["online", "in_store", "phone"]}, "unknown_word", "redemption_channel"),
        ({"minimum_purchase_amount": "45"}, "bad_amount", "minimum_purchase_amount"),
        ({"limit_value": "0.00 USD"}, "amount_not_positive", "limit_value"),
        ({"percent_off": "20 %"}, "bad_percent", "percent_off"),
        ({"percent_off": "12.5"}, "percent_not_whole", "percent_off"),
        ({"percent_off": "101"}, "percent_out_of_range", "percent_off"),
        ({"limit_quantity": "few"}, "bad_count", "limit_quantity"),
        ({"limit_quantity": "0"}, "count_not_positive", "limit_quantity"),
        ({"percent_off": ""}, "term_missing", "percent_off"),
        ({"coupon_value_type": "buy_m_get_n_percent_off", "get_this_quantity_discounted": "1"},
         "term_missing", "minimum_purchase_quantity"),
        ({"money_off_amount": "5.00 USD"}, "term_of_other_kind", "money_off_amount"),
        ({"get_this_quantity_discounted": "1"}, "quantity_of_other_kind", "get_this_quantity_discounted"),
        (DELIVERY, "delivery_in_store", "redemption_channel"),
        (ONLINE | DELIVERY | {"offer_type": "no_code", "generic_redemption_code": ""},
         "delivery_without_code", "offer_type"),
        ({"generic_redemption_code": ""}, "code_missing", "generic_redemption_code"),
        ({"offer_type": "no_code"}, "code_unneeded", "generic_redemption_code"),
        ({"product_applicability": "all_products"}, "products_listed_for_all", "item_id_inclusion"),
        ({"product_applicability": "all_products", "item_id_inclusion": "", "brand_exclusion": ["x"]},
         "products_excluded_from_all", "brand_exclusion"),
        ({"store_applicability": "all_stores"}, "stores_listed_for_all", "store_codes_inclusion"),
        ({"store_applicability": "all_stores", "store_codes_inclusion": "", "store_codes_exclusion": ["7"]},
         "stores_excluded_from_all", "store_codes_exclusion"),
        ({"store_codes_inclusion": ""}, "no_stores", "store_codes_inclusion"),
        ({"store_codes_exclusion": ["7"]}, "stores_both_ways", "store_codes_exclusion"),
        ({"promotion_display_dates": "", "promotion_effective_dates": "2026-11-20/2026-11-27"},
         "bad_period", "promotion_effective_dates"),
        ({"promotion_display_dates": "", "promotion_effective_dates": "2026-02-30T00:00Z/2026-11-27T00:00Z"},
         "bad_period", "promotion_effective_dates"),
        ({"promotion_display_dates": "", "promotion_effective_dates": "2026-11-27T00:00Z/2026-11-27T00:00Z"},
         "ends_before_start", "promotion_effective_dates"),
        ({"promotion_effective_dates": "2026-06-01T00:00Z/2026-12-01T00:01Z"},
         "period_too_long", "promotion_effective_dates"),
        ({"promotion_display_dates": "2026-11-19T00:00:00-05:00/2026-11-27T00:00:00-05:00"},
         "display_outside", "promotion_display_dates"),
    ],
)  # fmt: skip
def test_a_broken_rule_has_its_own_code(changed: dict[str, object], code: str, field: str) -> None:
    assert found(changed) == [(code, field)]


STOCK = {
    "store_code": "0412", "id": "OAT-1", "availability": "in_stock", "quantity": "3", "price": "2.79 USD",
    "sale_price": "1.98 USD", "sale_price_effective_date": "2026-11-20T00:00-0500/2026-11-27T00:00-0500",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"quantity": "", "price": "", "sale_price": "", "sale_price_effective_date": ""}, []),
        ({"store_code": ""}, ["missing_value"]),
        ({"id": "x" * 51}, ["too_long"]),
        ({"availability": "plenty"}, ["unknown_word"]),
        ({"quantity": "-1"}, ["bad_count"]),
        ({"quantity": "2"}, ["availability_and_quantity"]),
        ({"price": "2.79"}, ["bad_price"]),
        ({"sale_price": "0.00 USD"}, ["bad_price"]),
        ({"sale_price": ""}, ["sale_without_price"]),
        ({"sale_price_effective_date": "2026-11-20/2026-11-27"}, ["bad_period"]),
        ({"sale_price_effective_date": "2026-11-27T00:00Z/2026-11-20T00:00Z"}, ["ends_before_start"]),
    ],
)
def test_a_line_of_the_local_inventory(changed: dict[str, str], codes: list[str]) -> None:
    assert [problem.code for problem in stock_problems(STOCK | changed)] == codes


def test_three_words_for_how_much_is_there() -> None:
    assert [availability_of(quantity) for quantity in (-4, 0, 1, 2, 3)] == [
        "out_of_stock", "out_of_stock", "limited_availability", "limited_availability", "in_stock",
    ]  # fmt: skip
