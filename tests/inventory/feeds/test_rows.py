"""Text as tables: encodings, quotes, line ends, and what is no table."""

import tracemalloc

import pytest

from inventory.feeds.facts import BadRow
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from inventory.feeds.rows import Row, read_rows
from tests.inventory.feeds.dialect_reading import bad, figures, notes, read, refusal, xlsx
from tests.inventory.feeds.reading import feed_file

TABLE = {"columns": {"item": "sku", "quantity": "on_hand"}, "item_code": "SKU"}
HEADER = "store,sku,on_hand\n"


def rows_of(content: bytes, **profile: object) -> list[Row | BadRow]:
    declared = read_profile("STOCK", profile)
    return list(read_rows(feed_file(content, encoding=declared.encoding), declared))


def test_records_of_several_lines_keep_their_line_and_their_text() -> None:
    rows = rows_of(b'a,"b\nc"\n\n , \nd,e\r\n"f",""""\n')
    assert rows == [
        (1, ["a", "b\nc"], 'a,"b\nc"', False),
        (5, ["d", "e"], "d,e", False),
        (6, ["f", '"'], '"f",""""', False),
    ]


@pytest.mark.parametrize(
    ("content", "encoding", "text"),
    [
        ("Größe,1", "utf-8", "Größe"),
        ("\ufeffGröße,1", "utf-8", "Größe"),
        ("Größe,1", "cp1252", "Größe"),
        ("Größe,1", "utf-16", "Größe"),
        ("Größe,1", "utf-32", "Größe"),
        ("Größe,1\r2,3\r", "mac_roman", "Größe"),
        ("大きさ,1", "shift_jis", "大きさ"),
    ],
)
def test_the_encoding_is_the_marks_or_utf8_or_the_declared_one(
    content: str, encoding: str, text: str
) -> None:
    rows = rows_of(content.encode(encoding), encoding=encoding)
    assert isinstance(rows[0], Row)
    assert rows[0].values == [text, "1"]


def test_utf8_is_seen_under_another_declaration_and_the_mark_under_none() -> None:
    assert rows_of("Größe,1\n".encode(), encoding="cp1252")[0].raw == "Größe,1"
    assert rows_of("Größe,1\n".encode("utf-16"))[0].raw == "Größe,1"


def test_bytes_that_are_nothing_are_named_by_their_place() -> None:
    for content in (b"a,b\nGr\xf6\xdfe,1\n", b"x" * 65_530 + b",1\nGr\xf6\xdfe,1\n", b"a,b\nGr\xc3"):
        with pytest.raises(FeedRefused) as refused:
            rows_of(content)
        assert refused.value.code == "encoding"
        place = content.index(b"Gr") + 3
        assert f"Byte {place} of the file" in refused.value.message


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (b"", "empty_file", ""),
        (b"\xef\xbb\xbf\n \n", "empty_file", ""),
        (HEADER.encode() + b'S1,"a,1\nS1,b,2\nS1,c,3\n', "csv_quote", "Line 2:"),
        (HEADER.encode() + b'S1,"a\nb",1\nS1,"c,2\nS1,"d",3\n', "csv_quote", "Line 4:"),
        (HEADER.encode() + b'S1,"a,1\nS1,b"\nS1,c,3\n', "csv_quote", "Line 2:"),
        (HEADER.encode() + b'S1,"a,1\n' + b"S1,b,2\n" * 350_000, "csv_quote", "Line 2:"),
        (HEADER.encode() + b"S1,a,1\nS1,b", "truncated", "Line 3"),
        (HEADER.encode() + b"x" * 1_200_000, "hostile_input", "Line 2 is longer"),
        (b"\0\1\2,1\n", "not_delimited_text", "NUL"),
        (b"%PDF-1.7\n", "not_delimited_text", "PDF"),
        (b"<html><table><tr><td>store</td></tr></table></html>", "not_an_excel_file", "web page"),
        (b"\xef\xbb\xbf\r\n<?xml version='1.0'?><Workbook/>", "not_an_excel_file", "XML"),
        (b"store;sku;on_hand\nS1;a;1\n", "unknown_header", "lacks"),
    ],
    ids=range(13),
)
def test_refused(content: bytes, code: str, told: str) -> None:
    refused = refusal("table", content, TABLE)
    assert refused.code == code
    assert told in refused.message


def test_text_where_a_workbook_is_declared() -> None:
    for option in ({"container": "WORKBOOK"}, {"sheet": 1}, {"sheet": "Stock"}):
        assert refusal("table", HEADER + "S1,a,1\n", {**TABLE, **option}).code == "not_an_excel_file"
    assert figures(read("table", HEADER + "S1,a,1\n", TABLE)) == [("S1", "a", 1)]


def test_a_bad_line_costs_itself_alone() -> None:
    lines = ['S1,"a"x,1', "S1,a", "S1,a,1,2", "S1,a\0,1", "S1,a\rb,1", "S1,b,2"]
    found = read("table", HEADER + "\n".join(lines) + "\n", TABLE)
    assert bad(found) == [
        (2, "bad_line"),
        (3, "column_count"),
        (4, "column_count"),
        (5, "bad_line"),
        (6, "bad_line"),
    ]
    assert figures(found) == [("S1", "b", 2)]
    assert "\0" not in str(found)


def test_other_ways_to_end_and_to_part() -> None:
    figure = [("S1", "a", 1), ("S1", "b", 2)]
    for text in ("store,sku,on_hand\rS1,a,1\rS1,b,2", "sep=;\r\nstore;sku;on_hand\r\nS1;a;1\r\nS1;b;2\r\n"):
        assert figures(read("table", text, TABLE)) == figure
    assert figures(read("table", "store|sku|on_hand\nS1|a|1\nS1|b|2", {**TABLE, "delimiter": "|"})) == figure


def test_text_encoded_twice_is_taken_and_noted_once() -> None:
    found = read("table", HEADER + "S1,GrÃ¶ÃŸe,1\nS1,GrÃ¶ÃŸe 2,1\nS1,Größe,1\n", TABLE)
    assert len(figures(found)) == 3
    assert notes(found) == [(2, "mojibake")]


def test_memory_stays_flat() -> None:
    content = HEADER.encode() + b"S1,4006381333931,5\n" * 40_000
    declared, count = read_profile("STOCK", {}), 0
    tracemalloc.start()
    for _row in read_rows(feed_file(content), declared):
        count += 1
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 40_001
    assert peak < 2**20


def test_a_workbook_is_a_workbook_whatever_it_is_called() -> None:
    assert [row.raw for row in rows_of(xlsx([["a", 1.5], ["x,y", 2]]))] == ["a,1.5", '"x,y",2']
