"""Each bad line costs itself alone and is named; every tier of the reader agrees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.feeds.profiles import read_profile
from inventory.feeds.stock import read_stock
from tests.inventory.feeds.reading import CATALOGUE, CHEESE, HEADER, MILK, NOW_US, feed_file, read_counts

TIME = "2026-11-20T02:00:00Z"
SECONDS = 1_795_140_000
GOOD = f"S1,{MILK},5,{TIME}\n"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"S9,{MILK},5,{TIME}", "unknown_store"),
        (f"s1,{MILK},5,{TIME}", "unknown_store"),
        (f",{MILK},5,{TIME}", "unknown_store"),
        (f"S1,4006381333948,5,{TIME}", "unknown_item"),
        (f"S1,4006381333932,5,{TIME}", "gtin_check_digit"),
        (f"S1,4.00638E+12,5,{TIME}", "gtin_exponent"),
        (f"S1,https://example.org,5,{TIME}", "bad_item"),
        (f"S1,,5,{TIME}", "no_item_key"),
        (f"S1,{MILK},5.5,{TIME}", "uom_mismatch"),
        (f"S1,{CHEESE},5.1234,{TIME}", "not_a_number"),
        (f"S1,{MILK},12 Stk,{TIME}", "not_a_number"),
        (f"S1,{MILK},1e3,{TIME}", "not_a_number"),
        (f"S1,{MILK},1000000000,{TIME}", "out_of_range"),
        (f"S1,{CHEESE},1000000,{TIME}", "out_of_range"),  # grams
        (f"S1,{MILK},5,yesterday", "bad_time"),
        (f"S1,{MILK},5,2026-02-30T02:00:00Z", "bad_time"),
        (f"S1,{MILK},5,2026-11-20T23:59:60Z", "bad_time"),
        (f"S1,{MILK},5,", "bad_time"),
        (f"S1,{MILK},5,2026-11-22T12:16:00Z", "future"),
        (f"S1,{MILK},5", "column_count"),
        (f"S1,{MILK},5,{TIME},", "column_count"),
        (f'S1,"{MILK}"x,5,{TIME}', "bad_line"),
        (f"S1,{MILK},5\r0,{TIME}", "bad_line"),
        (f"S1,{MILK},\0,{TIME}", "not_a_number"),
    ],
)
def test_a_bad_line_is_named_and_costs_itself_alone(line: str, code: str) -> None:
    good, rejected = read_counts(HEADER + GOOD + line + "\n" + GOOD)
    assert rejected == {3: code}
    assert good == [(1, 10, 5, SECONDS)] * 2


def test_a_rejection_names_line_field_value_and_what_was_expected() -> None:
    file = feed_file((HEADER + f"S1,{MILK},\0 Stk,{TIME}\r\n").encode())
    (rows,) = read_stock(file, read_profile("STOCK", {}), CATALOGUE, now_us=NOW_US)
    (line,) = rows.rejected
    assert line.message == 'Line 2: on_hand is "␀ Stk"; expected a number such as 12, -3 or 0.5.'
    assert line.raw == f"S1,{MILK},␀ Stk,{TIME}"


@pytest.mark.parametrize(
    ("line", "figure"),
    [
        (f"S1,0{MILK},-5,{TIME}", (1, 10, -5, SECONDS)),
        (f"0012,{MILK},007,{TIME}", (2, 10, 7, SECONDS)),
        (f"12,{MILK},7.00,{TIME}", (3, 10, 7, SECONDS)),
        (f" S1 ,{MILK} , 7\t, {TIME}", (1, 10, 7, SECONDS)),
        (f"S1,{CHEESE},-1.25,{TIME}", (1, 11, -1250, SECONDS)),
        (f"S1,{MILK},7,2026-11-20T07:45:00+05:45", (1, 10, 7, SECONDS)),
        (f"S1,{MILK},7,2026-11-20 02:00:00.000Z", (1, 10, 7, SECONDS)),
        (f"S1,{MILK},7,2026-11-19T21:00", (1, 10, 7, SECONDS)),  # on New York's clock
        (f"0012,{MILK},7,2026-11-20T07:45:00", (2, 10, 7, SECONDS)),  # on Kathmandu's
        (f'"S1","{MILK}","7","{TIME}"', (1, 10, 7, SECONDS)),
    ],
)
def test_ways_to_write_the_same(line: str, figure: tuple[int, int, int, int]) -> None:
    assert read_counts(HEADER + line) == ([figure], {})


def test_a_german_profile() -> None:
    profile = {
        "delimiter": ";", "encoding": "cp1252", "decimal_sign": ",", "time_format": "%d.%m.%Y %H:%M",
        "timezone": "store", "columns": {"quantity": "Bestand", "as_of": "gezählt"},
    }  # fmt: skip
    lines = [
        f"S1;{CHEESE};1,5;01.11.2026 01:30",  # twice that night in New York: the later one
        f"S1;{CHEESE};1,5;08.03.2026 02:30",  # not at all
        f"S1;{CHEESE};1.500;20.11.2026 02:30",  # grouped by the sign that is not the declared one
    ]
    good, rejected = read_counts("Store_Code;GTIN;Bestand;gezählt\r\n" + "\r\n".join(lines), profile)
    assert good == [(1, 11, 1500, 1_793_514_600), (1, 11, 1_500_000, 1_795_159_800)]
    assert rejected == {3: "bad_time"}


def test_blank_lines_do_not_count() -> None:
    good, rejected = read_counts(HEADER + GOOD + "\n   \n" + f"S1,{MILK},x,{TIME}\n" + GOOD * 3)
    assert (len(good), rejected) == (4, {5: "not_a_number"})


def test_lines_of_wrong_width_do_not_make_up_for_each_other() -> None:
    header = HEADER.replace("\n", ",note\n")
    text = header + f"S1,{MILK},5,{TIME}\nS1,{MILK},5,{TIME},a,b\nS1,{MILK},5,{TIME},c\n"
    assert read_counts(text) == ([(1, 10, 5, SECONDS)], {2: "column_count", 3: "column_count"})


def test_other_codes_for_items() -> None:
    good, rejected = read_counts(
        f"store_code,sku,on_hand,as_of\nS1,SKU-1,3,{TIME}\nS1,x,3,{TIME}\n", {"item_code": "SKU"}
    )
    assert (good, rejected) == ([(1, 10, 3, SECONDS)], {3: "unknown_item"})


ENGLISH = {"decimal_sign": "."}
texts = st.one_of(
    st.integers(-20, 20).map(str),
    st.sampled_from(["1.234", "+5", "１２", "١٢", "1_000", " 7 ", "-0", "00", "1e3", "1e400", "NaN", "Infinity",
                     "9" * 30, "1.000,50", "5.0", "--1", "0x1", "", "-", ".5", "5.", "1234567890", "\xa07",
                     "-9223372036854775808"]),
    st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=6),
)  # fmt: skip


@given(st.lists(texts, min_size=1, max_size=5))
def test_every_tier_takes_the_same_for_a_number(quantities: list[str]) -> None:
    """Fast columns, text columns and single lines: alike in what they take and what they reject."""
    cells = [text for text in quantities if "," not in text and '"' not in text] or ["1"]
    lines = "".join(f"S1,{MILK},{cell},{TIME}\n" for cell in cells)
    alone = [read_counts(HEADER + line + "\n", ENGLISH) for line in lines.splitlines(keepends=False) if line]
    fast = read_counts(HEADER + lines, ENGLISH)
    careful = read_counts(HEADER + lines + f'"S1",{MILK},1,{TIME}\n', ENGLISH)
    quoted = read_counts(HEADER + "".join(f'S1,{MILK},"{cell}",{TIME}\n' for cell in cells), ENGLISH)
    assert fast == quoted == (careful[0][:-1], careful[1])
    if len(alone) == len(cells):  # no exotic line end among the texts
        assert [row for good, _rejected in alone for row in good] == fast[0]
