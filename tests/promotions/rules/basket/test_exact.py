"""The engine against brute force, and what holds for every basket."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from promotions.rules.basket import quote_basket
from promotions.rules.basket.candidates import Candidate, candidate_of
from promotions.rules.basket.sets import SetPart, fill, sets_of
from promotions.rules.basket.settling import ceiling_of, claim_of, taken
from promotions.rules.basket.units import units_of
from promotions.rules.words import Concurrence
from tests.promotions.rules.basket.brute import World
from tests.promotions.rules.basket.worlds import JOINT_KINDS, coins, quotes


@given(asked=quotes())
@settings(max_examples=150)
def test_engine_equals_brute_force(asked: dict[str, Any]) -> None:
    quote = quote_basket(**asked)

    assert quote.is_exact
    assert coins(quote) in World(**asked).totals()


@given(asked=quotes(most=7, kinds=JOINT_KINDS, priority=0))
@settings(max_examples=75)
def test_engine_equals_brute_force_where_many_deals_want_the_same_units(asked: dict[str, Any]) -> None:
    assert coins(quote_basket(**asked)) in World(**asked).totals()


@pytest.mark.long
@pytest.mark.timeout(1800)
@given(asked=quotes(most=8) | quotes(most=8, kinds=JOINT_KINDS, priority=0))
@settings(max_examples=6000)
def test_engine_equals_brute_force_on_thousands_of_baskets(asked: dict[str, Any]) -> None:
    assert coins(quote_basket(**asked)) in World(**asked).totals()


@given(asked=quotes(most=1), data=st.data())
@settings(max_examples=150)
def test_no_deal_takes_more_off_fewer_units_at_lower_prices(
    asked: dict[str, Any], data: st.DataObject
) -> None:
    # What the search leans on when it leaves a branch.
    units = units_of(asked["lines"], currency=asked["currency"])
    candidate = candidate_of(asked["deals"][0], units)
    assume(isinstance(candidate, Candidate))
    assert isinstance(candidate, Candidate)
    kept = data.draw(st.integers(0, (1 << len(units.regular)) - 1))
    percent = data.draw(st.lists(st.integers(0, 100), min_size=20, max_size=20))
    lower = {unit: price * percent[unit % 20] // 100 for unit, price in enumerate(units.regular)}

    ceiling = ceiling_of(claim_of(candidate, candidate.units, units.regular), candidate.units, units.regular)
    claim = claim_of(candidate, [unit for unit in candidate.units if kept >> unit & 1], units.regular)

    assert sum(taken(claim, lower).values()) <= claim.most <= ceiling


@given(asked=quotes(most=8))
@settings(max_examples=50)
def test_everything_adds_up_to_the_coin_and_nothing_is_negative(asked: dict[str, Any]) -> None:
    quote = quote_basket(**asked)

    for line in quote.lines:
        assert line.regular - line.discount == line.total >= 0
        assert sum(share.discount for share in line.deals) == line.discount
    assert sum(line.total for line in quote.lines) == quote.total == quote.regular - quote.discount
    assert sum(winner.discount for winner in quote.winners) == quote.discount
    left = {deal.promotion_id: deal.money_left for deal in asked["deals"]}
    assert all(winner.discount <= (left[winner.promotion_id] or winner.discount) for winner in quote.winners)


@given(asked=quotes(), draw=st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_order_of_lines_and_deals_does_not_matter(asked: dict[str, Any], draw: Any) -> None:
    lines, deals = list(asked["lines"]), list(asked["deals"])
    draw.shuffle(lines)
    draw.shuffle(deals)
    quote = quote_basket(**asked)
    shuffled = quote_basket(**{**asked, "lines": lines, "deals": deals})

    by_id = {line.line_id: line for line in shuffled.lines}
    assert replace(shuffled, lines=tuple(by_id[line.line_id] for line in quote.lines)) == quote


@pytest.mark.parametrize("concurrence", [Concurrence.BEST_PRICE, Concurrence.EXCLUSIVE])
@given(data=st.data())
@settings(max_examples=40)
def test_one_deal_more_never_makes_a_basket_dearer(concurrence: Concurrence, data: st.DataObject) -> None:
    # Within one level, priority and mode; across them a deal of a higher rank may well stand in a better one's way.
    asked = data.draw(quotes(concurrence=concurrence, priority=0, combines_with=frozenset()))
    deals = [replace(deal, benefit=replace(deal.benefit, minimum_purchase=None)) for deal in asked["deals"]]
    deals = [deal for deal in deals if deal.benefit.applies_to == "EACH_ITEM"]

    quoted = [quote_basket(**{**asked, "deals": deals[:count]}).total for count in range(len(deals) + 1)]

    assert quoted == sorted(quoted, reverse=True)


@given(
    prices=st.lists(st.integers(1, 9), min_size=1, max_size=6).map(
        lambda prices: sorted(prices, reverse=True)
    ),
    masks=st.lists(st.integers(1, 7), min_size=6, max_size=6),
    sizes=st.tuples(st.integers(1, 2), st.integers(0, 2), st.integers(0, 1)),
)
def test_parts_are_filled_with_as_many_units_as_fit_and_the_dearest(
    prices: list[int], masks: list[int], sizes: tuple[int, int, int]
) -> None:
    units = range(len(prices))
    parts = [
        SetPart(size, frozenset(n for n in units if masks[n] >> part & 1)) for part, size in enumerate(sizes)
    ]
    held, _ = fill(units, parts, rounds=1)

    slots = [part for part, size in enumerate(sizes) for _ in range(size)]
    best = (0, 0)
    for chosen in permutations([*units, *[None] * len(slots)], len(slots)):
        placed = [
            n for n, part in zip(chosen, slots, strict=True) if n is not None and n in parts[part].units
        ]
        best = max(best, (len(placed), sum(prices[n] for n in placed)))
    filled = [n for mine in held for n in mine]
    assert all(set(mine) <= part.units for mine, part in zip(held, parts, strict=True))
    assert (len(set(filled)), sum(prices[n] for n in filled)) == best


@given(
    masks=st.lists(st.integers(1, 7), min_size=1, max_size=7),
    sizes=st.tuples(st.integers(1, 2), st.integers(0, 2), st.integers(0, 1)),
)
def test_no_whole_set_is_missed(masks: list[int], sizes: tuple[int, int, int]) -> None:
    units = frozenset(range(len(masks)))
    parts = [
        SetPart(size, frozenset(n for n in units if masks[n] >> part & 1)) for part, size in enumerate(sizes)
    ]

    def most(free: frozenset[int], slots: list[int], whole: int) -> int:
        if not slots:
            return most(free, [part for part, size in enumerate(sizes) for _ in range(size)], whole + 1)
        rest = [most(free - {n}, slots[1:], whole) for n in free & parts[slots[0]].units]
        return max(rest, default=whole)

    assert len(sets_of(sorted(units), parts)) == most(units, [], -1)
