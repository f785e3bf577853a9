"""Shopify's inventory_levels/update: what one location has available of one inventory item, from then on.

    {"inventory_item_id": 271878346596884015, "location_id": 24826418, "available": 12,
     "updated_at": "2026-11-22T13:04:05-05:00"}

`available` is null where the item is not tracked. The item is Shopify's inventory item, not the SKU, so its id has
to be known as an internal code or mapped. Messages come late and out of order: `updated_at` says which is newer.
"""

from collections.abc import Iterator

from inventory.feeds import json_fields as fields
from inventory.feeds.blocks import FeedFile
from inventory.feeds.contract import Dialect
from inventory.feeds.facts import Code, Found, Note, StockCount
from inventory.feeds.json_text import Entry, entries
from inventory.feeds.profiles import Profile
from inventory.feeds.unfit import Unfit


def read_shopify_webhook(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """The counts of one message, or of several, a line or an array element each."""
    for entry in entries(file):
        yield entry.bad_row or _found(entry)


def _found(entry: Entry) -> Found:
    assert isinstance(entry.value, dict)
    payload = entry.value
    try:
        place = Code("CODE", fields.code_in(payload.get("location_id"), "location_id"))
        item = Code("INTERNAL", fields.code_in(payload.get("inventory_item_id"), "inventory_item_id"))
        as_of = fields.instant_in(payload.get("updated_at"), "updated_at")
        if "available" in payload and payload["available"] is None:
            return Note(
                line_number=entry.line_number,
                code="not_tracked",
                message=f"Line {entry.line_number}: inventory item {item.text} is not tracked at {place.text}.",
            )
        quantity = fields.decimal_in(payload.get("available"), "available")
    except Unfit as unfit:
        return unfit.bad_row(line_number=entry.line_number, raw=entry.raw)
    return StockCount(
        line_number=entry.line_number,
        place=place,
        items=(item,),
        quantity=quantity,
        as_of=as_of,
        state="AVAILABLE",
        raw=entry.raw,
    )


DIALECT = Dialect(
    name="shopify_webhook",
    title="Shopify webhook inventory_levels/update",
    kinds=("STOCK",),
    read=read_shopify_webhook,
    defaults={"item_code": "INTERNAL", "quantity_state": "AVAILABLE", "completeness": "DELTA"},
    is_line_oriented=True,
)
