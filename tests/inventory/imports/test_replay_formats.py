"""Lines sent in again from tables with titles, workbooks, JSON arrays and full files; each in the format it came in."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from inventory.imports import load_run
from inventory.imports.mappings import map_code
from inventory.imports.quarantine import CannotReplay, full_texts, original_of, replay_lines, waiting_rows
from inventory.imports.rejected_files import rejected_file, replay_upload
from inventory.models import FeedRun, FeedSource, Item
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.feeds.edi_files import x12
from tests.inventory.imports.files import NOW, at, levels, load, stock_file

pytestmark = pytest.mark.django_db

SHEET = {
    "format": "table", "item_code": "SKU", "encoding": "cp1252", "delimiter": ";",
    "columns": {"store_code": "Filiale", "item": "Artikel", "quantity": "Bestand"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def masters() -> None:
    create_store(store_code="0412")
    create_item(sku="OAT", gtin=gtin_for(1))
    create_item(sku="TEA", gtin=gtin_for(2))


def again(run: FeedRun, change: tuple[str, str] = ("", "")) -> FeedRun:
    """Send the waiting lines in again with one thing replaced, and load them."""
    original = original_of(run)
    assert original
    texts = full_texts(original, list(waiting_rows(run=run)))
    mended = {pk: text.replace(*change) for pk, text in texts.items()}
    replay = replay_lines(run=run, rows=waiting_rows(run=run), texts=mended, member_id=None, now=NOW)
    assert replay
    return load_run(run_id=replay.pk, now=NOW) or replay


def content(run: FeedRun) -> str:
    return Path(run.file.path).read_bytes().decode("utf-8-sig")


def test_titles_and_rows_of_several_lines_stay_what_they_were() -> None:
    lines = [
        "Bestände vom Lager",
        "",
        "Filiale;Artikel;Bestand;Notiz",
        '0412;OAT;zwölf;"rot',
        'und groß"',
        "0412;TEA;3;",
    ]
    run = load("\n".join([*lines, ""]).encode("cp1252"), source=create_source(profile=SHEET))
    assert levels() == {("0412", "TEA"): 3}
    replay = again(run, ("zwölf", "12"))
    assert content(replay).splitlines() == [lines[0], lines[2], lines[3].replace("zwölf", "12"), lines[4]]
    assert levels() == {("0412", "TEA"): 3, ("0412", "OAT"): 12}


def test_rows_of_a_workbook_go_as_text_and_come_back() -> None:
    source = create_source(profile=SHEET | {"sheet": "Bestand"})
    run = load(
        workbook(["Filiale", "Artikel", "Bestand"], ["0412", "OAT", "=1+1"], ["0412", "TEA", 3]),
        source=source,
    )
    file = b"".join(rejected_file(run=run, rows=run.rejected_rows.all()).pieces)
    assert file.decode("utf-8-sig").splitlines()[0] == "Filiale;Artikel;Bestand;line;reason"
    mended = file.replace(b"'=1+1", b"7")
    sent = replay_upload(run=run, content=io.BytesIO(mended), member_id=None, now=NOW)
    assert sent.replay
    load_run(run_id=sent.replay.pk, now=NOW)
    assert levels() == {("0412", "TEA"): 3, ("0412", "OAT"): 7}


def workbook(*rows: list[object]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("Bestand")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return content.getvalue()


def json_source(**options: Any) -> FeedSource:
    columns = {"store_code": "store", "item": "sku", "quantity": "n", "as_of": "at"}
    return create_source(profile={"format": "json_lines", "item_code": "SKU", "columns": columns, **options})


def fact(sku: str, number: object) -> str:
    return json.dumps(
        {"store": "0412", "sku": sku, "n": number, "at": at(2), "note": "ü" * 400}, ensure_ascii=False
    )


def test_json_lines_are_whole_and_get_their_reason() -> None:
    run = load(f"{fact('TEA', 3)}\n{fact('OAT', 'x')}\n".encode(), source=json_source())
    file = b"".join(rejected_file(run=run, rows=run.rejected_rows.all()).pieces)
    told = json.loads(file)
    assert (told["note"], told["_line"], "x" in told["_reason"]) == ("ü" * 400, 2, True)
    replay = again(run, ('"x"', "7"))
    assert content(replay) == fact("OAT", 7) + "\n"
    assert levels() == {("0412", "TEA"): 3, ("0412", "OAT"): 7}


def test_elements_of_an_array_go_where_they_stood() -> None:
    body = f'{{"data": {{"items": [{fact("TEA", 3)},\n{fact("OAT", "x")}]}}}}'
    run = load(body.encode(), source=json_source(rows="data.items"))
    with pytest.raises(CannotReplay, match="not valid JSON"):
        again(run, ('"x"', "{"))
    replay = again(run, ('"x"', "7"))
    assert json.loads(content(replay))["data"]["items"] == [json.loads(fact("OAT", 7))]
    assert levels() == {("0412", "TEA"): 3, ("0412", "OAT"): 7}


def test_lines_of_a_full_file_do_not_empty_the_shelves() -> None:
    source = create_source(profile={"completeness": "FULL"})
    run = load(stock_file(("0412", gtin_for(1), 5, at(3)), ("0412", gtin_for(2), "x", at(3))), source=source)
    replay = again(run, (",x,", ",7,"))
    assert (replay.state, replay.rows_absent, replay.completeness) == ("LOADED", 0, "PARTIAL")
    assert levels() == {("0412", "OAT"): 5, ("0412", "TEA"): 7}


def test_lines_without_a_time_are_as_old_as_on_the_first_day() -> None:
    """What came in between is newer, however late the old line is mended."""
    source = create_source(profile=SHEET)
    header = "Filiale;Artikel;Bestand\n"
    first = load(f"{header}0412;OAT;x\n0412;TEA;1\n".encode(), source=source)
    later = first.received_at.replace(hour=23)
    load(f"{header}0412;OAT;9\n0412;TEA;1\n".encode(), source=source, now=later)
    replay = again(first, (";x", ";5"))
    assert (replay.rows_stale, levels()["0412", "OAT"]) == (1, 9)


def test_facts_of_a_document_go_in_after_their_code_was_mapped_as_old_as_the_document() -> None:
    """An X12 846 of 02:00 that came at noon, and a file of 06:00 before the code was mapped."""
    source = create_source(profile={"format": "x12_846", "item_code": "SKU"})
    segments = ["BIA*00*DD*1*20240521*0200", "LIN**SK*OLD-OAT", "QTY*17*9*EA", "SCH*9*EA*WH*0412*097*20240521",
                "LIN**SK*TEA", "QTY*17*3*EA", "SCH*3*EA*WH*0412*097*20240521"]  # fmt: skip
    run = load(x12("846", segments).encode(), source=source)
    assert levels() == {("0412", "TEA"): 3}
    load(stock_file(("0412", gtin_for(1), 5, "2024-05-21T06:00:00Z")), source=create_source())
    file = b"".join(rejected_file(run=run, rows=run.rejected_rows.all()).pieces)
    assert json.loads(file)["items"] == [{"scheme": "SKU", "code": "OLD-OAT"}]
    sent = map_code(
        source=source, code="OLD-OAT", target=Item.objects.get(sku="OAT"), member_id=None, now=NOW
    )
    (again,) = (load_run(run_id=replay.pk, now=NOW) for replay in sent.replays)
    assert again
    assert (again.document_format, again.rows_received, again.rows_rejected) == ("canonical", 1, 0)
    assert levels()["0412", "OAT"] == 5
