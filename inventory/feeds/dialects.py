"""The dialects there are. A new one is a module in this folder and a line here (omnistore/docs/feeds.md)."""

from inventory.feeds.contract import Dialect
from inventory.feeds.poslog import POSLOG

_ALL: tuple[Dialect, ...] = (POSLOG,)
DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in _ALL}
