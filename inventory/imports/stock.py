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
    Claim,
    Rules,
    as_counts,
    merged,
    read_claims,
    read_rules,
    winning_times,
    write_claims,
    write_reach,
)
from inventory.imports.conflicts import ConflictLog, Conflicts
from inventory.imports.disagreements import track_disagreements
from inventory.imports.levels import add_levels, change_levels, moved, read_levels, read_movements
from inventory.imports.loaders import Arrival, Counts
from inventory.imports.spooling import StoreSpool
from inventory.imports.telling import Telling, Withheld, read_withheld
from inventory.imports.times import micros
from inventory.models import Store

# Read-back and writes go in batches of stores of about so many lines, so that memory does not grow with the file.
BATCH_LINES = 250_000
BATCH_STORES = 256
FLUSH_LEVELS = 250_000


@dataclass
class Counted:
    """One store's lines of a file: equal-length arrays."""

    items: Int32s
    quantities: Int32s
    as_ofs: Int64s
    lines: Int32s

    def __len__(self) -> int:
        return len(self.items)

    def take(self, rows: Flags | npt.NDArray[np.intp]) -> "Counted":
        return Counted(self.items[rows], self.quantities[rows], self.as_ofs[rows], self.lines[rows])


NOTHING_COUNTED = Counted(
    np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int32)
)


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
        full.check({"received": counts.received, "applied": counts.applied, "unchanged": counts.unchanged})
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
            _settle(store, _counted(spool, store), claims[store], run.source_id, rules, conflicts, full)
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


def _joined(parts: Sequence[Counted]) -> Counted:
    if len(parts) == 1:
        return parts[0]
    return Counted(
        items=np.concatenate([part.items for part in parts]),
        quantities=np.concatenate([part.quantities for part in parts]),
        as_ofs=np.concatenate([part.as_ofs for part in parts]),
        lines=np.concatenate([part.lines for part in parts]),
    )


@dataclass(frozen=True)
class _Settled:
    """What a file comes to in one store: `news` changed the source's claim.

    `winning` are the counts believed from now on where others were believed before: the file's own, and those of
    a third source where the file's made the count believed so far too old.
    """

    store: int
    news: Counted
    winning: Counted
    sources: Int64s | int  # whose each winning count is
    source_changed: Flags  # of each winning count: another source's count stood
    claims: tuple[int, Claim | None, Claim]
    beside: Mapping[int, Claim]  # every source's claim as it stands now, where there are several
    unchanged: int
    stale: int
    newest: int
    absent: int


def _settle(
    store: int,
    counted: Counted,
    standing: Mapping[int, Claim],
    source_id: int,
    rules: Rules,
    conflicts: ConflictLog,
    full: Full | None,
) -> _Settled:
    """Sort the lines of one store into news, repeats, stale ones and contradictions."""
    named = counted.items
    counted, unchanged, stale = _one_a_key(counted, conflicts)
    newest = int(counted.as_ofs.max()) if len(counted) else NEVER
    own = standing.get(source_id)
    news, repeated, older = _against_own(counted, own, conflicts)
    lines, absent = len(news), 0
    if full is not None:
        gone = full.missing_items(store, named, own, newest)
        news, absent = _with_absent(news, gone, full.times[store]), len(gone)
    if own is not None and own.full_as_of != NEVER:
        late = counted.items[(counted.as_ofs < own.full_as_of) & (own.times_of(counted.items) == NEVER)]
        lines -= len(late)
        older += len(late)
        news = _with_absent(news.take(~np.isin(news.items, late)), late, own.full_as_of)
    claim = merged(own, Claim(news.items, news.quantities, news.as_ofs))
    winning, source_changed = news, np.zeros(len(news), bool)
    sources: Int64s | int = source_id
    beside: Mapping[int, Claim] = {}
    if len(news) and len(standing) > (own is not None):
        beside = {**standing, source_id: claim}
        winning, sources, source_changed = _won(news, standing, beside, rules)
    return _Settled(
        store=store,
        news=news,
        winning=winning,
        sources=sources,
        source_changed=source_changed,
        claims=(store, own, claim),
        beside=beside,
        unchanged=unchanged + repeated,
        stale=stale + older + lines - int((winning.lines != NO_LINE).sum()),
        newest=newest,
        absent=absent,
    )


def _with_absent(news: Counted, items: Int32s, as_of: int) -> Counted:
    """The news and, among them, items that are absent since an instant."""
    if not len(items):
        return news
    count = len(items)
    parts = (
        news,
        Counted(
            items,
            np.full(count, ABSENT, np.int32),
            np.full(count, as_of, np.int64),
            np.full(count, NO_LINE, np.int32),
        ),
    )
    both = _joined(parts)
    return both.take(np.argsort(both.items, kind="stable"))


def _won(
    news: Counted, standing: Mapping[int, Claim], now_standing: Mapping[int, Claim], rules: Rules
) -> tuple[Counted, Int64s, Flags]:
    """The counts believed now where others were before, whose they are, and whether another's was believed."""
    times, sources = winning_times(now_standing, news.items, rules)
    times_before, sources_before = winning_times(standing, news.items, rules)
    differs = np.flatnonzero((sources != sources_before) | (times != times_before))
    winning, winners = news.take(differs), sources[differs]
    winning.as_ofs = times[differs]
    for source in np.unique(winners).tolist():
        rows = winners == source
        winning.quantities[rows] = now_standing[source].quantities_of(winning.items[rows])
    return winning, winners.astype(np.int64), winners != sources_before[differs]


def _one_a_key(counted: Counted, conflicts: ConflictLog) -> tuple[Counted, int, int]:
    """One line an item, items ascending; how many were repeats, and how many older than another of the file."""
    if (np.diff(counted.items) > 0).all():
        return counted, 0, 0
    counted = counted.take(np.lexsort((counted.lines, counted.quantities, counted.as_ofs, counted.items)))
    same = _same_key(counted)
    differs = same & (np.diff(counted.quantities, prepend=np.int32(0)) != 0)
    if differs.any():
        groups = np.cumsum(~same, dtype=np.int64)
        bad = np.isin(groups, groups[differs])
        conflicts.among_lines(counted.lines[bad], groups[bad])
        counted = counted.take(~bad)
        same = _same_key(counted)
    repeats = int(same.sum())
    counted = counted.take(~same)
    newest = np.diff(counted.items, append=-1) != 0
    older = len(counted) - int(newest.sum())
    return counted.take(newest), repeats, older


def _same_key(counted: Counted) -> Flags:
    """Whether each line counts the same item at the same instant as the line before it."""
    same = np.zeros(len(counted), bool)
    same[1:] = (np.diff(counted.items) == 0) & (np.diff(counted.as_ofs) == 0)
    return same


def _against_own(counted: Counted, own: Claim | None, conflicts: ConflictLog) -> tuple[Counted, int, int]:
    """The lines newer than what this source said before; how many repeat it, and how many are older."""
    if own is None or not len(own.items) or not len(counted):
        return counted, 0, 0
    if counted.as_ofs.min() > own.newest:
        return counted, 0, 0
    times = own.times_of(counted.items)
    older = counted.as_ofs < times
    equal = counted.as_ofs == times
    places, _known = own.find(counted.items)
    repeats = equal & (own.quantities[places] == counted.quantities)
    # A line beats its absence from a full file of the same instant.
    named = equal & (own.quantities[places] == ABSENT)
    conflicts.with_earlier(counted.lines[equal & ~repeats & ~named])
    return counted.take((counted.as_ofs > times) | named), int(repeats.sum()), int(older.sum())


def _compare(touched: Sequence[_Settled], levels: "_Levels", counts: Counts) -> None:
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
        if self.pending >= FLUSH_LEVELS:
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
