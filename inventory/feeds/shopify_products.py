"""Shopify's product export (help.shopify.com, Product CSV), with either set of column names.

Its quantity column is filled for shops with one location only, whose code the profile says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from inventory.feeds.blocks import FeedFile
from inventory.feeds.cells import declared_store, quantity_in, store_option
from inventory.feeds.contract import Dialect
from inventory.feeds.facts import Code, Found, Note, StockCount
from inventory.feeds.headers import TABLE_OPTIONS, Header, open_table
from inventory.feeds.profiles import Profile
from inventory.feeds.rows import Row
from inventory.feeds.shopify import DELIMITERS, Items, codes_of, items_of, no_item, title_of


def read_products(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """The counts of a product export, which has them for shops with one location only; `store` is its code."""
    layout, rows = open_table(file, profile, _recognised, delimiters=DELIMITERS)
    store = declared_store(profile)
    for row in rows:
        if not isinstance(row, Row):
            yield row
        elif layout.is_variant(row):
            yield _product_count(row, layout, store, profile)


@dataclass(frozen=True)
class _Products:
    items: Items
    quantity: int
    quantity_name: str
    tracker: int | None

    def is_variant(self, row: Row) -> bool:
        """Whether the row is a variant; the others only carry one more picture of the product."""
        places = [
            place for place in (self.items.sku, self.quantity, *self.items.options) if place is not None
        ]
        return any(row.values[place].strip() for place in places)


def _recognised(header: Header) -> _Products:
    items = items_of(header, prefix="Variant ")
    quantity = header.place("Variant Inventory Qty", "Inventory quantity")
    if items.handle is None or quantity is None:
        missing = ["Handle"] if items.handle is None else []
        raise header.lacks(missing + (["Variant Inventory Qty"] if quantity is None else []))
    tracker = header.place("Variant Inventory Tracker", "Inventory tracker")
    return _Products(items, quantity, header.names[quantity], tracker)


def _product_count(row: Row, layout: _Products, store: str, profile: Profile) -> Found:
    if layout.tracker is not None and not row.values[layout.tracker].strip():
        told = f"Line {row.line_number}: nobody tracks the stock of this variant, so it is not counted."
        return Note(line_number=row.line_number, code="not_tracked", message=told)
    codes = codes_of(row, layout.items)
    if not codes:
        return no_item(row)
    quantity = quantity_in(row, layout.quantity, layout.quantity_name, profile)
    if not isinstance(quantity, Decimal):
        return quantity
    return StockCount(
        line_number=row.line_number,
        place=Code("CODE", store),
        items=codes,
        quantity=quantity,
        state=profile.quantity_state,
        title=title_of(row, layout.items),
        raw=row.raw,
    )


DIALECT = Dialect(
    name="shopify_products",
    title="Shopify product export of a shop with one location",
    kinds=("STOCK",),
    read=read_products,
    options={**TABLE_OPTIONS, "store": store_option},
    defaults={"decimal_sign": ".", "item_code": "SKU", "quantity_state": "AVAILABLE"},
    delimiters=DELIMITERS,
    is_line_oriented=True,
)
