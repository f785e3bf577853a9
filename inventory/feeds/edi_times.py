"""Dates and times as X12 and EDIFACT write them. Naive where the document names no zone."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_LAST_DAY = date(9999, 12, 30)
# X12 data element 623, those that name one offset in hours.
X12_ZONES = {
    "UT": 0, "GM": 0, "AS": -4, "AD": -3, "ES": -5, "ED": -4, "CS": -6, "CD": -5, "MS": -7, "MD": -6, "PS": -8,
    "PD": -7, "HS": -10,
}  # fmt: skip
# EDIFACT data element 2379: patterns of one day or instant.
_INSTANTS = {
    "101": (6, "%y%m%d"), "102": (8, "%Y%m%d"), "201": (10, "%y%m%d%H%M"), "203": (12, "%Y%m%d%H%M"),
    "204": (14, "%Y%m%d%H%M%S"), "2": (6, "%d%m%y"), "4": (8, "%d%m%Y"),
}  # fmt: skip
_UNSAID = {8: "102", 12: "203", 14: "204"}  # by length, where the format is left out
_ZONED = {"303": (12, "%Y%m%d%H%M"), "304": (14, "%Y%m%d%H%M%S")}
_ZONE_HOURS = {"UTC": 0, "GMT": 0, "CET": 1, "MEZ": 1, "CES": 2, "EST": -5, "EDT": -4, "PST": -8, "PDT": -7}
# Periods, both days included: length of one half, and its pattern.
_PERIODS = {
    "711": (8, "%Y%m%d"), "718": (8, "%Y%m%d"), "717": (6, "%y%m%d"), "713": (10, "%y%m%d%H%M"),
    "719": (12, "%Y%m%d%H%M"),
}  # fmt: skip


def x12_day(text: str) -> date | None:
    """CCYYMMDD, or YYMMDD as before release 4010; None for anything else."""
    moment = _parsed(text, "%Y%m%d", 8) or _parsed(text, "%y%m%d", 6)
    return moment.date() if moment else None


def x12_instant(
    day_text: str, time_text: str = "", zone: str = ""
) -> tuple[date | None, time | None, timezone | None]:
    """Day, time of day (HHMM, HHMMSS, HHMMSSd, HHMMSSdd) and zone; None for each that is not said."""
    moment = None
    if _DIGITS.fullmatch(time_text) and len(time_text) in (4, 6, 7, 8):
        moment = _parsed(time_text[:6].ljust(6, "0"), "%H%M%S", 6)
    hours = X12_ZONES.get(zone)
    named = None if hours is None else timezone(timedelta(hours=hours))
    return x12_day(day_text), moment.time() if moment else None, named


def edifact_instant(text: str, pattern: str) -> tuple[date, time | None, timezone | None] | None:
    """A day, its time where it has one, its zone where it names one (formats 101, 102, 201, 203, 204, 303, 304)."""
    pattern = pattern or _UNSAID.get(len(text), "")
    if pattern in _ZONED:
        size, format_ = _ZONED[pattern]
        moment = _parsed(text[:size], format_, size)
        return None if moment is None else (moment.date(), moment.time(), _zone(text[size:]))
    size, format_ = _INSTANTS.get(pattern, (0, ""))
    moment = _parsed(text, format_, size)
    if moment is None:
        return None
    return moment.date(), moment.time() if "%H" in format_ else None, None


def edifact_period(text: str, pattern: str) -> tuple[date, date] | None:
    """First day and the day after the last: a day, a month (610), a week (616) or a span (711, 713, 717-719)."""
    if pattern in _PERIODS:
        size, format_ = _PERIODS[pattern]
        halves = text.replace("-", "")
        start, end = _parsed(halves[:size], format_, size), _parsed(halves[size:], format_, size)
        return (start.date(), day_after(end.date())) if start and end else None
    if pattern == "610":
        first = _parsed(text, "%Y%m", 6)
        return (first.date(), _month_after(first.date())) if first else None
    if pattern == "616":
        return _week(text)
    instant = edifact_instant(text, pattern)
    return (instant[0], day_after(instant[0])) if instant else None


def day_after(day: date) -> date:
    """The next day; the calendar's last days stay."""
    return min(day, _LAST_DAY) + timedelta(days=1)


def spoken_for(day: date, at: time | None, zone: timezone | None, *, prepared: datetime | None) -> datetime:
    """The instant a date stands for: its time, or where it has none the end of that day or, when the interchange
    was prepared on that very day, that moment. An interchange that claims to be older than the day is not asked."""
    if at is not None:
        return datetime.combine(day, at, tzinfo=zone)
    if prepared is not None and prepared.date() == day:
        return prepared
    if prepared is not None and prepared.date() > day:
        return datetime.combine(day_after(day), time())  # on the profile's clock
    return datetime.combine(day, time())


def _parsed(text: str, format_: str, length: int) -> datetime | None:
    if not _DIGITS.fullmatch(text) or len(text) != length:
        return None
    try:
        return datetime.strptime(text, format_)  # noqa: DTZ007 - on the profile's clock
    except ValueError:
        return None


def _zone(text: str) -> timezone | None:
    """`UTC`, `CET`, `+01`, `+0130`, `Z`; None where it names no single offset."""
    if text in ("Z", ""):
        return UTC if text else None
    if text in _ZONE_HOURS:
        return timezone(timedelta(hours=_ZONE_HOURS[text]))
    found = re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})?", text, re.ASCII)
    if not found:
        return None
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes)) if minutes < 1440 else None


def _month_after(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1) if first.year < 9999 else _LAST_DAY


def _week(text: str) -> tuple[date, date] | None:
    if not _DIGITS.fullmatch(text) or len(text) != 6:
        return None
    try:
        monday = date.fromisocalendar(int(text[:4]), int(text[4:]), 1)
    except ValueError:
        return None
    return (monday, monday + timedelta(days=7)) if monday < date(9999, 12, 20) else None
