"""GS1 coupon numbers as scanners, fingers and links give them.

GS1 General Specifications: the Global Coupon Number is AI (255), N13 with a check digit and a serial of up to 12
digits; a coupon printed as a plain GTIN-13 has prefix 981, 982 or 983 (coupons of common currency areas).
"""

import re
from dataclasses import dataclass

import biip
from biip.gs1_messages import GS1Message

from inventory.feeds.barcodes import FNC1, LONGEST, read_barcode
from inventory.feeds.digital_link import read_digital_link
from inventory.feeds.gtin import has_valid_check_digit

PREFIXES = ("981", "982", "983")

_PRINTED = re.compile(r"\(255\)\s*(\d{13})(\d{0,12})(?!\d)", re.ASCII)
_SYMBOLS = ("]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1")
_CONFIG = biip.ParseConfig(gs1_element_strings_verify_date=False)


@dataclass(frozen=True)
class Coupon:
    """A coupon number of 13 digits, and the serial that makes one piece of paper ("" where all are alike)."""

    number: str
    serial: str = ""

    @property
    def is_misread(self) -> bool:
        """The check digit does not fit."""
        return not has_valid_check_digit(self.number)

    @property
    def printed(self) -> str:
        """As it stands under the symbol: (255)9811234567891123456."""
        return f"(255){self.number}{self.serial}"


def read_coupon(text: str) -> Coupon | None:
    """The coupon in a scan: element string with AI 255, its printed form, a GS1 Digital Link, a coupon GTIN.

    Element strings need a symbology identifier or FNC1, as everywhere: bare digits are only ever a GTIN.
    """
    text = text.strip(" \t\r\n")
    if not text.isascii() or len(text) > LONGEST:
        return None
    if found := _PRINTED.match(text):
        return Coupon(number=found[1], serial=found[2])
    if number := read_digital_link(text).get("255"):
        return Coupon(number=number[:13], serial=number[13:])
    if text.startswith(_SYMBOLS) or text.startswith(FNC1):
        return _in_message(text[3:] if text.startswith("]") else text)
    gtin = read_barcode(text).gtin
    return Coupon(number=gtin[1:]) if gtin[:1] == "0" and gtin[1:4] in PREFIXES else None


def _in_message(text: str) -> Coupon | None:
    """The coupon among the element strings."""
    try:
        found = GS1Message.parse(text.lstrip(FNC1), config=_CONFIG).element_strings.get(ai="255")
    except biip.BiipException:
        return None
    return Coupon(*found.pattern_groups) if found else None
