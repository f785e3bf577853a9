"""A pull: one worker at a time, noted however it ends, and due again when the schedule says."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from inventory.imports.transports import visits
from inventory.imports.transports.faults import FileFailed, PullFailed
from inventory.imports.transports.pulling import RETRY_AFTER, pull_source
from inventory.imports.transports.visits import Visit
from inventory.models import FeedRun, FeedSource
from tests.factories import create_source

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 24, 1, 10, tzinfo=UTC)  # 03:10 in Berlin, the night before the clocks go back


def create_due(**fields: Any) -> FeedSource:
    schedule: dict[str, Any] = {
        "pull_times": ["03:10"],
        "pull_timezone": "Europe/Berlin",
        "next_pull_at": NOW,
    }
    return create_source(code="wms", **schedule | fields)


def put(folder: Path, *names: str) -> None:
    inbox = folder / "inbox" / "wms"
    inbox.mkdir(parents=True, exist_ok=True)
    for name in names:
        (inbox / name).write_text(name)


def pull(source: FeedSource, *, now: datetime = NOW) -> list[str]:
    taken = pull_source(source_id=source.pk, due_at=NOW, now=now)
    names = [run.file_name for run, _is_new in taken]
    source.refresh_from_db()
    return names


def test_a_file_is_as_old_as_its_own_time_says(own_folders: Path) -> None:
    source = create_due(transport={"settle_seconds": 0}, profile={"as_of": "modified"})
    put(own_folders, "a.csv")
    counted_at = NOW - timedelta(hours=3)
    os.utime(own_folders / "inbox" / "wms" / "a.csv", (counted_at.timestamp(), counted_at.timestamp()))
    assert pull(source) == ["a.csv"]
    assert FeedRun.objects.get().file_as_of == counted_at


def test_the_next_pull_stands_on_the_schedule(own_folders: Path) -> None:
    source = create_due(transport={"settle_seconds": 0})
    put(own_folders, "a.csv")
    assert pull(source, now=NOW + timedelta(seconds=4)) == ["a.csv"]
    assert source.next_pull_at == datetime(2026, 10, 25, 2, 10, tzinfo=UTC)
    assert (source.last_pull_at, source.pulling_until) == (NOW + timedelta(seconds=4), None)
    assert pull(source) == []


def test_every_so_often(own_folders: Path) -> None:
    source = create_due(pull_times=[], pull_every=timedelta(minutes=15))
    pull(source, now=NOW + timedelta(minutes=1))
    assert source.next_pull_at == NOW + timedelta(minutes=16)


def test_a_source_without_a_schedule_can_be_pulled_by_hand(own_folders: Path) -> None:
    source = create_source(code="wms", transport={"settle_seconds": 0})
    put(own_folders, "a.csv")
    assert len(list(pull_source(source_id=source.pk, due_at=None, now=NOW))) == 1
    source.refresh_from_db()
    assert source.next_pull_at is None


@pytest.mark.parametrize(
    ("transport", "code"),
    [
        ({"kind": "carrier pigeon"}, "bad_transport"),
        ({"kind": "https", "url": "https://files.example.com/a.csv"}, "host_not_allowed"),
    ],
)
def test_what_went_wrong_is_noted_and_tried_again_soon(transport: dict[str, Any], code: str) -> None:
    source = create_due(transport=transport)
    assert pull(source) == []
    assert source.pull_problem["code"] == code
    assert (source.next_pull_at, source.pulling_until) == (NOW + RETRY_AFTER, None)


def test_a_good_pull_forgets_the_last_ones_problem(own_folders: Path) -> None:
    source = create_due(pull_problem={"code": "unreachable", "message": "away"})
    pull(source)
    assert source.pull_problem == {}


@pytest.mark.parametrize("kind", ["upload", "webhook"])
def test_what_is_sent_to_us_is_not_pulled(own_folders: Path, kind: str) -> None:
    source = create_due(transport={"kind": kind})
    put(own_folders, "a.csv")
    assert (pull(source), source.pull_problem) == ([], {})


def test_times_that_are_none_are_told(own_folders: Path) -> None:
    source = create_due(pull_times=["25:00"])
    pull(source)
    assert source.pull_problem["code"] == "bad_schedule"
    assert source.next_pull_at == NOW + RETRY_AFTER


@pytest.mark.parametrize(
    "change",
    [
        {"enabled": False},
        {"next_pull_at": NOW + timedelta(hours=1)},
        {"pulling_until": NOW + timedelta(seconds=1)},
    ],
)
def test_who_comes_too_late_pulls_nothing(own_folders: Path, change: dict[str, Any]) -> None:
    source = create_due(transport={"settle_seconds": 0})
    put(own_folders, "a.csv")
    FeedSource.objects.update(**change)
    assert pull(source) == []
    assert not FeedSource.objects.due(now=NOW).exists()
    assert source.last_pull_at is None


def test_a_worker_that_died_is_followed_by_the_next(own_folders: Path) -> None:
    """It had received the file and not moved it: the bytes count once."""
    source = create_due(transport={"settle_seconds": 0})
    put(own_folders, "a.csv")
    dying = pull_source(source_id=source.pk, due_at=NOW, now=NOW)
    run, _is_new = next(dying)
    assert pull(source) == []
    later = NOW + timedelta(seconds=61)
    assert list(FeedSource.objects.due(now=later)) == [source]
    again = list(pull_source(source_id=source.pk, due_at=NOW, now=later))
    assert again == [(run, False)]
    assert FeedRun.objects.count() == 1
    # The first one was not dead after all: it finds itself replaced and leaves no trace.
    FeedSource.objects.update(pull_problem={"code": "kept"})
    dying.close()
    source.refresh_from_db()
    assert source.pull_problem == {"code": "kept"}


def test_a_schedule_that_was_changed_meanwhile_stays(own_folders: Path) -> None:
    source = create_due(transport={"settle_seconds": 0})
    put(own_folders, "a.csv", "b.csv")
    other = NOW + timedelta(minutes=3)
    taking = pull_source(source_id=source.pk, due_at=NOW, now=NOW)
    next(taking)
    FeedSource.objects.update(next_pull_at=other)
    assert len(list(taking)) == 1
    source.refresh_from_db()
    assert (source.next_pull_at, source.last_pull_at) == (other, NOW)


def test_a_fault_of_ours_is_noted_and_not_hidden(own_folders: Path) -> None:
    source = create_due(transport={"settle_seconds": 0})
    put(own_folders, "a.csv")
    (own_folders / "media").write_text("no folder")
    with pytest.raises(OSError, match="media"):
        pull(source)
    source.refresh_from_db()
    assert source.pull_problem["code"] == "broken_off"
    assert source.next_pull_at == NOW + RETRY_AFTER


def visit_at(clock: list[float]) -> Visit:
    """A visit under way, and a clock that shows the seconds the test says."""
    return Visit(create_due(pulling_until=NOW), NOW, NOW, time_limit=600, clock=lambda: clock[0])


def test_a_visit_keeps_its_lease_and_its_time_limit() -> None:
    clock = [1000.0]
    visit = visit_at(clock)
    visit.check()
    assert FeedSource.objects.get().pulling_until == NOW
    clock[0] += visits.RENEW_SECONDS + 1
    visit.memory["etag"] = "7"
    visit.check()
    source = FeedSource.objects.get()
    assert source.pulling_until == NOW + timedelta(seconds=11 + 60)
    assert source.transport_state == {"etag": "7"}
    clock[0] += 600
    with pytest.raises(PullFailed, match="time_limit"):
        visit.check()


def test_a_visit_that_was_taken_over_ends() -> None:
    clock = [0.0]
    visit = visit_at(clock)
    FeedSource.objects.update(pulling_until=NOW + timedelta(hours=1))
    clock[0] += visits.RENEW_SECONDS + 1
    with pytest.raises(PullFailed, match="taken_over"):
        visit.check()


def test_of_many_bad_files_the_first_few_are_named() -> None:
    visit = visit_at([0.0])
    for number in range(7):
        visit.note(FileFailed("unreadable", f"{number}.csv."))
    assert (len(visit.faults), visit.fault_count) == (visits.NAMED_PROBLEMS, 7)
