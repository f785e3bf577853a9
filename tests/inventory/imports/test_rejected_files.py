"""The file of rejected lines: in the format they came in, mended in a spreadsheet, sent back."""

import csv
import io
import json
from pathlib import Path

import pytest

from inventory.imports import load_run
from inventory.imports.quarantine import CannotReplay
from inventory.imports.rejected_files import Uploaded, rejected_file, replay_upload
from inventory.models import FeedRun, FeedSource, RejectedRow
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.imports.files import NOW, at, counts, levels, load

pytestmark = pytest.mark.django_db

SEMICOLONS = {"delimiter": ";", "encoding": "cp1252", "decimal_sign": ","}
HEADER = "store_code;gtin;on_hand;as_of;note"


@pytest.fixture
def source() -> FeedSource:
    create_store(store_code="0412")
    create_item(sku="OAT", gtin=gtin_for(1))
    create_item(sku="TEA", gtin=gtin_for(2))
    return create_source(profile=SEMICOLONS)


def arrived(source: FeedSource, *lines: str) -> FeedRun:
    return load("\r\n".join([HEADER, *lines, ""]).encode("cp1252"), source=source)


def downloaded(run: FeedRun) -> bytes:
    return b"".join(rejected_file(run=run, rows=run.rejected_rows.all()).pieces)


def uploaded(run: FeedRun, content: bytes) -> Uploaded:
    return replay_upload(run=run, content=io.BytesIO(content), member_id=None, now=NOW)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("cp1252"), newline=""), delimiter=";"))


def test_it_is_in_the_feed_s_own_format_with_line_and_reason(source: FeedSource) -> None:
    run = arrived(
        source, f'0412;{gtin_for(1)};12 Stk;{at(2)};"größer; ""A"""', f"0412;{gtin_for(2)};1;{at(2)};"
    )
    header, row = rows_of(downloaded(run))
    assert header == [*HEADER.split(";"), "line", "reason"]
    assert row[4:6] == ['größer; "A"', "2"]
    assert row[6].startswith('Line 2: on_hand is "12 Stk"; expected')


def test_mended_and_sent_back_it_applies(source: FeedSource) -> None:
    run = arrived(
        source, f'0412;{gtin_for(1)};12 Stk;{at(2)};"größer; ""A"""', f"0412;{gtin_for(2)};x;{at(2)};=1+1"
    )
    mended = downloaded(run).replace(b"12 Stk;", b"12;").replace(b";x;", b";3;")
    sent = uploaded(run, mended)
    assert sent.replay is not None
    assert (sent.lines, sent.told) == (2, ())
    assert Path(sent.replay.file.path).read_bytes().decode("cp1252").splitlines() == [
        HEADER, f'0412;{gtin_for(1)};12;{at(2)};"größer; ""A"""', f"0412;{gtin_for(2)};3;{at(2)};=1+1",
    ]  # fmt: skip
    assert counts(load_run(run_id=sent.replay.pk, now=NOW) or run) == (2, 0, 0, 0)
    assert levels() == {("0412", "OAT"): 12, ("0412", "TEA"): 3}


def test_sent_back_twice_it_applies_once(source: FeedSource) -> None:
    run = arrived(source, f"0412;{gtin_for(1)};x;{at(2)};")
    mended = downloaded(run).replace(b";x;", b";3;")
    uploaded(run, mended)
    again = uploaded(run, mended)
    assert (again.replay, again.lines) == (None, 0)
    assert again.told == ("Line 2 was sent in again or given up before.",)


def test_lines_that_are_none_of_the_file_s_are_told(source: FeedSource) -> None:
    run = arrived(source, f"0412;{gtin_for(1)};x;{at(2)};", f"0412;{gtin_for(2)};1;{at(2)};")
    text = downloaded(run).decode("cp1252").replace(";x;", ";3;")
    row = text.splitlines()[1]
    extra = [row.replace(';2;"', f';{line};"') for line in ("3", "99", "two")]
    sent = uploaded(run, "\r\n".join([text.rstrip(), *extra]).encode("cp1252"))
    assert sent.lines == 1
    assert sent.told == (
        'Row 5 of the file has "two" as its line; expected a number.',
        "Line 3 is none of this file's rejected lines.",
        "Line 99 is none of this file's rejected lines.",
    )


def test_another_delimiter_and_the_mark_of_utf_8_are_understood(source: FeedSource) -> None:
    """What a spreadsheet makes of it: commas, UTF-8, every cell quoted, no line left as it was."""
    run = arrived(source, f"0412;{gtin_for(1)};x;{at(2)};größer")
    rows = rows_of(downloaded(run))
    rows[1][2] = "7"
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    sent = uploaded(run, text.getvalue().encode("utf-8-sig"))
    assert sent.replay is not None
    assert Path(sent.replay.file.path).read_bytes().decode("cp1252").splitlines()[1].endswith(";größer")
    assert counts(load_run(run_id=sent.replay.pk, now=NOW) or run) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    "line",
    [
        "0412;1;2",
        "0412;{gtin};x;{at};a;b;c",
        '0412;{gtin};x;{at};"a"b',
        "-x;=y;@z;+;\tw",
    ],
)
def test_untouched_it_comes_back_as_it_was(source: FeedSource, line: str) -> None:
    line = line.format(at=at(2), gtin=gtin_for(1))
    run = arrived(source, line, f"0412;{gtin_for(2)};1;{at(2)};")
    sent = uploaded(run, downloaded(run))
    assert sent.replay is not None
    came_back = Path(sent.replay.file.path).read_bytes().decode("cp1252").splitlines()[1]
    assert came_back == (line if line.count(";") != 2 else f"{line};;")
    assert (load_run(run_id=sent.replay.pk, now=NOW) or run).rows_rejected == 1


def test_no_cell_of_it_is_a_formula(source: FeedSource) -> None:
    run = arrived(source, f"=cmd();{gtin_for(1)};-5;{at(2)};@x", f"0412;{gtin_for(2)};1;{at(2)};")
    row = rows_of(downloaded(run))[1]
    assert (row[0], row[2], row[4]) == ("'=cmd()", "-5", "'@x")


def test_a_file_with_other_columns_is_refused_as_a_whole(source: FeedSource) -> None:
    run = arrived(source, f"0412;{gtin_for(1)};x;{at(2)};")
    with pytest.raises(
        CannotReplay, match='expected "store_code", "gtin", "on_hand", "as_of", "note", "line"'
    ):
        uploaded(run, b"a;b\n1;2\n")


def test_facts_go_as_json_lines_and_come_back(source: FeedSource) -> None:
    run = arrived(source, "a", "b;c")
    FeedRun.objects.filter(pk=run.pk).update(keeps_raw=False)
    run.refresh_from_db()
    run.rejected_rows.filter(line_number=2).update(record={"item": "ä", "quantity": "7"}, part=3)
    first, second = (json.loads(line) for line in downloaded(run).splitlines())
    assert (first.pop("_line"), first.pop("_part"), first.pop("_reason")[:6]) == (2, 3, "Line 2")
    assert (first, second["_raw"]) == ({"item": "ä", "quantity": "7"}, "b;c")
    sent = uploaded(run, downloaded(run).replace(b'"7"', b'"8"'))
    assert sent.replay is not None
    assert Path(sent.replay.file.path).read_bytes() == '{"item": "ä", "quantity": "8"}\n'.encode()
    assert sent.lines == 1
    assert sent.told == ('Line 3 still has its "_raw": write what it should say in its place.',)


def test_what_was_noted_of_a_line_is_left_when_the_file_is_gone(source: FeedSource) -> None:
    run = arrived(source, "=cmd();1;2;3;4", f"0412;{gtin_for(2)};1;{at(2)};")
    Path(run.file.path).unlink()
    rows = list(csv.reader(io.StringIO(downloaded(run).decode("utf-8-sig"))))
    assert rows[0] == ["line", "code", "reason", "raw"]
    assert (rows[1][0], rows[1][3]) == ("2", "'=cmd();1;2;3;4")


def test_more_lines_than_a_statement_takes_parameters(source: FeedSource) -> None:
    run = arrived(source, f"0412;{gtin_for(1)};x;{at(2)};", f"0412;{gtin_for(2)};1;{at(2)};")
    text = downloaded(run).decode("cp1252").replace(";x;", ";3;")
    row = text.splitlines()[1]
    others = [row.replace(';2;"', f';{line};"') for line in range(3, 66_000)]
    sent = uploaded(run, "\r\n".join([text.rstrip(), *others]).encode("cp1252"))
    assert (sent.lines, sent.told[-1]) == (1, "… and 65,977 more.")
    keys = range(run.rejected_rows.get().pk, 70_000)
    assert RejectedRow.objects.with_keys(keys).get().run == run
