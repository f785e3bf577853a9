"""The periods of a promotions feed, "start/end" in ISO 8601, as half-open wall-clock windows and back."""

import datetime as dt
from typing import Any, NamedTuple

from promotions.sources.google_cells import FieldError

EXPECTED = "start/end such as 2026-11-20T00:00-05:00/2026-11-27T00:00-05:00"


class Period(NamedTuple):
    """Wall-clock times, the end not included; `zone` "" is each store's own clock."""

    start: dt.datetime
    end: dt.datetime
    zone: str


def period_in(
    field: str, text: str, *, zone: str = "", is_exact: bool = False, window_is_wall_clock: bool = False
) -> Period:
    """The period of a cell. Times with an offset become UTC; those without one hold on the clock of `zone`.

    An end that names a period's last second or minute (23:59:59, 23:59) means the instant after it, an end that is
    only a day includes that day; `is_exact` takes ends as they stand. With `window_is_wall_clock` offsets are
    ignored. Raises FieldError.
    """
    start_text, _slash, end_text = (part.strip() for part in text.partition("/"))
    bad = FieldError(field, text, EXPECTED, code="bad_period")
    try:
        start, end = (dt.datetime.fromisoformat(part) for part in (start_text, end_text))
    except ValueError:
        raise bad from None
    if (start.tzinfo is None) != (end.tzinfo is None):
        raise bad
    try:
        end += dt.timedelta() if is_exact else inclusive_rest(end_text, end)
        if start.tzinfo is None or window_is_wall_clock:
            start, end = start.replace(tzinfo=None), end.replace(tzinfo=None)
        elif zone:
            raise FieldError(
                field, text, f"times without an offset, as the zone is {zone}", code="mixed_times"
            )
        else:
            start, end, zone = start.astimezone(dt.UTC), end.astimezone(dt.UTC), "UTC"
    except OverflowError:
        raise bad from None
    if end <= start:
        raise FieldError(field, text, "an end after the start", code="ends_before_start")
    return Period(start.replace(tzinfo=None), end.replace(tzinfo=None), zone)


def inclusive_rest(text: str, end: dt.datetime) -> dt.timedelta:
    """What is missing to the half-open end."""
    if len(text) == len("2026-11-27"):
        return dt.timedelta(days=1)
    if end.second == 59:
        return dt.timedelta(seconds=1)
    return dt.timedelta(minutes=1) if end.minute == 59 and end.second == 0 else dt.timedelta()


def period_fields(period: Period, *, prefix: str = "") -> dict[str, Any]:
    """The period in the fields of a revision."""
    return {
        f"{prefix}starts_on": period.start.date(),
        f"{prefix}starts_time": period.start.time(),
        f"{prefix}ends_on": period.end.date(),
        f"{prefix}ends_time": period.end.time(),
    }


def wall_clock_text(content: Any, *, prefix: str = "") -> str:
    """The period of a revision's fields without offsets, as our own export has it; "" where there is none."""
    starts_on, ends_on = content[f"{prefix}starts_on"], content[f"{prefix}ends_on"]
    if starts_on is None or ends_on is None:
        return ""
    start = dt.datetime.combine(starts_on, content[f"{prefix}starts_time"])
    end = dt.datetime.combine(ends_on, content[f"{prefix}ends_time"])
    return f"{start.isoformat()}/{end.isoformat()}"
