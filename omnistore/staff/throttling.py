"""Wrong passwords are counted before the costly hash is made: by user name, and by where they come from.

A store's tablets share one address, so an enrolled tablet is counted for itself: neither its neighbours nor
somebody who guesses from elsewhere can lock its people out.

A try is taken from the database before it is looked at, as with PINs and codes: however many guess at once, in however
many web processes, so many are looked at. Valkey has no part in it, so its loss neither opens nor closes a door.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.http import HttpRequest

from omnistore.staff.device_access import active_device_of
from omnistore.staff.models import RecentTries

# Wrong passwords a minute.
MOST_FOR_A_NAME = 5
MOST_FROM_A_PLACE = 30
MINUTE = 60  # seconds

# The name that tries are counted under, and how many there may be until a minute has passed without one.
Counter = tuple[str, int]

# Rows are locked in the order of their keys. What was forgotten long ago is swept by whoever comes by.
TAKE_A_TRY = """
INSERT INTO staff_recenttries AS t (key, tries, most, over_at)
SELECT asked.key, 1, asked.most, %(over_at)s
FROM unnest(%(keys)s::text[], %(most)s::int4[]) AS asked(key, most) ORDER BY asked.key
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN t.over_at > %(now)s THEN t.tries ELSE 0 END + 1,
    most = EXCLUDED.most, over_at = EXCLUDED.over_at
WHERE t.over_at <= %(now)s OR t.tries < EXCLUDED.most
"""
SWEEP = """
DELETE FROM staff_recenttries WHERE key IN (
    SELECT key FROM staff_recenttries WHERE over_at <= %(long_ago)s LIMIT 100 FOR UPDATE SKIP LOCKED)
"""


def counters_of(request: HttpRequest, *, username: str) -> list[Counter]:
    """What counts against this attempt."""
    device = active_device_of(request)
    place = f"device {device.pk}" if device else f"address {request.META.get('REMOTE_ADDR', '')}"
    name = f"{username.lower()} on {place}" if device else username.lower()
    return [(key_of("name", name), MOST_FOR_A_NAME), (key_of("place", place), MOST_FROM_A_PLACE)]


def key_of(kind: str, value: str) -> str:
    """The name of a counter; what was typed may be anything, also a password, and is not kept."""
    return f"{kind}-{hashlib.sha256(value.encode()).hexdigest()}"


def take_a_try(counters: list[Counter], *, now: datetime) -> bool:
    """One more try under all of these; False where one has none left, and then nothing is counted.

    Commits before the caller looks; call it outside a transaction.
    """
    over_at = now + timedelta(seconds=MINUTE)
    asked: dict[str, Any] = {
        "keys": [key for key, _most in counters],
        "most": [most for _key, most in counters],
        "now": now,
        "over_at": over_at,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE_A_TRY, asked)
        is_taken: bool = cursor.rowcount == len(counters)
        transaction.set_rollback(not is_taken)
    if is_taken:
        with connection.cursor() as cursor:
            cursor.execute(SWEEP, {"long_ago": now - timedelta(hours=1)})
    return is_taken


def give_back(counters: list[Counter]) -> None:
    """It was no wrong one."""
    for key, _most in counters:  # row by row: nobody waits for two
        RecentTries.objects.filter(key=key, tries__gt=0).update(tries=F("tries") - 1)
