"""The last day as people mean it, and the half-open end that is kept."""

import datetime as dt


def half_open_end(last_day: dt.date, until: dt.time | None) -> tuple[dt.date, dt.time]:
    """The instant after the window: midnight after the last day, or the given time on it."""
    if until is None or until == dt.time(0):
        return last_day + dt.timedelta(days=1), dt.time(0)
    return last_day, until


def last_day_and_time(ends_on: dt.date, ends_time: dt.time) -> tuple[dt.date, dt.time | None]:
    """The other way: what people call the last day, and a time only when it is not the whole day."""
    return (ends_on - dt.timedelta(days=1), None) if ends_time == dt.time(0) else (ends_on, ends_time)
