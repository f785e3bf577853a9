"""Places by file: written where they differ, forgotten where empty, mended in quarantine like any other line."""

import json
from datetime import timedelta

import pytest

from inventory.feeds.dialects import DIALECTS
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from inventory.imports import load_run
from inventory.imports.places import say_places
from inventory.imports.quarantine import replay_lines, waiting_rows
from inventory.models import FeedRun, FeedSource, Store, StoreItemPlace
from inventory.selectors import feed_overview
from tests.factories import create_item, create_source, create_store
from tests.inventory.feeds.dialect_reading import xlsx
from tests.inventory.imports.files import NOW, counts, load, rejects

pytestmark = pytest.mark.django_db


@pytest.fixture
def source() -> FeedSource:
    for code in ("S1", "S2"):
        create_store(store_code=code)
    for sku in ("OAT", "RYE", "TEA"):
        create_item(sku=sku)
    return create_source(kind="PLACES", profile={"format": "table", "item_code": "SKU"})


def file_of(*lines: str) -> bytes:
    return "\n".join(["Store,SKU,Place", *lines, ""]).encode()


def places() -> dict[str, str]:
    rows = StoreItemPlace.objects.values_list("store__store_code", "item__sku", "place")
    return {f"{store} {sku}": place for store, sku, place in rows}


def test_a_file_says_changes_and_forgets_places(source: FeedSource) -> None:
    first = load(
        file_of("S1,OAT, Aisle  4 ", "S1,RYE,Bakery", "S2,OAT,Shelf 1", "S2,OAT,Shelf 1"), source=source
    )
    assert (first.state, counts(first)) == ("LOADED", (3, 1, 0, 0))
    assert places() == {"S1 OAT": "Aisle 4", "S1 RYE": "Bakery", "S2 OAT": "Shelf 1"}
    second = load(file_of("S1,OAT,Aisle 4", "S1,RYE,", "S1,TEA,", "S2,OAT,Shelf 2"), source=source)
    assert counts(second) == (2, 2, 0, 0)
    assert places() == {"S1 OAT": "Aisle 4", "S2 OAT": "Shelf 2"}
    load(file_of("S1,OAT,Aisle 4", "S1,RYE,", "S1,TEA,", "S2,OAT,Shelf 2"), source=source)
    assert FeedRun.objects.count() == 2


def test_what_cannot_be_used_waits_and_is_mended_in_place(source: FeedSource) -> None:
    lines = (
        "S9,OAT,Aisle 1",
        "S1,NONE,Aisle 1",
        f"S1,RYE,{'x' * 61}",
        "S1,TEA,Left",
        "S1,TEA,Right",
        "S1,OAT,Aisle 4",
    )
    run = load(file_of(*lines), source=source)
    assert counts(run) == (1, 0, 0, 5)
    assert rejects(run) == [
        (2, "unknown_store"), (3, "unknown_item"), (4, "bad_value"), (5, "ambiguous_item"), (6, "ambiguous_item"),
    ]  # fmt: skip
    assert f'place is "{"x" * 61}"; expected up to 60' in run.rejected_rows.get(line_number=4).message
    row = run.rejected_rows.get(line_number=4)
    rows = waiting_rows(run=run).filter(pk=row.pk)
    replay = replay_lines(run=run, rows=rows, texts={row.pk: "S1,RYE,Bakery"}, member_id=None, now=NOW)
    assert replay is not None
    assert counts(load_run(run_id=replay.pk, now=NOW) or replay) == (1, 0, 0, 0)
    assert places() == {"S1 OAT": "Aisle 4", "S1 RYE": "Bakery"}


def test_what_was_said_later_at_the_shelf_stays(source: FeedSource) -> None:
    store, later = Store.objects.get(store_code="S1"), NOW + timedelta(minutes=1)
    say_places(store=store, places={"OAT": "Aisle 4", "RYE": "Bakery"}, member=None, now=later)
    run = load(file_of("S1,OAT,Aisle 9", "S1,RYE,"), source=source)
    assert counts(run) == (0, 0, 2, 0)
    assert places() == {"S1 OAT": "Aisle 4", "S1 RYE": "Bakery"}


def test_a_workbook_and_our_own_json_say_places_too(source: FeedSource) -> None:
    book = xlsx([["Store", "SKU", "Place"], ["S1", "OAT", "Aisle 4"]])
    assert counts(load(book, source=source)) == (1, 0, 0, 0)
    FeedSource.objects.update(profile={"format": "canonical", "item_code": "SKU"})
    source.refresh_from_db()
    place = {"fact": "place", "store": "S1", "item": "RYE", "stands": "Bakery"}
    count = {"fact": "count", "store": "S1", "item": "RYE", "quantity": 3}
    run = load(json.dumps([place, count]).encode(), source=source)
    assert rejects(run) == [(run.rejected_rows.get().line_number, "fact_of_other_kind")]
    assert places() == {"S1 OAT": "Aisle 4", "S1 RYE": "Bakery"}
    stock = create_source(profile={"format": "canonical", "item_code": "SKU", "unknown_items": "CREATE"})
    assert (
        rejects(load(json.dumps([place | {"item": "NEW"}]).encode(), source=stock))[0][1]
        == "fact_of_other_kind"
    )


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ({"format": "delimited"}, "format is 'delimited'; expected one of table, canonical"),
        ({"format": "shopify"}, "expected one of table"),
        ({"scale": "1000"}, "scale means nothing where items stand"),
        ({"unknown_items": "CREATE"}, "unknown_items means nothing"),
    ],
)
def test_a_profile_of_places_says_nothing_of_quantities(profile: dict[str, object], said: str) -> None:
    with pytest.raises(FeedRefused, match=said):
        read_profile("PLACES", profile, dialects=DIALECTS)
    assert read_profile("PLACES", {}, dialects=DIALECTS).format == "table"


def test_a_file_without_a_place_or_without_its_columns_is_refused(source: FeedSource) -> None:
    assert load(file_of(), source=source).problem["code"] == "no_rows"
    assert load(b"Store,SKU,Shelf\nS1,OAT,4\n", source=source).problem["code"] == "unknown_header"
    assert load(b"Store,SKU,Place\nS9,OAT,4\n", source=source).problem["code"] == "wrong_partner"


def test_nobody_waits_for_places_that_have_no_schedule(source: FeedSource) -> None:
    load(file_of("S1,OAT,Aisle 4"), source=source)
    year_later = NOW + timedelta(days=365)
    assert feed_overview(now=year_later)[0].lag is None
    FeedSource.objects.update(pull_every=timedelta(hours=24), next_pull_at=year_later)
    assert feed_overview(now=year_later)[0].lag == timedelta(days=364)
