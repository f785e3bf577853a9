"""Bad words are the same errors in the form and in the API, because one rule set judges both."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omnistore.staff.models import Role
from tests.api_client import Api
from tests.factories import create_item, create_store
from tests.factories_promotions import TODAY, content_for, create_published_promotion, create_staff_member
from tests.promotions.rules.test_content_kinds import KINDS, TIERS
from tests.promotions.typed import typed_for

pytestmark = pytest.mark.django_db

BUY = "BUY_M_GET_N_PERCENT_OFF"
LIMIT = {"scope": "STORE", "period": "DAY", "unit": "USES", "limit": "20"}
EVENING = {"days": [1, 5], "from": "17:00", "until": "19:00"}


def kind(name: str, **changes: Any) -> dict[str, Any]:
    return {"coupon_value_type": name, "percent_off": None, "currency": ""} | KINDS[name] | changes


BAD: dict[str, tuple[dict[str, Any], set[str]]] = {
    "no title": ({"long_title": ""}, {"long_title"}),
    "0 %": ({"percent_off": Decimal(0)}, {"percent_off"}),
    "over 100 %": ({"percent_off": Decimal("100.01")}, {"percent_off"}),
    "no percentage": ({"percent_off": None}, {"percent_off"}),
    "negative price": (kind("FIXED_PRICE", fixed_price_amount=Decimal(-1)), {"fixed_price_amount"}),
    "nothing off": (kind("MONEY_OFF", money_off_amount=Decimal(0)), {"money_off_amount"}),
    "no currency": (kind("MONEY_OFF", currency=""), {"currency"}),
    "currency of no store": (kind("MONEY_OFF", currency="EUR"), {"currency"}),
    "currency of no store in a condition": (
        {"minimum_purchase_amount": Decimal(9), "currency": "EUR"}, {"currency"}),
    "no M": (kind(BUY, minimum_purchase_quantity=None), {"minimum_purchase_quantity"}),
    "no N": (kind(BUY, get_this_quantity_discounted=None), {"get_this_quantity_discounted"}),
    "neither": (kind(BUY, minimum_purchase_quantity=None, get_this_quantity_discounted=None),
                {"minimum_purchase_quantity", "get_this_quantity_discounted"}),
    "named rewards without names": (kind(BUY, reward_items="NAMED"), {"reward_item_id_inclusion"}),
    "bundle of nothing": (kind("BUNDLE_PRICE", bundle_parts=[]), {"minimum_purchase_quantity"}),
    "bundle of both": (kind("BUNDLE_PRICE", minimum_purchase_quantity=2), {"minimum_purchase_quantity"}),
    "part without items": (kind("BUNDLE_PRICE", bundle_parts=[{"quantity": 1}]), {"bundle_parts"}),
    "part of none": (kind("BUNDLE_PRICE", bundle_parts=[{"quantity": 0, "brand": ["Oatly"]}]), {"bundle_parts"}),
    "no steps": (kind("TIERED", tiers=[]), {"tiers"}),
    "falling steps": (kind("TIERED", tiers=TIERS[::-1]), {"tiers"}),
    "unreadable step": (kind("TIERED", tiers=[{"from": "lots", "percent_off": "5"}]), {"tiers"}),
    "steps of two sorts": (
        kind("TIERED", tiers=[TIERS[0], {"from": "9", "money_off_amount": "5"}], currency="USD"), {"tiers"}),
    "gift without words": (kind("FREE_GIFT", free_gift_description=""), {"free_gift_description"}),
    "delivery in store": (kind("FREE_SHIPPING_STANDARD", redemption_channel=["IN_STORE"]), {"redemption_channel"}),
    "no channel": ({"redemption_channel": []}, {"redemption_channel"}),
    "all items and a list": ({"brand_inclusion": ["Oatly"]}, {"brand_inclusion"}),
    "some items and no list": ({"product_applicability": "SPECIFIC_PRODUCTS"}, {"item_id_inclusion"}),
    "brand in and out": ({"product_applicability": "SPECIFIC_PRODUCTS", "brand_inclusion": ["Oatly"],
                          "brand_exclusion": ["Oatly"]}, {"brand_exclusion"}),
    "all stores and a list": ({"store_codes_inclusion": ["0412"], "store_applicability": "ALL_STORES"},
                              {"store_codes_inclusion"}),
    "some stores and no list": ({"store_applicability": "SPECIFIC_STORES"}, {"store_codes_inclusion"}),
    "store in and out": ({"store_codes_inclusion": ["0412"], "store_codes_exclusion": ["0412"]},
                         {"store_codes_exclusion"}),
    "no such store": ({"store_codes_inclusion": ["9999"]}, {"store_codes_inclusion"}),
    "end before start": ({"ends_on": date(2026, 11, 20)}, {"ends_on"}),
    "a day of long ago": ({"starts_on": date(1926, 11, 20)}, {"starts_on"}),
    "shown backwards": ({"display_starts_on": TODAY, "display_ends_on": date(2026, 11, 20)}, {"display_ends_on"}),
    "shown from but not until": ({"display_starts_on": TODAY}, {"display_ends_on"}),
    "hours twice": ({"weekly_hours": [EVENING, EVENING | {"days": [5]}]}, {"weekly_hours"}),
    "hours on no day": ({"weekly_hours": [EVENING | {"days": []}]}, {"weekly_hours"}),
    "honoured too long": ({"honour_hours": 400}, {"honour_hours"}),
    "a code and none needed": ({"generic_redemption_code": "SAVE", "offer_type": "NO_CODE"},
                               {"generic_redemption_code"}),
    "a code missing": ({"offer_type": "GENERIC_CODE"}, {"generic_redemption_code"}),
    "a code with a space": ({"generic_redemption_code": "SA VE"}, {"generic_redemption_code"}),
    "a code that is taken": ({"generic_redemption_code": "taken"}, {"generic_redemption_code"}),
    "no uses": ({"limit_uses": 0}, {"limit_uses"}),
    "no stock": ({"minimum_stock": 0}, {"minimum_stock"}),
    "a limit of nothing": ({"limits": [LIMIT | {"limit": "0"}]}, {"limits"}),
    "a limit for nobody": ({"limits": [LIMIT | {"scope": ""}]}, {"limits"}),
    "a limit twice": ({"limits": [LIMIT, LIMIT | {"limit": "30"}]}, {"limits"}),
    "half a use": ({"limits": [LIMIT | {"limit": "1.5"}]}, {"limits"}),
    "adds up and does not": ({"combines_with": ["loyalty"]}, {"combines_with"}),
    "far too important": ({"priority": 2000}, {"priority"}),
    "several at once": ({"percent_off": Decimal(0), "limit_uses": 0, "ends_on": date(2026, 11, 20)},
                        {"percent_off", "limit_uses", "ends_on"}),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_form_and_api_say_the_same_of_bad_words(name: str) -> None:
    create_store(store_code="0412")
    for sku in ("1001", "1002", "MUG-1"):
        create_item(sku=sku)
    create_published_promotion(promotion_id="other", generic_redemption_code="TAKEN")
    tom = create_staff_member(role=Role.MERCHANDISER)
    changes, fields = BAD[name]
    content = content_for(**changes) | changes
    desk = Client()
    desk.force_login(tom)
    page = desk.post(reverse("promotion-new"), dict(typed_for(content).lists()))
    answer = Api(tom).post("/promotions", {"promotion_id": "typed", **content})
    assert (page.status_code, answer.status_code) == (422, 400)
    assert set(answer.json()["errors"]) == fields
    assert page.context["form"].errors == answer.json()["errors"]
