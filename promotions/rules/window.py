"""When a promotion is valid, on each store's own clock."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

Period = tuple[dt.datetime, dt.datetime]

ONE_DAY = dt.timedelta(days=1)
ONE_WEEK = 7 * ONE_DAY


def resolve_instant(*, on: dt.date, at: dt.time, timezone: str, ends: bool = False) -> dt.datetime:
    """The UTC instant of a wall-clock time in an IANA zone.

    A time the clocks skip (spring) becomes the first instant after the gap. A time that happens twice (autumn)
    is the first one for a start and the second one for an end (`ends`), in the shopper's favour.
    """
    zone = ZoneInfo(timezone)
    wall = dt.datetime.combine(on, at)
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    if first <= second:  # the usual day (equal), or a time that happens twice
        return second if ends else first
    # In a gap fold=0 reads the clock before the change and fold=1 the one after; between the two readings lies
    # the change itself, found exactly by halving the hour or so.
    low, high = second, first
    before = low.astimezone(zone).utcoffset()
    while high - low > dt.timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high.replace(microsecond=0)


def resolve_window(
    *,
    starts_on: dt.date,
    starts_time: dt.time,
    ends_on: dt.date,
    ends_time: dt.time,
    window_timezone: str,
    store_timezone: str,
) -> Period:
    """The half-open period [start, end) in UTC in which a promotion is valid in one store.

    An empty `window_timezone` means the store's own clock; otherwise the named zone holds everywhere, as in a
    feed that gives instants with an offset.
    """
    timezone = window_timezone or store_timezone
    return (
        resolve_instant(on=starts_on, at=starts_time, timezone=timezone),
        resolve_instant(on=ends_on, at=ends_time, timezone=timezone, ends=True),
    )


def is_open(*, starts_at: dt.datetime, ends_at: dt.datetime, now: dt.datetime) -> bool:
    """Half-open: the start belongs to the window, the end does not."""
    return starts_at <= now < ends_at


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Hours of some days of the week (ISO, Monday is 1), wall clock, half-open.

    A closing time at or before the opening one lies in the next day.
    """

    days: frozenset[int]
    opens: dt.time
    closes: dt.time

    @property
    def length(self) -> dt.timedelta:
        """How long they last on an ordinary day."""
        day = dt.date(2000, 1, 1)
        length = dt.datetime.combine(day, self.closes) - dt.datetime.combine(day, self.opens)
        return length if length > dt.timedelta(0) else length + ONE_DAY

    def period_on(self, day: dt.date, *, timezone: str) -> Period:
        """Where they lie in UTC if they begin on this day; empty (end not after start) in a skipped hour."""
        closing_day = day if self.closes > self.opens else day + ONE_DAY
        return (
            resolve_instant(on=day, at=self.opens, timezone=timezone),
            resolve_instant(on=closing_day, at=self.closes, timezone=timezone, ends=True),
        )


def hours_of(weekly_hours: Sequence[Mapping[str, Any]]) -> tuple[WeeklyHours, ...]:
    """Hours as a revision keeps them, [{"days": [1, 5], "from": "17:00", "until": "19:00"}, …], by opening time.

    Empty means all day long; so do hours that fill the whole week.
    """
    hours = [
        WeeklyHours(
            days=frozenset(one["days"]),
            opens=dt.time.fromisoformat(one["from"]),
            closes=dt.time.fromisoformat(one["until"]),
        )
        for one in weekly_hours
    ]
    if sum((len(one.days) * one.length for one in hours), dt.timedelta(0)) >= ONE_WEEK:
        return ()
    return tuple(sorted(hours, key=lambda one: one.opens))


def open_periods(
    *,
    hours: Sequence[WeeklyHours],
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    timezone: str,
    since: dt.datetime | None = None,
) -> Iterator[Period]:
    """The open periods of a window in one store, in order: UTC, half-open, cut to the window.

    Hours are the store's wall clock, whatever zone the window is in. Periods that touch are one (until midnight,
    from midnight). `since` leaves out those that ended before it; without hours the window itself is the period.
    """
    if not hours:
        yield starts_at, ends_at
        return
    # Touching periods never fill a week (hours_of), so a period that holds `since` began within the week before.
    first = max(starts_at, since - ONE_WEEK) if since else starts_at
    day = first.astimezone(ZoneInfo(timezone)).date() - ONE_DAY  # its hours may run over midnight
    last = ends_at.astimezone(ZoneInfo(timezone)).date()
    current: Period | None = None
    while day <= last:
        for one in hours:
            if day.isoweekday() not in one.days:
                continue
            opens, closes = one.period_on(day, timezone=timezone)
            opens, closes = max(opens, starts_at), min(closes, ends_at)
            if closes <= opens:
                continue
            if current and opens <= current[1]:
                current = current[0], max(current[1], closes)
                continue
            if current and (since is None or current[1] > since):
                yield current
            current = opens, closes
        day += ONE_DAY
    if current and (since is None or current[1] > since):
        yield current


def current_or_next_period(
    *,
    hours: Sequence[WeeklyHours],
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    timezone: str,
    now: dt.datetime,
) -> Period | None:
    """The open period that holds `now`, else the next one; None when none is left in the window."""
    periods = open_periods(hours=hours, starts_at=starts_at, ends_at=ends_at, timezone=timezone, since=now)
    return next((period for period in periods if period[1] > now), None)


def last_period(
    *, hours: Sequence[WeeklyHours], starts_at: dt.datetime, ends_at: dt.datetime, timezone: str
) -> Period | None:
    """The last open period of a window; None when its hours never come."""
    # A skipped hour can leave one week without; two in a row always have one.
    since = max(starts_at, ends_at - 2 * ONE_WEEK - ONE_DAY)
    periods = open_periods(hours=hours, starts_at=starts_at, ends_at=ends_at, timezone=timezone, since=since)
    return max(periods, default=None)


@dataclass(frozen=True, slots=True)
class OfferTimes:
    """The instants (UTC) of a promotion in one store.

    Valid in [starts_at, ends_at): `ends_at` is where its last hours close. [opens_at, closes_at) is the period that
    holds the moment asked about, else the next one, else the last; without hours it is the whole. What the shopper
    saw may be honoured before `honoured_until`. `is_ever_open` is False where no hours fall into the window.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime
    opens_at: dt.datetime
    closes_at: dt.datetime
    honoured_until: dt.datetime
    is_ever_open: bool = True


def offer_times(
    *, window: Period, hours: Sequence[WeeklyHours], timezone: str, honour: dt.timedelta, now: dt.datetime
) -> OfferTimes:
    """The instants of a promotion in a store of that zone, as of `now`."""
    starts_at, ends_at = window
    last = last_period(hours=hours, starts_at=starts_at, ends_at=ends_at, timezone=timezone)
    if last is None:
        return OfferTimes(starts_at, ends_at, starts_at, ends_at, ends_at + honour, is_ever_open=False)
    ends_at = last[1]
    period = current_or_next_period(
        hours=hours, starts_at=starts_at, ends_at=ends_at, timezone=timezone, now=now
    )
    opens_at, closes_at = period or last
    return OfferTimes(starts_at, ends_at, opens_at, closes_at, ends_at + honour)
