"""Changed stock is told as what can be promised: on hand less what the believed source withholds.

Nothing is read twice where nobody withholds anything: both looks at an empty table cost next to nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from inventory.feeds.records import ABSENT, Int32s, Int64s, LevelChanges
from inventory.imports.copying import raw_cursor, unpacked
from inventory.imports.levels import within_range
from inventory.models import FeedRun
from inventory.signals import stock_changed

READ_WITHHELD = """
SELECT string_agg(int8send(key) || int8send(quantity) || int4send(on_hand), ''::bytea ORDER BY key) FROM (
    SELECT (l.store_id::int8 << 32) | l.item_id AS key, sum(w.quantity) AS quantity, l.on_hand
    FROM inventory_stockwithheld w
    JOIN inventory_stocklevel l ON l.store_id = w.store_id AND l.item_id = w.item_id AND l.source_id = w.source_id
    WHERE w.store_id = ANY(%s::int4[]) GROUP BY l.store_id, l.item_id, l.on_hand) AS held
"""


@dataclass(frozen=True)
class Withheld:
    """By store and item as one number (ascending): what the believed source withholds, and the level it is of."""

    keys: Int64s
    quantities: Int64s
    on_hand: Int64s

    def of(self, keys: Int64s) -> Int64s:
        """What is withheld of each; nothing where none is named."""
        if not len(self.keys):
            return np.zeros(len(keys), np.int64)
        places = np.searchsorted(self.keys, keys)
        places[places == len(self.keys)] = 0
        return np.where(self.keys[places] == keys, self.quantities[places], 0)


class StockTelling:
    """Sends what changes in some stores, in the transaction that changes it: made before anything is written.

    What was told last and what is withheld now are compared each time, so it may be told in portions. Besides
    changed levels these are levels that stand as they were while more or less of them is withheld, or another
    source's word on that counts.
    """

    def __init__(self, *, store_ids: Iterable[int], run: FeedRun | None, now: datetime) -> None:
        self._store_ids = list(store_ids)
        self._run = run
        self._now = now
        self._withheld = _read_withheld(self._store_ids)

    def tell(self, changes: LevelChanges) -> None:
        """Tell of levels that were just written."""
        before, self._withheld = self._withheld, _read_withheld(self._store_ids)
        if len(before.keys) or len(self._withheld.keys):
            changes = _promised(changes, before, self._withheld)
        if len(changes):
            stock_changed.send(sender=FeedRun, run=self._run, changes=changes, now=self._now)


def _read_withheld(store_ids: Sequence[int]) -> Withheld:
    with raw_cursor() as cursor:
        cursor.execute(READ_WITHHELD, (list(store_ids),))
        found = cursor.fetchone()
    rows = unpacked(found[0] if found else None, (("key", ">i8"), ("quantity", ">i8"), ("on_hand", ">i4")))
    return Withheld(*(rows[name].astype(np.int64) for name in ("key", "quantity", "on_hand")))


def _promised(changes: LevelChanges, before: Withheld, after: Withheld) -> LevelChanges:
    """Changes of levels as changes of what can be promised."""
    keys = changes.store_ids.astype(np.int64) << 32 | changes.item_ids
    old = _less(changes.old, before.of(keys))
    new = _less(changes.new, after.of(keys))
    held = np.union1d(before.keys, after.keys)
    others = held[(before.of(held) != after.of(held)) & ~np.isin(held, keys)]
    on_hand = _on_hand(others, before, after)
    keys = np.concatenate([keys, others])
    old = np.concatenate([old, _less(on_hand, before.of(others))])
    new = np.concatenate([new, _less(on_hand, after.of(others))])
    differs = old != new
    return LevelChanges(
        store_ids=(keys >> 32).astype(np.int32)[differs],
        item_ids=(keys & 0xFFFFFFFF).astype(np.int32)[differs],
        old=old[differs],
        new=new[differs],
    )


def _less(levels: Int32s, withheld: Int64s) -> Int32s:
    """Levels less what is withheld; no level stays none."""
    return np.where(levels == ABSENT, levels, within_range(levels - withheld))


def _on_hand(keys: Int64s, before: Withheld, after: Withheld) -> Int32s:
    """The level of each key, which is the same in both wherever both know it."""
    on_hand = np.zeros(len(keys), np.int64)
    for held in (before, after):
        known = np.isin(keys, held.keys)
        on_hand[known] = held.on_hand[np.searchsorted(held.keys, keys[known])]
    return on_hand.astype(np.int32)
