"""Cells of a table: what they are read as, what they refuse, and that writing and reading is the same."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.models import PromotionRevision
from promotions.rules.cells import COLUMNS, FIELDS, cells_of, read_content
from promotions.selectors.field_labels import LABELS

CODE = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=",;"), min_size=1, max_size=20
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "percent_off": st.none() | st.decimals(0, 100, places=2),
    "money_off_amount": st.none() | st.decimals(0, 10**6, places=3),
    "priority": st.integers(-1000, 1000),
    "limit_uses": st.none() | st.integers(1, 2**31 - 1),
    "item_id_inclusion": st.lists(CODE, unique=True, max_size=5),
    "brand_inclusion": st.lists(st.sampled_from(["Nordhof", "Hill, Sons", "A/B"]), unique=True),
    "starts_on": st.dates(date(2000, 1, 1), date(2199, 1, 1)),
    "ends_on": st.dates(date(2000, 1, 1), date(2199, 1, 1)),
    "ends_time": st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    "redemption_channel": st.sampled_from([["IN_STORE"], ["ONLINE"], ["IN_STORE", "ONLINE"]]),
    "weekly_hours": st.sampled_from([[], [{"days": [1], "from": "17:00", "until": "19:00"}]]),
}
BASE = {name: getattr(PromotionRevision(), name) for name in FIELDS}


def test_every_field_of_a_revision_is_a_column_with_a_name() -> None:
    assert set(FIELDS) == PromotionRevision.content_fields()
    assert set(LABELS) == {*COLUMNS, "promotion_id"}
    assert len({str(label).casefold() for label in LABELS.values()}) == len(LABELS)


@pytest.mark.parametrize(
    "name", [field.name for field in PromotionRevision._meta.fields if field.name in FIELDS]
)
def test_no_cell_is_read_that_its_column_of_the_database_does_not_hold(name: str) -> None:
    longest = getattr(PromotionRevision._meta.get_field(name), "max_length", None)
    if longest and not FIELDS[name].words:
        assert "at most" in read_content({name: "x" * (longest + 1)}, base=BASE).errors[name][0] or (
            name == "promotion_url"
        )


@given(st.fixed_dictionaries(VALUES))
def test_what_is_written_is_read_back(said: dict[str, Any]) -> None:
    """By the API's columns, and by those that people write."""
    content = {**BASE, **said}
    for left_out in (("last_day", "ends_at"), ("ends_on", "ends_time")):
        columns = tuple(column for column in COLUMNS if column not in left_out)
        reading = read_content(cells_of(content, columns=columns), base=BASE)
        assert (reading.content, reading.errors) == (content, {})


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("percent_off", "12,5", Decimal("12.5")),
        ("percent_off", "29 %", Decimal(29)),
        ("money_off_amount", "1234.5", Decimal("1234.5")),
        ("coupon_value_type", "Buy M get N percent off", "BUY_M_GET_N_PERCENT_OFF"),
        ("redemption_channel", "online; in-store", ["IN_STORE", "ONLINE"]),
        ("starts_on", "2026-11-28T00:00:00", date(2026, 11, 28)),
        ("starts_time", "9:30", time(9, 30)),
        ("starts_time", "17:30:00", time(17, 30)),
        ("item_id_inclusion", "A, B;C\nA", ["A", "B", "C"]),
        ("brand_inclusion", "Hill, Sons; Nordhof", ["Hill, Sons", "Nordhof"]),
        ("limit_uses", "", None),
        ("limit_uses", "42.0", 42),
        ("minimum_stock", "", 1),
    ],
)
def test_cells_as_people_write_them(column: str, text: str, value: object) -> None:
    assert read_content({column: text}, base=BASE).content[column] == value


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("percent_off", "1,234"), ("percent_off", "a lot"), ("percent_off", "1e2"), ("money_off_amount", "1.2345"),
        ("starts_on", "28/11/2026"), ("starts_on", "2026-02-30"), ("starts_time", "25:00"), ("limit_uses", "1.5"),
        ("limit_uses", "-1"), ("coupon_value_type", "half price"), ("redemption_channel", "phone"),
        ("tiers", "{}"), ("tiers", "[NaN]"), ("tiers", '["\\u0000"]'), ("tiers", '["\\ud800"]'),
        ("promotion_url", "deal"),
        ("currency", "DOLLARS"), ("last_day", "soon"), ("item_id_inclusion", "x" * 201),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_what_is_expected_and_changes_nothing(column: str, text: str) -> None:
    reading = read_content({column: text}, base=BASE)
    assert set(reading.errors) == {column}
    assert reading.content == BASE


@pytest.mark.parametrize(
    ("cells", "end"),
    [
        ({"last_day": "2026-11-28"}, (date(2026, 11, 29), time(0))),
        ({"last_day": "2026-11-28", "ends_at": "18:00"}, (date(2026, 11, 28), time(18))),
        ({"ends_on": "2026-11-28"}, (date(2026, 11, 28), time(0))),
        ({"ends_at": "18:00"}, (date(2026, 11, 20), time(18))),  # on the last day that stood
        ({"ends_time": "18:00"}, (date(2026, 11, 21), time(18))),
        ({"last_day": ""}, (None, time(0))),
        ({"last_day": "9999-12-31"}, (date(9999, 12, 31), time(0))),
    ],
)
def test_a_last_day_counts_and_an_end_does_not(cells: dict[str, str], end: tuple[object, time]) -> None:
    base = {**BASE, "ends_on": date(2026, 11, 21), "ends_time": time(0)}
    content = read_content(cells, base=base).content
    assert (content["ends_on"], content["ends_time"]) == end
