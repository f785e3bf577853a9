"""What a scanner, a finger or a pasted link gives, as the GTINs it may stand for."""

from inventory.feeds.barcodes import WRONG_CHECK_DIGIT, read_barcode


def looks_misread(text: str) -> bool:
    """A GTIN in form, but its check digit is wrong."""
    return read_barcode(text).problem == WRONG_CHECK_DIGIT


def scanned_gtins(text: str) -> tuple[str, ...]:
    """The GTIN-14s to look for, the best first; () when the scan is none.

    A number with a weight or price in it stands for itself first, then for the item it is reduced to. What only
    a spreadsheet does to a code, losing its leading zeros, is not repaired: short digits are a PLU or a SKU.
    """
    barcode = read_barcode(text)
    return () if barcode.note else barcode.candidates
