"""Figures as people and hosts write them: only ASCII digits are digits, and nothing is guessed.

Python's own int and Decimal take 1_000, １２, ١٢, NaN and 1E+5 for numbers; none of them is one here.
"""

import re
from decimal import Decimal

from inventory.feeds.records import FeedRefused

_LENGTH_LIMIT = 40
_UNDECLARED = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
# 1.234 or 1,234,567 or 1.234,50: somebody's thousands, but whose is not declared.
_READ_TWO_WAYS = re.compile(r"-?[1-9][0-9]{0,2}(?:[.,][0-9]{3})+(?:[.,][0-9]+)?")
# Thousands may be grouped by the other sign or, as French spreadsheets do, by a blank that does not break.
_DECLARED = {
    sign: re.compile(
        rf"-?(?:[0-9]+|[1-9][0-9]{{0,2}}(?:(?:{re.escape(other)}[0-9]{{3}})+|(?:[\u00a0\u202f][0-9]{{3}})+))"
        rf"(?:{re.escape(sign)}[0-9]+)?"
    )
    for sign, other in ((".", ","), (",", "."))
}
_GROUPING = {
    sign: str.maketrans(sign, ".", f"{other}\u00a0\u202f") for sign, other in ((".", ","), (",", "."))
}


class NotANumber(ValueError):
    """The text is no figure. `expected` says what would be one."""

    code = "not_a_number"

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(f'"{text[:_LENGTH_LIMIT]}" is no number; expected {expected}')
        self.expected = expected


def read_decimal(text: str, *, decimal_sign: str | None, trailing_sign: bool = False) -> Decimal:
    """The figure in a text, blanks around it ignored.

    `decimal_sign` is "." or ","; the other one may then group thousands. None: not declared; a figure that could
    be read two ways raises FeedRefused("locale_undeclared"), for it says that all figures of the file can.
    `trailing_sign`: hosts may write 120- for -120. Raises NotANumber for everything else.
    """
    figure = text.strip(" \t")
    if figure.isascii() and figure.isdigit() and len(figure) <= _LENGTH_LIMIT:
        return Decimal(figure)
    if trailing_sign and figure[-1:] in ("-", "+"):
        figure = ("-" if figure[-1] == "-" else "") + figure[:-1].rstrip(" \t")
    if len(figure) > _LENGTH_LIMIT:
        raise NotANumber(text, expected_figure(decimal_sign))
    if decimal_sign is None:
        return _undeclared(text, figure)
    if not _DECLARED[decimal_sign].fullmatch(figure):
        raise NotANumber(text, expected_figure(decimal_sign))
    return Decimal(figure.translate(_GROUPING[decimal_sign])) + 0  # -0 is 0


def expected_figure(decimal_sign: str | None) -> str:
    """What a figure looks like, for the sentence of a rejection."""
    return f"a number such as 12, -3 or 0{decimal_sign or '.'}5"


def _undeclared(text: str, figure: str) -> Decimal:
    if _READ_TWO_WAYS.fullmatch(figure):
        raise FeedRefused(
            "locale_undeclared",
            f'"{figure}" can be read two ways: the profile must declare "decimal_sign" as "." or ",".',
        )
    if not _UNDECLARED.fullmatch(figure):
        raise NotANumber(text, expected_figure(None))
    return Decimal(figure.replace(",", ".")) + 0
