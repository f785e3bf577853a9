"""Whether a deal's own conditions hold in the basket, and what it then does to the prices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import IntEnum
from functools import cached_property

from promotions.rules.basket.contract import BasketDeal, Lack
from promotions.rules.basket.sets import SetPart, fill
from promotions.rules.basket.units import Units
from promotions.rules.price import Cut, cut_of, in_coins, money_fits
from promotions.rules.words import (
    BUY_M_GET_N,
    DELIVERY,
    GIFTS,
    AppliesTo,
    CouponValueType,
    Reason,
    RewardItems,
    TierBasis,
)

PERCENT_KINDS = frozenset({
    CouponValueType.PERCENT_OFF,
    CouponValueType.BUY_M_GET_N_PERCENT_OFF,
    CouponValueType.BUY_M_GET_PERCENT_OFF,
})  # fmt: skip
PRICE_KINDS = frozenset({CouponValueType.FIXED_PRICE, CouponValueType.BUNDLE_PRICE})
# In which order deals that share a unit are applied.
RANK = {CouponValueType.FIXED_PRICE: 0, CouponValueType.MONEY_OFF: 1, CouponValueType.PERCENT_OFF: 2}
FREE = Cut(CouponValueType.PERCENT_OFF, 1)


class Level(IntEnum):
    """Deals of a level are settled before the next one begins."""

    ITEM = 0
    BASKET = 1
    GIFT = 2  # handed out, nothing off a price


class Shape(IntEnum):
    """What a cut falls on."""

    EACH = 0  # each unit by itself
    ONCE = 1  # all the units together
    SETS = 2  # sets of units: their sum, or the rewarded ones of them


@dataclass(frozen=True, eq=False)
class Candidate:
    """A deal whose own conditions hold. `units` may take part, the dearest first.

    The cut falls on what the shape says; in SETS with `rewarded` it falls on each of the last so many units of a set.
    `limit` is the most units that get something off, `cap` the most coins; None is no limit.
    """

    deal: BasketDeal
    level: Level
    units: tuple[int, ...]
    shape: Shape
    cut: Cut
    parts: tuple[SetPart, ...] = ()
    rewarded: int = 0
    limit: int | None = None
    cap: int | None = None

    @cached_property
    def order(self) -> tuple[int, str]:
        """Fixed prices before money before percent, then by id."""
        return RANK[self.cut.kind], self.deal.promotion_id

    @property
    def set_size(self) -> int:
        return sum(part.quantity for part in self.parts)


def refusals_of(deal: BasketDeal, *, currency: str) -> tuple[Lack, ...]:
    """What stands against the deal whatever is in the basket."""
    reasons = dict.fromkeys(deal.refusals)
    if not money_fits(deal.benefit, currency=currency):
        reasons[Reason.CURRENCY_MISMATCH] = None
    if deal.benefit.kind in DELIVERY:
        reasons[Reason.ONLINE_ONLY] = None
    if deal.money_left is not None and deal.money_left <= 0:
        reasons[Reason.BUDGET_SPENT] = None
    return tuple(map(Lack, reasons))


def unmet_condition(deal: BasketDeal, own: Sequence[int], units: Units) -> Lack | None:
    """The minimum of purchase or quantity that these units miss, both at regular prices."""
    benefit = deal.benefit
    if benefit.minimum_purchase is not None:
        worth = units.money(units.worth(own))
        if worth < benefit.minimum_purchase:
            return Lack(Reason.MINIMUM_PURCHASE, benefit.minimum_purchase, worth)
    if benefit.minimum_quantity is not None and len(own) < benefit.minimum_quantity:
        kind = benefit.kind
        reason = Reason.BUNDLE_INCOMPLETE if kind == CouponValueType.BUNDLE_PRICE else Reason.MINIMUM_QUANTITY
        return Lack(reason, Decimal(benefit.minimum_quantity), Decimal(len(own)))
    return None


def candidate_of(deal: BasketDeal, units: Units) -> Candidate | tuple[Lack, ...]:
    """The deal as it stands to compete, or why it cannot."""
    refusals = refusals_of(deal, currency=units.currency)
    if refusals:
        return refusals
    benefit = deal.benefit
    items = deal.items.union(*(part.items for part in deal.parts))
    own = units.of(items)
    if not own:
        return (Lack(Reason.ITEM_NOT_IN_DEAL),)
    top = None
    if benefit.limit_value is not None:
        top = in_coins(benefit.limit_value, currency=units.currency)
        cheapest = units.money(units.regular[own[-1]])
        own = [unit for unit in own if units.regular[unit] <= top]
        if not own:
            return (Lack(Reason.PRICE_ABOVE_LIMIT, benefit.limit_value, cheapest),)
    lack = unmet_condition(deal, own, units)
    if lack:
        return (lack,)
    rewards = [unit for unit in units.of(deal.rewards) if top is None or units.regular[unit] <= top]
    found = shaped(deal, own, rewards, units)
    if isinstance(found, Lack):
        return (found,)
    if deal.money_left is None:
        return found
    return replace(found, cap=in_coins(deal.money_left, currency=units.currency))


def level_of(deal: BasketDeal) -> Level:
    """A deal over the basket, or from an amount on, comes after the deals on items."""
    over_basket = deal.benefit.applies_to == AppliesTo.BASKET or deal.benefit.minimum_purchase is not None
    return Level.BASKET if over_basket else Level.ITEM


def shaped(deal: BasketDeal, own: list[int], rewards: list[int], units: Units) -> Candidate | Lack:
    """What the kind does with the units it covers."""
    benefit = deal.benefit
    kind, amount = benefit.kind, benefit.amount
    if kind in GIFTS:
        return gift(deal, own, rewards, units)
    if kind == CouponValueType.TIERED:
        step = reached(deal, own, units)
        if isinstance(step, Lack):
            return step
        kind, amount = step
    if kind in PERCENT_KINDS:
        basic = CouponValueType.PERCENT_OFF
    elif kind not in PRICE_KINDS:
        basic = CouponValueType.MONEY_OFF
    else:
        basic = CouponValueType.FIXED_PRICE
    candidate = Candidate(
        deal=deal,
        level=level_of(deal),
        units=tuple(own),
        shape=Shape.EACH,
        cut=cut_of(basic, amount, currency=units.currency),
        limit=benefit.limit_quantity,
    )
    if kind in BUY_M_GET_N or kind in {CouponValueType.BUNDLE_PRICE, CouponValueType.BUY_M_GET_MONEY_OFF}:
        return in_sets(candidate, rewards, units)
    if benefit.applies_to == AppliesTo.BASKET and basic != CouponValueType.FIXED_PRICE:
        return replace(candidate, shape=Shape.ONCE)
    return candidate


def reached(deal: BasketDeal, own: list[int], units: Units) -> tuple[CouponValueType, Decimal] | Lack:
    """The highest step that the units, or their regular prices, come up to."""
    by_money = deal.benefit.tier_basis == TierBasis.AMOUNT
    has = units.money(units.worth(own)) if by_money else Decimal(len(own))
    steps = sorted(deal.benefit.tiers, key=lambda tier: tier.start)
    passed = [tier for tier in steps if tier.start <= has]
    if passed:
        return passed[-1].kind, passed[-1].amount
    needs = steps[0].start if steps else None
    return Lack(Reason.MINIMUM_PURCHASE if by_money else Reason.MINIMUM_QUANTITY, needs, has)


def gift(deal: BasketDeal, own: list[int], rewards: list[int], units: Units) -> Candidate:
    """One unit of the gift is free where it lies in the basket beside what earns it; else it is handed out."""
    free: tuple[int, ...] = ()
    if deal.benefit.kind == CouponValueType.FREE_GIFT_WITH_ITEM_ID:
        free = tuple(unit for unit in rewards if is_earned_without(deal, unit, own, units))
    if free:
        return Candidate(deal, level_of(deal), free, Shape.EACH, FREE, limit=1)
    return Candidate(deal, Level.GIFT, tuple(own), Shape.EACH, FREE)


def is_earned_without(deal: BasketDeal, gift: int, own: list[int], units: Units) -> bool:
    rest = [unit for unit in own if unit != gift]
    return bool(rest) and unmet_condition(deal, rest, units) is None


def in_sets(candidate: Candidate, rewards: list[int], units: Units) -> Candidate | Lack:
    """The candidate with the parts of its sets, or what one whole set lacks."""
    benefit, own = candidate.deal.benefit, candidate.units
    buy, get = benefit.minimum_quantity or 1, benefit.get_quantity or 1
    if benefit.kind == CouponValueType.BUNDLE_PRICE and candidate.deal.parts:
        return in_parts(candidate, units)
    if benefit.kind not in BUY_M_GET_N:
        return replace(candidate, shape=Shape.SETS, parts=(SetPart(buy, frozenset(own)),))
    if benefit.reward_items == RewardItems.CHEAPEST:
        if len(own) < buy + get:
            return Lack(Reason.MINIMUM_QUANTITY, Decimal(buy + get), Decimal(len(own)))
        whole = SetPart(buy + get, frozenset(own))
        return replace(candidate, shape=Shape.SETS, parts=(whole,), rewarded=get)
    both = sorted({*own, *rewards})
    parts = (SetPart(buy, frozenset(own)), SetPart(get, frozenset(rewards)))
    left = sum(map(len, fill(both, parts, rounds=1)[0])) - buy
    if left < get:
        return Lack(Reason.REWARD_MISSING, Decimal(get), Decimal(left))
    return replace(candidate, units=tuple(both), shape=Shape.SETS, parts=parts, rewarded=get)


def in_parts(candidate: Candidate, units: Units) -> Candidate | Lack:
    """A bundle of parts, each with its own items."""
    own = frozenset(candidate.units)
    parts = tuple(
        SetPart(part.quantity, own.intersection(units.of(part.items))) for part in candidate.deal.parts
    )
    mine = sorted(frozenset[int]().union(*(part.units for part in parts)))
    needs, has = sum(part.quantity for part in parts), sum(map(len, fill(mine, parts, rounds=1)[0]))
    if has < needs:
        return Lack(Reason.BUNDLE_INCOMPLETE, Decimal(needs), Decimal(has))
    return replace(candidate, units=tuple(mine), shape=Shape.SETS, parts=parts)
