"""Facts of a file in a dialect, and the workbooks of the tests."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import pytest
import xlsxwriter

from inventory.feeds.dialects import DIALECTS
from inventory.feeds.facts import BadRow, Found, Note, StockCount
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from tests.inventory.feeds.reading import feed_file

Kind = TypeVar("Kind")


def read(
    dialect: str, content: str | bytes, profile: Mapping[str, object] | None = None, *, kind: str = "STOCK"
) -> list[Found]:
    declared = read_profile(kind, {**(profile or {}), "format": dialect}, dialects=DIALECTS)
    data = content if isinstance(content, bytes) else content.encode()
    return list(DIALECTS[dialect].read(feed_file(data, encoding=declared.encoding), declared))


def only(found: Iterable[Found], kind: type[Kind]) -> list[Kind]:
    return [one for one in found if isinstance(one, kind)]


def figures(found: Iterable[Found]) -> list[tuple[str, str, float]]:
    """(store, first item code, quantity) of each count."""
    return [
        (count.place.text, count.items[0].text, float(count.quantity)) for count in only(found, StockCount)
    ]


def bad(found: Iterable[Found]) -> list[tuple[int, str]]:
    return [(row.line_number, row.code) for row in only(found, BadRow)]


def notes(found: Iterable[Found]) -> list[tuple[int, str]]:
    return [(note.line_number, note.code) for note in only(found, Note)]


def refusal(
    dialect: str, content: str | bytes, profile: Mapping[str, object] | None = None, *, kind: str = "STOCK"
) -> FeedRefused:
    with pytest.raises(FeedRefused) as refused:
        read(dialect, content, profile, kind=kind)
    return refused.value


def xlsx(
    *sheets: Sequence[Sequence[object]],
    names: tuple[str, ...] = ("Stock", "Other"),
    hidden: int | None = None,
) -> bytes:
    """A workbook with these sheets, the one of that number hidden; text stays text, whatever it looks like."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"strings_to_numbers": False, "strings_to_formulas": False})
    for place, rows in enumerate(sheets):
        sheet = book.add_worksheet(names[place])
        if place == hidden:
            sheet.hide()
        else:
            sheet.activate()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return content.getvalue()
