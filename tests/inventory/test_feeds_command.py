"""One line a source on the command line, and bars for what is loading."""

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from inventory.models import FeedAlert, FeedRun
from tests.factories import create_source, create_store
from tests.inventory.imports.files import load, stock_file


@pytest.mark.django_db
def test_each_source_says_how_it_is_doing(capsys: pytest.CaptureFixture[str]) -> None:
    create_store(store_code="0412")
    source = create_source(code="wms")
    create_source(code="pos", kind="SALES")
    run = load(stock_file(("0412", "x", 5, "y"), ("0413", "1", 5, "y")), source=source)
    FeedRun.objects.filter(pk=run.pk).update(received_at=timezone.now() - timedelta(hours=27))
    FeedAlert.objects.create(source=source, kind="LATE", message="No file.", opened_at=timezone.now())
    call_command("feeds")
    pos, wms, alert = capsys.readouterr().out.splitlines()
    assert pos.startswith("pos: Nothing has arrived yet.  nothing loaded yet  in quarantine 0")
    assert "late 3 h  rows 2  applied 0  rejected 2  absent 0  in quarantine 2" in wms
    assert alert == "  late: No file."


@pytest.mark.django_db(transaction=True)
def test_watching_ends_when_nothing_loads_any_more(capsys: pytest.CaptureFixture[str]) -> None:
    source, now = create_source(code="wms"), timezone.now()
    run = FeedRun.objects.create(
        source=source, sha256="a", file_name="night.csv", size=1000, state="LOADING", received_at=now,
        started_at=now, lease_until=now, progress_rows=12, progress_bytes=500,
    )  # fmt: skip
    watching = threading.Thread(target=watch)
    watching.start()
    FeedRun.objects.filter(pk=run.pk).update(state="LOADED", finished_at=now, lease_until=None)
    watching.join(20)
    assert not watching.is_alive()
    assert "On time, nothing rejected." in capsys.readouterr().out


def watch() -> None:
    """The command as another process would run it."""
    try:
        call_command("feeds", watch=True)
    finally:
        connection.close()
