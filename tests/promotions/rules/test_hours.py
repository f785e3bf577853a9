"""Weekly hours on the store's clock: by hand over the clock changes of 2026 and 2027, and against every minute."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promotions.rules.content import content_errors
from promotions.rules.content.window import minutes_of, overlap
from promotions.rules.window import (
    Period,
    WeeklyHours,
    current_or_next_period,
    hours_of,
    offer_times,
    open_periods,
    resolve_instant,
)
from tests.factories_promotions import content_for

DAILY = [1, 2, 3, 4, 5, 6, 7]
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ZONES = [
    *("Pacific/Honolulu", "America/New_York", "Europe/London", "Asia/Kathmandu", "Pacific/Auckland"),
    "Australia/Lord_Howe",  # its summer time is half an hour
]


def hours(opens: str, closes: str, days: Sequence[int] = DAILY) -> tuple[WeeklyHours, ...]:
    return hours_of([{"days": list(days), "from": opens, "until": closes}])


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        # Midnight on both sides of the changes of 2027 and of the autumn before, from the zones' offsets.
        ("Pacific/Honolulu", date(2027, 3, 14), "2027-03-14T10:00Z"),
        ("America/New_York", date(2027, 3, 14), "2027-03-14T05:00Z"),
        ("America/New_York", date(2027, 3, 15), "2027-03-15T04:00Z"),
        ("Europe/London", date(2027, 3, 28), "2027-03-28T00:00Z"),
        ("Europe/London", date(2027, 3, 29), "2027-03-28T23:00Z"),
        ("Asia/Kathmandu", date(2027, 3, 28), "2027-03-27T18:15Z"),
        ("Pacific/Auckland", date(2027, 4, 4), "2027-04-03T11:00Z"),
        ("Pacific/Auckland", date(2027, 4, 5), "2027-04-04T12:00Z"),
    ],
)
def test_midnight_of_2027_is_the_right_instant(zone: str, day: date, utc: str) -> None:
    assert resolve_instant(on=day, at=time(0), timezone=zone) == datetime.fromisoformat(utc)


@pytest.mark.parametrize(
    ("zone", "day", "opens", "closes", "utc"),
    [
        ("Pacific/Honolulu", "2026-11-01", "17:00", "19:00", ("2026-11-02T03:00Z", "2026-11-02T05:00Z")),
        ("Pacific/Honolulu", "2027-03-14", "17:00", "19:00", ("2027-03-15T03:00Z", "2027-03-15T05:00Z")),
        ("America/New_York", "2026-10-31", "17:00", "19:00", ("2026-10-31T21:00Z", "2026-10-31T23:00Z")),
        ("America/New_York", "2026-11-01", "17:00", "19:00", ("2026-11-01T22:00Z", "2026-11-02T00:00Z")),
        ("America/New_York", "2027-03-13", "17:00", "19:00", ("2027-03-13T22:00Z", "2027-03-14T00:00Z")),
        ("America/New_York", "2027-03-14", "17:00", "19:00", ("2027-03-14T21:00Z", "2027-03-14T23:00Z")),
        # Over midnight into the night of a change: five hours in autumn, four and three in spring.
        ("America/New_York", "2026-10-31", "22:00", "02:00", ("2026-11-01T02:00Z", "2026-11-01T07:00Z")),
        ("America/New_York", "2027-03-13", "22:00", "02:00", ("2027-03-14T03:00Z", "2027-03-14T07:00Z")),
        ("Europe/London", "2027-03-27", "22:00", "02:00", ("2027-03-27T22:00Z", "2027-03-28T01:00Z")),
        ("Europe/London", "2026-10-24", "22:00", "02:00", ("2026-10-24T21:00Z", "2026-10-25T02:00Z")),
        # The half hour that comes twice belongs to it from its first time to its last.
        ("America/New_York", "2026-11-01", "01:30", "02:30", ("2026-11-01T05:30Z", "2026-11-01T07:30Z")),
        ("America/New_York", "2027-03-14", "01:30", "02:30", ("2027-03-14T06:30Z", "2027-03-14T07:00Z")),
        ("Europe/London", "2026-10-24", "17:00", "19:00", ("2026-10-24T16:00Z", "2026-10-24T18:00Z")),
        ("Europe/London", "2026-10-25", "17:00", "19:00", ("2026-10-25T17:00Z", "2026-10-25T19:00Z")),
        ("Europe/London", "2027-03-28", "17:00", "19:00", ("2027-03-28T16:00Z", "2027-03-28T18:00Z")),
        ("Asia/Kathmandu", "2026-10-25", "17:00", "19:00", ("2026-10-25T11:15Z", "2026-10-25T13:15Z")),
        ("Asia/Kathmandu", "2027-03-28", "17:00", "19:00", ("2027-03-28T11:15Z", "2027-03-28T13:15Z")),
        ("Pacific/Auckland", "2026-09-26", "17:00", "19:00", ("2026-09-26T05:00Z", "2026-09-26T07:00Z")),
        ("Pacific/Auckland", "2026-09-27", "17:00", "19:00", ("2026-09-27T04:00Z", "2026-09-27T06:00Z")),
        ("Pacific/Auckland", "2027-04-03", "17:00", "19:00", ("2027-04-03T04:00Z", "2027-04-03T06:00Z")),
        ("Pacific/Auckland", "2027-04-04", "17:00", "19:00", ("2027-04-04T05:00Z", "2027-04-04T07:00Z")),
        ("Pacific/Auckland", "2027-04-03", "22:00", "04:00", ("2027-04-03T09:00Z", "2027-04-03T16:00Z")),
    ],
)
def test_hours_by_hand(zone: str, day: str, opens: str, closes: str, utc: tuple[str, str]) -> None:
    on = date.fromisoformat(day)
    start, end = datetime.combine(on - 3 * DAY, time(0), UTC), datetime.combine(on + 3 * DAY, time(0), UTC)
    only = hours(opens, closes, [on.isoweekday()])

    periods = list(open_periods(hours=only, starts_at=start, ends_at=end, timezone=zone))

    assert periods == [(datetime.fromisoformat(utc[0]), datetime.fromisoformat(utc[1]))]


def test_hours_that_the_clock_skips_do_not_come() -> None:
    start = datetime(2027, 3, 14, tzinfo=UTC)
    found = open_periods(
        hours=hours("02:00", "03:00"), starts_at=start, ends_at=start + DAY, timezone="America/New_York"
    )

    assert list(found) == []


def test_until_midnight_and_from_midnight_is_one_evening_cut_to_the_window() -> None:
    both = hours_of(
        [
            {"days": [5], "from": "20:00", "until": "00:00"},
            {"days": [6], "from": "00:00", "until": "02:00"},
            {"days": [6], "from": "22:00", "until": "04:00"},
        ]
    )
    start, end = datetime(2026, 11, 27, 21, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC)

    assert list(open_periods(hours=both, starts_at=start, ends_at=end, timezone="Europe/London")) == [
        (start, datetime(2026, 11, 28, 2, tzinfo=UTC)),
        (datetime(2026, 11, 28, 22, tzinfo=UTC), end),
    ]


def test_hours_that_fill_the_week_are_none() -> None:
    assert hours_of([{"days": DAILY, "from": "06:00", "until": "22:00"},
                     {"days": DAILY, "from": "22:00", "until": "06:00"}]) == ()  # fmt: skip


def minutes_shown(*, since: datetime, until: datetime, zone: str) -> list[tuple[datetime, datetime]]:
    """Every minute and what the clock on the wall shows."""
    count = int((until - since) / MINUTE)
    return [
        (at, at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0))
        for at in (since + number * MINUTE for number in range(count))
    ]


def brute_force(
    *, said: Sequence[WeeklyHours], starts_at: datetime, ends_at: datetime, zone: str
) -> set[datetime]:
    """The open minutes: from the first that shows the opening time or more to the last that shows less than the end."""
    shown = minutes_shown(since=starts_at - 2 * DAY, until=ends_at + 2 * DAY, zone=zone)
    found: set[datetime] = set()
    for day in sorted({wall.date() for _at, wall in shown})[1:-2]:
        for one in (one for one in said if day.isoweekday() in one.days):
            opens = datetime.combine(day, one.opens)
            closes = datetime.combine(day if one.closes > one.opens else day + DAY, one.closes)
            first = next(place for place, (_at, wall) in enumerate(shown) if wall >= opens)
            last = next(place for place in reversed(range(len(shown))) if shown[place][1] < closes)
            found |= {at for at, _wall in shown[first : last + 1] if starts_at <= at < ends_at}
    return found


times_of_day = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
bands = st.builds(
    WeeklyHours,
    days=st.frozensets(st.integers(1, 7), min_size=1),
    opens=times_of_day,
    closes=times_of_day,
).filter(lambda one: one.opens != one.closes)
weeks = (
    st.lists(bands, min_size=1, max_size=2)
    .map(lambda said: sorted(said, key=lambda one: one.opens))
    .filter(
        lambda said: not overlap([minutes_of(day, one.opens, one.closes) for one in said for day in one.days])
    )
)
CHANGES = ["2026-09-27", "2026-10-04", "2026-10-25", "2026-11-01", "2027-03-14", "2027-03-28", "2027-04-04"]


@settings(max_examples=40, deadline=None)
@given(
    said=weeks,
    zone=st.sampled_from(ZONES),
    change=st.sampled_from(CHANGES),
    start=st.integers(-48 * 4, 12 * 4),
    length=st.integers(1, 60 * 4),
    asked=st.integers(-100, 72 * 60),
)
def test_open_is_what_every_minute_says(
    said: list[WeeklyHours], zone: str, change: str, start: int, length: int, asked: int
) -> None:
    starts_at = datetime.fromisoformat(change).replace(tzinfo=UTC) + start * 15 * MINUTE
    ends_at = starts_at + length * 15 * MINUTE
    periods = list(open_periods(hours=said, starts_at=starts_at, ends_at=ends_at, timezone=zone))
    open_minutes = brute_force(said=said, starts_at=starts_at, ends_at=ends_at, zone=zone)

    assert set(minutes_in(periods)) == open_minutes
    assert all(before[1] < after[0] for before, after in pairwise(periods))
    now = starts_at + asked * MINUTE
    found = current_or_next_period(hours=said, starts_at=starts_at, ends_at=ends_at, timezone=zone, now=now)
    assert found == next((period for period in periods if now < period[1]), None)


def minutes_in(periods: Sequence[Period]) -> list[datetime]:
    return [
        start + number * MINUTE for start, end in periods for number in range(int((end - start) / MINUTE))
    ]


def test_the_last_hours_end_the_offer_and_begin_the_honour_window() -> None:
    """Fridays 17 to 19, valid to Sunday night: over on Friday, honoured for two days."""
    window = (datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC))
    fridays = hours("17:00", "19:00", [5])

    times = offer_times(
        window=window, hours=fridays, timezone="Europe/London", honour=2 * DAY, now=window[0] + DAY
    )

    friday = datetime(2026, 11, 27, tzinfo=UTC)
    assert (times.opens_at, times.closes_at) == (friday.replace(hour=17), friday.replace(hour=19))
    assert (times.starts_at, times.ends_at) == (window[0], times.closes_at)
    assert times.honoured_until == friday.replace(hour=19) + 2 * DAY


def test_hours_outside_the_window_are_an_error_at_their_field() -> None:
    wednesdays = [{"days": [3], "from": "17:00", "until": "19:00"}]
    a_weekend = {"starts_on": date(2026, 11, 28), "ends_on": date(2026, 11, 30)}

    assert content_errors(content_for(weekly_hours=wednesdays)) == {}
    assert content_errors(content_for(weekly_hours=wednesdays, **a_weekend)) == {
        "weekly_hours": ["These hours never come between the start and the end."]
    }
