"""Which deal wins."""

from decimal import Decimal
from typing import Any

import pytest

from promotions.rules.basket import ConcurrencyModel
from promotions.rules.words import AppliesTo, Concurrence, Reason
from tests.promotions.rules.basket.shop import deal, lack, quote, totals, winners

BEST, COMPOUNDED, EXCLUSIVE = Concurrence.BEST_PRICE, Concurrence.COMPOUNDED, Concurrence.EXCLUSIVE
WITHIN, ACROSS = ConcurrencyModel.WITHIN_PRIORITY, ConcurrencyModel.ACROSS_PRIORITIES


def percent(
    amount: str, promotion_id: str, concurrence: Concurrence, priority: int = 0, **fields: Any
) -> Any:
    return deal(
        "PERCENT_OFF", amount, promotion_id=promotion_id, concurrence=concurrence, priority=priority, **fields
    )


# Published by Microsoft with Dynamics 365 Commerce's two concurrency control models.
A, B, C = (
    percent("10", "A", COMPOUNDED, 99),
    percent("20", "B", COMPOUNDED, 99),
    percent("15", "C", COMPOUNDED),
)
D = percent("35", "D", BEST, 99)


@pytest.mark.parametrize(
    ("deals", "model", "won", "total"),
    [
        ([A, B, C], WITHIN, "A B", "72.00"),  # 100 − 10 − 18
        ([A, B, C], ACROSS, "B C", "68.00"),  # 100 − 20 − 12
        ([A, B, C, D], WITHIN, "D", "65.00"),
        ([A, B, C, D], ACROSS, "C D", "55.25"),  # 100 − 35 − 9.75
    ],
)
def test_published_examples_of_d365(deals: list[Any], model: ConcurrencyModel, won: str, total: str) -> None:
    quoted = quote("1 × 100.00 of 1", *deals, model=model)

    assert (winners(quoted), totals(quoted)) == (won, total)


def test_exclusive_goes_first_even_if_another_deal_is_better() -> None:
    exclusive, better = percent("10", "mine", EXCLUSIVE, items="1"), percent("50", "more", BEST)

    assert totals(quote("1 × 10.00 of 1, 1 × 10.00 of 2", exclusive, better)) == "9.00 5.00"


def test_higher_priority_goes_before_an_exclusive_deal_of_a_lower_one() -> None:
    quoted = quote("1 × 10.00 of 1", percent("50", "late", EXCLUSIVE, 1), percent("10", "early", BEST, 2))

    assert (winners(quoted), lack(quoted, "late").reason, lack(quoted, "late").by) == (
        "early", Reason.EXCLUDED_BY, ("early",),
    )  # fmt: skip


def test_each_unit_gets_its_own_best_price() -> None:
    dear = deal("MONEY_OFF", "1.00", promotion_id="coin")
    share = percent("20", "share", BEST, items="1 2")

    assert totals(quote("1 × 20.00 of 1, 1 × 2.00 of 2", dear, share)) == "16.00 1.00"


def test_best_price_against_deals_that_compound() -> None:
    together = percent("20", "a", COMPOUNDED), percent("20", "b", COMPOUNDED)  # 36 % with each other

    assert winners(quote("1 × 10.00 of 1", *together, percent("35", "c", BEST))) == "a b"
    assert winners(quote("1 × 10.00 of 1", *together, percent("37", "c", BEST))) == "c"


@pytest.mark.parametrize(
    ("combines_with", "won"), [((), "a b"), (("b",), "a b"), (("summer",), "a b"), (("winter",), "b")]
)
def test_deals_compound_only_with_those_they_name(combines_with: tuple[str, ...], won: str) -> None:
    one = percent("10", "a", COMPOUNDED, combines_with=frozenset(combines_with))
    other = percent("20", "b", COMPOUNDED, tags=frozenset({"summer"}))

    assert winners(quote("1 × 10.00 of 1", one, other)) == won


def test_fixed_price_then_money_then_percent() -> None:
    deals = [
        percent("10", "a", COMPOUNDED),
        deal("MONEY_OFF", "1.00", promotion_id="b", concurrence=COMPOUNDED),
        deal("FIXED_PRICE", "8.00", promotion_id="c", concurrence=COMPOUNDED),
    ]

    assert totals(quote("1 × 10.00 of 1", *deals)) == "6.30"


@pytest.mark.parametrize(("concurrence", "expected"), [(COMPOUNDED, "5.35 8.35"), (BEST, "6.40 7.30")])
def test_basket_deal_comes_on_top_of_item_deals_if_both_compound(
    concurrence: Concurrence, expected: str
) -> None:
    # 6.40 and 10.00 share 2.70 as 105.366 and 164.634; a deal that does not compound has the 10.00 only
    item = percent("20", "item", COMPOUNDED, items="1")
    basket = deal(
        "MONEY_OFF", "2.70", promotion_id="basket", applies_to=AppliesTo.BASKET, concurrence=concurrence
    )
    quoted = quote("1 × 8.00 of 1, 1 × 10.00 of 2", item, basket)

    assert totals(quoted) == expected


def test_set_is_formed_only_where_it_helps() -> None:
    pair = deal("BUNDLE_PRICE", "15.00", minimum_quantity=2, promotion_id="pair")
    fifth = percent("20", "fifth", BEST)

    assert totals(quote("3 × 10.00 of 1", pair, fifth)) == "23.00"  # 15 for two, 8 for the third
    assert winners(quote("3 × 10.00 of 1", pair, percent("26", "quarter", BEST))) == "quarter"


def test_loser_is_told_who_beat_it_and_what_it_would_have_saved() -> None:
    beaten = lack(quote("2 × 10.00 of 1", percent("10", "less", BEST), percent("20", "more", BEST)), "less")

    assert (beaten.reason, beaten.by, beaten.saving) == (Reason.BEATEN, ("more",), Decimal("2.00"))


def test_equal_savings_go_to_the_first_id() -> None:
    assert winners(quote("1 × 10.00 of 1", percent("10", "b", BEST), percent("10", "a", BEST))) == "a"


def test_gift_stands_beside_a_discount_unless_the_units_are_exclusive() -> None:
    gift = deal("FREE_GIFT", promotion_id="gift", gift="Tote bag", currency="")
    beside = quote("1 × 10.00 of 1", gift, percent("10", "a", BEST))
    alone = quote("1 × 10.00 of 1", gift, percent("10", "a", EXCLUSIVE))

    assert ([given.gift for given in beside.gifts], str(beside.total)) == (["Tote bag"], "9.00")
    assert (alone.gifts, lack(alone, "gift").reason, lack(alone, "gift").by) == (
        (),
        Reason.EXCLUDED_BY,
        ("a",),
    )
