"""Rejected lines sent in again: each once, as they came or mended, whoever presses how often."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from inventory.imports import load_run, retry_run
from inventory.imports.quarantine import (
    CannotReplay,
    drop_lines,
    full_texts,
    original_of,
    replay_lines,
    waiting_rows,
)
from inventory.models import FeedRun, FeedSource, RejectedRow
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.imports.files import NOW, at, counts, levels, load, rejects, stock_file

pytestmark = pytest.mark.django_db

GERMAN = {
    "delimiter": ";",
    "encoding": "cp1252",
    "columns": {"store_code": "Filiale", "item": "EAN", "quantity": "Bestand", "as_of": "Stand"},
}


@pytest.fixture
def source() -> FeedSource:
    """Knows one store and two items."""
    create_store(store_code="0412")
    create_item(sku="OAT", gtin=gtin_for(1))
    create_item(sku="TEA", gtin=gtin_for(2))
    return create_source(code="wms")


def replay(run: FeedRun, texts: dict[int, str] | None = None, **which: str) -> FeedRun:
    """Send the waiting lines in again and load them, as a worker would."""
    again = replay_lines(run=run, rows=waiting_rows(run=run, **which), texts=texts, member_id=None, now=NOW)
    assert again is not None
    return load_run(run_id=again.pk, now=NOW) or again


def content(run: FeedRun) -> bytes:
    return Path(run.file.path).read_bytes()


def test_exactly_the_rejected_lines_go_in_again_and_apply(source: FeedSource) -> None:
    lines = [
        ("0412", gtin_for(1), 5, at(2)),
        ("0412", gtin_for(3), 7, at(2)),
        ("0413", gtin_for(2), 1, at(2)),
    ]
    run = load(stock_file(*lines), source=source)
    create_item(sku="NEW", gtin=gtin_for(3))
    create_store(store_code="0413")
    again = replay(run)
    assert content(again) == stock_file(*lines[1:])
    assert (again.replay_of, again.state, counts(again)) == (run, "LOADED", (2, 0, 0, 0))
    assert levels() == {("0412", "OAT"): 5, ("0412", "NEW"): 7, ("0413", "TEA"): 1}
    assert set(run.rejected_rows.values_list("state", "replay")) == {("REPLAYED", again.pk)}


def test_what_is_rejected_again_waits_in_the_new_run(source: FeedSource) -> None:
    run = load(stock_file(("0412", gtin_for(1), "x", at(2)), ("0412", gtin_for(3), 7, at(2))), source=source)
    create_item(sku="NEW", gtin=gtin_for(3))
    again = replay(run)
    assert rejects(again) == [(2, "not_a_number")]
    last = replay(again, {again.rejected_rows.get().pk: f"0412,{gtin_for(1)},4,{at(2)}"})
    assert (last.replay_of, counts(last)) == (run, (1, 0, 0, 0))
    assert levels() == {("0412", "OAT"): 4, ("0412", "NEW"): 7}


def test_pressed_twice_is_once(source: FeedSource) -> None:
    run = load(stock_file(("0412", gtin_for(3), 7, at(2))), source=source)
    rows = RejectedRow.objects.filter(run=run)
    first, second = (replay_lines(run=run, rows=rows, member_id=None, now=NOW) for _press in range(2))
    assert first is not None
    assert second is None
    assert FeedRun.objects.filter(replay_of=run).count() == 1


def test_one_cause_alone(source: FeedSource) -> None:
    run = load(stock_file(("0412", gtin_for(1), "x", at(2)), ("0412", gtin_for(3), 7, at(2))), source=source)
    again = replay(run, code="unknown_item")
    assert content(again) == stock_file(("0412", gtin_for(3), 7, at(2)))
    assert [row.line_number for row in waiting_rows(run=run)] == [2]


def test_a_mended_line_replaces_the_one_that_came_in_its_feed_s_own_signs() -> None:
    create_store(store_code="Köln")
    create_item(sku="OAT", gtin=gtin_for(1))
    source = create_source(profile=GERMAN)
    head, tail = 'Filiale;"EAN";Bestand;Stand;Notiz', f'{at(2)};"blau; groß"'
    line = f"Köln;{gtin_for(1)};12 Stk;{tail}"
    run = load(f"{head}\r\n{line}\r\n".encode("cp1252"), source=source)
    (row,) = run.rejected_rows.all()
    original = original_of(run)
    assert original
    assert full_texts(original, [row]) == {row.pk: line}
    mended = line.replace("12 Stk", "12")
    again = replay(run, {row.pk: mended})
    assert content(again) == f"{head}\n{mended}\n".encode("cp1252")
    assert levels() == {("Köln", "OAT"): 12}


def test_signs_that_the_feed_cannot_write_are_told() -> None:
    create_store(store_code="K")
    run = load("Filiale;EAN;Bestand;Stand\nK;x;1;1\n".encode("cp1252"), source=create_source(profile=GERMAN))
    with pytest.raises(CannotReplay, match="cannot be written in cp1252"):
        replay(run, {run.rejected_rows.get().pk: "Ł;1;1;1"})
    assert waiting_rows(run=run).count() == 1


def test_a_long_line_comes_back_whole(source: FeedSource) -> None:
    note = "x" * 3000
    head, line = "store_code,gtin,on_hand,as_of,note", f"0412,{gtin_for(1)},x,{at(1)},{note}"
    run = load(f"{head}\n{line}\n".encode(), source=source)
    (row,) = run.rejected_rows.all()
    assert len(row.raw) == 500
    assert content(replay(run)) == f"{head}\n{line}\n".encode()


@pytest.mark.parametrize(
    ("text", "code"), [("a\nb", "bad_text"), ("  ", "bad_text"), ("a\0b", "bad_text"), ('a,"b', "csv_quote")]
)
def test_a_mended_line_is_one_line_or_nothing_happens(source: FeedSource, text: str, code: str) -> None:
    run = load(stock_file(("0412", gtin_for(3), 7, at(2))), source=source)
    (row,) = run.rejected_rows.all()
    with pytest.raises(CannotReplay) as caught:
        replay(run, {row.pk: text})
    assert caught.value.code == code
    assert waiting_rows(run=run).count() == 1
    assert FeedRun.objects.count() == 1


def test_lines_given_up_are_not_sent_in(source: FeedSource) -> None:
    run = load(stock_file(("0412", gtin_for(3), 7, at(2))), source=source)
    rows = RejectedRow.objects.filter(run=run)
    assert [drop_lines(run=run, rows=rows, member_id=None, now=NOW) for _press in range(2)] == [1, 0]
    assert replay_lines(run=run, rows=rows, member_id=None, now=NOW) is None
    assert run.rejected_rows.get().decided_at == NOW


def test_a_file_whose_bytes_are_gone_says_so(source: FeedSource) -> None:
    run = load(stock_file(("0412", gtin_for(3), 7, at(2))), source=source)
    Path(run.file.path).unlink()
    with pytest.raises(CannotReplay, match="has to be sent again"):
        replay(run)


def test_facts_go_in_again_as_json_lines_those_that_were_read(source: FeedSource) -> None:
    run = load(stock_file(("0412", gtin_for(3), 7, at(2)), ("0412", gtin_for(1), "x", at(2))), source=source)
    FeedRun.objects.filter(pk=run.pk).update(keeps_raw=False)
    run.refresh_from_db()
    run.rejected_rows.filter(line_number=2).update(record={"item": "ä", "quantity": "7.50"})
    again = replay_lines(run=run, rows=waiting_rows(run=run), member_id=None, now=NOW)
    assert again is not None
    assert content(again) == '{"item": "ä", "quantity": "7.50"}\n'.encode()
    assert (again.document_format, waiting_rows(run=run).get().line_number) == ("canonical", 3)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once(source: FeedSource) -> None:
    lines = [("0412", gtin_for(number), 7, at(2)) for number in range(10, 60)]
    run = load(stock_file(*lines), source=source)
    with ThreadPoolExecutor(8) as people:
        made = [again for again in people.map(lambda _press: pressed(run.pk), range(8)) if again]
    assert len(made) == 1
    assert RejectedRow.objects.filter(replay_id=made[0]).count() == 50
    assert content(FeedRun.objects.get(pk=made[0])) == stock_file(*lines)


def pressed(run_id: int) -> int | None:
    """One press of the button, on a connection of its own: the new run's id."""
    try:
        run = FeedRun.objects.select_related("source").get(pk=run_id)
        again = replay_lines(run=run, rows=waiting_rows(run=run), member_id=None, now=NOW)
        return again.pk if again else None
    finally:
        connection.close()


def test_lines_of_a_replay_that_was_refused_wait_again(source: FeedSource) -> None:
    run = load(stock_file(("0412", gtin_for(3), 7, at(2))), source=source)
    again = replay_lines(run=run, rows=waiting_rows(run=run), member_id=None, now=NOW)
    assert again is not None
    FeedSource.objects.update(profile={"delimiter": ";"})
    refused = load_run(run_id=again.pk, now=NOW)
    assert refused is not None
    assert (refused.state, refused.is_retryable) == ("REFUSED", False)
    assert [row.line_number for row in waiting_rows(run=run)] == [2]
    retry_run(run=refused, now=NOW)
    assert refused.state == "REFUSED"
    FeedSource.objects.update(profile={})
    create_item(sku="NEW", gtin=gtin_for(3))
    assert counts(replay(run)) == (1, 0, 0, 0)


def test_lines_of_stores_still_unknown_are_no_file_of_somebody_else_s(source: FeedSource) -> None:
    lines = [("0412", gtin_for(1), 5, at(2)), ("0413", gtin_for(1), 5, at(2))]
    again = replay(load(stock_file(*lines), source=source))
    assert (again.state, rejects(again)) == ("LOADED_WITH_REJECTS", [(2, "unknown_store")])
