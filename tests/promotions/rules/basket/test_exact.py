"""The engine against brute force, and what holds for every basket."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promotions.rules.basket import BasketLine, ConcurrencyModel, Quote, quote_basket
from promotions.rules.words import Concurrence
from tests.promotions.rules.basket import worlds
from tests.promotions.rules.basket.brute import World


@st.composite
def quotes(draw: st.DrawFn, most: int = 5, **fixed: Any) -> dict[str, Any]:
    currency = draw(st.sampled_from(["JPY", "USD", "KWD"]))
    return {
        "lines": draw(worlds.baskets(currency)),
        "deals": [draw(worlds.deals(name, currency, **fixed)) for name in "abcdefgh"[: draw(st.integers(1, most))]],
        "currency": currency,
        "model": draw(st.sampled_from(ConcurrencyModel)),
    }


def coins(quote: Quote) -> int:
    return int(quote.total * {"JPY": 1, "USD": 100, "KWD": 1000}[quote.currency])


@given(asked=quotes())
@settings(max_examples=300)
def test_engine_equals_brute_force(asked: dict[str, Any]) -> None:
    quote = quote_basket(**asked)

    assert quote.is_exact
    assert coins(quote) in World(**asked).totals()


@pytest.mark.long
@pytest.mark.timeout(1800)
@given(asked=quotes(most=8))
@settings(max_examples=6000, deadline=None)
def test_engine_equals_brute_force_on_thousands_of_baskets(asked: dict[str, Any]) -> None:
    assert coins(quote_basket(**asked)) in World(**asked).totals()
