"""Loader of sales: a ledger line counts once, and moves the level only when it is later than the winning count.

A line is `applied` when the ledger took it, `unchanged` when the ledger had it already.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from inventory.feeds.records import NO_AMOUNT, NO_CHANGES, Flags, Int32s, Int64s, LevelChanges, SalesRows
from inventory.feeds.sales import Workstations, read_sales
from inventory.imports.catalogue import read_catalogue
from inventory.imports.claims import (
    NEVER,
    ClaimsByStore,
    Rules,
    read_claims,
    read_rules,
    winning_times,
    write_reach,
)
from inventory.imports.conflicts import ConflictLog, Conflicts
from inventory.imports.copying import (
    PG_EPOCH_DAYS,
    PG_EPOCH_US,
    copy_in,
    copy_records,
    pg_time,
    raw_cursor,
    unpacked,
)
from inventory.imports.disagreements import track_disagreements
from inventory.imports.levels import move_levels
from inventory.imports.loaders import Arrival, Counts
from inventory.imports.spooling import StoreSpool
from inventory.imports.telling import Telling, read_withheld
from inventory.imports.times import micros
from inventory.models import StockMovement, Store

BATCH_LINES = 250_000
BATCH_STORES = 64
SALE, RETURN = StockMovement.Kind.SALE.value, StockMovement.Kind.RETURN.value
MOVEMENT_COLUMNS = (
    ("store_id", ">i4"), ("business_day", ">i4"), ("workstation_id", ">i4"), ("sequence", ">i8"),
    ("line", ">i4"), ("source_id", ">i8"), ("item_id", ">i4"), ("quantity", ">i4"), ("kind", ">i2"),
    ("occurred_at", ">i8"), ("run_id", ">i8"),
)  # fmt: skip


@dataclass
class Sold:
    """Sales lines as equal-length arrays; the first five are the key within a source."""

    stores: Int32s
    days: Int32s
    workstations: Int32s
    sequences: Int64s
    lines: Int32s
    items: Int32s
    quantities: Int32s
    instants: Int64s
    file_lines: Int32s
    # StockMovement kinds, and thousandths of money with NO_AMOUNT where nothing is said; None: sales and returns
    # by their sign, and no money.
    kinds: npt.NDArray[np.int16] | None = None
    amounts: Int64s | None = None

    def __len__(self) -> int:
        return len(self.stores)

    def columns(self) -> list[npt.NDArray[Any]]:
        return [getattr(self, column.name) for column in fields(self)[:9]]

    def take(self, rows: Flags | slice | npt.NDArray[np.intp]) -> "Sold":
        taken = Sold(*(column[rows] for column in self.columns()))
        taken.kinds = None if self.kinds is None else self.kinds[rows]
        taken.amounts = None if self.amounts is None else self.amounts[rows]
        return taken


def load_sales(arrival: Arrival) -> Callable[[], Counts]:
    """Read the file; give back what writes it."""
    profile = arrival.profile()
    catalogue = read_catalogue(item_code=profile.item_code, source_id=arrival.run.source_id)
    file = arrival.file(encoding=profile.encoding)
    workstations, counts = Workstations(), Counts()
    spool = StoreSpool()
    with ExitStack() as unless_written:
        unless_written.enter_context(spool)
        for rows in read_sales(file, profile, catalogue, workstations, now_us=micros(arrival.now)):
            counts.received += rows.received
            arrival.rejects.add(rows.rejected)
            arrival.notes.add_counted(rows.notes)
            spool.add_block(rows.store_ids, _columns(rows))
            arrival.progress.reach(rows=rows.received, bytes_read=rows.bytes_read)
        if arrival.run.replay_of_id is None:  # some lines of a file are never the whole of it
            arrival.rejects.check_partner(received=counts.received)
        unless_written.pop_all()
    conflicts = Conflicts(
        file, profile, "sequence", among="transaction_conflict", earlier="transaction_conflict"
    )
    return lambda: write_movements(
        arrival, spool=spool, workstations=workstations, counts=counts, conflicts=conflicts
    )


def _columns(rows: SalesRows) -> tuple[npt.NDArray[Any], ...]:
    """As `Sold` has them, after the store."""
    columns = (
        rows.business_days, rows.workstations, rows.sequences, rows.lines, rows.item_ids, rows.quantities,
        rows.occurred_ats, rows.line_numbers,
    )  # fmt: skip
    if rows.amounts is None:
        return columns
    return (*columns, np.where(rows.quantities > 0, RETURN, SALE).astype(np.int16), rows.amounts)


def write_movements(
    arrival: Arrival, *, spool: StoreSpool, workstations: Workstations, counts: Counts, conflicts: ConflictLog
) -> Counts:
    """Put what is new into the ledger and move the levels, in the caller's transaction; closes `spool`.

    The columns of `spool` are those of Sold after the store, with or without kinds and amounts; its workstations
    are their numbers in `workstations`.
    """
    run = arrival.run
    reach: dict[int, int] = {}
    with spool:
        store_ids = Store.objects.filter(pk__in=spool.stores()).lock_in_order()
        telling = Telling(run, arrival.now, read_withheld(store_ids), set(store_ids))
        workstation_ids = _workstation_ids(workstations)
        rules = read_rules()
        # The key begins with the store, so stores can be done one batch after the other.
        for stores in spool.batches(lines=BATCH_LINES, stores=BATCH_STORES):
            sold = _taken(spool, stores)
            sold.workstations = workstation_ids[sold.workstations]
            sold = _one_a_key(_in_key_order(sold), counts, conflicts)
            if len(sold):
                reach |= _newest(sold)
                fresh = _not_in_ledger(sold, run.source_id, counts, conflicts)
                _write_new(fresh, arrival, counts, rules, telling)
    write_reach(reach, source_id=run.source_id, run_id=run.pk)
    conflicts.reject(arrival.rejects)
    return counts


def _taken(spool: StoreSpool, stores: Sequence[int]) -> Sold:
    """The lines of some stores, store by store."""
    taken = [spool.take(store) for store in stores]
    ids = np.repeat(np.array(stores, np.int32), [len(columns[0]) for columns in taken])
    return Sold(ids, *(np.concatenate(column) for column in zip(*taken, strict=True)))


def _newest(sold: Sold) -> dict[int, int]:
    """The latest sale of each store."""
    stores, starts = np.unique(sold.stores, return_index=True)
    newest = np.maximum.reduceat(sold.instants, starts)
    return dict(zip(stores.tolist(), newest.tolist(), strict=True))


def _write_new(fresh: Sold, arrival: Arrival, counts: Counts, rules: Rules, telling: Telling) -> None:
    """Lines the ledger did not have: into it, and into the levels."""
    counts.applied += len(fresh)
    if not len(fresh):
        return
    run = arrival.run
    _into_ledger(fresh, source_id=run.source_id, run_id=run.pk)
    claims = read_claims(np.unique(fresh.stores).tolist())
    changes = _move(fresh, claims, rules)
    telling.tell(changes)
    sold_of = {
        store: (of_store, np.unique(fresh.items[fresh.stores == store]))
        for store, of_store in claims.items()
        if len(of_store) > 1
    }
    track_disagreements(sold_of, rules, now=arrival.now)


ADD_WORKSTATIONS = """
INSERT INTO inventory_workstation (store_id, code)
SELECT * FROM unnest(%s::int4[], %s::text[]) AS u (store, code)
ON CONFLICT (store_id, code) DO NOTHING
"""
FIND_WORKSTATIONS = """
SELECT w.id FROM unnest(%s::int4[], %s::text[]) WITH ORDINALITY AS u (store, code, place)
LEFT JOIN inventory_workstation w ON w.store_id = u.store AND w.code = u.code ORDER BY u.place
"""


def _workstation_ids(workstations: Workstations) -> Int32s:
    """The id of each till the file names, by its number; new ones are added."""
    pairs = [
        [store for store, _code in workstations.numbers],
        [code for _store, code in workstations.numbers],
    ]
    with raw_cursor() as cursor:
        cursor.execute(FIND_WORKSTATIONS, pairs)
        ids = [row[0] for row in cursor]
        if None in ids:
            cursor.execute(ADD_WORKSTATIONS, pairs)
            cursor.execute(FIND_WORKSTATIONS, pairs)
            ids = [row[0] for row in cursor]
    return np.array(ids, np.int32)


def _in_key_order(sold: Sold) -> Sold:
    order = np.lexsort(
        (sold.file_lines, sold.lines, sold.sequences, sold.workstations, sold.days, sold.stores)
    )
    return sold.take(order)


def _one_a_key(sold: Sold, counts: Counts, conflicts: ConflictLog) -> Sold:
    """One line a key: equal repeats are counted, different ones are all rejected."""
    same = np.zeros(len(sold), bool)
    same[1:] = _same_as_before(sold, ("stores", "days", "workstations", "sequences", "lines"))
    if not same.any():
        return sold
    differs = same.copy()
    differs[1:] &= ~_same_as_before(sold, ("items", "quantities", "instants"))
    if differs.any():
        groups = np.cumsum(~same, dtype=np.int64)
        bad = np.isin(groups, groups[differs])
        conflicts.among_lines(sold.file_lines[bad], groups[bad])
        sold, same = sold.take(~bad), same[~bad]
    counts.unchanged += int(same.sum())
    return sold.take(~same)


def _same_as_before(sold: Sold, names: Sequence[str]) -> Flags:
    same = np.ones(max(len(sold) - 1, 0), bool)
    for name in names:
        column = getattr(sold, name)
        same &= column[1:] == column[:-1]
    return same


# Integers packed two by two, instants and days as PostgreSQL sends them: each operator less is felt. The range of
# sequences keeps an hour's file from reading the whole day again.
IN_LEDGER = """
SELECT l.packed
FROM unnest(%s::int4[], %s::int4[], %s::int4[], %s::int8[], %s::int8[]) AS u (store, first, last, lowest, highest)
CROSS JOIN LATERAL (
    SELECT string_agg(
        int8send(m.store_id::int8 << 32 | m.workstation_id::int8) || date_send(m.business_day)
        || int8send(m.sequence) || int8send(m.line::int8 << 32 | m.item_id::int8)
        || int4send(m.quantity) || timestamptz_send(m.occurred_at), NULL) AS packed
    FROM inventory_stockmovement m WHERE m.store_id = u.store AND m.source_id = %s
        AND m.business_day BETWEEN date '1970-01-01' + u.first AND date '1970-01-01' + u.last
        AND m.sequence BETWEEN u.lowest AND u.highest) AS l
WHERE l.packed IS NOT NULL
"""
LEDGER_ROW = (
    ("stores", ">i4"), ("workstations", ">i4"), ("days", ">i4"), ("sequences", ">i8"), ("lines", ">i4"),
    ("items", ">i4"), ("quantities", ">i4"), ("instants", ">i8"),
)  # fmt: skip
KEY = ["stores", "days", "workstations", "sequences", "lines"]


def _not_in_ledger(sold: Sold, source_id: int, counts: Counts, conflicts: ConflictLog) -> Sold:
    """The lines whose key the ledger does not have; the others are repeats, or contradict what stands."""
    stores, starts = np.unique(sold.stores, return_index=True)
    ends = [*starts[1:].tolist(), len(sold)]
    days = sold.days
    with raw_cursor() as cursor:
        cursor.execute(
            IN_LEDGER,
            (
                stores.tolist(),
                days[starts].tolist(),  # sorted by store and day: first and last are the range
                [int(days[end - 1]) for end in ends],
                np.minimum.reduceat(sold.sequences, starts).tolist(),
                np.maximum.reduceat(sold.sequences, starts).tolist(),
                source_id,
            ),
            prepare=False,
        )
        standing = unpacked(b"".join(packed for (packed,) in cursor), LEDGER_ROW)
    if not len(standing):
        return sold
    theirs = {name: standing[name].astype(kind[1:]) for name, kind in LEDGER_ROW}
    theirs["days"] += PG_EPOCH_DAYS
    theirs["instants"] += PG_EPOCH_US
    if all(np.array_equal(theirs[name], getattr(sold, name)) for name in theirs):  # the same file again
        counts.unchanged += len(sold)
        return sold.take(slice(0))
    ours = pl.DataFrame({name: getattr(sold, name) for name in KEY})
    joined = ours.join(pl.DataFrame(theirs), on=KEY, how="left", maintain_order="left")
    known = joined["items"].is_not_null().to_numpy()
    repeats = known.copy()
    for name in ("items", "quantities", "instants"):
        repeats &= joined[name].fill_null(0).to_numpy() == getattr(sold, name)
    counts.unchanged += int(repeats.sum())
    conflicts.with_earlier(sold.file_lines[known & ~repeats])
    return sold.take(~known)


def _into_ledger(sold: Sold, *, source_id: int, run_id: int) -> None:
    """New lines into the table; those without an amount leave its column NULL."""
    if sold.amounts is None:
        _copy_lines(sold, MOVEMENT_COLUMNS, source_id=source_id, run_id=run_id)
        return
    said = sold.amounts != NO_AMOUNT
    _copy_lines(sold.take(said), (*MOVEMENT_COLUMNS, ("amount", ">i8")), source_id=source_id, run_id=run_id)
    _copy_lines(sold.take(~said), MOVEMENT_COLUMNS, source_id=source_id, run_id=run_id)


def _copy_lines(sold: Sold, columns: Sequence[tuple[str, str]], *, source_id: int, run_id: int) -> None:
    count = len(sold)
    if not count:
        return
    kinds = np.where(sold.quantities > 0, RETURN, SALE) if sold.kinds is None else sold.kinds
    values: dict[str, npt.NDArray[Any]] = {
        "store_id": sold.stores,
        "business_day": sold.days - PG_EPOCH_DAYS,
        "workstation_id": sold.workstations,
        "sequence": sold.sequences,
        "line": sold.lines,
        "source_id": np.full(count, source_id),
        "item_id": sold.items,
        "quantity": sold.quantities,
        "kind": kinds,
        "occurred_at": pg_time(sold.instants),
        "run_id": np.full(count, run_id),
    }
    if sold.amounts is not None:
        values["amount"] = sold.amounts
    copy_in("inventory_stockmovement", columns, [copy_records(columns, values)])


def _move(sold: Sold, claims: ClaimsByStore, rules: Rules) -> LevelChanges:
    """Move the levels by what was sold strictly after the winning count of each item."""
    stores, starts = np.unique(sold.stores, return_index=True)
    counted = np.empty(len(sold), np.int64)
    for store, start, end in zip(stores.tolist(), starts, [*starts[1:], len(sold)], strict=True):
        counted[start:end] = winning_times(claims[store], sold.items[start:end], rules)[0]
    after = sold.take((counted != NEVER) & (sold.instants > counted))
    keys = after.stores.astype(np.int64) << 32 | after.items
    order = np.argsort(keys, kind="stable")
    distinct, firsts = np.unique(keys[order], return_index=True)
    if not len(distinct):
        return NO_CHANGES
    deltas = np.add.reduceat(after.quantities[order].astype(np.int64), firsts)
    newest = np.maximum.reduceat(after.instants[order], firsts)
    moved = deltas != 0
    levels = sum(len(claim.items) for theirs in claims.values() for claim in theirs.values())
    return move_levels(
        {
            "store_id": (distinct >> 32)[moved],
            "item_id": (distinct & 0xFFFFFFFF)[moved],
            "delta": deltas[moved],
            "as_of": newest[moved],
        },
        share=int(moved.sum()) / max(levels, 1),
    )
