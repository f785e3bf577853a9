"""The dialects there are. A new one is a module in this folder and a line here (omnistore/docs/feeds.md)."""

from inventory.feeds import google_inventory, loyverse, shopify, shopify_products, table
from inventory.feeds.contract import Dialect

_ALL: tuple[Dialect, ...] = (
    google_inventory.DIALECT,
    loyverse.DIALECT,
    shopify.DIALECT,
    shopify_products.DIALECT,
    table.DIALECT,
)
DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in _ALL}
