"""Why a deal does not apply, and which baskets cannot be quoted."""

import random
from decimal import Decimal

import pytest

from promotions.rules.basket import BasketDeal, BasketRefused, BundlePart, quote_basket
from promotions.rules.price import Tier
from promotions.rules.words import CouponValueType, Reason, RewardItems, TierBasis
from tests.promotions.rules.basket.shop import deal, lack, line, quote

STEPS = (Tier(Decimal(20), CouponValueType.PERCENT_OFF, Decimal(10)),)
PARTS = (BundlePart(1, frozenset({1})), BundlePart(2, frozenset({2})))
OVERLAPPING = (BundlePart(1, frozenset({1, 2})), BundlePart(1, frozenset({1})))


@pytest.mark.parametrize(
    ("terms", "reason", "needs", "has"),
    [
        (deal("PERCENT_OFF", "10", items="9"), Reason.ITEM_NOT_IN_DEAL, None, None),
        (deal("PERCENT_OFF", "10", minimum_purchase=Decimal(30)), Reason.MINIMUM_PURCHASE, "30", "21.50"),
        (deal("PERCENT_OFF", "10", limit_value=Decimal(1)), Reason.PRICE_ABOVE_LIMIT, "1", "1.50"),
        (deal("BUY_M_GET_PERCENT_OFF", "10", minimum_quantity=4), Reason.MINIMUM_QUANTITY, "4", "3"),
        (
            deal("BUY_M_GET_N_PERCENT_OFF", "10", minimum_quantity=2, get_quantity=2),
            Reason.MINIMUM_QUANTITY, "4", "3",
        ),
        (deal("BUNDLE_PRICE", "10", minimum_quantity=5), Reason.BUNDLE_INCOMPLETE, "5", "3"),
        (deal("BUNDLE_PRICE", "10", parts=PARTS, items="1 2"), Reason.BUNDLE_INCOMPLETE, "3", "2"),
        (deal("BUNDLE_PRICE", "10", parts=OVERLAPPING[1:] * 3, items="1"), Reason.BUNDLE_INCOMPLETE, "3", "2"),
        (
            deal(
                "BUY_M_GET_N_PERCENT_OFF", "10", minimum_quantity=1, get_quantity=2, items="1",
                reward_items=RewardItems.NAMED, rewards=frozenset({2}),
            ),
            Reason.REWARD_MISSING, "2", "1",
        ),
        (deal("TIERED", tiers=STEPS), Reason.MINIMUM_QUANTITY, "20", "3"),
        (deal("TIERED", tiers=STEPS, tier_basis=TierBasis.AMOUNT, items="2"), Reason.MINIMUM_PURCHASE, "20", "1.50"),
        (deal("FIXED_PRICE", "99"), Reason.NOTHING_LEFT_TO_TAKE_OFF, None, None),
        (deal("FREE_SHIPPING_STANDARD"), Reason.ONLINE_ONLY, None, None),
        (deal("MONEY_OFF", "1", currency="GBP"), Reason.CURRENCY_MISMATCH, None, None),
        (deal("MONEY_OFF", "1", money_left=Decimal(0)), Reason.BUDGET_SPENT, None, None),
        (deal("MONEY_OFF", "1", refusals=(Reason.MEMBERS_ONLY,)), Reason.MEMBERS_ONLY, None, None),
    ],
)  # fmt: skip
def test_condition_that_fails_is_named_with_its_figures(
    terms: BasketDeal, reason: Reason, needs: str | None, has: str | None
) -> None:
    quoted = quote("2 × 10.00 of 1, 1 × 1.50 of 2", terms)
    found = lack(quoted)

    assert (found.reason, str(quoted.discount)) == (reason, "0.00")
    assert (found.needs, found.has) == (needs and Decimal(needs), has and Decimal(has))


def test_everything_that_stands_against_a_deal_is_told() -> None:
    offer = deal(
        "FREE_SHIPPING_STANDARD", refusals=(Reason.ENDED, Reason.ONLINE_ONLY), minimum_purchase=Decimal(1)
    )
    (loser,) = quote("1 × 1.00 of 1", offer, currency="EUR").losers

    assert [each.reason for each in loser.lacks] == [
        Reason.ENDED,
        Reason.ONLINE_ONLY,
        Reason.CURRENCY_MISMATCH,
    ]


def test_gift_that_nothing_else_earns_is_handed_out_and_not_taken_off() -> None:
    offer = deal("FREE_GIFT_WITH_ITEM_ID", items="1", rewards=frozenset({1}), gift="MUG", currency="")

    quoted = [quote(f"{count} × 5.00 of 1", offer) for count in (1, 2)]

    assert [(int(each.discount), len(each.gifts)) for each in quoted] == [(0, 1), (5, 0)]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("0 × 1.00 of 1", "the quantity is above 0"),
        ("NaN × 1.00 of 1", "the quantity is above 0"),
        ("1.5 × 1.00 of 1", "the quantity is a whole number"),
        ("1 × -1.00 of 1", "the price is 0 or more"),
        ("1 × 1.005 of 1", "more decimals than USD has"),
        ("2001 × 1.00 of 1", "at most 2000 units"),
        ("1999 × 1.00 of 1, 2 × 1.00 of 2", "at most 2000 units"),
        ("1 × 1.00 of 1, 1 × 1.00 of 1", "an id of its own"),
    ],
)
def test_basket_that_cannot_be_is_refused(lines: str, sentence: str) -> None:
    with pytest.raises(BasketRefused, match=sentence):
        quote(lines)


def test_deal_given_twice_is_refused() -> None:
    with pytest.raises(BasketRefused, match="given once"):
        quote("1 × 1.00 of 1", deal("PERCENT_OFF", "10"), deal("PERCENT_OFF", "20"))


def test_search_that_is_cut_short_says_so_and_still_adds_up() -> None:
    draw = random.Random(1)
    deals = [
        deal(
            "BUNDLE_PRICE",
            str(draw.randint(5, 40)),
            promotion_id=f"{number:02}",
            minimum_quantity=draw.randint(2, 9),
        )
        for number in range(40)
    ]
    quoted = quote_basket(
        lines=[line(f"{number} × {number}.{number}0 of {number}") for number in range(1, 5)],
        deals=deals, currency="USD", effort=500,
    )  # fmt: skip

    assert (quoted.is_exact, quoted.total) == (False, sum(each.total for each in quoted.lines))
    assert quoted.discount == sum(winner.discount for winner in quoted.winners) > 0
