"""X12 envelopes: any marks, wrong counts and numbers refused or tolerated, a cut file never half read."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from x12 import tokenize_x12

from inventory.feeds.edi_segments import Segment
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from inventory.feeds.x12 import read_x12
from tests.inventory.feeds.edi_files import isa, read, x12
from tests.inventory.feeds.reading import feed_file

HEAD = ["BIA*00*SI*INV0312*20260312*0200", "N1*WH*NORTH DC*92*0012"]
LINE = ["LIN*1*UP*036000291452*VP*KX-20", "QTY*33*7*EA"]
GOOD = x12("846", [*HEAD, *LINE, "CTT*1"])


def refusal(content: str | bytes, options: dict[str, object] | None = None) -> str:
    with pytest.raises(FeedRefused) as refused:
        read("x12_846", content, options)
    return refused.value.code


@pytest.mark.parametrize(
    "marks",
    [
        {},
        {"line_end": ""},
        {"line_end": "\r\n"},
        {"separator": "|"},
        {"separator": "~", "terminator": "?"},
        {"terminator": "\n", "line_end": ""},
        {"terminator": "\r", "line_end": "\n"},
        {"terminator": "'", "component": ":"},
        {"separator": "\n", "line_end": ""},
        {"separator": "\x1d", "terminator": "\x1c", "component": "\x1f"},
    ],
)
def test_any_marks_give_the_same_counts(marks: dict[str, str]) -> None:
    content = x12("846", [*HEAD, *LINE, "CTT*1"], **marks) + "\n\n"
    assert read("x12_846", content).stock == [("0012", "036000291452", "AVAILABLE", "7")]


def test_bytes_that_trickle_in_are_cut_nowhere_else() -> None:
    assert read("x12_846", GOOD, trickles=True) == read("x12_846", GOOD)


def test_segments_are_those_of_another_tokenizer() -> None:
    profile = read_profile("STOCK", {})
    mine = [
        [segment.whole(place) for place in range(len(segment.elements))]
        for segment in read_x12(feed_file(GOOD.encode()), profile, wanted="846")
        if isinstance(segment, Segment) and segment.tag not in ("ISA", "GS")
    ]
    theirs = [
        [segment.tag, *(element.decode().strip() for element in segment.elements)]
        for segment in tokenize_x12(GOOD.encode()).segments
    ]
    assert mine == [one for one in theirs if one[0] not in ("ISA", "GS", "GE", "IEA")]


def test_a_padded_header_is_refused_naming_where_it_ends() -> None:
    content = GOOD.replace("SHOPSUPPLY     ", "SHOPSUPPLY       ", 1)
    with pytest.raises(FeedRefused, match=r"ends at offset 107; expected 105") as refused:
        read("x12_846", content)
    assert refused.value.code == "isa_layout"
    tolerated = read("x12_846", content, {"tolerance": ["isa_layout"]})
    assert (tolerated.noted, len(tolerated.counts)) == (["isa_layout"], 1)


def test_a_header_without_padding_is_read_where_it_is_tolerated() -> None:
    content = re.sub(r"(?<=\*) +(?=\*)| +(?=\*)", "", GOOD.split("\n")[0]) + GOOD[107:]
    assert refusal(content) == "isa_layout"
    assert len(read("x12_846", content, {"tolerance": ["isa_layout"]}).counts) == 1


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("SE*7*0001", "SE*8*0001", "control_count"),
        ("SE*7*0001", "SE**0001", "control_count"),
        ("GE*1*77", "GE*2*77", "control_count"),
        ("IEA*1*", "IEA*3*", "control_count"),
        ("SE*7*0001", "SE*7*0002", "control_number"),
        ("GE*1*77", "GE*1*78", "control_number"),
        ("IEA*1*000000421", "IEA*1*000000422", "control_number"),
    ],
)
def test_wrong_counts_and_numbers_are_refused_or_noted(right: str, wrong: str, code: str) -> None:
    content = GOOD.replace(right, wrong)
    assert content != GOOD
    assert refusal(content) == code
    tolerated = read("x12_846", content, {"tolerance": [code]})
    assert (tolerated.noted, len(tolerated.counts)) == ([code], 1)


def test_a_count_with_leading_zeros_is_the_same_count() -> None:
    assert read("x12_846", GOOD.replace("SE*7*", "SE*07*")).notes == []


@given(st.integers(1, len(GOOD) - 3))
def test_a_file_cut_anywhere_is_refused(length: int) -> None:
    assert refusal(GOOD[:length]) in ("truncated", "isa_layout", "wrong_document")


def test_the_last_terminator_may_be_missing() -> None:
    assert len(read("x12_846", GOOD.removesuffix("~\n")).counts) == 1


def test_other_documents_beside_ours_are_passed_over() -> None:
    other = x12("997", ["AK1*IB*77", "AK9*A*1*1*1"])
    group = other[107:].split("IEA")[0].replace("*77", "*78")
    content = GOOD.replace("IEA*1*", group + "IEA*2*")
    found = read("x12_846", content)
    assert (found.noted, len(found.counts)) == (["other_document"], 1)
    assert refusal(other) == "wrong_document"


def test_several_interchanges_in_one_file() -> None:
    second = GOOD.replace("000000421", "000000422").replace("*0012", "*0013")
    found = read("x12_846", GOOD + second)
    assert [place for place, *_rest in found.stock] == ["0012", "0013"]
    assert found.document.control_number == "000000422"


def test_what_is_no_x12_at_all_is_told_apart() -> None:
    assert refusal("store,sku,qty\n1,2,3\n") == "wrong_document"
    assert refusal(b"") == "empty_file"
    assert refusal(b" \r\n" * 5000) == "empty_file"
    assert refusal(isa() + "GS*IB~" + "X" * 100_000) == "hostile_input"
    assert refusal(GOOD.replace("LIN*1", "GE*1*77~LIN*1")) == "envelope"


def test_bytes_of_another_character_set_are_refused_by_their_place() -> None:
    content = x12("846", [*HEAD, LINE[0], "PID*F****Crème", LINE[1]]).encode("cp1252")
    with pytest.raises(FeedRefused, match=rf"Byte {content.index(0xE8) + 1} of the file: e8 ") as refused:
        read("x12_846", content)
    assert refused.value.code == "encoding"
    assert read("x12_846", content, {"encoding": "cp1252"}).counts[0].title == "Crème"


@given(st.binary(max_size=300), st.sampled_from(["x12_846", "x12_852"]))
def test_no_bytes_raise_anything_but_a_refusal(noise: bytes, name: str) -> None:
    for content in (noise, isa().encode() + noise):
        with contextlib.suppress(FeedRefused):
            read(name, content)


@given(st.data())
def test_no_change_to_a_good_file_raises_anything_but_a_refusal(data: st.DataObject) -> None:
    content = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    tolerance = ["isa_layout", "control_count", "control_number"]
    with contextlib.suppress(FeedRefused):
        read("x12_846", bytes(content), {"tolerance": tolerance})
