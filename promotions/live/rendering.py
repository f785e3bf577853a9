"""Changes as ready event bytes, rendered once for all tablets of their store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from django.db.models import Q, prefetch_related_objects
from django.template.loader import get_template
from django.utils import translation

from inventory.models import Reservation, Store
from promotions.live.events import EventId, LiveEvent, offer_event, report_event
from promotions.models import OfferChange, ReportChange, StoreOffer, StoreStream
from promotions.selectors.alternatives import AlternativeStore
from promotions.selectors.cards import OfferCard, cards_from, instead_of, read_facts, with_terms
from promotions.selectors.notices import notice_of

MOST_AT_ONCE = 1000
NEWEST = 2**63 - 1  # larger than any seq

Streams = Mapping[int, StoreStream]
StoreEvent = tuple[int, LiveEvent]  # with its store's id


class Span(NamedTuple):
    """The changes of a store with `after` < seq <= `upto`."""

    store_id: int
    after: int
    upto: int


def render_changes(
    *, store_id: int, after: int, upto: int | None = None, now: datetime, most: int = MOST_AT_ONCE
) -> list[LiveEvent]:
    """The store's changes with `after` < seq (<= `upto`), in order, at most `most`; [] when there are none.

    The card is the offer as it stands now, also for an older change: the last one a tablet swaps in is right.
    """
    span = Span(store_id, after, NEWEST if upto is None else upto)
    return [event for _store_id, event in render_spans([span], now=now, most=most)]


def render_spans(spans: Iterable[Span], *, now: datetime, most: int | None = None) -> list[StoreEvent]:
    """The changes of several stores, by store and in order, at most `most` altogether.

    A fixed number of queries, however many stores they are.
    """
    spans = list(spans)
    streams = {
        stream.store_id: stream
        for stream in StoreStream.objects.select_related("store").filter(
            store_id__in={span.store_id for span in spans}
        )
    }
    # Up to a stream's seq everything is committed, whichever table it stands in; what comes now is for later.
    spans = [
        span._replace(upto=min(span.upto, streams[span.store_id].seq))
        for span in spans
        if span.store_id in streams and streams[span.store_id].seq > span.after
    ]
    if not spans:
        return []
    places = reduce(or_, [Q(store_id=s.store_id, seq__gt=s.after, seq__lte=s.upto) for s in spans])
    changes = list(OfferChange.objects.filter(places).order_by("store_id", "seq")[:most])
    steps: list[ReportChange] = []
    if len(changes) < sum(span.upto - span.after for span in spans):
        # A number that is no offer's is a report's; where none is missing nothing is asked.
        steps = list(ReportChange.objects.filter(places).order_by("store_id", "seq")[:most])
    events = [*offer_events(changes, streams=streams, now=now), *report_events(steps, streams=streams)]
    return sorted(events, key=lambda event: (event[0], event[1].id.seq))[:most]


def offer_events(changes: Sequence[OfferChange], *, streams: Streams, now: datetime) -> list[StoreEvent]:
    """Changes of offers, for each store in the languages that its tablets are read in."""
    default = settings.LANGUAGE_CODE
    spoken = {change.store_id: {default, *streams[change.store_id].languages} for change in changes}
    facts = read_facts(
        stores={store_id: streams[store_id].store for store_id in spoken}, offers=offers_of(changes)
    )
    holds = Reservation.objects.active().count_by_store(spoken)
    instead: dict[tuple[int, int], AlternativeStore] | None = None
    html: dict[tuple[int, int], dict[str, bytes]] = {}
    # The default language comes first: it is spoken everywhere, so where the shopper is sent is found once for all.
    for language in [default, *sorted(set().union(*spoken.values()) - {default})]:
        offers = [offer for offer in facts.offers if language in spoken[offer.store_id]]
        concerned = [change for change in changes if language in spoken[change.store_id]]
        with translation.override(language):
            built = cards_from(replace(facts, offers=offers), now=now)
            if instead is None:
                instead = instead_of(built, now=now)
            cards = {card.key: replace(card, instead=instead.get(card.key)) for card in built}
            for change, data in html_of(concerned, streams=streams, cards=cards, holds=holds, now=now):
                html.setdefault((change.store_id, change.seq), {})[language] = data
    return [
        (
            change.store_id,
            live_event(change, stream=streams[change.store_id], html=html[change.store_id, change.seq]),
        )
        for change in changes
    ]


def offers_of(changes: Sequence[OfferChange]) -> list[StoreOffer]:
    """The offers that changed, as they stand now; the changes get their promotions and revisions."""
    keys = sorted({(change.store_id, change.promotion_id) for change in changes})
    offers = list(with_terms(StoreOffer.objects.filter(pk__in=keys)))
    by_key = {(offer.store_id, offer.promotion_id): offer for offer in offers}
    others = []
    for change in changes:
        offer = by_key.get((change.store_id, change.promotion_id))
        if offer is not None and offer.revision_id == change.revision_id:
            change.promotion, change.revision = offer.promotion, offer.revision
        else:
            others.append(change)  # of an earlier revision
    prefetch_related_objects(others, "promotion", "revision")
    return offers


def html_of(
    changes: Sequence[OfferChange],
    *,
    streams: Streams,
    cards: Mapping[tuple[int, int], OfferCard],
    holds: Mapping[int, int],
    now: datetime,
) -> Iterator[tuple[OfferChange, bytes]]:
    """Each change as an event for a page in the active language."""
    template = get_template("tablet/_offer_event.html")
    for change in changes:
        stream = streams[change.store_id]
        facts = {
            "card": cards.get((change.store_id, change.promotion_id)),
            "change": change,
            "notice": notice_of(change, store=stream.store),
            "store": stream.store,
            "holds": holds.get(change.store_id, 0),
            "now": now,
        }
        event_id = EventId(epoch=stream.epoch, seq=change.seq)
        yield change, offer_event(event_id=event_id, data=template.render(facts).strip())


def report_events(steps: Sequence[ReportChange], *, streams: Streams) -> list[StoreEvent]:
    """Steps of reports: which report and how it stands. Each tablet asks for its own person's view of it."""
    events = []
    for step in steps:
        stream = streams[step.store_id]
        event_id = EventId(epoch=stream.epoch, seq=step.seq)
        facts = {
            "store_code": stream.store.store_code,
            "report_id": step.report_id,
            "old_state": step.old_state,
            "new_state": step.new_state,
            "at": step.at.isoformat(),
            "seq": step.seq,
        }
        event = LiveEvent(
            id=event_id,
            html=report_event(event_id=event_id, data=f"{step.report_id} {step.new_state}"),
            json=report_event(event_id=event_id, data=orjson.dumps(facts).decode()),
        )
        events.append((step.store_id, event))
    return events


def live_event(change: OfferChange, *, stream: StoreStream, html: Mapping[str, bytes]) -> LiveEvent:
    """One change in both formats; `html` is the event for a page, by language."""
    event_id = EventId(epoch=stream.epoch, seq=change.seq)
    facts = orjson.dumps(change_facts(change=change, store=stream.store)).decode()
    return LiveEvent(
        id=event_id,
        html=html[settings.LANGUAGE_CODE],
        json=offer_event(event_id=event_id, data=facts),
        others={language: data for language, data in html.items() if language != settings.LANGUAGE_CODE},
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
