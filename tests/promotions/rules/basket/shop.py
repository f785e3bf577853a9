"""Short ways to write a basket and a deal by hand."""

from decimal import Decimal
from typing import Any

from promotions.rules.basket import BasketDeal, BasketLine, ConcurrencyModel, Lack, Quote, quote_basket
from promotions.rules.price import Benefit
from promotions.rules.words import CouponValueType


def line(text: str) -> BasketLine:
    """ "2 × 3.99 of 1": two units of item 1; "0.437 kg × 12.90 of 1" is weighed. The text is the line's id."""
    quantity, _, rest = text.partition(" × ")
    price, _, item = rest.partition(" of ")
    weighed = quantity.endswith(" kg")
    return BasketLine(text, int(item), Decimal(quantity.removesuffix(" kg")), Decimal(price), weighed)


def deal(
    kind: str, amount: str = "0", *, promotion_id: str = "deal", items: str = "1 2 3 4", **fields: Any
) -> BasketDeal:
    """A deal on items 1 to 4; fields that a benefit has go there, the others to the deal."""
    terms = {name: value for name, value in fields.items() if name in Benefit.__dataclass_fields__}
    rest = {name: value for name, value in fields.items() if name not in terms}
    terms.setdefault("currency", "USD")
    benefit = Benefit(kind=CouponValueType(kind), amount=Decimal(amount), **terms)
    return BasketDeal(promotion_id, benefit, frozenset(map(int, items.split())), **rest)


def quote(
    lines: str,
    *deals: BasketDeal,
    currency: str = "USD",
    model: ConcurrencyModel = ConcurrencyModel.WITHIN_PRIORITY,
) -> Quote:
    """The quote of lines written with commas between them."""
    return quote_basket(
        lines=[line(text) for text in lines.split(", ")], deals=deals, currency=currency, model=model
    )


def totals(quoted: Quote) -> str:
    return " ".join(str(each.total) for each in quoted.lines)


def winners(quoted: Quote) -> str:
    return " ".join(winner.promotion_id for winner in quoted.winners)


def lack(quoted: Quote, promotion_id: str = "deal") -> Lack:
    """The first reason why the deal does not apply."""
    return next(loser.lacks[0] for loser in quoted.losers if loser.promotion_id == promotion_id)
