"""Loyverse's item export (help.loyverse.com, Exporting and importing items): a group of columns a store.

`In stock [Store]` is what is there; with one store the column is called `In stock`. The rows below a composite
item name its parts and count nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from inventory.feeds.blocks import FeedFile
from inventory.feeds.cells import (
    barcode_in,
    barcode_note,
    declared_store,
    quantity_in,
    rejected,
    store_option,
)
from inventory.feeds.contract import Dialect
from inventory.feeds.facts import BadRow, Code, Found, Note, StockCount
from inventory.feeds.headers import TABLE_OPTIONS, Header, open_table
from inventory.feeds.profiles import Profile
from inventory.feeds.rows import Row

_IN_STOCK = re.compile(r"in stock \[(.*)\]", re.IGNORECASE)
_OPTIONS = ("Option 1 value", "Option 2 value", "Option 3 value")
_NO = ("n", "no", "false", "0")
_DELIMITERS = ";\t"


@dataclass(frozen=True)
class _Layout:
    """Where things stand; `stores` are (place, column's name, store), the store None where the header names none."""

    sku: int | None
    barcode: int | None
    handle: int | None
    options: tuple[int, ...]
    title: int | None
    part: int | None
    track: int | None
    stores: tuple[tuple[int, str, str | None], ...]

    def text(self, row: Row, place: int | None) -> str:
        return row.values[place].strip() if place is not None else ""


def read_loyverse(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """The counts of an item export, store by store. Raises FeedRefused where the header is none of Loyverse's."""
    layout, rows = open_table(file, profile, _recognised, delimiters=_DELIMITERS)
    for row in rows:
        if not isinstance(row, Row):
            yield row
        elif not layout.text(row, layout.part) or layout.text(row, layout.sku):
            yield from _counts(row, layout, profile)


def _recognised(header: Header) -> _Layout:
    named = [(place, name, _IN_STOCK.fullmatch(name)) for place, name in enumerate(header.names)]
    stores: list[tuple[int, str, str | None]] = [
        (place, name, found[1].strip()) for place, name, found in named if found
    ]
    alone = header.place("In stock")
    if alone is not None and not stores:
        stores = [(alone, header.names[alone], None)]
    sku = header.place("SKU")
    missing = ([] if sku is not None else ["SKU"]) + ([] if stores else ["In stock [a store]"])
    if missing:
        raise header.lacks(missing)
    return _Layout(
        sku=sku,
        barcode=header.place("Barcode"),
        handle=header.place("Handle"),
        options=tuple(place for name in _OPTIONS if (place := header.place(name)) is not None),
        title=header.place("Name"),
        part=header.place("SKU of included item"),
        track=header.place("Track stock"),
        stores=tuple(stores),
    )


def _counts(row: Row, layout: _Layout, profile: Profile) -> Iterator[Found]:
    if layout.text(row, layout.track).casefold() in _NO:
        told = f"Line {row.line_number}: the stock of this item is not tracked, so it is not counted."
        yield Note(line_number=row.line_number, code="not_tracked", message=told)
        return
    codes = _codes(row, layout)
    if isinstance(codes, BadRow):
        yield codes
        return
    barcode = layout.text(row, layout.barcode)
    if barcode and not barcode_in(barcode):
        yield barcode_note(row, "Barcode", barcode)
    for place, name, store in layout.stores:
        quantity = quantity_in(row, place, name, profile)
        if not isinstance(quantity, Decimal):
            yield quantity
            continue
        yield StockCount(
            line_number=row.line_number,
            place=Code("CODE", store or declared_store(profile)),
            items=codes,
            quantity=quantity,
            state=profile.quantity_state,
            title=layout.text(row, layout.title),
            raw=row.raw,
            part=place,
        )


def _codes(row: Row, layout: _Layout) -> tuple[Code, ...] | BadRow:
    """The codes the row's item may be found by: SKU, barcode, handle with the values of its options."""
    codes = []
    if sku := layout.text(row, layout.sku):
        codes.append(Code("SKU", sku))
    barcode = layout.text(row, layout.barcode)
    if found := barcode_in(barcode):
        codes.append(found)
    if handle := layout.text(row, layout.handle):
        values = (layout.text(row, place) for place in layout.options)
        codes.append(Code("INTERNAL", "/".join([handle, *filter(None, values)])))
    if codes:
        return tuple(codes)
    if barcode:
        return rejected(row, "barcode_not_gtin", "Barcode", barcode, "a GTIN, where there is no SKU")
    return rejected(row, "no_item_key", "SKU", "", "a SKU, a barcode or a handle")


DIALECT = Dialect(
    name="loyverse",
    title="Loyverse item export",
    kinds=("STOCK",),
    read=read_loyverse,
    options={**TABLE_OPTIONS, "store": store_option},
    defaults={"decimal_sign": ".", "item_code": "SKU"},
    delimiters=_DELIMITERS,
    is_line_oriented=True,
)
