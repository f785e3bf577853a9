"""What the cells of a table say: quantities, instants, barcodes; each is a value, or why it is none."""

import re
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import cast

from inventory.feeds.barcodes import read_barcode
from inventory.feeds.facts import BadRow, Code, ItemScheme, Note
from inventory.feeds.numbers import NotANumber, read_decimal
from inventory.feeds.profiles import Profile
from inventory.feeds.records import FeedRefused
from inventory.feeds.rows import Row

# Not nothing, but not counted: none of these is 0.
NOT_TRACKED = frozenset({"", "not stocked", "variable", "not tracked"})
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,12})?)?(?: ?Z| ?[+-]\d\d(?::?\d\d)?)?)?", re.ASCII
)
# What the vectorised path takes in a time's pattern beside what Python knows.
_PATTERN = {
    "%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%R": "%H:%M", "%D": "%m/%d/%y", "%:z": "%z", "%#z": "%z", "%.f": ".%f",
    "%3f": "%f", "%6f": "%f", "%.3f": ".%f", "%.6f": ".%f", "%e": "%d", "%k": "%H", "%l": "%I", "%P": "%p",
}  # fmt: skip


def quantity_in(row: Row, place: int, name: str, profile: Profile) -> Decimal | BadRow | Note:
    """The quantity in a column; a Note where the item is not counted, a BadRow where it is no usable figure."""
    text = row.values[place].strip()
    if text.casefold() in NOT_TRACKED:
        what = f'"{text}"' if text else "empty"
        return Note(
            line_number=row.line_number,
            code="not_tracked",
            message=f"Line {row.line_number}: {name} is {what}, so the item is not counted there.",
        )
    quantity = figure_in(row, place, name, profile)
    if isinstance(quantity, Decimal) and quantity < 0 and not profile.negatives:
        return rejected(
            row, "negative", name, text, "a quantity of 0 or more, as the profile says", part=place
        )
    return quantity


def figure_in(row: Row, place: int, name: str, profile: Profile) -> Decimal | BadRow:
    """The figure in a column. Raises FeedRefused("locale_undeclared") naming the line it was seen in."""
    text = row.values[place]
    try:
        return read_decimal(text, decimal_sign=profile.decimal_sign)
    except NotANumber as error:
        return rejected(row, NotANumber.code, name, text.strip(), error.expected, part=place)
    except FeedRefused as refused:
        raise FeedRefused(refused.code, f"Line {row.line_number}, {name}: {refused.message}") from refused


def rejected(row: Row, code: str, name: str, value: str, expected: str, *, part: int = 0) -> BadRow:
    """A row that cannot be used because of one field."""
    return BadRow(
        line_number=row.line_number,
        code=code,
        field=name,
        value=value[:200],
        expected=expected,
        raw=row.raw,
        part=part,
    )


def instant_in(row: Row, place: int, name: str, profile: Profile) -> datetime | BadRow:
    """The instant in a column, naive where the text names no zone."""
    text = row.values[place].strip()
    try:
        return read_instant(text, profile.time_format)
    except ValueError:
        written = profile.time_format or "an ISO 8601 time such as 2026-11-22T18:30:00Z"
        return rejected(row, "bad_time", name, text, written)


@lru_cache(maxsize=4096)
def read_instant(text: str, time_format: str | None) -> datetime:
    """An instant by the profile's pattern or in ISO 8601, which any sheet's date cells are. Raises ValueError."""
    if not text.isascii():
        raise ValueError("no time")
    if _ISO.fullmatch(text):
        return datetime.fromisoformat(text.replace(" Z", "Z").replace(" +", "+").replace(",", "."))
    if time_format is None:
        raise ValueError("no time")
    for ours, python in _PATTERN.items():
        time_format = time_format.replace(ours, python)
    return datetime.strptime(text, time_format)  # noqa: DTZ007 - naive times are localised by the loader


def item_scheme(profile: Profile) -> ItemScheme:
    """The kind of code that the profile's item column holds."""
    return cast(ItemScheme, profile.item_code)


def barcode_in(text: str) -> Code | None:
    """The GTIN in a barcode's cell: plain, as a scanner gives it, or without the zeros a spreadsheet dropped."""
    written = text.strip().lstrip("'")  # the apostrophe keeps a spreadsheet from making a number of it
    return Code("GTIN", written) if read_barcode(written).gtin else None


def barcode_note(row: Row, name: str, text: str) -> Note:
    """That a line is used although its barcode is none."""
    told = f'Line {row.line_number}: {name} is "{text[:100]}", which is no GTIN; the line goes by its other code.'
    return Note(line_number=row.line_number, code="barcode_not_gtin", message=told)


def store_option(value: object) -> object:
    """The option `store`: the code of the one store that all lines speak of."""
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise ValueError("the code of the store that all lines speak of")
    return value.strip() if isinstance(value, str) else None


def declared_store(profile: Profile) -> str:
    """The store of a file that names none. Raises FeedRefused("bad_profile") where the profile does not say."""
    store = profile.options.get("store")
    if not isinstance(store, str):
        raise FeedRefused("bad_profile", 'The file names no store; the profile must say which one: "store".')
    return store
