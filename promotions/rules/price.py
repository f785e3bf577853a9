"""What the shopper pays."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from promotions.rules.words import AppliesTo, CouponValueType, RewardItems, TierBasis

PER_UNIT = frozenset({CouponValueType.PERCENT_OFF, CouponValueType.MONEY_OFF, CouponValueType.FIXED_PRICE})
MONEY_KINDS = frozenset({
    CouponValueType.MONEY_OFF,
    CouponValueType.FIXED_PRICE,
    CouponValueType.BUY_M_GET_N_MONEY_OFF,
    CouponValueType.BUY_M_GET_MONEY_OFF,
    CouponValueType.BUNDLE_PRICE,
})  # fmt: skip

# ISO 4217 minor units where they are not two.
MINOR_UNITS = {
    **dict.fromkeys(
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"], 0
    ),
    **dict.fromkeys(["XAF", "XOF", "XPF"], 0),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}


@dataclass(frozen=True)
class Tier:
    """One step of a tiered deal: from so many units, or so much money, on, this is taken off or asked."""

    start: Decimal
    kind: CouponValueType  # PERCENT_OFF, MONEY_OFF or FIXED_PRICE
    amount: Decimal


@dataclass(frozen=True)
class Benefit:
    """What a promotion gives. `amount` is percent or money, 0 where the kind has none; money is in `currency`.

    `minimum_quantity` is the M and `get_quantity` the N of "buy M get N"; quantities are units of sale.
    """

    kind: CouponValueType
    amount: Decimal
    currency: str = ""
    applies_to: AppliesTo = AppliesTo.EACH_ITEM
    minimum_quantity: int | None = None
    get_quantity: int | None = None
    reward_items: RewardItems = RewardItems.CHEAPEST
    tier_basis: TierBasis = TierBasis.QUANTITY
    tiers: tuple[Tier, ...] = ()
    minimum_purchase: Decimal | None = None
    # At most so many units of a basket are discounted; dearer units than the value are not.
    limit_quantity: int | None = None
    limit_value: Decimal | None = None
    gift: str = ""  # the gift in words, or its SKU
    gift_value: Decimal | None = None

    @property
    def has_money(self) -> bool:
        """Whether any of its terms is an amount of money."""
        return (
            self.kind in MONEY_KINDS
            or self.minimum_purchase is not None
            or self.limit_value is not None
            or any(tier.kind != CouponValueType.PERCENT_OFF for tier in self.tiers)
            or (bool(self.tiers) and self.tier_basis == TierBasis.AMOUNT)
        )

    @property
    def is_per_unit(self) -> bool:
        """Whether one unit alone already has a deal price."""
        return self.kind in PER_UNIT and self.applies_to == AppliesTo.EACH_ITEM


def round_money(amount: Decimal, *, currency: str) -> Decimal:
    """To the currency's smallest coin, halves up as tills do."""
    return amount.quantize(Decimal(1).scaleb(-MINOR_UNITS.get(currency, 2)), rounding=ROUND_HALF_UP)


def in_coins(amount: Decimal, *, currency: str) -> int:
    """Money as a number of the currency's smallest coins, half a coin up."""
    coins = amount.scaleb(MINOR_UNITS.get(currency, 2))
    return int(coins.to_integral_value(rounding=ROUND_HALF_UP))


def from_coins(coins: int, *, currency: str) -> Decimal:
    """Money with the currency's own number of decimals."""
    return Decimal(coins).scaleb(-MINOR_UNITS.get(currency, 2))


@dataclass(frozen=True, slots=True)
class Cut:
    """What is taken off a price: a share (amount ÷ out_of), coins, or all above a fixed price in coins.

    `kind` is PERCENT_OFF, MONEY_OFF or FIXED_PRICE. For any of them a higher price is never cut by less, nor by
    more than what it is higher; the search for the best deals leans on that.
    """

    kind: CouponValueType
    amount: int
    out_of: int = 1

    def on(self, price: int) -> int:
        """The discount on this price in coins, half a coin up: from nothing to the whole price."""
        if self.kind is CouponValueType.PERCENT_OFF:
            return min((2 * price * self.amount + self.out_of) // (2 * self.out_of), price)
        if self.kind is CouponValueType.MONEY_OFF:
            return min(self.amount, price)
        return max(price - self.amount, 0)


def cut_of(kind: CouponValueType, amount: Decimal, *, currency: str) -> Cut:
    """The cut of a percentage, an amount of money or a fixed price; less than nothing counts as nothing."""
    amount = max(amount, Decimal(0))
    if kind is CouponValueType.PERCENT_OFF:
        return Cut(kind, *(amount / 100).as_integer_ratio())
    return Cut(kind, in_coins(amount, currency=currency))


def discounted_price(benefit: Benefit, *, regular_price: Decimal, currency: str) -> Decimal:
    """The price of one unit under the benefit: never negative, never above the regular price.

    The discount is rounded, not the price, so that price + discount is the regular price to the cent. A deal that
    takes more than one unit, or the basket, leaves the price of one unit as it is.
    """
    if not benefit.is_per_unit:
        return regular_price
    cut = cut_of(benefit.kind, benefit.amount, currency=currency)
    discount = from_coins(cut.on(in_coins(regular_price, currency=currency)), currency=currency)
    return regular_price - min(discount, regular_price)


def money_fits(benefit: Benefit, *, currency: str) -> bool:
    """Whether the deal's money is this currency; a deal that names none, such as a plain percentage, always fits."""
    return not benefit.has_money or benefit.currency == currency


def unit_price(benefit: Benefit, *, regular_price: Decimal | None, currency: str) -> Decimal | None:
    """What one unit alone costs under the deal; None where it has no price, or the deal gives it none.

    A deal gives none where it takes several units or the basket, is in other money, or is not for units so dear.
    """
    if regular_price is None or not benefit.is_per_unit or not money_fits(benefit, currency=currency):
        return None
    if benefit.limit_value is not None and regular_price > benefit.limit_value:
        return None
    return discounted_price(benefit, regular_price=regular_price, currency=currency)


def benefit_of(content: Mapping[str, Any]) -> Benefit:
    """What the words of a revision give: its fields by name, amounts as Decimal or text; missing ones are empty."""
    amount = first_of(content, "percent_off", "money_off_amount", "fixed_price_amount")
    return Benefit(
        kind=CouponValueType(content["coupon_value_type"]),
        amount=decimal_of(amount) or Decimal(0),
        currency=content.get("currency") or "",
        applies_to=AppliesTo(content.get("applies_to") or AppliesTo.EACH_ITEM),
        minimum_quantity=content.get("minimum_purchase_quantity"),
        get_quantity=content.get("get_this_quantity_discounted"),
        reward_items=RewardItems(content.get("reward_items") or RewardItems.CHEAPEST),
        tier_basis=TierBasis(content.get("tier_basis") or TierBasis.QUANTITY),
        tiers=tuple(map(tier_of, content.get("tiers") or ())),
        minimum_purchase=decimal_of(content.get("minimum_purchase_amount")),
        limit_quantity=content.get("limit_quantity"),
        limit_value=decimal_of(content.get("limit_value")),
        gift=content.get("free_gift_description") or content.get("free_gift_item_id") or "",
        gift_value=decimal_of(content.get("free_gift_value")),
    )


TIER_FIELDS = {
    "percent_off": CouponValueType.PERCENT_OFF,
    "money_off_amount": CouponValueType.MONEY_OFF,
    "fixed_price_amount": CouponValueType.FIXED_PRICE,
}


def tier_of(step: Mapping[str, Any]) -> Tier:
    """A step as a revision keeps it: {"from": "3", "percent_off": "10"}, or one of the other two amounts."""
    field, kind = next((field, kind) for field, kind in TIER_FIELDS.items() if step.get(field) is not None)
    return Tier(start=Decimal(str(step["from"])), kind=kind, amount=Decimal(str(step[field])))


def first_of(content: Mapping[str, Any], *fields: str) -> Any:
    """The first of the fields that is given; zero counts as given."""
    return next((content[field] for field in fields if content.get(field) is not None), None)


def decimal_of(value: Any) -> Decimal | None:
    """An amount from text or Decimal; None stays None."""
    return None if value is None else Decimal(str(value))
