"""What promotions may say: an example of every kind of deal, and generated words that break no rule."""

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from promotions.rules.content import canonical, content_errors
from promotions.rules.words import CouponValueType
from tests.factories_promotions import content_for

# The terms of each kind, besides what every promotion says.
TERMS: dict[CouponValueType, dict[str, Any]] = {
    CouponValueType.PERCENT_OFF: {"percent_off": Decimal(29)},
    CouponValueType.MONEY_OFF: {"money_off_amount": Decimal("1.50"), "applies_to": "BASKET"},
    CouponValueType.FIXED_PRICE: {"fixed_price_amount": Decimal("1.99")},
    CouponValueType.BUY_M_GET_N_PERCENT_OFF: {
        "minimum_purchase_quantity": 2, "get_this_quantity_discounted": 1, "percent_off": Decimal(100),
    },
    CouponValueType.BUY_M_GET_N_MONEY_OFF: {
        "minimum_purchase_quantity": 3, "get_this_quantity_discounted": 2, "money_off_amount": Decimal(1),
    },
    CouponValueType.BUY_M_GET_PERCENT_OFF: {"minimum_purchase_quantity": 3, "percent_off": Decimal(10)},
    CouponValueType.BUY_M_GET_MONEY_OFF: {
        "minimum_purchase_quantity": 2, "money_off_amount": Decimal("0.75")
    },
    CouponValueType.BUNDLE_PRICE: {
        "fixed_price_amount": Decimal(9),
        "bundle_parts": [{"quantity": 2, "brand": ["Oat, Corn & Co"]}, {"quantity": 1, "item_id": ["1001"]}],
    },
    CouponValueType.TIERED: {
        "tiers": [{"from": "3", "percent_off": "10"}, {"from": "6", "percent_off": "12.5"}]
    },
    CouponValueType.FREE_GIFT: {"free_gift_description": "A purple tote bag"},
    CouponValueType.FREE_GIFT_WITH_VALUE: {
        "free_gift_description": "A mug", "free_gift_value": Decimal("4.5")
    },
    CouponValueType.FREE_GIFT_WITH_ITEM_ID: {"free_gift_item_id": "MUG-1"},
    **{
        kind: {"redemption_channel": ["ONLINE"], "generic_redemption_code": "SHIP", "offer_type": "GENERIC_CODE"}
        for kind in (
            CouponValueType.FREE_SHIPPING_STANDARD,
            CouponValueType.FREE_SHIPPING_OVERNIGHT,
            CouponValueType.FREE_SHIPPING_TWO_DAY,
        )
    },
}  # fmt: skip
ZONES = ("", "UTC", "America/New_York", "Pacific/Honolulu", "Asia/Kathmandu", "Pacific/Auckland")

texts = st.text(
    st.characters(min_codepoint=1, max_codepoint=0x2FFF, exclude_categories=["Cs"])
    | st.sampled_from('",[]{}\t\n\r\\;|/ '),
    max_size=30,
)
names = texts.filter(lambda text: text.strip() != "")
lists = st.lists(names, max_size=3, unique=True)
codes = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
moments = st.builds(dt.datetime.combine, st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), st.times())
hours = st.sampled_from([[], [{"days": [1, 5], "from": "17:00", "until": "19:00"}]])
limits = st.sampled_from([[], [{"scope": "STORE", "period": "DAY", "unit": "USES", "limit": "20"}]])


@st.composite
def periods(draw: st.DrawFn, prefix: str = "") -> dict[str, Any]:
    start, end = sorted(draw(st.tuples(moments, moments).filter(lambda pair: pair[0] != pair[1])))
    return {
        f"{prefix}starts_on": start.date(), f"{prefix}starts_time": start.time(),
        f"{prefix}ends_on": end.date(), f"{prefix}ends_time": end.time(),
    }  # fmt: skip


@st.composite
def scopes(draw: st.DrawFn) -> dict[str, Any]:
    """Items and stores: all, or lists; nothing meant and excluded at once."""
    scope: dict[str, Any] = {
        "item_id_exclusion": draw(lists),
        "product_type_exclusion": draw(lists),
        "store_groups_exclusion": draw(lists),
    }
    if draw(st.booleans()):
        brands, groups = draw(lists), draw(lists)
        scope |= {"product_applicability": "SPECIFIC_PRODUCTS", "brand_inclusion": ["Oat", *brands]}
        scope |= {"item_list_inclusion": groups, "item_id_inclusion": ["1001"], "item_id_exclusion": []}
    if draw(st.booleans()):
        scope |= {"store_applicability": "SPECIFIC_STORES", "store_codes_inclusion": draw(lists) or ["0412"]}
    return scope


# What goes with the offer for the associates: nothing, lines to say, a question.
TELLINGS: list[dict[str, Any]] = [
    {},
    {"talk_track": "Made from Swedish oats.\nNo sugar added, “really”."},
    {
        "quiz_question": "Which drinks?",
        "quiz_answers": "All, of each size\nOnly 1 L",
        "quiz_explanation": "All.",
    },
]


@st.composite
def contents(draw: st.DrawFn) -> dict[str, Any]:
    """Words of a promotion of any kind that the rules let pass."""
    kind = draw(st.sampled_from(list(TERMS)))
    said = {
        **draw(periods()),
        **(draw(periods(prefix="display_")) if draw(st.booleans()) else {}),
        **draw(scopes()),
        "long_title": draw(names),
        "operator_text": draw(texts),
        "operator_display_name": draw(texts),
        "urgency": draw(st.sampled_from(["NOW", "SHIFT", "TODAY"])),
        **draw(st.sampled_from(TELLINGS)),
        "campaign": draw(texts),
        "tags": draw(lists),
        "window_timezone": draw(st.sampled_from(ZONES)),
        "weekly_hours": draw(hours),
        "limits": draw(limits),
        "minimum_purchase_amount": draw(st.none() | st.decimals("0.001", "9999", places=3)),
        "limit_uses": draw(st.none() | st.integers(1, 10_000)),
        "priority": draw(st.integers(-1000, 1000)),
        "honour_hours": draw(st.integers(0, 100)),
        "currency": draw(st.sampled_from(["USD", "JPY", "KWD"])),
        "concurrence": draw(st.sampled_from(["EXCLUSIVE", "BEST_PRICE", "COMPOUNDED"])),
        "audience": draw(st.sampled_from(["EVERYONE", "MEMBERS"])),
    }
    if draw(st.booleans()) and "offer_type" not in TERMS[kind]:
        said |= {"offer_type": "GENERIC_CODE", "generic_redemption_code": draw(codes)}
    content = canonical(content_for(coupon_value_type=kind, **said) | TERMS[kind])
    if "weekly_hours" in content_errors(content):  # the window is too short for them
        content["weekly_hours"] = []
    assert content_errors(content) == {}, content_errors(content)
    return content
