"""A file's bytes are kept once, wherever its name would like to put them."""

import io
from pathlib import Path

import pytest
from pytest_django import Settings

from inventory.imports import receive_file, retry_run
from inventory.models import FeedRun
from tests.factories import create_source
from tests.inventory.imports.files import NOW

pytestmark = pytest.mark.django_db


def test_the_same_bytes_come_once_a_source(own_folders: Path) -> None:
    source, other = create_source(), create_source()
    run, is_new = receive_file(source=source, file_name="a.csv", content=io.BytesIO(b"abc"), now=NOW)
    again, is_new_again = receive_file(source=source, file_name="b.csv", content=io.BytesIO(b"abc"), now=NOW)
    assert (is_new, is_new_again, again) == (True, False, run)
    assert receive_file(source=other, file_name="a.csv", content=io.BytesIO(b"abc"), now=NOW)[1]
    assert len([path for path in (own_folders / "media").rglob("*") if path.is_file()]) == 2
    assert (run.size, run.state, Path(run.file.path).read_bytes()) == (3, "RECEIVED", b"abc")


def test_a_name_does_not_choose_the_place(own_folders: Path) -> None:
    name = "../../../../etc/passwd"
    run, _is_new = receive_file(source=create_source(), file_name=name, content=io.BytesIO(b"x"), now=NOW)
    assert run.file_name == "passwd"
    assert Path(run.file.path).is_relative_to(own_folders / "media" / "feeds")


def test_a_file_too_large_is_refused_and_not_kept(settings: Settings, own_folders: Path) -> None:
    settings.FEED_MAX_BYTES = 10
    run, is_new = receive_file(source=create_source(), file_name="a", content=io.BytesIO(b"x" * 11), now=NOW)
    assert (is_new, run.state, run.problem["code"], run.size) == (True, "REFUSED", "too_large", 11)
    assert not [path for path in (own_folders / "media").rglob("*") if path.is_file()]
    retry_run(run=run, now=NOW)
    assert FeedRun.objects.get().state == "REFUSED"
