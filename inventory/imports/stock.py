"""Loader of stock snapshots: the believed count of each item makes its level, whatever order files arrive in.

A line is `applied` when it put in or changed a level, `unchanged` when it said what already stood, and `stale`
when a newer count of this source stands, or another source's count is believed all the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from inventory.feeds.profiles import Profile
from inventory.feeds.records import (
    ABSENT,
    FeedHeld,
    FeedRefused,
    Flags,
    Int32s,
    Int64s,
    LevelChanges,
)
from inventory.feeds.stock import read_stock
from inventory.imports.absences import NO_LINE, Full, by_store, remember
from inventory.imports.catalogue import read_catalogue
from inventory.imports.claims import (
    NEVER,
    as_counts,
    read_claims,
    read_rules,
    write_claims,
    write_reach,
)
from inventory.imports.conflicts import ConflictLog, Conflicts
from inventory.imports.disagreements import track_disagreements
from inventory.imports.levels import add_levels, change_levels, moved, read_levels, read_movements
from inventory.imports.loaders import Arrival, Counts
from inventory.imports.settling import NOTHING_COUNTED, Counted, Settled, settle
from inventory.imports.spooling import StoreSpool
from inventory.imports.telling import Telling, Withheld, read_withheld
from inventory.imports.times import micros
from inventory.models import Store

# Read-back and writes go in batches of stores of about so many lines, so that memory does not grow with the file.
BATCH_LINES = 250_000
BATCH_STORES = 256
FLUSH_LEVELS = 250_000
# After so many were compared their pages are still in PostgreSQL's memory when the changed ones are written.
FLUSH_COMPARED = 500_000


def load_stock(arrival: Arrival) -> Callable[[], Counts]:
    """Read the file; give back what writes it."""
    profile = arrival.profile()
    catalogue = read_catalogue(item_code=profile.item_code, source_id=arrival.run.source_id)
    counts = Counts(completeness=profile.completeness)
    is_full = profile.completeness == "FULL"
    named: set[tuple[int, int]] = set()
    file = arrival.file(encoding=profile.encoding)
    spool = StoreSpool()
    with ExitStack() as unless_written:
        unless_written.enter_context(spool)
        for rows in read_stock(file, profile, catalogue, now_us=micros(arrival.now)):
            counts.received += rows.received
            arrival.rejects.add(rows.rejected)
            arrival.notes.add_counted(rows.notes)
            spool.add_block(rows.store_ids, (rows.item_ids, rows.quantities, rows.as_ofs, rows.line_numbers))
            if is_full:
                named.update(rows.named)
            arrival.progress.reach(rows=rows.received, bytes_read=rows.bytes_read)
        if arrival.run.replay_of_id is None:  # some lines of a file are never the whole of it
            arrival.rejects.check_partner(received=counts.received)
        if not counts.received:
            _check_empty(arrival, is_full=is_full)
        unless_written.pop_all()
    conflicts = Conflicts(file, profile, "quantity", among="ambiguous_item", earlier="conflicting_repeat")
    seen = spool.stores()
    full = (
        full_file(arrival, profile, stores=catalogue.store_ids, seen=seen, named=named) if is_full else None
    )
    size = len(catalogue.decimals)
    return lambda: write_counts(
        arrival, size=size, spool=spool, counts=counts, conflicts=conflicts, full=full
    )


def _check_empty(arrival: Arrival, *, is_full: bool) -> None:
    """A file without a line is used only when it is FULL and a person has said so."""
    if not is_full:
        raise FeedRefused("no_rows", "The file has a header and no lines; nothing was changed.")
    if arrival.run.released_at is None:
        raise FeedHeld("empty_snapshot", "A full file without a line would count everything as none.")


def full_file(
    arrival: Arrival,
    profile: Profile,
    *,
    stores: Mapping[str, int],
    seen: Iterable[int],
    named: Iterable[tuple[int, int]],
) -> Full | None:
    """What a FULL file is measured by; None where the profile does not let it mark absences.

    Its scope are the profile's stores, else those it has lines of.
    """
    if not profile.absences:
        return None
    run = arrival.run
    declared = {stores[code] for code in profile.stores if code in stores}
    return Full(
        scope=frozenset(declared or seen),
        as_of=micros(run.file_as_of or run.received_at),
        drop_guard=None if run.released_at else profile.drop_guard,
        named=by_store(named),
    )


def write_counts(
    arrival: Arrival,
    *,
    size: int,
    spool: StoreSpool,
    counts: Counts,
    conflicts: ConflictLog,
    full: Full | None,
    withheld_before: Withheld | None = None,
) -> Counts:
    """Compare with what stands and write the difference, in the caller's transaction; closes `spool`.

    The columns of `spool` are those of Counted. `size` is above the highest item id; `full` is there for a FULL
    file only, `withheld_before` where the document has changed what is withheld.
    """
    with spool:
        if full is not None:
            spool.include(full.scope)
        store_ids = Store.objects.filter(pk__in=spool.stores()).lock_in_order()
        before = read_withheld(store_ids) if withheld_before is None else withheld_before
        telling = Telling(arrival.run, arrival.now, before, set(store_ids))
        levels = _Levels(size=size, tell=telling.tell)
        reach = _write_levels(
            arrival, levels=levels, spool=spool, counts=counts, conflicts=conflicts, full=full
        )
        telling.finish()
    write_reach(reach, source_id=arrival.run.source_id, run_id=arrival.run.pk)
    if full is not None:
        remember(full, source_id=arrival.run.source_id)
        if full.skipped:
            arrival.notes.add(
                code="absences_skipped",
                message="Lines could not be read, so nothing was taken for absent in the stores concerned.",
                count=len(full.skipped),
            )
        full.check(counts.of_lines)
    conflicts.reject(arrival.rejects)
    return counts


def _write_levels(
    arrival: Arrival,
    *,
    levels: "_Levels",
    spool: StoreSpool,
    counts: Counts,
    conflicts: ConflictLog,
    full: Full | None,
) -> dict[int, int]:
    """Claims and levels, some stores at a time; the newest instant (µs, UTC) of each store's lines."""
    run = arrival.run
    rules = read_rules()
    reach: dict[int, int] = {}
    for stores in spool.batches(lines=BATCH_LINES, stores=BATCH_STORES):
        claims = read_claims(stores)
        settled = [
            settle(store, _counted(spool, store), claims[store], run.source_id, rules, conflicts, full)
            for store in stores
        ]
        for one in settled:
            counts.absent += one.absent
            counts.unchanged += one.unchanged
            counts.stale += one.stale
            if one.newest != NEVER:
                reach[one.store] = one.newest
        touched = [one for one in settled if len(one.news)]
        write_claims([one.claims for one in touched], source_id=run.source_id, run_id=run.pk)
        _compare([one for one in touched if len(one.winning)], levels, counts)
        beside = {one.store: (one.beside, one.news.items) for one in touched if one.beside}
        track_disagreements(beside, rules, now=arrival.now)
    levels.flush()
    return reach


def _counted(spool: StoreSpool, store: int) -> Counted:
    columns = spool.take(store)
    return Counted(*columns) if columns else NOTHING_COUNTED


def _compare(touched: Sequence[Settled], levels: "_Levels", counts: Counts) -> None:
    """Levels as the winning counts and the movements after them make them, against those that stand."""
    if not touched:
        return
    since = {one.store: int(one.winning.as_ofs.min()) for one in touched}
    movements = read_movements(since)
    standing = read_levels({one.store: one.winning.items for one in touched})
    image = np.full(levels.size, ABSENT, np.int32)
    for one in touched:
        winning = one.winning
        quantities = moved(
            winning.items, as_counts(winning.quantities), winning.as_ofs, movements.get(one.store)
        )
        pairs = standing.get(one.store)
        if pairs is None:
            current = np.full(len(winning), ABSENT, np.int32)
        else:
            image = _room_for(image, pairs)
            image[pairs["item"]] = pairs["on_hand"]
            current = image[winning.items]
            image[pairs["item"]] = ABSENT
        changed = current != quantities
        applied = int((changed & (winning.lines != NO_LINE)).sum())
        counts.applied += applied
        counts.unchanged += int((winning.lines != NO_LINE).sum()) - applied
        levels.add(one.store, winning, one.sources, current, quantities, changed | one.source_changed)


def _room_for(image: Int32s, pairs: npt.NDArray[Any]) -> Int32s:
    """Items may have been added since the catalogue was read."""
    highest = int(pairs["item"].max(initial=0))
    if highest < len(image):
        return image
    return np.full(highest + 1, ABSENT, np.int32)


@dataclass
class _Levels:
    """Differences on their way to the table, written and told of in portions of whole stores."""

    size: int
    tell: Callable[[LevelChanges], None]
    rows: list[tuple[Int32s, ...]] = field(default_factory=list)
    times: list[Int64s] = field(default_factory=list)
    sources: list[Int64s] = field(default_factory=list)
    pending: int = 0
    compared: int = 0

    def add(
        self,
        store: int,
        winning: Counted,
        sources: Int64s | int,
        old: Int32s,
        new: Int32s,
        differs: Flags,
    ) -> None:
        self.compared += len(winning)
        rows = np.flatnonzero(differs)
        if not len(rows):
            return
        stores = np.full(len(rows), store, np.int32)
        self.rows.append((stores, winning.items[rows], old[rows], new[rows]))
        self.times.append(winning.as_ofs[rows])
        self.sources.append(np.broadcast_to(np.asarray(sources, np.int64), len(winning))[rows])
        self.pending += len(rows)
        if self.pending >= FLUSH_LEVELS or self.compared >= FLUSH_COMPARED:
            self.flush()

    def flush(self) -> None:
        if not self.pending:
            return
        stores, items, old, new = (np.concatenate(parts) for parts in zip(*self.rows, strict=True))
        as_ofs, sources = np.concatenate(self.times), np.concatenate(self.sources)
        fresh = old == ABSENT
        share = len(old) / max(self.compared, 1)
        for write, rows in ((add_levels, fresh), (partial(change_levels, share=share), ~fresh)):
            write(
                {
                    "store_id": stores[rows],
                    "item_id": items[rows],
                    "on_hand": new[rows],
                    "source_id": sources[rows],
                    "as_of": as_ofs[rows],
                }
            )
        told = old != new
        if told.any():
            self.tell(LevelChanges(stores[told], items[told], old[told], new[told]))
        self.rows, self.times, self.sources, self.pending, self.compared = [], [], [], 0, 0
