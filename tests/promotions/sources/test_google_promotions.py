"""Google promotions as columns, RSS and Atom; and what is wrong with a row, each by its own code."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.feeds.records import FeedRefused
from promotions.sources.google_columns import REQUIRED
from promotions.sources.google_feeds import BadFeedRow, FeedRow, read_feed
from promotions.sources.google_promotions import PromotionRow, read_promotions
from tests.inventory.feeds.reading import feed_file

GOOD = {
    "promotion_id": "TEA-1",
    "product_applicability": "specific_products",
    "offer_type": "no_code",
    "long_title": "Tea, a fifth off",
    "promotion_effective_dates": "2026-10-31T00:00-04:00/2026-11-02T00:00-05:00",
    "redemption_channel": "online,in_store",
    "percent_off": "20",
    "item_id": "A,B",
}


def columns(delimiter: str, *rows: dict[str, str], quote: str = '"') -> bytes:
    names = list(rows[0])
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    return "\n".join(delimiter.join(f"{quote}{cell}{quote}" for cell in line) for line in lines).encode()


def atom(*rows: dict[str, str]) -> bytes:
    entries = "".join(
        "<entry><title>Shown nowhere</title>"
        + "".join(
            f"<g:{name}>{part.upper() if name in ('offer_type', 'redemption_channel') else part}</g:{name}>"
            for name, text in row.items()
            for part in (text.split(",") if name in ("item_id", "redemption_channel") else [text])
        )
        + "</entry>"
        for row in rows
    )
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">'
        f"<title>Deals</title>{entries}</feed>"
    ).encode()


def read(content: bytes) -> list[PromotionRow | BadFeedRow]:
    return list(read_promotions(feed_file(content)))


@pytest.mark.parametrize(
    "content",
    [
        columns("\t", GOOD, quote=""),
        columns(",", GOOD),
        columns(";", GOOD),
        columns("|", GOOD, quote=""),
        b"\xef\xbb\xbf" + columns("\t", GOOD, quote=""),
        columns(",", GOOD).replace(b"promotion_id", b"Promotion  ID", 1).replace(b"\n", b"\r\n"),
        atom(GOOD),
        atom(GOOD).replace(b"entry>", b"item>").replace(b"feed", b"rss"),
        atom(GOOD).replace(b"<g:", b"<").replace(b"</g:", b"</"),
        b"\n " + atom(GOOD)[21:],
        atom(GOOD).decode().encode("utf-16"),
    ],
)
def test_one_promotion_in_every_form(content: bytes) -> None:
    [row] = read(content)

    assert isinstance(row, PromotionRow)
    assert (row.promotion_id, row.content["long_title"]) == ("TEA-1", "Tea, a fifth off")
    assert row.content["redemption_channel"] == ["ONLINE", "IN_STORE"]
    assert row.content["item_id_inclusion"] == ["A", "B"]
    # The clocks go back in between.
    assert (row.content["starts_on"], row.content["starts_time"]) == (date(2026, 10, 31), time(4))
    assert (row.content["ends_on"], row.content["ends_time"]) == (date(2026, 11, 2), time(5))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"promotion_effective_dates": "2026-11-02T00:00-05:00/2026-10-31T00:00-04:00"}, "ends_before_start"),
        ({"promotion_effective_dates": "2026-11-02T00:00Z/2026-11-02T00:00Z"}, "ends_before_start"),
        ({"promotion_effective_dates": "2026-11-02T00:00Z/9999-12-31T23:59:59Z"}, "bad_period"),
        ({"item_id": ""}, "no_products"),
        ({"percent_off": "", "money_off_amount": "5.00"}, "no_currency"),
        ({"minimum_purchase_amount": "45"}, "no_currency"),
        ({"minimum_purchase_amount": "45.00 dollars"}, "bad_amount"),
        ({"store_applicability": "specific_stores", "store_code": "12,0012", "store_code_exclusion": "12"},
         "store_in_and_out"),
        ({"long_title": "x" * 201}, "too_long"),
        ({"item_id": "y" * 201}, "too_long"),
        ({"offer_type": ""}, "missing_value"),
        ({"version_number": "two"}, "bad_count"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", [lambda row: columns(",", row), atom], ids=["csv", "atom"])
def test_what_does_not_go_together_has_its_own_reason(
    form: Callable[[dict[str, str]], bytes], changed: dict[str, str], code: str
) -> None:
    bad = {name: text for name, text in (GOOD | changed).items() if text or form is not atom}

    [row] = read(form(bad))

    assert isinstance(row, BadFeedRow)
    assert (row.code, row.line_number) == (code, 1 if form is atom else 2)
    assert row.message.startswith(f"Line {row.line_number}, ")


@pytest.mark.parametrize(
    "changed",
    [
        {"store_applicability": "all_stores", "store_code_exclusion": "12"},
        {"item_id": "", "item_id_exclusion": "A"},
        {"promotion_effective_dates": "2026-11-01T01:30-04:00/2026-11-01T01:15-05:00"},
    ],
)
def test_what_goes_together_after_all(changed: dict[str, str]) -> None:
    assert [type(row) for row in read(columns(",", GOOD | changed))] == [PromotionRow]


def test_a_repeated_header_name_keeps_all_its_values() -> None:
    content = columns(
        "\t", GOOD | {"promotion_destination": "Shopping_ads", "more": "Free_listings"}, quote=""
    )

    [row] = read_feed(feed_file(content.replace(b"more", b"promotion destination")), required=REQUIRED)

    assert isinstance(row, FeedRow)
    assert row.values["promotion_destination"] == ["Shopping_ads", "Free_listings"]


def test_one_attribute_with_two_meanings_is_told() -> None:
    [row] = read(columns("\t", GOOD | {"more": "Tea for free"}, quote="").replace(b"more", b"long title"))

    assert isinstance(row, BadFeedRow)
    assert (row.code, "Tea, a fifth off, Tea for free" in row.message) == ("repeated_value", True)


def test_a_cell_may_hold_line_breaks_and_an_open_quote_costs_its_line_only() -> None:
    broken = columns(",", GOOD, GOOD, GOOD).split(b"\n")
    broken[1] = broken[1].replace(b"Tea, a fifth off", b"Tea,\na fifth off")
    broken[2] = broken[2].replace(b'"TEA-1"', b'"TEA-1')

    rows = read(b"\n".join(broken))

    assert [(row.line_number, getattr(row, "code", "good")) for row in rows] == [
        (2, "good"),
        (4, "open_quote"),
        (5, "good"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \n\n", "empty_file"),
        (columns(",", GOOD).replace(b"long_title", b"name"), "unknown_header"),
        (b'"promotion_id,long_title', "unknown_header"),
        (atom(GOOD)[:-3], "truncated"),
        (atom(GOOD).replace(b"<feed", b"<!DOCTYPE feed><feed"), "hostile_input"),
        (b"<POSLog><Transaction/></POSLog>", "wrong_document"),
    ],
)
def test_what_is_no_feed_is_refused_as_a_whole(content: bytes, code: str) -> None:
    with pytest.raises(FeedRefused) as refused:
        read(content)
    assert refused.value.code == code


def test_a_feed_without_promotions_says_nothing() -> None:
    assert read(atom()) == []


@settings(max_examples=100)
@given(
    form=st.sampled_from([columns(",", GOOD, GOOD), columns("\t", GOOD, quote=""), atom(GOOD, GOOD), b""]),
    place=st.integers(0, 600),
    length=st.integers(0, 30),
    new=st.lists(
        st.sampled_from([b'"', b",", b"\t", b"\n", b"<", b">", b"9", b"\0", b"\xff", b"--", b"/", b"g:"])
    ),
)
def test_a_feed_that_was_scratched_is_read_or_refused(
    form: bytes, place: int, length: int, new: list[bytes]
) -> None:
    with suppress(FeedRefused):
        read(form[:place] + b"".join(new) + form[place + length :])
