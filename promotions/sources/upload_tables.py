"""Tables that people upload: a header and rows of cells, from delimited text or a workbook.

Nothing of a file is guessed: a column nobody knows refuses it, for a misspelt name would silently change what
shoppers get. A name that begins with # is a note and left out.
"""

import difflib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inventory.feeds.blocks import FeedFile
from inventory.feeds.facts import BadRow
from inventory.feeds.profiles import Profile, read_profile
from inventory.feeds.records import FeedRefused, told_text
from inventory.feeds.rows import WORKBOOK_MAGICS, Row, read_rows
from inventory.feeds.spreadsheets import restored

MOST_ROWS = 5_000
MOST_BYTES = 10 * 2**20
MOST_INFLATED = 64 * 2**20
MOST_CELL = 10_000
DELIMITERS = "\t,;|"
NOTE = "#"


@dataclass(frozen=True)
class Line:
    """One row of the table: its line, its cells by column, and what is wrong with it as a whole."""

    line_number: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """What a file holds. `columns` are the known ones, in the file's order."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    is_workbook: bool


def read_table(content: bytes, *, known: Mapping[str, str], key: str) -> Table:
    """The table of a file. `known` leads from names of columns (`plain_name`) to columns, "" for those left out.

    Raises FeedRefused for what is no table, lacks the column `key`, names a column that is not known or names one
    twice, has no rows or too many.
    """
    if len(content) > MOST_BYTES:
        raise FeedRefused(
            "too_large", f"The file has {len(content):,} bytes; at most {MOST_BYTES:,} are taken."
        )
    file = FeedFile(lambda: io.BytesIO(content), MOST_INFLATED)
    rows = read_rows(file, profile(), delimiters=DELIMITERS)
    header = next(rows, None)
    if not isinstance(header, Row):
        raise FeedRefused("no_header", "The first line cannot be read; expected the names of the columns.")
    columns = columns_of(header.values, known=known, key=key)
    lines = tuple(lines_of(rows, columns=columns))
    if not lines:
        raise FeedRefused("no_rows", "The file has the names of columns, but no row below them.")
    return Table(
        columns=tuple(column for column in columns if column),
        lines=lines,
        is_workbook=content.startswith(WORKBOOK_MAGICS),
    )


def profile() -> Profile:
    """Commas, UTF-8 or what Windows writes, a decimal point in workbooks."""
    return read_profile("STOCK", {"encoding": "cp1252", "decimal_sign": "."})


def plain_name(name: str) -> str:
    """A column's name however it is written: "First day", "first_day" and "FIRST-DAY" are one."""
    return " ".join(name.replace("_", " ").replace("-", " ").split()).casefold()


def columns_of(header: Sequence[str], *, known: Mapping[str, str], key: str) -> list[str]:
    """The column of each place of the header, "" for what is left out."""
    columns: list[str] = []
    for name in header:
        plain = plain_name(name)
        if not plain or name.strip().startswith(NOTE):
            columns.append("")
        elif plain in known:
            columns.append(known[plain])
        else:
            raise FeedRefused("unknown_column", told_text(unknown_column(name.strip(), plain, known)))
    if key not in columns:
        raise FeedRefused(
            "missing_column", "There is no column “promotion_id” (or “Promotion id”) in the first line."
        )
    for column in columns:
        if column and columns.count(column) > 1:
            raise FeedRefused("repeated_column", f"The column “{column}” is there more than once.")
    return columns


def unknown_column(name: str, plain: str, known: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(plain, known, n=1, cutoff=0.75)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    return f"The column “{name[:60]}” is not known.{hint} Begin its name with # to have it left out."


def lines_of(rows: Iterator[Row | BadRow], *, columns: Sequence[str]) -> Iterator[Line]:
    """The rows below the header. Raises FeedRefused past MOST_ROWS."""
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise FeedRefused(
                "too_many_rows", f"The file has more than {MOST_ROWS:,} rows; send it in parts."
            )
        if isinstance(row, BadRow):
            yield Line(row.line_number, {}, f"The line {row.told}")
            continue
        cells = {
            column: restored(value) for column, value in zip(columns, row.values, strict=False) if column
        }
        yield Line(row.line_number, cells, line_problem(row.values, columns))


def line_problem(values: Sequence[str], columns: Sequence[str]) -> str:
    """What no single column can be blamed for."""
    if any(value.strip() for value in values[len(columns) :]):
        return f"The row has {len(values)} cells, the first line only {len(columns)}."
    if any(len(value) > MOST_CELL for value in values):
        return f"A cell is longer than {MOST_CELL:,} characters."
    return ""
