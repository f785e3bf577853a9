"""The inventory's API: stores, items, stock with its age, feeds."""

import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from inventory.api.stock import StockSerializer
from inventory.models import FeedRun, FeedSource, RejectedRow, Store, StoreFeed
from tests.api_client import V1, World, create_world, is_problem, stopped_clock
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, put_stock
from tests.promotions.api.test_verdicts import same_fields

COUNT = b"store_code,sku,quantity,counted_at\n"


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    with stopped_clock(), override_settings(MEDIA_ROOT=tmp_path):
        yield create_world()


def test_an_associate_sees_its_own_store_and_head_office_all(world: World) -> None:
    seen = {
        name: [row["store_code"] for row in getattr(world, name).get("/stores").json()["results"]]
        for name in ("associate", "foreign_associate", "operator")
    }
    assert seen == {
        "associate": ["here-1"],
        "foreign_associate": ["there-1"],
        "operator": ["here-1", "there-1"],
    }
    assert is_problem(world.associate.get("/stores/there-1"), 404)
    store = world.associate.get("/stores/here-1").json()
    assert (store["timezone"], store["currency"], store["kind"]) == ("America/New_York", "USD", "STORE")


def test_every_address_works_with_and_without_a_slash(world: World) -> None:
    for path in ("/stores", "/stores/here-1", "/items", "/stores/here-1/stock", "/stores/here-1/verdict"):
        plain, slashed = (world.associate.get(f"{path}{slash}?code=oat&limit=7") for slash in ("", "/"))
        assert plain.status_code == slashed.status_code == 200


def test_pages_follow_each_other(world: World) -> None:
    Store.objects.bulk_create(
        [Store(store_code=f"x-{number:03}", name="x", timezone="UTC", currency="USD") for number in range(7)]
    )
    found: list[str] = []
    path = "/stores?limit=4"
    while path:
        page = world.admin.get(path).json()
        found += [row["store_code"] for row in page["results"]]
        path = (page["next"] or "").partition(V1)[2]
    assert (page["count"], len(found), len(set(found))) == (9, 9, 9)


def test_items_are_found_by_words_sku_and_gtin(world: World) -> None:
    create_item(sku="SOAP", title="Soap", brand="Clean")
    found = {
        query: [row["sku"] for row in world.associate.get(f"/items?{query}").json()["results"]]
        for query in (
            "search=clean",
            "search=oat",
            "sku=SOAP",
            "gtin=4012345678901",
            "gtin=]C10104012345678901",
        )
    }
    assert found == {
        "search=clean": ["SOAP"],
        "search=oat": ["OAT-1"],
        "sku=SOAP": ["SOAP"],
        "gtin=4012345678901": ["OAT-1"],
        "gtin=]C10104012345678901": ["OAT-1"],
    }
    item = world.associate.get("/items/OAT-1").json()
    assert item["identifiers"] == [{"kind": "GTIN", "value": "04012345678901"}]


@pytest.mark.parametrize(
    "query", ["gtin=4012345678902", "gtin=abc", "sku=a%00b", f"sku={'x' * 65}", "search=%01"]
)
def test_items_that_nobody_can_mean(world: World, query: str) -> None:
    assert is_problem(world.associate.get(f"/items?{query}"), 400)
    assert is_problem(world.associate.get(f"/stores/here-1/stock?{query}"), 400) or query.startswith("search")


def test_a_figure_comes_with_its_source_and_age(world: World) -> None:
    (row,) = world.associate.get("/stores/here-1/stock").json()["results"]
    same_fields(row, StockSerializer())
    assert (row["sku"], row["quantity"], row["unit"], row["source"]) == ("OAT-1", "12", "EA", "wms")
    assert (row["counted_at"], row["age_seconds"]) == ("2026-11-22T07:07:00-05:00", 7200)
    assert (row["sales_until"], row["is_stale"]) == (None, False)


def test_goods_by_weight_are_told_in_their_unit(world: World) -> None:
    cheese = create_item(sku="CHEESE", unit="KGM", unit_decimals=3)
    put_stock(store=world.here, levels={cheese: 12500}, counted_at=NOW - timedelta(hours=27))
    (row,) = world.associate.get("/stores/here-1/stock?sku=CHEESE").json()["results"]
    assert (row["quantity"], row["unit"], row["is_stale"]) == ("12.500", "KGM", True)


def test_sales_after_the_count_are_told(world: World) -> None:
    source = FeedSource.objects.create(code="pos", name="Tills", kind="SALES")
    run = FeedRun.objects.get(source__code="wms", sha256__endswith=str(world.here.pk))
    StoreFeed.objects.create(source=source, store=world.here, as_of=NOW - timedelta(minutes=7), run=run)
    (row,) = world.associate.get("/stores/here-1/stock?gtin=4012345678901").json()["results"]
    assert row["sales_until"] == "2026-11-22T09:00:00-05:00"


def test_stock_of_many_items_costs_as_many_queries_as_of_one(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    put_stock(store=world.here, levels={create_item(): number for number in range(20)})
    with django_assert_max_num_queries(9):
        assert len(world.associate.get("/stores/here-1/stock").json()["results"]) == 21


def hand_in(world: World, body: Any, *, query: str = "", **headers: str) -> Any:
    """A file for the warehouse's feed."""
    headers.setdefault("Content_Type", "text/csv")
    return world.operator.ask("POST", f"/feeds/wms/runs{query}", body, **headers)


def test_a_file_is_taken_once_and_a_worker_is_told(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as rings:
        first = hand_in(world, COUNT, query="?file_name=night.csv")
    with django_capture_on_commit_callbacks() as more_rings:
        second = hand_in(world, COUNT)
    run = FeedRun.objects.get(file_name="night.csv")
    assert (first.status_code, first.headers["Location"]) == (202, f"/api/v1/feeds/runs/{run.pk}")
    assert (second.status_code, second.json()["id"]) == (200, run.pk)
    assert (len(rings), len(more_rings)) == (1, 0)
    with run.file.open("rb") as kept:
        assert kept.read() == COUNT


def test_a_file_can_come_as_a_form_or_with_its_name(world: World) -> None:
    form = world.operator.client.post(
        f"{V1}/feeds/wms/runs",
        {"file": SimpleUploadedFile("form.csv.gz", gzip.compress(COUNT))},
        headers=world.operator.headers,
    )
    named = hand_in(world, b"x", Content_Disposition='attachment; filename="../../etc/named.csv"')
    plain = hand_in(world, b"y", Content_Type="application/x-www-form-urlencoded")
    assert [answer.status_code for answer in (form, named, plain)] == [202, 202, 202]
    assert [answer.json()["file_name"] for answer in (form, named, plain)] == [
        "form.csv.gz",
        "named.csv",
        "upload",
    ]


def test_what_is_no_file_is_not_taken(world: World) -> None:
    empty_form = world.operator.client.post(
        f"{V1}/feeds/wms/runs", {"x": "y"}, headers=world.operator.headers
    )
    torn_form = hand_in(world, b"torn", Content_Type="multipart/form-data")
    for answer in (
        empty_form,
        torn_form,
        hand_in(world, b""),
        hand_in(world, b"x", query="?file_name=a%00b"),
    ):
        assert is_problem(answer, 400)
    assert is_problem(world.operator.ask("POST", "/feeds/none/runs", COUNT, Content_Type="text/csv"), 404)
    with override_settings(FEED_MAX_BYTES=10):
        assert is_problem(hand_in(world, COUNT), 413)
    FeedSource.objects.update(enabled=False)
    assert is_problem(hand_in(world, COUNT), 409)
    assert not FeedRun.objects.exclude(file_name="stock.csv").exists()


def test_a_run_tells_what_became_of_its_lines(world: World) -> None:
    run = FeedRun.objects.filter(file_name="stock.csv").latest("pk")
    FeedRun.objects.filter(pk=run.pk).update(
        state="LOADED_WITH_REJECTS",
        rows_received=5,
        rows_applied=2,
        rows_unchanged=1,
        rows_stale=1,
        rows_rejected=1,
    )
    RejectedRow.objects.create(
        run=run, line_number=4, code="bad_number", message="'x' is no number.", raw="a,x"
    )
    told = world.operator.get(f"/feeds/runs/{run.pk}").json()
    figures = {"received": 5, "applied": 2, "unchanged": 1, "stale": 1, "rejected": 1, "absent": 0}
    assert told["counts"] == figures
    assert (told["state"], told["problem"], told["progress"]) == (
        "LOADED_WITH_REJECTS",
        None,
        {"rows": 0, "bytes": 0},
    )
    rejected = world.operator.get(f"/feeds/runs/{run.pk}/rejected").json()["results"]
    assert [(row["line_number"], row["code"], row["message"], row["raw"]) for row in rejected] == [
        (4, "bad_number", "'x' is no number.", "a,x")
    ]
    assert (rejected[0]["state"], rejected[0]["replay"]) == ("WAITING", None)
    assert run.pk in [row["id"] for row in world.operator.get("/feeds/wms/runs").json()["results"]]


def test_runs_that_do_not_exist(world: World) -> None:
    for number in ("0", "99999999", "9" * 30, "9" * 5000, "one", "-1"):
        assert is_problem(world.operator.get(f"/feeds/runs/{number}"), 404)
        assert is_problem(world.operator.get(f"/feeds/runs/{number}/rejected"), 404)


def test_the_sources_tell_how_they_are_doing(world: World) -> None:
    (feed,) = world.operator.get("/feeds").json()
    assert (feed["code"], feed["kind"], feed["expected_every"]) == ("wms", "STOCK", "1 00:00:00")
    assert feed["last_success"]["file_name"] == "stock.csv"
    assert feed["running"] is None


def test_feeds_are_the_night_shifts(world: World) -> None:
    for api in (world.associate, world.merchandiser):
        assert is_problem(api.get("/feeds"), 403)
        assert is_problem(api.ask("POST", "/feeds/wms/runs", COUNT, Content_Type="text/csv"), 403)
    assert is_problem(world.nobody.ask("POST", "/feeds/wms/runs", COUNT, Content_Type="text/csv"), 401)


def test_codes_of_stores_may_be_long_numbers_and_other_scripts(world: World) -> None:
    for code in ("00000000000000000001", "Zürich-ß", "a b"):
        create_store(store_code=code)
        assert world.admin.get(f"/stores/{code}").json()["store_code"] == code
