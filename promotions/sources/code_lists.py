"""A list of single-use codes as a partner sends it: CSV or one code a line."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from promotions.rules.codes import LONGEST, canonical_code

MOST_CODES = 100_000
LONGEST_FILE = 10 * 2**20
HEADERS = frozenset({"CODE", "CODES", "COUPON", "VOUCHER", "COUPON_CODE", "VOUCHER_CODE"})


class ListRefused(ValueError):
    """The file as a whole cannot be read; the sentence says what is expected."""


@dataclass(frozen=True)
class CodeLine:
    """One line: the code in its one form, or why there is none (`problem` for machines, `message` for people)."""

    line: int
    text: str
    code: str = ""
    problem: str = ""
    message: str = ""


def read_code_list(content: bytes) -> list[CodeLine]:
    """Every line that says something, with the code in its first column; a heading is left out.

    UTF-8, commas, semicolons or tabs. A code that came before is DUPLICATE_IN_FILE on the later line, what cannot
    be a code BAD_FORM. Raises ListRefused.
    """
    if len(content) > LONGEST_FILE:
        raise ListRefused(f"The file has more than {LONGEST_FILE // 2**20} MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ListRefused("The file is not UTF-8 text.") from error
    first_line: dict[str, int] = {}
    lines = [code_line(number, cell, seen=first_line) for number, cell in first_cells(text)]
    if not lines:
        raise ListRefused("The file has no codes.")
    if len(lines) > MOST_CODES:
        raise ListRefused(f"The file has more than {MOST_CODES:,} codes; split it.")
    return lines


def first_cells(text: str) -> Iterator[tuple[int, str]]:
    """Line numbers and first cells, without the heading and empty lines."""
    for number, line in enumerate(text.splitlines(), 1):
        delimiter = next((sign for sign in ";\t," if sign in line), ",")
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
            cell = cells[0].strip() if cells else ""
        except csv.Error:  # a line longer than the reader takes
            cell = line[: LONGEST * 2]
        if cell and not (number == 1 and cell.upper().replace(" ", "_") in HEADERS):
            yield number, cell


def code_line(number: int, cell: str, *, seen: dict[str, int]) -> CodeLine:
    """A line judged by itself and by the lines before it."""
    code = canonical_code(cell)
    shown = cell[:60]
    if not code:
        return CodeLine(number, shown, problem="BAD_FORM",
                        message=f"A code has 4 to {LONGEST} letters and digits.")  # fmt: skip
    earlier = seen.setdefault(code, number)
    if earlier != number:
        return CodeLine(number, shown, problem="DUPLICATE_IN_FILE",
                        message=f"The code stands in line {earlier} already.")  # fmt: skip
    return CodeLine(number, shown, code=code)
