"""Documents of facts: counts, movements and totals go in together, each the road of its kind."""

import gzip
import hashlib
import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from inventory.imports import load_run, receive_file, retry_run
from inventory.imports.archiving import purge_raw_files
from inventory.models import (
    FeedRun,
    FeedSource,
    Item,
    SalesTotal,
    StockClaim,
    StockMovement,
    StockWithheld,
    Store,
)
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.feeds.poslogs import Receipt, Sold, poslog
from tests.inventory.imports.files import NOW, at, counts, levels, load, rejects

pytestmark = pytest.mark.django_db
OATS, MILK = gtin_for(1), gtin_for(2)
LATER = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def facts(*records: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(record) for record in records).encode()


def count(item: str, quantity: object, hours: float = 6, **more: Any) -> dict[str, Any]:
    return {"fact": "count", "store": "S1", "item": item, "quantity": quantity, "as_of": at(hours), **more}


def sale(item: str, quantity: object, hours: float = 1, line: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "fact": "movement", "store": "S1", "item": item, "quantity": quantity, "kind": "SALE",
        "occurred_at": at(hours), "business_day": "2024-05-22", "workstation": "7", "sequence": 12, "line": line,
        **more,
    }  # fmt: skip


@pytest.fixture
def shop() -> FeedSource:
    create_store(store_code="S1")
    create_item(sku="OATS", gtin=OATS)
    create_item(sku="MILK", gtin=MILK)
    return create_source(profile={"format": "canonical"})


def test_counts_and_movements_of_one_document(shop: FeedSource) -> None:
    run = load(
        facts(count(OATS, 9), count(MILK, 4), sale(OATS, -2, amount="3.98", currency="USD")), source=shop
    )
    assert counts(run) == (3, 0, 0, 0)
    assert levels() == {("S1", "OATS"): 7, ("S1", "MILK"): 4}
    assert StockMovement.objects.get().amount == 3_980
    assert run.totals["counts"] == {"facts": 2, "quantity": "13", "amount": None}


def test_a_void_takes_its_sale_back(shop: FeedSource) -> None:
    load(facts(count(OATS, 9)), source=shop)
    load(facts(sale(OATS, -1), sale(OATS, 1, line=2) | {"kind": "VOID"}), source=shop)
    assert levels()["S1", "OATS"] == 9
    assert sorted(StockMovement.objects.values_list("kind", "quantity")) == [(1, -1), (3, 1)]


def test_same_key_with_other_content_waits_for_a_person(shop: FeedSource) -> None:
    load(facts(count(OATS, 9), sale(OATS, -2)), source=shop)
    run = load(facts(sale(OATS, -5)), source=shop)
    assert rejects(run) == [(1, "transaction_conflict")]
    assert levels()["S1", "OATS"] == 7
    assert "-5" in run.rejected_rows.get().raw


def test_pieces_of_a_total_add_up_and_a_newer_document_replaces_it(shop: FeedSource) -> None:
    def total(quantity: int) -> dict[str, Any]:
        return {
            "fact": "total", "store": "S1", "item": OATS, "quantity": quantity,
            "period_start": "2024-05-20", "period_end": "2024-05-21",
        }  # fmt: skip

    assert counts(load(facts(total(1), total(1)), source=shop)) == (2, 0, 0, 0)
    assert SalesTotal.objects.get().quantity == 2
    assert counts(load(facts(total(5)), source=shop)) == (1, 0, 0, 0)
    assert SalesTotal.objects.get().quantity == 5
    assert levels() == {}


def test_overlapping_periods_are_for_a_person(shop: FeedSource) -> None:
    record = {"fact": "total", "store": "S1", "item": OATS, "quantity": 7}
    load(facts(record | {"period_start": "2024-05-13", "period_end": "2024-05-20"}), source=shop)
    run = load(facts(record | {"period_start": "2024-05-19", "period_end": "2024-05-21"}), source=shop)
    assert rejects(run) == [(1, "overlapping_period")]
    assert SalesTotal.objects.get().period_start == date(2024, 5, 13)


def test_units(shop: FeedSource) -> None:
    cheese = create_item(sku="CHEESE", unit="KGM", unit_decimals=3)
    gtin = cheese.identifiers.get().value
    run = load(facts(count(gtin, "0.65", unit="KGM"), count(OATS, "0.65", unit="KGM")), source=shop)
    assert rejects(run) == [(2, "uom_mismatch")]
    assert levels() == {("S1", "CHEESE"): 650}


def test_unknown_store_and_item_name_the_code(shop: FeedSource) -> None:
    run = load(facts(count(OATS, 1), count(OATS, 1) | {"store": "0412"}, count(gtin_for(77), 1)), source=shop)
    assert list(run.rejected_rows.values_list("code", "unknown_code")) == [
        ("unknown_store", "0412"),
        ("unknown_item", gtin_for(77)),
    ]


def test_a_file_of_unknown_stores_only_is_somebody_elses(shop: FeedSource) -> None:
    run = load(facts(count(OATS, 1) | {"store": "B7"}), source=shop)
    assert (run.state, run.problem["code"], run.problem["unknown_stores"]) == (
        "REFUSED",
        "wrong_partner",
        ["B7"],
    )


def test_a_source_may_bring_its_stores_and_items_along() -> None:
    source = create_source(
        profile={
            "format": "canonical", "unknown_items": "CREATE", "unknown_stores": "CREATE",
            "new_store": {"timezone": "Europe/Berlin", "currency": "EUR"},
        }
    )  # fmt: skip
    apples = count(MILK, "0.42", title="Apples")
    assert counts(load(facts(count(OATS, 3, title="Oats"), apples), source=source)) == (2, 0, 0, 0)
    assert Store.objects.get().timezone == "Europe/Berlin"
    assert dict(Item.objects.values_list("title", "unit_decimals")) == {"Oats": 0, "Apples": 3}
    assert levels() == {("S1", OATS): 3, ("S1", MILK): 420}


def test_what_is_withheld_stands_beside_the_count(shop: FeedSource) -> None:
    load(facts(count(OATS, 9, withheld={"COMMITTED": 2, "UNAVAILABLE": 0})), source=shop)
    assert list(StockWithheld.objects.values_list("state", "quantity")) == [("COMMITTED", 2)]
    load(facts(count(OATS, 9, hours=1, withheld={"COMMITTED": 0})), source=shop)
    assert list(StockWithheld.objects.values_list("state", "quantity")) == [("COMMITTED", 0)]


def test_a_count_without_a_time_is_as_of_its_arrival(shop: FeedSource) -> None:
    record = count(OATS, 5)
    del record["as_of"]
    load(facts(record), source=shop)
    load(facts(count(OATS, 8, hours=0.1)), source=shop)  # counted before the file arrived
    assert levels()["S1", "OATS"] == 5


def test_an_hour_that_exists_twice_is_the_later_and_one_that_does_not_is_an_error(shop: FeedSource) -> None:
    twice = count(OATS, 5) | {"as_of": "2023-11-05T01:30:00"}
    never = count(MILK, 5) | {"as_of": "2024-03-10T02:30:00"}
    run = load(facts(twice, never), source=shop)
    assert rejects(run) == [(2, "bad_time")]
    assert run.notes[0]["code"] == "ambiguous_time"
    assert levels() == {("S1", "OATS"): 5}


class TestFull:
    """A FULL document marks absences, inside its scope and behind the guard."""

    @pytest.fixture
    def full(self, shop: FeedSource) -> FeedSource:
        shop.profile = {"format": "canonical", "completeness": "FULL", "drop_guard": 0.5}
        shop.save()
        create_store(store_code="S2")
        load(facts(count(OATS, 9, 30), count(MILK, 4, 30), count(MILK, 2, 30) | {"store": "S2"}), source=shop)
        return shop

    def test_what_it_leaves_out_is_none_in_its_stores_only(self, full: FeedSource) -> None:
        run = load(facts(count(OATS, 8)), source=full)
        assert (counts(run), run.rows_absent) == ((1, 0, 0, 0), 1)
        assert levels() == {("S1", "OATS"): 8, ("S1", "MILK"): 0, ("S2", "MILK"): 2}

    def test_an_older_file_yet_to_come_does_not_bring_it_back(self, full: FeedSource) -> None:
        load(facts(count(OATS, 8)), source=full)
        create_item(sku="TEA", gtin=gtin_for(3))
        full.profile = {"format": "canonical"}
        full.save()
        assert counts(load(facts(count(MILK, 7, 20), count(gtin_for(3), 5, 20)), source=full)) == (0, 0, 2, 0)
        assert levels()["S1", "TEA"] == levels()["S1", "MILK"] == 0

    def test_a_line_that_cannot_be_used_is_not_left_out(self, full: FeedSource) -> None:
        run = load(facts(count(OATS, 8), count(MILK, "0.5")), source=full)
        assert (run.rows_absent, levels()["S1", "MILK"]) == (0, 4)

    def test_the_guard_holds_a_file_that_lost_too_much(self, full: FeedSource) -> None:
        tea = create_item(sku="TEA", gtin=gtin_for(3))
        run = load(facts(count(gtin_for(3), 1)), source=full)
        assert (run.state, run.problem["code"], run.preview["absent"]) == ("HELD", "drop_guard", 2)
        assert run.preview["counts"] == {"received": 1, "applied": 1, "unchanged": 0, "stale": 0}
        assert [(one["sku"], one["title"]) for one in run.preview["examples"]] == [
            (item.sku, item.title) for item in Item.objects.filter(sku__in=["OATS", "MILK"]).order_by("pk")
        ]
        assert levels() == {("S1", "OATS"): 9, ("S1", "MILK"): 4, ("S2", "MILK"): 2}
        FeedRun.objects.filter(pk=run.pk).update(state="RECEIVED", released_at=NOW, attempts=0)
        assert load_run(run_id=run.pk, now=NOW).rows_absent == 2  # type: ignore[union-attr]
        assert levels()["S1", tea.sku] == 1

    def test_an_empty_one_is_held(self, full: FeedSource) -> None:
        run = load(b"\n", source=full)
        assert (run.state, run.problem["code"]) == ("HELD", "empty_snapshot")


def test_a_time_that_has_not_come_names_its_clock(shop: FeedSource) -> None:
    ahead = (NOW + timedelta(hours=1)).astimezone(UTC).replace(tzinfo=None)
    shop.profile = {**shop.profile, "timezone": "UTC"}
    shop.save()
    run = load(facts({**count(OATS, 9), "as_of": ahead.isoformat()}), source=shop)
    (row,) = run.rejected_rows.all()
    assert (row.code, f'as_of is "{ahead}" by the clock of UTC; expected' in row.message) == ("future", True)


def test_many_errors_hold_the_file(shop: FeedSource) -> None:
    lines = [count(OATS, number, hours=number) for number in range(1, 120)]
    for record in lines[:10]:
        record["item"] = gtin_for(500)
    run = load(facts(*lines), source=shop)
    assert (run.state, run.problem["code"], run.preview["rejected"]) == ("HELD", "too_many_errors", 10)
    assert levels() == {}


def test_a_second_arrival_of_the_same_bytes_is_the_same_run(shop: FeedSource) -> None:
    content = facts(count(OATS, 9))
    first = load(content, source=shop)
    again, is_new = receive_file(source=shop, file_name="b", content=io.BytesIO(content), now=NOW)
    assert (again.pk, is_new) == (first.pk, False)
    assert Decimal(first.totals["counts"]["quantity"]) == 9


def test_a_weight_in_a_barcode_is_taken_off_by_the_rule_of_its_region(shop: FeedSource) -> None:
    """In Germany 28 goes before 4 digits of the item, a check digit of the weight, and 599 g."""
    create_item(sku="CHEESE", gtin="02812340000002")
    line = facts(count("2812349005992", 3))
    assert rejects(load(line, source=shop)) == [(1, "unknown_item")]
    shop.profile |= {"region": "de"}
    shop.save()
    assert counts(load(line + b"\n", source=shop)) == (1, 0, 0, 0)
    assert levels()["S1", "CHEESE"] == 3


def test_a_region_nobody_knows_is_named(shop: FeedSource) -> None:
    shop.profile |= {"region": "DE"}
    shop.save()
    run = load(facts(count(OATS, 3)), source=shop)
    assert (run.state, run.problem["code"]) == ("REFUSED", "bad_profile")
    assert "region is 'DE'; expected one of de, dk" in run.problem["message"]


def test_of_a_log_with_personal_data_only_the_facts_stay(
    shop: FeedSource, django_capture_on_commit_callbacks: Any
) -> None:
    tills = create_source(kind="SALES", profile={"format": "poslog"})
    log = poslog("plain", Receipt([Sold(OATS)]))
    run, _is_new = receive_file(source=tills, file_name="log.xml", content=io.BytesIO(log), now=LATER)
    raw = Path(run.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        loaded = load_run(run_id=run.pk, now=LATER)
    assert loaded is not None
    kept = gzip.decompress(Path(loaded.file.path).read_bytes()).decode()
    assert (loaded.state, loaded.sha256) == ("LOADED", hashlib.sha256(log).hexdigest())
    assert json.loads(kept)["fact"] == "movement"
    assert "Olga" in log.decode()
    assert "Olga" not in kept
    assert not raw.exists()


def test_a_log_that_was_refused_goes_after_its_days(shop: FeedSource) -> None:
    tills = create_source(kind="SALES", profile={"format": "poslog"})
    run = load(b"<POSLog>", source=tills)
    raw = Path(run.file.path)
    assert run.state == "REFUSED"
    assert purge_raw_files(now=NOW + timedelta(days=6)) == 0
    assert purge_raw_files(now=NOW + timedelta(days=8)) == 1
    assert not raw.exists()
    assert not FeedRun.objects.get(pk=run.pk).is_retryable


def test_a_file_that_is_tried_again_days_later_is_as_old_as_it_was(shop: FeedSource) -> None:
    """Nobody is shown an old figure as new: counts without a time are those of the file's arrival."""
    document = facts({"fact": "count", "store": "S9", "item": OATS, "quantity": 9})
    run = load(document, source=shop)
    assert (run.state, run.problem["code"]) == ("REFUSED", "wrong_partner")
    create_store(store_code="S9")
    retry_run(run=run, now=NOW + timedelta(days=2))
    assert (load_run(run_id=run.pk, now=NOW + timedelta(days=2)) or run).state == "LOADED"
    assert StockClaim.objects.get().as_of == NOW
