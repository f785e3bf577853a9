"""Levels from the claims and the ledger alone: what loads do by differences, done from the ground up.

Needed where the rule changes and no file comes: another source is to be believed, or one that was is too old.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import transaction

from inventory.feeds.records import ABSENT, Int32s, Int64s, LevelChanges
from inventory.imports.claims import Claim, Rules, read_claims, read_rules, winning_times
from inventory.imports.copying import raw_cursor, unpacked
from inventory.imports.disagreements import track_disagreements
from inventory.imports.levels import add_levels, change_levels, moved, read_movements, remove_levels
from inventory.imports.telling import read_withheld, tell_stock_changed
from inventory.models import FeedRun, Store


@dataclass(frozen=True)
class Derived:
    """The levels of one store: equal-length arrays, items ascending."""

    items: Int32s
    quantities: Int32s
    sources: Int64s
    as_ofs: Int64s


def derive_levels(
    *,
    store_ids: Sequence[int],
    now: datetime,
    run: FeedRun | None = None,
    item_ids: Sequence[int] | None = None,
) -> int:
    """Make all levels of the stores what claims and movements come to; the number that had another quantity.

    Only differences are written and told, in one transaction that holds the stores' locks. `item_ids` are the
    only items looked at, where given.
    """
    with transaction.atomic():
        stores = Store.objects.filter(pk__in=store_ids).lock_in_order()
        rules, claims, withheld = read_rules(), read_claims(stores), read_withheld(stores)
        only = None if item_ids is None else np.array(sorted(set(item_ids)), np.int32)
        derived = believed_levels(claims, rules, only=only)
        changes = _write_differences(derived, stores, only=only)
        track_disagreements(
            {store: (claims[store], derived[store].items) for store in stores}, rules, now=now
        )
        tell_stock_changed(changes=changes, store_ids=stores, withheld_before=withheld, run=run, now=now)
    return len(changes)


def believed_levels(
    claims: Mapping[int, Mapping[int, Claim]], rules: Rules, *, only: Int32s | None = None
) -> dict[int, Derived]:
    """By store what stands there if the claims and the ledger are all there is; of some items only, ascending."""
    counts = {store: _believed_counts(standing, rules, only) for store, standing in claims.items()}
    movements = read_movements({store: int(c.as_ofs.min()) for store, c in counts.items() if len(c.items)})
    return {
        store: Derived(
            count.items,
            moved(count.items, count.quantities, count.as_ofs, movements.get(store)),
            count.sources,
            count.as_ofs,
        )
        for store, count in counts.items()
    }


def _believed_counts(standing: Mapping[int, Claim], rules: Rules, only: Int32s | None) -> Derived:
    items: Int32s = np.empty(0, np.int32)
    for claim in standing.values():
        items = claim.items if not len(items) else np.union1d(items, claim.items)
    if only is not None:
        items = np.intersect1d(items, only, assume_unique=True)
    times, sources = winning_times(standing, items, rules)
    quantities = np.zeros(len(items), np.int32)
    for source in np.unique(sources).tolist():
        rows = sources == source
        quantities[rows] = standing[source].quantities_of(items[rows])
    return Derived(items, quantities, sources.astype(np.int64), times)


READ_WHOLE_LEVELS = """
SELECT string_agg(int4send(store_id) || int4send(item_id) || int4send(on_hand) || int8send(source_id), ''::bytea
                  ORDER BY store_id, item_id)
FROM inventory_stocklevel WHERE store_id = ANY(%s::int4[]) AND (%s::int4[] IS NULL OR item_id = ANY(%s::int4[]))
"""
LEVEL = (("store", ">i4"), ("item", ">i4"), ("on_hand", ">i4"), ("source", ">i8"))


def _write_differences(
    derived: Mapping[int, Derived], stores: Sequence[int], *, only: Int32s | None
) -> LevelChanges:
    """Compare with what stands, write what differs; the changes of quantity."""
    items = None if only is None else only.tolist()
    with raw_cursor() as cursor:
        cursor.execute(READ_WHOLE_LEVELS, (list(stores), items, items))
        found = cursor.fetchone()
    standing = unpacked(found[0] if found else None, LEVEL)
    parts = [derived[store] for store in stores]
    ours = _keys(
        np.repeat(np.array(stores, np.int64), [len(part.items) for part in parts]),
        _joined([part.items for part in parts], np.int32),
    )
    theirs = _keys(standing["store"].astype(np.int64), standing["item"].astype(np.int32))
    new = _joined([part.quantities for part in parts], np.int32)
    sources = _joined([part.sources for part in parts], np.int64)
    as_ofs = _joined([part.as_ofs for part in parts], np.int64)
    places = np.searchsorted(theirs, ours)
    places[places == len(theirs)] = 0
    known = theirs[places] == ours if len(theirs) else np.zeros(len(ours), bool)
    old = np.full(len(ours), ABSENT, np.int32)
    old[known] = standing["on_hand"][places[known]]
    differs = old != new
    differs[known] |= standing["source"][places[known]] != sources[known]
    for write, rows in ((add_levels, ~known), (change_levels, known & differs)):
        write(
            {
                "store_id": ours[rows] >> 32,
                "item_id": ours[rows] & 0xFFFFFFFF,
                "on_hand": new[rows],
                "source_id": sources[rows],
                "as_of": as_ofs[rows],
            }
        )
    orphans = ~np.isin(theirs, ours, assume_unique=True)
    remove_levels(theirs[orphans] >> 32, theirs[orphans] & 0xFFFFFFFF)
    keys = np.concatenate([ours[old != new], theirs[orphans]])
    return LevelChanges(
        store_ids=(keys >> 32).astype(np.int32),
        item_ids=(keys & 0xFFFFFFFF).astype(np.int32),
        old=np.concatenate([old[old != new], standing["on_hand"][orphans].astype(np.int32)]),
        new=np.concatenate([new[old != new], np.full(int(orphans.sum()), ABSENT, np.int32)]),
    )


def _keys(stores: Int64s, items: Int32s) -> Int64s:
    """Store and item as one number, in the order of both."""
    return stores << 32 | items


def _joined(parts: Sequence[npt.NDArray[Any]], kind: type[np.generic]) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, kind)
