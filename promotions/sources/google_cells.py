"""The cells of a promotions feed: text to value, every fault a FieldError with its own code."""

import csv
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from inventory.feeds.json_text import JsonFault, decoded

_AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([A-Z]{3})", re.ASCII)
_BARE_AMOUNT = re.compile(r"\d{1,9}(?:\.\d{1,3})?", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?) ?%?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
LONGEST_CODE = 200
# One cell of JSON, how deep it goes, and the largest number in it.
LONGEST_JSON = 100_000
DEEPEST_JSON = 8
LARGEST_NUMBER = 10**12


class FieldError(ValueError):
    """A value that is not what the format asks for, or that does not go with the others."""

    def __init__(self, field: str, value: str, expected: str, *, code: str) -> None:
        shown = value if len(value) <= 80 else f"{value[:77]}…"
        super().__init__(f"{field}: expected {expected}, found “{shown}”.")
        self.code = code


def word_in(field: str, text: str, words: Iterable[str]) -> Any:
    """One of the words, in any case, with blanks, dashes or underscores."""
    said = text.upper().replace(" ", "_").replace("-", "_")
    known = list(words)
    if said not in known:
        raise FieldError(field, text, " or ".join(known).lower(), code="unknown_word")
    return next(word for word in known if word == said)


def amount_in(field: str, text: str) -> tuple[Decimal, str]:
    """An amount and its currency from "45.00 USD"."""
    if _BARE_AMOUNT.fullmatch(text):
        raise FieldError(field, text, "an amount such as 1.00 USD", code="no_currency")
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise FieldError(field, text, "an amount such as 1.00 USD", code="bad_amount")
    return Decimal(found[1]), found[2]


def percent_in(field: str, text: str) -> Decimal:
    """25 from "25", "25 %" or "25.0"."""
    found = _PERCENT.fullmatch(text)
    if not found:
        raise FieldError(field, text, "a percentage such as 25", code="bad_percent")
    return Decimal(found[1])


def whole_in(field: str, text: str) -> int:
    if not _WHOLE.fullmatch(text) or (text.startswith("-") and field != "priority"):
        raise FieldError(field, text, "a whole number", code="bad_count")
    return int(text)


def text_in(field: str, text: str, *, longest: int, may_be_json: bool) -> str:
    """A text; in our own export also one that is written as a JSON string."""
    if may_be_json and text.startswith('"'):
        value = json_in(field, text)
        if not isinstance(value, str):
            raise FieldError(field, text, "a text", code="bad_json")
        text = value
    if len(text) > longest:
        raise FieldError(field, text, f"at most {longest} characters", code="too_long")
    return text


def list_in(field: str, texts: Iterable[str], *, is_split: bool) -> list[str]:
    """The values of a list: one a text, or parted by commas where `is_split`, quoted as CSV has it, or a JSON array."""
    values: list[str] = []
    for text in texts:
        if text.startswith("[") and isinstance(found := decoded(text.encode()), list):
            values += strings_in(field, text, found)
        elif is_split:
            values += parted(text)
        else:
            values.append(text)
    if long := next((value for value in values if len(value) > LONGEST_CODE), ""):
        raise FieldError(field, long, f"at most {LONGEST_CODE} characters a code", code="too_long")
    return values


def strings_in(field: str, text: str, found: list[Any]) -> list[str]:
    check_plain(field, text, found)
    if not all(isinstance(value, str) for value in found):
        raise FieldError(field, text, "a list of texts", code="bad_json")
    return found


def parted(text: str) -> list[str]:
    """Values between commas; a quote that is not CSV's is a sign like any other."""
    try:
        cells = next(csv.reader([text], skipinitialspace=True, strict=True))
    except csv.Error:
        cells = text.split(",")
    return [cell.strip() for cell in cells if cell.strip()]


def objects_in(field: str, text: str) -> list[Any]:
    """A JSON array; what its objects may say is the rules' business."""
    found = json_in(field, text)
    if not isinstance(found, list):
        raise FieldError(field, text, "a JSON array of objects", code="bad_json")
    return found


def json_in(field: str, text: str) -> Any:
    """A JSON value that a database keeps: numbers exact, without NUL."""
    found = JsonFault("bad_json", "") if len(text) > LONGEST_JSON else decoded(text.encode())
    if isinstance(found, JsonFault):
        raise FieldError(field, text, "JSON", code="bad_json")
    check_plain(field, text, found)
    return found


def check_plain(field: str, text: str, value: Any, *, depth: int = 0) -> None:
    """Raises FieldError for what no revision keeps: NUL, numbers with an exponent or without end."""
    if depth > DEEPEST_JSON:
        raise FieldError(field, text, "JSON that is not so deep", code="bad_json")
    if isinstance(value, Mapping):
        for key, inside in value.items():
            check_plain(field, text, key, depth=depth + 1)
            check_plain(field, text, inside, depth=depth + 1)
    elif isinstance(value, list):
        for inside in value:
            check_plain(field, text, inside, depth=depth + 1)
    elif isinstance(value, str):
        if "\0" in value:
            raise FieldError(field, text, "texts without NUL", code="bad_json")
    elif isinstance(value, int | Decimal):
        if not -LARGEST_NUMBER < value < LARGEST_NUMBER:
            raise FieldError(field, text, "smaller numbers", code="bad_json")
    elif value is not None:
        raise FieldError(field, text, "plain numbers", code="bad_json")
