"""What limits, campaigns and coupon numbers may say."""

from typing import Any

import pytest

from promotions.rules.content import content_errors
from promotions.rules.content.campaigns import campaign_errors
from tests.promotions.rules.test_content import GOOD

STORE_DAY = {"scope": "STORE", "period": "DAY", "unit": "USES", "limit": "20"}
MONEY = {"scope": "PROMOTION", "period": "TOTAL", "unit": "MONEY", "limit": "99.90"}


def coupon(code: str) -> list[str]:
    words = GOOD | {"offer_type": "GS1_COUPON", "generic_redemption_code": code}
    return content_errors(words).get("generic_redemption_code", [])


def test_a_coupon_number_has_13_digits_and_the_right_last_one() -> None:
    assert coupon("9811234567891") == coupon("5400123000010") == []
    for code in ("9811234567892", "98112345678917", "981123456789", "981123456789X", "٩811234567891"):
        assert "13 digits" in coupon(code)[0]


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        (STORE_DAY | {"scope": []}, "scope is one of"),
        (STORE_DAY | {"period": {"a": 1}}, "period is one of"),
        (MONEY | {"limit": "0.005"}, "no smaller coin"),
        (MONEY | {"limit": "-1"}, "above 0"),
        (STORE_DAY | {"limit": "1.5"}, "whole"),
    ],
)
def test_a_limit_that_cannot_be_meant(limit: dict[str, Any], told: str) -> None:
    for errors in (
        content_errors(GOOD | {"limits": [STORE_DAY | {"period": "MONTH"}, limit], "currency": "USD"}),
        campaign_errors({"title": "Autumn", "limits": [MONEY | {"period": "DAY"}, limit], "currency": "USD"}),
    ):
        assert told in errors["limits"][0]


def test_a_campaign_says_its_title_and_the_currency_of_its_budget() -> None:
    assert campaign_errors({"title": "Autumn", "limits": [STORE_DAY]}) == {}
    assert campaign_errors({"title": "Autumn", "limits": [MONEY], "currency": "EUR"}) == {}
    assert set(campaign_errors({"title": " ", "limits": [MONEY]})) == {"title", "currency"}
    assert set(campaign_errors({"title": "Autumn", "limits": "many", "currency": "eur"})) == {
        "limits",
        "currency",
    }
