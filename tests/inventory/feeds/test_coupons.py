"""GS1 coupon numbers; the check digits are worked by hand."""

import pytest

from inventory.feeds.coupons import Coupon, read_coupon

# 9·1+8·3+1·1+1·3+2·1+3·3+4·1+5·3+6·1+7·3+8·1+9·3 = 129, so the check digit is 1.
EURO = "9811234567891"
# 5·1+4·3+0·1+0·3+1·1+2·3+3·1+0·3+0·1+0·3+0·1+1·3 = 30, so the check digit is 0.
OWN = "5400123000010"


@pytest.mark.parametrize(
    ("text", "coupon"),
    [
        (EURO, Coupon(EURO)),
        (f"0{EURO}", Coupon(EURO)),
        (f"]E0{EURO}", Coupon(EURO)),
        (f"]C1255{OWN}", Coupon(OWN)),
        (f"]e0255{OWN}123456789012", Coupon(OWN, "123456789012")),
        (f"\x1d255{OWN}7\x1d21AB", Coupon(OWN, "7")),
        (f"(255){OWN}0042", Coupon(OWN, "0042")),
        (f"(255) {OWN}", Coupon(OWN)),
        (f"https://id.gs1.org/255/{OWN}77?x=1", Coupon(OWN, "77")),
    ],
)
def test_a_coupon_in_every_spelling(text: str, coupon: Coupon) -> None:
    assert read_coupon(text) == coupon
    assert not coupon.is_misread


@pytest.mark.parametrize(
    "text",
    [
        "", OWN, "9841234567898", "4006381333931", "SAVE29", f"]C101{EURO}", f"255{OWN}", f"(255){OWN}1234567890123",
        "]C1255123", "9" * 600, "(255)ÄÄÄ",
    ],
)  # fmt: skip
def test_what_is_no_coupon(text: str) -> None:
    assert read_coupon(text) is None


def test_a_wrong_check_digit_is_a_misread_coupon() -> None:
    found = read_coupon("(255)5400123000011")
    assert found is not None
    assert found.is_misread


def test_a_piece_of_paper_has_a_name() -> None:
    assert Coupon(OWN, "0042").printed == "(255)54001230000100042"
