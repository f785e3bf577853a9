"""Values of a JSON object as our fields: each either fits or is named with what was expected."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn

from inventory.feeds.json_text import Exponent
from inventory.feeds.unfit import Unfit

CODE_LIMIT = 128
TEXT_LIMIT = 500
# No level, sale or price needs more; a longer one would only tire whoever adds them up.
DIGIT_LIMIT = 30
_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def said(value: object) -> str:
    """A value as a sentence shows it; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, Exponent):
        value = value.text
    elif isinstance(value, Decimal):
        value = format(value, "f")
    elif isinstance(value, bool):
        value = "true" if value else "false"
    elif isinstance(value, Mapping):
        value = "{…}"
    elif isinstance(value, list):
        value = "[…]"
    elif isinstance(value, int):
        value = _digits(value) or "a very long number"
    return _CONTROL.sub("\u2400", str(value))[:80]


def code_in(value: object, field: str, *, is_gtin: bool = False) -> str:
    """A code as text. A number stands for its own digits, however many; 0012 can only come as text."""
    if isinstance(value, Exponent) and is_gtin:
        raise Unfit("gtin_exponent", field, said(value), "all digits of the GTIN, as text")
    if is_gtin and isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        value = _digits(value) or value
    if value is None or value == "":
        raise Unfit("missing_value", field, said(value), "a code")
    if not isinstance(value, str) or len(value) > CODE_LIMIT or _CONTROL.search(value) or not value.strip():
        raise Unfit("bad_code", field, said(value), f"a code of at most {CODE_LIMIT} characters, as text")
    return value


def text_in(value: object, field: str, *, longest: int = TEXT_LIMIT) -> str:
    """A text; null is an empty one."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        raise Unfit("bad_value", field, said(value), f"a text of at most {longest} characters")
    return value


def choice_in(value: object, field: str, choices: tuple[str, ...]) -> Any:
    """One of the words there are."""
    if not isinstance(value, str) or value not in choices:
        raise Unfit("bad_value", field, said(value), f"one of {', '.join(choices)}")
    return value


def decimal_in(value: object, field: str) -> Decimal:
    """A JSON number, or a text of digits with a point; both exact, neither with an exponent."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**DIGIT_LIMIT:
        return Decimal(value)
    if isinstance(value, Decimal) and len(value.as_tuple().digits) <= DIGIT_LIMIT:
        return value
    if isinstance(value, str) and len(value) <= DIGIT_LIMIT and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise Unfit(*_no_number(value), field, said(value), "a number such as 12, -3 or 0.5")


def whole_in(value: object, field: str) -> int:
    """A JSON number without a fraction that fits 8 bytes."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
        return value
    raise Unfit(*_no_number(value), field, said(value), "a whole number such as 12")


def instant_in(value: object, field: str) -> datetime:
    """An ISO 8601 date and time; naive where it names no offset."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            _no_time(value, field, "an ISO 8601 time that exists")
    return _no_time(value, field, "an ISO 8601 time such as 2026-11-22T18:30:00Z")


def day_in(value: object, field: str) -> date:
    """An ISO 8601 date."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            _no_time(value, field, "a date that exists")
    return _no_time(value, field, "a date such as 2026-11-22")


def _no_time(value: object, field: str, expected: str) -> NoReturn:
    raise Unfit("missing_value" if value is None else "bad_time", field, said(value), expected)


def _no_number(value: object) -> tuple[str]:
    return ("missing_value",) if value is None or value == "" else ("not_a_number",)


def _digits(number: int) -> str | None:
    """The digits of an integer; Python refuses to write very long ones."""
    return str(number) if abs(number) < 10**CODE_LIMIT else None
