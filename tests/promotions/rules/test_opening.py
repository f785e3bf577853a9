"""When a shop is open, worked out by hand on its own clock."""

from datetime import UTC, datetime
from typing import Any

import pytest

from promotions.rules.opening import opening_at

EIGHT_TO_EIGHT = {key: ["08:00", "20:00"] for key in ("mon", "tue", "wed", "thu", "fri", "sat")}
NIGHTS = {key: ["20:00", "04:00"] for key in ("fri", "sat")}
ALWAYS = {key: ["00:00", "24:00"] for key in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "zone", "now", "opens", "closes"),
    [
        # Saturday 14:07 in New York: open until 20:00 there.
        (EIGHT_TO_EIGHT, "America/New_York", "2026-11-21T19:07", "2026-11-21T13:00", "2026-11-22T01:00"),
        # The end does not belong to it: at 20:00 it is Monday's turn, Sunday is closed.
        (EIGHT_TO_EIGHT, "America/New_York", "2026-11-22T01:00", "2026-11-23T13:00", "2026-11-24T01:00"),
        (EIGHT_TO_EIGHT, "America/New_York", "2026-11-22T00:59", "2026-11-21T13:00", "2026-11-22T01:00"),
        # Over midnight: Sunday 03:00 in Berlin is still Saturday night.
        (NIGHTS, "Europe/Berlin", "2026-11-22T02:00", "2026-11-21T19:00", "2026-11-22T03:00"),
        # The night in which clocks go back (25 October): 20:00 is +02:00, 04:00 is +01:00, nine hours.
        (NIGHTS, "Europe/Berlin", "2026-10-24T20:00", "2026-10-24T18:00", "2026-10-25T03:00"),
        # The night in which clocks go forward (29 March): seven hours.
        (NIGHTS, "Europe/Berlin", "2026-03-28T20:00", "2026-03-28T19:00", "2026-03-29T02:00"),
        # Opens in the skipped hour: at the first instant after it.
        ({"sun": ["02:30", "09:00"]}, "Europe/Berlin", "2026-03-29T00:00", "2026-03-29T01:00", "2026-03-29T07:00"),
        # Closes in the repeated hour: at its second time.
        ({"sun": ["00:30", "02:30"]}, "Europe/Berlin", "2026-10-25T00:00", "2026-10-24T22:30", "2026-10-25T01:30"),
        # Closed on Sunday, asked on Saturday night: Monday after the change of the clocks.
        (EIGHT_TO_EIGHT, "America/New_York", "2026-11-01T01:00", "2026-11-02T13:00", "2026-11-03T01:00"),
        # From midnight to midnight on Saturday and Sunday is one period of two days.
        ({"sat": ["00:00", "24:00"], "sun": ["00:00", "24:00"]}, "UTC", "2026-11-22T12:00", "2026-11-21T00:00",
         "2026-11-23T00:00"),
    ],
)  # fmt: skip
def test_open_now_or_next(hours: dict[str, Any], zone: str, now: str, opens: str, closes: str) -> None:
    opening = opening_at(hours, timezone=zone, now=utc(now))
    assert opening is not None
    assert (opening.opens_at, opening.closes_at) == (utc(opens), utc(closes))
    assert opening.is_open(utc(now)) == (utc(opens) <= utc(now))
    assert opening.visit_at(utc(now)) == max(utc(now), utc(opens))


def test_day_and_night_has_no_end() -> None:
    opening = opening_at(ALWAYS, timezone="UTC", now=utc("2026-11-22T12:00"))
    assert opening is not None
    assert (opening.is_open(utc("2026-11-22T12:00")), opening.closes_at) == (True, None)


@pytest.mark.parametrize("hours", [{}, {"mon": None}, {"mon": ["8", "20"]}, {"mon": "08:00"}, {"tue": ["25:00", "1"]},
                                   {"someday": ["08:00", "20:00"]}])  # fmt: skip
def test_hours_that_say_nothing_are_not_known(hours: dict[str, Any]) -> None:
    assert opening_at(hours, timezone="UTC", now=utc("2026-11-22T12:00")) is None
