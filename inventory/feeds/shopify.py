"""Shopify's inventory export, in the three ways its header has been written.

Until 2023, and since then for "only available quantities": a column a location behind the product's own columns
(help.shopify.com, Inventory CSV). From 2023: a row a location with Incoming, Unavailable, Committed, Available and
On hand. From 2026 the same with a bin's name, "(not editable)" and "(current)" behind the names, and
"On hand (new)", which people fill in to change the stock: it is never read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from inventory.feeds.blocks import FeedFile
from inventory.feeds.cells import barcode_in, quantity_in, rejected
from inventory.feeds.contract import Dialect
from inventory.feeds.facts import BadRow, Code, CountState, Found, StockCount, WithheldState
from inventory.feeds.headers import TABLE_OPTIONS, Header, open_table
from inventory.feeds.profiles import Profile
from inventory.feeds.rows import Row

OPTION_COLUMNS = ("option1 value", "option2 value", "option3 value")
# What is no location where locations are columns.
_PRODUCT_COLUMNS = frozenset({
    "handle", "title", "option1 name", "option2 name", "option3 name", *OPTION_COLUMNS,
    "sku", "barcode", "hs code", "coo", "bin name", "vendor", "type", "",
})  # fmt: skip
# A header with one of these has a row a location.
_QUANTITY_NAME = re.compile(r"(?:incoming|unavailable|committed|available|on hand)(?: \(.*\))?")
_ON_HAND = ("on hand (current)", "on hand", "on hand (not editable)")
_AVAILABLE = ("available (not editable)", "available", "available (current)")
_WITHHELD: dict[WithheldState, tuple[str, ...]] = {
    "COMMITTED": ("committed (not editable)", "committed"),
    "UNAVAILABLE": ("unavailable (not editable)", "unavailable"),
}
DELIMITERS = ";\t"


@dataclass(frozen=True)
class Items:
    """Where a row says which item it means."""

    sku: int | None
    handle: int | None
    options: tuple[int, ...]
    barcode: int | None
    title: int | None


@dataclass(frozen=True)
class _Wide:
    """A column a location: (place, the location's name)."""

    items: Items
    locations: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class _Long:
    """A row a location."""

    items: Items
    location: int
    quantity: int
    quantity_name: str
    state: CountState
    withheld: tuple[tuple[WithheldState, int, str], ...]


def read_shopify(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """The counts of an inventory export. Raises FeedRefused("unknown_header") naming what an unknown one lacks."""
    layout, rows = open_table(file, profile, _recognised, delimiters=DELIMITERS)
    for row in rows:
        if not isinstance(row, Row):
            yield row
        elif not (codes := codes_of(row, layout.items)):
            yield no_item(row)
        elif isinstance(layout, _Wide):
            yield from _wide_counts(row, codes, layout, profile)
        else:
            yield from _long_count(row, codes, layout, profile)


def items_of(header: Header, *, prefix: str = "") -> Items:
    """Where the product's columns stand; `prefix` is before those of a variant in older exports."""
    return Items(
        sku=header.place(f"{prefix}SKU", "SKU"),
        handle=header.place("Handle", "URL handle"),
        options=tuple(place for name in OPTION_COLUMNS if (place := header.place(name)) is not None),
        barcode=header.place(f"{prefix}Barcode", "Barcode"),
        title=header.place("Title"),
    )


def _recognised(header: Header) -> _Wide | _Long:
    items = items_of(header)
    missing = [name for name, place in (("Handle", items.handle), ("SKU", items.sku)) if place is None]
    location = header.place("Location")
    names = header.folded_names
    if location is not None:
        return _long(header, items, location, missing)
    if any(_QUANTITY_NAME.fullmatch(name) for name in names):
        raise header.lacks([*missing, "Location"])
    locations = tuple(
        (place, header.names[place]) for place, name in enumerate(names) if name not in _PRODUCT_COLUMNS
    )
    if missing or not locations:
        raise header.lacks(missing or ["Location"])
    return _Wide(items, locations)


def _long(header: Header, items: Items, location: int, missing: list[str]) -> _Long:
    on_hand, available = header.place(*_ON_HAND), header.place(*_AVAILABLE)
    quantity = on_hand if on_hand is not None else available
    if quantity is None or missing:
        raise header.lacks(missing + (["On hand"] if quantity is None else []))
    withheld = tuple(
        (state, place, header.names[place])
        for state, names in _WITHHELD.items()
        if (place := header.place(*names)) is not None and on_hand is not None
    )
    state: CountState = "ON_HAND" if on_hand is not None else "AVAILABLE"
    return _Long(items, location, quantity, header.names[quantity], state, withheld)


def codes_of(row: Row, items: Items) -> tuple[Code, ...]:
    """The codes the row's item may be found by: SKU, barcode, handle with the values of its options."""
    codes = []
    if items.sku is not None and (sku := row.values[items.sku].strip()):
        codes.append(Code("SKU", sku))
    if items.barcode is not None and (barcode := barcode_in(row.values[items.barcode])):
        codes.append(barcode)
    if items.handle is not None and (handle := row.values[items.handle].strip()):
        values = (row.values[place].strip() for place in items.options)
        codes.append(Code("INTERNAL", "/".join([handle, *filter(None, values)])))
    return tuple(codes)


def no_item(row: Row) -> BadRow:
    """A row that says of no item that it is meant."""
    return rejected(row, "no_item_key", "SKU", "", "a SKU, or a handle with the values of its options")


def title_of(row: Row, items: Items) -> str:
    """The product's title, where the export has one."""
    return row.values[items.title].strip() if items.title is not None else ""


def _wide_counts(row: Row, codes: tuple[Code, ...], layout: _Wide, profile: Profile) -> Iterator[Found]:
    for place, location in layout.locations:
        quantity = quantity_in(row, place, location, profile)
        if not isinstance(quantity, Decimal):
            yield quantity
            continue
        yield StockCount(
            line_number=row.line_number,
            place=Code("CODE", location),
            items=codes,
            quantity=quantity,
            state=profile.quantity_state,
            title=title_of(row, layout.items),
            raw=row.raw,
            part=place,
        )


def _long_count(row: Row, codes: tuple[Code, ...], layout: _Long, profile: Profile) -> Iterator[Found]:
    location = row.values[layout.location].strip()
    if not location:
        yield rejected(row, "unknown_store", "Location", "", "the name of a location")
        return
    quantity = quantity_in(row, layout.quantity, layout.quantity_name, profile)
    if not isinstance(quantity, Decimal):
        yield quantity
        return
    withheld: dict[WithheldState, Decimal] = {}
    for state, place, name in layout.withheld:
        held = quantity_in(row, place, name, profile)
        if isinstance(held, BadRow):
            yield held
            return
        if isinstance(held, Decimal):
            withheld[state] = held
    yield StockCount(
        line_number=row.line_number,
        place=Code("CODE", location),
        items=codes,
        quantity=quantity,
        state=layout.state,
        withheld=withheld,
        title=title_of(row, layout.items),
        raw=row.raw,
    )


DIALECT = Dialect(
    name="shopify",
    title="Shopify inventory export",
    kinds=("STOCK",),
    read=read_shopify,
    options=TABLE_OPTIONS,
    # A column a location holds what is available (help.shopify.com); the long exports name their columns.
    defaults={"decimal_sign": ".", "item_code": "SKU", "quantity_state": "AVAILABLE"},
    delimiters=DELIMITERS,
    is_line_oriented=True,
)
