"""The verdict: may this deal be honoured, here, now?

One rule for every surface: tablet, API and whatever comes later call `decide` with the facts they read.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from promotions.rules.price import Benefit, discounted_price, money_fits
from promotions.rules.words import OfferState, OfferType, Outcome, Reason, RedemptionChannel


@dataclass(frozen=True)
class StockFacts:
    """What can be promised in the store: on hand less what is withheld.

    Quantities in the item's smallest unit; `counted_at` is the count behind it.
    """

    quantity: int
    counted_at: datetime
    freshness_limit: timedelta

    def is_stale(self, now: datetime) -> bool:
        return now - self.counted_at > self.freshness_limit


@dataclass(frozen=True)
class DealFacts:
    """One promotion as this store has it. `uses_left` is None where uses are not limited.

    `refusals` are what its reader found against it: a limit that is reached, a code that is used.
    """

    promotion_id: str
    benefit: Benefit
    starts_at: datetime
    ends_at: datetime
    state: OfferState
    channels: frozenset[RedemptionChannel]
    offer_type: OfferType = OfferType.NO_CODE
    uses_left: int | None = None
    minimum_stock: int = 1
    minimum_purchase: Decimal | None = None
    refusals: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class ItemFacts:
    """What the shopper wants to buy. `stock` is None where no source ever counted it in this store."""

    regular_price: Decimal | None
    currency: str
    stock: StockFacts | None


@dataclass(frozen=True)
class Decision:
    """An outcome with every reason found; `price` is what one unit costs if the deal is honoured."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    price: Decimal | None = None

    @property
    def is_yes(self) -> bool:
        return self.outcome == Outcome.HONOUR


def deal_refusals(deal: DealFacts, *, currency: str, now: datetime) -> list[Reason]:
    """Why the deal itself does not hold here and now, whatever the stock; empty when it does."""
    refusals = []
    if deal.state == OfferState.STOPPED:
        refusals.append(Reason.STOPPED)
    if now < deal.starts_at:
        refusals.append(Reason.NOT_STARTED)
    if now >= deal.ends_at:
        refusals.append(Reason.ENDED)
    if RedemptionChannel.IN_STORE not in deal.channels:
        refusals.append(Reason.ONLINE_ONLY)
    if deal.uses_left is not None and deal.uses_left <= 0:
        refusals.append(Reason.BUDGET_SPENT)
    if not money_fits(deal.benefit, currency=currency):
        refusals.append(Reason.CURRENCY_MISMATCH)
    return list(dict.fromkeys([*refusals, *deal.refusals]))


def conditions(deal: DealFacts) -> list[Reason]:
    """What the shopper still has to bring; they do not stand against honouring."""
    needed = []
    if deal.offer_type == OfferType.GENERIC_CODE:
        needed.append(Reason.CODE_NEEDED)
    if deal.minimum_purchase:
        needed.append(Reason.MINIMUM_PURCHASE)
    return needed


def decide(deal: DealFacts, item: ItemFacts, *, now: datetime) -> Decision:
    """May this deal be honoured on this item in this store at this instant?

    HONOUR is only said when the store-local window is open, the channel allows it, a use is left, the money is
    the store's, and a fresh count says that at least one is there. A count past its source's freshness limit
    gives CHECK_SHELF whatever it says; none left gives OFFER_ALTERNATIVE (the caller looks for one and turns it
    into REFUSE where there is none).
    """
    price = None
    if item.regular_price is not None and money_fits(deal.benefit, currency=item.currency):
        price = discounted_price(deal.benefit, regular_price=item.regular_price, currency=item.currency)
    refusals = deal_refusals(deal, currency=item.currency, now=now)
    if refusals:
        return Decision(Outcome.REFUSE, tuple(refusals), price)
    needed = conditions(deal)
    if item.stock is None:
        return Decision(Outcome.OFFER_ALTERNATIVE, (Reason.NOT_STOCKED, *needed), price)
    if item.stock.is_stale(now):
        return Decision(Outcome.CHECK_SHELF, (Reason.STALE_STOCK, *needed), price)
    if item.stock.quantity <= 0:
        return Decision(Outcome.OFFER_ALTERNATIVE, (Reason.OUT_OF_STOCK, *needed), price)
    if item.stock.quantity < deal.minimum_stock:
        needed.insert(0, Reason.LOW_STOCK)
    return Decision(Outcome.HONOUR, (Reason.VALID, *needed), price)


RANK = {
    Outcome.HONOUR: 0,
    Outcome.CHECK_SHELF: 1,
    Outcome.OFFER_ALTERNATIVE: 2,
    Outcome.REFUSE: 3,
    Outcome.UNKNOWN: 4,
}


def best(decisions: list[tuple[DealFacts, Decision]]) -> tuple[DealFacts, Decision] | None:
    """The deal to tell the shopper: the best outcome, then the lowest price, then the id, so that it is stable."""
    return min(
        decisions,
        key=lambda pair: (
            RANK[pair[1].outcome],
            pair[1].price if pair[1].price is not None else Decimal("Infinity"),
            pair[0].promotion_id,
        ),
        default=None,
    )
