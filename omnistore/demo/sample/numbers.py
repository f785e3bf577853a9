"""Invented but valid GS1 numbers.

The data set knows products by a number of its own, not by a barcode. GS1 keeps the prefix 952 for
demonstrations and examples: such numbers belong to nobody, and since 952 lies outside the ranges for
restricted circulation (02, 04, 20-29) every scanner and library treats them as ordinary trade items.
"""

DEMONSTRATION_PREFIX = "952"


def check_digit(digits: str) -> str:
    """The check digit for a GTIN or GLN that lacks it (GS1 general specifications, 7.9).

    Weights 3, 1, 3 … from the right; the digit fills the sum up to the next ten.
    """
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def demonstration_number(number: int) -> str:
    """A 13-digit GTIN or GLN that carries `number` (at most 9 digits) between the prefix and the check digit.

    Raises:
        ValueError: the number has more than nine digits or is negative.
    """
    if not 0 <= number < 10**9:
        raise ValueError(f"{number} does not fit into nine digits")
    body = f"{DEMONSTRATION_PREFIX}{number:09d}"
    return body + check_digit(body)
