"""Why a number is what it is: every claim moved by what was sold since, who is believed and why, what is withheld."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from django.utils.translation import gettext as _

from inventory.feeds.records import ABSENT
from inventory.imports.claims import MANUAL_COUNT, NEVER, Claim, Rules, read_claims, read_rules, winning_times
from inventory.imports.levels import moved, read_movements
from inventory.imports.times import instant
from inventory.models import (
    FeedRun,
    FeedSource,
    Item,
    ManualCount,
    StockClaim,
    StockConflict,
    StockLevel,
    StockMovement,
    StockWithheld,
    Store,
)
from inventory.selectors import HELD

MOVEMENTS_SHOWN = 20


@dataclass(frozen=True)
class ClaimLine:
    """One source's word. Quantities in smallest units: `counted` at its instant, `figure` moved by all since."""

    source: FeedSource
    counted_at: datetime
    counted: int
    figure: int
    age: timedelta
    is_absent: bool  # its full file did not name the item any more
    is_fresh: bool
    is_believed: bool
    run: FeedRun
    why: str


@dataclass(frozen=True)
class MovementLine:
    """One movement with the document that brought it."""

    movement: StockMovement
    kind: str
    source: FeedSource | None
    run: FeedRun | None
    is_counted: bool  # later than the believed count, so it moved the level


@dataclass(frozen=True)
class Absence:
    """A full file that does not name the item at all."""

    source: FeedSource
    as_of: datetime


@dataclass(frozen=True)
class Explanation:
    """Everything behind one number. `on_hand` is None where nobody has counted the item in this store."""

    store: Store
    item: Item
    on_hand: int | None
    available: int | None
    withheld: Mapping[str, int]
    claims: Sequence[ClaimLine]
    absences: Sequence[Absence]
    conflicts: Sequence[StockConflict]
    movements: Sequence[MovementLine]
    counts: Sequence[ManualCount] = field(default_factory=tuple)

    @property
    def believed(self) -> ClaimLine | None:
        """The claim the level stands on."""
        return next((line for line in self.claims if line.is_believed), None)

    @property
    def moved_since(self) -> int:
        """What movements since the believed count came to."""
        return self.believed.figure - self.believed.counted if self.believed else 0


def explain_stock(*, store: Store, item: Item, now: datetime) -> Explanation:
    """One number with all that stands behind it; a handful of queries."""
    level = StockLevel.objects.filter(store=store, item=item).first()
    claims, rules = read_claims([store.pk])[store.pk], read_rules()
    sources = FeedSource.objects.in_bulk()
    lines = _claim_lines(store, item, claims, rules, sources, now)
    believed = next((line for line in lines if line.is_believed), None)
    withheld = _withheld(store, item, believed)
    if level and level.reserved:
        withheld[HELD] = level.reserved
    return Explanation(
        store=store,
        item=item,
        on_hand=level.on_hand if level else None,
        available=level.on_hand - sum(withheld.values()) if level else None,
        withheld=withheld,
        claims=lines,
        absences=_absences(store, lines, sources),
        conflicts=list(
            StockConflict.objects.filter(
                store=store, item=item, state=StockConflict.State.OPEN
            ).with_names()
        ),
        movements=_movement_lines(store, item, sources, since=believed.counted_at if believed else None),
        counts=list(
            ManualCount.objects.filter(store=store, item=item)
            .select_related("counted_by", "run")
            .order_by("-counted_at")[:5]
        ),
    )  # fmt: skip


def _claim_lines(
    store: Store,
    item: Item,
    claims: Mapping[int, Claim],
    rules: Rules,
    sources: Mapping[int, FeedSource],
    now: datetime,
) -> list[ClaimLine]:
    """Every source's word, the believed one first, then the newest."""
    items = np.array([item.pk], np.int32)
    times = {source: int(claim.times_of(items)[0]) for source, claim in claims.items()}
    times = {source: at for source, at in times.items() if at != NEVER}
    if not times:
        return []
    winner = int(winning_times(claims, items, rules)[1][0])
    movements = read_movements({store.pk: min(times.values())}).get(store.pk)
    runs = dict(StockClaim.objects.filter(store=store).values_list("source_id", "run_id"))
    run_of = FeedRun.objects.in_bulk(list(runs.values()))
    lines = []
    for source, at in sorted(times.items(), key=lambda pair: (pair[0] != winner, -pair[1], -pair[0])):
        claim = claims[source]
        raw = int(claim.quantities[claim.find(items)[0]][0])
        counted = claim.quantities_of(items)
        counted_at = instant(at)
        lines.append(
            ClaimLine(
                source=sources[source],
                counted_at=counted_at,
                counted=int(counted[0]),
                figure=int(moved(items, counted, np.array([at], np.int64), movements)[0]),
                age=now - counted_at,
                is_absent=raw == ABSENT,
                is_fresh=now - counted_at <= sources[source].freshness_limit,
                is_believed=source == winner,
                run=run_of[runs[source]],
                why=_why(source, winner, times, sources),
            )
        )
    return lines


def _why(source: int, winner: int, times: Mapping[int, int], sources: Mapping[int, FeedSource]) -> str:
    """Why this source is believed, or why it is not, in a sentence."""
    mine, believed = sources[source], sources[winner]
    newest = max(times.values())
    if source == winner:
        return _why_believed(winner, times, sources)
    behind = timedelta(microseconds=newest - times[source])
    settled = max((at for other, at in times.items() if sources[other].code == MANUAL_COUNT), default=NEVER)
    facts = {
        "believed": believed.name,
        "behind": hours(behind),
        "holds": hours(mine.believed_for),
        "mine": mine.precedence,
        "first": believed.precedence,
    }
    if times[source] < settled:
        return _("Not believed: somebody has counted at the shelf since.")
    if behind > mine.believed_for == timedelta(0):
        return _("Not believed: it holds until a newer count comes, and one has come.")
    if behind > mine.believed_for:
        return _("Not believed: %(behind)s older than the newest count, and it holds for %(holds)s.") % facts
    if mine.precedence > believed.precedence:
        return _("Not believed: %(believed)s comes first (%(first)s before %(mine)s).") % facts
    if times[source] < times[winner]:
        return _("Not believed: the count of %(believed)s is newer.") % facts
    return _("Not believed: as new as the count of %(believed)s, which was set up later.") % facts


def _why_believed(winner: int, times: Mapping[int, int], sources: Mapping[int, FeedSource]) -> str:
    believed, newest = sources[winner], max(times.values())
    rivals = [sources[source] for source in times if source != winner]
    holding = [
        rival for rival in rivals if timedelta(microseconds=newest - times[rival.pk]) <= rival.believed_for
    ]
    too_old = [rival.name for rival in rivals if rival.precedence < believed.precedence]
    facts = {
        "name": believed.name,
        "precedence": believed.precedence,
        "behind": hours(timedelta(microseconds=newest - times[winner])),
        "holds": hours(believed.believed_for),
        "others": ", ".join(too_old),
    }
    if not rivals:
        return _("Believed: only %(name)s counts this item here.") % facts
    if too_old:
        return _("Believed: %(others)s would come first, but that count no longer holds.") % facts
    if all(rival.precedence > believed.precedence for rival in holding) and holding:
        if times[winner] == newest:
            return _("Believed: %(name)s comes first (%(precedence)s), and no count is newer.") % facts
        return (
            _("Believed: %(name)s comes first (%(precedence)s); its count is %(behind)s older than the newest "
              "and holds for %(holds)s.") % facts
        )  # fmt: skip
    if times[winner] == newest and sum(at == newest for at in times.values()) == 1:
        return _("Believed: %(name)s has the newest count.") % facts
    return _("Believed: %(name)s has the newest count of the sources that come first.") % facts


def hours(span: timedelta) -> str:
    """A span as people say it: "26 h", "1.5 h", "4 min"."""
    if span < timedelta(hours=1):
        return _("%(minutes)s min") % {"minutes": round(span.total_seconds() / 60)}
    return _("%(hours)s h") % {"hours": f"{span.total_seconds() / 3600:.1f}".removesuffix(".0")}


def _withheld(store: Store, item: Item, believed: ClaimLine | None) -> dict[str, int]:
    """What of the stock cannot be promised, by state, as the believed source says."""
    if believed is None:
        return {}
    rows = StockWithheld.objects.filter(store=store, item=item, source=believed.source)
    return dict(rows.exclude(quantity=0).order_by("state").values_list("state", "quantity"))


def _absences(store: Store, lines: Sequence[ClaimLine], sources: Mapping[int, FeedSource]) -> list[Absence]:
    """Full files that never named the item."""
    speaking = {line.source.pk for line in lines}
    full = StockClaim.objects.filter(store=store, full_as_of__isnull=False).exclude(source__in=speaking)
    return [
        Absence(sources[source], as_of)
        for source, as_of in full.order_by("source").values_list("source_id", "full_as_of")
        if as_of is not None
    ]


def _movement_lines(
    store: Store, item: Item, sources: Mapping[int, FeedSource], *, since: datetime | None
) -> list[MovementLine]:
    """The newest movements with their documents."""
    rows = list(
        StockMovement.objects.filter(store=store, item=item)
        .select_related("workstation")
        .order_by("-occurred_at", "-sequence", "-line")[:MOVEMENTS_SHOWN]
    )
    runs = FeedRun.objects.in_bulk({row.run_id for row in rows})
    return [
        MovementLine(
            movement=row,
            kind=str(StockMovement.Kind(row.kind).label),
            source=sources.get(row.source_id),
            run=runs.get(row.run_id),
            is_counted=row.occurred_at > (since or datetime.max.replace(tzinfo=UTC)),
        )
        for row in rows
    ]
