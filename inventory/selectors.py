"""Reads of the inventory: figures with their age and source, items by any code, how the feeds are doing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from django.db.models import Case, Count, F, Max, OuterRef, Q, Subquery, When, Window
from django.db.models.functions import RowNumber

from inventory.feeds.records import Int32s
from inventory.feeds.scans import scanned_gtin
from inventory.models import (
    FeedRun,
    FeedSource,
    Item,
    ItemIdentifier,
    RejectedRow,
    StockClaim,
    StockLevel,
    StockWithheld,
    Store,
    StoreFeed,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# What can be promised of a level `l`: on hand less what the believed source withholds. For a few rows …
PROMISED = """(l.on_hand - coalesce((
    SELECT sum(w.quantity) FROM inventory_stockwithheld w
    WHERE w.store_id = l.store_id AND w.item_id = l.item_id AND w.source_id = l.source_id), 0))"""
# … and for all rows of %(stores)s: joined as `w`, where PROMISED_JOINED is the figure.
JOIN_WITHHELD = """
LEFT JOIN (SELECT store_id, item_id, source_id, sum(quantity) AS quantity FROM inventory_stockwithheld
           WHERE store_id = ANY(%(stores)s::int4[]) GROUP BY 1, 2, 3) w
    ON w.store_id = l.store_id AND w.item_id = l.item_id AND w.source_id = l.source_id
"""
PROMISED_JOINED = "(l.on_hand - coalesce(w.quantity, 0))"


@dataclass(frozen=True)
class StockFigure:
    """What we believe of one item in one store, and how old that belief is.

    `quantity` on hand in the item's smallest unit, `withheld` of it by state; `counted_at` the instant of the
    winning count; `sales_until` the newest sale heard of from that store since, None when none was.
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
    """The figures by (store id, item id) of every level there is; five queries whatever their number."""
    store_ids = [store.pk for store in stores]
    item_ids = [item.pk for item in items]
    levels = StockLevel.objects.filter(store_id__in=store_ids, item_id__in=item_ids).values_list(
        "store_id", "item_id", "on_hand", "source_id"
    )
    sources = FeedSource.objects.in_bulk()
    withheld: dict[tuple[int, int, int], dict[str, int]] = {}
    held = StockWithheld.objects.filter(store_id__in=store_ids, item_id__in=item_ids).order_by("state")
    for *key, state, quantity in held.values_list("store_id", "item_id", "source_id", "state", "quantity"):
        withheld.setdefault((key[0], key[1], key[2]), {})[state] = quantity
    counts = _counted_ats(store_ids, np.array(sorted(item_ids), np.int32))
    sales = dict(
        StoreFeed.objects.filter(store_id__in=store_ids, source__kind=FeedSource.Kind.SALES)
        .values_list("store_id")
        .annotate(until=Max("as_of"))
    )
    figures = {}
    for store_id, item_id, on_hand, source_id in levels:
        claim = counts.get((source_id, store_id))
        if claim is None:  # a level without its claim has no age; nobody is shown it
            continue
        counted_at = claim.get(item_id, claim[0])
        until = sales.get(store_id)
        figures[store_id, item_id] = StockFigure(
            quantity=on_hand,
            counted_at=counted_at,
            sales_until=until if until and until > counted_at else None,
            source_code=sources[source_id].code,
            freshness_limit=sources[source_id].freshness_limit,
            withheld=withheld.get((store_id, item_id, source_id), {}),
        )
    return figures


def _counted_ats(store_ids: list[int], item_ids: Int32s) -> dict[tuple[int, int], dict[int, datetime]]:
    """By (source, store): the instant of each item's own count, and under 0 that of all others."""
    # The packed items are read only where items have instants of their own.
    claims = StockClaim.objects.filter(store_id__in=store_ids).values_list(
        "source_id", "store_id", "as_of", Case(When(as_ofs__isnull=False, then=F("item_ids"))), "as_ofs"
    )
    found = {}
    for source_id, store_id, as_of, packed_items, packed_times in claims:
        times = {0: as_of}
        if packed_times is not None:
            items = np.frombuffer(packed_items, "<i4")
            rows = np.flatnonzero(np.isin(items, item_ids))
            micros = np.frombuffer(packed_times, "<i8")
            for row in rows.tolist():
                times[int(items[row])] = EPOCH + timedelta(microseconds=int(micros[row]))
        found[source_id, store_id] = times
    return found


def find_item(code: str) -> Item | None:
    """The item somebody scanned or typed: a GTIN in any form, a PLU, an internal code or, last, the SKU."""
    code = code.strip()
    if not code or "\0" in code:
        return None
    kinds = ItemIdentifier.Kind
    order = {kinds.GTIN: scanned_gtin(code), kinds.PLU: code, kinds.INTERNAL: code}
    wanted = Q()
    for kind, value in order.items():
        if value is not None:
            wanted |= Q(kind=kind, value=value)
    found = {identifier.kind: identifier.item for identifier in _identified(wanted)}
    for kind in order:
        if kind in found:
            return found[kind]
    return Item.objects.filter(sku=code).first()


def _identified(wanted: Q) -> Iterable[ItemIdentifier]:
    return ItemIdentifier.objects.filter(wanted).select_related("item")


@dataclass(frozen=True)
class FeedStatus:
    """How one source is doing, for the operator's page. `lag` is how far it is beyond what is expected."""

    source: FeedSource
    last_run: FeedRun | None
    last_success: FeedRun | None
    running: FeedRun | None
    lag: timedelta | None


def feed_overview(*, now: datetime) -> list[FeedStatus]:
    """Every source with its last run, its last good one and the one under way; two queries."""
    state = FeedRun.State
    newest = FeedRun.objects.filter(source=OuterRef("pk")).order_by("-received_at", "-pk")
    sources = list(
        FeedSource.objects.annotate(
            last_run_id=Subquery(newest.values("pk")[:1]),
            last_success_id=Subquery(
                newest.filter(state__in=[state.LOADED, state.LOADED_WITH_REJECTS])
                .order_by("-finished_at")
                .values("pk")[:1]
            ),
            running_id=Subquery(newest.filter(state=state.LOADING).values("pk")[:1]),
        ).order_by("kind", "name")
    )
    named = {key for source in sources for key in _run_ids(source) if key}
    runs = FeedRun.objects.select_related("source").in_bulk(named)
    statuses = []
    for source in sources:
        last, success, running = (runs.get(key) if key else None for key in _run_ids(source))
        statuses.append(FeedStatus(source, last, success, running, _lag(source, success, now)))
    return statuses


def _run_ids(source: FeedSource) -> tuple[int | None, int | None, int | None]:
    names = ("last_run_id", "last_success_id", "running_id")
    last, success, running = (getattr(source, name) for name in names)
    return last, success, running


def _lag(source: FeedSource, success: FeedRun | None, now: datetime) -> timedelta | None:
    if success is None:
        return None
    late = now - success.received_at - source.expected_every
    return late if late > timedelta(0) else None


def recent_runs(*, limit: int) -> dict[int, list[FeedRun]]:
    """The newest runs of every source by its id, oldest first; one query."""
    place = Window(RowNumber(), partition_by="source", order_by=["-received_at", "-pk"])
    runs: dict[int, list[FeedRun]] = {}
    newest = FeedRun.objects.annotate(place=place).filter(place__lte=limit)
    for run in newest.order_by("received_at", "pk"):
        runs.setdefault(run.source_id, []).append(run)
    return runs


@dataclass(frozen=True)
class RejectGroup:
    """The rejected lines of a run that share a cause, with the first few of them."""

    code: str
    lines: int
    examples: tuple[RejectedRow, ...]


def rejects_by_code(*, run: FeedRun, examples: int = 3) -> list[RejectGroup]:
    """A run's rejected lines by cause, the most frequent first; two queries whatever their number."""
    rejected = RejectedRow.objects.filter(run=run).order_by()
    counts = dict(rejected.values_list("code").annotate(Count("pk")))
    place = Window(RowNumber(), partition_by="code", order_by="line_number")
    first: dict[str, list[RejectedRow]] = {}
    for row in rejected.annotate(place=place).filter(place__lte=examples).order_by("line_number"):
        first.setdefault(row.code, []).append(row)
    return [
        RejectGroup(code, lines, tuple(first.get(code, ())))
        for code, lines in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
