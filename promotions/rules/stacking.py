"""Whose place a deal's is taken by on one unit: the quote's own rule, asked for the shelf instead of a basket."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from promotions.rules.basket import BasketDeal, BasketLine, quote_basket
from promotions.rules.verdict import DealFacts, ItemFacts
from promotions.rules.words import Concurrence, Reason

PRIORITIES = 65_536  # as many as there are: what is honoured after its end comes after all that still holds


@dataclass(frozen=True)
class Standing:
    """How a deal stands to others on the same unit; fields as BasketDeal has them."""

    concurrence: Concurrence = Concurrence.BEST_PRICE
    priority: int = 0
    tags: frozenset[str] = frozenset()
    combines_with: frozenset[str] = frozenset()

    def priority_of(self, *, is_late: bool) -> int:
        """The priority it competes with: an ended deal only takes what no other took."""
        return self.priority - PRIORITIES if is_late else self.priority


@dataclass(frozen=True)
class StackedOut:
    """BEATEN or EXCLUDED_BY, the ids of the deals that took the unit, and what it costs under them."""

    reason: Reason
    by: tuple[str, ...]
    price: Decimal


def may_stack_out(standings: Sequence[Standing]) -> bool:
    """Whether more than the lowest price decides between these deals."""
    return len(standings) > 1 and (
        len({one.priority for one in standings}) > 1
        or any(one.concurrence == Concurrence.EXCLUSIVE for one in standings)
    )


def stacked_out(
    deals: Sequence[tuple[DealFacts, Standing]], *, item: ItemFacts, late: frozenset[str] = frozenset()
) -> dict[str, StackedOut]:
    """Of deals that hold on an item those that another keeps off one unit of it, by promotion_id.

    A deal that gives as much as the one in its place is not beaten. `late` are the ids of those that are honoured
    after their end. Money is the item's.
    """
    if item.regular_price is None or len(deals) < 2:
        return {}
    quote = quote_basket(
        lines=[BasketLine(line_id="1", item=1, quantity=Decimal(1), unit_price=item.regular_price)],
        deals=[
            BasketDeal(
                promotion_id=facts.promotion_id,
                benefit=facts.benefit,
                items=frozenset({1}),
                concurrence=standing.concurrence,
                priority=standing.priority_of(is_late=facts.promotion_id in late),
                tags=standing.tags,
                combines_with=standing.combines_with,
            )
            for facts, standing in deals
        ],
        currency=item.currency,
    )
    lacks = {loser.promotion_id: loser.lacks[0] for loser in quote.losers}
    return {
        promotion_id: StackedOut(lack.reason, lack.by, quote.total)
        for promotion_id, lack in lacks.items()
        if lack.reason == Reason.EXCLUDED_BY
        or (lack.reason == Reason.BEATEN and quote.discount > (lack.saving or 0))
    }
