"""When a promotion is valid, on each store's own clock."""

import datetime as dt
from zoneinfo import ZoneInfo


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
) -> tuple[dt.datetime, dt.datetime]:
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
