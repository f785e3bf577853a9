"""GTINs of every length become one form; a wrong check digit is none."""

import biip.gtin
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.feeds.gtin import check_digit, normalise_gtin


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("4006381333931", "04006381333931"),
        ("96385074", "00000096385074"),
        ("012345678905", "00012345678905"),
        (" 4 006381-333931 ", "04006381333931"),
        ("4006381333932", None),
        ("40063813339", None),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", None),
        ("", None),
    ],
)
def test_normalised(text: str, gtin: str | None) -> None:
    assert normalise_gtin(text) == gtin


@given(st.text("0123456789", min_size=13, max_size=13))
def test_check_digits_are_those_of_a_known_library(body: str) -> None:
    assert biip.gtin.Gtin.parse(f"{body}{check_digit(body)}").check_digit == check_digit(body)
