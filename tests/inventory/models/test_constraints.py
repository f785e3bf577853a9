"""What the database itself does not let in, whoever writes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from inventory.models import (
    FeedRun,
    FeedSource,
    Item,
    ItemIdentifier,
    RejectedRow,
    StockClaim,
    StockMovement,
    Store,
    StoreGroup,
    Workstation,
)
from tests.factories import create_item, create_source, create_store
from tests.inventory.imports.files import NOW

pytestmark = pytest.mark.django_db
LOADED = {"state": "LOADED", "finished_at": NOW}


def refused_by(name: str, model: type[Any], /, **fields: Any) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.create(**fields)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("inventory_store_code_given", {"store_code": ""}),
        ("inventory_store_kind_known", {"kind": "KIOSK"}),
        ("inventory_store_gln_13_digits", {"gln": "123"}),
        ("inventory_store_currency_iso_4217", {"currency": "usd"}),
        ("inventory_store_coordinates_paired", {"latitude": 1}),
        ("inventory_store_coordinates_paired", {"latitude": 91, "longitude": 0}),
    ],
)
def test_stores(name: str, fields: dict[str, Any]) -> None:
    refused_by(name, Store, **{"store_code": "S", "name": "S", "timezone": "UTC", "currency": "USD"} | fields)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("inventory_item_sku_given", {"sku": ""}),
        ("inventory_item_unit_known", {"unit": "XX"}),
        ("inventory_item_unit_decimals_0_to_3", {"unit_decimals": 4}),
        ("inventory_item_image_by_https", {"image_link": "http://shop.example/oat.png"}),
        ("inventory_item_price_has_currency", {"regular_price": 1}),
        ("inventory_item_price_has_currency", {"price_currency": "USD"}),
        ("inventory_item_price_has_currency", {"regular_price": -1, "price_currency": "USD"}),
    ],
)
def test_items(name: str, fields: dict[str, Any]) -> None:
    refused_by(name, Item, **{"sku": "A", "title": "A"} | fields)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("inventory_identifier_names_one_item", {}),
        ("inventory_identifier_kind_known", {"kind": "ISBN"}),
        ("inventory_identifier_gtin_14_digits", {"value": "4006381333931"}),
        ("inventory_identifier_value_given", {"kind": "PLU", "value": ""}),
    ],
)
def test_identifiers(name: str, fields: dict[str, Any]) -> None:
    item = create_item(gtin="04006381333931")
    refused_by(name, ItemIdentifier, **{"item": item, "kind": "GTIN", "value": "04006381333931"} | fields)


def test_groups_and_tills() -> None:
    group = StoreGroup.objects.create(code="north", name="North")
    with pytest.raises(IntegrityError, match="not_its_own_parent"), transaction.atomic():
        StoreGroup.objects.update(parent=group)
    till = Workstation.objects.create(store=create_store(), code="T1")
    refused_by("inventory_workstation_once_a_store", Workstation, store=till.store, code="T1")


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("inventory_source_kind_known", {"kind": "WEATHER"}),
        ("inventory_source_schedule_paired", {"pull_every": timedelta(hours=1)}),
        ("inventory_source_schedule_paired", {"next_pull_at": NOW}),
    ],
)
def test_sources(name: str, fields: dict[str, Any]) -> None:
    refused_by(name, FeedSource, **{"code": "x", "name": "x", "kind": "STOCK"} | fields)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("inventory_run_file_counts_once", {"sha256": "there"}),
        ("inventory_run_(state_known|finished_at_paired)", {"state": "LOST"}),
        ("inventory_run_every_line_accounted_for", {"rows_received": 3, "rows_applied": 2}),
        ("inventory_run_loading_has_lease", {"state": "LOADING"}),
        ("inventory_run_finished_at_paired", {"state": "REFUSED"}),
        ("inventory_run_finished_at_paired", {"finished_at": NOW}),
        ("inventory_run_state_tells_of_rejects", {"state": "LOADED_WITH_REJECTS", "finished_at": NOW}),
        ("inventory_run_state_tells_of_rejects", LOADED | {"rows_received": 1, "rows_rejected": 1}),
    ],
)  # fmt: skip
def test_runs(name: str, fields: dict[str, Any]) -> None:
    common = {"source": create_source(), "file_name": "a", "size": 1, "received_at": NOW}
    FeedRun.objects.create(sha256="there", **common)
    refused_by(name, FeedRun, **common | {"sha256": "new"} | fields)


def test_a_line_is_rejected_once() -> None:
    run = FeedRun.objects.create(source=create_source(), sha256="1", file_name="a", size=1, received_at=NOW)
    line = {"run": run, "line_number": 2, "code": "bad_number", "message": "m", "raw": "r"}
    RejectedRow.objects.create(**line)
    refused_by("inventory_rejected_line_once", RejectedRow, **line)


def test_packed_claims_have_equal_lengths() -> None:
    run = FeedRun.objects.create(source=create_source(), sha256="1", file_name="a", size=1, received_at=NOW)
    claim = {"source": run.source, "store": create_store(), "run": run, "as_of": NOW}
    refused_by("inventory_claim_arrays_match", StockClaim, **claim, item_ids=b"1234", quantities=b"")
    refused_by("inventory_claim_arrays_match", StockClaim, **claim, item_ids=b"12", quantities=b"12")
    packed = {"item_ids": b"1234", "quantities": b"1234", "as_ofs": b"1234"}
    refused_by("inventory_claim_arrays_match", StockClaim, **claim, **packed)


@pytest.mark.parametrize(("kind", "quantity"), [(1, 1), (2, -1)])
def test_a_sale_takes_and_a_return_gives(kind: int, quantity: int) -> None:
    movement = {
        "store_id": 1,
        "business_day": NOW,
        "workstation_id": 1,
        "sequence": 1,
        "line": 1,
        "item_id": 1,
    }
    more = {"source_id": 1, "run_id": 1, "occurred_at": NOW, "kind": kind, "quantity": quantity}
    refused_by("inventory_movement_sign_fits_kind", StockMovement, **movement, **more)


def test_the_hot_tables_are_lean() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, count(*) FROM pg_indexes WHERE tablename IN"
            " ('inventory_stocklevel', 'inventory_stockmovement', 'inventory_stockclaim') GROUP BY 1"
        )
        indexes = dict(cursor.fetchall())
    assert indexes["inventory_stocklevel"] == 1
    assert indexes["inventory_stockmovement"] == 2  # its key and the block range of its time
