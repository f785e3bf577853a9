"""Baskets and deals for the property tests: few items and prices, so that deals meet and tie."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from promotions.rules.basket import BasketDeal, BasketLine, BundlePart, ConcurrencyModel, Quote
from promotions.rules.price import Benefit, Tier
from promotions.rules.words import AppliesTo, Concurrence, CouponValueType, RewardItems, TierBasis

STEP = {"JPY": Decimal(1), "USD": Decimal("0.01"), "KWD": Decimal("0.001")}
ITEMS = (1, 2, 3, 4)
SCOPES = [frozenset(scope) for scope in ((1,), (2,), (1, 2), (2, 3), (1, 3, 4), (1, 2, 3), ITEMS)]
STEP_KINDS = [CouponValueType.PERCENT_OFF, CouponValueType.MONEY_OFF, CouponValueType.FIXED_PRICE]
KINDS = [
    *STEP_KINDS,
    CouponValueType.BUY_M_GET_N_PERCENT_OFF,
    CouponValueType.BUY_M_GET_N_MONEY_OFF,
    CouponValueType.BUY_M_GET_PERCENT_OFF,
    CouponValueType.BUY_M_GET_MONEY_OFF,
    CouponValueType.BUNDLE_PRICE,
    CouponValueType.TIERED,
]
JOINT_KINDS = [kind for kind in KINDS if "BUY_M" in kind or kind == "BUNDLE_PRICE"]
FEW = st.integers(1, 3)
COINS = st.sampled_from([100, 199, 200, 333]) | st.integers(1, 400)
PERCENT = st.sampled_from([10, 25, 33, 50, 100])


@st.composite
def baskets(draw: st.DrawFn, /, currency: str) -> list[BasketLine]:
    """Up to five lines; every eighth is weighed."""
    lines = []
    for number in range(draw(st.integers(1, 5))):
        item, quantity, weight = (
            draw(st.sampled_from(ITEMS)),
            draw(st.integers(1, 4)),
            draw(st.integers(0, 7)),
        )
        price = draw(COINS) * STEP[currency]
        weighed = Decimal(f"0.{quantity}37") if weight == 0 else Decimal(quantity)
        lines.append(BasketLine(f"L{number}", item, weighed, price, is_weighed=weight == 0))
    return lines


def amounts(kind: CouponValueType, currency: str) -> st.SearchStrategy[Decimal]:
    return PERCENT.map(Decimal) if "PERCENT" in kind else COINS.map(lambda coins: coins * STEP[currency])


@st.composite
def tiers(draw: st.DrawFn, /, currency: str) -> tuple[Tier, ...]:
    kind = draw(st.sampled_from(STEP_KINDS))
    starts = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3, unique=True))
    return tuple(Tier(Decimal(start), kind, draw(amounts(kind, currency))) for start in starts)


@st.composite
def deals(
    draw: st.DrawFn,
    /,
    promotion_id: str,
    currency: str,
    kinds: Sequence[CouponValueType] = KINDS,
    **fixed: Any,
) -> BasketDeal:
    """A deal of any of the kinds; each of its limits now and then."""
    kind = draw(st.sampled_from(kinds))
    rare = draw(st.integers(0, 1 << 20))  # the bits say what is out of the ordinary

    def rarely(bit: int, strategy: st.SearchStrategy[Any]) -> Any:
        return draw(strategy) if rare >> bit & 1 and rare >> bit + 1 & 1 else None

    money = COINS.map(lambda coins: coins * STEP[currency])
    items = draw(st.sampled_from(SCOPES))
    rewards = draw(st.sampled_from([items, frozenset(ITEMS) - items or items]))
    parted = kind == "BUNDLE_PRICE" and len(items) > 1 and rare & 1
    benefit = Benefit(
        kind=kind,
        amount=draw(amounts(kind, currency)),
        currency=currency,
        applies_to=AppliesTo.BASKET if kind in STEP_KINDS[:2] and rare & 6 == 6 else AppliesTo.EACH_ITEM,
        minimum_quantity=draw(FEW) if "BUY_M" in kind or (kind == "BUNDLE_PRICE" and not parted) else None,
        get_quantity=draw(FEW) if "GET_N" in kind else None,
        reward_items=RewardItems.NAMED if rare & 8 else RewardItems.CHEAPEST,
        tier_basis=TierBasis.AMOUNT if rare & 16 else TierBasis.QUANTITY,
        tiers=draw(tiers(currency)) if kind == "TIERED" else (),
        minimum_purchase=rarely(5, money),
        limit_quantity=rarely(7, FEW),
        limit_value=rarely(9, money),
    )
    deal: dict[str, Any] = {
        "concurrence": draw(st.sampled_from(Concurrence)),
        "priority": rare >> 11 & 1,
        "combines_with": rarely(12, st.sampled_from([frozenset("x"), frozenset("ya"), frozenset("b")]))
        or frozenset(),
        "money_left": rarely(14, money),
    }
    parts = tuple(BundlePart(1 + (item & rare >> 16 & 1), frozenset({item})) for item in sorted(items))
    return BasketDeal(
        promotion_id,
        benefit,
        items,
        rewards,
        parts=parts if parted else (),
        tags=frozenset("xy"[: rare >> 17 & 3]),
        **{**deal, **fixed},
    )


@st.composite
def quotes(draw: st.DrawFn, /, *, most: int = 5, **fixed: Any) -> dict[str, Any]:
    """The arguments of a quote; `fixed` holds for every deal."""
    currency = draw(st.sampled_from(list(STEP)))
    count = draw(st.integers(1, most))
    return {
        "lines": draw(baskets(currency)),
        "deals": [draw(deals(name, currency, **fixed)) for name in "abcdefgh"[:count]],
        "currency": currency,
        "model": draw(st.sampled_from(ConcurrencyModel)),
    }


def coins(quote: Quote) -> int:
    """The total in the smallest coins."""
    return int(quote.total / STEP[quote.currency])
