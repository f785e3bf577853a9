"""The verdict: may this deal be honoured, here, now?

One rule for every surface: tablet, API and whatever comes later call `decide` with the facts they read.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from promotions.rules.price import Benefit, money_fits, unit_price
from promotions.rules.window import Period, WeeklyHours, current_or_next_period
from promotions.rules.words import (
    DELIVERY,
    Audience,
    CouponValueType,
    OfferState,
    OfferType,
    Outcome,
    Reason,
    RedemptionChannel,
    TierBasis,
)


@dataclass(frozen=True)
class StockFacts:
    """What can be promised in the store: on hand less what is withheld.

    Quantities in the item's smallest unit, of which `per_unit` make one unit of sale; `counted_at` is the count
    behind it. So few as `thin` are only believed while the count is young.
    """

    quantity: int
    counted_at: datetime
    freshness_limit: timedelta
    per_unit: int = 1
    thin: int = 0

    def is_stale(self, now: datetime) -> bool:
        return now - self.counted_at > self.freshness_limit

    def is_ageing(self, now: datetime) -> bool:
        """Still within its limit, but past half of it."""
        return now - self.counted_at > self.freshness_limit / 2

    def is_too_thin(self, *, pieces: int, now: datetime) -> bool:
        """Fewer than the deal takes at once, or so few that one sale since an ageing count leaves none."""
        return self.quantity < pieces * self.per_unit or (self.quantity <= self.thin and self.is_ageing(now))


@dataclass(frozen=True)
class SeenPrices:
    """What one unit costs by the sign on the shelf and by the till, where somebody looked; in the store's money."""

    sign: Decimal | None = None
    till: Decimal | None = None


NOBODY_LOOKED = SeenPrices()


@dataclass(frozen=True)
class DealFacts:
    """One promotion as this store has it. `uses_left` is None where uses are not limited.

    Weekly `hours` are wall clock in `timezone`, the store's; none: all day long. `honoured_until` None means that
    nothing is honoured after the end.
    `refusals` are what its reader found against it: a limit that is reached, a code that is used. `stacked_out` is
    BEATEN or EXCLUDED_BY where another deal of the store takes this one's place on the item.
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
    hours: tuple[WeeklyHours, ...] = ()
    timezone: str = "UTC"
    honoured_until: datetime | None = None
    audience: Audience = Audience.EVERYONE

    def period(self, now: datetime) -> Period | None:
        """The open period that holds `now`, else the next one; None when none is left."""
        return current_or_next_period(
            hours=self.hours, starts_at=self.starts_at, ends_at=self.ends_at, timezone=self.timezone, now=now
        )

    def is_honoured_late(self, now: datetime) -> bool:
        """Ended, but what the shopper saw may still be honoured."""
        return self.honoured_until is not None and self.ends_at <= now < self.honoured_until

    @property
    def pieces_needed(self) -> int | None:
        """How many pieces it takes, all that are paid or discounted together; None where one does."""
        benefit = self.benefit
        if benefit.kind == CouponValueType.TIERED and benefit.tier_basis == TierBasis.QUANTITY:
            pieces = math.ceil(min((tier.start for tier in benefit.tiers), default=1))
        else:
            pieces = (benefit.minimum_quantity or 1) + (benefit.get_quantity or 0)
        return pieces if pieces > 1 else None

    @property
    def money_needed(self) -> Decimal | None:
        """The purchase from which it holds; None where any does."""
        benefit = self.benefit
        if benefit.kind == CouponValueType.TIERED and benefit.tier_basis == TierBasis.AMOUNT:
            first_step = min((tier.start for tier in benefit.tiers), default=Decimal(0))
            return max(first_step, self.minimum_purchase or Decimal(0))
        return self.minimum_purchase

    refusals: tuple[Reason, ...] = ()
    stacked_out: Reason | None = None


def as_promised(deal: DealFacts, *, price: Decimal, currency: str, valid_until: datetime) -> DealFacts:
    """The deal as a rain check promises it: this price for one unit, at any hour before `valid_until`.

    After the deal's own end it is honoured late; nothing else that stands against the deal is lifted.
    """
    return replace(
        deal,
        benefit=Benefit(kind=CouponValueType.FIXED_PRICE, amount=price, currency=currency),
        ends_at=min(deal.ends_at, valid_until),
        honoured_until=valid_until,
        hours=(),
        minimum_stock=1,
        minimum_purchase=None,
        offer_type=OfferType.SINGLE_USE_CODES,
    )


@dataclass(frozen=True)
class ItemFacts:
    """What the shopper wants to buy. `stock` is None where no source ever counted it in this store."""

    regular_price: Decimal | None
    currency: str
    stock: StockFacts | None


YES = frozenset({Outcome.HONOUR, Outcome.HONOUR_AND_REPORT})


@dataclass(frozen=True)
class Decision:
    """An outcome with every reason found; `price` is what one unit costs if the deal is honoured."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    price: Decimal | None = None

    @property
    def is_yes(self) -> bool:
        return self.outcome in YES


def deal_refusals(deal: DealFacts, *, currency: str, now: datetime) -> list[Reason]:
    """Why the deal itself does not hold here and now, whatever the stock; empty when it does."""
    refusals = []
    if deal.state == OfferState.STOPPED:
        refusals.append(Reason.STOPPED)
    if now < deal.starts_at:
        refusals.append(Reason.NOT_STARTED)
    elif now < deal.ends_at:
        period = deal.period(now)
        if period is None or now < period[0]:
            refusals.append(Reason.OUTSIDE_HOURS)
    elif not deal.is_honoured_late(now):
        refusals.append(Reason.ENDED)
    if RedemptionChannel.IN_STORE not in deal.channels or deal.benefit.kind in DELIVERY:
        refusals.append(Reason.ONLINE_ONLY)
    if deal.uses_left is not None and deal.uses_left <= 0:
        refusals.append(Reason.BUDGET_SPENT)
    if not money_fits(deal.benefit, currency=currency):
        refusals.append(Reason.CURRENCY_MISMATCH)
    return list(dict.fromkeys([*refusals, *deal.refusals]))


def conditions(deal: DealFacts) -> list[Reason]:
    """What the shopper still has to bring; they do not stand against honouring."""
    needed = []
    if deal.offer_type != OfferType.NO_CODE:
        needed.append(Reason.CODE_NEEDED)
    if deal.audience == Audience.MEMBERS:
        needed.append(Reason.MEMBERS_ONLY)
    if deal.money_needed:
        needed.append(Reason.MINIMUM_PURCHASE)
    if deal.pieces_needed:
        needed.append(Reason.MINIMUM_QUANTITY)
    if deal.benefit.kind == CouponValueType.BUNDLE_PRICE and deal.benefit.minimum_quantity is None:
        needed.append(Reason.BUNDLE_INCOMPLETE)
    return needed


def is_too_dear(deal: DealFacts, item: ItemFacts) -> bool:
    """Whether the deal leaves out an item of this price."""
    limit = deal.benefit.limit_value
    return limit is not None and item.regular_price is not None and item.regular_price > limit


def wrong_prices(seen: SeenPrices, *, price: Decimal | None) -> list[Reason]:
    """Where another price stands than the deal gives; nothing where the deal gives one unit no price."""
    if price is None:
        return []
    shown = {Reason.SIGN_DIFFERS: seen.sign, Reason.TILL_DIFFERS: seen.till}
    return [reason for reason, amount in shown.items() if amount is not None and amount != price]


def decide(deal: DealFacts, item: ItemFacts, *, now: datetime, seen: SeenPrices = NOBODY_LOOKED) -> Decision:
    """May this deal be honoured on this item in this store at this instant?

    HONOUR is only said when the store-local window is open and within its hours, or has just closed and is honoured
    for a while (then the reason is HONOUR_WINDOW), the channel allows it, a use is left, the money is the store's, and
    a fresh count says that enough are there. A count past its source's freshness limit gives CHECK_SHELF whatever
    it says, and so does one too thin to promise unseen: fewer than the deal takes, or few and past half that limit.
    None left gives OFFER_ALTERNATIVE (the caller looks for one and turns it into REFUSE where there is none), and so
    does another deal that takes this one's place. Where sign or till show another price than the deal's, a yes is
    HONOUR_AND_REPORT; after the deal's end they rightly do.
    """
    price = unit_price(deal.benefit, regular_price=item.regular_price, currency=item.currency)
    refusals = deal_refusals(deal, currency=item.currency, now=now)
    if is_too_dear(deal, item):
        refusals.append(Reason.PRICE_ABOVE_LIMIT)
    if refusals:
        return Decision(Outcome.REFUSE, tuple(refusals), price)
    late = [Reason.HONOUR_WINDOW] if deal.is_honoured_late(now) else []
    wrong = [] if late else wrong_prices(seen, price=price)
    needed = conditions(deal)
    if item.stock is None:
        return Decision(Outcome.OFFER_ALTERNATIVE, (Reason.NOT_STOCKED, *late, *needed), price)
    if item.stock.is_stale(now):
        return Decision(Outcome.CHECK_SHELF, (Reason.STALE_STOCK, *late, *wrong, *needed), price)
    if item.stock.quantity <= 0:
        return Decision(Outcome.OFFER_ALTERNATIVE, (Reason.OUT_OF_STOCK, *late, *needed), price)
    if deal.stacked_out:
        return Decision(Outcome.OFFER_ALTERNATIVE, (deal.stacked_out, *late, *needed), price)
    if item.stock.is_too_thin(pieces=deal.pieces_needed or 1, now=now):
        return Decision(Outcome.CHECK_SHELF, (Reason.THIN_STOCK, *late, *wrong, *needed), price)
    if item.stock.quantity < deal.minimum_stock:
        needed.insert(0, Reason.LOW_STOCK)
    outcome = Outcome.HONOUR_AND_REPORT if wrong else Outcome.HONOUR
    return Decision(outcome, (*wrong, *(late or [Reason.VALID]), *needed), price)


RANK = {
    Outcome.HONOUR: 0,
    Outcome.HONOUR_AND_REPORT: 0,
    Outcome.CHECK_SHELF: 1,
    Outcome.OFFER_ALTERNATIVE: 2,
    Outcome.REFUSE: 3,
    Outcome.UNKNOWN: 4,
}


def best(decisions: list[tuple[DealFacts, Decision]]) -> tuple[DealFacts, Decision] | None:
    """The deal to tell the shopper: the best outcome, what still holds before what ended, then the lowest price.

    The id last, so that it is stable.
    """
    return min(
        decisions,
        key=lambda pair: (
            RANK[pair[1].outcome],
            Reason.HONOUR_WINDOW in pair[1].reasons,
            pair[1].price if pair[1].price is not None else Decimal("Infinity"),
            pair[0].promotion_id,
        ),
        default=None,
    )
