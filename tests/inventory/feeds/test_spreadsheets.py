"""Texts in spreadsheets: no formula leaves, and what left comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.feeds.spreadsheets import neutral, restored


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\rx", "-1-1", "+1,2,3", "'=1", "-٣"]
)
def test_a_formula_is_made_plain_text(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+5", "-5.25", "-5,25", "plain", "", "a=b", "'tis", "'-5"])
def test_numbers_and_plain_texts_stay(text: str) -> None:
    assert neutral(text) == text


@given(st.text(alphabet="'=+-@\t\r1,.x", max_size=8))
def test_what_left_comes_back(text: str) -> None:
    assert restored(neutral(text)) == text
    assert not neutral(text).startswith(("=", "@", "\t", "\r"))
