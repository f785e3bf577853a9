"""When a feed is due: wall-clock times of one place, and what the two clock changes of the year do to them."""

import re
import zoneinfo
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_MINUTE = timedelta(minutes=1)


def read_times(declared: object) -> tuple[time, ...]:
    """The times of a schedule such as ["03:10", "14:00"], in order. Raises ValueError saying what was expected."""
    texts = declared if isinstance(declared, list) else [declared]
    found = set()
    for text in texts:
        match = _TIME.fullmatch(text) if isinstance(text, str) else None
        if match is None or texts is not declared:
            raise ValueError(f'{text!r} is no time of day; expected a list such as ["03:10", "14:00"]')
        found.add(time(int(match[1]), int(match[2])))
    if len(found) != len(texts):
        raise ValueError("the same time stands there twice")
    return tuple(sorted(found))


def read_zone(name: str) -> zoneinfo.ZoneInfo:
    """The time zone of a schedule. Raises ValueError."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone") from error


def next_due(*, times: Iterable[time], zone: zoneinfo.ZoneInfo, after: datetime) -> datetime:
    """The first instant later than `after` (aware) at which a clock in `zone` shows one of `times`; in UTC.

    A time that the clock skips is due at the next minute it does show; one that it shows twice is due the first time.
    `times` must name at least one.
    """
    today = after.astimezone(zone).date()
    # Yesterday too: where a clock skips to the next day, what was due before midnight is due after it.
    days = [today + timedelta(days=days) for days in (-1, 0, 1, 2)]
    instants = (_instant(day, at, zone) for day in days for at in times)
    return min(instant for instant in instants if instant > after)


def _instant(day: date, at: time, zone: zoneinfo.ZoneInfo) -> datetime:
    shown = datetime.combine(day, at)
    while (instant := shown.replace(tzinfo=zone).astimezone(UTC)).astimezone(zone).replace(
        tzinfo=None
    ) != shown:
        shown += _MINUTE
    return instant
