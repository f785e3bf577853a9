"""What a file comes to in one store: news, repeats, stale lines and contradictions, and whose count is believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inventory.feeds.records import ABSENT, Flags, Int32s, Int64s
from inventory.imports.absences import NO_LINE, Full
from inventory.imports.claims import NEVER, Claim, Rules, merged, winning_times
from inventory.imports.conflicts import ConflictLog


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


def joined(parts: Sequence[Counted]) -> Counted:
    if len(parts) == 1:
        return parts[0]
    return Counted(
        items=np.concatenate([part.items for part in parts]),
        quantities=np.concatenate([part.quantities for part in parts]),
        as_ofs=np.concatenate([part.as_ofs for part in parts]),
        lines=np.concatenate([part.lines for part in parts]),
    )


@dataclass(frozen=True)
class Settled:
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


def settle(
    store: int,
    counted: Counted,
    standing: Mapping[int, Claim],
    source_id: int,
    rules: Rules,
    conflicts: ConflictLog,
    full: Full | None,
) -> Settled:
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
    return Settled(
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
    both = joined(parts)
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
