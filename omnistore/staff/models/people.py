"""Staff members, their stores, their API keys and their PINs."""

import hashlib
import secrets
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.models import Store, StoreQuerySet


class Role(models.TextChoices):
    ASSOCIATE = "ASSOCIATE", _("Associate")  # a store's tablet; sees only the stores of its membership
    MANAGER = "MANAGER", _("Store manager")  # an associate who looks after people and tablets too
    MERCHANDISER = "MERCHANDISER", _("Merchandiser")  # writes promotions, publishes what is approved
    APPROVER = "APPROVER", _("Approver")  # a merchandiser who approves what others wrote
    OPERATOR = "OPERATOR", _("Night-shift operator")  # looks after the feeds
    ADMIN = "ADMIN", _("Administrator")


# Who works on a shop floor: they see the stores of their membership, everybody else sees all.
OF_STORES = (Role.ASSOCIATE, Role.MANAGER)


class StaffMember(AbstractUser):
    """A person who signs in. Head office roles see every store, a store's people those of their membership."""

    role = models.CharField(max_length=12, choices=Role.choices, default=Role.ASSOCIATE)
    stores = models.ManyToManyField(Store, through="StoreMembership", related_name="staff", blank=True)

    # "" while nobody has chosen: then the browser's language.
    language = models.CharField(max_length=7, choices=settings.LANGUAGES, blank=True)

    objects: ClassVar[UserManager["StaffMember"]] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="staff_member_role_known"),
            models.CheckConstraint(
                condition=Q(language__in=["", *dict(settings.LANGUAGES)]), name="staff_member_language_known"
            ),
        ]

    def visible_stores(self) -> StoreQuerySet:
        """The stores whose stock, offers and streams this person may see; every read starts here (G9)."""
        if self.is_of_stores:
            return Store.objects.filter(memberships__staff_member=self).order_by("store_code")
        return Store.objects.order_by("store_code")

    @property
    def is_of_stores(self) -> bool:
        """Whether this person works in the stores of its membership, and sees no others."""
        return self.role in OF_STORES

    @property
    def may_manage_store(self) -> bool:
        """Look after the people and the tablets of the stores it may see."""
        return self.role in (Role.MANAGER, Role.ADMIN)

    @property
    def may_merchandise(self) -> bool:
        return self.role in (Role.MERCHANDISER, Role.APPROVER, Role.ADMIN)

    @property
    def may_approve(self) -> bool:
        """Judge promotions; the lifecycle sees to it that nobody judges their own."""
        return self.role in (Role.APPROVER, Role.ADMIN)

    @property
    def may_operate(self) -> bool:
        return self.role in (Role.OPERATOR, Role.ADMIN)

    @property
    def may_answer_reports(self) -> bool:
        """Answer what stores tell head office."""
        return self.may_merchandise or self.may_operate

    @property
    def may_count(self) -> bool:
        """Count stock at the shelf, in the stores it may see."""
        return self.role in (*OF_STORES, Role.OPERATOR, Role.ADMIN)


class StoreMembership(models.Model):
    """One person works in one store; the first is where the tablet opens."""

    staff_member = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="memberships")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff_member", "store"], name="staff_membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_member} in {self.store}"


class ApiKey(models.Model):
    """A token for a machine: shown once, kept as SHA-256, tied to a person's role and stores."""

    staff_member = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("created_at")),
                name="staff_api_key_revoked_after_created",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.staff_member}"

    @staticmethod
    def digest_of(token: str) -> bytes:
        """Tokens carry 256 random bits, so a plain hash is enough and cheap on every request."""
        return hashlib.sha256(token.encode()).digest()

    @classmethod
    def issue(cls, *, staff_member: StaffMember, name: str, now: datetime) -> tuple["ApiKey", str]:
        """A new key and the only copy of its token."""
        token = f"oms_{secrets.token_urlsafe(32)}"
        key = cls.objects.create(
            staff_member=staff_member, name=name, digest=cls.digest_of(token), created_at=now
        )
        return key, token


class Pin(models.Model):
    """What a person types on an enrolled tablet; of no use anywhere else. Kept hashed and keyed (staff/pins.py)."""

    staff_member = models.OneToOneField(
        StaffMember, primary_key=True, on_delete=models.CASCADE, related_name="pin"
    )
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(password=""), name="staff_pin_is_hashed")]

    def __str__(self) -> str:
        return f"PIN of {self.staff_member}"
