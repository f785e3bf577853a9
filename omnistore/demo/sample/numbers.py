"""Invented but valid GS1 numbers.

The data set knows products by a number of its own, not by a barcode. GS1 keeps the prefix 952 for
demonstrations and examples: such numbers belong to nobody, and since 952 lies outside the ranges for
restricted circulation (02, 04, 20-29) every scanner and library treats them as ordinary trade items.
"""

from inventory.feeds.gtin import check_digit

DEMONSTRATION_PREFIX = "952"


def demonstration_number(number: int) -> str:
    """A 13-digit GTIN or GLN that carries `number` (at most 9 digits) between the prefix and the check digit.

    Raises:
        ValueError: the number has more than nine digits or is negative.
    """
    if not 0 <= number < 10**9:
        raise ValueError(f"{number} does not fit into nine digits")
    body = f"{DEMONSTRATION_PREFIX}{number:09d}"
    return f"{body}{check_digit(body)}"
