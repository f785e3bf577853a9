"""The state of one promotion in one store."""

from dataclasses import dataclass
from datetime import datetime

from promotions.rules.words import OfferState


@dataclass(frozen=True)
class OfferFacts:
    """What decides a store offer's state. Counts are of the promotion's items in this store."""

    starts_at: datetime
    ends_at: datetime
    items_stocked: int
    items_available: int
    items_enough: int
    is_stopped: bool = False
    is_blocked: bool = False


def decide_state(facts: OfferFacts, *, now: datetime) -> OfferState:
    """The one rule for every store offer; `state_sql` in services.refreshing says the same to the database.

    Stock is judged before the window opens too, so that a gap is seen while it can still be filled. LOW_STOCK
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
    return OfferState.LIVE if now >= facts.starts_at else OfferState.READY


def next_turn(*, starts_at: datetime, ends_at: datetime, now: datetime) -> datetime | None:
    """The next instant at which the window alone can change the state."""
    if now < starts_at:
        return starts_at
    return ends_at if now < ends_at else None
