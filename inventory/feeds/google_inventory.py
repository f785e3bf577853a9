"""Google's local inventory feed (support.google.com/merchants/answer/3061342) as TSV, CSV, workbook, RSS or Atom.

Column names are written with blanks or underscores, elements in Google's namespace or in none. A store's code is
text: those of Google are numbers of twenty digits. The quantity is what can be sold.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from inventory.feeds.blocks import FeedFile
from inventory.feeds.cells import barcode_in, item_scheme, quantity_in, rejected
from inventory.feeds.contract import Dialect
from inventory.feeds.facts import Code, Found, Note, StockCount
from inventory.feeds.headers import TABLE_OPTIONS, Header, TableRow, open_table
from inventory.feeds.profiles import Profile
from inventory.feeds.rows import Row
from inventory.feeds.xml_safely import open_xml

_NAMESPACE = "{http://base.google.com/ns/1.0}"
_FIELDS: dict[str, tuple[str, ...]] = {
    "store_code": ("store_code", "storecode"),
    "id": ("id", "item_id", "itemid", "offer_id"),
    "quantity": ("quantity",),
    "availability": ("availability",),
    "gtin": ("gtin",),
    "title": ("title",),
}
_NEEDED = ("store_code", "id")
_OUT_OF_STOCK = "out of stock"


@dataclass(frozen=True)
class _Layout:
    """The place of each field there is, and the name its column bears."""

    places: dict[str, int]
    names: dict[str, str]

    def text(self, row: Row, field: str) -> str:
        place = self.places.get(field)
        return row.values[place].strip() if place is not None else ""


def read_google_inventory(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """What each store can sell of each item. A line without a quantity says no figure, unless it is sold out."""
    layout: _Layout
    rows: Iterator[TableRow]
    if _is_xml(file):
        layout, rows = _XML_LAYOUT, _xml_rows(file)
    else:
        layout, rows = open_table(file, profile, _recognised, delimiters="\t,;|")
    for row in rows:
        yield _count(row, layout, profile) if isinstance(row, Row) else row


def _recognised(header: Header) -> _Layout:
    places: dict[str, int] = {}
    for field, names in _FIELDS.items():
        ways = [
            way for name in names for way in (name, name.replace("_", " "), f"g:{name}", f"{name} [{name}]")
        ]
        place = header.place(*ways)
        if place is not None:
            places[field] = place
    missing = [field for field in _NEEDED if field not in places]
    if "quantity" not in places and "availability" not in places:
        missing.append("quantity")
    if missing:
        raise header.lacks(missing)
    return _Layout(places, {field: header.names[place] for field, place in places.items()})


def _count(row: Row, layout: _Layout, profile: Profile) -> Found:
    store, item = layout.text(row, "store_code"), layout.text(row, "id")
    if not store:
        return rejected(row, "unknown_store", "store_code", "", "the code of a store")
    gtin = barcode_in(layout.text(row, "gtin"))
    items = (*([Code(item_scheme(profile), item)] if item else []), *([gtin] if gtin else []))
    if not items:
        return rejected(row, "no_item_key", "id", "", "the id of the item in the product feed")
    quantity: object = Decimal(0)
    if layout.text(row, "quantity") or not _is_sold_out(layout.text(row, "availability")):
        if "quantity" not in layout.places or not layout.text(row, "quantity"):
            return _without_quantity(row, layout)
        quantity = quantity_in(row, layout.places["quantity"], layout.names["quantity"], profile)
    if not isinstance(quantity, Decimal):
        return quantity  # type: ignore[return-value]
    return StockCount(
        line_number=row.line_number,
        place=Code("CODE", store),
        items=items,
        quantity=quantity,
        state="AVAILABLE",
        title=layout.text(row, "title"),
        raw=row.raw,
    )


def _is_sold_out(availability: str) -> bool:
    return availability.replace("_", " ").casefold() == _OUT_OF_STOCK


def _without_quantity(row: Row, layout: _Layout) -> Note:
    said = layout.text(row, "availability") or "nothing"
    told = (
        f'Line {row.line_number}: no quantity, availability says "{said[:50]}"; no figure is taken from it.'
    )
    return Note(line_number=row.line_number, code="not_tracked", message=told)


def _is_xml(file: FeedFile) -> bool:
    with file.stream() as stream:
        head = stream.read(4096)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[2:12].replace(b"\0", b"").lstrip().startswith(b"<")
    return head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")


_XML_LAYOUT = _Layout(
    {field: place for place, field in enumerate(_FIELDS)}, {field: field for field in _FIELDS}
)


def _xml_rows(file: FeedFile) -> Iterator[Row]:
    """The items of an RSS channel or the entries of an Atom feed, numbered from 1."""
    number = 0
    with file.stream() as stream:
        for event, element in open_xml(stream):
            if event == "end" and _local(element.tag) in ("item", "entry"):
                number += 1
                yield _xml_row(number, element)
                element.clear()


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].casefold()


def _xml_row(number: int, item: Element) -> Row:
    """Only the fields we know; of two of one name, as Atom's own id and Google's, Google's."""
    texts: dict[str, str] = {}
    for child in item:
        name = _local(child.tag)
        if name not in texts or child.tag.startswith(_NAMESPACE):
            texts[name] = (child.text or "").strip()
    values = [next((texts[name] for name in names if texts.get(name)), "") for names in _FIELDS.values()]
    told = "".join(
        f"<{field}>{escape(text)}</{field}>" for field, text in zip(_FIELDS, values, strict=True) if text
    )
    return Row(number, values, f"<item>{told}</item>")


DIALECT = Dialect(
    name="google_inventory",
    title="Google local inventory feed",
    kinds=("STOCK",),
    read=read_google_inventory,
    options=TABLE_OPTIONS,
    defaults={"decimal_sign": ".", "item_code": "SKU", "quantity_state": "AVAILABLE", "delimiter": "\t"},
)
