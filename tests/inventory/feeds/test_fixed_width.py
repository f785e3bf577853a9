"""Record-typed files by their layout: implied decimals, signs, headers that hold below, trailers that count."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.feeds import fixed_width, record_lines
from inventory.feeds.facts import BadRow, Code, Found, Note, SalesTotal, StockCount, StockMovement
from inventory.feeds.layouts import TARGETS, read_layout
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from tests.inventory.feeds.facts_read import bad_codes, found, refusal, survives

RMS = {"preset": "rms_edidlprd"}


def rms(
    *quantities: tuple[str, str, str], numbered: bool = True, lines: int | None = None, total: int = 0
) -> str:
    """One supplier's file of one item: (descriptor, location, quantity) as Oracle Retail lays them out."""
    records = [
        ("FHEAD", "DLPRD20261122"),
        ("THEAD", "0000000001" + "20261121" + "0000010077"),
        ("TITEM", f"{'4006381333931':25}{'EAN13':6}{'':25}{'':6}{'V-77':30}Oat Drink"),
        *(
            ("TQUTY", f"{descriptor:15}ST{location:10}{'00000000000000012500'}{quantity:>12}")
            for descriptor, location, quantity in quantities
        ),
        ("TTAIL", f"{len(quantities) + 1 if lines is None else lines:06}"),
        ("FTAIL", f"{total or len(quantities) + 3:010}"),
    ]
    written = [
        f"{name}{place:010}{rest}" if numbered or name == "FHEAD" else f"{name}{rest}"
        for place, (name, rest) in enumerate(records, 1)
    ]
    return "\n".join([*written, ""])


def layout(*fields: dict[str, Any]) -> list[dict[str, Any]]:
    """One record D: a store of 4, an item of 13, then these fields."""
    return [{
        "record": "D",
        "fields": [
            {"name": "shop", "start": 2, "length": 4, "map": "store_code"},
            {"name": "ean", "start": 6, "length": 13, "map": "item"},
            *fields,
        ],
    }]  # fmt: skip


def quantity(**said: Any) -> dict[str, Any]:
    return {"name": "qty", "start": 19, "length": 12, "type": "number", "map": "quantity", **said}


def said_of(thing: Found) -> str:
    """The quantity of a count, or the code of what else came."""
    return f"{thing.quantity.normalize():f}" if isinstance(thing, StockCount) else getattr(thing, "code", "")


@pytest.mark.parametrize("numbered", [True, False])
def test_rms_tells_what_is_on_hand_and_what_was_sold(numbered: bool) -> None:
    content = rms(("On-hand", "0412", "000001230000"), ("sold", "0412", "0000003.0000"), numbered=numbered)
    count, sold = found(fixed_width.DIALECT, content, **RMS)

    assert isinstance(count, StockCount)
    assert (count.place, count.items) == (Code("CODE", "0412"), (Code("GTIN", "4006381333931"),))
    assert (count.quantity, count.title) == (Decimal(123), "Oat Drink")
    assert count.as_of == datetime.fromisoformat("2026-11-21")
    assert isinstance(sold, SalesTotal)
    assert (sold.quantity, sold.activity) == (Decimal(3), "SOLD")
    assert (sold.period_start, sold.period_end) == (date(2026, 11, 21), date(2026, 11, 22))


def test_rms_stock_in_transit_is_noted_and_an_unknown_descriptor_rejected() -> None:
    content = rms(("In transit", "0412", "000001230000"), ("Lost", "0412", "000000010000"))
    note, bad = found(fixed_width.DIALECT, content, **RMS)

    assert isinstance(note, Note)
    assert note.code == "ignored"
    assert isinstance(bad, BadRow)
    assert bad.message == 'Line 5: descriptor is "Lost"; expected one of on-hand, sold, in transit.'


@pytest.mark.parametrize("wrong", [{"lines": 9}, {"total": 35}])
def test_a_trailer_that_counts_otherwise_refuses_the_file_unless_tolerated(wrong: dict[str, int]) -> None:
    content = rms(("On-hand", "0412", "000001230000"), **wrong)  # type: ignore[arg-type]

    assert refusal(fixed_width.DIALECT, content, **RMS) == "control_count"
    count, note = found(fixed_width.DIALECT, content, tolerance=["control_count"], **RMS)
    assert isinstance(count, StockCount)
    assert isinstance(note, Note)
    assert note.code == "control_count"


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_file_cut_before_its_trailers_is_refused(missing: int) -> None:
    lines = rms(("On-hand", "0412", "000001230000")).splitlines()

    assert refusal(fixed_width.DIALECT, "\n".join(lines[:-missing]), **RMS) == "truncated"


def test_what_is_no_record_of_the_layout_is_rejected_or_the_file_refused() -> None:
    content = rms(("On-hand", "0412", "000001230000")).replace("TTAIL", "XXXXX\nTTAIL")

    assert bad_codes(found(fixed_width.DIALECT, content, **RMS)) == {5: "unknown_record"}
    assert refusal(fixed_width.DIALECT, "store_code,gtin\n1,2\n", **RMS) == "unknown_layout"
    assert refusal(fixed_width.DIALECT, content) == "bad_profile"


@pytest.mark.parametrize(
    ("said", "written", "expected"),
    [
        ({"decimals": 4}, "000001230000", "123"),
        ({"decimals": 4}, "0000123.5000", "123.5"),
        ({"decimals": 3}, "-00000000650", "-0.65"),
        ({"decimals": 0}, "          12", "12"),
        ({"sign": "trailing"}, "00000000120-", "-120"),
        ({"sign": "trailing"}, "        120+", "120"),
        ({"sign": "trailing"}, "000000000012", "12"),
        ({"sign": "leading"}, "00000000120-", "not_a_number"),
        ({}, "0000000012,5", "not_a_number"),
        ({}, "       1_000", "not_a_number"),
        ({}, "          １２", "not_a_number"),
        ({}, "         NaN", "not_a_number"),
        ({}, "        1E+5", "not_a_number"),
        ({}, "           ²", "not_a_number"),
        ({}, "      12 Stk", "not_a_number"),
        ({}, "          '5", "not_a_number"),
        ({}, "00000012", "short_line"),
        ({}, "            ", "not_tracked"),
    ],
)
def test_figures_are_read_as_the_layout_declares(said: dict[str, Any], written: str, expected: str) -> None:
    (thing,) = found(fixed_width.DIALECT, f"D04124006381333931{written}\n", layout=layout(quantity(**said)))

    assert said_of(thing) == expected


@pytest.mark.parametrize(
    ("sign", "expected"), [("-", "-120"), ("+", "120"), (" ", "120"), ("?", "not_a_number")]
)
def test_a_sign_may_be_a_field_of_its_own(sign: str, expected: str) -> None:
    fields = (quantity(sign="field:minus"), {"name": "minus", "start": 31, "length": 1})
    (thing,) = found(fixed_width.DIALECT, f"D04124006381333931000000000120{sign}\n", layout=layout(*fields))

    assert said_of(thing) == expected


def test_sales_of_a_till_with_date_and_time_apart() -> None:
    fields = (
        quantity(decimals=3),
        {"name": "day", "start": 31, "length": 6, "type": "date", "format": "%d%m%y", "map": "business_day"},
        {"name": "time", "start": 37, "length": 4, "type": "time", "format": "%H%M", "map": "occurred_at"},
        {"name": "till", "start": 41, "length": 2, "map": "workstation"},
        {"name": "receipt", "start": 43, "length": 4, "map": "sequence"},
        {"name": "line", "start": 47, "length": 2, "map": "line"},
    )
    content = "D0412400638133393100000000200020112619300300170112\n"
    (sale,) = found(fixed_width.DIALECT, content, kind="SALES", layout=layout(*fields))

    assert isinstance(sale, StockMovement)
    assert (sale.kind, sale.quantity, sale.workstation, sale.sequence, sale.line) == (
        "SALE",
        Decimal(-2),
        "03",
        17,
        1,
    )
    assert (str(sale.occurred_at), str(sale.business_day)) == ("2026-11-20 19:30:00", "2026-11-20")


def test_a_mainframe_may_write_in_its_own_alphabet() -> None:
    content = "D04124006381333931000000000012\n".encode("cp037")
    (count,) = found(fixed_width.DIALECT, content, layout=layout(quantity()), encoding="cp037")

    assert isinstance(count, StockCount)
    assert count.quantity == 12


PIPES: list[dict[str, Any]] = [
    {"record": "H", "fields": [
        {"name": "date", "column": 2, "type": "date", "map": "day"},
        {"name": "store", "column": 3, "map": "store_code"},
    ]},
    {"record": "L", "fields": [
        {"name": "ean", "column": 2, "map": "gtin"},
        {"name": "sales", "column": 4, "type": "number", "map": "sold"},
        {"name": "stock", "column": 5, "type": "number", "map": "on_hand"},
    ]},
]  # fmt: skip


def test_one_line_may_tell_what_is_there_and_what_was_sold() -> None:
    content = (
        "H|20261122|0412|10077|D\nL|4006381333931|Oat|7|31\nH|20261122|0413|10077|D\nL|96385074|Tea|x|-2\n"
    )
    things = found(record_lines.DIALECT, content, layout=PIPES)

    assert [thing.quantity for thing in things if isinstance(thing, StockCount)] == [31, -2]
    assert [thing.place.text for thing in things if isinstance(thing, StockCount)] == ["0412", "0413"]
    assert [(thing.quantity, thing.place.text) for thing in things if isinstance(thing, SalesTotal)] == [
        (Decimal(7), "0412")
    ]
    assert bad_codes(things) == {4: "not_a_number"}
    assert len({(thing.line_number, thing.part) for thing in things if not isinstance(thing, Note)}) == 4  # type: ignore[union-attr]


def test_a_line_above_its_header_has_no_store() -> None:
    things = found(record_lines.DIALECT, "L|4006381333931|Oat|7|31\n", layout=PIPES)

    assert bad_codes(things) == {1: "missing_value"}


@pytest.mark.parametrize(
    "declared",
    [
        {},
        [],
        [{"record": ""}],
        [{"record": "D", "colour": 1}],
        [{"record": "D", "fields": [{"name": "a", "start": 0, "length": 1}]}],
        [{"record": "D", "fields": [{"name": "a", "start": 1, "length": 1, "map": "colour"}]}],
        [{"record": "D", "fields": [quantity(type="float")]}],
        [{"record": "D", "fields": [quantity(sign="field:none")]}],
        [{"record": "D", "fields": [quantity()]}, {"record": "T", "closes": "H"}],
        [{"record": "D", "fields": [quantity()]}, {"record": "TT"}],
        [{"record": "D", "fields": []}],
    ],
)
def test_a_layout_that_makes_no_sense_is_no_profile(declared: object) -> None:
    with pytest.raises(FeedRefused, match="bad_profile"):
        read_profile(
            "STOCK",
            {"format": "fixed_width", "layout": declared},
            dialects={"fixed_width": fixed_width.DIALECT},
        )


@given(st.binary(max_size=120), st.integers(0, 400), st.sampled_from(["preset", "layout", "pipes"]))
def test_no_bytes_get_past_the_refusals(noise: bytes, place: int, how: str) -> None:
    if how == "preset":
        whole = rms(("On-hand", "0412", "000001230000"), ("Sold", "0412", "000000030000")).encode()
        survives(
            fixed_width.DIALECT, whole[:place] + noise + whole[place:], tolerance=["control_count"], **RMS
        )
    elif how == "layout":
        line = b"D04124006381333931000000000012\n"
        survives(
            fixed_width.DIALECT, line[:place] + noise + line[place:], layout=layout(quantity(sign="trailing"))
        )
    else:
        line = b"H|20261122|0412\nL|4006381333931|Oat|7|31\n"
        survives(record_lines.DIALECT, line[:place] + noise + line[place:], layout=PIPES)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(TARGETS)), st.sampled_from(["text", "number", "date", "time", "datetime"])
        ),
        min_size=1,
        max_size=6,
    ),
    st.binary(max_size=60),
    st.sampled_from(["STOCK", "SALES"]),
)
def test_no_layout_and_no_line_together_raise(
    targets: list[tuple[str, str]], noise: bytes, kind: str
) -> None:
    fields = [
        {"name": f"f{place}", "start": 2 + 6 * place, "length": 6, "map": target, "type": written}
        for place, (target, written) in enumerate([*targets, ("on_hand", "number")])
    ]
    declared = [{"record": "D", "fields": fields}]
    read_layout(declared)
    line = b"D" + b"000012202611123000" * 3
    for content in (b"D" + noise, line, line[:20] + noise + line[20:]):
        survives(fixed_width.DIALECT, content, kind=kind, layout=declared)


def test_a_period_cannot_end_with_the_last_day_there_is() -> None:
    things = found(record_lines.DIALECT, "H|99991231|0412|1|D\nL|4006381333931|Oat|7|31\n", layout=PIPES)
    assert bad_codes(things) == {2: "bad_time"}


@pytest.mark.parametrize("blank", ["\r", "\x1d", "\u00a0", "\0", "\0\r\0"])
def test_a_code_of_blanks_is_none(blank: str) -> None:
    things = found(
        record_lines.DIALECT,
        f"H|20261122|1|1|D\nH|20261122|{blank}|1|D\nL|4006381333931|Oat||31\n",
        layout=PIPES,
    )
    assert bad_codes(things)[3] == "missing_value"
