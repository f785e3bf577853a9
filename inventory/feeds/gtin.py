"""GTINs: lengths, check digits, and the one form they are kept in."""

import re

_DIGITS = re.compile(r"[0-9]+", re.ASCII)
LENGTHS = (8, 12, 13, 14)


def check_digit(body: str) -> int:
    """The GS1 check digit of the digits before it: GS1 weights 3 and 1 from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return -total % 10


def has_valid_check_digit(digits: str) -> bool:
    """Whether the last digit is the check digit of the others; leading zeros do not matter."""
    return len(digits) > 1 and check_digit(digits[:-1]) == int(digits[-1])


def normalise_gtin(text: str) -> str | None:
    """GTIN-8, -12, -13 or -14 as GTIN-14; None when it is none of them or its check digit is wrong.

    Blanks and hyphens between digits, as people copy them from a label, are ignored.
    """
    digits = text.strip().replace(" ", "").replace("-", "")
    if len(digits) not in LENGTHS or not _DIGITS.fullmatch(digits) or not has_valid_check_digit(digits):
        return None
    return digits.zfill(14)
