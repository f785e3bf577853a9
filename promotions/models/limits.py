"""Campaigns and the counters behind every limit that is not simply a promotion's uses."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from promotions.models.promotions import Promotion, choices
from promotions.models.shoppers import Shopper
from promotions.rules.limits import Limit, limits_of
from promotions.rules.words import LimitPeriod, LimitUnit


class Campaign(models.Model):
    """Promotions that share limits; a revision names its campaign's `campaign_id`.

    Limits are those of a promotion; scope PROMOTION means everything the campaign's promotions take together.
    """

    campaign_id = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    # [{"scope": "PROMOTION", "period": "TOTAL", "unit": "MONEY", "limit": "50000"}, …]; money is in `currency`
    limits = models.JSONField(default=list, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            GinIndex(fields=["title"], opclasses=["gin_trgm_ops"], name="promotions_campaign_by_words")
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(campaign_id="") & ~Q(title=""), name="promotions_campaign_has_a_name"
            ),
        ]

    def __str__(self) -> str:
        return self.campaign_id

    @property
    def all_limits(self) -> tuple[Limit, ...]:
        return limits_of(self.limits, currency=self.currency)


class CampaignChange(models.Model):
    """A change of a campaign's limits: what they were, what they are, who and when. Never updated."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="changes")
    old_limits = models.JSONField()
    new_limits = models.JSONField()
    old_currency = models.CharField(max_length=3, blank=True)
    new_currency = models.CharField(max_length=3, blank=True)
    why = models.CharField(max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-id")
        constraints = [
            models.CheckConstraint(condition=~Q(why=""), name="promotions_campaign_change_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.why}"


class LimitCounter(models.Model):
    """One counter of one limit, made on first use: limit and count on one row, so one statement decides.

    Whose it is says its scope: a shopper's, a store's, or of all. `starts_on` is the first day of its period on the
    store's calendar, NULL for TOTAL. Amounts are uses, or the smallest coins of `currency`. At every commit `used`
    is the sum of the redemptions it counts, so it can be counted anew from them.
    """

    promotion = models.ForeignKey(
        Promotion, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    shopper = models.ForeignKey(
        Shopper, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    store = models.ForeignKey(
        "inventory.Store", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    period = models.CharField(max_length=5, choices=choices(LimitPeriod))
    starts_on = models.DateField(null=True, blank=True)
    unit = models.CharField(max_length=5, choices=choices(LimitUnit))
    currency = models.CharField(max_length=3, blank=True)
    limit_amount = models.BigIntegerField()
    used = models.BigIntegerField()

    class Meta:
        indexes = [
            # The counters that stop a whole store or promotion; nothing that counting changes is in an index.
            models.Index(
                fields=["starts_on"], condition=Q(shopper__isnull=True), name="promotions_counter_by_period"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "campaign", "shopper", "store", "starts_on", "period", "unit"],
                nulls_distinct=False,
                name="promotions_counter_once",
            ),
            models.CheckConstraint(
                condition=Q(used__gte=0, used__lte=F("limit_amount")), name="promotions_counter_never_over"
            ),
            models.CheckConstraint(
                condition=Q(promotion__isnull=False, campaign__isnull=True)
                | Q(promotion__isnull=True, campaign__isnull=False),
                name="promotions_counter_has_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(shopper__isnull=True) | Q(store__isnull=True),
                name="promotions_counter_has_one_scope",
            ),
            models.CheckConstraint(
                condition=Q(period="TOTAL", starts_on__isnull=True)
                | Q(period__in=["DAY", "WEEK", "MONTH"], starts_on__isnull=False),
                name="promotions_counter_period_starts",
            ),
            models.CheckConstraint(
                condition=Q(unit="USES", currency="") | Q(unit="MONEY") & ~Q(currency=""),
                name="promotions_counter_money_has_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.used} of {self.limit_amount} {self.currency or 'uses'}"
