"""Today's briefing of one store."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from inventory.models import Store
from promotions.models import Acknowledgement, Look, StoreStream
from promotions.rules.words import OVER
from promotions.selectors.cards import (
    OfferCard,
    offer_cards,
    store_offers,
    with_instead,
)

BRIEFED_AHEAD = timedelta(days=7)  # what starts later is not yet the floor's business


@dataclass(frozen=True)
class StoreBriefing:
    """What a store is told today. `position` is the live stream's id from which changes follow."""

    store: Store
    position: str
    cards: tuple[OfferCard, ...]
    acknowledged: dict[int, datetime]  # when this person read a card's terms, by the card's receipts_id
    at: datetime
    since: datetime | None = None  # when this person's last look ended, store-local; None: there was none

    @property
    def now(self) -> list[OfferCard]:
        return [card for card in self.cards if card.is_open]

    @property
    def new(self) -> list[OfferCard]:
        """Told since this person's last look, and not read."""
        return [card for card in self.unread if self.since is None or card.news_at > self.since]

    @property
    def unread(self) -> list[OfferCard]:
        return [card for card in self.now if card.receipts_id not in self.acknowledged]

    @property
    def ending(self) -> list[OfferCard]:
        return [card for card in self.now if card.ends_today]

    @property
    def tomorrow(self) -> list[OfferCard]:
        return [card for card in self.cards if card.opens_tomorrow and not card.is_open]

    @property
    def coming(self) -> list[OfferCard]:
        return [card for card in self.cards if not card.is_open]


def stream_position(*, store: Store) -> str:
    """The id of the newest event of a store, `epoch:seq`; `0:0` before the first."""
    stream = StoreStream.objects.filter(store=store).first()
    return f"{stream.epoch}:{stream.seq}" if stream else "0:0"


def briefing_for(*, store: Store, staff_member: Any, now: datetime) -> StoreBriefing:
    """Open offers first (soonest end first), then what opens within a week.

    Stopped and ended ones are gone, and those that are not to be displayed now.

    The stream's position is read before the offers: an event in between is shown twice, never missed.
    """
    position = stream_position(store=store)
    offers = (
        store_offers(store=store)
        .exclude(state__in=list(OVER))
        .filter(ends_at__gt=now, starts_at__lt=now + BRIEFED_AHEAD)
        .order_by("starts_at", "ends_at", "promotion_id")
    )
    cards = [card for card in offer_cards(store=store, offers=offers, now=now) if card.is_shown]
    cards = with_instead(cards, now=now)
    cards.sort(key=lambda card: (not card.is_open, card.closes_at if card.is_open else card.opens_at))
    acknowledged = dict(
        Acknowledgement.objects.filter(
            store=store, staff_member=staff_member, revision__in=[card.receipts_id for card in cards]
        ).values_list("revision_id", "acknowledged_at")
    )
    looked = Look.objects.filter(store=store, staff_member=staff_member).first()
    return StoreBriefing(
        store=store,
        position=position,
        cards=tuple(cards),
        acknowledged=acknowledged,
        at=store.local(now),
        since=store.local(looked.previous_at) if looked and looked.previous_at else None,
    )


def belongs(card: OfferCard, *, now: datetime) -> bool:
    """Whether a briefing of this instant would show the card."""
    return card.is_shown and not card.is_over and now < card.ends_at and card.starts_at < now + BRIEFED_AHEAD


def card_for(
    *, store: Store, promotion_pk: int, now: datetime, items_on_a_card: int = 200
) -> OfferCard | None:
    """One card with all its items; None when the store has no such offer."""
    offers = store_offers(store=store).filter(promotion_id=promotion_pk)
    cards = offer_cards(store=store, offers=offers, now=now, items_on_a_card=items_on_a_card)
    return next(iter(with_instead(cards, now=now)), None)
