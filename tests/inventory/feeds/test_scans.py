"""What a scan is taken apart into."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inventory.feeds.digital_link import read_digital_link
from inventory.feeds.scans import LONGEST_CODE, read_scan, scan_problem

GTIN = "04006381333931"


@pytest.mark.parametrize(
    ("text", "identifiers"),
    [
        (
            f"https://a.example/01/{GTIN}/10/B%2F1?17=270101&from=mail",
            {"01": GTIN, "10": "B/1", "17": "270101"},
        ),
        (f"https://a.example/some/shelf/01/{GTIN}", {"01": GTIN}),
        ("https://a.example/255/54001230000108", {"255": "54001230000108"}),
        ("https://a.example/414/4006381333931/254/7", {"414": "4006381333931", "254": "7"}),
        (f"https://a.example/8006/{GTIN}0102", {"8006": f"{GTIN}0102"}),
        (f"https://a.example/01/{GTIN}?01=99999999", {"01": GTIN}),
        ("https://blog.example/2026/01/25/oats", {}),
        (f"https://a.example/?01={GTIN}", {}),
        (f"ftp://a.example/01/{GTIN}", {}),
        (f"/01/{GTIN}", {}),
        ("https://[::1/01/4006381333931", {}),
    ],
)
def test_the_identifiers_of_a_digital_link(text: str, identifiers: dict[str, str]) -> None:
    assert read_digital_link(text) == identifiers


def test_a_piece_of_a_trade_item_is_the_item() -> None:
    assert read_scan(f"https://a.example/8006/{GTIN}0102").gtins == (GTIN,)


def test_a_message_gives_its_first_links_without_what_follows_them() -> None:
    scan = read_scan(
        f"Hi!\r\nlook (www.shop.example/deal?a=1), https://a.example/01/{GTIN}. <https://b.example> x"
    )
    assert scan.links == (
        "https://www.shop.example/deal?a=1",
        f"https://a.example/01/{GTIN}",
        "https://b.example",
    )
    assert (scan.gtins, scan.codes) == ((GTIN,), ())


@pytest.mark.parametrize(
    "noughts", ["0", "0000", "0-0 0", "", " ", ".", "00000000000000", "(01)00000000000000"]
)
def test_noughts_name_nothing(noughts: str) -> None:
    scan = read_scan(noughts)
    assert scan.gtins == ()
    assert set(scan.codes) <= {"(01)00000000000000"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "EMPTY"), (" \r\n", "EMPTY"), ("a\0b", "NUL"), ("x" * 200, ""), ("x" * 201, "TOO_LONG"),
        ("https://a.example/" + "x" * 1982, ""), ("https://a.example/" + "x" * 1983, "TOO_LONG"),
        ("a.example/" + "x" * 500, ""), ("x" * 5000, "TOO_LONG"), ("hi https://a.example " + "x" * 5000, "TOO_LONG"),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_up(text: str, problem: str) -> None:
    assert scan_problem(text) == problem


@example("\x80¹")
@example("Ａ\u0301" + "¹" * 250 + "é")
@given(st.text(max_size=300) | st.text(alphabet="0123456789/.:htpsw ]()\x1d", max_size=60))
def test_every_text_is_taken_apart(text: str) -> None:
    scan = read_scan(text)
    assert len(scan.text) <= max(LONGEST_CODE, len(scan.text) if scan.links else 0)
    assert all(len(gtin) == 14 and gtin.strip("0") for gtin in scan.gtins)
    assert "\0" not in scan.text
    assert read_scan(scan.text) == scan
