"""Files that cannot be used at all are refused with a reason a person understands."""

import gzip

import pytest

from inventory.feeds.blocks import FeedFile, visible
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from tests.inventory.feeds.reading import HEADER, MILK, feed_file, read_counts

LINE = f"S1,{MILK},5,2026-11-20T02:00:00Z\n"


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "empty_file", "empty"),
        (b"\xef\xbb\xbf \n\n", "empty_file", "no text"),
        (gzip.compress(b""), "empty_file", "empty"),
        (b"store_code;gtin;on_hand;as_of\n", "unknown_header", "delimited by ';'"),
        (b"store_code,gtin,stock,as_of\n", "unknown_header", 'lacks "on_hand"; it has "store_code", "gtin", "stock"'),
        (b"store_code,gtin,on_hand,as_of,GTIN\n", "unknown_header", '"gtin" more than once'),
        (b'store_code,"gtin,on_hand,as_of\n', "unknown_header", "cannot be read"),
        ((HEADER + LINE).encode() + b"S1,caf\xe9", "encoding", "Line 3, byte 77"),
        (HEADER.encode("utf-16"), "encoding", "UTF-16"),
        (gzip.compress((HEADER + LINE).encode())[:-9], "truncated", "cut off"),
        (gzip.compress((HEADER + LINE).encode())[:-8] + b"\0" * 8, "damaged_gzip", "damaged"),
        (b"PK\x03\x04\x14\0", "damaged_zip", "damaged"),
        (b"\0\x01\x02\n", "not_delimited_text", "NUL"),
        (HEADER.encode() + b"x" * (6 * 2**20), "hostile_input", "Line 2 is longer"),
    ],
)  # fmt: skip
def test_refused_with_code_and_sentence(content: bytes, code: str, said: str) -> None:
    with pytest.raises(FeedRefused) as refused:
        read_counts(content)
    assert refused.value.code == code
    assert said in refused.value.message


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(b"x,y\n" * 10**6)
    with pytest.raises(FeedRefused, match="too_large"):
        list(feed_file(bomb, limit=10**6).blocks())


def test_utf8_under_another_profile_is_not_taken_for_it() -> None:
    with pytest.raises(FeedRefused, match="encoding"):
        read_counts(b"\xef\xbb\xbf" + HEADER.encode(), {"encoding": "cp1252"})


def test_gzip_and_plain_and_utf16_read_the_same() -> None:
    text = HEADER + LINE * 3
    plain = read_counts(text)
    assert plain == read_counts(gzip.compress(text.encode())) == read_counts(b"\xef\xbb\xbf" + text.encode())
    assert plain == read_counts(text, {"encoding": "utf-16"})


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
def test_lines_are_whole_whatever_the_block(size: int) -> None:
    text = "eins\r\n\nzwei é\ndrei"
    blocks = list(feed_file(text.encode()).blocks(block_bytes=size))
    assert b"".join(block.text for block in blocks).decode() == text
    assert [block.first_line for block in blocks] == [
        1 + b"".join(b.text for b in blocks[:place]).count(b"\n") for place in range(len(blocks))
    ]
    assert list(feed_file(text.encode()).lines()) == [(1, "eins"), (2, ""), (3, "zwei é"), (4, "drei")]


def test_a_shown_line_has_no_nul_and_an_end() -> None:
    assert visible("a\0b\r\n") == "a␀b"
    assert len(visible("x" * 10_000)) == 500


def test_a_file_is_closed_after_reading(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("feed") / "a.csv"
    path.write_text(HEADER + LINE)
    handles = []

    def opened() -> object:
        handles.append(path.open("rb"))
        return handles[-1]

    list(FeedFile(opened, 10**6).blocks())  # type: ignore[arg-type]
    assert all(handle.closed for handle in handles)


@pytest.mark.parametrize(
    "profile",
    [
        {"colour": "red"},
        {"delimiter": "ab"},
        {"delimiter": "+"},
        {"encoding": "klingon"},
        {"encoding": "base64"},
        {"decimal_sign": "'"},
        {"timezone": "Mars/Olympus"},
        {"time_format": "tomorrow"},
        {"columns": {"price": "x"}},
        {"columns": ["store_code"]},
        {"completeness": "EVENTS"},
        {"item_code": 7},
    ],
)
def test_a_profile_that_cannot_be_used_says_why(profile: dict[str, object]) -> None:
    with pytest.raises(FeedRefused, match="bad_profile"):
        read_profile("STOCK", profile)


def test_utf16_without_its_mark_is_refused() -> None:
    with pytest.raises(FeedRefused, match="no utf-16"):
        read_counts((HEADER + LINE).encode("utf-16-le"), {"encoding": "utf-16"})
