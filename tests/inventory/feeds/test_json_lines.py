"""Other people's JSON by declared key paths, and Shopify's messages about stock."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.feeds import json_lines, shopify_webhook
from inventory.feeds.facts import BadRow, Code, Found, Note, StockCount, StockMovement
from tests.inventory.feeds.facts_read import bad_codes, found, refusal, survives

NESTED = {"store_code": "location.code", "item": "sku", "quantity": "inventory.available", "as_of": "at"}
LINE = '{"location": {"code": "0012"}, "sku": "A-1", "inventory": {"available": 7.5}, "at": "2026-11-22T18:30:00Z"}'
A_NUMBER = "expected a number such as 12, -3 or 0.5."
SALE = {
    "store_code": 12, "workstation": "3", "business_day": "2026-11-20", "sequence": 17, "line": 1,
    "gtin": "4006381333931", "quantity": 2, "occurred_at": "2026-11-21T01:30:00",
}  # fmt: skip
LEVEL = {
    "inventory_item_id": 271878346596884015, "location_id": 24826418, "available": 12,
    "updated_at": "2026-11-22T13:04:05-05:00", "admin_graphql_api_id": "gid://shopify/InventoryLevel/1",
}  # fmt: skip


def nested(content: str, **declared: object) -> list[Found]:
    profile = {"columns": NESTED, "item_code": "SKU", **declared}
    return found(json_lines.DIALECT, content, kind="STOCK", **profile)


def test_key_paths_lead_to_our_fields() -> None:
    assert nested(LINE, quantity_state="AVAILABLE") == [
        StockCount(
            line_number=1, place=Code("CODE", "0012"), items=(Code("SKU", "A-1"),), quantity=Decimal("7.5"),
            as_of=datetime(2026, 11, 22, 18, 30, tzinfo=UTC), state="AVAILABLE", raw=LINE,
        )
    ]  # fmt: skip


def test_an_array_may_stand_inside_an_object() -> None:
    assert len(nested(f'{{"data": {{"count": 1, "items": [{LINE}]}}}}', rows="data.items")) == 1
    assert refusal(json_lines.DIALECT, f'{{"data": [{LINE}]}}', rows="items") == "bad_json"


@pytest.mark.parametrize("said", ["null", '""', '"Not stocked"', '"variable"'])
def test_an_item_nobody_counts_is_a_note_and_nought_stays_nought(said: str) -> None:
    note, count = nested(LINE.replace("7.5", said) + "\n" + LINE.replace("7.5", "0"))

    assert isinstance(note, Note)
    assert note.code == "not_tracked"
    assert isinstance(count, StockCount)
    assert count.quantity == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (LINE.replace("7.5", '"12 Stk"'), f'inventory.available is "12 Stk"; {A_NUMBER}'),
        (LINE.replace('"available": 7.5', ""), f"inventory.available is empty; {A_NUMBER}"),
        (LINE.replace('{"code": "0012"}', '"0012"'), "location.code is empty; expected a code."),
        (LINE.replace("18:30", "25:30"), 'at is "2026-11-22T25:30:00Z"; expected an ISO 8601 time that exists.'),
    ],
)  # fmt: skip
def test_a_rejection_names_the_key_of_the_file(line: str, message: str) -> None:
    (bad,) = nested(line)

    assert isinstance(bad, BadRow)
    assert bad.message == f"Line 1: {message}"


def test_a_text_is_a_figure_only_in_the_declared_way() -> None:
    line = LINE.replace("7.5", '"1.234"')

    assert [fact.quantity for fact in nested(line, decimal_sign=",") if isinstance(fact, StockCount)] == [
        1234
    ]
    assert refusal(json_lines.DIALECT, line, columns=NESTED, item_code="SKU") == "locale_undeclared"


def test_sales_are_signed_from_the_stores_view() -> None:
    lines = [SALE, SALE | {"quantity": -1, "amount": -4.98, "line": 2}]
    columns = {"amount": "amount"}
    content = "\n".join(map(json.dumps, lines))
    sale, returned = found(json_lines.DIALECT, content, kind="SALES", columns=columns)

    assert isinstance(sale, StockMovement)
    assert isinstance(returned, StockMovement)
    assert (sale.kind, sale.quantity, sale.place.text) == ("SALE", Decimal(-2), "12")
    assert (returned.kind, returned.quantity, returned.amount) == ("RETURN", Decimal(1), Decimal("-4.98"))
    assert str(sale.business_day) == "2026-11-20"


def test_a_level_of_shopify_is_what_is_available_from_then_on() -> None:
    (level,) = found(shopify_webhook.DIALECT, json.dumps(LEVEL))

    assert level == StockCount(
        line_number=1, place=Code("CODE", "24826418"), items=(Code("INTERNAL", "271878346596884015"),),
        quantity=Decimal(12), as_of=datetime(2026, 11, 22, 18, 4, 5, tzinfo=UTC), state="AVAILABLE",
        raw=json.dumps(LEVEL),
    )  # fmt: skip


def test_a_level_of_shopify_without_a_figure_is_not_tracked() -> None:
    (note,) = found(shopify_webhook.DIALECT, json.dumps(LEVEL | {"available": None}))

    assert isinstance(note, Note)
    assert note.code == "not_tracked"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"available": "12 pcs"}, "not_a_number"),
        ({"location_id": None}, "missing_value"),
        ({"updated_at": "yesterday"}, "bad_time"),
        ({"inventory_item_id": 1.5}, "bad_code"),
    ],
)
def test_a_level_of_shopify_that_does_not_fit_is_rejected(change: dict[str, object], code: str) -> None:
    assert bad_codes(found(shopify_webhook.DIALECT, json.dumps(LEVEL | change))) == {1: code}


def test_a_level_of_shopify_without_its_figure_is_rejected() -> None:
    without = {key: value for key, value in LEVEL.items() if key != "available"}

    assert bad_codes(found(shopify_webhook.DIALECT, json.dumps(without))) == {1: "missing_value"}


@given(st.binary(max_size=200), st.integers(0, 120))
def test_no_bytes_get_past_the_refusals(noise: bytes, place: int) -> None:
    for content in (noise, LINE[:place].encode() + noise + LINE[place:].encode()):
        survives(json_lines.DIALECT, content, columns=NESTED, item_code="SKU")
        survives(json_lines.DIALECT, content, kind="SALES", rows="a.b")
    level = json.dumps(LEVEL).encode()
    survives(shopify_webhook.DIALECT, level[:place] + noise + level[place:])
