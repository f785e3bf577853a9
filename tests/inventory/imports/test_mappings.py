"""Codes of one source, mapped once: waiting lines come in by themselves, and later files know them."""

import pytest

from inventory.imports import load_run
from inventory.imports.mappings import SentAgain, map_code, replay_known
from inventory.models import FeedRun, FeedSource, Item, Store
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.imports.files import NOW, at, counts, levels, load, rejects, stock_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return create_store(store_code="0412")


@pytest.fixture
def oat(store: Store) -> Item:
    return create_item(sku="OAT", gtin=gtin_for(1))


def loaded(sent: SentAgain) -> list[FeedRun]:
    return [load_run(run_id=run.pk, now=NOW) or run for run in sent.runs]


def mapped(source: FeedSource, code: str, target: Store | Item) -> list[FeedRun]:
    return loaded(map_code(source=source, code=code, target=target, member_id=None, now=NOW))


def test_a_mapped_item_brings_in_the_waiting_lines_of_every_run(oat: Item) -> None:
    source = create_source()
    old, new = (
        load(
            stock_file(("0412", gtin_for(9), quantity, at(hours)), ("0412", gtin_for(8), 1, at(hours))),
            source=source,
        )
        for quantity, hours in ((3, 9), (4, 2))
    )
    runs = mapped(source, gtin_for(9), oat)
    assert [run.replay_of for run in runs] == [old, new]
    assert levels() == {("0412", "OAT"): 4}
    assert [row.unknown_code for row in old.rejected_rows.filter(state="WAITING")] == [gtin_for(8)]


def test_a_mapped_store_is_known_to_later_files_of_this_source_only(oat: Item, store: Store) -> None:
    source, other = create_source(), create_source()
    mapped(source, "Elm", store)
    lines = stock_file(("Elm", gtin_for(1), 3, at(2)))
    assert counts(load(lines, source=source)) == (1, 0, 0, 0)
    assert load(lines, source=other).problem["code"] == "wrong_partner"


@pytest.mark.parametrize("code", [gtin_for(9), gtin_for(9).lstrip("0"), "A-7", "9" * 19])
def test_item_codes_of_every_shape_can_be_mapped(oat: Item, code: str) -> None:
    source = create_source()
    mapped(source, code, oat)
    lines = [("0412", code, 3, at(2)), ("0412", gtin_for(2), 1, at(2))]
    assert [line for line, _code in rejects(load(stock_file(*lines), source=source))] == [3]
    assert levels() == {("0412", "OAT"): 3}


def test_a_mapping_says_more_than_the_masters(oat: Item) -> None:
    tea, source = create_item(sku="TEA"), create_source(profile={"item_code": "SKU"})
    mapped(source, "OAT", tea)
    load(stock_file(("0412", "OAT", 3, at(2))).replace(b"gtin", b"sku"), source=source)
    assert levels() == {("0412", "TEA"): 3}


def test_mapping_again_changes_the_meaning(oat: Item) -> None:
    source, tea = create_source(), create_item(sku="TEA")
    mapped(source, "A-7", oat)
    mapped(source, "A-7", tea)
    assert [(each.code, each.item) for each in source.mappings.all()] == [("A-7", tea)]


def test_files_of_which_no_store_was_known_are_tried_again_when_one_is_mapped(
    oat: Item, store: Store
) -> None:
    source = create_source()
    run = load(stock_file(("Elm", gtin_for(1), 3, at(2))), source=source)
    assert (run.state, run.problem["unknown_stores"]) == ("REFUSED", ["Elm"])
    assert mapped(source, "B-1", oat) == []
    assert [counts(again) for again in mapped(source, "Elm", store)] == [(1, 0, 0, 0)]


def test_codes_that_became_known_otherwise_are_sent_in_on_demand_and_only_they(store: Store) -> None:
    source = create_source()
    lines = [
        ("0412", gtin_for(5)[1:], 3, at(2)),
        ("0412", gtin_for(6), 3, at(2)),
        ("0413", gtin_for(5), 1, at(2)),
    ]
    run = load(stock_file(*lines), source=source)
    assert replay_known(source=source, member_id=None, now=NOW).runs == ()
    create_item(sku="NEW", gtin=gtin_for(5))
    create_store(store_code="0413")
    sent = replay_known(source=source, member_id=None, now=NOW)
    assert (sent.lines, [counts(again) for again in loaded(sent)]) == (2, [(2, 0, 0, 0)])
    assert [row.line_number for row in run.rejected_rows.filter(state="WAITING")] == [3]
