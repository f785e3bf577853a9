"""EDIFACT envelopes: release characters exact, marks and character sets as declared, a cut file never half read."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydifact.segmentcollection import Interchange

from inventory.feeds.edi_segments import Segment
from inventory.feeds.edifact import read_edifact
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from tests.inventory.feeds.edi_files import edifact, read
from tests.inventory.feeds.reading import feed_file

HEAD = ["BGM+35+I77+9", "DTM+137:20260312:102", "NAD+GY+4099200000015::9"]
LINE = ["LIN+1++4006381333931:EN", "QTY+145:7:PCE"]
GOOD = edifact("INVRPT", [*HEAD, *LINE])
NAMES = ("edifact_invrpt", "edifact_slsrpt")


def refusal(content: str | bytes, options: dict[str, object] | None = None) -> str:
    with pytest.raises(FeedRefused) as refused:
        read("edifact_invrpt", content, options)
    return refused.value.code


def title(content: str | bytes) -> str:
    return read("edifact_invrpt", content).counts[0].title


def described(text: str) -> str:
    return edifact("INVRPT", [*HEAD, LINE[0], f"IMD+F++:::{text}", LINE[1]])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2 ?+ 1", "2 + 1"),
        ("what??", "what?"),
        ("O?'Neill??", "O'Neill?"),
        ("12?:30 ???'", "12:30 ?'"),
        ("a?+b?'c??d?:e", "a+b'c?d:e"),
    ],
)
def test_released_characters_are_text_exactly(written: str, meant: str) -> None:
    assert title(described(written)) == meant


@pytest.mark.parametrize("text", ["O?'Neill???'", "??????", "ä?'ö"])
def test_bytes_that_trickle_in_are_cut_nowhere_else(text: str) -> None:
    content = described(text).replace("UNOC:3", "UNOY:4")
    assert read("edifact_invrpt", "\ufeff" + content, trickles=True) == read("edifact_invrpt", content)


@pytest.mark.filterwarnings("ignore::pydifact.exceptions.MissingImplementationWarning")
@given(st.lists(st.text("AZ?+:' ", max_size=12), min_size=1, max_size=4))
def test_segments_are_those_of_another_parser(texts: list[str]) -> None:
    released = "".join("?" + one if one in "?+:'" else one for one in ":".join(f"x{text}x" for text in texts))
    content = edifact("INVRPT", [*HEAD, f"FTX+AAI+++{released}", *LINE])
    mine = [
        segment
        for segment in read_edifact(feed_file(content.encode()), read_profile("STOCK", {}), wanted="INVRPT")
        if isinstance(segment, Segment) and segment.tag not in ("UNB", "UNH", "UNT")
    ]
    (message,) = Interchange.from_str(content).get_messages()
    for segment, other in zip(mine, message.segments, strict=True):
        assert segment.tag == other.tag
        for place, element in enumerate(other.elements, 1):
            parts = element if isinstance(element, list) else [element]
            assert [segment.get(place, at) for at in range(len(parts))] == [part.strip() for part in parts]


@pytest.mark.parametrize(
    "content",
    [
        edifact("INVRPT", [*HEAD, *LINE], una=""),
        edifact("INVRPT", [*HEAD, *LINE], line_end="\r\n") + "\r\n\r\n",
        "\ufeff" + GOOD,
        GOOD.removesuffix("'"),
        GOOD.translate(str.maketrans("+:'?", "|>~^")).replace("UNA>|.^ ~", "UNA>|.^ ~"),
        edifact("INVRPT", [*HEAD, *LINE], una="").translate(str.maketrans("+:'", "\x1d\x1f\x1c")),
        "\r\n".join(GOOD[at : at + 80] for at in range(0, len(GOOD), 80)),
    ],
)
def test_marks_line_ends_and_wrapping_make_no_difference(content: str) -> None:
    assert read("edifact_invrpt", content).stock == [("4099200000015", "4006381333931", "ON_HAND", "7")]


def test_line_ends_for_terminators_are_read_only_where_the_profile_says_so() -> None:
    content = edifact("INVRPT", [*HEAD, *LINE], una="").replace("'", "\r\n")
    assert refusal(content) == "segment_terminator"
    assert len(read("edifact_invrpt", content, {"segment_terminator": "\n"}).counts) == 1
    assert (
        len(read("edifact_invrpt", GOOD, {"segment_terminator": "\n"}).counts) == 1
    )  # UNA has the last word
    assert refusal(content, {"segment_terminator": "nl"}) == "bad_profile"


@pytest.mark.parametrize(
    ("syntax", "encoding", "text"),
    [
        ("UNOC:3", "latin-1", "Käse"), ("UNOD:3", "iso8859-2", "Čaj"), ("UNOE:3", "iso8859-5", "Сыр"),
        ("UNOF:3", "iso8859-7", "τυρί"), ("UNOY:4", "utf-8", "Käse – チーズ"), ("UNOA:2", "utf-8", "KAESE"),
    ],
)  # fmt: skip
def test_the_character_set_is_the_one_the_interchange_names(syntax: str, encoding: str, text: str) -> None:
    content = described(text).replace("UNOC:3", syntax)
    assert title(content.encode(encoding)) == text


def test_other_bytes_are_refused_by_their_place() -> None:
    content = described("Käse").replace("UNOC:3", "UNOA:3").encode("latin-1")
    with pytest.raises(FeedRefused, match=rf"Byte {content.index(0xE4) + 1} of the file: e4 ") as refused:
        read("edifact_invrpt", content)
    assert refused.value.code == "encoding"
    assert read("edifact_invrpt", content, {"encoding": "latin-1"}).counts[0].title == "Käse"


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("UNT+7+1", "UNT+8+1", "control_count"),
        ("UNT+7+1", "UNT++1", "control_count"),
        ("UNZ+1+", "UNZ+2+", "control_count"),
        ("UNT+7+1", "UNT+7+2", "control_number"),
        ("UNZ+1+R0451", "UNZ+1+R0452", "control_number"),
    ],
)
def test_wrong_counts_and_references_are_refused_or_noted(right: str, wrong: str, code: str) -> None:
    content = GOOD.replace(right, wrong)
    assert content != GOOD
    assert refusal(content) == code
    tolerated = read("edifact_invrpt", content, {"tolerance": [code]})
    assert (tolerated.noted, len(tolerated.counts)) == ([code], 1)


@given(st.integers(10, len(GOOD) - 3))
def test_a_file_cut_anywhere_is_refused(length: int) -> None:
    assert refusal(GOOD[:length]) in ("truncated", "wrong_document")


def test_other_messages_are_passed_over_and_groups_counted() -> None:
    both = edifact("INVRPT", [*HEAD, *LINE], ["BGM+220+1+9"]).replace("2+INVRPT", "2+ORDERS")
    found = read("edifact_invrpt", both)
    assert (found.noted, len(found.counts)) == (["other_document"], 1)
    assert refusal(edifact("SLSRPT", ["BGM+73E+1+9"])) == "wrong_document"
    grouped = GOOD.replace("UNH+1", "UNG+INVRPT+A+B+260312:0215+G1+UN+D:96A'UNH+1")
    assert len(read("edifact_invrpt", grouped.replace("UNZ", "UNE+1+G1'UNZ")).counts) == 1
    assert refusal(grouped.replace("UNZ", "UNE+2+G1'UNZ")) == "control_count"


def test_what_is_no_edifact_at_all_is_told_apart() -> None:
    assert refusal("store;sku;qty\n1;2;3\n") == "wrong_document"
    assert refusal(b"") == "empty_file"
    assert refusal(GOOD.replace("UNA:+.? '", "UNA++.? '")) == "wrong_document"
    assert refusal(GOOD[:60] + "X" * 100_000) == "hostile_input"
    assert refusal(GOOD.replace("LIN+1", "UNH+2+INVRPT:D:96A:UN'LIN+1")) == "envelope"
    assert refusal(edifact("INVRPT", [*HEAD, "BGM+35+1+1"])) == "unknown_purpose"


@given(st.binary(max_size=300), st.sampled_from(NAMES))
def test_no_bytes_raise_anything_but_a_refusal(noise: bytes, name: str) -> None:
    for content in (noise, b"UNA:+.? '" + noise, GOOD[:70].encode() + noise):
        with contextlib.suppress(FeedRefused):
            read(name, content)


@given(st.data())
def test_no_change_to_a_good_file_raises_anything_but_a_refusal(data: st.DataObject) -> None:
    movements = ["INV+2+1+1", "QTY+156:5", "LOC+14+7::92", "STS+7+X41::9", "DTM+179:20260310:102"]
    sales = [
        "LOC+162+S1::92",
        "DTM+356:2026030120260307:718",
        *LINE,
        "MOA+203:7.5",
        "QTY+153:-2",
        "PRI+AAE:3",
    ]
    content = bytearray(edifact("INVRPT", [*HEAD, *LINE, *movements], [*HEAD, *sales]).encode())
    name = data.draw(st.sampled_from(NAMES))
    if name == "edifact_slsrpt":
        content = bytearray(content.replace(b"INVRPT", b"SLSRPT"))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    with contextlib.suppress(FeedRefused):
        read(name, bytes(content), {"tolerance": ["control_count", "control_number"]})
