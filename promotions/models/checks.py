"""Every check that was made at a shelf or a till: what was shown, and what was said to it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from promotions.models.promotions import Promotion, PromotionRevision, choices
from promotions.rules.words import Outcome


class HonourCheck(models.Model):
    """One verdict as it was given. Never changed; pruned after CHECK_DAYS.

    A lean table on the path of every scan: no foreign key is checked, because the verdict has just read the rows
    they name, and the only index beside the key holds the refusals. `price_amount` is what one unit would have
    cost (the regular price where the deal gives none), `discount_amount` what the deal takes off it;
    `counted_at` is when the count behind the answer was made. `promotion` also names a deal that holds elsewhere.
    """

    id = models.UUIDField(primary_key=True)  # version 7: made by who checks, in the order of time
    at = models.DateTimeField()
    counted_at = models.DateTimeField(null=True)
    store = models.ForeignKey(
        "inventory.Store", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    item = models.ForeignKey(
        "inventory.Item", null=True, on_delete=models.SET_NULL, db_constraint=False, db_index=False,
        related_name="+",
    )  # fmt: skip
    staff_member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_constraint=False, db_index=False,
        related_name="+",
    )  # fmt: skip
    promotion = models.ForeignKey(
        Promotion, null=True, on_delete=models.SET_NULL, db_constraint=False, db_index=False, related_name="+"
    )
    revision = models.ForeignKey(
        PromotionRevision, null=True, on_delete=models.SET_NULL, db_constraint=False, db_index=False,
        related_name="+",
    )  # fmt: skip
    outcome = models.CharField(max_length=20, choices=choices(Outcome))
    reasons = ArrayField(models.CharField(max_length=30))  # codes, the weightiest first
    code = models.CharField(max_length=200, blank=True)
    price_amount = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    discount_amount = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["at"],
                condition=Q(outcome__in=["REFUSE", "OFFER_ALTERNATIVE"]),
                name="promotions_check_refusals",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=list(Outcome)), name="promotions_check_outcome_known"
            ),
            models.CheckConstraint(condition=Q(reasons__len__gte=1), name="promotions_check_says_why"),
            models.CheckConstraint(
                condition=Q(price_amount__isnull=True, discount_amount__isnull=True)
                | Q(price_amount__isnull=False) & ~Q(currency=""),
                name="promotions_check_price_has_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.outcome}"
