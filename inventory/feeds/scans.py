"""What a scanner, a finger or a pasted link gives, reduced to a GTIN."""

import re

import biip
from biip.gtin import Gtin
from biip.upc import Upc

from inventory.feeds.gtin import LENGTHS, normalise_gtin

# GS1 Digital Link: the GTIN stands behind application identifier 01 in the path.
_DIGITAL_LINK = re.compile(r"^https?://[^\s]+/01/(\d{8,14})(?:[/?#].*)?$", re.ASCII | re.IGNORECASE)
# A human-readable element string as printed under a symbol.
_BRACKETED = re.compile(r"^\(01\)\s*(\d{14})", re.ASCII)


def looks_like_gtin(text: str) -> bool:
    """Digits of a GTIN's length: if the check digit is wrong, it was misread."""
    digits = text.strip().replace(" ", "").replace("-", "")
    return digits.isascii() and digits.isdigit() and len(digits) in LENGTHS


def scanned_gtin(text: str) -> str | None:
    """The GTIN-14 in a scan, or None: plain GTINs of any length, UPC-E, GS1 element strings, Digital Links.

    Bare digits are only ever read as a GTIN or UPC-E. Element strings need their symbology identifier or a
    separator, because a mistyped GTIN would otherwise be taken for one.
    """
    text = text.strip()
    if gtin := normalise_gtin(text):
        return gtin
    for pattern in (_DIGITAL_LINK, _BRACKETED):
        if found := pattern.match(text):
            return normalise_gtin(found[1])
    try:
        if text.isascii() and text.isdigit():
            return str(Upc.parse(text).as_upc_a().zfill(14)) if len(text) == 8 and text[0] in "01" else None
        if text.startswith("]") or "\x1d" in text:
            found_gtin = biip.parse(text).gtin
            return found_gtin.as_gtin_14() if isinstance(found_gtin, Gtin) else None
    except biip.ParseError:
        return None
    return None
