"""Days and numbers of the desk in the reader's language."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from inventory.models import FeedRun
from inventory.templatetags.days import dated
from inventory.templatetags.feeds import pace

SATURDAY = datetime(2026, 11, 28, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "weekday"),
    [
        ("en", "28 Nov 2026, 09:05", "Sat 28 Nov"),
        ("de", "28. Nov 2026, 09:05", "Sa, 28. Nov"),
        ("es", "28 nov 2026, 09:05", "sáb 28 nov"),
        ("fr", "28 nov 2026, 09:05", "sam 28 nov"),
    ],
)
def test_a_day_is_written_as_the_language_writes_it(language: str, day: str, weekday: str) -> None:
    with override(language):
        assert dated(SATURDAY, "j M Y, H:i") == day
        assert dated(SATURDAY, "D j M").lower() == weekday.lower()
        assert dated(None, "j M") == ""


def test_a_number_is_grouped_as_the_language_groups_it() -> None:
    run = FeedRun(progress_rows=12_000, size=0, started_at=SATURDAY)
    for language, speed in (("en", "2,000"), ("de", "2.000")):
        with override(language):
            assert pace(run, SATURDAY + timedelta(seconds=6)).startswith(speed)
