"""When a counter starts again: hand-worked on calendars at both ends of the day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.rules.limits import Limit, limits_of, period_start, starts_again_at
from promotions.rules.words import LimitPeriod, LimitScope, LimitUnit

# Sunday evening in Honolulu is Monday in Auckland: another day, another week, another month.
MONDAY_IN_AUCKLAND = datetime(
    2027, 2, 28, 20, 0, tzinfo=UTC
)  # Mon 1 March 09:00 there, Sun 28 February 10:00 there


EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "period", "start", "again"),
    [
        ("Pacific/Auckland", "DAY", date(2027, 3, 1), "2027-03-01T11:00"),  # NZDT is UTC+13
        ("Pacific/Honolulu", "DAY", date(2027, 2, 28), "2027-03-01T10:00"),  # HST is UTC-10
        ("Pacific/Auckland", "WEEK", date(2027, 3, 1), "2027-03-07T11:00"),
        ("Pacific/Honolulu", "WEEK", date(2027, 2, 22), "2027-03-01T10:00"),
        ("Pacific/Auckland", "MONTH", date(2027, 3, 1), "2027-03-31T11:00"),
        ("Pacific/Honolulu", "MONTH", date(2027, 2, 1), "2027-03-01T10:00"),
    ],
)
def test_periods_are_those_of_the_stores_calendar(
    timezone: str, period: str, start: date, again: str
) -> None:
    found = LimitPeriod(period)
    assert period_start(found, now=MONDAY_IN_AUCKLAND, timezone=timezone) == start
    assert starts_again_at(found, now=MONDAY_IN_AUCKLAND, timezone=timezone) == datetime.fromisoformat(
        again
    ).replace(tzinfo=UTC)


def test_a_day_of_23_hours_ends_at_midnight_all_the_same() -> None:
    morning = datetime(2027, 3, 14, 5, 30, tzinfo=UTC)  # New York: 00:30 on the day the clocks go forward
    again = starts_again_at(LimitPeriod.DAY, now=morning, timezone="America/New_York")
    assert again == datetime(2027, 3, 15, 4, 0, tzinfo=UTC)


def test_a_total_never_starts_again() -> None:
    assert period_start(LimitPeriod.TOTAL, now=MONDAY_IN_AUCKLAND, timezone="UTC") is None
    assert starts_again_at(LimitPeriod.TOTAL, now=MONDAY_IN_AUCKLAND, timezone="UTC") is None


@given(
    now=st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: EPOCH + timedelta(minutes=minutes)),
    timezone=st.sampled_from(["Pacific/Auckland", "Pacific/Honolulu", "Asia/Kathmandu", "Europe/London"]),
    period=st.sampled_from([LimitPeriod.DAY, LimitPeriod.WEEK, LimitPeriod.MONTH]),
)
def test_the_next_period_is_the_first_instant_with_another_start(
    now: datetime, timezone: str, period: LimitPeriod
) -> None:
    again = starts_again_at(period, now=now, timezone=timezone)
    assert again is not None
    just_before = again - again.resolution
    assert period_start(period, now=just_before, timezone=timezone) == period_start(
        period, now=now, timezone=timezone
    )
    assert period_start(period, now=again, timezone=timezone) == again.astimezone(ZoneInfo(timezone)).date()


def test_limits_are_read_as_they_are_kept() -> None:
    stored = [
        {"scope": "STORE", "period": "DAY", "unit": "USES", "limit": "20"},
        {"scope": "PROMOTION", "period": "TOTAL", "unit": "MONEY", "limit": "99.9"},
    ]
    assert limits_of(stored, currency="USD") == (
        Limit(LimitScope.STORE, LimitPeriod.DAY, LimitUnit.USES, 20),
        Limit(LimitScope.PROMOTION, LimitPeriod.TOTAL, LimitUnit.MONEY, 9990, "USD"),
    )
