"""Wrong passwords are counted by user name and by where they come from, in each web process for itself.

Who has had too many is refused before the costly hash is made.
A store's tablets share one address, so an enrolled tablet is counted for itself: neither its neighbours nor
somebody who guesses from elsewhere can lock its people out.
"""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest

from omnistore.staff.device_access import active_device_of

# Wrong passwords a minute.
MOST_FOR_A_NAME = 5
MOST_FROM_A_PLACE = 30
MINUTE = 60

# The name that wrong passwords are counted under, and how many there may be.
Counter = tuple[str, int]


def counters_of(request: HttpRequest, *, username: str) -> list[Counter]:
    """What counts against this attempt."""
    device = active_device_of(request)
    place = f"device {device.pk}" if device else f"address {request.META.get('REMOTE_ADDR', '')}"
    name = f"{username.lower()} on {place}" if device else username.lower()
    return [(key_of("name", name), MOST_FOR_A_NAME), (key_of("place", place), MOST_FROM_A_PLACE)]


def key_of(kind: str, value: str) -> str:
    return f"wrong-password-{kind}-{hashlib.sha256(value.encode()).hexdigest()}"


def is_throttled(counters: list[Counter]) -> bool:
    """Whether the password must not even be looked at."""
    return any(cache.get(key, 0) >= most for key, most in counters)


def count_wrong(counters: list[Counter]) -> None:
    """One more wrong password, counted for a minute from the last; none is lost among many at once."""
    for key, _most in counters:
        if not cache.touch(key, MINUTE):
            cache.add(key, 0, MINUTE)
        cache.incr(key)
