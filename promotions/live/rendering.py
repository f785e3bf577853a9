"""Changes of one store as ready event bytes, rendered once for all its tablets."""

from datetime import datetime
from typing import Any

import orjson
from django.template.loader import get_template

from inventory.models import Store
from promotions.live.events import EventId, LiveEvent, offer_event
from promotions.models import OfferChange, StoreStream
from promotions.selectors.briefing import cards_for
from promotions.selectors.notices import notice_of

MOST_AT_ONCE = 1000


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
    if not wanted:
        return []
    stream = StoreStream.objects.select_related("store").get(store_id=store_id)
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
