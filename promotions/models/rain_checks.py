"""Rain checks: today's price for later, for one shopper and one item."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from promotions.models.codes import SingleUseCode
from promotions.models.promotions import PromotionRevision
from promotions.models.redemptions import Redemption
from promotions.rules.verdict import DealFacts, as_promised


class RainCheck(models.Model):
    """What a shopper is promised who found the shelf empty: one unit of `item` for `price`, before `valid_until`.

    Its code is a single-use code of the promotion, so it is taken, told as used and given back like any other. It is
    bound to the revision the shopper saw and is honoured after that has ended or changed; a stop by head office and a
    limit that is used up stand against it.
    """

    code = models.OneToOneField(
        SingleUseCode, primary_key=True, on_delete=models.PROTECT, related_name="rain_check"
    )
    revision = models.ForeignKey(PromotionRevision, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("inventory.Item", on_delete=models.PROTECT, related_name="+")
    price = models.DecimalField(max_digits=12, decimal_places=3)
    currency = models.CharField(max_length=3)
    valid_until = models.DateTimeField()
    made_in = models.ForeignKey("inventory.Store", on_delete=models.PROTECT, related_name="rain_checks")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-made_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gte=0, currency__regex=r"^[A-Z]{3}$"),
                name="promotions_rain_check_price_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("made_at")), name="promotions_rain_check_valid_for_a_while"
            ),
        ]

    def promised(self, deal: DealFacts) -> DealFacts:
        """The deal as this shopper may have it."""
        return as_promised(deal, price=self.price, currency=self.currency, valid_until=self.valid_until)

    def __str__(self) -> str:
        return f"{self.code_id}: item {self.item_id} for {self.price} {self.currency}"


class RedemptionOverride(models.Model):
    """A manager redeemed what the rule refuses: the refused reasons, who took it on and why. Never updated."""

    redemption = models.OneToOneField(
        Redemption, primary_key=True, on_delete=models.CASCADE, related_name="override"
    )
    reasons = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(why="") & ~Q(reasons=[]), name="promotions_override_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.reasons)}: {self.why}"
