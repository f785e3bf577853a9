"""Inboxes are emptied when due, in the order of names; nothing is lost, nothing outside is read."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from inventory.models import FeedRun, FeedSource
from inventory.tasks import pull_source, ring_waiting_runs
from tests.factories import create_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def source() -> FeedSource:
    return create_source(
        code="wms", pull_every=timedelta(minutes=1), next_pull_at=timezone.now() - timedelta(seconds=1)
    )


@pytest.fixture
def inbox(own_folders: Path) -> Path:
    folder = own_folders / "inbox" / "wms"
    folder.mkdir(parents=True)
    return folder


def put(folder: Path, name: str, content: str = "", *, age: float = 60) -> Path:
    path = folder / name
    path.write_text(content or name)
    then = timezone.now().timestamp() - age
    os.utime(path, (then, then))
    return path


def pull_due_sources() -> None:
    """What a worker does that hears the clock's rings."""
    for source_id, due_at in FeedSource.objects.due(now=timezone.now()).values_list("pk", "next_pull_at"):
        pull_source(source_id, str(due_at))


def test_files_are_taken_in_the_order_of_their_names(source: FeedSource, inbox: Path) -> None:
    for name in ("2.csv", "10.csv", "1.csv"):
        put(inbox, name)
    pull_due_sources()
    assert list(FeedRun.objects.order_by("pk").values_list("file_name", flat=True)) == [
        "1.csv",
        "10.csv",
        "2.csv",
    ]
    assert sorted(path.name for path in (inbox / ".done").iterdir()) == ["1.csv", "10.csv", "2.csv"]
    source.refresh_from_db()
    assert source.next_pull_at is not None
    assert source.next_pull_at > timezone.now()


def test_unfinished_hidden_and_linked_files_stay(source: FeedSource, inbox: Path, tmp_path: Path) -> None:
    secret = put(tmp_path, "secret.csv")
    (inbox / "link.csv").symlink_to(secret)
    (inbox / "folder.csv").mkdir()
    for name in ("a.csv.part", "b.tmp", ".c.csv"):
        put(inbox, name)
    pull_due_sources()
    assert not FeedRun.objects.exists()


def test_a_fresh_file_is_taken_once_nobody_writes_to_it(source: FeedSource, inbox: Path) -> None:
    put(inbox, "a.csv", age=0)
    pull_due_sources()
    assert FeedRun.objects.count() == 1


def test_a_source_that_is_not_due_is_left_alone(source: FeedSource, inbox: Path) -> None:
    put(inbox, "a.csv")
    FeedSource.objects.update(next_pull_at=timezone.now() + timedelta(minutes=1))
    pull_due_sources()
    FeedSource.objects.update(next_pull_at=timezone.now(), enabled=False)
    pull_due_sources()
    assert not FeedRun.objects.exists()


def test_a_crash_after_receiving_counts_the_file_once(source: FeedSource, inbox: Path) -> None:
    put(inbox, "a.csv", "same")
    pull_due_sources()
    put(inbox, "a.csv", "same")
    FeedSource.objects.update(next_pull_at=timezone.now())
    pull_due_sources()
    assert FeedRun.objects.count() == 1
    assert sorted(path.name for path in (inbox / ".done").iterdir())[0] == "a.csv"
    assert not (inbox / "a.csv").exists()


def test_two_files_of_one_name_are_both_kept(source: FeedSource, inbox: Path) -> None:
    for content in ("one", "two"):
        put(inbox, "a.csv", content)
        FeedSource.objects.update(next_pull_at=timezone.now())
        pull_due_sources()
    assert sorted(path.read_text() for path in (inbox / ".done").iterdir()) == ["one", "two"]


def test_ringing_gives_up_what_was_tried_three_times(source: FeedSource) -> None:
    now = timezone.now()
    fields = {"file_name": "a", "size": 1, "received_at": now, "started_at": now, "lease_until": now}
    FeedRun.objects.create(source=source, sha256="1", state="LOADING", attempts=3, **fields)
    ring_waiting_runs()
    assert FeedRun.objects.get().state == "FAILED"


def test_a_file_waits_for_its_marker_and_takes_it_along(source: FeedSource, inbox: Path) -> None:
    FeedSource.objects.update(transport={"kind": "folder", "marker": ".complete", "pattern": "STK_*"})
    for name in ("STK_1.dat", "STK_2.dat", "other.dat", "other.dat.complete", "STK_2.dat.zip.complete"):
        put(inbox, name, age=0)
    pull_due_sources()
    assert list(FeedRun.objects.values_list("file_name", flat=True)) == ["STK_2.dat"]
    assert sorted(path.name for path in (inbox / ".done").iterdir()) == [
        "STK_2.dat", "STK_2.dat.zip.complete",
    ]  # fmt: skip
    source.refresh_from_db()
    assert source.pull_problem == {}


def test_a_second_ring_for_the_same_pull_finds_nothing(source: FeedSource, inbox: Path) -> None:
    put(inbox, "a.csv")
    due_at = str(source.next_pull_at)
    pull_source(source.pk, due_at)
    put(inbox, "b.csv")
    pull_source(source.pk, due_at)
    pull_source(source.pk + 1, due_at)
    assert FeedRun.objects.count() == 1
