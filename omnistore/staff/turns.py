"""Who is on a tablet: it proves its key, a person's turn begins, goes on while somebody touches it, and ends.

Only the server's clock counts. A turn that was not proved within TABLET_IDLE plus a minute is over.
"""

import secrets
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone

from omnistore.staff.models import OF_STORES, Device, DeviceState, StaffMember
from promotions.live.turns import Turn

CHALLENGE_LIFETIME = timedelta(minutes=1)
SLACK = timedelta(minutes=1)  # the tablet proves itself now and then, not at each touch
SIGNATURE_BYTES = 64  # r and s of P-256, as WebCrypto gives them

# Of all the turns that this process has open streams for: those that may go on.
STILL_ON = """
SELECT d.id, d.turn FROM staff_device d
JOIN staff_staffmember m ON m.id = d.person_id AND m.is_active
WHERE d.id = ANY(%(devices)s::int8[]) AND d.state = 'ACTIVE' AND d.last_seen_at > %(since)s
    AND EXISTS (
        SELECT FROM staff_storemembership o WHERE o.staff_member_id = m.id AND o.store_id = d.store_id)
"""


def challenge(*, device: Device, now: datetime) -> str:
    """What the tablet must sign next: once, within a minute. The one before is void."""
    text = secrets.token_urlsafe(24)
    Device.objects.filter(pk=device.pk, state=DeviceState.ACTIVE).update(
        challenge=Device.digest_of(text), challenged_at=now
    )
    return text


def proves_itself(*, device: Device, nonce: str, purpose: str, signature: str, now: datetime) -> bool:
    """Whether the tablet's key has signed this challenge for this purpose. Either way the challenge is used up.

    `signature` is base64 of r and s over "omnistore:<purpose>:<nonce>".
    """
    taken = Device.objects.filter(
        pk=device.pk,
        state=DeviceState.ACTIVE,
        challenge=Device.digest_of(nonce),
        challenged_at__gt=now - CHALLENGE_LIFETIME,
    ).update(challenge=None)
    return bool(taken) and is_signed(bytes(device.public_key), f"omnistore:{purpose}:{nonce}", signature)


def is_signed(public_key: bytes, text: str, signature: str) -> bool:
    """Whether the key has signed the text."""
    try:
        raw = b64decode(signature, validate=True)
    except (NotBase64, ValueError):
        return False
    key = load_der_public_key(public_key)
    if len(raw) != SIGNATURE_BYTES or not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    half = SIGNATURE_BYTES // 2
    pair = encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))
    try:
        key.verify(pair, text.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def people_of(device: Device) -> "list[StaffMember]":
    """Who may open this tablet: the people of its store."""
    return list(
        StaffMember.objects.filter(memberships__store=device.store_id, is_active=True, role__in=OF_STORES)
        .select_related("pin")
        .order_by("first_name", "username")
    )


def begin_turn(*, device: Device, member: StaffMember, now: datetime) -> Turn | None:
    """This person is on the tablet now, and nobody else; None when the tablet was revoked meanwhile."""
    begun = Device.objects.filter(pk=device.pk, state=DeviceState.ACTIVE).update(
        turn=F("turn") + 1, person=member, last_seen_at=now
    )
    if not begun:
        return None
    device.refresh_from_db(fields=["turn"])
    return Turn(device_id=device.pk, number=device.turn)


def end_turn(*, turn: Turn) -> bool:
    """Lock the tablet; False when the turn was over already."""
    ended = Device.objects.filter(pk=turn.device_id, turn=turn.number, person__isnull=False).update(
        turn=F("turn") + 1, person=None
    )
    return bool(ended)


def go_on(*, turn: Turn, now: datetime) -> bool:
    """The tablet has proved itself again in this turn; False when the turn is over."""
    proved = Device.objects.filter(
        pk=turn.device_id,
        turn=turn.number,
        state=DeviceState.ACTIVE,
        person__isnull=False,
        last_seen_at__gt=idle_since(now),
    ).update(last_seen_at=now)
    return bool(proved)


def idle_since(now: datetime) -> datetime:
    """A tablet not seen since then is locked."""
    return now - settings.TABLET_IDLE - SLACK


def turns_over(turns: Iterable[Turn]) -> set[Turn]:
    """Which of these turns have ended: locked, idle, revoked, or the person left; one query for all of them."""
    asked = set(turns)
    with connection.cursor() as cursor:
        cursor.execute(
            STILL_ON,
            {"devices": [turn.device_id for turn in asked], "since": idle_since(timezone.now())},
        )
        return asked - {Turn(device_id=device, number=number) for device, number in cursor.fetchall()}
