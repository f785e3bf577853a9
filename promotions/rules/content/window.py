"""When: the window, when it is shown, its hours, and how long after its end it may be honoured."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, time
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from promotions.rules.content.shapes import Wrong, objects, unknown_keys, whole_in
from promotions.rules.window import hours_of, last_period

EARLIEST_YEAR, LATEST_YEAR = 2000, 2199  # beyond are typing errors, and instants no clock can tell
MOST_HONOUR_HOURS = 14 * 24
MINUTES_A_WEEK = 7 * 24 * 60


@cache
def known_timezones() -> frozenset[str]:
    """Every zone of the zone database; walking through it takes a moment."""
    return frozenset(available_timezones())


def check_window(content: Mapping[str, Any], wrong: Wrong) -> None:
    """Days that can be, an end after the start, hours of the week that do not overlap."""
    if (zone := content.get("window_timezone")) and zone not in known_timezones():
        wrong("window_timezone", "Enter an IANA time zone such as America/New_York, or leave it empty.")
    for field in ("starts_on", "ends_on", "display_starts_on", "display_ends_on"):
        day = content.get(field)
        if day is not None and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            wrong(field, f"Enter a day from {EARLIEST_YEAR} to {LATEST_YEAR}.")
    if content.get("starts_on") is None:
        wrong("starts_on", "Enter the first day.")
    if content.get("ends_on") is None:
        wrong("ends_on", "Enter the last day.")
    check_order(content, "", wrong, told="The promotion ends before it starts.")
    check_display(content, wrong)
    honour = content.get("honour_hours") or 0
    if not 0 <= honour <= MOST_HONOUR_HOURS:
        wrong("honour_hours", f"Enter hours from 0 to {MOST_HONOUR_HOURS}.")
    check_hours(content, wrong)


def check_order(content: Mapping[str, Any], prefix: str, wrong: Wrong, *, told: str) -> None:
    """The end after the start, where both are given."""
    starts_on, ends_on = content.get(f"{prefix}starts_on"), content.get(f"{prefix}ends_on")
    if starts_on is None or ends_on is None:
        return
    start = datetime.combine(starts_on, content.get(f"{prefix}starts_time") or time(0))
    end = datetime.combine(ends_on, content.get(f"{prefix}ends_time") or time(0))
    if end <= start:
        wrong(f"{prefix}ends_on", told)


def check_display(content: Mapping[str, Any], wrong: Wrong) -> None:
    """When it is shown: both ends or none."""
    for field, other in (("display_starts_on", "display_ends_on"), ("display_ends_on", "display_starts_on")):
        if content.get(field) is None and content.get(other) is not None:
            wrong(field, "Enter both the first and the last day it is shown, or neither.")
    check_order(content, "display_", wrong, told="It stops being shown before it starts.")


def check_hours(content: Mapping[str, Any], wrong: Wrong) -> None:
    """Hours of the week, each once, some of them in the window; an end at or before the start means the next day."""
    taken: list[tuple[int, int]] = []
    said = objects(content, "weekly_hours", wrong)
    right = 0
    for number, one in enumerate(said, 1):
        days, starts, ends = one.get("days"), clock_in(one.get("from")), clock_in(one.get("until"))
        if unknown := unknown_keys(one, known={"days", "from", "until"}):
            wrong("weekly_hours", f"Hours {number}: {unknown} is not known.")
        elif (
            not isinstance(days, list)
            or not days
            or any((whole_in(day) or 0) not in range(1, 8) for day in days)
        ):
            wrong("weekly_hours", f"Hours {number}: name days from 1 (Monday) to 7 (Sunday).")
        elif starts is None or ends is None or starts == ends:
            wrong("weekly_hours", f"Hours {number}: give two times such as 17:00 and 19:00.")
        else:
            taken += [minutes_of(day, starts, ends) for day in days]
            right += 1
    if overlap(taken):
        wrong("weekly_hours", "Hours overlap; give each hour of the week once.")
    elif said and right == len(said) and never_come(content):
        wrong("weekly_hours", "These hours never come between the start and the end.")


def never_come(content: Mapping[str, Any]) -> bool:
    """Whether no hour of the week falls into a window on the same clock; one in a zone of its own differs by store."""
    if content.get("window_timezone") or content.get("starts_on") is None or content.get("ends_on") is None:
        return False
    starts_at, ends_at = (
        datetime.combine(content[f"{end}_on"], content.get(f"{end}_time") or time(0), UTC)
        for end in ("starts", "ends")
    )
    hours = hours_of(content["weekly_hours"])
    return starts_at < ends_at and not last_period(
        hours=hours, starts_at=starts_at, ends_at=ends_at, timezone="UTC"
    )


def clock_in(value: Any) -> time | None:
    """A time of day from "HH:MM"; None for anything else."""
    if not isinstance(value, str) or len(value) != len("HH:MM"):
        return None
    try:
        return time.fromisoformat(value)
    except ValueError:
        return None


def minutes_of(day: int, starts: time, ends: time) -> tuple[int, int]:
    """The period in minutes of the week from Monday's midnight; the end may lie in the next day, or week."""
    start = (day - 1) * 24 * 60 + starts.hour * 60 + starts.minute
    end = (day - 1) * 24 * 60 + ends.hour * 60 + ends.minute
    return start, end if end > start else end + 24 * 60


def overlap(periods: list[tuple[int, int]]) -> bool:
    """Whether any two periods of a week share a minute; Sunday's last may run into Monday."""
    turned = [
        (start - MINUTES_A_WEEK, end - MINUTES_A_WEEK) for start, end in periods if end > MINUTES_A_WEEK
    ]
    ordered = sorted([*periods, *turned])
    return any(before[1] > after[0] for before, after in itertools.pairwise(ordered))
