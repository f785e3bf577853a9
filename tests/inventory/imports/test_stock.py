"""Stock snapshots become levels; the newest count wins, whatever comes when."""

import numpy as np
import pytest

from inventory.feeds.records import ABSENT, LevelChanges
from inventory.models import StockClaim, StockLevel, StoreFeed
from inventory.signals import stock_changed
from tests.factories import create_item, create_source, create_store
from tests.inventory.imports.files import DAY, NOW, at, counts, levels, load, rejects, sales_file, stock_file

pytestmark = pytest.mark.django_db
GTIN, OTHER = "04006381333931", "00000096385074"


@pytest.fixture(autouse=True)
def world() -> None:
    create_store(store_code="S1")
    create_store(store_code="S2")
    create_item(sku="A", gtin=GTIN)
    create_item(sku="B", gtin=OTHER)


def test_a_first_file_makes_levels() -> None:
    run = load(stock_file(("S1", GTIN, 5, at(3)), ("S2", OTHER, -2, at(3))), source=create_source())
    assert (run.state, counts(run)) == ("LOADED", (2, 0, 0, 0))
    assert levels() == {("S1", "A"): 5, ("S2", "B"): -2}


def test_the_next_night_changes_what_differs_and_leaves_the_rest() -> None:
    source = create_source()
    load(stock_file(("S1", GTIN, 5, at(24)), ("S1", OTHER, 7, at(24))), source=source)
    run = load(stock_file(("S1", GTIN, 4, at(1)), ("S1", OTHER, 7, at(1))), source=source)
    assert counts(run) == (1, 1, 0, 0)
    assert levels() == {("S1", "A"): 4, ("S1", "B"): 7}
    unchanged = StockLevel.objects.get(item__sku="B")
    assert unchanged.as_of.isoformat() == at(24).replace("Z", "+00:00")  # when it last changed
    assert StoreFeed.objects.get().as_of.isoformat() == at(1).replace("Z", "+00:00")


def test_an_older_file_is_stale_line_by_line() -> None:
    source = create_source()
    load(stock_file(("S1", GTIN, 5, at(1))), source=source)
    run = load(stock_file(("S1", GTIN, 9, at(24)), ("S1", OTHER, 7, at(24))), source=source)
    assert counts(run) == (1, 0, 1, 0)
    assert levels() == {("S1", "A"): 5, ("S1", "B"): 7}
    claim = StockClaim.objects.get()
    assert claim.as_ofs is not None  # two instants in one claim
    assert np.frombuffer(claim.quantities, "<i4").tolist() == [5, 7]


def test_the_same_time_with_another_quantity_contradicts() -> None:
    source = create_source()
    load(stock_file(("S1", GTIN, 5, at(1))), source=source)
    run = load(stock_file(("S1", GTIN, 6, at(1)), ("S1", OTHER, 1, at(1))), source=source)
    assert (run.state, rejects(run)) == ("LOADED_WITH_REJECTS", [(2, "conflicting_repeat")])
    assert levels()["S1", "A"] == 5


def test_contradicting_lines_of_one_file_are_all_rejected_and_equal_ones_count_once() -> None:
    lines = [
        ("S1", GTIN, 5, at(1)), ("S1", OTHER, 3, at(1)), ("S1", GTIN, 6, at(1)), ("S1", OTHER, 3, at(1)),
        ("S1", OTHER, 2, at(2)),
    ]  # fmt: skip
    run = load(stock_file(*lines), source=create_source())
    assert counts(run) == (1, 1, 1, 2)
    assert rejects(run) == [(2, "ambiguous_item"), (4, "ambiguous_item")]
    message = run.rejected_rows.get(line_number=4).message
    assert message.startswith('Line 4: on_hand is "6", but line 2 says otherwise')
    assert levels() == {("S1", "B"): 3}


def test_of_two_sources_the_newer_count_wins_and_of_equals_the_later_source() -> None:
    first, second = create_source(), create_source()
    load(stock_file(("S1", GTIN, 5, at(2))), source=second)
    run = load(stock_file(("S1", GTIN, 9, at(3))), source=first)
    assert (counts(run), levels()["S1", "A"]) == ((0, 0, 1, 0), 5)
    run = load(stock_file(("S1", GTIN, 9, at(2))), source=first)
    assert (counts(run), levels()["S1", "A"]) == ((0, 0, 1, 0), 5)
    run = load(stock_file(("S1", GTIN, 5, at(1))), source=first)
    assert counts(run) == (0, 1, 0, 0)
    assert StockLevel.objects.get().source == first  # the figure is the same, its age is not


def test_sales_after_the_count_move_a_level_that_comes_later() -> None:
    till = create_source(kind="SALES")
    sale = ("S1", "T1", DAY, 1)
    load(
        sales_file((*sale, 1, GTIN, 2, at(2)), (*sale, 2, GTIN, 1, at(5)), (*sale, 3, GTIN, 4, at(4))),
        source=till,
    )
    assert levels() == {}
    load(stock_file(("S1", GTIN, 10, at(4))), source=create_source())  # the sale at the same instant is in it
    assert levels() == {("S1", "A"): 8}


def test_each_item_of_a_file_has_its_own_instant() -> None:
    sale = ("S1", "T1", DAY, 1)
    till = create_source(kind="SALES")
    load(
        sales_file((*sale, 1, GTIN, 2, at(4)), (*sale, 2, OTHER, 1, at(4)), (*sale, 3, GTIN, 1, at(3))),
        source=till,
    )
    load(stock_file(("S1", GTIN, 10, at(4)), ("S1", OTHER, 10, at(8))), source=create_source())
    assert levels() == {("S1", "A"): 9, ("S1", "B"): 9}


def test_changes_are_told_once_with_old_and_new() -> None:
    source, told = create_source(), []

    def listen(*, changes: LevelChanges, **kwargs: object) -> None:
        told.append((changes.old.tolist(), changes.new.tolist()))

    stock_changed.connect(listen)
    try:
        load(stock_file(("S1", GTIN, 5, at(2))), source=source)
        load(stock_file(("S1", GTIN, 3, at(1)), ("S2", GTIN, 0, at(1))), source=source)
        load(stock_file(("S1", GTIN, 3, at(0))), source=source)
    finally:
        stock_changed.disconnect(listen)
    assert told == [([ABSENT], [5]), ([5, ABSENT], [3, 0])]


def test_quantities_are_kept_in_the_smallest_unit() -> None:
    create_item(sku="KG", gtin="00000000000123", unit="KGM", unit_decimals=3)
    source = create_source(profile={"delimiter": ";", "decimal_sign": ","})
    lines = [
        f"S1;{code};{quantity};{at(1)}" for code, quantity in (("123", "1,25"), (GTIN, "5,0"), (OTHER, "5,5"))
    ]
    run = load("\n".join(["store_code;gtin;on_hand;as_of", *lines]).encode(), source=source)
    assert levels() == {("S1", "KG"): 1250, ("S1", "A"): 5}
    assert rejects(run) == [(4, "uom_mismatch")]


def test_what_is_odd_and_used_all_the_same_is_noted_on_the_run() -> None:
    lines = [("S1", GTIN, "not stocked", at(1)), ("S1", OTHER, 5, at(-0.1)), ("S2", GTIN, 5, at(1))]
    run = load(stock_file(*lines), source=create_source())
    assert (run.state, counts(run)) == ("LOADED", (2, 0, 0, 0))
    notes = {(note["code"], note["count"], *note["lines"]) for note in run.notes}
    assert notes == {("not_tracked", 1, 2), ("clamped", 1, 3)}
    assert StockClaim.objects.get(store__store_code="S1").as_of == NOW


def test_a_file_of_unknown_stores_was_meant_for_somebody_else() -> None:
    run = load(stock_file(("X1", GTIN, 5, at(1)), ("X2", GTIN, 5, at(1))), source=create_source())
    assert (run.state, run.problem["code"]) == ("REFUSED", "wrong_partner")
    assert '"X1", "X2"' in run.problem["message"]
    one = load(stock_file(("X1", GTIN, 5, at(1)), ("S2", GTIN, 5, at(1))), source=create_source())
    assert (one.state, rejects(one)) == ("LOADED_WITH_REJECTS", [(2, "unknown_store")])
    assert one.rejected_rows.get().unknown_code == "X1"


def test_the_same_quantities_a_night_later_only_move_the_time() -> None:
    source = create_source()
    load(stock_file(("S1", GTIN, 5, at(24)), ("S1", OTHER, 7, at(24))), source=source)
    run = load(stock_file(("S1", GTIN, 5, at(1)), ("S1", OTHER, 7, at(1))), source=source)
    claim = StockClaim.objects.get()
    assert (counts(run), claim.run, claim.as_ofs) == ((0, 2, 0, 0), run, None)
    assert claim.as_of.isoformat() == at(1).replace("Z", "+00:00")


def test_a_file_of_many_stores_uses_a_few_queries(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    for number in range(40):
        create_store(store_code=f"X{number}")
    source = create_source()
    content = stock_file(*((f"X{number}", GTIN, number, at(1)) for number in range(40)))
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        load(content, source=source, now=NOW)
