"""The dialects there are. A new one is a module in this folder and a line here (omnistore/docs/feeds.md)."""

from inventory.feeds import canonical
from inventory.feeds.contract import Dialect

_ALL: tuple[Dialect, ...] = (canonical.DIALECT,)
DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in _ALL}
