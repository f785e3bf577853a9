"""Changes of one store as ready event bytes, rendered once for all its tablets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.template.loader import get_template

from inventory.models import Store
from promotions.live.events import EventId, LiveEvent, offer_event, report_event
from promotions.models import OfferChange, ReportChange, StoreStream
from promotions.selectors.briefing import cards_for
from promotions.selectors.notices import notice_of

MOST_AT_ONCE = 1000


def render_changes(
    *, store_id: int, after: int, upto: int | None = None, now: datetime, most: int = MOST_AT_ONCE
) -> list[LiveEvent]:
    """The store's changes with `after` < seq (<= `upto`), in order, at most `most`; [] when there are none.

    The card is the offer as it stands now, also for an older change: the last one a tablet swaps in is right.
    """
    stream = StoreStream.objects.select_related("store").filter(store_id=store_id).first()
    if stream is None:
        return []
    # Everything up to here is committed, whichever of the two tables it stands in; what comes now is for later.
    newest = stream.seq if upto is None else min(upto, stream.seq)
    numbers = {"store_id": store_id, "seq__gt": after, "seq__lte": newest}
    offers = OfferChange.objects.filter(**numbers).select_related("promotion", "revision")
    wanted = list(offers.order_by("seq")[:most])
    reports: list[ReportChange] = []
    if len(wanted) < min(newest - after, most) or (wanted and wanted[-1].seq > after + len(wanted)):
        # A number that is no offer's is a report's; where none is missing nothing is asked.
        reports = list(ReportChange.objects.filter(**numbers).order_by("seq")[:most])
    events = offer_events(wanted, stream=stream, now=now) + report_events(reports, stream=stream)
    return sorted(events, key=lambda event: event.id.seq)[:most]


def report_events(changes: Sequence[ReportChange], *, stream: StoreStream) -> list[LiveEvent]:
    """Steps of reports as events: which report and how it stands. Each tablet asks for its own person's view of it."""
    events = []
    for change in changes:
        event_id = EventId(epoch=stream.epoch, seq=change.seq)
        facts = {
            "store_code": stream.store.store_code,
            "report_id": change.report_id,
            "old_state": change.old_state,
            "new_state": change.new_state,
            "at": change.at.isoformat(),
            "seq": change.seq,
        }
        events.append(
            LiveEvent(
                id=event_id,
                html=report_event(event_id=event_id, data=f"{change.report_id} {change.new_state}"),
                json=report_event(event_id=event_id, data=orjson.dumps(facts).decode()),
            )
        )
    return events


def offer_events(wanted: Sequence[OfferChange], *, stream: StoreStream, now: datetime) -> list[LiveEvent]:
    """Changes of offers as events; the cards of all of them are read together."""
    if not wanted:
        return []
    cards = cards_for(
        store=stream.store, promotion_pks=sorted({change.promotion_id for change in wanted}), now=now
    )
    template = get_template("tablet/_offer_event.html")
    return [
        LiveEvent(
            id=event_id,
            html=offer_event(
                event_id=event_id,
                data=template.render(
                    {
                        "card": cards.get(change.promotion_id),
                        "change": change,
                        "notice": notice_of(change, store=stream.store),
                        "store": stream.store,
                        "now": now,
                    }
                ).strip(),
            ),
            json=offer_event(
                event_id=event_id, data=orjson.dumps(change_facts(change=change, store=stream.store)).decode()
            ),
        )
        for change in wanted
        for event_id in [EventId(epoch=stream.epoch, seq=change.seq)]
    ]


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
