"""Changes as ready event bytes, rendered once for all tablets of their store."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import prefetch_related_objects
from django.template.loader import get_template

from inventory.models import Store
from promotions.live.events import EventId, LiveEvent, offer_event
from promotions.models import OfferChange, StoreStream
from promotions.selectors.briefing import cards_for_each
from promotions.selectors.cards import OfferCard

MOST_AT_ONCE = 1000

COLUMNS = ("store_id", "seq", "promotion_id", "revision_id", "old_state", "new_state", "reason", "at")
# raw() does not know composite keys.
SPANS = f"""
SELECT {", ".join(f"c.{column}" for column in COLUMNS)} FROM unnest(%(stores)s::int4[], %(afters)s::int8[], %(uptos)s::int8[]) AS s(store_id, after, upto)
JOIN promotions_offerchange c ON c.store_id = s.store_id AND c.seq > s.after AND c.seq <= s.upto
ORDER BY c.store_id, c.seq
"""  # noqa: S608 - columns of ours


class Span(NamedTuple):
    """The changes of one store with `after` < seq <= `upto`."""

    store_id: int
    after: int
    upto: int


def render_changes(
    *, store_id: int, after: int, upto: int | None = None, now: datetime, most: int = MOST_AT_ONCE
) -> list[LiveEvent]:
    """The store's changes with `after` < seq (<= `upto`), in order, at most `most`; [] when there are none.

    The card is the offer as it stands now, also for an older change: the last one a tablet swaps in is right.
    """
    changes = OfferChange.objects.filter(store_id=store_id, seq__gt=after)
    if upto is not None:
        changes = changes.filter(seq__lte=upto)
    wanted = list(changes.select_related("promotion", "revision").order_by("seq")[:most])
    return [event for _store_id, event in render(wanted, now=now)]


def render_spans(spans: Sequence[Span], *, now: datetime) -> list[tuple[int, LiveEvent]]:
    """The changes of several stores, each with its store's id, by store and in order.

    A fixed number of queries: a promotion that opens in hundreds of stores is read once.
    """
    stores, afters, uptos = (list(column) for column in zip(*spans, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(SPANS, {"stores": stores, "afters": afters, "uptos": uptos})
        wanted = [OfferChange(**dict(zip(COLUMNS, row, strict=True))) for row in cursor.fetchall()]
    prefetch_related_objects(wanted, "promotion", "revision")
    return render(wanted, now=now)


def render(changes: Sequence[OfferChange], *, now: datetime) -> list[tuple[int, LiveEvent]]:
    """The changes as events, in the order given."""
    if not changes:
        return []
    store_ids = {change.store_id for change in changes}
    streams = {
        stream.store_id: stream
        for stream in StoreStream.objects.select_related("store").filter(store_id__in=store_ids)
    }
    cards = cards_for_each(
        stores={store_id: stream.store for store_id, stream in streams.items()},
        offers=sorted({(change.store_id, change.promotion_id) for change in changes}),
        now=now,
    )
    return [
        (change.store_id, live_event(change, stream=streams[change.store_id], cards=cards, now=now))
        for change in changes
    ]


def live_event(
    change: OfferChange, *, stream: StoreStream, cards: Mapping[tuple[int, int], OfferCard], now: datetime
) -> LiveEvent:
    """One change in both formats."""
    event_id = EventId(epoch=stream.epoch, seq=change.seq)
    card = cards.get((change.store_id, change.promotion_id))
    html = get_template("tablet/_offer_event.html").render(
        {"card": card, "change": change, "store": stream.store, "now": now}
    )
    facts = orjson.dumps(change_facts(change=change, store=stream.store)).decode()
    return LiveEvent(
        id=event_id,
        html=offer_event(event_id=event_id, data=html.strip()),
        json=offer_event(event_id=event_id, data=facts),
    )


def change_facts(*, change: OfferChange, store: Store) -> dict[str, Any]:
    """A change as a machine reads it; `revision` is the revision's number, `at` has an offset."""
    return {
        "store_code": store.store_code,
        "promotion_id": change.promotion.promotion_id,
        "revision": change.revision.number,
        "old_state": change.old_state,
        "new_state": change.new_state,
        "reason": change.reason,
        "at": change.at.isoformat(),
        "seq": change.seq,
    }
