"""Changes as ready event bytes, rendered once for all tablets of their store."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

import orjson
from django.db.models import Q
from django.template.loader import get_template

from inventory.models import Store
from promotions.live.events import EventId, LiveEvent, offer_event
from promotions.models import OfferChange, StoreStream
from promotions.selectors.briefing import cards_for_each
from promotions.selectors.cards import OfferCard

MOST_AT_ONCE = 1000


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
    changes = changes.select_related("promotion", "revision").order_by("seq")[:most]
    return [event for _store_id, event in render(changes, now=now)]


def render_spans(spans: Sequence[Span], *, now: datetime) -> list[tuple[int, LiveEvent]]:
    """The changes of several stores, each with its store's id, by store and in order.

    A fixed number of queries, however many stores they are.
    """
    places = reduce(or_, [Q(store_id=s.store_id, seq__gt=s.after, seq__lte=s.upto) for s in spans])
    changes = OfferChange.objects.filter(places).select_related("promotion", "revision")
    return render(changes.order_by("store_id", "seq"), now=now)


def render(changes: Iterable[OfferChange], *, now: datetime) -> list[tuple[int, LiveEvent]]:
    """The changes as events, in the order given."""
    changes = list(changes)
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
