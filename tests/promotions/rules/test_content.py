"""Every contradiction in a revision is an error at its field."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from promotions.rules.content import content_errors

GOOD: dict[str, Any] = {
    "long_title": "25 % off breakfast cereal",
    "coupon_value_type": "PERCENT_OFF",
    "percent_off": Decimal(25),
    "redemption_channel": ["IN_STORE", "ONLINE"],
    "product_applicability": "SPECIFIC_PRODUCTS",
    "item_id_inclusion": ["1001"],
    "store_applicability": "ALL_STORES",
    "starts_on": date(2026, 11, 20),
    "ends_on": date(2026, 11, 27),
}


def test_good_words_have_no_errors() -> None:
    assert content_errors(GOOD) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"long_title": "  "}, "long_title"),
        ({"percent_off": Decimal(0)}, "percent_off"),
        ({"percent_off": Decimal("100.01")}, "percent_off"),
        ({"percent_off": None}, "percent_off"),
        ({"money_off_amount": Decimal(1)}, "money_off_amount"),
        ({"coupon_value_type": "HALF"}, "coupon_value_type"),
        ({"coupon_value_type": "MONEY_OFF", "percent_off": None, "money_off_amount": Decimal(1)}, "currency"),
        ({"coupon_value_type": "FIXED_PRICE", "percent_off": None, "fixed_price_amount": Decimal(-1),
          "currency": "USD"}, "fixed_price_amount"),
        ({"offer_type": "GENERIC_CODE"}, "generic_redemption_code"),
        ({"generic_redemption_code": "SAVE"}, "generic_redemption_code"),
        ({"offer_type": "GENERIC_CODE", "generic_redemption_code": "A B"}, "generic_redemption_code"),
        ({"redemption_channel": []}, "redemption_channel"),
        ({"redemption_channel": ["PHONE"]}, "redemption_channel"),
        ({"ends_on": date(2026, 11, 20)}, "ends_on"),
        ({"ends_on": date(2026, 11, 19)}, "ends_on"),
        ({"starts_on": None}, "starts_on"),
        ({"product_applicability": "ALL_PRODUCTS"}, "item_id_inclusion"),
        ({"item_id_inclusion": []}, "item_id_inclusion"),
        ({"store_codes_inclusion": ["0412"]}, "store_codes_inclusion"),
        ({"store_applicability": "SPECIFIC_STORES"}, "store_codes_inclusion"),
        ({"store_applicability": "SOME"}, "store_applicability"),
        ({"minimum_stock": -1}, "minimum_stock"),
        ({"limit_uses": 0}, "limit_uses"),
        ({"minimum_purchase_amount": Decimal(0), "currency": "USD"}, "minimum_purchase_amount"),
    ],
)  # fmt: skip
def test_a_contradiction_is_an_error_at_its_field(change: dict[str, Any], field: str) -> None:
    assert set(content_errors(GOOD | change)) == {field}
