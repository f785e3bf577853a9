"""Single-use codes: no two slips of the finger go unnoticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.rules.codes import ALPHABET, canonical_code, check_character, is_mistyped, new_code

bodies = st.text(ALPHABET, min_size=11, max_size=11).filter(lambda body: not body.isdigit())


def test_the_check_character_by_hand() -> None:
    # Places 12 … 2 from the left; "2" is worth 0, "3" is worth 1, "A" (the ninth sign) 8.
    assert check_character("2222222222A") == ALPHABET[31 - 2 * 8]
    assert check_character("32222222222") == ALPHABET[31 - 12 * 1]
    assert check_character("3222222222A") == ALPHABET[31 - (12 + 16)]


def test_new_codes_differ_and_hold() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert {len(code) for code in codes} == {12}
    assert {sign for code in codes for sign in code} == set(ALPHABET)
    assert not any(is_mistyped(code) for code in codes)


@given(body=bodies, place=st.integers(0, 11), sign=st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_noticed(body: str, place: int, sign: str) -> None:
    code = body + check_character(body)
    typed = code[:place] + sign + code[place + 1 :]
    assert is_mistyped(typed) == (typed != code and not typed.isdigit())


@given(body=bodies, place=st.integers(0, 10))
def test_neighbours_that_changed_places_are_noticed(body: str, place: int) -> None:
    code = body + check_character(body)
    typed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_mistyped(typed) == (typed != code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abcd-2345 wxyz", "ABCD2345WXYZ"), (" a1b2 ", "A1B2"), ("abc", ""), ("A" * 41, ""), ("ÄBCD", ""),
        ("AB_CD", ""), ("", ""), ("12\u0664\u0665", ""), ("ABCD\x00", ""),
    ],
)  # fmt: skip
def test_a_code_has_one_form(text: str, code: str) -> None:
    assert canonical_code(text) == code


@pytest.mark.parametrize("text", ["SAVE29", "345678923456", "SUPERSALE100", "ABCDEFGHJKM"])
def test_other_peoples_codes_are_not_ours_mistyped(text: str) -> None:
    assert not is_mistyped(text)
