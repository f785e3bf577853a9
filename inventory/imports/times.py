"""Instants as whole microseconds since 1970 UTC, the way arrays carry them."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(instant: datetime) -> int:
    """An aware instant as microseconds, exactly."""
    return (instant - EPOCH) // MICROSECOND


def instant(microseconds: int) -> datetime:
    """Microseconds as an aware instant in UTC."""
    return EPOCH + microseconds * MICROSECOND
