"""What a revision may say: one rule set for form, API and feed."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from promotions.rules.words import (
    CouponValueType,
    OfferType,
    ProductApplicability,
    RedemptionChannel,
    StoreApplicability,
)

AMOUNT_FIELDS = {
    CouponValueType.PERCENT_OFF: "percent_off",
    CouponValueType.MONEY_OFF: "money_off_amount",
    CouponValueType.FIXED_PRICE: "fixed_price_amount",
}
ITEM_LISTS = ("item_id_inclusion", "brand_inclusion", "product_type_inclusion", "item_group_id_inclusion")
EARLIEST_YEAR, LATEST_YEAR = 2000, 2199  # beyond are typing errors, and instants no clock can tell
STORE_LISTS = ("store_codes_inclusion", "store_groups_inclusion")


@cache
def known_timezones() -> frozenset[str]:
    """Every zone of the zone database; walking through it takes a moment."""
    return frozenset(available_timezones())


def content_errors(content: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with the words of a revision by themselves, by field; empty when nothing is.

    `content` holds revision fields in their Python types; missing keys count as empty. Whether the named
    stores, items and codes exist is asked elsewhere.
    """
    errors: dict[str, list[str]] = {}

    def wrong(field: str, sentence: str) -> None:
        errors.setdefault(field, []).append(sentence)

    if not str(content.get("long_title") or "").strip():
        wrong("long_title", "Enter a title.")
    check_value(content, wrong)
    check_code(content, wrong)
    check_window(content, wrong)
    check_scope(content, wrong)
    channels = content.get("redemption_channel") or []
    if not channels:
        wrong("redemption_channel", "Choose where the promotion can be used: in store, online or both.")
    elif set(channels) - set(RedemptionChannel):
        wrong("redemption_channel", f"Choose from {', '.join(RedemptionChannel)}.")
    minimum = content.get("minimum_stock")
    if minimum is not None and minimum < 1:
        wrong("minimum_stock", "The minimum stock is at least 1.")
    limit = content.get("limit_uses")
    if limit is not None and limit < 1:
        wrong("limit_uses", "A limit of uses is at least 1; leave it empty for no limit.")
    return errors


def check_value(content: Mapping[str, Any], wrong: Any) -> None:
    """Exactly the amount of the chosen kind, in range, with its currency."""
    kind = content.get("coupon_value_type")
    if kind not in set(CouponValueType):
        wrong("coupon_value_type", f"Choose the kind of deal: {', '.join(CouponValueType)}.")
        return
    for other, field in AMOUNT_FIELDS.items():
        if other != kind and content.get(field) is not None:
            wrong(field, f"Leave this empty: the deal is {kind}.")
    field = AMOUNT_FIELDS[CouponValueType(kind)]
    amount: Decimal | None = content.get(field)
    if amount is None:
        wrong(field, "Enter the amount.")
    elif kind == CouponValueType.PERCENT_OFF and not 0 < amount <= 100:
        wrong(field, "Enter a percentage above 0 and up to 100.")
    elif kind == CouponValueType.MONEY_OFF and amount <= 0:
        wrong(field, "Enter an amount above 0.")
    elif amount < 0:
        wrong(field, "A price cannot be negative.")
    currency = content.get("currency") or ""
    if not currency and (
        kind != CouponValueType.PERCENT_OFF or content.get("minimum_purchase_amount") is not None
    ):
        wrong("currency", "Enter the currency of the amount, such as USD.")
    elif currency and not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        wrong("currency", "A currency is three capital letters, such as USD.")
    minimum: Decimal | None = content.get("minimum_purchase_amount")
    if minimum is not None and minimum <= 0:
        wrong("minimum_purchase_amount", "Enter an amount above 0, or leave it empty.")


def check_code(content: Mapping[str, Any], wrong: Any) -> None:
    offer_type = content.get("offer_type") or OfferType.NO_CODE
    code = content.get("generic_redemption_code") or ""
    if offer_type == OfferType.GENERIC_CODE and not code:
        wrong("generic_redemption_code", "Enter the code, or choose that no code is needed.")
    elif offer_type == OfferType.NO_CODE and code:
        wrong("generic_redemption_code", "A code is given, but the promotion says that none is needed.")
    elif offer_type not in set(OfferType):
        wrong("offer_type", f"Choose from {', '.join(OfferType)}.")
    elif code and (len(code) > 60 or not code.isprintable() or " " in code):
        wrong("generic_redemption_code", "A code has up to 60 characters and no spaces.")


def check_window(content: Mapping[str, Any], wrong: Any) -> None:
    starts_on, ends_on = content.get("starts_on"), content.get("ends_on")
    if (zone := content.get("window_timezone")) and zone not in known_timezones():
        wrong("window_timezone", "Enter an IANA time zone such as America/New_York, or leave it empty.")
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day is not None and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            wrong(field, f"Enter a day from {EARLIEST_YEAR} to {LATEST_YEAR}.")
    if starts_on is None:
        wrong("starts_on", "Enter the first day.")
    if ends_on is None:
        wrong("ends_on", "Enter the last day.")
    if starts_on is None or ends_on is None:
        return
    midnight = datetime.min.time()
    start = datetime.combine(starts_on, content.get("starts_time") or midnight)
    end = datetime.combine(ends_on, content.get("ends_time") or midnight)
    if end <= start:
        wrong("ends_on", "The promotion ends before it starts.")


def check_scope(content: Mapping[str, Any], wrong: Any) -> None:
    """ALL_… goes without inclusion lists, SPECIFIC_… with at least one list; exclusions alone mean all but these."""
    for field, everything, specific, lists, what in (
        ("product_applicability", ProductApplicability.ALL_PRODUCTS, ProductApplicability.SPECIFIC_PRODUCTS,
         ITEM_LISTS, "items"),
        ("store_applicability", StoreApplicability.ALL_STORES, StoreApplicability.SPECIFIC_STORES,
         STORE_LISTS, "stores"),
    ):  # fmt: skip
        choice = content.get(field)
        given = [name for name in lists if content.get(name)]
        if choice == everything:
            for name in given:
                wrong(name, f"Leave this empty, or choose specific {what}.")
        elif choice == specific:
            excluded = [name for name in lists if content.get(name.replace("inclusion", "exclusion"))]
            if not given and not excluded:
                wrong(lists[0], f"Name at least one of the {what}, or choose all {what}.")
        else:
            wrong(field, f"Choose all {what} or specific {what}.")
