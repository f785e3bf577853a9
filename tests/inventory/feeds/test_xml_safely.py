"""XML from strangers: read as a stream, refused where it is hostile, cut off or no XML."""

import contextlib
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.feeds.records import FeedRefused
from inventory.feeds.xml_safely import open_xml

DOCUMENT = b'<?xml version="1.0"?><!-- note --><log><receipt no="1"><line/>a</receipt><receipt no="2"/></log>'


def seen(content: bytes) -> list[tuple[str, str]]:
    return [(event, element.tag) for event, element in open_xml(io.BytesIO(content))]


def refusal(content: bytes) -> str:
    with pytest.raises(FeedRefused) as refused:
        read_items(content)
    return refused.value.code


def read_items(content: bytes) -> int:
    total = 0
    for event, element in open_xml(io.BytesIO(content)):
        if event == "end" and element.tag == "item":
            total += int(element.findtext("q") or 0)
            element.clear()
    return total


def test_events_come_in_the_documents_order() -> None:
    assert [tag for event, tag in seen(DOCUMENT) if event == "end"] == ["line", "receipt", "receipt", "log"]
    assert seen(DOCUMENT)[0] == ("start", "log")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "hostile_input"),
        (b'<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "hostile_input"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "hostile_input"),
        (b" " * 200_000 + b"<!DOCTYPE a><a/>", "hostile_input"),
        (b"<a>" * 5000, "hostile_input"),
        (b"<a>" + b"<b/>" * 210_000, "hostile_input"),
        (b"<a><b>" + b"x" * 9_000_000, "hostile_input"),
        (
            b"<a>"
            + b"<item>1</item><junk>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx</junk>" * 200_000,
            "hostile_input",
        ),
        (DOCUMENT[:-3], "truncated"),
        (DOCUMENT[:50], "truncated"),
        (b"", "empty_file"),
        (b" \n ", "empty_file"),
        (b"a,b\n1,2\n", "not_xml"),
        (b"<a>&undeclared;</a>", "not_xml"),
        (b"<a></b>", "not_xml"),
        (b"<a>\xff</a>", "not_xml"),
        (b"<a/><b/>", "not_xml"),
        (b"<a>\0</a>", "not_xml"),
        (b'<?xml version="1.0" encoding="utf-9"?><a/>', "encoding"),
        (b'<?xml version="1.0" encoding="shift_jis"?><a/>', "encoding"),
    ],
)
def test_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_memory_stays_flat_when_records_are_cleared() -> None:
    content = b"<log>" + b"<item><id>4006381333931</id><q>5</q></item>\n" * 8_000 + b"</log>"
    tracemalloc.start()
    count = read_items(content)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 40_000
    assert peak < 2 * 2**20  # 5 MB if they were kept


@given(st.binary(max_size=200), st.integers(0, len(DOCUMENT)))
def test_whatever_the_bytes_it_is_refused_at_worst(noise: bytes, place: int) -> None:
    for content in (noise, DOCUMENT[:place] + noise + DOCUMENT[place:]):
        with contextlib.suppress(FeedRefused):
            assert seen(content)
