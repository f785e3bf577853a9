"""Sales enter a ledger once and move levels only when they are later than the count."""

import pytest

from inventory.models import StockLevel, StockMovement, StoreFeed, Workstation
from tests.factories import create_item, create_source, create_store
from tests.inventory.imports.files import DAY, at, counts, levels, load, rejects, sales_file, stock_file

pytestmark = pytest.mark.django_db
GTIN, OTHER = "04006381333931", "00000096385074"


@pytest.fixture(autouse=True)
def world() -> None:
    for code in ("S1", "S2"):
        create_store(store_code=code)
    create_item(sku="A", gtin=GTIN)
    create_item(sku="B", gtin=OTHER)
    load(stock_file(("S1", GTIN, 10, at(6)), ("S2", GTIN, 10, at(6))), source=create_source(code="wms"))


def test_sales_and_returns_move_the_level() -> None:
    lines = [("S1", "T1", DAY, 1, 1, GTIN, 3, at(2)), ("S1", "T2", DAY, 1, 1, GTIN, -1, at(1))]
    run = load(sales_file(*lines), source=create_source(kind="SALES"))
    assert (run.state, counts(run)) == ("LOADED", (2, 0, 0, 0))
    assert levels()["S1", "A"] == 8
    assert StockLevel.objects.get(store__store_code="S1").as_of.isoformat() == at(1).replace("Z", "+00:00")
    assert set(StockMovement.objects.values_list("quantity", "kind")) == {(-3, 1), (1, 2)}
    assert StoreFeed.objects.get(source__kind="SALES").as_of.isoformat() == at(1).replace("Z", "+00:00")


def test_sales_at_or_before_the_count_are_in_it_already() -> None:
    lines = [("S1", "T1", DAY, 1, 1, GTIN, 3, at(6)), ("S1", "T1", DAY, 2, 1, GTIN, 1, at(7))]
    run = load(sales_file(*lines), source=create_source(kind="SALES"))
    assert (counts(run), levels()["S1", "A"]) == ((2, 0, 0, 0), 10)


def test_sales_of_what_was_never_counted_are_kept_without_a_level() -> None:
    run = load(sales_file(("S1", "T1", DAY, 1, 1, OTHER, 3, at(1))), source=create_source(kind="SALES"))
    assert counts(run) == (1, 0, 0, 0)
    assert ("S1", "B") not in levels()
    load(stock_file(("S1", OTHER, 9, at(2))), source=create_source())
    assert levels()["S1", "B"] == 6


def test_a_line_counts_once_however_often_it_comes() -> None:
    source = create_source(kind="SALES")
    first, second = ("S1", "T1", DAY, 1, 1, GTIN, 3, at(2)), ("S1", "T1", DAY, 1, 2, GTIN, 1, at(2))
    load(sales_file(first), source=source)
    run = load(sales_file(second, first, second), source=source)
    assert (counts(run), levels()["S1", "A"]) == ((1, 2, 0, 0), 6)


def test_a_known_key_with_other_content_is_rejected_and_what_stood_stays() -> None:
    source = create_source(kind="SALES")
    load(sales_file(("S1", "T1", DAY, 7, 1, GTIN, 3, at(2))), source=source)
    run = load(sales_file(("S1", "T1", DAY, 7, 1, GTIN, 4, at(2))), source=source)
    assert (rejects(run), levels()["S1", "A"]) == ([(2, "transaction_conflict")], 7)
    assert run.rejected_rows.get().message.startswith('Line 2: sequence is "7", but an earlier file')


def test_a_key_with_two_contents_in_one_file_is_rejected_on_both_lines() -> None:
    lines = [("S1", "T1", DAY, 7, 1, GTIN, 3, at(2)), ("S1", "T1", DAY, 7, 1, OTHER, 3, at(2))]
    run = load(sales_file(*lines), source=create_source(kind="SALES"))
    assert rejects(run) == [(2, "transaction_conflict"), (3, "transaction_conflict")]
    assert not StockMovement.objects.exists()


def test_tills_of_two_sources_and_two_stores_do_not_meet() -> None:
    line = ("T1", DAY, 1, 1, GTIN, 1, at(1))
    for source in (create_source(kind="SALES"), create_source(kind="SALES")):
        load(sales_file(("S1", *line), ("S2", *line)), source=source)
    assert StockMovement.objects.count() == 4
    assert Workstation.objects.count() == 2
    assert levels() == {("S1", "A"): 8, ("S2", "A"): 8}


def test_the_stock_view_of_a_sign() -> None:
    source = create_source(kind="SALES", profile={"quantity_sign": "STOCK_VIEW"})
    load(sales_file(("S1", "T1", DAY, 1, 1, GTIN, -4, at(1))), source=source)
    assert levels()["S1", "A"] == 6


def test_a_night_without_sales_is_no_problem() -> None:
    run = load(sales_file(), source=create_source(kind="SALES"))
    assert (run.state, run.rows_received) == ("LOADED", 0)


def test_a_store_without_a_claim_and_unknown_lines() -> None:
    create_store(store_code="S3")
    lines = [("S3", "T1", DAY, 1, 1, GTIN, 1, at(1)), ("S9", "T1", DAY, 1, 1, GTIN, 1, at(1))]
    run = load(sales_file(*lines), source=create_source(kind="SALES"))
    assert (counts(run), rejects(run)) == ((1, 0, 0, 1), [(3, "unknown_store")])


def test_what_was_paid_goes_into_the_ledger_where_the_profile_names_its_column() -> None:
    source = create_source(kind="SALES", profile={"columns": {"amount": "paid"}, "decimal_sign": "."})
    header, *lines = sales_file(
        ("S1", "T1", DAY, 1, 1, GTIN, 3, at(2)), ("S1", "T1", DAY, 1, 2, OTHER, -1, at(2))
    ).splitlines()
    content = b"\n".join([header + b",paid", lines[0] + b",12.99", lines[1] + b",", b""])
    run = load(content, source=source)
    assert counts(run) == (2, 0, 0, 0)
    assert list(StockMovement.objects.order_by("line").values_list("amount", "kind")) == [
        (12_990, 1),
        (None, 2),
    ]


def test_the_same_lines_in_another_order_and_file_change_nothing() -> None:
    source = create_source(kind="SALES")
    lines = [("S1", "T1", DAY, number, 1, GTIN, 1, at(2)) for number in range(3)]
    load(sales_file(*lines), source=source)
    again = load(sales_file(*reversed(lines)), source=source)
    some = load(sales_file(lines[1]), source=source)
    assert (counts(again), counts(some), levels()["S1", "A"]) == ((0, 3, 0, 0), (0, 1, 0, 0), 7)
