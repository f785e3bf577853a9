"""Parts of a revision that are lists of objects: read with care, for they come from anywhere."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Wrong = Callable[[str, str], None]

LIST_FIELDS = ("tiers", "bundle_parts", "limits", "weekly_hours")
_NUMBERS = ("from", "percent_off", "money_off_amount", "fixed_price_amount", "limit")
_OPTIONAL = (
    *("percent_off", "money_off_amount", "fixed_price_amount"),
    *("item_id", "brand", "product_type", "item_group_id"),
)


def objects(content: Mapping[str, Any], field: str, wrong: Wrong) -> list[Mapping[str, Any]]:
    """The objects of a list field; what is none is an error."""
    found = content.get(field) or []
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        wrong(field, "Give a list of objects.")
        return []
    if len(found) > 50:
        wrong(field, "Give at most 50.")
        return []
    return found


def unknown_keys(one: Mapping[str, Any], *, known: set[str]) -> str:
    """The keys that mean nothing here, as text."""
    return ", ".join(sorted(str(key) for key in one if key not in known))


def number_in(value: Any) -> Decimal | None:
    """A finite number of at most 12 digits and 3 decimals from text or a number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= 10**9 or number != round(number, 3):
        return None
    return number


def whole_in(value: Any) -> int | None:
    """A whole number, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def is_currency(text: str) -> bool:
    """Three capital letters, as ISO 4217 has them."""
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def canonical(content: Mapping[str, Any]) -> dict[str, Any]:
    """The same words with lists of objects written one way, so that equal is equal.

    Numbers are text without needless zeros ("10", not "10.0"), days of the week go from Monday on, and terms that
    are null or an empty list are left away.
    """
    fresh = dict(content)
    for field in LIST_FIELDS:
        if isinstance(fresh.get(field), list):
            fresh[field] = [_canonical_object(field, one) for one in fresh[field]]
    return fresh


def _canonical_object(field: str, one: Any) -> Any:
    if not isinstance(one, Mapping):
        return one
    said = {key: value for key, value in one.items() if key not in _OPTIONAL or value not in (None, [])}
    if field == "weekly_hours":
        days = said.get("days")
        if isinstance(days, list) and all(whole_in(day) is not None for day in days):
            said["days"] = sorted(days)
        return said
    return {key: plain_text(value) if key in _NUMBERS else value for key, value in said.items()}


def plain_text(value: Any) -> Any:
    """A number as text without exponent or needless zeros; anything else as it is."""
    number = number_in(value)
    if number is None:
        return value
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
