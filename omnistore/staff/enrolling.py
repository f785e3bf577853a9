"""A tablet's life: it asks with a short code, a manager approves it for a store, a manager revokes it."""

import secrets
from datetime import datetime, timedelta

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from inventory.models import Store
from omnistore.staff.models import Device, DeviceAction, DeviceState, DeviceStep, PinTries, StaffMember
from promotions.live.turns import ring_turns

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that reads like something else
CODE_LENGTH = 8
CODE_LIFETIME = timedelta(minutes=10)
# Anybody may ask; an installation that has this many unanswered is being flooded.
MOST_WAITING = 500
MOST_NAME, MOST_WHY = 40, 200


class TooManyWaiting(Exception):
    """So many tablets ask at once that this one is not kept."""


def start_enrolment(*, public_key: bytes, now: datetime) -> tuple[Device, str]:
    """A tablet that waits for a manager, and the only copy of its cookie's secret.

    `public_key` is a SubjectPublicKeyInfo (DER) on NIST P-256; ValidationError at `public_key` for anything else.
    Tablets whose code has run out are forgotten on the way.
    """
    check_public_key(public_key)
    Device.objects.filter(state=DeviceState.ENROLLING, code_expires_at__lte=now).delete()
    if Device.objects.filter(state=DeviceState.ENROLLING).count() >= MOST_WAITING:
        raise TooManyWaiting
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        device = Device.objects.create(
            public_key=public_key,
            cookie_digest=Device.digest_of(secret),
            code="".join(secrets.choice(CODE_LETTERS) for _letter in range(CODE_LENGTH)),
            code_expires_at=now + CODE_LIFETIME,
            created_at=now,
        )
        note(device, DeviceAction.ENROL, old_state="", by=None, now=now)
    return device, secret


def check_public_key(der: bytes) -> None:
    """ValidationError unless it is a public key on NIST P-256."""
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValidationError({"public_key": [_("Expected a public key on the curve P-256.")]})


def code_in(text: str) -> str:
    """A code as people type it ("abcd-efgh") as it is kept."""
    return "".join(letter for letter in text.upper() if letter in CODE_LETTERS)


def approve_device(*, code: str, store_code: str, name: str, by: StaffMember, now: datetime) -> Device:
    """Take the tablet that shows the code into a store that `by` looks after. A code works once.

    Raises PermissionDenied for who manages no store, ValidationError at `code`, `store_code` or `name`.
    """
    if not by.may_manage_store:
        raise PermissionDenied
    store, name = check_place(store_code=store_code, name=name, by=by)
    unknown = {"code": [_("No tablet shows this code now. Codes last ten minutes and work once.")]}
    with transaction.atomic():
        device = Device.objects.select_for_update().waiting(now=now).filter(code=code_in(code)).first()
        if device is None:
            raise ValidationError(unknown)
        device.state, device.store, device.name = DeviceState.ACTIVE, store, name
        device.enrolled_at, device.approved_by, device.code, device.code_expires_at = now, by, None, None
        try:
            with transaction.atomic():
                device.save()
        except IntegrityError as error:
            if "staff_device_name_once_a_store" not in str(error):
                raise
            sentence = _("%(store)s has a tablet of that name already.") % {"store": store.name}
            raise ValidationError({"name": [sentence]}) from error
        note(device, DeviceAction.APPROVE, old_state=DeviceState.ENROLLING, by=by, now=now)
    return device


def check_place(*, store_code: str, name: str, by: StaffMember) -> tuple[Store, str]:
    """Where the tablet will stand and what it will be called; ValidationError by field."""
    errors = {}
    store = by.visible_stores().selling().filter(store_code=store_code.replace("\0", "")).first()
    name = " ".join(name.replace("\0", "").split())
    if store is None:
        errors["store_code"] = [_("Choose one of your stores.")]
    if not name or len(name) > MOST_NAME:
        errors["name"] = [
            _("Enter a name of up to %(most)s characters, such as “Checkout 2”.") % {"most": MOST_NAME}
        ]
    if errors or store is None:
        raise ValidationError(errors)
    return store, name


def revoke_device(*, device: Device, why: str, by: StaffMember, now: datetime) -> bool:
    """Shut a tablet out for good: its session ends with the next request, its streams at once.

    False when somebody else has revoked it before. ValidationError at `why` without a reason.
    """
    why = " ".join(why.replace("\0", "").split())
    if not why or len(why) > MOST_WHY:
        raise ValidationError(
            {"why": [_("Say in up to %(most)s characters why, such as “Lost”.") % {"most": MOST_WHY}]}
        )
    with transaction.atomic():
        held = Device.objects.select_for_update().get(pk=device.pk)
        if held.state != DeviceState.ACTIVE:
            return False
        held.state, held.revoked_at, held.revoked_by, held.revoked_why = DeviceState.REVOKED, now, by, why
        held.person, held.challenge, held.turn = None, None, held.turn + 1
        held.save()
        note(held, DeviceAction.REVOKE, old_state=DeviceState.ACTIVE, by=by, why=why, now=now)
        transaction.on_commit(ring_turns)
    return True


def unlock_pin(*, device: Device, member: StaffMember, by: StaffMember, now: datetime) -> bool:
    """Give a person new tries on a tablet; False when none was used there."""
    with transaction.atomic():
        Device.objects.select_for_update().get(pk=device.pk)  # first, as a try does
        freed = PinTries.objects.filter(device=device, staff_member=member, tries__gt=0).update(tries=0)
        if freed:
            Device.objects.filter(pk=device.pk).update(wrong_pins=0)
            note(device, DeviceAction.UNLOCK_PIN, old_state=device.state, by=by, member=member, now=now)
    return bool(freed)


def note(
    device: Device,
    action: DeviceAction,
    *,
    old_state: str,
    by: StaffMember | None,
    now: datetime,
    member: StaffMember | None = None,
    why: str = "",
) -> None:
    """Write the step down."""
    DeviceStep.objects.create(
        device=device,
        action=action,
        old_state=old_state,
        new_state=device.state,
        staff_member=member,
        by=by,
        why=why,
        at=now,
    )
