"""Barcodes as cells, files and scanners give them, reduced to the GTIN-14 of the item.

Bare digits are only ever read as a GTIN or a UPC-E. GS1 element strings need a symbology identifier, FNC1 or
brackets, because a mistyped GTIN would otherwise be taken for one: 4006381333932 is not AI (400).
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

import biip
from biip.gs1_messages import GS1Message
from biip.gtin import Gtin
from biip.upc import Upc

from inventory.feeds.digital_link import read_digital_link
from inventory.feeds.gtin import LENGTHS, check_digit, has_valid_check_digit

REPAIRED = "repaired_leading_zero"
WRONG_CHECK_DIGIT = "gtin_check_digit"
EXPONENT = "gtin_exponent"
NOT_A_GTIN = "barcode_not_gtin"

# Where biip knows how weights and prices are embedded.
REGIONS = ("de", "dk", "ee", "fi", "gb", "lt", "lv", "no", "se")
LONGEST = 500
FNC1 = "\x1d"
# Python's own strip() would take FNC1 for a blank.
_BLANKS = " \t\r\n\xa0\ufeff"
_DIGITS = re.compile(r"[0-9]+")
_EXPONENT = re.compile(r"[0-9]+(?:[.,][0-9]*)?[eE]\+?[0-9]+")
# Spreadsheets are told to leave a code alone with '0123 or ="0123".
_AS_TEXT = re.compile(r"""'(?P<quoted>[0-9]+)|="(?P<formula>[0-9]+)\"""")
# A human-readable element string as printed under a symbol.
_BRACKETED = re.compile(r"\(01\)\s*(\d{14})(?!\d)", re.ASCII)
# Symbology identifiers (ISO/IEC 15424) of symbols that hold a bare GTIN, and of those that hold element strings.
_GTIN_SYMBOLS = ("]E0", "]E3", "]E4", "]I1")
_MESSAGE_SYMBOLS = ("]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1")
# GTIN-13 prefixes of restricted circulation: what follows the item holds its weight or price.
_RESTRICTED = ("02", *(str(prefix) for prefix in range(20, 30)))
# 2 digits of prefix, 5 of the item, 5 of measure, as in North America and Britain: where no region is declared.
_ITEM_DIGITS = 7
_LENIENT = biip.ParseConfig(gs1_element_strings_verify_date=False)


@dataclass(frozen=True)
class Barcode:
    """A GTIN-14, or why there is none.

    `gtin` is reduced to the item where the code carries a weight (kg) or a price (the region's currency); `exact`
    is the GTIN as it was written, which an in-house number is found by. `problem` is empty for an empty text.
    """

    gtin: str = ""
    note: str = ""
    problem: str = ""
    weight: Decimal | None = None
    price: Decimal | None = None
    exact: str = ""

    @property
    def candidates(self) -> tuple[str, ...]:
        """The GTINs to look for, the exact one first."""
        return tuple(dict.fromkeys(gtin for gtin in (self.exact, self.gtin) if gtin))


def read_barcode(text: str, *, region: str | None = None) -> Barcode:
    """The GTIN in a cell or scan: GTIN-8 to -14, UPC-E, GS1 element strings, GS1 Digital Link.

    `region`, one of REGIONS, says how weights and prices are embedded in 20 to 29 there.
    Blanks and hyphens between digits, as people copy them from a label, are ignored.
    """
    text = text.strip(_BLANKS)
    if not text:
        return Barcode()
    if len(text) > LONGEST or not text.isascii():
        return Barcode(problem=NOT_A_GTIN)
    if found := _AS_TEXT.fullmatch(text):
        text = found["quoted"] or found["formula"]
    digits = text.replace(" ", "").replace("-", "")
    if _DIGITS.fullmatch(digits):
        return _reduced(_of_digits(digits), region)
    if _EXPONENT.fullmatch(digits):
        return Barcode(problem=EXPONENT)
    return _reduced(_of_symbol(text), region)


def _of_digits(digits: str) -> Barcode:
    """Bare digits: a GTIN, one that lost its leading zeros, or a UPC-E."""
    if len(digits) > max(LENGTHS):
        digits = digits.lstrip("0").zfill(max(LENGTHS))
    if len(digits) > max(LENGTHS) or not digits.strip("0"):
        return Barcode(problem=NOT_A_GTIN)
    short = len(digits) not in LENGTHS
    if short:
        whole = next((length for length in LENGTHS if 0 < length - len(digits) <= 2), None)
        if whole is None:
            return Barcode(problem=NOT_A_GTIN)
        digits = digits.zfill(whole)
    gtin = digits.zfill(14) if has_valid_check_digit(digits) else _expanded(digits)
    if not gtin:
        return Barcode(problem=NOT_A_GTIN if short else WRONG_CHECK_DIGIT)
    return Barcode(gtin=gtin, note=REPAIRED if short else "", exact=gtin)


def _expanded(digits: str) -> str:
    """The GTIN-14 of a UPC-E with its check digit; empty when it is none."""
    if len(digits) != 8 or digits[0] not in "01":
        return ""
    try:
        return Upc.parse(digits).as_gtin_14()
    except biip.BiipException:
        return ""


def _of_symbol(text: str) -> Barcode:
    """What says of itself what it is: a link, brackets, a symbology identifier or FNC1."""
    bare = text[3:] if text.startswith("]") else text
    if link := read_digital_link(bare):
        return _of_digits(link.get("01") or link.get("8006", "")[:14])
    if found := _BRACKETED.match(text):
        return _with_measures(_of_digits(found[1]), text, is_printed=True)
    if text[:3] in _GTIN_SYMBOLS:
        return _of_digits(bare) if _DIGITS.fullmatch(bare) else Barcode(problem=NOT_A_GTIN)
    if text[:3] in _MESSAGE_SYMBOLS or (FNC1 in text and bare == text):
        return _of_message(bare)
    return Barcode(problem=NOT_A_GTIN)


def _of_message(text: str) -> Barcode:
    """Element strings, with FNC1 where a field has no fixed length."""
    text = text.lstrip(FNC1)
    try:
        message = GS1Message.parse(text, config=_LENIENT)
    except biip.BiipException:
        return Barcode(problem=NOT_A_GTIN)
    found = message.element_strings.get(ai="01")
    return _with_measures(_of_digits(found.value), text) if found else Barcode(problem=NOT_A_GTIN)


def _with_measures(barcode: Barcode, text: str, *, is_printed: bool = False) -> Barcode:
    """The code with the net weight in kg (AI 310n) and the price (AI 392n) its element strings add."""
    parse = GS1Message.parse_hri if is_printed else GS1Message.parse
    try:
        elements = parse(text, config=_LENIENT).element_strings
    except biip.BiipException:
        return barcode
    weight, price = (
        Decimal(found[0].value).scaleb(-int(found[0].ai.ai[3])) if (found := elements.filter(ai=ai)) else None
        for ai in ("310", "392")
    )
    return replace(barcode, weight=weight, price=price)


def _reduced(barcode: Barcode, region: str | None) -> Barcode:
    """The code without the weight or price that a restricted-circulation number embeds."""
    if not barcode.gtin.startswith("0") or barcode.gtin[1:3] not in _RESTRICTED:
        return barcode
    if region is None:
        body = barcode.gtin[1 : 1 + _ITEM_DIGITS].ljust(12, "0")
        return replace(barcode, gtin=f"0{body}{check_digit(body)}")
    try:
        found = Gtin.parse(barcode.gtin, config=biip.ParseConfig(rcn_region=region))
        item = found.without_variable_measure().as_gtin_14()
    except biip.BiipException:
        return Barcode(problem=WRONG_CHECK_DIGIT)
    return replace(
        barcode,
        gtin=item,
        weight=getattr(found, "weight", None) or barcode.weight,
        price=getattr(found, "price", None) or barcode.price,
    )
