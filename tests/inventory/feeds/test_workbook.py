"""Workbooks people send, and those that are sent to do harm."""

import datetime
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable

import odf.opendocument
import odf.table
import odf.text
import pytest
import xlsxwriter
import xlwt

from inventory.feeds.records import FeedRefused
from inventory.feeds.workbook import FILE_LIMIT, workbook_rows
from tests.inventory.feeds.dialect_reading import xlsx

ROWS: list[list[object]] = [["EAN", "Stock"], [4006381333931, 3], ["0012", "7"]]
TEXTS = [(1, ["EAN", "Stock"]), (2, ["4006381333931", "3"]), (3, ["0012", "7"])]


def rows_of(
    content: bytes, *, sheet: str | int | None = None, sign: str | None = None
) -> list[tuple[int, list[str]]]:
    return list(workbook_rows(io.BytesIO(content), sheet=sheet, decimal_sign=sign))


def refusal(content: bytes) -> str:
    with pytest.raises(FeedRefused) as refused:
        rows_of(content)
    return refused.value.code


def xls(rows: list[list[object]]) -> bytes:
    book, content = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Stock")
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            sheet.write(number, place, value)
    book.save(content)
    return content.getvalue()


def ods(rows: list[list[object]]) -> bytes:
    book, content = odf.opendocument.OpenDocumentSpreadsheet(), io.BytesIO()
    table = odf.table.Table(name="Stock")
    for row in rows:
        line = odf.table.TableRow()
        for value in row:
            kind = (
                {"valuetype": "float", "value": value} if isinstance(value, int) else {"valuetype": "string"}
            )
            cell = odf.table.TableCell(**kind)
            cell.addElement(odf.text.P(text=str(value)))
            line.addElement(cell)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("written", [xlsx, xls, ods])
def test_numbers_are_digits_and_text_stays_text(written: object) -> None:
    assert callable(written)
    assert rows_of(written(ROWS)) == TEXTS


def test_cells_of_every_kind() -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet()
    day, instant = (book.add_format({"num_format": shape}) for shape in ("dd.mm.yyyy", "dd.mm.yyyy hh:mm"))
    for place, value in enumerate(
        [1.5, -0.25, 1.234, 0.1 + 0.2, 2.9999999999999996, 1e-05, 2.0**53, 1e17, True]
    ):
        sheet.write(2, place + 1, value)
    sheet.write_datetime(3, 1, datetime.date(2026, 11, 22), day)
    sheet.write_datetime(3, 2, datetime.datetime.fromisoformat("2026-11-22T18:30"), instant)
    sheet.write_string(3, 3, "=cmd|' /C calc'!A0")
    sheet.write_string(3, 4, "\u00a0SKU 1\u202f")
    sheet.write_string(3, 5, "5,90124E+12")
    sheet.write_formula(3, 6, "=1+1", None, 2)
    book.close()
    (first, numbers), (second, others) = rows_of(content.getvalue(), sign=",")
    assert (first, second) == (3, 4)
    assert [text for text in numbers if text] == [
        "1,5", "-0,25", "1,234", "0,3", "3", "0,00001", "9007199254740992", "1.000000000000000E+17", "TRUE",
    ]  # fmt: skip
    assert [text for text in others if text] == [
        "2026-11-22", "2026-11-22T18:30:00", "=cmd|' /C calc'!A0", "SKU 1", "5,90124E+12", "2",
    ]  # fmt: skip


def test_a_number_cannot_be_read_two_ways_even_where_no_sign_is_declared() -> None:
    assert rows_of(xlsx([[1.234, -12.5, "1.234"]])) == [(1, ["1.2340", "-12.5", "1.234"])]


def test_which_sheet() -> None:
    content = xlsx([["hidden"]], [["seen"]], hidden=0)
    assert rows_of(content) == [(1, ["seen"])]
    assert rows_of(content, sheet="stock") == rows_of(content, sheet=1) == [(1, ["hidden"])]
    with pytest.raises(FeedRefused, match=r'unknown_sheet.*it has "Stock", "Other"'):
        rows_of(content, sheet="Filiale")


def archive(parts: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    return content.getvalue()


def with_sheet(sheet: bytes) -> bytes:
    """A sound workbook with another sheet in it."""
    with zipfile.ZipFile(io.BytesIO(xlsx(ROWS))) as sound:
        return archive(
            {name: sound.read(name) for name in sound.namelist()} | {"xl/worksheets/sheet1.xml": sheet}
        )


LONG_CELL = b'<row r="1"><c r="A1" t="str"><v>' + b"xy" * 2_000_000 + b"</v></c></row>"
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
FAR_CELL = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def lying(content: bytes) -> bytes:
    """The directory and the part's own header say the sheet is ten bytes long."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        size = packed.getinfo("xl/worksheets/sheet1.xml").file_size.to_bytes(4, "little")
    return content.replace(size, (10).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda: with_sheet(SHEET % (b"<row><c><v>" + b"1" * 210_000_000 + b"</v></c></row>")), "hostile_input"),
        (lambda: with_sheet(SHEET % (b"<row/>" * 5_000_000)), "hostile_input"),
        (lambda: with_sheet(SHEET % FAR_CELL), "hostile_input"),
        (lambda: with_sheet(SHEET % LONG_CELL), "hostile_input"),
        (lambda: archive({"mimetype": b""} | {f"{number}.xml": b"" for number in range(200)}), "hostile_input"),
        (lambda: lying(with_sheet(SHEET % (b"<row/>" * 70_001))), "hostile_input"),
        (lambda: b"PK\x03\x04" + b"\0" * FILE_LIMIT, "hostile_input"),
        (lambda: b"store,item\nS1,4006381333931\n", "not_an_excel_file"),
        (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "not_an_excel_file"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000, "not_an_excel_file"),
        (lambda: archive({"mimetype": b"application/epub+zip"}), "not_an_excel_file"),
        (lambda: xlsx(ROWS)[:-30], "not_an_excel_file"),
        (lambda: b"", "not_an_excel_file"),
    ],
    ids=range(13),
)  # fmt: skip
def test_refused(made: Callable[[], bytes], code: str) -> None:
    assert refusal(made()) == code


def test_the_process_that_reads_feeds_never_loads_what_opens_workbooks() -> None:
    program = (
        "import io, sys; from inventory.feeds.workbook import workbook_rows;"
        "rows = list(workbook_rows(io.BytesIO(sys.stdin.buffer.read())));"
        "print(len(rows), 'python_calamine' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], input=xlsx(ROWS), capture_output=True, check=True
    ).stdout
    assert said.decode().split() == [str(len(TEXTS)), "False"]


def test_reading_may_be_left_off() -> None:
    rows = workbook_rows(io.BytesIO(xlsx([[number] for number in range(5_000)])))
    assert next(rows) == (1, ["0"])
    rows.close()  # type: ignore[attr-defined]
