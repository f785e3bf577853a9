"""A store's shared tablets: which are enrolled, who is on them, what was done to them, how often a PIN was wrong."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from inventory.models import Store

if TYPE_CHECKING:
    from omnistore.staff.models.people import StaffMember

# Wrong PINs of one person on one tablet, until a manager unlocks it.
MOST_TRIES = 5
# Wrong PINs on one tablet within an hour, whoever's they are.
MOST_WRONG_ON_A_DEVICE = 20


class DeviceState(models.TextChoices):
    ENROLLING = "ENROLLING", _("Waiting for approval")  # shows a code; belongs to no store yet
    ACTIVE = "ACTIVE", _("In use")
    REVOKED = "REVOKED", _("Revoked")  # for good: the tablet would have to be enrolled anew


class DeviceQuerySet(models.QuerySet["Device"]):
    """Sets of tablets."""

    def seen_by(self, member: "StaffMember") -> "DeviceQuerySet":
        """The tablets of the stores this person may see (G9); those that wait for approval belong to none."""
        return self.filter(store__in=member.visible_stores())

    def waiting(self, *, now: datetime) -> "DeviceQuerySet":
        """Tablets whose code can still be approved."""
        return self.filter(state=DeviceState.ENROLLING, code_expires_at__gt=now)


class Device(models.Model):
    """A tablet. It is known by a secret cookie and proves itself with a private key that never leaves it.

    `turn` counts who was on it: opening and locking both move it on, so whatever was given out for an earlier turn
    (a session, its copy, a stream's ticket) is void. `person` is who is on it now. `challenge` is what it must sign
    next, once. `wrong_pins` are those since `wrong_pins_since`, an hour at most.
    """

    State = DeviceState

    store = models.ForeignKey(Store, null=True, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=9, choices=DeviceState.choices, default=DeviceState.ENROLLING)
    public_key = models.BinaryField(max_length=200)  # SubjectPublicKeyInfo, DER, NIST P-256
    cookie_digest = models.BinaryField(max_length=32, unique=True)
    code = models.CharField(max_length=8, null=True, unique=True)
    code_expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    enrolled_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    last_seen_at = models.DateTimeField(null=True)  # when it last proved its key
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="devices"
    )
    turn = models.PositiveIntegerField(default=0)
    challenge = models.BinaryField(max_length=32, null=True)
    challenged_at = models.DateTimeField(null=True)
    wrong_pins = models.PositiveSmallIntegerField(default=0)
    wrong_pins_since = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked_why = models.CharField(max_length=200, blank=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=DeviceState.values), name="staff_device_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="ENROLLING", code__isnull=False, code_expires_at__isnull=False)
                | (~Q(state="ENROLLING") & Q(code__isnull=True, code_expires_at__isnull=True)),
                name="staff_device_code_while_enrolling",
            ),
            models.CheckConstraint(
                condition=Q(state="ENROLLING", store__isnull=True, enrolled_at__isnull=True)
                | (~Q(state="ENROLLING") & Q(store__isnull=False, enrolled_at__isnull=False) & ~Q(name="")),
                name="staff_device_enrolled_into_a_store",
            ),
            models.CheckConstraint(
                condition=(Q(state="REVOKED", revoked_at__isnull=False) & ~Q(revoked_why=""))
                | (~Q(state="REVOKED") & Q(revoked_at__isnull=True, revoked_why="")),
                name="staff_device_revoked_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="ACTIVE") | Q(person__isnull=True), name="staff_device_person_on_active"
            ),
            models.CheckConstraint(
                condition=Q(wrong_pins__lte=MOST_WRONG_ON_A_DEVICE), name="staff_device_wrong_pins_limited"
            ),
            models.UniqueConstraint(
                F("store"), Lower("name"), condition=Q(state="ACTIVE"), name="staff_device_name_once_a_store"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"tablet {self.pk}"

    @staticmethod
    def digest_of(secret: str) -> bytes:
        """Cookies carry 256 random bits, so a plain hash is enough."""
        return hashlib.sha256(secret.encode()).digest()


class DeviceAction(models.TextChoices):
    ENROL = "ENROL", _("Asked to be enrolled")
    APPROVE = "APPROVE", _("Approved")
    REVOKE = "REVOKE", _("Revoked")
    LOCK_PIN = "LOCK_PIN", _("PIN locked")
    UNLOCK_PIN = "UNLOCK_PIN", _("PIN unlocked")


PIN_ACTIONS = (DeviceAction.LOCK_PIN, DeviceAction.UNLOCK_PIN)


class DeviceStep(models.Model):
    """What was done to a tablet, or to a person's PIN on it. Written once, never changed (a trigger refuses it).

    `by` is NULL for what nobody of us did: a tablet that asks, a guesser who locks a PIN.
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="steps")
    action = models.CharField(max_length=10, choices=DeviceAction.choices)
    old_state = models.CharField(max_length=9, blank=True)
    new_state = models.CharField(max_length=9)
    staff_member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=DeviceAction.values), name="staff_device_step_action_known"
            ),
            models.CheckConstraint(
                condition=Q(action__in=PIN_ACTIONS) | ~Q(old_state=F("new_state")),
                name="staff_device_step_changes_something",
            ),
            models.CheckConstraint(
                condition=~Q(action="REVOKE") | ~Q(why=""), name="staff_device_step_why_given"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.device}"


class PinTries(models.Model):
    """Wrong PINs of one person on one tablet since the last right one. Taken before the hash is made."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="pin_tries")
    staff_member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    tries = models.PositiveSmallIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "staff_member"], name="staff_pin_tries_once_a_person"),
            models.CheckConstraint(condition=Q(tries__lte=MOST_TRIES), name="staff_pin_tries_limited"),
        ]

    def __str__(self) -> str:
        return f"{self.tries} wrong PINs of {self.staff_member} on {self.device}"

    @property
    def is_locked(self) -> bool:
        return self.tries >= MOST_TRIES
