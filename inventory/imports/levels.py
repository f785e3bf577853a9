"""Levels: read back a store at a time as one block, new ones by COPY, changed ones by one UPDATE."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from inventory.feeds.records import Int32s, Int64s, LevelChanges
from inventory.imports.copying import PG_EPOCH_US, copy_in, copy_records, pg_time, raw_cursor, unpacked

LEVEL_COLUMNS = (
    ("store_id", ">i4"), ("item_id", ">i4"), ("on_hand", ">i4"), ("source_id", ">i8"), ("as_of", ">i8"),
)  # fmt: skip
DELTA_COLUMNS = (("store_id", ">i4"), ("item_id", ">i4"), ("delta", ">i8"), ("as_of", ">i8"))
LOWEST, HIGHEST = -(2**31) + 1, 2**31 - 1

# Statements over many rows are planned each time (prepare=False): a plan made while the table was empty would read
# all of it for each store once it has grown.
# A store at a time by the key's own range: half the cost of reading all of them and grouping.
READ_LEVELS = """
SELECT u.store, l.packed FROM unnest(%s::int4[]) AS u (store) CROSS JOIN LATERAL (
    SELECT string_agg(int8send((item_id::int8 << 32) | (on_hand::int8 & 4294967295)), NULL) AS packed
    FROM inventory_stocklevel WHERE store_id = u.store) AS l
WHERE l.packed IS NOT NULL
"""


READ_SOME_LEVELS = """
SELECT l.store_id, string_agg(int8send((l.item_id::int8 << 32) | (l.on_hand::int8 & 4294967295)), ''::bytea)
FROM unnest(%s::int4[], %s::int4[]) AS u (store, item)
JOIN inventory_stocklevel l ON l.store_id = u.store AND l.item_id = u.item GROUP BY l.store_id
"""
# Below so many lines the rows are looked up one by one instead of reading whole stores.
FEW_LINES = 2_000


def read_levels(wanted: Mapping[int, Int32s]) -> dict[int, npt.NDArray[Any]]:
    """The levels that stand, by store, as (item, on_hand) pairs: at least those of the wanted items."""
    stores = list(wanted)
    with raw_cursor() as cursor:
        if sum(map(len, wanted.values())) <= FEW_LINES:
            repeated = np.repeat(np.array(stores), [len(items) for items in wanted.values()])
            items = np.concatenate(list(wanted.values()))
            cursor.execute(READ_SOME_LEVELS, (repeated.tolist(), items.tolist()), prepare=False)
        else:
            cursor.execute(READ_LEVELS, (stores,), prepare=False)
        return {store: unpacked(packed, [("item", ">i4"), ("on_hand", ">i4")]) for store, packed in cursor}


READ_MOVEMENTS = """
SELECT u.store, string_agg(
    int8send((m.item_id::int8 << 32) | (m.quantity::int8 & 4294967295))
    || timestamptz_send(m.occurred_at), NULL)
FROM unnest(%s::int4[], %s::int8[]) AS u (store, since)
JOIN inventory_stockmovement m ON m.store_id = u.store
    -- A sale's business day is at most three days from the sale (feeds/sales.py): the key's own range.
    AND m.business_day >= (to_timestamp(u.since / 1000000) AT TIME ZONE 'UTC')::date - 3
    AND m.occurred_at > timestamptz '1970-01-01 00:00:00Z' + u.since * interval '1 microsecond'
GROUP BY u.store
"""


def read_movements(since: Mapping[int, int]) -> "dict[int, Movements]":
    """By store the movements after an instant (µs, UTC): item ids, signed quantities, instants."""
    found = {}
    with raw_cursor() as cursor:
        cursor.execute(READ_MOVEMENTS, (list(since), list(since.values())), prepare=False)
        for store, packed in cursor:
            rows = unpacked(packed, [("item", ">i4"), ("quantity", ">i4"), ("at", ">i8")])
            found[store] = (
                rows["item"].astype(np.int32),
                rows["quantity"].astype(np.int64),
                rows["at"].astype(np.int64) + PG_EPOCH_US,
            )
    return found


Movements = tuple[Int32s, Int64s, Int64s]


def moved(items: Int32s, counts: Int32s, as_ofs: Int64s, movements: Movements | None) -> Int32s:
    """The counts of the items (ascending) plus every movement strictly after each of them."""
    if movements is None or not len(items):
        return counts
    moving, quantities, instants = movements
    places = np.searchsorted(items, moving)
    places[places == len(items)] = 0
    counts_too = (items[places] == moving) & (instants > as_ofs[places])
    levels = counts.astype(np.int64)
    np.add.at(levels, places[counts_too], quantities[counts_too])
    return within_range(levels)


# A level that was taken away and comes again finds the holds that were made on it before.
RESTORE_RESERVED = """
UPDATE inventory_stocklevel AS l SET reserved = h.quantity
FROM (SELECT store_id, item_id, sum(quantity)::int4 AS quantity FROM inventory_reservation
      WHERE is_withheld AND store_id = ANY(%s::int4[]) GROUP BY 1, 2) AS h
WHERE l.store_id = h.store_id AND l.item_id = h.item_id AND l.reserved <> h.quantity
"""


def add_levels(columns: Mapping[str, npt.NDArray[Any]]) -> None:
    """New levels, sorted by store and item, straight into the table."""
    if len(columns["store_id"]):
        rows = {**columns, "as_of": pg_time(columns["as_of"].astype(np.int64))}
        copy_in("inventory_stocklevel", LEVEL_COLUMNS, [copy_records(LEVEL_COLUMNS, rows)])
        with raw_cursor() as cursor:
            cursor.execute(RESTORE_RESERVED, (np.unique(columns["store_id"]).tolist(),), prepare=False)


STAGE_LEVELS = """
CREATE TEMP TABLE IF NOT EXISTS changed_level
    (store_id int4, item_id int4, on_hand int4, source_id int8, as_of timestamptz) ON COMMIT DELETE ROWS
"""
UPDATE_LEVELS = """
UPDATE inventory_stocklevel AS l SET on_hand = s.on_hand, source_id = s.source_id, as_of = s.as_of
FROM changed_level AS s
WHERE l.store_id = s.store_id AND l.item_id = s.item_id AND l.store_id = ANY(%s::int4[])
"""


def change_levels(columns: Mapping[str, npt.NDArray[Any]], *, share: float = 1) -> None:
    """Levels that stand and differ: staged, then one UPDATE. `share` is how many of the stores' levels do."""
    if not len(columns["store_id"]):
        return
    with raw_cursor() as cursor:
        cursor.execute(STAGE_LEVELS)
        cursor.execute("TRUNCATE changed_level")
        rows = {**columns, "as_of": pg_time(columns["as_of"].astype(np.int64))}
        copy_in("changed_level", LEVEL_COLUMNS, [copy_records(LEVEL_COLUMNS, rows)])
        with _joined_for(share, cursor):
            cursor.execute(UPDATE_LEVELS, (np.unique(columns["store_id"]).tolist(),), prepare=False)


# Up to such a share of a store's levels each is looked up by its key; past it both sides are read in key order.
# Left to itself the planner hashes the whole table or keeps a cache that never hits: a third dearer.
FEW = 0.25
BY_KEY = ("enable_hashjoin", "enable_mergejoin", "enable_memoize")
IN_ORDER = ("enable_hashjoin", "enable_nestloop")


@contextmanager
def _joined_for(share: float, cursor: "psycopg.Cursor[Any]") -> Iterator[None]:
    """How the statements of the block join staged rows with the table; an error's rollback takes it back too."""
    others = BY_KEY if share <= FEW else IN_ORDER
    for switched in ("off", "on"):
        if switched == "on":
            yield
        cursor.execute("SELECT " + ", ".join(f"set_config('{name}', '{switched}', true)" for name in others))


STAGE_DELTAS = """
CREATE TEMP TABLE IF NOT EXISTS moved_level
    (store_id int4, item_id int4, delta int8, as_of timestamptz) ON COMMIT DELETE ROWS
"""
MOVE_LEVELS = f"""
WITH moved AS (
    UPDATE inventory_stocklevel AS l
    SET on_hand = least(greatest(l.on_hand + s.delta, {LOWEST}), {HIGHEST}), as_of = s.as_of
    FROM moved_level AS s
    WHERE l.store_id = s.store_id AND l.item_id = s.item_id AND l.store_id = ANY(%s::int4[])
    RETURNING l.store_id, l.item_id, old.on_hand AS before, new.on_hand AS after)
SELECT string_agg(int4send(store_id) || int4send(item_id) || int4send(before) || int4send(after), ''::bytea)
FROM moved
"""  # noqa: S608


def move_levels(columns: Mapping[str, npt.NDArray[Any]], *, share: float) -> LevelChanges:
    """Add a signed amount to levels that stand, a `share` of their stores' levels; the changes that came of it."""
    with raw_cursor() as cursor:
        cursor.execute(STAGE_DELTAS)
        cursor.execute("TRUNCATE moved_level")
        rows = {**columns, "as_of": pg_time(columns["as_of"].astype(np.int64))}
        copy_in("moved_level", DELTA_COLUMNS, [copy_records(DELTA_COLUMNS, rows)])
        with _joined_for(share, cursor):
            cursor.execute(MOVE_LEVELS, (np.unique(columns["store_id"]).tolist(),), prepare=False)
            found = cursor.fetchone()
    moved = unpacked(
        found[0] if found else None, [("s", ">i4"), ("i", ">i4"), ("before", ">i4"), ("after", ">i4")]
    )
    moved = moved[moved["before"] != moved["after"]]
    parts = (moved[name].astype(np.int32) for name in ("s", "i", "before", "after"))
    return LevelChanges(*parts)


REMOVE_LEVELS = """
DELETE FROM inventory_stocklevel l USING unnest(%s::int4[], %s::int4[]) AS u (store, item)
WHERE l.store_id = u.store AND l.item_id = u.item
"""


def remove_levels(store_ids: Int32s, item_ids: Int32s) -> None:
    """Levels that nobody's count stands behind."""
    if len(store_ids):
        with raw_cursor() as cursor:
            cursor.execute(REMOVE_LEVELS, (store_ids.tolist(), item_ids.tolist()))


def within_range(levels: Int64s) -> Int32s:
    """As int4, stopping at its ends rather than running over."""
    return np.clip(levels, LOWEST, HIGHEST).astype(np.int32)
