"""Store-local windows, by hand and against a brute force over the minutes of a year."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.rules.window import is_open, resolve_instant, resolve_window

ZONES = ["Pacific/Honolulu", "America/New_York", "Europe/London", "Asia/Kathmandu", "Pacific/Auckland"]


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        # Worked by hand from the zones' offsets on both sides of each change of the clocks in 2026.
        ("Pacific/Honolulu", date(2026, 3, 8), "2026-03-08T10:00Z"),
        ("Pacific/Honolulu", date(2026, 11, 1), "2026-11-01T10:00Z"),
        ("America/New_York", date(2026, 3, 8), "2026-03-08T05:00Z"),  # still winter time at midnight
        ("America/New_York", date(2026, 3, 9), "2026-03-09T04:00Z"),
        ("America/New_York", date(2026, 11, 1), "2026-11-01T04:00Z"),
        ("America/New_York", date(2026, 11, 2), "2026-11-02T05:00Z"),
        ("Europe/London", date(2026, 3, 29), "2026-03-29T00:00Z"),
        ("Europe/London", date(2026, 3, 30), "2026-03-29T23:00Z"),
        ("Europe/London", date(2026, 10, 25), "2026-10-24T23:00Z"),
        ("Europe/London", date(2026, 10, 26), "2026-10-26T00:00Z"),
        ("Asia/Kathmandu", date(2026, 3, 29), "2026-03-28T18:15Z"),
        ("Asia/Kathmandu", date(2026, 10, 25), "2026-10-24T18:15Z"),
        ("Pacific/Auckland", date(2026, 4, 5), "2026-04-04T11:00Z"),
        ("Pacific/Auckland", date(2026, 4, 6), "2026-04-05T12:00Z"),
        ("Pacific/Auckland", date(2026, 9, 27), "2026-09-26T12:00Z"),
        ("Pacific/Auckland", date(2026, 9, 28), "2026-09-27T11:00Z"),
        # Here midnight itself is skipped: the day begins at 01:00 summer time.
        ("America/Havana", date(2026, 3, 8), "2026-03-08T05:00Z"),
    ],
)
def test_midnight_in_the_store_is_the_right_instant(zone: str, day: date, utc: str) -> None:
    assert resolve_instant(on=day, at=time(0), timezone=zone) == datetime.fromisoformat(utc)


def test_a_time_that_happens_twice_starts_with_the_first_and_ends_with_the_second() -> None:
    def half_past_one(*, ends: bool) -> datetime:
        return resolve_instant(on=date(2026, 11, 1), at=time(1, 30), timezone="America/New_York", ends=ends)

    assert half_past_one(ends=False) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert half_past_one(ends=True) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_a_named_zone_holds_in_every_store() -> None:
    window = resolve_window(
        starts_on=date(2026, 7, 1),
        starts_time=time(0),
        ends_on=date(2026, 7, 2),
        ends_time=time(12),
        window_timezone="UTC",
        store_timezone="Pacific/Auckland",
    )

    assert window == (datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 2, 12, tzinfo=UTC))


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(min_value=date(2026, 1, 2), max_value=date(2026, 12, 30)),
    minutes=st.integers(min_value=-3000, max_value=3000),
)
def test_open_means_that_the_stores_calendar_shows_the_day(zone: str, day: date, minutes: int) -> None:
    """Brute force: an instant lies in the day's window exactly when the clock on the wall shows that day."""
    starts_at, ends_at = resolve_window(
        starts_on=day,
        starts_time=time(0),
        ends_on=day + timedelta(days=1),
        ends_time=time(0),
        window_timezone="",
        store_timezone=zone,
    )
    now = starts_at + timedelta(minutes=minutes)

    assert is_open(starts_at=starts_at, ends_at=ends_at, now=now) == (
        now.astimezone(ZoneInfo(zone)).date() == day
    )
