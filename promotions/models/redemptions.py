"""Uses of a promotion under its limit, and the keys that make a repeated request harmless."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from promotions.models.promotions import Promotion, PromotionRevision, choices
from promotions.models.shoppers import Shopper
from promotions.rules.words import RedemptionState


class Budget(models.Model):
    """A promotion's limit of uses and its counter: one row, so one statement decides who gets the last use.

    `is_open` is false while nothing may be redeemed (draft, stopped, expired): it stands on the same row because
    a condition on a related row is not checked again when two tills race. `version` counts the changes of every
    limit the promotion is under: who read the limits before one looks again instead of taking by the old ones.
    """

    promotion = models.OneToOneField(
        Promotion, primary_key=True, on_delete=models.CASCADE, related_name="budget"
    )
    limit_uses = models.IntegerField(null=True, blank=True)
    used = models.IntegerField(default=0)
    is_open = models.BooleanField(default=False)
    version = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used__gte=0) & (Q(limit_uses__isnull=True) | Q(used__lte=F("limit_uses"))),
                name="promotions_budget_never_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.used} of {self.limit_uses or 'unlimited'}"


class Redemption(models.Model):
    """One use of a promotion, bound to the revision that was honoured.

    `quantity` counts the units of `item` it was used on; `discount_amount` is money for all of them together, by
    the till or by the item's price. Rolled back, it stays, and its use is free again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="redemptions")
    revision = models.ForeignKey(PromotionRevision, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey("inventory.Store", on_delete=models.PROTECT, related_name="redemptions")
    item = models.ForeignKey(
        "inventory.Item", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    redeemed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    shopper = models.ForeignKey(
        Shopper, null=True, blank=True, on_delete=models.PROTECT, related_name="redemptions"
    )
    code = models.CharField(max_length=60, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    state = models.CharField(
        max_length=11, choices=choices(RedemptionState), default=RedemptionState.REDEEMED
    )
    discount_amount = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    redeemed_at = models.DateTimeField()

    class Meta:
        ordering = ("-redeemed_at",)
        indexes = [models.Index(fields=["store", "redeemed_at"], name="promotions_redemption_by_store")]
        constraints = [
            models.CheckConstraint(
                condition=Q(discount_amount__isnull=True) | Q(discount_amount__gte=0) & ~Q(currency=""),
                name="promotions_redemption_discount_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(RedemptionState)), name="promotions_redemption_state_known"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="promotions_redemption_quantity_1"),
        ]

    def __str__(self) -> str:
        return f"{self.promotion} in store {self.store_id} at {self.redeemed_at:%H:%M}"


class RedemptionChange(models.Model):
    """A redemption's step from one state to another: who, why and when. Never updated."""

    redemption = models.ForeignKey(Redemption, on_delete=models.CASCADE, related_name="changes")
    old_state = models.CharField(max_length=11)
    new_state = models.CharField(max_length=11)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["redemption", "new_state"], name="promotions_redemption_rolled_back_once"
            ),
            models.CheckConstraint(
                condition=Q(old_state="REDEEMED", new_state="ROLLED_BACK") & ~Q(why=""),
                name="promotions_redemption_change_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_state} → {self.new_state}: {self.why}"


class IdempotencyKey(models.Model):
    """A write asked for once by one person: the row is claimed first in its transaction and keeps the answer."""

    staff_member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # a keyed SHA-256 of what was asked
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff_member", "key"], name="promotions_idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return self.key
