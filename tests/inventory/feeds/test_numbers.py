"""Only what is surely a figure becomes one."""

from decimal import Decimal

import pytest

from inventory.feeds.numbers import NotANumber, read_decimal
from inventory.feeds.records import FeedRefused


@pytest.mark.parametrize(
    ("text", "sign", "figure"),
    [
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("-1.234.567,50", ",", "-1234567.5"),
        ("1,234,567.5", ".", "1234567.5"),
        ("1\u202f234,5", ",", "1234.5"),
        ("1\u00a0234", ",", "1234"),
        ("007", None, "7"),
        ("-0", None, "0"),
        (" 7\t", ".", "7"),
        ("0.500", None, "0.5"),
        ("0,500", None, "0.5"),
        ("1234.567", None, "1234.567"),
        ("12,5", None, "12.5"),
        ("-12.0", None, "-12"),
        ("0.0001", ".", "0.0001"),
    ],
)
def test_figures(text: str, sign: str | None, figure: str) -> None:
    read = read_decimal(text, decimal_sign=sign)
    assert read == Decimal(figure)
    assert not (read == 0 and read.is_signed())


@pytest.mark.parametrize("sign", [None, ".", ","])
@pytest.mark.parametrize(
    "text",
    ["1_000", "１２", "١٢", "NaN", "Infinity", "-inf", "1E+5", "1e400", "²", "12 Stk", "'5", "+5", "9" * 5000, "",
     " ", "-", ".", ",", ".5", "5.", "--5", "5-", "0x1", "1 000", "\xa05", "5\xa0", "1.2.3", "12,34,567",
     "1.234,", "0.123.456,5", "1\n", "5\0"],
)  # fmt: skip
def test_what_python_or_people_take_for_a_number(text: str, sign: str | None) -> None:
    with pytest.raises(NotANumber) as refused:
        read_decimal(text, decimal_sign=sign)
    assert refused.value.code == "not_a_number"


@pytest.mark.parametrize("text", ["1.234", "-1,234", "1.234.567", "1.234,50", "999,999"])
def test_a_figure_that_can_be_read_two_ways_refuses_the_file(text: str) -> None:
    with pytest.raises(FeedRefused, match="locale_undeclared"):
        read_decimal(text, decimal_sign=None)


@pytest.mark.parametrize(
    ("text", "figure"), [("00000000120-", -120), ("120 -", -120), ("120+", 120), ("120", 120), ("-5", -5)]
)
def test_a_trailing_sign_where_it_is_declared(text: str, figure: int) -> None:
    assert read_decimal(text, decimal_sign=".", trailing_sign=True) == figure


def test_two_signs_are_no_figure() -> None:
    with pytest.raises(NotANumber):
        read_decimal("-5-", decimal_sign=".", trailing_sign=True)
