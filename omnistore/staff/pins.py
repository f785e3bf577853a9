"""PINs: short, so keyed with the server's secret, good on an enrolled tablet only, and wrong five times at most.

A try is taken from the database before the costly hash is made, in one conditional statement: however many guess at
once, five are looked at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from omnistore.staff.enrolling import note
from omnistore.staff.models import (
    MOST_TRIES,
    MOST_WRONG_ON_A_DEVICE,
    Device,
    DeviceAction,
    Pin,
    PinTries,
    StaffMember,
)

FEWEST_DIGITS, MOST_DIGITS = 4, 6
RUNS = "01234567890", "09876543210"
WRONG_PINS_FOR = timedelta(hours=1)

# The tablet's row is locked first, so tries of one tablet stand in line; the second guard holds where two of them
# saw the same count. A refused try counts nowhere.
TAKE_A_TRY = """
WITH device AS (
    UPDATE staff_device d SET
        wrong_pins = CASE WHEN d.wrong_pins_since > %(since)s THEN d.wrong_pins ELSE 0 END + 1,
        wrong_pins_since = CASE WHEN d.wrong_pins_since > %(since)s THEN d.wrong_pins_since ELSE %(now)s END
    WHERE d.id = %(device)s AND d.state = 'ACTIVE'
        AND (d.wrong_pins < %(most_wrong)s OR d.wrong_pins_since <= %(since)s)
        AND NOT EXISTS (
            SELECT FROM staff_pintries t
            WHERE t.device_id = d.id AND t.staff_member_id = %(member)s AND t.tries >= %(most_tries)s)
    RETURNING d.id)
INSERT INTO staff_pintries AS t (device_id, staff_member_id, tries, last_at)
SELECT id, %(member)s, 1, %(now)s FROM device
ON CONFLICT (device_id, staff_member_id) DO UPDATE SET tries = t.tries + 1, last_at = EXCLUDED.last_at
    WHERE t.tries < %(most_tries)s
RETURNING tries
"""


class PinResult(StrEnum):
    RIGHT = "RIGHT"
    WRONG = "WRONG"
    LOCKED = "LOCKED"  # this person on this tablet, until a manager unlocks it
    DEVICE_LOCKED = "DEVICE_LOCKED"  # everybody on this tablet, for up to an hour
    NOT_SET = "NOT_SET"


@dataclass(frozen=True)
class PinTry:
    """What came of a try; `tries_left` for this person on this tablet."""

    result: PinResult
    tries_left: int


def try_pin(*, device: Device, member: StaffMember, pin: str, now: datetime) -> PinTry:
    """Judge a PIN on an enrolled tablet. Commits the try before it looks; call it outside a transaction."""
    if is_locked(device=device, member=member):  # guesses by the thousand cost no more than this
        return PinTry(PinResult.LOCKED, 0)
    kept = Pin.objects.filter(staff_member=member).values_list("password", flat=True).first()
    if kept is None:
        return PinTry(PinResult.NOT_SET, MOST_TRIES)
    tries = take_a_try(device=device, member=member, now=now)
    if tries is None:
        locked = is_locked(device=device, member=member)
        return PinTry(PinResult.LOCKED if locked else PinResult.DEVICE_LOCKED, 0)
    if is_pin(member, pin, kept=kept):
        give_back(device=device, member=member)
        return PinTry(PinResult.RIGHT, MOST_TRIES)
    if tries == MOST_TRIES:
        note(device, DeviceAction.LOCK_PIN, old_state=device.state, by=None, member=member, now=now)
        return PinTry(PinResult.LOCKED, 0)
    return PinTry(PinResult.WRONG, MOST_TRIES - tries)


def take_a_try(*, device: Device, member: StaffMember, now: datetime) -> int | None:
    """How many tries this person has used on this tablet with this one; None when there is none left."""
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE_A_TRY,
            {
                "device": device.pk,
                "member": member.pk,
                "now": now,
                "since": now - WRONG_PINS_FOR,
                "most_wrong": MOST_WRONG_ON_A_DEVICE,
                "most_tries": MOST_TRIES,
            },
        )
        row = cursor.fetchone()
    return row[0] if row else None


def give_back(*, device: Device, member: StaffMember) -> None:
    """A right PIN was no wrong one."""
    PinTries.objects.filter(device=device, staff_member=member).update(tries=0)
    Device.objects.filter(pk=device.pk).update(wrong_pins=Greatest(F("wrong_pins") - 1, 0))


def is_pin(member: StaffMember, pin: str, *, kept: str) -> bool:
    """Whether this is the person's PIN; the costly part. A key that was replaced is still tried."""
    keys = map(str, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
    return any(check_password(keyed(member, pin, key=key), kept) for key in keys)


def keyed(member: StaffMember, pin: str, *, key: str) -> str:
    """The PIN mixed with the server's secret: a stolen database alone says nothing about 10,000 possibilities."""
    return salted_hmac(
        "omnistore.staff.pin", f"{member.pk}:{pin}", secret=key, algorithm="sha256"
    ).hexdigest()


def is_locked(*, device: Device, member: StaffMember) -> bool:
    """Whether this person has no try left on the tablet."""
    tries = PinTries.objects.filter(device=device, staff_member=member).values_list("tries", flat=True)
    return any(used >= MOST_TRIES for used in tries)


def locked_on(device: Device) -> set[int]:
    """The keys of those who have no try left on the tablet."""
    locked = PinTries.objects.filter(device=device, tries__gte=MOST_TRIES)
    return set(locked.values_list("staff_member_id", flat=True))


def check_new_pin(*, pin: str, again: str) -> None:
    """ValidationError at `pin` or `again` for what may not become a PIN."""
    errors = {}
    if not (pin.isascii() and pin.isdigit() and FEWEST_DIGITS <= len(pin) <= MOST_DIGITS):
        errors["pin"] = [_("Choose 4 to 6 digits.")]
    elif len(set(pin)) == 1 or any(pin in run for run in RUNS):
        errors["pin"] = [_("Choose digits that are harder to guess than one digit or a row of them.")]
    elif pin != again:
        errors["again"] = [_("Enter the same digits twice.")]
    if errors:
        raise ValidationError(errors)


def save_pin(*, member: StaffMember, pin: str, now: datetime) -> None:
    """Give a person a new PIN, which has been checked. The caller has seen the person's password."""
    password = make_password(keyed(member, pin, key=settings.SECRET_KEY))
    Pin.objects.update_or_create(staff_member=member, defaults={"password": password, "set_at": now})
