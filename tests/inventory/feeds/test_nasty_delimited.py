"""Nasty delimited files (research C5 and 4.12): each has the outcome agreed for it, and memory stays bounded."""

import io
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from inventory.feeds.blocks import FeedFile
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import NO_AMOUNT, FeedRefused
from inventory.feeds.sales import Workstations, read_sales
from inventory.feeds.stock import read_stock
from omnistore.demo.folders import PROJECT
from tests.inventory.feeds.reading import (
    CATALOGUE,
    CHEESE,
    HEADER,
    MILK,
    NOW_US,
    SALES_HEADER,
    feed_file,
    read_counts,
    read_notes,
)

TIME = "2026-11-20T02:00:00Z"
SECONDS = 1_795_140_000
GOOD = f"S1,{MILK},5,{TIME}\n"


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (HEADER + GOOD + f'S1,"{MILK},5,{TIME}\n' + GOOD * 3, "csv_quote", "Line 3: a quote is opened and not closed"),
        (HEADER + GOOD + f"S1,{MILK},5", "truncated", "Line 3, the last one, ends after 3 of 4 columns"),
        (HEADER + GOOD + f"S1,{MILK},1.234,{TIME}\n", "locale_undeclared", 'Line 3: on_hand is "1.234"'),
        (HEADER + f'S1,{MILK},"1,234",{TIME}\n', "locale_undeclared", "decimal_sign"),
        ((HEADER + GOOD).encode() + b"S1,\xed\xa0\x80,5,x\n", "encoding", "Line 3, byte 74"),  # a lone surrogate
        ((HEADER + GOOD).encode() + "S1,Käse,5,x\n".encode() + b"S1,K\xe4se,5,x\n", "encoding", "Line 4, byte"),
    ],
)  # fmt: skip
def test_the_whole_file_is_refused(content: str | bytes, code: str, said: str) -> None:
    with pytest.raises(FeedRefused) as refused:
        read_counts(content)
    assert refused.value.code == code
    assert said in refused.value.message


def test_a_last_line_without_line_end_is_no_cut_line() -> None:
    assert read_counts(HEADER + GOOD + GOOD.rstrip())[1] == {}
    assert read_counts(HEADER + GOOD + f"S1,{MILK},5\n")[1] == {3: "column_count"}


@pytest.mark.parametrize(
    ("sign", "text", "quantity"),
    [
        (",", "1.234", 1234), (",", "1.234.567", 1_234_567), (",", "12,0", 12), (",", "1.234,0", 1234),
        (".", '"1,234"', 1234), (".", "12.0", 12), (".", "1.0", 1), (".", "1\u00a0234", 1234), (None, "0.0", 0),
        (None, "12.0", 12), (None, '"12,0"', 12),
    ],
)  # fmt: skip
def test_figures_of_a_declared_locale(sign: str | None, text: str, quantity: int) -> None:
    profile: dict[str, object] = {"decimal_sign": sign} if sign else {}
    delimiter = ";" if sign == "," else ","
    header, line = HEADER, f"S1,{MILK},{text},{TIME}"
    if delimiter == ";":
        header, line = HEADER.replace(",", ";"), f"S1;{MILK};{text};{TIME}"
        profile["delimiter"] = ";"
    assert read_counts(f"{header}{line}\n", profile) == ([(1, 10, quantity, SECONDS)], {})


@pytest.mark.parametrize(
    "text", ["１２", "١٢", "1_000", "+5", "1e3", "1e400", "NaN", "Infinity", "²", "12 Stk", "'5", "120-", "1.23.4",
             "12.34.567", "1,5,0"],
)  # fmt: skip
@pytest.mark.parametrize("sign", [".", ",", None])
def test_what_is_no_number_stays_none(text: str, sign: str | None) -> None:
    profile = {"delimiter": "|"} | ({"decimal_sign": sign} if sign else {})
    content = f"{HEADER}S1,{MILK},§,{TIME}\n".replace(",", "|").replace("§", text)
    assert read_counts(content, profile) == ([], {2: "not_a_number"})


def test_five_thousand_digits_are_out_of_range() -> None:
    assert read_counts(f"{HEADER}S1,{MILK},{'9' * 5000},{TIME}\n") == ([], {2: "out_of_range"})


def test_a_profile_without_negatives_rejects_them_and_another_takes_them() -> None:
    content = f"{HEADER}S1,{MILK},-31,{TIME}\n"
    assert read_counts(content) == ([(1, 10, -31, SECONDS)], {})
    assert read_counts(content, {"negatives": False}) == ([], {2: "negative"})


def test_what_is_not_counted_is_noted_and_nothing_is_not_zero() -> None:
    lines = [f"S1,{MILK},{text},{TIME}\n" for text in ("", "Not stocked", " variable ", "0")]
    content = HEADER + "".join(lines)
    assert read_counts(content) == ([(1, 10, 0, SECONDS)], {})
    assert read_notes(content) == [("not_tracked", 3, (2, 3, 4))]


@pytest.mark.parametrize("quote", ["", '"'])
def test_zeros_a_spreadsheet_dropped_are_noted(quote: str) -> None:
    upc = "036000291452"
    catalogue = replace(
        CATALOGUE,
        gtins=np.array([int(CHEESE), int(upc), int(MILK)]),
        gtin_item_ids=np.array([11, 10, 10], np.int32),
    )
    codes = (MILK, upc, upc.lstrip("0"), upc.zfill(14), CHEESE, "96385073")
    content = HEADER + "".join(f"S1,{quote}{code}{quote},5,{TIME}\n" for code in codes)
    tables = list(
        read_stock(feed_file(content.encode()), read_profile("STOCK", {}), catalogue, now_us=NOW_US)
    )
    notes = [(note.code, note.count, note.line_numbers) for rows in tables for note in rows.notes]
    assert notes == [("repaired_leading_zero", 1, (4,))]
    assert [line.code for rows in tables for line in rows.rejected] == ["gtin_check_digit"]


@pytest.mark.parametrize(
    "text",
    [f"https://id.example.org/01/0{MILK}", f"]C1010{MILK}", f"(01)0{MILK}", f'="{MILK}"'.replace('"', '""')],
)
def test_other_ways_to_write_a_barcode(text: str) -> None:
    assert read_counts(f'{HEADER}S1,"{text}",5,{TIME}\n') == ([(1, 10, 5, SECONDS)], {})


def test_a_clock_a_little_ahead_is_now() -> None:
    content = f"{HEADER}S1,{MILK},5,2026-11-22T12:15:00Z\nS1,{MILK},5,2026-11-22T12:15:01Z\n"
    assert read_counts(content) == ([(1, 10, 5, NOW_US // 1_000_000)], {3: "future"})
    assert read_notes(content) == [("clamped", 1, (2,))]


def test_an_hour_that_exists_twice_is_noted_and_one_that_does_not_is_rejected() -> None:
    lines = [f"S1,{MILK},{number},{time}\n" for number, time in
             enumerate(["2026-11-01T01:30:00", "2026-11-01T03:30:00", "2026-03-08T02:30:00"])]  # fmt: skip
    content = HEADER + "".join(lines)
    good, rejected = read_counts(content)
    assert ([quantity for _s, _i, quantity, _at in good], rejected) == ([0, 1], {4: "bad_time"})
    assert read_notes(content) == [("ambiguous_time", 1, (2,))]


def test_every_quantity_times_the_scale() -> None:
    content = f"{HEADER}S1,{MILK},89000,{TIME}\nS1,{CHEESE},89638,{TIME}\nS1,{MILK},89638,{TIME}\n"
    assert read_counts(content, {"scale": 0.001}) == (
        [(1, 10, 89, SECONDS), (1, 11, 89_638, SECONDS)], {4: "uom_mismatch"}
    )  # fmt: skip


def test_amounts_where_the_profile_names_their_column() -> None:
    header = SALES_HEADER.replace("\n", ",paid\n")
    line = f"S1,T1,2026-11-20,7,1,{MILK},2,2026-11-20T12:00:00Z"
    file = feed_file(f"{header}{line},12.99\n{line},\n{line},1.2345\n{line},x\n".encode())
    profile = read_profile("SALES", {"columns": {"amount": "paid"}, "decimal_sign": "."})
    (rows,) = read_sales(file, profile, CATALOGUE, Workstations(), now_us=NOW_US)
    assert rows.amounts is not None
    assert rows.amounts.tolist() == [12_990, NO_AMOUNT]
    assert [(line.line_number, line.code) for line in rows.rejected] == [
        (4, "not_a_number"),
        (5, "not_a_number"),
    ]


@pytest.mark.parametrize("quoted", [False, True])
def test_a_thousand_columns(quoted: bool) -> None:
    header = HEADER.rstrip() + "".join(f",x{number}" for number in range(996)) + "\n"
    item = f'"{MILK}"' if quoted else MILK
    line = f"S1,{item},5,{TIME}" + "," * 996 + "\n"
    assert read_counts(header + line * 3) == ([(1, 10, 5, SECONDS)] * 3, {})


def test_odd_lines_leave_the_others_in_the_fast_tier() -> None:
    """A bad line in a hundred of every kind: the good ones are read as if it were not there."""
    odd = [
        f"S1,{MILK},x,{TIME}\n", "\n", f"S1,{MILK}\n", f"S1,{MILK},+5,{TIME}\n", f"S1,{MILK},5\r,{TIME}\n",
        f'"S1",{MILK},7,{TIME}\n', f"S1,{MILK},\0,{TIME}\n", f"S9,{MILK},5,{TIME}\n",
        f"S1,{MILK},5,{TIME}\r\n",
    ]  # fmt: skip
    content = HEADER + "".join(GOOD * 100 + line for line in odd) + GOOD * 100
    good, rejected = read_counts(content)
    assert [figure[2] for figure in good] == [5] * 599 + [5] + [7] + [5] * 401
    assert rejected == {
        102: "not_a_number", 304: "column_count", 405: "not_a_number", 506: "bad_line", 708: "not_a_number",
        809: "unknown_store",
    }  # fmt: skip


SHORT_ROWS = """
import io, sys
from pathlib import Path
sys.path.insert(0, {project!r})
from inventory.feeds.profiles import read_profile
from inventory.feeds.stock import read_stock
from tests.inventory.feeds.reading import CATALOGUE, HEADER, NOW_US, feed_file

def peak():
    return next(int(line.split()[1]) for line in Path("/proc/self/status").open() if line.startswith("VmHWM:"))

content = HEADER.encode() + {row!r} * {count}
before, rejected = peak(), 0
for rows in read_stock(feed_file(content), read_profile("STOCK", {{}}), CATALOGUE, now_us=NOW_US):
    rejected += len(rows.rejected)
print(rejected, (peak() - before) // 1024)
"""


@pytest.mark.parametrize(("row", "most"), [(b"x\n", 65), (b"S1,4006381333931,y,2026-11-20T02:00:00Z\n", 105)])
def test_a_file_of_bad_lines_needs_little_memory(row: bytes, most: int) -> None:
    """Kept until the end, so many rejected lines would be another 50 MB."""
    count = 150_000
    program = SHORT_ROWS.format(project=str(PROJECT), row=row, count=count)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    rejected, megabytes = map(int, ended.stdout.split())
    assert rejected == count
    assert megabytes < most


def test_a_line_without_end_is_refused_after_a_few_megabytes() -> None:
    endless = _Endless(HEADER.encode())
    file = FeedFile(lambda: endless, 10**12)
    with pytest.raises(FeedRefused, match="hostile_input"):
        list(read_stock(file, read_profile("STOCK", {}), CATALOGUE, now_us=NOW_US))
    assert endless.given < 20 * 2**20


class _Endless(io.BytesIO):
    """A file that goes on in one line for 300 MB."""

    given = 0

    def read(self, size: int | None = -1) -> bytes:
        start = super().read(size)
        if self.given > 300 * 2**20 or size is None or size < 100:
            return start
        self.given += size
        return start + b"x" * (size - len(start))
