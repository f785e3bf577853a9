"""Store offers as facts for the rules."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from inventory.models import Item, Store
from promotions.models import StoreOffer
from promotions.rules.verdict import DealFacts, ItemFacts
from promotions.rules.window import hours_of
from promotions.rules.words import Audience, OfferState, OfferType, Reason
from promotions.selectors.sentences import end_text, moment_text, money
from promotions.selectors.verdicts.facts import LIMITS_REACHED, fetch_one, scan_params

REACHED_OF_REVISION = f"SELECT {LIMITS_REACHED} FROM promotions_promotionrevision r WHERE r.id = %(revision)s"  # noqa: S608


def offer_of(*, store: Store, promotion_id: str) -> StoreOffer | None:
    """A promotion as a store has it, with all that `deal_facts` asks."""
    offers = StoreOffer.objects.filter(store=store, promotion__promotion_id=promotion_id)
    return offers.select_related("promotion", "promotion__budget", "revision", "store").first()


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


def limits_reached(offer: StoreOffer, *, now: datetime) -> list[Reason]:
    """Which limits, of everybody or of the offer's store, leave nothing at that moment, as the verdict has it.

    `deal_facts` knows the uses in all; the counters are asked apart, for a redemption takes from them instead.
    """
    params = scan_params(store=offer.store, now=now)
    row = fetch_one(REACHED_OF_REVISION, {**params, "revision": offer.revision_id})
    return [Reason(code) for code in (row and row[0]) or ()]


def item_facts(item: Item, *, store: Store) -> ItemFacts:
    """What the rule asks of an item, without its stock: a price in other money than the store's is none here."""
    regular = item.regular_price if item.price_currency == store.currency else None
    return ItemFacts(regular_price=regular, currency=store.currency, stock=None)


def refusal_facts(offer: StoreOffer, *, store: Store) -> dict[str, Any]:
    """What the sentence of a refusal speaks of, on the store's clock."""
    dearest = offer.revision.limit_value
    return {
        "starts": moment_text(store.local(offer.starts_at)),
        "opens": moment_text(store.local(offer.opens_at)),
        "limit": "" if dearest is None else money(dearest, offer.revision.currency),
        "ends": end_text(store.local(offer.ends_at)),
        "currency": offer.revision.currency,
        "code": offer.revision.generic_redemption_code or _("they were sent"),
    }
