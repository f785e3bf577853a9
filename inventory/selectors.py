"""Reads of the inventory: figures with their age and source, items by any code, how the feeds are doing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_

import numpy as np
from django.db import connection
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, When, Window
from django.db.models.functions import RowNumber

from inventory.feeds.scans import names_nothing, scanned_gtins
from inventory.models import (
    CodeMapping,
    FeedAlert,
    FeedRun,
    FeedSource,
    Item,
    ItemIdentifier,
    RejectedRow,
    StockClaim,
    StockLevel,
    Store,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HELD = "HELD"  # beside the states a source withholds by: what our own holds keep back

# What can be promised of a level `l`: on hand less our holds and what the believed source withholds. For a few rows …
PROMISED = """(l.on_hand - l.reserved - coalesce((
    SELECT sum(w.quantity) FROM inventory_stockwithheld w
    WHERE w.store_id = l.store_id AND w.item_id = l.item_id AND w.source_id = l.source_id), 0))"""
# … and for all rows of %(stores)s: joined as `w`, where PROMISED_JOINED is the figure.
JOIN_WITHHELD = """
LEFT JOIN (SELECT store_id, item_id, source_id, sum(quantity) AS quantity FROM inventory_stockwithheld
           WHERE store_id = ANY(%(stores)s::int4[]) GROUP BY 1, 2, 3) w
    ON w.store_id = l.store_id AND w.item_id = l.item_id AND w.source_id = l.source_id
"""
STOCK_FIGURES = """
SELECT l.store_id, l.item_id, l.source_id, l.on_hand, l.reserved, s.code, s.freshness_limit, w.by_state, sold.until,
       c.as_of, c.as_ofs IS NOT NULL
FROM inventory_stocklevel l
JOIN inventory_feedsource s ON s.id = l.source_id
JOIN inventory_stockclaim c ON c.source_id = l.source_id AND c.store_id = l.store_id
LEFT JOIN (SELECT store_id, item_id, source_id, json_object_agg(state, quantity ORDER BY state) AS by_state
           FROM inventory_stockwithheld
           WHERE store_id = ANY(%(stores)s::int4[]) AND item_id = ANY(%(items)s::int4[]) GROUP BY 1, 2, 3) w
    ON w.store_id = l.store_id AND w.item_id = l.item_id AND w.source_id = l.source_id
LEFT JOIN (SELECT f.store_id, max(f.as_of) AS until
           FROM inventory_storefeed f JOIN inventory_feedsource till ON till.id = f.source_id AND till.kind = 'SALES'
           WHERE f.store_id = ANY(%(stores)s::int4[]) GROUP BY 1) sold
    ON sold.store_id = l.store_id
WHERE l.store_id = ANY(%(stores)s::int4[]) AND l.item_id = ANY(%(items)s::int4[])
"""
PROMISED_JOINED = "(l.on_hand - l.reserved - coalesce(w.quantity, 0))"


@dataclass(frozen=True)
class StockFigure:
    """What we believe of one item in one store, and how old that belief is.

    `quantity` on hand in the item's smallest unit, `withheld` of it by state, our own holds as HELD; `counted_at` the
    instant of the winning count; `sales_until` the newest sale heard of from that store since, None when none was.
    """

    quantity: int
    counted_at: datetime
    sales_until: datetime | None
    source_code: str
    freshness_limit: timedelta
    withheld: Mapping[str, int] = field(default_factory=dict)

    @property
    def available(self) -> int:
        """What can be promised (ATP)."""
        return self.quantity - sum(self.withheld.values())

    def is_stale(self, now: datetime) -> bool:
        """Past the winning source's freshness limit the figure is not to be trusted (G7)."""
        return now - self.counted_at > self.freshness_limit


def stock_figures(*, stores: Iterable[Store], items: Iterable[Item]) -> dict[tuple[int, int], StockFigure]:
    """The figures by (store id, item id) of every level there is, in one query, two where counts of a store differ.

    A level without its source's claim on the store has no age; nobody is shown it.
    """
    wanted = {"stores": [store.pk for store in stores], "items": [item.pk for item in items]}
    with connection.cursor() as cursor:
        cursor.execute(STOCK_FIGURES, wanted)
        levels = cursor.fetchall()
    own_counts = counted_ats(
        claims={(source_id, store_id) for store_id, _item, source_id, *_rest, has_own in levels if has_own},
        item_ids=wanted["items"],
    )
    figures = {}
    for level in levels:
        store_id, item_id, source_id, on_hand, reserved, code, limit, withheld, until, as_of, _has_own = level
        counted_at = own_counts.get((source_id, store_id), {}).get(item_id, as_of)
        figures[store_id, item_id] = StockFigure(
            quantity=on_hand,
            counted_at=counted_at,
            sales_until=until if until and until > counted_at else None,
            source_code=code,
            freshness_limit=limit,
            withheld=(withheld or {}) | ({HELD: reserved} if reserved else {}),
        )
    return figures


def counted_ats(
    *, claims: Iterable[tuple[int, int]], item_ids: Iterable[int]
) -> dict[tuple[int, int], dict[int, datetime]]:
    """When these items were counted, by (source id, store id), for claims whose items were not counted at once."""
    claims = set(claims)
    if not claims:
        return {}
    packed = StockClaim.objects.filter(
        source_id__in={source_id for source_id, _store in claims},
        store_id__in={store_id for _source, store_id in claims},
        as_ofs__isnull=False,
    ).values_list("source_id", "store_id", "item_ids", "as_ofs")
    wanted = np.array(sorted(item_ids), np.int32)
    found = {}
    for source_id, store_id, packed_items, packed_times in packed:
        items, micros = np.frombuffer(packed_items, "<i4"), np.frombuffer(packed_times or b"", "<i8")
        rows = np.flatnonzero(np.isin(items, wanted))
        times = {int(items[row]): EPOCH + timedelta(microseconds=int(micros[row])) for row in rows.tolist()}
        found[source_id, store_id] = times
    return found


def stale_items(*, store: Store, now: datetime) -> dict[int, set[int]]:
    """By source: the items whose count in a store is past the source's freshness limit (G7); two queries.

    A source without an entry has no claim there: its levels have no age and are shown to nobody.
    """
    limits = dict(FeedSource.objects.values_list("pk", "freshness_limit"))
    found = {}
    claims = StockClaim.objects.filter(store=store).values_list("source_id", "as_of", "item_ids", "as_ofs")
    for source_id, as_of, packed_items, packed_times in claims:
        items = np.frombuffer(packed_items, "<i4")
        oldest = now - limits[source_id]
        if packed_times is not None:
            micros = np.frombuffer(packed_times, "<i8")
            items = items[micros < (oldest - EPOCH) // timedelta(microseconds=1)]
        elif as_of >= oldest:
            items = items[:0]
        found[source_id] = set(items.tolist())
    return found


def find_item(code: str) -> Item | None:
    """The item somebody scanned or typed: a GTIN in any form, a PLU, an internal code or, last, the SKU."""
    return find_items([code]).get(code)


def find_items(codes: Iterable[str]) -> dict[str, Item]:
    """What `find_item` finds for each of the codes, in two queries; what names no item is left out."""
    orders = {
        code: _names_of(code.strip())
        for code in codes
        if not names_nothing(code.strip()) and "\0" not in code
    }
    values = {value for order in orders.values() for _kind, value in order}
    named = {(identifier.kind, identifier.value): identifier.item for identifier in _identified(values)}
    found = {
        code: next(named[name] for name in order if name in named)
        for code, order in orders.items()
        if any(name in named for name in order)
    }
    rest = {code: code.strip() for code in orders if code not in found}
    by_sku = {item.sku: item for item in Item.objects.filter(sku__in=rest.values())} if rest else {}
    return found | {code: by_sku[sku] for code, sku in rest.items() if sku in by_sku}


def _names_of(code: str) -> list[tuple[str, str]]:
    """The identifiers a code may be, the best first."""
    kinds = ItemIdentifier.Kind
    gtins = [(str(kinds.GTIN), gtin) for gtin in scanned_gtins(code)]
    return [*gtins, (str(kinds.PLU), code), (str(kinds.INTERNAL), code)]


def _identified(values: Iterable[str]) -> Iterable[ItemIdentifier]:
    return ItemIdentifier.objects.filter(
        kind__in=ItemIdentifier.Kind.values, value__in=values
    ).select_related("item")


@dataclass(frozen=True)
class FeedStatus:
    """How one source is doing, for the operator's page. `lag` is how far it is beyond what is expected.

    `waiting_lines` stand in quarantine; `held` are the files a person has to decide about, the oldest first.
    """

    source: FeedSource
    last_run: FeedRun | None
    last_success: FeedRun | None
    running: FeedRun | None
    lag: timedelta | None
    alerts: tuple[FeedAlert, ...] = ()
    waiting_lines: int = 0
    held: tuple[FeedRun, ...] = ()

    @property
    def shown_run(self) -> FeedRun | None:
        """The run whose figures stand for the source: the last one, or the last good one while that is not over."""
        return self.last_run if self.last_run and self.last_run.is_finished else self.last_success


def feed_overview(*, now: datetime) -> list[FeedStatus]:
    """Every source with its last run, its last good one, the one under way and what waits for a person.

    Five queries, whatever the number of sources.
    """
    state = FeedRun.State
    # Lines that were sent in again say nothing of whether the source itself is on time.
    newest = FeedRun.objects.filter(source=OuterRef("pk"), replay_of=None).order_by("-received_at", "-pk")
    sources = list(
        FeedSource.objects.annotate(
            last_run_id=Subquery(newest.values("pk")[:1]),
            last_success_id=Subquery(
                newest.filter(state__in=[state.LOADED, state.LOADED_WITH_REJECTS])
                .order_by("-finished_at")
                .values("pk")[:1]
            ),
            running_id=Subquery(
                FeedRun.objects.filter(source=OuterRef("pk"), state=state.LOADING)
                .order_by("received_at", "pk")
                .values("pk")[:1]
            ),
        ).order_by("kind", "name")
    )
    named = {key for source in sources for key in _run_ids(source) if key}
    runs = FeedRun.objects.select_related("source").in_bulk(named)
    alerts, held = defaultdict(list), defaultdict(list)
    for alert in FeedAlert.objects.filter(closed_at=None).order_by("opened_at", "pk"):
        alerts[alert.source_id].append(alert)
    for run in held_runs():
        held[run.source_id].append(run)
    waiting = RejectedRow.objects.waiting().order_by().values_list("run__source").annotate(Count("pk"))
    lines = dict(waiting)
    statuses = []
    for source in sources:
        last, success, running = (runs.get(key) if key else None for key in _run_ids(source))
        statuses.append(
            FeedStatus(
                source,
                last,
                success,
                running,
                _lag(source, success, now),
                tuple(alerts[source.pk]),
                lines.get(source.pk, 0),
                tuple(held[source.pk]),
            )
        )
    return statuses


def runs_in_quarantine(*, source: FeedSource) -> QuerySet[FeedRun]:
    """The source's runs with lines that wait, `waiting_lines` each, the newest first."""
    waiting = RejectedRow.objects.waiting().filter(run__source=source).order_by()
    counts = waiting.filter(run=OuterRef("pk")).values("run").annotate(lines=Count("pk")).values("lines")
    found = FeedRun.objects.filter(pk__in=waiting.values("run_id"))
    return found.annotate(waiting_lines=Subquery(counts)).order_by("-received_at", "-pk")


def held_runs() -> QuerySet[FeedRun]:
    """The files that wait for a person's decision, the oldest first."""
    held = FeedRun.objects.filter(state=FeedRun.State.HELD)
    return held.select_related("source").order_by("received_at", "pk")


def _run_ids(source: FeedSource) -> tuple[int | None, int | None, int | None]:
    names = ("last_run_id", "last_success_id", "running_id")
    last, success, running = (getattr(source, name) for name in names)
    return last, success, running


def _lag(source: FeedSource, success: FeedRun | None, now: datetime) -> timedelta | None:
    if success is None or not source.is_awaited:
        return None
    late = now - success.received_at - source.expected_every
    return late if late > timedelta(0) else None


def recent_runs(*, limit: int) -> dict[int, list[FeedRun]]:
    """The newest runs of every source by its id, oldest first; one query."""
    place = Window(RowNumber(), partition_by="source", order_by=["-received_at", "-pk"])
    runs: dict[int, list[FeedRun]] = {}
    newest = FeedRun.objects.filter(replay_of=None).annotate(place=place).filter(place__lte=limit)
    for run in newest.order_by("received_at", "pk"):
        runs.setdefault(run.source_id, []).append(run)
    return runs


def open_alerts() -> list[FeedAlert]:
    """What somebody should hear of now, the newest first, each with its source and the file it is about."""
    return list(FeedAlert.objects.open().select_related("source", "run"))


@dataclass(frozen=True)
class RejectGroup:
    """The rejected lines of a run that share a cause, with the first few of them that wait, else of all."""

    code: str
    lines: int
    waiting: int
    examples: tuple[RejectedRow, ...]


def rejects_by_code(*, run: FeedRun, examples: int = 3) -> list[RejectGroup]:
    """A run's rejected lines by cause, the most frequent first; two queries whatever their number."""
    rejected = RejectedRow.objects.filter(run=run).order_by()
    is_waiting = Q(state=RejectedRow.State.WAITING)
    counts = rejected.values_list("code").annotate(lines=Count("pk"), waiting=Count("pk", filter=is_waiting))
    done_last = Case(When(is_waiting, then=0), default=1)
    place = Window(RowNumber(), partition_by="code", order_by=[done_last, "line_number", "part"])
    first: dict[str, list[RejectedRow]] = {}
    found = rejected.annotate(place=place).filter(place__lte=examples)
    for row in found.order_by("line_number", "part"):
        first.setdefault(row.code, []).append(row)
    return [
        RejectGroup(code, lines, waiting, tuple(first.get(code, ())))
        for code, lines, waiting in sorted(counts, key=lambda each: (-each[1], each[0]))
    ]


@dataclass(frozen=True)
class UnknownCode:
    """A code of one source that nobody has explained, and the lines that wait for it."""

    kind: str
    code: str
    lines: int
    examples: tuple[RejectedRow, ...]


def unknown_codes(*, source: FeedSource, limit: int, examples: int = 2) -> list[UnknownCode]:
    """The source's unknown codes that most lines wait for, with the newest of those lines; two queries."""
    waiting = RejectedRow.objects.of_unknown(source=source).order_by()
    is_store = Case(When(code=RejectedRow.UNKNOWN_STORE, then=1), default=0)
    counts = list(
        waiting.values_list("unknown_code")
        .annotate(is_store=is_store, lines=Count("pk"))
        .order_by("-is_store", "-lines", "unknown_code")[:limit]
    )
    place = Window(
        RowNumber(), partition_by=[is_store, F("unknown_code")], order_by=["-run_id", "line_number"]
    )
    shown = waiting.filter(unknown_code__in={code for code, _is_store, _lines in counts})
    first: dict[tuple[bool, str], list[RejectedRow]] = defaultdict(list)
    for row in shown.annotate(place=place).filter(place__lte=examples).select_related("run").order_by("pk"):
        first[row.code == RejectedRow.UNKNOWN_STORE, row.unknown_code].append(row)
    kinds = CodeMapping.Kind
    return [
        UnknownCode(kinds.STORE if of_store else kinds.ITEM, code, lines, tuple(first[bool(of_store), code]))
        for code, of_store, lines in counts
    ]


def items_in_store(*, store: Store, text: str, limit: int = 50) -> list[tuple[Item, StockLevel | None]]:
    """Items that the words may mean, with their levels in the store and `available`; None: never counted there."""
    items = [
        item
        for item in targets_of_mapping(kind=CodeMapping.Kind.ITEM, text=text, limit=limit)
        if isinstance(item, Item)
    ]
    levels = StockLevel.objects.with_available().filter(store=store, item__in=items)
    by_item = {level.item_id: level for level in levels}
    return [(item, by_item.get(item.pk)) for item in items]


def targets_of_mapping(*, kind: str, text: str, limit: int = 8) -> list[Store] | list[Item]:
    """Stores or items that a person may mean: by code first, then by the words of name, city, title or brand."""
    text = text.strip()
    if not text or "\0" in text:
        return []
    fields = ("name", "city", "store_code") if kind == CodeMapping.Kind.STORE else ("title", "brand", "sku")
    words = Q()
    for word in text.split()[:8]:
        words &= reduce(or_, (Q(**{f"{name}__icontains": word}) for name in fields))
    if kind == CodeMapping.Kind.STORE:
        exact = Q(store_code=text) | Q(gln=text)
        rank = Case(When(exact, then=0), default=1)
        return list(Store.objects.filter(exact | words).order_by(rank, "name", "store_code")[:limit])
    same = find_item(text)
    found = Item.objects.filter(words).order_by("title", "sku")[:limit]
    return [same, *(item for item in found if item != same)] if same else list(found)
