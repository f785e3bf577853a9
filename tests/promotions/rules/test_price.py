"""Prices by hand, and that price and discount always make up the regular price."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.rules.price import Benefit, discounted_price, money_fits
from promotions.rules.words import CouponValueType


@pytest.mark.parametrize(
    ("kind", "amount", "regular", "currency", "price"),
    [
        ("PERCENT_OFF", "25", "3.99", "USD", "2.99"),  # 0.9975 off rounds to 1.00
        ("PERCENT_OFF", "29", "2.79", "USD", "1.98"),  # 0.8091 off rounds to 0.81
        ("PERCENT_OFF", "100", "2.79", "USD", "0.00"),
        ("PERCENT_OFF", "10", "1999", "JPY", "1799"),  # 199.9 off rounds to 200
        ("PERCENT_OFF", "10", "1.255", "KWD", "1.129"),  # 0.1255 off rounds to 0.126
        ("MONEY_OFF", "1.00", "2.79", "USD", "1.79"),
        ("MONEY_OFF", "5.00", "2.79", "USD", "0.00"),  # never below nothing
        ("FIXED_PRICE", "1.99", "2.79", "USD", "1.99"),
        ("FIXED_PRICE", "3.99", "2.79", "USD", "2.79"),  # a "deal" dearer than the shelf is the shelf's price
    ],
)
def test_price_worked_by_hand(kind: str, amount: str, regular: str, currency: str, price: str) -> None:
    benefit = Benefit(kind=CouponValueType(kind), amount=Decimal(amount), currency=currency)

    assert discounted_price(benefit, regular_price=Decimal(regular), currency=currency) == Decimal(price)


@given(
    kind=st.sampled_from(CouponValueType),
    amount=st.decimals(min_value="0.01", max_value="100", places=2),
    cents=st.integers(min_value=0, max_value=1_000_000),
)
def test_price_is_whole_cents_between_nothing_and_the_regular_price(
    kind: CouponValueType, amount: Decimal, cents: int
) -> None:
    regular = Decimal(cents) / 100
    price = discounted_price(
        Benefit(kind=kind, amount=amount, currency="USD"), regular_price=regular, currency="USD"
    )

    assert 0 <= price <= regular
    assert price == round(price, 2)


def test_money_of_another_currency_does_not_fit_but_a_percentage_does() -> None:
    pounds = Benefit(kind=CouponValueType.MONEY_OFF, amount=Decimal(1), currency="GBP")
    percent = Benefit(kind=CouponValueType.PERCENT_OFF, amount=Decimal(10))

    assert [money_fits(pounds, currency="USD"), money_fits(percent, currency="USD")] == [False, True]
