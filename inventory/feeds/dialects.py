"""The dialects there are. A new one is a module in this folder and a line here (omnistore/docs/dialects.md)."""

from inventory.feeds import (
    canonical,
    edifact_invrpt,
    edifact_slsrpt,
    fixed_width,
    google_inventory,
    json_lines,
    loyverse,
    poslog,
    record_lines,
    shopify,
    shopify_products,
    shopify_webhook,
    table,
    x12_846,
    x12_852,
)
from inventory.feeds.contract import Dialect

_ALL: tuple[Dialect, ...] = (
    canonical.DIALECT,
    edifact_invrpt.DIALECT,
    edifact_slsrpt.DIALECT,
    fixed_width.DIALECT,
    google_inventory.DIALECT,
    json_lines.DIALECT,
    loyverse.DIALECT,
    poslog.POSLOG,
    record_lines.DIALECT,
    shopify.DIALECT,
    shopify_products.DIALECT,
    shopify_webhook.DIALECT,
    table.DIALECT,
    x12_846.DIALECT,
    x12_852.DIALECT,
)
DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in _ALL}
