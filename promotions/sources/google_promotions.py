"""Google Merchant Center promotions feed: what each row says, in the fields of a revision.

Format: Google's "Promotions data specification" (attribute names, enum values, ISO 8601 intervals, amounts such as
"45.00 USD"). Enum values may use any case. Our own columns may follow where Google has none: fixed_price_amount,
minimum_stock, limit_uses, operator_display_name, operator_text, version_number.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from inventory.feeds.blocks import FeedFile
from promotions.rules.words import (
    CouponValueType,
    OfferType,
    ProductApplicability,
    RedemptionChannel,
    StoreApplicability,
)
from promotions.sources.google_feeds import BadFeedRow, FeedRow, read_feed

REQUIRED = (
    "promotion_id",
    "product_applicability",
    "offer_type",
    "long_title",
    "promotion_effective_dates",
    "redemption_channel",
)
LISTS = {
    "item_id": "item_id_inclusion",
    "item_id_inclusion": "item_id_inclusion",
    "item_id_exclusion": "item_id_exclusion",
    "brand": "brand_inclusion",
    "brand_exclusion": "brand_exclusion",
    "product_type": "product_type_inclusion",
    "product_type_exclusion": "product_type_exclusion",
    "item_group_id": "item_group_id_inclusion",
    "item_group_id_exclusion": "item_group_id_exclusion",
    "store_code": "store_codes_inclusion",
    "store_codes_inclusion": "store_codes_inclusion",
    "store_code_exclusion": "store_codes_exclusion",
    "store_codes_exclusion": "store_codes_exclusion",
}
# What may stand several times; everything else says one thing.
REPEATED = frozenset({*LISTS, "redemption_channel", "promotion_destination"})
ITEM_FIELDS = tuple(name for name in dict.fromkeys(LISTS.values()) if not name.startswith("store_"))
AMOUNTS = ("money_off_amount", "fixed_price_amount", "minimum_purchase_amount")
TEXTS = ("operator_display_name", "operator_text", "promotion_url")

# How much a revision's fields hold.
LENGTHS = {"promotion_id": 60, "long_title": 200, "operator_display_name": 120, "promotion_url": 200}
LONGEST_CODE = 200
KNOWN = frozenset({
    *REQUIRED, *AMOUNTS, *TEXTS, "percent_off", "generic_redemption_code", "store_applicability", "minimum_stock",
    "limit_uses", "version_number",
})  # fmt: skip

_AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([A-Z]{3})", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?) ?%?", re.ASCII)
_BARE_AMOUNT = re.compile(r"\d{1,9}(?:\.\d{1,3})?", re.ASCII)
_COUNT = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class PromotionRow:
    """One promotion of the feed: `content` holds revision fields in their Python types.

    `version` orders what the sender said of one promotion; None where it gives none.
    """

    line_number: int
    raw: str
    promotion_id: str
    content: dict[str, Any]
    version: int | None = None


class FieldError(ValueError):
    """A value that is not what the format asks for, or that does not go with the others."""

    def __init__(self, field: str, value: str, expected: str, *, code: str = "bad_value") -> None:
        shown = value if len(value) <= 80 else f"{value[:77]}…"
        super().__init__(f"{field}: expected {expected}, found “{shown}”.")
        self.code = code


def read_promotions(
    file: FeedFile, *, window_is_wall_clock: bool = False
) -> Iterator[PromotionRow | BadFeedRow]:
    """The promotions of a feed, in whatever form it came (google_feeds.py). Raises FeedRefused.

    With `window_is_wall_clock` the offsets of the effective dates are ignored: the times hold on each store's
    own clock. Otherwise they are instants.
    """
    for row in read_feed(file, required=REQUIRED):
        if isinstance(row, BadFeedRow):
            yield row
            continue
        try:
            yield _promotion(row, window_is_wall_clock=window_is_wall_clock)
        except FieldError as error:
            yield BadFeedRow(row.line_number, row.raw, error.code, f"Line {row.line_number}, {error}")


def _promotion(row: FeedRow, *, window_is_wall_clock: bool) -> PromotionRow:
    values = {name: _one_text(name, texts) for name, texts in row.values.items()}
    content = read_content(values, window_is_wall_clock=window_is_wall_clock)
    version = values.get("version_number")
    if version is not None:
        matched(_COUNT, "version_number", version, "a whole number")
    return PromotionRow(
        row.line_number, row.raw, values["promotion_id"], content, None if version is None else int(version)
    )


def _one_text(name: str, texts: list[str]) -> str:
    """The values of an attribute as one: lists are joined, anything else may only repeat itself."""
    if name in REPEATED:
        return ",".join(texts)
    if name in KNOWN and len(set(texts)) > 1:
        raise FieldError(name, ", ".join(texts), "one value", code="repeated_value")
    return texts[0]


def read_content(values: Mapping[str, str], *, window_is_wall_clock: bool) -> dict[str, Any]:
    """Revision fields from one line's cells. Raises FieldError."""
    for name in REQUIRED:
        if name not in values:
            raise FieldError(name, "", "a value")
    content: dict[str, Any] = {
        "long_title": values["long_title"],
        "product_applicability": enum_value(values, "product_applicability", ProductApplicability),
        "offer_type": enum_value(values, "offer_type", OfferType),
        "generic_redemption_code": values.get("generic_redemption_code", ""),
        "redemption_channel": channels(values["redemption_channel"]),
        "store_applicability": enum_value(
            {"store_applicability": "all_stores", **values}, "store_applicability", StoreApplicability
        ),
        **window(values["promotion_effective_dates"], window_is_wall_clock=window_is_wall_clock),
        **benefit(values),
    }
    for column, field in LISTS.items():
        if column in values:
            content[field] = [part.strip() for part in values[column].split(",") if part.strip()]
    check_lists(content)
    if content["store_applicability"] == StoreApplicability.ALL_STORES:
        # Google ignores the lists when all stores are meant.
        content.pop("store_codes_inclusion", None)
    check_lengths(values, content)
    for name in TEXTS:
        if name in values:
            content[name] = values[name]
    for name in ("minimum_stock", "limit_uses"):
        if name in values:
            content[name] = int(matched(_COUNT, name, values[name], "a whole number")[0])
    return content


def check_lengths(values: Mapping[str, str], content: Mapping[str, Any]) -> None:
    """Raises FieldError for what is longer than we can keep."""
    for name, length in LENGTHS.items():
        if len(values.get(name, "")) > length:
            raise FieldError(name, values[name], f"at most {length} characters", code="too_long")
    for name in LISTS.values():
        if long := next((code for code in content.get(name, ()) if len(code) > LONGEST_CODE), ""):
            raise FieldError(name, long, f"at most {LONGEST_CODE} characters a code", code="too_long")


def check_lists(content: Mapping[str, Any]) -> None:
    """Raises FieldError for a promotion of no products, and for a store that is in and out."""
    # Google also takes the link from the product feed, which we do not read.
    specific = content["product_applicability"] == ProductApplicability.SPECIFIC_PRODUCTS
    if specific and not any(content.get(name) for name in ITEM_FIELDS):
        raise FieldError("item_id", "", "at least one of the products meant", code="no_products")
    both = set(content.get("store_codes_inclusion", ())) & set(content.get("store_codes_exclusion", ()))
    if both and content["store_applicability"] == StoreApplicability.SPECIFIC_STORES:
        raise FieldError(
            "store_code_exclusion",
            ", ".join(sorted(both)),
            "no store that is included",
            code="store_in_and_out",
        )


def enum_value(values: Mapping[str, str], field: str, words: type[Any]) -> Any:
    try:
        return words(values[field].upper().replace(" ", "_"))
    except ValueError:
        expected = " or ".join(str(word).lower() for word in words)
        raise FieldError(field, values[field], expected) from None


def channels(text: str) -> list[str]:
    return [
        enum_value({"redemption_channel": part.strip()}, "redemption_channel", RedemptionChannel)
        for part in text.split(",")
        if part.strip()
    ]


def matched(pattern: re.Pattern[str], field: str, text: str, expected: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if not found:
        raise FieldError(field, text, expected)
    return found


def benefit(values: Mapping[str, str]) -> dict[str, Any]:
    """The amounts, their one currency, and the kind of deal they make."""
    given: dict[str, Any] = {}
    currencies = set()
    if "percent_off" in values:
        given["percent_off"] = Decimal(
            matched(_PERCENT, "percent_off", values["percent_off"], "a percentage such as 25")[1]
        )
    for field in AMOUNTS:
        if field in values:
            if _BARE_AMOUNT.fullmatch(values[field]):
                raise FieldError(field, values[field], "an amount such as 1.00 USD", code="no_currency")
            found = matched(_AMOUNT, field, values[field], "an amount such as 1.00 USD")
            given[field] = Decimal(found[1])
            currencies.add(found[2])
    kinds = [kind for kind, field in KIND_FIELDS.items() if field in given]
    if len(kinds) != 1:
        found_fields = ", ".join(KIND_FIELDS[kind] for kind in kinds) or "none"
        raise FieldError(
            "percent_off", found_fields, "exactly one of percent_off, money_off_amount, fixed_price_amount"
        )
    if len(currencies) > 1:
        raise FieldError(
            "minimum_purchase_amount", ", ".join(sorted(currencies)), "one currency for all amounts"
        )
    return {"coupon_value_type": kinds[0], "currency": "".join(currencies), **given}


KIND_FIELDS = {
    CouponValueType.PERCENT_OFF: "percent_off",
    CouponValueType.MONEY_OFF: "money_off_amount",
    CouponValueType.FIXED_PRICE: "fixed_price_amount",
}


def window(text: str, *, window_is_wall_clock: bool) -> dict[str, Any]:
    """The effective dates, "start/end" in ISO 8601, as a half-open wall-clock window.

    An end that names a period's last second or minute (23:59:59, 23:59) means the instant after it; an end that
    is only a day includes that day. Times without an offset are each store's own.
    """
    start_text, slash, end_text = text.partition("/")
    expected = "start/end such as 2026-11-20T00:00-05:00/2026-11-27T00:00-05:00"
    try:
        start, end = (dt.datetime.fromisoformat(part.strip()) for part in (start_text, end_text))
    except ValueError:
        raise FieldError("promotion_effective_dates", text, expected) from None
    if not slash or (start.tzinfo is None) != (end.tzinfo is None):
        raise FieldError("promotion_effective_dates", text, expected)
    zone = ""
    try:
        end += inclusive_rest(end_text.strip(), end)
        if start.tzinfo is not None and not window_is_wall_clock:
            start, end, zone = start.astimezone(dt.UTC), end.astimezone(dt.UTC), "UTC"
    except OverflowError:
        raise FieldError("promotion_effective_dates", text, expected) from None
    if end.replace(tzinfo=None) <= start.replace(tzinfo=None):
        raise FieldError(
            "promotion_effective_dates", text, "an end after the start", code="ends_before_start"
        )
    return {
        "starts_on": start.date(),
        "starts_time": start.time(),
        "ends_on": end.date(),
        "ends_time": end.time(),
        "window_timezone": zone,
    }


def inclusive_rest(text: str, end: dt.datetime) -> dt.timedelta:
    """What is missing to the half-open end."""
    if len(text) == len("2026-11-27"):
        return dt.timedelta(days=1)
    if end.second == 59:
        return dt.timedelta(seconds=1)
    return dt.timedelta(minutes=1) if end.minute == 59 and end.second == 0 else dt.timedelta()
