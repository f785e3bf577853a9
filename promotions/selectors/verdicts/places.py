"""Deals of a store that meet on one item: whose place is taken by another's."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from promotions.rules.stacking import StackedOut, may_stack_out, stacked_out
from promotions.rules.verdict import DealFacts, ItemFacts, deal_refusals, is_too_dear
from promotions.rules.words import Reason
from promotions.selectors.verdicts.shapes import VerdictDeal

STACKED = (Reason.BEATEN, Reason.EXCLUDED_BY)


def places_taken(
    deals: Sequence[VerdictDeal], *, item: ItemFacts, now: dt.datetime, is_named: bool = False
) -> dict[str, StackedOut]:
    """Of deals on one item those whose place another takes, by promotion_id; only deals that hold now take part.

    Where the shopper named a deal (`is_named`) a lower price of another is said; where an item was scanned the lowest
    price wins anyhow, and only exclusion and priority can stand against it.
    """
    holding = [
        deal
        for deal in deals
        if not deal_refusals(deal.facts, currency=item.currency, now=now)
        and not is_too_dear(deal.facts, item)
    ]
    if not is_named and not may_stack_out([deal.standing for deal in holding]):
        return {}
    late = frozenset(deal.promotion_id for deal in holding if deal.facts.is_honoured_late(now))
    return stacked_out([(deal.facts, deal.standing) for deal in holding], item=item, late=late)


def stacked(facts: DealFacts, *, taken: Mapping[str, StackedOut]) -> DealFacts:
    """The facts of a deal with what stands in its place."""
    place = taken.get(facts.promotion_id)
    return replace(facts, stacked_out=place.reason) if place else facts
