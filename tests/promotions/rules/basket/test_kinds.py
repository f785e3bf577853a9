"""Each kind of deal, worked by hand: what every line costs in the end."""

from decimal import Decimal

import pytest

from promotions.rules.basket import BasketDeal, BundlePart
from promotions.rules.price import Benefit, Tier, discounted_price
from promotions.rules.words import AppliesTo, CouponValueType, RewardItems, TierBasis
from tests.promotions.rules.basket.shop import deal, quote, totals

BASKET, NAMED, AMOUNT = AppliesTo.BASKET, RewardItems.NAMED, TierBasis.AMOUNT
PARTS = (BundlePart(1, frozenset({1})), BundlePart(2, frozenset({2})))


def step(start: str, kind: str, amount: str) -> Tier:
    return Tier(Decimal(start), CouponValueType(kind), Decimal(amount))


TENTHS = (step("3", "PERCENT_OFF", "10"), step("6", "PERCENT_OFF", "20"))
SPEND = (step("20", "MONEY_OFF", "3"), step("50", "MONEY_OFF", "10"))


@pytest.mark.parametrize(
    ("terms", "lines", "expected"),
    [
        # 0.9975 off rounds to 1.00, on every unit
        (deal("PERCENT_OFF", "25"), "3 × 3.99 of 1", "8.97"),
        # 0.437 kg at 12.90 is 5.6373: one unit of 5.64, and 0.564 off rounds to 0.56
        (deal("PERCENT_OFF", "10"), "0.437 kg × 12.90 of 1", "5.08"),
        (deal("MONEY_OFF", "1.50"), "2 × 2.79 of 1, 1 × 1.00 of 2", "2.58 0.00"),
        (deal("FIXED_PRICE", "1.99"), "2 × 2.79 of 1, 1 × 1.50 of 2", "3.98 1.50"),
        # 10 10 [9] | 6 6 [5]: the cheapest of each three is free
        (
            deal("BUY_M_GET_N_PERCENT_OFF", "100", minimum_quantity=2, get_quantity=1),
            "2 × 10.00 of 1, 1 × 9.00 of 2, 2 × 6.00 of 3, 1 × 5.00 of 4",
            "20.00 0.00 12.00 0.00",
        ),
        # 10 [4] is a pair, 2 is left over
        (
            deal("BUY_M_GET_N_MONEY_OFF", "3.00", minimum_quantity=1, get_quantity=1),
            "1 × 2.00 of 1, 1 × 4.00 of 2, 1 × 10.00 of 3",
            "2.00 1.00 10.00",
        ),
        # two of item 1 are bought, one of item 2 is rewarded: 1.505 off rounds to 1.51
        (
            deal(
                "BUY_M_GET_N_PERCENT_OFF", "50", minimum_quantity=2, get_quantity=1,
                reward_items=NAMED, items="1", rewards=frozenset({2}),
            ),
            "3 × 5.00 of 1, 2 × 3.01 of 2",
            "15.00 4.51",
        ),
        # the same items are bought and rewarded: 8 [7] 5 [4], and 3 is left over
        (
            deal(
                "BUY_M_GET_N_PERCENT_OFF", "100", minimum_quantity=1, get_quantity=1,
                reward_items=NAMED, items="1 2", rewards=frozenset({1, 2}),
            ),
            "1 × 8.00 of 1, 1 × 7.00 of 2, 1 × 5.00 of 1, 1 × 4.00 of 2, 1 × 3.00 of 1",
            "8.00 0.00 5.00 0.00 3.00",
        ),
        # from three on each: 0.099 off rounds to 0.10
        (deal("BUY_M_GET_PERCENT_OFF", "10", minimum_quantity=3), "4 × 0.99 of 1", "3.56"),
        # 2 2 2 | 1 1 1 | 1: 1.00 off each full three
        (deal("BUY_M_GET_MONEY_OFF", "1.00", minimum_quantity=3), "3 × 2.00 of 1, 4 × 1.00 of 2", "5.00 3.00"),
        # 2.50 + 2.00 + 1.99 for 5.00: 1.49 off, shares 57.396 45.917 45.687 become 57 46 46; 1.00 is left over
        (
            deal("BUNDLE_PRICE", "5.00", minimum_quantity=3),
            "1 × 1.99 of 1, 1 × 2.50 of 2, 1 × 1.00 of 3, 1 × 2.00 of 4",
            "1.53 1.93 1.00 1.54",
        ),
        # dear set 6.00 for 5.00, cheap set 4.00 stays 4.00
        (deal("BUNDLE_PRICE", "5.00", minimum_quantity=2), "2 × 3.00 of 1, 2 × 2.00 of 2", "5.00 4.00"),
        # 8.00 + 2 × 2.50 for 10.00: 3.00 off, shares 184.615 57.692 57.692 become 184 58 58; one 2.50 is left over
        (deal("BUNDLE_PRICE", "10.00", parts=PARTS, items="1 2"), "1 × 8.00 of 1, 3 × 2.50 of 2", "6.16 6.34"),
        (deal("TIERED", tiers=TENTHS), "5 × 1.25 of 1", "5.60"),  # 0.125 off rounds to 0.13
        (deal("TIERED", tiers=TENTHS), "6 × 1.25 of 1", "6.00"),
        (deal("TIERED", tiers=(step("2", "FIXED_PRICE", "0.99"),)), "2 × 1.25 of 1", "1.98"),
        # 55.00 reaches the step of 50.00, from each unit
        (deal("TIERED", tiers=SPEND, tier_basis=AMOUNT), "2 × 15.00 of 1, 1 × 25.00 of 2", "10.00 15.00"),
        # and once: 10.00 off, shares 272.727 272.727 454.545 become 273 273 454
        (
            deal("TIERED", tiers=SPEND, tier_basis=AMOUNT, applies_to=BASKET),
            "2 × 15.00 of 1, 1 × 25.00 of 2",
            "24.54 20.46",
        ),
        # 10 % of 1.04 is 0.104, rounded 0.10: shares 3.173 3.173 3.173 0.481 become 3 3 3 1
        (deal("PERCENT_OFF", "10", applies_to=BASKET), "3 × 0.33 of 1, 1 × 0.05 of 2", "0.90 0.04"),
        (
            deal("MONEY_OFF", "5.00", applies_to=BASKET, minimum_purchase=Decimal(30), items="1 2"),
            "2 × 10.00 of 1, 1 × 20.00 of 2, 1 × 7.00 of 5",
            "17.50 17.50 7.00",
        ),
        # two units at most, the dearest
        (
            deal("PERCENT_OFF", "50", limit_quantity=2),
            "1 × 2.00 of 1, 1 × 4.00 of 2, 1 × 3.00 of 3",
            "2.00 2.00 1.50",
        ),
        # 4 [4] 4 [4] and two rewards at most; a third pair is not touched
        (
            deal("BUY_M_GET_N_PERCENT_OFF", "50", minimum_quantity=1, get_quantity=1, limit_quantity=2),
            "6 × 4.00 of 1",
            "20.00",
        ),
        (deal("BUNDLE_PRICE", "5.00", minimum_quantity=2, limit_quantity=3), "4 × 3.00 of 1", "11.00"),
        (deal("PERCENT_OFF", "50", limit_value=Decimal("3.00")), "1 × 3.01 of 1, 1 × 3.00 of 2", "3.01 1.50"),
        # 1.00 is left of the budget: 3.00 shrinks to 1.00, by the shares of 2.00 and 1.00
        (deal("PERCENT_OFF", "50", money_left=Decimal("1.00")), "1 × 4.00 of 1, 1 × 2.00 of 2", "3.33 1.67"),
        # one unit of the gift is free beside what earns it
        (
            deal("FREE_GIFT_WITH_ITEM_ID", items="1", rewards=frozenset({2}), gift="MUG"),
            "1 × 20.00 of 1, 2 × 4.00 of 2",
            "20.00 4.00",
        ),
    ],
)  # fmt: skip
def test_kind_worked_by_hand(terms: BasketDeal, lines: str, expected: str) -> None:
    assert totals(quote(lines, terms)) == expected


@pytest.mark.parametrize(
    ("terms", "lines", "expected", "currency"),
    [
        # 199.9 off rounds to 200
        (deal("PERCENT_OFF", "10"), "2 × 1999 of 1", "3598", "JPY"),
        # 1194 for 1000: shares 64.667 thrice become 65 65 64, the first in the order of items
        (
            deal("BUNDLE_PRICE", "1000", minimum_quantity=3, currency="JPY"),
            "1 × 398 of 3, 1 × 398 of 2, 1 × 398 of 1",
            "334 333 333",
            "JPY",
        ),
        (deal("PERCENT_OFF", "10"), "2 × 1.255 of 1", "2.258", "KWD"),  # 0.1255 off rounds to 0.126
        # 1.000 over 0.755 and 1.250: shares 376.559 623.441 become 377 623
        (
            deal("MONEY_OFF", "1", applies_to=BASKET, currency="KWD"),
            "1 × 0.755 of 1, 1 × 1.250 of 2",
            "0.378 0.627",
            "KWD",
        ),
    ],
)
def test_currencies_of_no_and_of_three_decimals(
    terms: BasketDeal, lines: str, expected: str, currency: str
) -> None:
    assert totals(quote(lines, terms, currency=currency)) == expected


@pytest.mark.parametrize(
    ("kind", "amount"), [("PERCENT_OFF", "29"), ("MONEY_OFF", "1"), ("FIXED_PRICE", "1.99")]
)
@pytest.mark.parametrize("price", ["2.79", "0.85", "0.00"])
def test_one_unit_costs_what_the_tablet_says(kind: str, amount: str, price: str) -> None:
    benefit = Benefit(kind=CouponValueType(kind), amount=Decimal(amount), currency="USD")
    tablet = discounted_price(benefit, regular_price=Decimal(price), currency="USD")

    assert quote(f"1 × {price} of 1", deal(kind, amount)).total == tablet


def test_lines_show_each_deals_share_and_units_that_only_count() -> None:
    offer = deal("BUY_M_GET_N_PERCENT_OFF", "100", minimum_quantity=1, get_quantity=1)
    quoted = quote("1 × 5.00 of 1, 1 × 3.00 of 2", offer)
    first, second = quoted.lines

    assert [(int(share.discount), share.units) for share in (*first.deals, *second.deals)] == [(0, 1), (3, 1)]
    assert totals(quoted) == "5.00 0.00"
