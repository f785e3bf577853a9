"""Whatever stands in a barcode cell becomes a GTIN-14 or a reason; nothing is ever guessed into one."""

from decimal import Decimal

import pytest
from biip.gtin import Gtin
from hypothesis import example, given
from hypothesis import strategies as st

from inventory.feeds.barcodes import Barcode, read_barcode
from inventory.feeds.gtin import check_digit
from inventory.feeds.scans import looks_misread, scanned_gtins

EAN = "04006381333931"


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("4006381333931", EAN),
        ("  4 006381-333931 ", EAN),
        ("\ufeff4006381333931\xa0", EAN),
        ("'4006381333931", EAN),
        ('="4006381333931"', EAN),
        ("04006381333931", EAN),
        ("000004006381333931", EAN),
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
        ("00036000291452", "00036000291452"),
        ("04252614", "00042100005264"),
        ("]E04006381333931", EAN),
        ("]C10104006381333931", EAN),
        ("]d2010400638133393117271231", EAN),
        ("\x1d010400638133393110AB\x1d3103001234", EAN),
        ("010400638133393110AB\x1d17271231", EAN),
        ("(01)04006381333931(17)271231", EAN),
        ("(01) 04006381333931", EAN),
        ("https://id.gs1.org/01/04006381333931/10/AB?17=271231", EAN),
        ("]Q3https://shop.example/some/01/4006381333931", EAN),
    ],
)
def test_every_form_of_a_gtin_becomes_one(text: str, gtin: str) -> None:
    found = read_barcode(text)

    assert (found.gtin, found.exact, found.note, found.problem) == (gtin, gtin, "", "")


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("36000291452", "00036000291452"),
        ("6385074", ""),
        ("1234565", "00000001234565"),
        ("4252614", "00042100005264"),
    ],
)
def test_zeros_that_a_spreadsheet_dropped_come_back_where_the_check_digit_holds(text: str, gtin: str) -> None:
    found = read_barcode(text)

    assert (found.gtin, found.note) == (gtin, "repaired_leading_zero" if gtin else "")
    assert scanned_gtins(text) == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("4006381333932", "gtin_check_digit"),
        ("9783161484101", "gtin_check_digit"),
        ("10012345678903", "gtin_check_digit"),
        ("https://id.gs1.org/01/04006381333932", "gtin_check_digit"),
        ("(01)04006381333932", "gtin_check_digit"),
        ("5.90124E+12", "gtin_exponent"),
        ("5,90124E+12", "gtin_exponent"),
        ("1.234e+17", "gtin_exponent"),
        ("1E5", "gtin_exponent"),
        ("https://shop.example/products/4006381333931", "barcode_not_gtin"),
        ("814014029585003830441685003830441619", "barcode_not_gtin"),
        ("814014029585 003830441685", "barcode_not_gtin"),
        ("0104006381333931", "barcode_not_gtin"),
        ("ABC-123", "barcode_not_gtin"),
        ("12345", "barcode_not_gtin"),
        ("0000000000000", "barcode_not_gtin"),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", "barcode_not_gtin"),
        ("]", "barcode_not_gtin"),
        ("]Yx", "barcode_not_gtin"),
        ("]C1", "barcode_not_gtin"),
        ("(01)0400638133393", "barcode_not_gtin"),
        ("", ""),
        (" \t", ""),
    ],
)
def test_what_is_no_gtin_says_why(text: str, problem: str) -> None:
    assert read_barcode(text) == Barcode(problem=problem)


def test_weight_and_price_of_element_strings_come_along() -> None:
    found = read_barcode("]C10104006381333931" + "3103001234" + "3922599")

    assert (found.gtin, found.weight, found.price) == (EAN, Decimal("1.234"), Decimal("5.99"))


@pytest.mark.parametrize(
    ("body", "region", "item", "weight", "price"),
    [
        ("021234500599", None, "021234500000", None, None),
        ("205678400999", None, "205678400000", None, None),
        ("281234900599", "de", "281234000000", Decimal("0.599"), None),
        ("230123401234", "se", "230123400000", Decimal("1.234"), None),
        ("200123400990", "no", "200123400000", None, Decimal("9.90")),
        ("201234500012", "se", "201234500000", None, Decimal("0.12")),
        ("291234512345", "se", "291234512345", None, None),
    ],
)
def test_a_price_or_weight_inside_the_number_is_taken_off(
    body: str, region: str | None, item: str, weight: Decimal | None, price: Decimal | None
) -> None:
    found = read_barcode(f"{body}{check_digit(body)}", region=region)

    assert found.gtin == f"0{item}{check_digit(item)}"
    assert found.exact == f"0{body}{check_digit(body)}"
    assert (found.weight, found.price) == (weight, price)


def test_a_wrong_check_digit_inside_the_number_is_a_misread_number() -> None:
    body = "281234800599"  # the fifth after 28 checks the weight in Germany, and must be 9

    assert read_barcode(f"{body}{check_digit(body)}", region="de").problem == "gtin_check_digit"


def test_a_scan_looks_for_the_number_itself_before_the_item_it_embeds() -> None:
    assert scanned_gtins("0212345005996") == ("00212345005996", "00212345000007")
    assert not looks_misread("0212345005996")
    assert looks_misread("0212345005991")


@given(st.text("0123456789", min_size=6, max_size=20) | st.text(max_size=60))
@example("2000000000008")
def test_no_text_raises_and_every_gtin_given_is_valid_elsewhere(text: str) -> None:
    for region in (None, "de", "se"):
        found = read_barcode(text, region=region)
        for gtin in found.candidates:
            assert Gtin.parse(gtin).as_gtin_14() == gtin
        assert bool(found.gtin) == bool(text.strip(" \t\r\n\xa0\ufeff") and not found.problem)


@given(
    st.lists(
        st.sampled_from(
            ["]C1", "]d2", "]Q3", "\x1d", "(01)", "(10)", "01", "310", "3922", EAN, "9", "AB", "("]
        )
    )
)
def test_no_mixture_of_parts_raises(parts: list[str]) -> None:
    found = read_barcode("".join(parts))

    assert not found.gtin or Gtin.parse(found.gtin)
