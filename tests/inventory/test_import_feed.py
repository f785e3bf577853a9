"""The same road by hand: what it prints and how it exits."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from inventory.models import FeedRun, FeedSource
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.imports.files import levels, stock_file

pytestmark = pytest.mark.django_db
GTIN = "04006381333931"
PAST = "2024-01-05T10:00:00Z"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    create_store(store_code="S1")
    create_item(sku="A", gtin=GTIN)
    create_source(code="wms")
    path = tmp_path / "night.csv"
    path.write_bytes(stock_file(("S1", GTIN, 5, PAST), ("S9", GTIN, 5, PAST)))
    return path


def test_a_load_prints_what_came_of_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_feed", str(file), source="wms")
    printed = capsys.readouterr().out
    assert "received 2: applied 1  unchanged 0  stale 0  rejected 1" in printed
    assert 'unknown_store: Line 3: store_code is "S9"' in printed
    assert levels() == {("S1", "A"): 5}


def test_the_second_time_it_says_what_came_of_the_first(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_feed", str(file), source="wms")
    call_command("import_feed", str(file), source="wms")
    printed = capsys.readouterr().out
    assert "the same bytes came before, as night.csv" in printed
    assert printed.count("applied 1") == 2
    assert FeedRun.objects.count() == 1


def test_a_dry_run_changes_nothing(file: Path, capsys: pytest.CaptureFixture[str], own_folders: Path) -> None:
    call_command("import_feed", str(file), source="wms", dry_run=True)
    assert "applied 1" in capsys.readouterr().out
    assert (levels(), FeedRun.objects.count()) == ({}, 0)
    assert not (own_folders / "media").exists()


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_refused_file_exits_with_1(file: Path, dry_run: bool) -> None:
    file.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="lacks") as refused:
        call_command("import_feed", str(file), source="wms", dry_run=dry_run)
    assert refused.value.returncode == 1


def test_a_refused_file_is_tried_again_with_a_mended_profile(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"on_hand", b"Bestand"))
    with pytest.raises(CommandError, match="lacks"):
        call_command("import_feed", str(file), source="wms")
    FeedSource.objects.update(profile={"columns": {"quantity": "Bestand"}})
    call_command("import_feed", str(file), source="wms", dry_run=True)
    assert levels() == {}
    call_command("import_feed", str(file), source="wms")
    assert (levels(), FeedRun.objects.get().state) == ({("S1", "A"): 5}, "LOADED_WITH_REJECTS")


def test_an_unknown_source_lists_the_known_ones(file: Path) -> None:
    with pytest.raises(CommandError, match="Known sources: wms") as refused:
        call_command("import_feed", str(file), source="wsm")
    assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_feed", "/nowhere.csv", source="wms")


def test_a_held_file_exits_with_3_and_says_what_to_do(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    FeedSource.objects.update(profile={"completeness": "FULL"})
    items = [create_item(sku=f"B{number}", gtin=gtin_for(number)) for number in range(1, 11)]
    whole, part = tmp_path / "whole.csv", tmp_path / "part.csv"
    lines = [("S1", item.identifiers.get().value, 5, PAST) for item in items]
    whole.write_bytes(stock_file(*lines))
    part.write_bytes(stock_file(("S1", lines[0][1], 4, PAST.replace("01-05", "01-06"))))
    call_command("import_feed", str(whole), source="wms")
    capsys.readouterr()
    for dry_run, words in ((True, "would be held"), (False, "Release or refuse it at /desk/runs/")):
        with pytest.raises(CommandError, match=words) as caught:
            call_command("import_feed", str(part), source="wms", dry_run=dry_run)
        assert caught.value.returncode == 3
    with pytest.raises(CommandError, match="Release or refuse it"):
        call_command("import_feed", str(part), source="wms")
    assert "absent 9" in capsys.readouterr().out
    assert set(levels().values()) == {5}


def test_notes_and_absences_are_printed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_feed", str(file), source="wms")
    note = {"code": "totals_row", "message": "Line 9 is a total.", "count": 2, "lines": [9]}
    FeedRun.objects.update(rows_absent=7, notes=[note])
    capsys.readouterr()
    call_command("import_feed", str(file), source="wms")
    printed = capsys.readouterr().out
    assert "absent 7: no longer named, so they count as none" in printed
    assert "note totals_row: Line 9 is a total. (2 times)" in printed
