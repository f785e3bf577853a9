"""Codes that are used once: generated or uploaded in batches, and the serials of GS1 coupons as they are seen."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from promotions.models.promotions import Promotion
from promotions.models.redemptions import Redemption


class CodeBatch(models.Model):
    """Single-use codes that came into being together. `quantity` is how many they are."""

    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="code_batches")
    name = models.CharField(max_length=120)
    quantity = models.PositiveIntegerField()
    is_uploaded = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="promotions_batch_by_words")]
        constraints = [
            models.UniqueConstraint(fields=["promotion", "name"], name="promotions_batch_named_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & ~Q(name=""), name="promotions_batch_has_name_and_codes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.quantity} codes"


class SingleUseCode(models.Model):
    """One code in its one form (capitals, no gaps), or "(255)…" for one serial of a GS1 coupon.

    Used while it names a redemption; a roll-back sets it free. `promotion` is its batch's: a scan is one index hit.
    """

    code = models.CharField(max_length=60, primary_key=True)
    batch = models.ForeignKey(
        CodeBatch, null=True, blank=True, on_delete=models.CASCADE, related_name="codes"
    )  # NULL for a coupon's serial
    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="+", db_index=False)
    redemption = models.OneToOneField(
        Redemption, null=True, blank=True, on_delete=models.PROTECT, related_name="single_use_code"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(batch__isnull=False, code__regex=r"^[0-9A-Z]{4,40}$")
                | Q(batch__isnull=True, code__regex=r"^\(255\)[0-9]{13,25}$"),
                name="promotions_single_code_has_its_form",
            ),
        ]

    def __str__(self) -> str:
        return self.code
