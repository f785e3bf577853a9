"""Our own form: what is written is read back the same, numbers are exact, and nothing is guessed."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.feeds.canonical import DIALECT, as_record
from inventory.feeds.facts import BadRow, Code, Fact, SalesTotal, StockCount, StockMovement
from tests.inventory.feeds.facts_read import bad_codes, found, refusal, survives

COUNT = '{"fact": "count", "store": "0412", "item": "4006381333931", "quantity": 12}'
EARLIEST, LATEST = (datetime.fromisoformat(day) for day in ("1970-01-01", "2200-01-01"))
A_NUMBER = "expected a number such as 12, -3 or 0.5."

texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=30)
places = st.builds(Code, st.sampled_from(["CODE", "GLN"]), texts)
items = st.lists(
    st.builds(Code, st.sampled_from(["GTIN", "SKU", "PLU", "INTERNAL"]), texts), min_size=1, max_size=3
)
decimals = st.decimals(min_value=-(10**12), max_value=10**12, places=4)
instants = st.datetimes(
    min_value=EARLIEST,
    max_value=LATEST,
    timezones=st.sampled_from([None, UTC, timezone(timedelta(hours=-4))]),
)
days = st.dates(min_value=date(1970, 1, 1), max_value=date(2200, 1, 1))
common = {
    "line_number": st.just(1), "place": places, "items": items.map(tuple), "quantity": decimals,
    "unit": st.sampled_from([None, "KGM", "H87"]), "title": st.just("") | texts,
}  # fmt: skip
money = {"amount": st.none() | decimals, "currency": st.sampled_from(["", "EUR"])}
facts = st.one_of(
    st.builds(
        StockCount, **common, as_of=st.none() | instants, state=st.sampled_from(["ON_HAND", "AVAILABLE"]),
        withheld=st.dictionaries(st.sampled_from(["COMMITTED", "SAFETY", "DAMAGED"]), decimals),
    ),
    st.builds(
        StockMovement, **common, **money, kind=st.sampled_from(["SALE", "RETURN", "VOID", "ADJUSTMENT"]),
        occurred_at=instants, business_day=days, workstation=st.just("") | texts,
        sequence=st.integers(0, 2**63 - 1), line=st.integers(0, 10**6),
    ),
    st.builds(
        SalesTotal, **common, **money, period_start=days, period_end=days,
        activity=st.sampled_from(["SOLD", "RETURNED"]),
    ),
)  # fmt: skip


@given(facts)
def test_what_is_written_is_read_back_the_same(fact: Fact) -> None:
    line = json.dumps(as_record(fact))

    assert found(DIALECT, line) == [replace(fact, raw=line if len(line) <= 500 else line[:499] + "…")]


def test_a_line_says_little_and_the_profile_the_rest() -> None:
    (fact,) = found(DIALECT, COUNT, item_code="SKU", quantity_state="AVAILABLE")

    assert fact == StockCount(
        line_number=1, place=Code("CODE", "0412"), items=(Code("SKU", "4006381333931"),), quantity=Decimal(12),
        state="AVAILABLE", raw=COUNT,
    )  # fmt: skip


def test_numbers_are_exact_and_a_code_of_twenty_digits_survives() -> None:
    line = (
        '{"fact":"count","store":14941325208231197348,"item":4006381333931,"quantity":0.1234567890123456789}'
    )
    (fact,) = found(DIALECT, line)

    assert isinstance(fact, StockCount)
    assert fact.place.text == "14941325208231197348"
    assert fact.items == (Code("GTIN", "4006381333931"),)
    assert fact.quantity == Decimal("0.1234567890123456789")


@pytest.mark.parametrize(
    "content", ["[{0}, {0}]", '{{"facts": [{0}, {0}]}}', "{0}\n\n{0}\n", "\ufeff[\n{0},\n{0}]"]
)
def test_an_array_is_read_like_lines(content: str) -> None:
    facts = found(DIALECT, content.format(COUNT))

    assert [fact.quantity for fact in facts if isinstance(fact, StockCount)] == [12, 12]
    assert [fact.raw for fact in facts if isinstance(fact, StockCount)] == [COUNT, COUNT]


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("{not json", "bad_json", "Line 1: this is no JSON: object keys must be strings (byte 1)."),
        ("12", "bad_json", 'Line 1: this is no JSON object; expected one such as {"store": "0412"}.'),
        (COUNT.replace("12}", "NaN}"), "bad_json", None),
        (COUNT.replace("12}", "-Infinity}"), "bad_json", None),
        (COUNT.replace("12}", "1_000}"), "bad_json", None),
        (COUNT.replace("12}", '12, "quantity": 13}'), "duplicate_field",
         'Line 1: the field "quantity" stands twice in one object.'),
        (COUNT.replace("12}", '12, "quantity" : 12}'), "duplicate_field", None),
        (COUNT.replace(', "quantity": 12', ""), "missing_value",
         f"Line 1: quantity is empty; {A_NUMBER}"),
        (COUNT.replace("12}", "null}"), "missing_value", None),
        (COUNT.replace("12}", '"12 Stk"}'), "not_a_number", f'Line 1: quantity is "12 Stk"; {A_NUMBER}'),
        (COUNT.replace("12}", "1E+5}"), "not_a_number", f'Line 1: quantity is "1E+5"; {A_NUMBER}'),
        (COUNT.replace("12}", "true}"), "not_a_number", None),
        (COUNT.replace("12}", '"１２"}'), "not_a_number", None),
        (COUNT.replace("12}", '"1_000"}'), "not_a_number", None),
        (COUNT.replace("12}", '"NaN"}'), "not_a_number", None),
        (COUNT.replace("12}", '"120-"}'), "not_a_number", None),
        (COUNT.replace("12}", '12, "colour": "red"}'), "unknown_field", None),
        (COUNT.replace("12}", '12, "as_of": "2026-02-30T10:00"}'), "bad_time",
         'Line 1: as_of is "2026-02-30T10:00"; expected an ISO 8601 time that exists.'),
        (COUNT.replace("12}", '12, "as_of": 1795348800}'), "bad_time", None),
        (COUNT.replace('"0412"', "null"), "missing_value", None),
        (COUNT.replace('"0412"', '"04\\u000012"'), "bad_code",
         'Line 1: store is "04␀12"; expected a code of at most 128 characters, as text.'),
        (COUNT.replace('"0412"', "12.5"), "bad_code", None),
        (COUNT.replace('"4006381333931"', "5.90124E+12"), "gtin_exponent",
         'Line 1: item is "5.90124E+12"; expected all digits of the GTIN, as text.'),
        (COUNT.replace('"count"', '"promotion"'), "bad_value", None),
    ],
)  # fmt: skip
def test_a_line_that_does_not_fit_is_named(line: str, code: str, message: str | None) -> None:
    things = found(DIALECT, f"{line}\n{COUNT}\n")

    assert bad_codes(things) == {1: code}
    assert isinstance(things[0], BadRow)
    assert message in (None, things[0].message)
    assert isinstance(things[1], StockCount)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (f"{COUNT}\n{COUNT[:30]}", "truncated"),
        (f"[{COUNT}, {COUNT[:30]}", "truncated"),
        (f"[{COUNT}] and more", "bad_json"),
        (f'{{"facts": {COUNT}}}', "bad_json"),
        (f'{{"facts": [{COUNT}], "facts": []}}', "duplicate_field"),
        ("[" * 100_000, "bad_json"),
        ("", "empty_file"),
        (b'{"fact": "\xff"}\n', "encoding"),
        (b'[{"fact": "\xff"}]', "encoding"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(content: str | bytes, code: str) -> None:
    assert refusal(DIALECT, content) == code


def test_no_depth_of_nesting_and_no_length_of_number_ends_the_process() -> None:
    lines = [
        '{"a":' * 50_000,
        COUNT.replace("12}", "9" * 5000 + "}"),
        COUNT.replace('"0412"', "9" * 400),
        COUNT,
    ]

    assert bad_codes(found(DIALECT, "\n".join(lines))) == {1: "bad_json", 2: "bad_json", 3: "bad_code"}


@given(st.binary(max_size=200), st.integers(0, 80))
def test_no_bytes_get_past_the_refusals(noise: bytes, place: int) -> None:
    line = COUNT.encode()
    for content in (noise, line[:place] + noise + line[place:], b"[" + noise, b'{"facts":[' + noise + b"]}"):
        survives(DIALECT, content)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(
    facts,
    st.sampled_from(
        ["store", "item", "items", "quantity", "as_of", "kind", "withheld", "fact", "sequence", "period_end"]
    ),
    values,
)
def test_no_value_of_a_field_gets_past_the_refusals(fact: Fact, field: str, value: object) -> None:
    survives(DIALECT, json.dumps(as_record(fact) | {field: value}).encode())


def test_what_other_readers_found_is_written_so_that_it_can_be_read() -> None:
    codes = (Code("GTIN", "\x1d0104006381333931"), *(Code("SKU", "x" * length) for length in range(200, 230)))
    fact = StockCount(
        line_number=1,
        place=Code("CODE", "a\0b"),
        items=codes,
        quantity=Decimal("1.50"),
        unit="y" * 99,
        title="z" * 600,
    )
    (again,) = found(DIALECT, json.dumps(as_record(fact)))
    assert isinstance(again, StockCount)
    assert again.place.text == "a\u2400b"
    assert again.items == codes[:20]
    assert (again.unit, again.title, again.quantity) == ("y" * 16, "z" * 500, Decimal("1.50"))


def test_a_sentence_shows_as_much_as_a_person_reads() -> None:
    row = BadRow(
        line_number=7, code="bad_value", field="f" * 5000, value="\0" + "v" * 5000, expected="e" * 5000
    )
    assert row.message.startswith(f"Line 7: {'f' * 200} is ")
    assert len(row.message) == 1000
    assert "\0" not in row.message
