"""What people type beside a scan."""

from decimal import Decimal

import pytest

from promotions.selectors.asking import seen_prices_in


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [("4.50", "USD", "4.50"), ("4,5", "EUR", "4.5"), ("450", "JPY", "450"), ("1,250", "KWD", "1.250"),
     ("1,000", "USD", None), ("1,000", "JPY", None), ("4.505", "USD", None), ("-1", "USD", None),
     ("four", "USD", None)],
)  # fmt: skip
def test_a_price_has_no_more_decimals_than_its_money(text: str, currency: str, amount: str | None) -> None:
    prices, errors = seen_prices_in({"till_price": text}, currency=currency)
    assert prices.till == (None if amount is None else Decimal(amount))
    assert bool(errors) == (amount is None)
