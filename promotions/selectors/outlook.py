"""What would become of words that are not published yet: which stores could honour them at a moment, and why not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.models import Store
from promotions.models import PromotionRevision, StoreOffer
from promotions.rules.price import money_fits
from promotions.rules.words import OfferState, Reason, RedemptionChannel
from promotions.selectors.preview import draft_offers
from promotions.selectors.sentences import reason_text

# Counting every level of "everything everywhere" takes seconds, and this is asked while somebody types.
LEVELS_JUDGED = 50_000

STATE_REASONS = {
    OfferState.LIVE: gettext_noop("It holds at that moment, and enough is there."),
    OfferState.READY: gettext_noop("Enough is there for when it begins."),
    OfferState.LOW_STOCK: gettext_noop("Fewer than half of its items there reach “low below”."),
    OfferState.OUT_OF_STOCK: gettext_noop("None of its items is left there."),
    OfferState.NOT_STOCKED: gettext_noop("No source has ever counted one of its items there."),
    OfferState.EXPIRED: gettext_noop("It is over by then."),
    OfferState.STOPPED: gettext_noop("It has been withdrawn."),
}


@dataclass(frozen=True)
class Fate:
    """The stores of one state for one reason, in the order of their codes."""

    state: OfferState
    reason: str
    stores: tuple[Store, ...]


def judged_items(item_ids: Sequence[int], *, stores: int) -> Sequence[int]:
    """The items by which so many stores are judged: all, or as many as can be counted at once, evenly picked."""
    most = max(LEVELS_JUDGED // max(stores, 1), 20)
    return item_ids[:: math.ceil(len(item_ids) / most) or 1]


def fates_of(
    *, revision: PromotionRevision, stores: Sequence[Store], item_ids: Sequence[int], at: datetime
) -> list[Fate]:
    """What becomes of each targeted store at the moment `at`, as stock stands now, grouped by state and reason."""
    found: dict[tuple[OfferState, str], list[Store]] = {}
    for offer in draft_offers(revision=revision, stores=stores, item_ids=item_ids, now=at):
        key = (OfferState(offer.state), fate_reason(offer))
        found.setdefault(key, []).append(offer.store)
    order = list(OfferState)
    return [
        Fate(state=state, reason=reason, stores=tuple(there))
        for (state, reason), there in sorted(
            found.items(), key=lambda one: (order.index(one[0][0]), one[0][1])
        )
    ]


def fate_reason(offer: StoreOffer) -> str:
    """Why a store is in the state, as a sentence."""
    revision = offer.revision
    if offer.state != OfferState.BLOCKED:
        return _(STATE_REASONS[OfferState(offer.state)])
    if RedemptionChannel.IN_STORE not in revision.channels:
        return reason_text(Reason.ONLINE_ONLY, {})
    if not money_fits(revision.benefit, currency=offer.store.currency):
        return reason_text(Reason.CURRENCY_MISMATCH, {"currency": revision.currency})
    return _("It cannot be honoured there.")
