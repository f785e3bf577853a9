"""Google Merchant Center promotions feed, tab separated.

Format: Google's "Promotions data specification" (attribute names, enum values, ISO 8601 intervals, amounts such as
"45.00 USD"). Header names may use spaces or underscores, enum values any case. Our own columns may follow where
Google has none: fixed_price_amount, minimum_stock, limit_uses, operator_display_name, operator_text.
"""

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from promotions.rules.words import (
    CouponValueType,
    OfferType,
    ProductApplicability,
    RedemptionChannel,
    StoreApplicability,
)

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
AMOUNTS = ("money_off_amount", "fixed_price_amount", "minimum_purchase_amount")
TEXTS = ("operator_display_name", "operator_text", "promotion_url")

_AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([A-Z]{3})", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?) ?%?", re.ASCII)
_COUNT = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class PromotionRow:
    """One promotion of the feed: `content` holds revision fields in their Python types."""

    line_number: int
    raw: str
    promotion_id: str
    content: dict[str, Any]


@dataclass(frozen=True)
class BadPromotionRow:
    """A line we could not read: which field, what stood there and what was expected."""

    line_number: int
    raw: str
    code: str
    message: str


class FieldError(ValueError):
    """A value that is not what the format asks for."""

    def __init__(self, field: str, value: str, expected: str) -> None:
        shown = value if len(value) <= 80 else f"{value[:77]}…"
        super().__init__(f"{field}: expected {expected}, found “{shown}”.")


def missing_columns(header: Iterable[str]) -> list[str]:
    """The required columns that a header lacks."""
    names = {column_name(name) for name in header}
    return [name for name in REQUIRED if name not in names]


def column_name(text: str) -> str:
    """Header names in one spelling: "Promotion ID" and "promotion_id" are the same."""
    return text.strip().lower().replace(" ", "_").removeprefix("g:")


def read_promotions(
    lines: Iterable[tuple[int, str]], *, window_is_wall_clock: bool = False
) -> Iterator[PromotionRow | BadPromotionRow]:
    """The promotions of a feed from its numbered lines, the header first.

    With `window_is_wall_clock` the offsets of the effective dates are ignored: the times hold on each store's
    own clock. Otherwise they are instants. Empty lines are passed over.
    """
    header: list[str] = []
    for line_number, line in lines:
        raw = line.rstrip("\r\n")
        if not raw.strip():
            continue
        try:
            cells = next(csv.reader([raw], delimiter="\t", strict=True))
        except csv.Error:
            yield BadPromotionRow(
                line_number, raw, "open_quote", f"Line {line_number}: a quote is not closed."
            )
            continue
        if not header:
            header = [column_name(name) for name in cells]
            continue
        if len(cells) > len(header):
            message = f"Line {line_number}: expected {len(header)} columns, found {len(cells)}."
            yield BadPromotionRow(line_number, raw, "column_count", message)
            continue
        values = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
        try:
            content = read_content(values, window_is_wall_clock=window_is_wall_clock)
        except FieldError as error:
            yield BadPromotionRow(line_number, raw, "bad_value", f"Line {line_number}, {error}")
            continue
        yield PromotionRow(line_number, raw, values["promotion_id"], content)


def read_content(values: dict[str, str], *, window_is_wall_clock: bool) -> dict[str, Any]:
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
            {"store_applicability": "all_stores"} | values, "store_applicability", StoreApplicability
        ),
        **window(values["promotion_effective_dates"], window_is_wall_clock=window_is_wall_clock),
        **benefit(values),
    }
    for column, field in LISTS.items():
        if column in values:
            content[field] = [part.strip() for part in values[column].split(",") if part.strip()]
    if content["store_applicability"] == StoreApplicability.ALL_STORES:
        # Google ignores the lists when all stores are meant.
        content.pop("store_codes_inclusion", None)
    for name in TEXTS:
        if name in values:
            content[name] = values[name]
    for name in ("minimum_stock", "limit_uses"):
        if name in values:
            content[name] = int(matched(_COUNT, name, values[name], "a whole number")[0])
    return content


def enum_value(values: dict[str, str], field: str, words: type[Any]) -> Any:
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


def benefit(values: dict[str, str]) -> dict[str, Any]:
    """The amounts, their one currency, and the kind of deal they make."""
    given: dict[str, Any] = {}
    currencies = set()
    if "percent_off" in values:
        given["percent_off"] = Decimal(
            matched(_PERCENT, "percent_off", values["percent_off"], "a percentage such as 25")[1]
        )
    for field in AMOUNTS:
        if field in values:
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
    end += inclusive_rest(end_text.strip(), end)
    zone = ""
    if start.tzinfo is not None and not window_is_wall_clock:
        start, end, zone = start.astimezone(dt.UTC), end.astimezone(dt.UTC), "UTC"
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
