"""What every reader promises of what it hands over, whatever the bytes were; AssertionError where one breaks it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal

import numpy as np

from inventory.feeds.barcodes import Barcode
from inventory.feeds.blocks import RAW_LIMIT, visible
from inventory.feeds.canonical import as_record, read_canonical
from inventory.feeds.contract import Dialect
from inventory.feeds.dialects import DIALECTS
from inventory.feeds.facts import (
    BadRow,
    Code,
    Document,
    Fact,
    ItemPlace,
    Note,
    Quantified,
    SalesTotal,
    StockCount,
    StockMovement,
)
from inventory.feeds.gtin import has_valid_check_digit
from inventory.feeds.json_fields import DIGIT_LIMIT
from inventory.feeds.originals import open_original
from inventory.feeds.profiles import Profile, read_profile
from inventory.feeds.records import QUANTITY_LIMIT, FeedRefused, Rejected, SalesRows, StockRows
from inventory.feeds.units import UnusableQuantity, smallest_units
from promotions.sources.google_feeds import BadFeedRow
from promotions.sources.google_promotions import PromotionRow
from tests.fuzzing.targets import INFLATED_LIMIT, Variant
from tests.inventory.feeds.reading import feed_file

INT32 = 2**31
CODE_LENGTH, FIELD_LENGTH, ORIGINALS_CHECKED = 40, 64, 5
# What of a text is kept when a fact is written.
CODE, ITEMS, TITLE, UNIT, PLACE = 500, 20, 500, 16, 200
CANONICAL = read_profile("STOCK", {"format": "canonical"}, dialects=DIALECTS)


def check(found: object, profile: Profile | None) -> str:
    """Assert what holds of one thing a reader found; a word for its kind, so that new kinds are noticed."""
    match found:
        case StockCount() | StockMovement() | SalesTotal() | ItemPlace():
            assert profile
            return check_fact(found, profile)
        case BadRow():
            check_place(found.line_number, found.part)
            check_texts(found.message)
            check_storable(found.field + visible(found.raw))
            assert found.message.startswith(f"Line {found.line_number}: ")
            assert found.code
            assert len(found.code) <= CODE_LENGTH
            return f"bad {found.code} {found.field[:20]}"
        case Note():
            check_place(found.line_number, 0)
            check_storable(found.message)  # the log of a run cuts it
            return f"note {found.code}"
        case Document():
            for text in (found.control_number, *(code.text for code in found.scope)):
                check_storable(text)
            return f"document {found.completeness} {bool(found.as_of)} {bool(found.scope)}"
        case StockRows() | SalesRows():
            return check_rows(found)
        case PromotionRow() | BadFeedRow():
            return check_promotion(found)
        case Barcode():
            for gtin in found.candidates:
                assert len(gtin) == 14
                assert has_valid_check_digit(gtin)
            assert all(figure is None or figure.is_finite() for figure in (found.weight, found.price))
            measured = (found.weight is not None, found.price is not None)
            return f"barcode {bool(found.gtin)} {found.note} {found.problem} {measured}"
        case Decimal():
            assert found.is_finite()
            return f"figure {found < 0} {found.as_tuple().exponent}"
        case Profile():
            return f"profile {found.format} {found.kind}"
    raise AssertionError(f"a reader gave a {type(found).__name__}")


def check_place(line_number: int, part: int) -> None:
    assert 0 <= line_number < INT32
    assert 0 <= part < INT32


def check_texts(*texts: str) -> None:
    """Texts that every database and every log holds."""
    for text in texts:
        check_storable(text)
        assert len(text) < 10_000, f"a text of {len(text)} characters is told"


def check_storable(text: str) -> None:
    assert "\0" not in text, "NUL, which no text column holds"
    assert not any("\ud800" <= sign <= "\udfff" for sign in text), (
        "half a character, which no text column holds"
    )


def check_fact(fact: Fact, profile: Profile) -> str:
    """A fact is complete, its figures are figures, and it is the same after it was written and read again."""
    check_place(fact.line_number, fact.part)
    assert fact.place.text.strip()
    assert fact.items
    for text in (fact.place.text, *(code.text for code in fact.items), visible(fact.raw)):
        check_storable(text)
    if isinstance(fact, ItemPlace):
        check_storable(fact.stands)
    else:
        check_figures(fact, profile)
    check_written_and_read(fact)
    kinds = " ".join(f"{one.name}:{kind(getattr(fact, one.name))}" for one in fields(fact))
    return f"{type(fact).__name__} {kinds}"


def check_figures(fact: Quantified, profile: Profile) -> None:
    """Quantities and money are figures, in a unit and a currency that can be kept."""
    for text in (fact.title, fact.unit or ""):
        check_storable(text)
    check_quantity(fact.quantity, fact.unit, profile)
    if isinstance(fact, StockCount):
        for part in fact.withheld.values():
            check_quantity(part, fact.unit, profile)
    else:
        check_storable(fact.currency)
        assert fact.amount is None or fact.amount.is_finite()


def kind(value: object) -> str:
    """A coarse word for a value."""
    match value:
        case datetime():
            return f"instant {value.tzinfo is not None}"
        case date():
            return "day"
        case Decimal():
            return "<0" if value < 0 else "0" if value == 0 else ">0"
        case str():
            return str(bool(value))
        case Code():
            return value.scheme
        case tuple():
            return "+".join(code.scheme for code in value)
        case Mapping():
            return "+".join(map(str, value))
    return "" if isinstance(value, int) else str(value)


def check_quantity(quantity: Decimal, unit: str | None, profile: Profile) -> None:
    """A loader can make a whole number of it, or says why not."""
    assert quantity.is_finite()
    for item_unit, decimals in (("EA", 0), ("KGM", 3), ("LTR", 3)):
        try:
            whole = smallest_units(
                quantity * profile.scale,
                unit=unit,
                item_unit=item_unit,
                decimals=decimals,
                limit=QUANTITY_LIMIT,
            )
        except UnusableQuantity:
            continue
        assert abs(whole) <= QUANTITY_LIMIT


def check_written_and_read(fact: Fact) -> None:
    """What waits in quarantine as a JSON object comes back as the same fact."""
    line = json.dumps(as_record(fact))
    again = list(read_canonical(feed_file(line.encode()), CANONICAL))
    if not is_readable(fact):
        assert [type(one) for one in again] == [BadRow]
        return
    places, items = cut(fact.place), tuple(map(cut, fact.items[:ITEMS]))
    wanted: Fact = replace(fact, line_number=1, part=0, raw="", place=places, items=items)
    if isinstance(wanted, ItemPlace):
        wanted = replace(wanted, stands=wanted.stands[:PLACE])
    else:
        wanted = replace(wanted, title=wanted.title[:TITLE], unit=wanted.unit and wanted.unit[:UNIT])
    if isinstance(wanted, StockMovement):
        wanted = replace(wanted, workstation=wanted.workstation[:CODE])
    read = [
        replace(one, raw="") for one in again if is_dataclass(one) and not isinstance(one, Document | Note)
    ]
    assert read == [wanted], f"it is read back otherwise: {again} for {wanted}"


def cut(code: Code) -> Code:
    return Code(code.scheme, code.text[:CODE])


def is_readable(fact: Fact) -> bool:
    """Whether our own form takes its figures and its currency; no loader takes the others either."""
    if isinstance(fact, ItemPlace):
        return True
    figures = [
        fact.quantity,
        *(fact.withheld.values() if isinstance(fact, StockCount) else [fact.amount or 0]),
    ]
    currency = "" if isinstance(fact, StockCount) else fact.currency
    return len(currency) <= 3 and all(len(f"{figure:f}") <= DIGIT_LIMIT for figure in figures)


def check_rows(rows: StockRows | SalesRows) -> str:
    """Columns of one length; every line is good or rejected."""
    columns = [value for one in fields(rows) if isinstance(value := getattr(rows, one.name), np.ndarray)]
    good = len(rows.line_numbers)
    assert {len(column) for column in columns} == {good}
    assert rows.received == good + len(rows.rejected)
    assert (np.abs(rows.quantities.astype(np.int64)) <= QUANTITY_LIMIT).all()
    assert (rows.store_ids > 0).all()
    assert (rows.item_ids > 0).all()
    for line in rows.rejected:
        check_rejected(line)
    return f"rows {good > 0} {sorted({(line.code, line.field_name) for line in rows.rejected})}"


def check_rejected(line: Rejected) -> None:
    check_place(line.line_number, line.part)
    check_texts(line.message, line.raw, line.field_name, line.unknown_code)
    assert len(line.code) <= CODE_LENGTH
    assert len(line.raw) <= RAW_LIMIT
    assert len(line.field_name) <= FIELD_LENGTH
    assert len(line.unknown_code) <= 128


def check_promotion(row: PromotionRow | BadFeedRow) -> str:
    check_place(row.line_number, 0)
    check_storable(row.raw)
    if isinstance(row, BadFeedRow):
        check_texts(row.message)
        return f"bad promotion {row.code}"
    check_content(list(row.content.values()))
    assert row.content["starts_on"] <= row.content["ends_on"]
    return f"promotion {sorted(row.content)}"


def check_content(value: object) -> None:
    """Numbers that are finite and texts that a database keeps, however deep."""
    if isinstance(value, dict):
        check_content([*value, *value.values()])
    elif isinstance(value, list):
        for inside in value:
            check_content(inside)
    elif isinstance(value, Decimal):
        assert value.is_finite()
    elif isinstance(value, str):
        check_storable(value)


def check_originals(content: bytes, found: Iterable[object], variant: Variant) -> None:
    """The first rejected lines can be given back in the form they came in."""
    numbers = [one.line_number for one in found if isinstance(one, BadRow)][:ORIGINALS_CHECKED]
    dialect: Dialect | None = DIALECTS.get(variant.profile.format) if variant.profile else None
    if not numbers or dialect is None or not dialect.is_line_oriented:
        return
    assert variant.profile
    file = feed_file(content, limit=INFLATED_LIMIT)
    original = open_original(file, variant.profile.kind, variant.told, dialects=DIALECTS)
    assert original
    try:
        lines = dict(original.lines(numbers))
        text = "\n".join(original.document(lines.values()))
    except FeedRefused as refused:
        raise AssertionError(f"read once, and refused when asked again: {refused}") from refused
    assert set(numbers) == set(lines), f"lines {sorted(set(numbers) - set(lines))} are not found again"
    assert text
