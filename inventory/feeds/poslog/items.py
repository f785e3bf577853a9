"""The codes of a sold item, best first, and the unit it is sold in."""

from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element

from inventory.feeds.barcodes import read_barcode
from inventory.feeds.facts import Code, ItemScheme
from inventory.feeds.gtin import LENGTHS, has_valid_check_digit, normalise_gtin
from inventory.feeds.poslog.fields import BadField, Names, attribute, text_of

_GTIN_TYPES = ("GTIN", "EAN", "UPC", "JAN", "BARCODE")
# Units as tills write them, in UN/ECE Rec 20 codes; another code is handed on as it is.
_UNITS = {
    "EA": "EA EACH PCE PC PCS PIECE ST STK STCK STUECK UN UNI UNIT C62 H87 NAR",
    "KGM": "KGM KG KGS KILO KILOGRAM",
    "GRM": "GRM G GR GRAM",
    "LBR": "LBR LB LBS POUND",
    "ONZ": "ONZ OZ",
    "LTR": "LTR L LT LITER LITRE",
}
_UNIT_CODES = {written: code for code, ways in _UNITS.items() for written in ways.split()}
_RESTRICTED = ("02", *(str(prefix) for prefix in range(20, 30)))
# A PLU has 4 or 5 digits; NCR adds a check digit and fills up to 14.
_LONGEST_PLU = 6
_LONGEST_CODE = 64
_ITEM_ID = "ITEMID"


def read_items(names: Names, sale: Element, *, item_code: str) -> tuple[Code, ...]:
    """What the item may be found by. `item_code` is what the profile says of the till's own numbers.

    GTINs come first, from which the loader takes a weight or price off; then PLUs without zeros and check digit;
    then the till's own item number. Where the profile names another code than GTIN, that one comes first.
    Raises BadField for a line without any code.
    """
    return _codes(tuple((kind, text) for kind, text in _written(names, sale) if text.strip("0")), item_code)


@lru_cache(maxsize=20_000)
def _codes(written: tuple[tuple[str, str], ...], item_code: str) -> tuple[Code, ...]:
    codes: list[Code] = []
    for kind, text in written:
        if len(text) <= _LONGEST_CODE:
            codes.extend(Code("GTIN", gtin) for gtin in _gtins(kind, text))
            codes.extend(Code("PLU", plu) for plu in _plus(kind, text))
            codes.extend(Code(scheme, text) for scheme in _own(kind))
    if not codes:
        raise _no_code(written)
    ranks: list[ItemScheme] = ["GTIN", "PLU", "SKU", "INTERNAL"]
    ranks.sort(key=lambda scheme: scheme != item_code)
    codes.sort(key=lambda code: ranks.index(code.scheme))  # type: ignore[arg-type]
    return tuple(dict.fromkeys(codes))


def _no_code(written: tuple[tuple[str, str], ...]) -> BadField:
    """Why the line cannot be found by anything: it has no code, or nothing but a misread barcode."""
    if not written:
        return BadField("no_item_key", "ItemID", "", "the item's number or barcode")
    text = written[0][1]
    return BadField(
        read_barcode(text).problem or "bad_item", "POSItemID", text, "a GTIN of 8, 12, 13 or 14 digits"
    )


def _written(names: Names, sale: Element) -> Iterator[tuple[str, str]]:
    """(what kind of code it is, its text) in the order of the line."""
    for child in sale:
        name = names.of(child)
        if name == "ItemID":
            yield attribute(child, "Type").upper() or _ITEM_ID, text_of(child)
        elif name == "POSIdentity":
            kind = attribute(child, "POSIDType").upper()
            if kind != "DEPARTMENT":
                yield kind, names.text(child, "POSItemID")
        elif name == "SerialNumber" and attribute(child, "Type").upper() == "GTIN":
            yield "GTIN", text_of(child)


def _gtins(kind: str, text: str) -> tuple[str, ...]:
    """The GTIN a code is. A short number is one only where the log says that it is."""
    if len(text) in LENGTHS or _says_gtin(kind):
        return read_barcode(text).candidates[:1]
    return ()


def _says_gtin(kind: str) -> bool:
    return any(word in kind for word in _GTIN_TYPES)


def _plus(kind: str, text: str) -> Iterator[str]:
    if not text.isascii() or not text.isdigit():
        return
    digits = text.lstrip("0")
    if len(text) == 14 and len(digits) <= _LONGEST_PLU and has_valid_check_digit(digits):
        yield digits[:-1]
    elif "PLU" in kind or (kind != _ITEM_ID and len(digits) < _LONGEST_PLU):
        yield digits
    elif (
        len(text) in LENGTHS
        and (gtin := normalise_gtin(text))
        and gtin[0] == "0"
        and gtin[1:3] in _RESTRICTED
    ):
        # 5 digits of the item stand between the prefix and the price or weight.
        yield from filter(None, [gtin[3:8].lstrip("0")])


def _own(kind: str) -> tuple[ItemScheme, ...]:
    """As what kinds of our own code a text may be found; a barcode or PLU is none."""
    if kind == "SKU":
        return ("SKU",)
    return () if _says_gtin(kind) or "PLU" in kind else ("SKU", "INTERNAL")


def read_unit(quantity: Element | None) -> str | None:
    """The unit of a quantity; None where the log names none (a weight at NCR says only that it is one).

    Units is how many the quantity comes to, not a unit; some tills put the unit there all the same.
    """
    for name in ("UnitOfMeasureCode", "Units"):
        written = attribute(quantity, name).upper()
        if written and not written.replace(".", "").isdigit():
            return _UNIT_CODES.get(written, written[:20])
    return None
