"""The dialects there are. A new one is a module in this folder and a line here (omnistore/docs/feeds.md)."""

from inventory.feeds import (
    canonical,
    fixed_width,
    json_lines,
    poslog,
    record_lines,
    shopify_webhook,
    x12_846,
    x12_852,
)
from inventory.feeds.contract import Dialect

_ALL: tuple[Dialect, ...] = (
    canonical.DIALECT,
    fixed_width.DIALECT,
    json_lines.DIALECT,
    poslog.POSLOG,
    record_lines.DIALECT,
    shopify_webhook.DIALECT,
    x12_846.DIALECT,
    x12_852.DIALECT,
)
DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in _ALL}
