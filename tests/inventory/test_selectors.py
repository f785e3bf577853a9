"""Figures come with their age; items are found by whatever somebody has in hand."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from inventory.models import FeedRun, FeedSource, Item, ItemIdentifier, Store
from inventory.selectors import feed_overview, find_item, stock_figures
from tests.factories import create_item, create_source, create_store
from tests.inventory.imports.files import DAY, NOW, at, load, sales_file, stock_file

pytestmark = pytest.mark.django_db
GTIN, OTHER = "04006381333931", "00000096385074"


@pytest.fixture
def store() -> Store:
    return create_store(store_code="S1")


@pytest.fixture
def items() -> list[Item]:
    return [create_item(sku="A", gtin=GTIN), create_item(sku="B", gtin=OTHER)]


def test_a_figure_knows_its_own_count_and_the_sales_since(store: Store, items: list[Item]) -> None:
    source = create_source(code="wms", freshness_limit=timedelta(hours=26))
    load(stock_file(("S1", GTIN, 5, at(30)), ("S1", OTHER, 7, at(30))), source=source)
    load(stock_file(("S1", GTIN, 6, at(6))), source=source)  # part of the items: each keeps its own instant
    load(sales_file(("S1", "T", DAY, 1, 1, GTIN, 1, at(2))), source=create_source(kind="SALES"))
    figures = stock_figures(stores=[store], items=items)
    fresh, old = (figures[store.pk, item.pk] for item in items)
    assert (fresh.quantity, fresh.counted_at, fresh.source_code) == (5, NOW - timedelta(hours=6), "wms")
    assert fresh.sales_until == NOW - timedelta(hours=2)
    assert (old.quantity, old.counted_at) == (7, NOW - timedelta(hours=30))
    assert (fresh.is_stale(NOW), old.is_stale(NOW)) == (False, True)


def test_sales_older_than_the_count_say_nothing_about_it(store: Store, items: list[Item]) -> None:
    load(sales_file(("S1", "T", DAY, 1, 1, GTIN, 1, at(8))), source=create_source(kind="SALES"))
    load(stock_file(("S1", GTIN, 5, at(6))), source=create_source())
    assert stock_figures(stores=[store], items=items)[store.pk, items[0].pk].sales_until is None


@pytest.mark.parametrize(("second_count", "queries"), [(0, 1), (4, 2)])
def test_figures_cost_one_query_and_a_second_where_items_were_counted_apart(
    second_count: int,
    queries: int,
    items: list[Item],
    store: Store,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    stores = [store, *(create_store(store_code=f"X{number}") for number in range(5))]
    for hours in (3, 2):
        counts = [(one.store_code, GTIN, hours, at(hours)) for one in stores]
        if second_count:
            counts += [(one.store_code, OTHER, 1, at(second_count)) for one in stores]
        load(stock_file(*counts), source=create_source())
    for some in ([store], stores):
        with django_assert_num_queries(queries):
            assert len(stock_figures(stores=some, items=items)) == len(some) * (2 if second_count else 1)


@pytest.mark.parametrize(
    "code",
    ["4006381333931", "04006381333931", " 4 006381 333931 ", "]C10104006381333931", "https://id.gs1.org/01/04006381333931"],
)  # fmt: skip
def test_an_item_is_found_by_its_gtin_in_any_form(code: str, items: list[Item]) -> None:
    assert find_item(code) == items[0]


def test_an_item_is_found_by_plu_internal_code_and_sku_in_this_order(items: list[Item]) -> None:
    first, second = items
    ItemIdentifier.objects.create(item=first, kind="INTERNAL", value="B")
    assert find_item("B") == first
    ItemIdentifier.objects.create(item=second, kind="PLU", value="B")
    assert find_item("B") == second
    assert find_item("A") == first


@pytest.mark.parametrize("code", ["", "4006381333932", "4006381333930000", "nothing", "A\0", "(01)"])
def test_what_is_no_code_finds_nothing(code: str, items: list[Item]) -> None:
    assert find_item(code) is None


def test_the_overview_knows_the_last_run_the_last_success_and_the_lag(
    store: Store, items: list[Item], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    source = create_source(code="a", expected_every=timedelta(hours=24))
    create_source(code="b")
    good = load(stock_file(("S1", GTIN, 5, at(30))), source=source)
    FeedRun.objects.update(received_at=NOW - timedelta(hours=30))
    bad = load(b"nonsense", source=source)
    running = FeedRun.objects.create(
        source=source, sha256="1", file_name="c", size=1, state="LOADING", received_at=NOW - timedelta(hours=1),
        started_at=NOW, lease_until=NOW,
    )  # fmt: skip
    with django_assert_num_queries(5):
        first, second = feed_overview(now=NOW)
    assert (first.last_run, first.last_success, first.running) == (bad, good, running)
    assert first.lag == timedelta(hours=6)
    assert (second.source, second.last_run, second.lag) == (FeedSource.objects.get(code="b"), None, None)
