"""The header of a table: found below title rows, of one row or two, and the rows under it checked against it."""

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from inventory.feeds.blocks import FeedFile, visible
from inventory.feeds.contract import Option
from inventory.feeds.facts import BadRow, Note
from inventory.feeds.profiles import Profile
from inventory.feeds.records import FeedRefused
from inventory.feeds.rows import Row, open_quote, read_rows

Layout = TypeVar("Layout")
# What the rows under a header are: usable ones, unusable ones, and remarks.
TableRow = Row | BadRow | Note

_SEARCHED_ROWS = 20
_COLUMNS_LIMIT = 16_384
_BLANKS = re.compile(r"[\s\u00a0\u202f\ufeff]+")
TOTALS = (
    "total", "totals", "grand total", "subtotal", "sum", "sums", "summe", "summen", "gesamt", "gesamtsumme",
    "endsumme", "zwischensumme", "totale", "totaal", "somme", "suma", "insgesamt",
)  # fmt: skip
# UTF-8 read as cp1252 and written as UTF-8 again: Ã¼ for ü, â€“ for a dash.
_ENCODED_TWICE = ("Ã", "â€", "Â")


class UnknownHeader(FeedRefused):
    """A row lacks so many of the header's columns."""

    def __init__(self, message: str, *, missing: int) -> None:
        super().__init__("unknown_header", message)
        self.missing = missing


@dataclass(frozen=True)
class Header:
    """The columns' names, as written and folded; a column of two header rows also answers to either of them."""

    names: tuple[str, ...]
    folded_names: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...] = ()

    def place(self, *wanted: str) -> int | None:
        """Where the first of these names stands; a name that several columns bear is nobody's."""
        for name in wanted:
            places = self.places(name)
            if len(places) > 1:
                raise UnknownHeader(f'The header names "{visible(name)}" more than once.', missing=0)
            if places:
                return places[0]
        return None

    def places(self, name: str) -> list[int]:
        """Every column of that name, in order; the full name goes before a part of it."""
        wanted = folded(name)
        whole = [place for place, own in enumerate(self.folded_names) if own == wanted]
        return whole or [place for place, own in enumerate(self.parts) if wanted in own]

    def lacks(self, missing: Sequence[str]) -> UnknownHeader:
        """The refusal of a header without these columns."""
        return UnknownHeader(
            f"The header lacks {listed(missing)}; it has {listed(self.names)}.", missing=len(missing)
        )


def folded(name: str) -> str:
    """A name as it is compared: case and blanks do not matter."""
    return _BLANKS.sub(" ", name).strip().casefold()


def listed(names: Sequence[str]) -> str:
    """Names for a sentence, the first thirty of them."""
    shown = ", ".join(f'"{visible(name)}"' for name in names[:30] if name)
    return f"{shown} and {len(names) - 30} more" if len(names) > 30 else shown


def open_table(
    file: FeedFile,
    profile: Profile,
    recognise: Callable[[Header], Layout],
    *,
    delimiters: str = "",
    skips_totals: bool = False,
) -> tuple[Layout, Iterator[TableRow]]:
    """What `recognise` makes of the header, and the rows under it.

    `recognise` raises UnknownHeader for a row that is not the header; without `title_rows` in the
    profile the first 20 rows are tried. Raises the refusal of the row that lacks least when none is.
    """
    rows = read_rows(file, profile, delimiters=delimiters)
    try:
        header, layout = _found_header(rows, profile, recognise)
    except FeedRefused:
        rows.close()
        raise
    return layout, _checked(rows, header, _labels(profile) if skips_totals else frozenset())


def _found_header(
    rows: Iterator[Row | BadRow], profile: Profile, recognise: Callable[[Header], Layout]
) -> tuple[Header, Layout]:
    skipped = profile.options.get("title_rows")
    height = 2 if profile.options.get("header_rows") == 2 else 1
    window: list[Row] = []
    refusals: list[tuple[int, int, UnknownHeader]] = []
    for tried, row in enumerate(row for row in rows if isinstance(row, Row)):
        if isinstance(skipped, int) and row.line_number <= skipped:
            continue
        window = [*window, row][-height:]
        if len(window) < height:
            continue
        header = _header(window)
        try:
            return header, recognise(header)
        except UnknownHeader as error:
            refusals.append((error.missing, -sum(1 for name in header.names if name), error))
        if isinstance(skipped, int) or tried + 1 >= _SEARCHED_ROWS:
            break
    if not refusals:
        raise FeedRefused("empty_file", "The file holds no table.")
    raise min(refusals, key=lambda refusal: refusal[:2])[2]


def _header(rows: list[Row]) -> Header:
    names = [_BLANKS.sub(" ", name).strip() for name in rows[-1].values]
    if len(names) > _COLUMNS_LIMIT:
        raise FeedRefused(
            "hostile_input", f"The table has {len(names):,} columns; {_COLUMNS_LIMIT:,} are read."
        )
    if len(rows) == 1:
        return Header(tuple(names), tuple(map(folded, names)))
    above, last = [], ""
    for name in rows[0].values[: len(names)]:
        last = _BLANKS.sub(" ", name).strip() or last  # a merged cell holds its text in its first column
        above.append(last)
    above += [""] * (len(names) - len(above))
    pairs = list(zip(above, names, strict=True))
    both = [" / ".join(filter(None, pair)) for pair in pairs]
    parts = tuple((folded(low), folded(high)) for high, low in pairs)
    return Header(tuple(both), tuple(map(folded, both)), parts)


def _checked(
    rows: Generator[Row | BadRow, None, None], header: Header, totals: frozenset[str]
) -> Iterator[TableRow]:
    width, is_noted = len(header.names), False
    try:
        for row in rows:
            if isinstance(row, BadRow):
                yield row
                continue
            if totals and _is_total(row, totals):
                yield Note(
                    line_number=row.line_number,
                    code="totals_row",
                    message=f"Line {row.line_number} is a total.",
                )
                continue
            if len(row.values) != width:
                yield _wrong_width(row, width)
                continue
            if not is_noted and _is_encoded_twice(row.raw):
                is_noted = True
                told = f"Line {row.line_number} holds text that was encoded twice; it is taken as it is."
                yield Note(line_number=row.line_number, code="mojibake", message=told)
            yield row
    finally:
        rows.close()


def _wrong_width(row: Row, width: int) -> BadRow:
    if "\n" in row.raw or "\r" in row.raw:
        raise open_quote(row.line_number, row.raw)
    if row.is_unended and len(row.values) < width:
        raise FeedRefused(
            "truncated",
            f"Line {row.line_number}, the last one, has {len(row.values)} of {width} columns and no line end: "
            "the file was cut off on its way. Send it again.",
        )
    told = f"{len(row.values)} columns; expected {width} as in the header."
    return BadRow(line_number=row.line_number, code="column_count", told=told, raw=row.raw)


def _is_total(row: Row, labels: frozenset[str]) -> bool:
    first = next((value for value in row.values if value.strip()), "")
    return folded(first).rstrip(" :") in labels


def _is_encoded_twice(text: str) -> bool:
    if text.isascii() or not any(sign in text for sign in _ENCODED_TWICE):
        return False
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False


def _labels(profile: Profile) -> frozenset[str]:
    labels = profile.options.get("totals")
    return frozenset(labels if isinstance(labels, tuple) else TOTALS)


def _container_option(value: object) -> object:
    if value not in (None, "ANY", "WORKBOOK"):
        raise ValueError('"WORKBOOK" where nothing else is expected, or "ANY"')
    return value


def _sheet_option(value: object) -> object:
    is_number = isinstance(value, int) and not isinstance(value, bool) and value > 0
    if value is not None and not is_number and not (isinstance(value, str) and value):
        raise ValueError("the name of a sheet or its number from 1")
    return value


def _title_rows_option(value: object) -> object:
    if value is not None and (
        isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1000
    ):
        raise ValueError("how many rows stand above the header, from 0 to 1000")
    return value


def _header_rows_option(value: object) -> object:
    if value not in (None, 1, 2) or isinstance(value, bool):
        raise ValueError("1 or 2")
    return value or 1


def _totals_option(value: object) -> object:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(label, str) for label in value):
        raise ValueError("a list of the words that begin a row of totals")
    return tuple(folded(label).rstrip(" :") for label in value)


# What a profile may say of a table in any dialect that reads one.
TABLE_OPTIONS: Mapping[str, Option] = {
    "container": _container_option,
    "sheet": _sheet_option,
    "title_rows": _title_rows_option,
    "header_rows": _header_rows_option,
    "totals": _totals_option,
}
