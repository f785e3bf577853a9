"""Good files of everything that comes as JSON."""

import json

from tests.fuzzing.targets import Target, of_dialect
from tests.inventory.feeds.test_canonical import COUNT
from tests.inventory.feeds.test_json_lines import LEVEL, LINE, NESTED, SALE

MILK = "4006381333931"
JSON_MARKS = (b"{", b"}", b":", b",", b'"', b"\n", b"[", b"]")
JSON_TOKENS = (
    b"null",
    b"true",
    b'"',
    b'\\"',
    b"\\u0000",
    b"\\ud83d\\ude00",
    b'"store"',
    b'"item"',
    b'"items"',
    b'"quantity"',
    b'{"scheme": "GLN", "code": "1"}',
    b"1e400",
    b"-0.0",
    b'"facts": [',
    b"[[]]",
)
MOVEMENT = {
    "fact": "movement",
    "store": "S1",
    "item": MILK,
    "quantity": -2,
    "kind": "SALE",
    "occurred_at": "2026-11-21T01:30:00Z",
    "business_day": "2026-11-20",
    "workstation": "7",
    "sequence": 12,
    "line": 1,
    "amount": "3.98",
    "currency": "EUR",
}
TOTAL = {
    "fact": "total",
    "store": {"scheme": "GLN", "code": "4099200000015"},
    "quantity": "7.5",
    "unit": "KGM",
    "title": "Oats",
    "items": [{"scheme": "GTIN", "code": MILK}, {"scheme": "SKU", "code": "A"}],
    "period_start": "2026-11-16",
    "period_end": "2026-11-23",
    "activity": "RETURNED",
    "amount": 1.50,
    "currency": "EUR",
}
WITHHELD = {
    **json.loads(COUNT),
    "as_of": "2026-11-22T18:30:00+01:00",
    "state": "AVAILABLE",
    "withheld": {"COMMITTED": 2, "SAFETY": "1"},
}
FACTS = "\n".join(map(json.dumps, (WITHHELD, MOVEMENT, TOTAL)))
WRAPPED = json.dumps({"facts": [WITHHELD, MOVEMENT, TOTAL]})
CANONICAL = Target(
    "canonical",
    (
        of_dialect("canonical", COUNT, FACTS, WRAPPED, json.dumps([WITHHELD, TOTAL])),
        of_dialect("canonical", FACTS, kind="SALES", item_code="SKU", encoding="utf-16"),
    ),
    JSON_MARKS,
    JSON_TOKENS,
)
JSON_LINES = Target(
    "json_lines",
    (
        of_dialect("json_lines", LINE, f"[{LINE},{LINE}]", columns=NESTED, item_code="SKU"),
        of_dialect(
            "json_lines", LINE.replace("7.5", '"1.000,5"'), columns=NESTED, item_code="SKU", decimal_sign=","
        ),
        of_dialect(
            "json_lines",
            f'{{"data": {{"count": 1, "items": [{LINE}]}}}}',
            columns=NESTED,
            item_code="SKU",
            rows="data.items",
        ),
        of_dialect(
            "json_lines",
            json.dumps(SALE),
            json.dumps(SALE) + "\n" + json.dumps(SALE | {"line": 2, "quantity": -1}),
            kind="SALES",
        ),
        of_dialect(
            "json_lines",
            json.dumps(
                SALE
                | {
                    "business_day": "20.11.2026",
                    "occurred_at": "20.11.2026 18:30:00",
                    "amount": 2,
                    "currency": "EUR",
                }
            ),
            kind="SALES",
            date_format="%d.%m.%Y",
            time_format="%d.%m.%Y %H:%M:%S",
            columns={"amount": "amount", "currency": "currency"},
        ),
    ),
    JSON_MARKS,
    JSON_TOKENS,
)
WEBHOOK = Target(
    "shopify_webhook",
    (of_dialect("shopify_webhook", json.dumps(LEVEL), json.dumps(LEVEL | {"available": None})),),
    JSON_MARKS,
    JSON_TOKENS,
)

TARGETS = (CANONICAL, JSON_LINES, WEBHOOK)
