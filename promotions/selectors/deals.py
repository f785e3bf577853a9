"""Store offers as facts for the rules."""

from promotions.models import StoreOffer
from promotions.rules.verdict import DealFacts
from promotions.rules.window import hours_of
from promotions.rules.words import Audience, OfferState, OfferType


def deal_facts(offer: StoreOffer) -> DealFacts:
    """What the verdict's rule asks of an offer; needs `promotion__budget`, `revision`, `store` selected."""
    revision, budget = offer.revision, offer.promotion.budget
    hours = hours_of(revision.weekly_hours)
    return DealFacts(
        promotion_id=offer.promotion.promotion_id,
        benefit=revision.benefit,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        state=OfferState(offer.state),
        channels=revision.channels,
        offer_type=OfferType(revision.offer_type),
        uses_left=None if budget.limit_uses is None else budget.limit_uses - budget.used,
        minimum_stock=revision.minimum_stock,
        minimum_purchase=revision.minimum_purchase_amount,
        hours=hours,
        timezone=offer.store.timezone if hours else "UTC",
        honoured_until=offer.honoured_until,
        audience=Audience(revision.audience),
    )
