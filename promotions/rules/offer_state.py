"""The state of one promotion in one store."""

from dataclasses import dataclass
from datetime import datetime

from promotions.rules.window import OfferTimes
from promotions.rules.words import OfferState


@dataclass(frozen=True)
class OfferFacts:
    """What decides a store offer's state. Counts are of the promotion's items in this store.

    [opens_at, closes_at) is the open period that holds the moment, or the next one.
    """

    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    items_stocked: int
    items_available: int
    items_enough: int
    is_stopped: bool = False
    is_blocked: bool = False


def decide_state(facts: OfferFacts, *, now: datetime) -> OfferState:
    """The one rule for every store offer; `state_sql` in services.states says the same to the database.

    Stock is judged outside the hours too, so that a gap is seen while it can still be filled. LOW_STOCK
    means that fewer than half of the items this store carries are there in the promotion's minimum quantity.
    """
    if facts.is_stopped:
        return OfferState.STOPPED
    if now >= facts.ends_at:
        return OfferState.EXPIRED
    if facts.is_blocked:
        return OfferState.BLOCKED
    if facts.items_stocked == 0:
        return OfferState.NOT_STOCKED
    if facts.items_available == 0:
        return OfferState.OUT_OF_STOCK
    if facts.items_enough * 2 < facts.items_stocked:
        return OfferState.LOW_STOCK
    return OfferState.LIVE if facts.opens_at <= now < facts.closes_at else OfferState.READY


def next_turn(times: OfferTimes, *, now: datetime) -> datetime | None:
    """The next instant at which time alone changes something: it opens, closes, ends, or is honoured no longer."""
    turns = (times.opens_at, times.closes_at, times.ends_at, times.honoured_until)
    return min((at for at in turns if at > now), default=None)
