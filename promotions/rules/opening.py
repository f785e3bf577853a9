"""When a shop is open: its weekly hours on its own clock, resolved to instants."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from promotions.rules.window import ONE_WEEK, WeeklyHours, current_or_next_period

_WALL = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00", re.ASCII)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Opening:
    """The opening period (UTC, half-open) that holds the moment asked about, else the next one.

    `closes_at` is None for a shop that never closes.
    """

    opens_at: dt.datetime
    closes_at: dt.datetime | None

    def is_open(self, now: dt.datetime) -> bool:
        return self.opens_at <= now

    def visit_at(self, now: dt.datetime) -> dt.datetime:
        """The first moment from now on at which somebody can walk in."""
        return max(self.opens_at, now)


def opening_at(hours: Mapping[str, Sequence[str]], *, timezone: str, now: dt.datetime) -> Opening | None:
    """When a shop with such hours is open, now or next; None where its hours are not known or never come.

    `hours` as a store keeps them: {"mon": ["08:00", "20:00"], …}, wall clock in `timezone`; a missing day is closed. A
    closing time at or before the opening one is of the next day; "24:00" is midnight. What is no pair of times counts
    as closed. A time that the clocks skip or repeat is read as `resolve_instant` does.
    """
    weekly = [
        WeeklyHours(frozenset({number}), opens=wall(hours[day][0]), closes=wall(hours[day][1]))
        for number, day in enumerate(DAYS, 1)
        if is_pair_of_times(hours.get(day))
    ]
    if not weekly:
        return None
    if sum((one.length for one in weekly), dt.timedelta(0)) >= ONE_WEEK:
        return Opening(opens_at=now, closes_at=None)
    period = current_or_next_period(
        hours=sorted(weekly, key=lambda one: one.opens),
        starts_at=now - ONE_WEEK,
        ends_at=now + 3 * ONE_WEEK,
        timezone=timezone,
        now=now,
    )
    return Opening(*period) if period else None


def is_pair_of_times(value: object) -> bool:
    return (
        isinstance(value, Sequence)
        and len(value) == 2
        and all(isinstance(text, str) and _WALL.fullmatch(text) for text in value)
    )


def wall(text: str) -> dt.time:
    """A wall-clock time as hours are written, "20:00"; the end of a day may be "24:00"."""
    return dt.time(0) if text == "24:00" else dt.time.fromisoformat(text)
