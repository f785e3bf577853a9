"""What the shopper pays."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from promotions.rules.words import CouponValueType

# ISO 4217 minor units where they are not two.
MINOR_UNITS = {
    **dict.fromkeys(
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"], 0
    ),
    **dict.fromkeys(["XAF", "XOF", "XPF"], 0),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}


@dataclass(frozen=True)
class Benefit:
    """What a promotion gives on one unit. `amount` is percent or money; money is in `currency`."""

    kind: CouponValueType
    amount: Decimal
    currency: str = ""


def round_money(amount: Decimal, *, currency: str) -> Decimal:
    """To the currency's smallest coin, halves up as tills do."""
    return amount.quantize(Decimal(1).scaleb(-MINOR_UNITS.get(currency, 2)), rounding=ROUND_HALF_UP)


def discounted_price(benefit: Benefit, *, regular_price: Decimal, currency: str) -> Decimal:
    """The price of one unit under the benefit: never negative, never above the regular price.

    The discount is rounded, not the price, so that price + discount is the regular price to the cent.
    """
    match benefit.kind:
        case CouponValueType.PERCENT_OFF:
            discount = round_money(regular_price * benefit.amount / 100, currency=currency)
        case CouponValueType.MONEY_OFF:
            discount = benefit.amount
        case CouponValueType.FIXED_PRICE:
            discount = regular_price - benefit.amount
    return regular_price - min(max(discount, Decimal(0)), regular_price)


def money_fits(benefit: Benefit, *, currency: str) -> bool:
    """Whether an amount of money can be taken off in this currency; percentages always can."""
    return benefit.kind == CouponValueType.PERCENT_OFF or benefit.currency == currency
