"""The process that opens a workbook: it limits itself first, because a hostile one may take all it can get.

Started by inventory.feeds.workbook with the file as its input; it imports nothing of ours. To its output it writes
one JSON value a line: [row, [text, ...]] for each row that holds something, then {"end": rows}; or, where the
workbook cannot be used, {"refused": [code, message]}.
"""

import datetime
import json
import math
import resource
import sys
import zipfile
import zlib
from decimal import Decimal
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MEMORY_BYTES = 2**30
CPU_SECONDS = 20
PARTS_LIMIT = 200
INFLATED_LIMIT = 200 * 2**20
RATIO_LIMIT = 200
# A small sheet of equal cells packs well without being a bomb.
RATIO_FROM = 20 * 2**20
ROWS_LIMIT = 1_048_576
ROW_CHARACTERS = 2**20
EXACT_INTEGERS = 2**53
BLANKS = " \t\r\n\u00a0\u202f\ufeff"


class RefusedError(Exception):
    """The workbook is not read: a code and a sentence."""


def limit_self() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def check_archive(stream: BinaryIO) -> None:
    """Refuse a bomb by what its directory says, and a directory that lies by reading what is there."""
    try:
        parts = zipfile.ZipFile(stream).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise RefusedError(
            "not_an_excel_file", f"The archive is damaged ({error}). Send it again."
        ) from error
    if len(parts) > PARTS_LIMIT:
        raise RefusedError("hostile_input", f"The workbook has {len(parts):,} parts; {PARTS_LIMIT} are read.")
    declared, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    check_size(declared, packed)
    with zipfile.ZipFile(stream) as archive:
        for part in archive.infolist():
            if inflated_size(archive, part) != part.file_size:
                raise RefusedError("hostile_input", f"The part {part.filename!r} is larger than it says.")


def check_size(inflated: int, packed: int) -> None:
    if inflated > INFLATED_LIMIT:
        raise RefusedError(
            "hostile_input", f"The workbook unpacks to {inflated:,} bytes; {INFLATED_LIMIT:,} are read."
        )
    if inflated > RATIO_FROM and inflated > RATIO_LIMIT * max(packed, 1):
        raise RefusedError("hostile_input", "The workbook is packed far tighter than any real one.")


def inflated_size(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """How many bytes are really in a part, as far as the limit."""
    says = part.file_size
    part.file_size = INFLATED_LIMIT + 1  # else zipfile stops where the directory says
    size = 0
    try:
        with archive.open(part) as inside:
            while piece := inside.read(2**20):
                size += len(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        what = f"The part {part.filename!r} is damaged or locked ({error}). Send it again."
        raise RefusedError("not_an_excel_file", what) from error
    finally:
        part.file_size = says
    return size


def cell_text(value: object, decimal_sign: str) -> str:
    """A cell as text; "" for the decimal sign means that none is declared."""
    kind = type(value)
    if kind is str:
        return value.strip(BLANKS)  # type: ignore[attr-defined,no-any-return]
    if kind is float or kind is int:
        return number_text(value, decimal_sign)  # type: ignore[arg-type]
    if kind is bool:
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return "" if value is None else str(value)


def number_text(value: float, decimal_sign: str) -> str:
    """A number with the 15 digits a spreadsheet shows; beyond what it holds exactly, with an exponent."""
    if -EXACT_INTEGERS <= value <= EXACT_INTEGERS and value == int(value):
        return str(int(value))
    if not math.isfinite(value):
        return str(value)
    if abs(value) > EXACT_INTEGERS:
        return f"{value:.15E}"
    text = repr(value)
    if len(text) > 15 or "e" in text:
        text = format(Decimal(f"{value:.15g}"), "f")
        if "." not in text:
            return text
    if decimal_sign:
        return text.replace(".", decimal_sign)
    # A number is no question of locale: with a fourth decimal nobody takes 1.234 for thousands.
    return text + "0" if text[-4:-3] == "." else text


def write_rows(stream: BinaryIO, *, sheet: str | int | None, decimal_sign: str) -> int:
    """Write the sheet's rows that hold something, and say how many."""
    try:
        workbook = CalamineWorkbook.from_filelike(stream)
        rows = workbook.get_sheet_by_name(sheet_name(workbook, sheet)).iter_rows()
    except (CalamineError, ValueError, OSError) as error:
        what = f"The file cannot be opened as a workbook ({type(error).__name__}: {error})."
        raise RefusedError("not_an_excel_file", what) from error
    count = 0
    for number, row in enumerate(rows, 1):
        texts = [cell_text(value, decimal_sign) for value in row]
        if not any(texts):
            continue
        count += 1
        if sum(map(len, texts)) > ROW_CHARACTERS:
            raise RefusedError(
                "hostile_input", f"Row {number} holds more than {ROW_CHARACTERS:,} characters."
            )
        if count > ROWS_LIMIT:
            raise RefusedError("hostile_input", f"The sheet has more than {ROWS_LIMIT:,} rows.")
        sys.stdout.write(json.dumps([number, texts], ensure_ascii=True) + "\n")
    return count


def sheet_name(workbook: CalamineWorkbook, wanted: str | int | None) -> str:
    """The sheet of that name or number (from 1); by default the first that can be seen."""
    sheets = workbook.sheets_metadata
    names = [sheet.name for sheet in sheets]
    if wanted is None:
        seen = [
            one.name
            for one in sheets
            if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet
        ]
        found = (seen or names)[:1]
    elif isinstance(wanted, int):
        found = names[wanted - 1 : wanted]
    else:
        found = [n for n in names if n == wanted] or [
            n for n in names if n.strip().casefold() == wanted.strip().casefold()
        ]
    if not found:
        listed = ", ".join(f'"{name}"' for name in names[:20])
        told = f"The workbook has no sheet {wanted!r}; it has {listed}." if names else "It has no sheets."
        raise RefusedError("unknown_sheet", told)
    return found[0]


def main() -> None:
    limit_self()
    asked = json.loads(sys.argv[1])
    stream = sys.stdin.buffer
    try:
        if stream.read(2) == b"PK":
            stream.seek(0)
            check_archive(stream)
        stream.seek(0)
        count = write_rows(stream, sheet=asked["sheet"], decimal_sign=asked["decimal_sign"])
    except RefusedError as refused:
        sys.stdout.write(json.dumps({"refused": list(refused.args)}) + "\n")
    else:
        sys.stdout.write(json.dumps({"end": count}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
