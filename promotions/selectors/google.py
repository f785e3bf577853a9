"""What is published, as a Google promotions feed: read in pieces, so that memory does not grow with the number."""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from inventory.models import Store
from promotions.models import Promotion, PromotionRevision
from promotions.rules.google import COUNTS, Problem, promotion_problems
from promotions.rules.window import resolve_window
from promotions.rules.words import ProductApplicability, PromotionState, RedemptionChannel
from promotions.sources.google_writing import (
    Cells,
    Reach,
    full_cells,
    google_cells,
    instants_text,
    unsayable,
)

AT_ONCE = 200
OPEN = (PromotionState.PENDING, PromotionState.LIVE)
MOST_ITEMS = COUNTS["item_id_inclusion"]

# Stores that open and close at the same instants, with the clock of the first; blocked ones apart.
WINDOWS = """
SELECT o.promotion_id, o.starts_at, o.ends_at, o.state = 'BLOCKED',
       (array_agg(s.timezone ORDER BY s.store_code))[1], array_agg(s.store_code ORDER BY s.store_code)
FROM promotions_storeoffer o JOIN inventory_store s ON s.id = o.store_id
WHERE o.promotion_id = ANY(%(promotions)s::int8[]) AND o.state NOT IN ('STOPPED', 'EXPIRED') AND o.ends_at > %(now)s
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""

# One more than may be named, so that too many shows.
ITEMS = """
SELECT p.promotion_id, ARRAY(
    SELECT i.sku FROM promotions_offeritem k JOIN inventory_item i ON i.id = k.item_id
    WHERE k.promotion_id = p.promotion_id ORDER BY i.sku LIMIT %(most)s + 1)
FROM unnest(%(promotions)s::int8[]) AS p(promotion_id)
"""


@dataclass(frozen=True)
class LeftOut:
    """A published promotion that Google's feed does not have, and why."""

    promotion_id: str
    problem: Problem


class StoreWindow(NamedTuple):
    """Stores with one window; `zone` is the clock of the first of them."""

    starts_at: datetime
    ends_at: datetime
    is_blocked: bool
    zone: str
    stores: list[str]


def promotions_in_full() -> Iterator[Cells]:
    """Every published promotion with all that its revision says, for our own import."""
    for promotion, revision in open_promotions():
        yield full_cells(promotion_id=promotion.promotion_id, content=revision.content())


def promotions_for_google(*, now: datetime) -> Iterator[Cells | LeftOut]:
    """What Google's feed says of every published promotion, or why it says nothing.

    A promotion whose stores open at different instants is one row for each instant, its id followed by a mark of
    the period, and one for the web shop with the time common to all. Every row keeps Google's published rules.
    """
    selling = Store.objects.all().selling().count()
    for chunk in open_chunks():
        ids = [promotion.pk for promotion in chunk]
        windows, items = windows_of(ids, now=now), items_of(ids)
        for promotion in chunk:
            yield from rows_of(
                promotion, windows=windows[promotion.pk], items=items[promotion.pk], selling=selling
            )


def open_promotions() -> Iterator[tuple[Promotion, PromotionRevision]]:
    for chunk in open_chunks():
        for promotion in chunk:
            yield promotion, published(promotion)


def open_chunks() -> Iterator[list[Promotion]]:
    """Published promotions that are not over, some at once."""
    found = (
        Promotion.objects.filter(state__in=OPEN).select_related("current_revision", "budget").order_by("pk")
    )
    last = 0
    while chunk := list(found.filter(pk__gt=last)[:AT_ONCE]):
        yield chunk
        last = chunk[-1].pk


def published(promotion: Promotion) -> PromotionRevision:
    """The published revision, which an open promotion has (a constraint holds it)."""
    assert promotion.current_revision is not None
    return promotion.current_revision


def windows_of(promotions: Sequence[int], *, now: datetime) -> Mapping[int, list[StoreWindow]]:
    found: defaultdict[int, list[StoreWindow]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(WINDOWS, {"promotions": list(promotions), "now": now})
        for promotion_id, *window in cursor.fetchall():
            found[promotion_id].append(StoreWindow(*window))
    return found


def items_of(promotions: Sequence[int]) -> dict[int, list[str]]:
    """SKUs by promotion; one more than Google takes where there are too many."""
    with connection.cursor() as cursor:
        cursor.execute(ITEMS, {"promotions": list(promotions), "most": MOST_ITEMS})
        return dict(cursor.fetchall())


def rows_of(
    promotion: Promotion, *, windows: Sequence[StoreWindow], items: Sequence[str], selling: int
) -> Iterator[Cells | LeftOut]:
    """The rows of one promotion, or what keeps it out."""
    revision = published(promotion)
    content = revision.content()
    problems = [
        *unsayable(content),
        *standing_problems(promotion, windows=windows, channels=revision.channels),
    ]
    if problems:
        yield from (LeftOut(promotion.promotion_id, problem) for problem in problems)
        return
    if RedemptionChannel.ONLINE in revision.channels and common_time(windows) is None:
        problem = Problem("no_common_time", "window_timezone", "", "a time at which it is on everywhere")
        yield LeftOut(promotion.promotion_id, problem)
    named = None if is_for_all_items(revision) else items
    for promotion_id, reach in reaches_of(promotion, windows=windows, items=named, selling=selling):
        cells = google_cells(promotion_id=promotion_id, content=content, reach=reach)
        problems = promotion_problems(cells)
        if problems:
            yield from (LeftOut(promotion_id, problem) for problem in problems)
        else:
            yield cells


def standing_problems(
    promotion: Promotion, *, windows: Sequence[StoreWindow], channels: frozenset[RedemptionChannel]
) -> Iterator[Problem]:
    """A promotion that is published and that nobody could have now."""
    budget = promotion.budget
    if budget.limit_uses is not None and budget.used >= budget.limit_uses:
        yield Problem("budget_spent", "limit_uses", str(budget.limit_uses), "uses that are left")
    is_reached = any(not window.is_blocked for window in windows) or channels == {RedemptionChannel.ONLINE}
    if not windows or not is_reached:
        yield Problem("no_stores", "store_applicability", "", "a store in which it can be honoured")


def is_for_all_items(revision: PromotionRevision) -> bool:
    return revision.product_applicability == ProductApplicability.ALL_PRODUCTS and not any(
        getattr(revision, f"{name}_exclusion")
        for name in ("item_id", "brand", "product_type", "item_group_id", "item_list")
    )


def common_time(windows: Sequence[StoreWindow]) -> tuple[datetime, datetime] | None:
    """When it is on in all of them; None where there is no such time."""
    start, end = max(window.starts_at for window in windows), min(window.ends_at for window in windows)
    return (start, end) if start < end else None


def reaches_of(
    promotion: Promotion, *, windows: Sequence[StoreWindow], items: Sequence[str] | None, selling: int
) -> Iterator[tuple[str, Reach]]:
    """Where and when, each under its own id: one for all, or one an instant and one for the web shop."""
    revision = published(promotion)
    channels = tuple(sorted(revision.channels))
    in_store = [window for window in windows if not window.is_blocked]
    is_online_only = RedemptionChannel.IN_STORE not in channels
    is_one = is_online_only or (len(in_store) == 1 and len(windows) == 1)
    common = common_time(windows)
    if RedemptionChannel.ONLINE in channels and (is_online_only or not is_one) and common:
        whole = windows[0]._replace(starts_at=common[0], ends_at=common[1])
        yield (
            promotion.promotion_id,
            reach_of(revision, window=whole, channels=(RedemptionChannel.ONLINE,), stores=None, items=items),
        )
    if is_online_only:
        return
    for window in in_store:
        mark = f"_{zlib.crc32(instants_text(window.starts_at, window.ends_at).encode()):08x}"
        yield (
            f"{promotion.promotion_id}{'' if is_one else mark}",
            reach_of(
                revision,
                window=window,
                channels=channels if is_one else (RedemptionChannel.IN_STORE,),
                stores=None if len(window.stores) == selling else window.stores,
                items=items,
            ),
        )


def reach_of(
    revision: PromotionRevision,
    *,
    window: StoreWindow,
    channels: tuple[RedemptionChannel, ...],
    stores: Sequence[str] | None,
    items: Sequence[str] | None,
) -> Reach:
    """One row's reach, its instants on the stores' own clock."""
    zone = ZoneInfo(window.zone)
    starts_at, ends_at = window.starts_at.astimezone(zone), window.ends_at.astimezone(zone)
    shown: Any = None
    if revision.display_starts_on is not None and revision.display_ends_on is not None:
        first, last = resolve_window(
            starts_on=revision.display_starts_on,
            starts_time=revision.display_starts_time,
            ends_on=revision.display_ends_on,
            ends_time=revision.display_ends_time,
            window_timezone=revision.window_timezone,
            store_timezone=window.zone,
        )
        # Google shows nothing outside of the time in which a promotion is on.
        inside = max(first.astimezone(zone), starts_at), min(last.astimezone(zone), ends_at)
        shown = inside if inside[0] < inside[1] else (first.astimezone(zone), last.astimezone(zone))
    return Reach(
        channels=channels, starts_at=starts_at, ends_at=ends_at, stores=stores, items=items, displayed=shown
    )
