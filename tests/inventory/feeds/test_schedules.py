"""A schedule says wall-clock times of one place; two nights a year they are not what they seem."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.feeds.schedules import next_due, read_times

TABLE = [
    # zone, times, after (UTC), due (UTC): worked out by hand from the zones' own rules
    ("UTC", ["03:10"], "2026-05-01T03:09:59", "2026-05-01T03:10"),
    ("UTC", ["03:10"], "2026-05-01T03:10", "2026-05-02T03:10"),
    ("Europe/Berlin", ["03:10", "14:00"], "2026-05-01T01:10", "2026-05-01T12:00"),
    ("Europe/Berlin", ["03:10", "14:00"], "2026-05-01T12:00", "2026-05-02T01:10"),
    # 29 March: 02:00 is followed by 03:00. 02:30 is due at 03:00, once, also where 03:00 is due itself.
    ("Europe/Berlin", ["02:30"], "2026-03-28T12:00", "2026-03-29T01:00"),
    ("Europe/Berlin", ["02:30"], "2026-03-29T01:00", "2026-03-30T00:30"),
    ("Europe/Berlin", ["02:10", "02:40", "03:00"], "2026-03-29T01:00", "2026-03-30T00:10"),
    ("America/New_York", ["02:30"], "2026-03-08T05:00", "2026-03-08T07:00"),
    # 25 October: 03:00 is followed by 02:00. 02:30 comes twice and is due the first time only.
    ("Europe/Berlin", ["02:30"], "2026-10-24T12:00", "2026-10-25T00:30"),
    ("Europe/Berlin", ["02:30"], "2026-10-25T00:30", "2026-10-26T01:30"),
    ("Europe/Berlin", ["02:30"], "2026-10-25T01:00", "2026-10-26T01:30"),
    ("America/New_York", ["01:30"], "2026-11-01T05:30", "2026-11-02T06:30"),
    # Half an hour only, and a night that is 23 hours for the other half of the world.
    ("Australia/Lord_Howe", ["02:15"], "2026-10-03T10:00", "2026-10-03T15:30"),
    # Samoa had no 30 December 2011 at all.
    ("Pacific/Apia", ["12:00"], "2011-12-29T22:00", "2011-12-30T10:00"),
]


@pytest.mark.parametrize(("zone", "times", "after", "due"), TABLE)
def test_the_next_time(zone: str, times: list[str], after: str, due: str) -> None:
    found = next_due(
        times=read_times(times), zone=ZoneInfo(zone), after=datetime.fromisoformat(after).replace(tzinfo=UTC)
    )
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "declared", ["03:10", None, ["3:10"], ["24:00"], [310], ["03:10", "03:10"], ["０3:10"]]
)
def test_what_is_no_schedule(declared: object) -> None:
    with pytest.raises(ValueError, match="time"):
        read_times(declared)


MINUTES = st.integers(0, 1439).map(lambda minute: time(minute // 60, minute % 60))
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 365 * 86_400).map(lambda seconds: NEW_YEAR + timedelta(seconds=seconds))


@given(at=MINUTES, zone=ZONES.map(ZoneInfo), after=INSTANTS)
def test_a_clock_that_is_watched_shows_it(at: time, zone: ZoneInfo, after: datetime) -> None:
    """Looking at the clock minute by minute finds the same instant."""
    found = next_due(times=[at], zone=zone, after=after)
    assert after < found <= after + timedelta(hours=26)
    shown = found.astimezone(zone)
    before = (found - timedelta(minutes=1)).astimezone(zone)
    if shown.time() != at:
        assert before.replace(tzinfo=None).time() < at < shown.time()
        assert shown.utcoffset() != before.utcoffset()
    assert shown.fold == 0


@given(times=st.sets(MINUTES, min_size=1, max_size=4), zone=ZONES.map(ZoneInfo), start=INSTANTS)
def test_a_day_brings_each_time_once(times: set[time], zone: ZoneInfo, start: datetime) -> None:
    """Over three days the runs are as many as the times, less those that a skipped hour pushes together."""
    due, runs = start, []
    while (due := next_due(times=times, zone=zone, after=due)) <= start + timedelta(days=3):
        runs.append(due)
    assert runs == sorted(set(runs))
    days = [run.astimezone(zone).date() for run in runs]
    assert all(days.count(day) <= len(times) for day in days)
    if all(run.astimezone(zone).utcoffset() == start.astimezone(zone).utcoffset() for run in [*runs, due]):
        assert len(runs) == 3 * len(times)
