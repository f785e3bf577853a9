"""Changed stock is told as what can be promised: on hand less our holds and what the believed source withholds.

Nothing is read twice where nobody withholds anything: the looks at empty tables cost next to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from inventory.feeds.records import ABSENT, NO_CHANGES, Int32s, Int64s, LevelChanges
from inventory.imports.copying import raw_cursor, unpacked
from inventory.imports.levels import within_range
from inventory.models import FeedRun
from inventory.signals import stock_changed

READ_WITHHELD = """
SELECT string_agg(int8send(key) || int8send(quantity) || int4send(on_hand), ''::bytea ORDER BY key) FROM (
    SELECT (l.store_id::int8 << 32) | l.item_id AS key, sum(w.quantity)::int8 AS quantity, l.on_hand
    FROM (
        SELECT store_id, item_id, source_id, quantity FROM inventory_stockwithheld
        WHERE store_id = ANY(%(stores)s::int4[])
        UNION ALL
        SELECT store_id, item_id, NULL, quantity FROM inventory_reservation
        WHERE is_withheld AND store_id = ANY(%(stores)s::int4[])  -- ours, whichever source is believed
    ) w
    JOIN inventory_stocklevel l ON l.store_id = w.store_id AND l.item_id = w.item_id
        AND l.source_id = coalesce(w.source_id, l.source_id)
    GROUP BY l.store_id, l.item_id, l.on_hand) AS held
"""


# Asked first: a plan that joins with the levels of a first file, made while there were none, reads them all.
IS_WITHHELD = """
SELECT EXISTS (SELECT FROM inventory_stockwithheld WHERE store_id = ANY(%(stores)s::int4[]))
    OR EXISTS (SELECT FROM inventory_reservation WHERE is_withheld AND store_id = ANY(%(stores)s::int4[]))
"""


@dataclass(frozen=True)
class Withheld:
    """By store and item as one number (ascending): what holds and the believed source withhold; the level it is of."""

    keys: Int64s
    quantities: Int64s
    on_hand: Int64s

    def within(self, store_ids: Sequence[int]) -> "Withheld":
        """Of some stores only."""
        if not len(self.keys):
            return self
        theirs = np.isin(self.keys >> 32, store_ids)
        return Withheld(self.keys[theirs], self.quantities[theirs], self.on_hand[theirs])

    def of(self, keys: Int64s) -> Int64s:
        """What is withheld of each; nothing where none is named."""
        if not len(self.keys):
            return np.zeros(len(keys), np.int64)
        places = np.searchsorted(self.keys, keys)
        places[places == len(self.keys)] = 0
        return np.where(self.keys[places] == keys, self.quantities[places], 0)


@dataclass
class Telling:
    """Tells of changed levels in portions of whole stores; `before` is what was withheld before any was written."""

    run: FeedRun
    now: datetime
    before: Withheld
    untold: set[int]

    def tell(self, changes: LevelChanges) -> None:
        """A portion: every change there will be in its stores."""
        stores = np.unique(changes.store_ids).tolist()
        self.untold.difference_update(stores)
        self._send(changes, stores)

    def finish(self) -> None:
        """The other stores, where no more than what is withheld may have changed."""
        self._send(NO_CHANGES, sorted(self.untold))

    def _send(self, changes: LevelChanges, stores: Sequence[int]) -> None:
        tell_stock_changed(
            changes=changes,
            store_ids=stores,
            withheld_before=self.before.within(stores),
            run=self.run,
            now=self.now,
        )


def read_withheld(store_ids: Sequence[int]) -> Withheld:
    """What is withheld in the stores at this moment. Read it before levels are written, and tell with it after."""
    with raw_cursor() as cursor:
        stores = {"stores": list(store_ids)}
        cursor.execute(IS_WITHHELD, stores)
        found = cursor.fetchone()
        if found and found[0]:
            cursor.execute(READ_WITHHELD, stores, prepare=False)
            found = cursor.fetchone()
        else:
            found = None
    rows = unpacked(found[0] if found else None, (("key", ">i8"), ("quantity", ">i8"), ("on_hand", ">i4")))
    return Withheld(*(rows[name].astype(np.int64) for name in ("key", "quantity", "on_hand")))


def tell_stock_changed(
    *,
    changes: LevelChanges,
    store_ids: Sequence[int],
    withheld_before: Withheld,
    run: FeedRun | None,
    now: datetime,
) -> None:
    """Send what changed in the stores, in the transaction that changed it.

    Besides changed levels these are levels that stand as they were while more or less of them is withheld, or
    another source's word on that counts.
    """
    withheld = read_withheld(store_ids)
    if len(withheld_before.keys) or len(withheld.keys):
        changes = _promised(changes, withheld_before, withheld)
    if len(changes):
        stock_changed.send(sender=FeedRun, run=run, changes=changes, now=now)


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
