"""Alerts: what somebody should hear of a source."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models.feeds import FeedRun, FeedSource


class FeedAlertQuerySet(models.QuerySet["FeedAlert"]):
    """Sets of alerts."""

    def open(self) -> Self:
        """Not over yet."""
        return self.filter(closed_at__isnull=True)

    def untold(self, *, now: datetime) -> Self:
        """Open, and nobody has told of it or is telling; the oldest first."""
        free = Q(telling_until__isnull=True) | Q(telling_until__lt=now)
        return self.open().filter(free, told_at__isnull=True).order_by("opened_at", "pk")


class FeedAlert(models.Model):
    """Something about a source that somebody should hear of; open until it is over. Told once."""

    class Kind(models.TextChoices):
        LATE = "LATE", _("late")
        EMPTY = "EMPTY", _("empty")
        HELD = "HELD", _("held")
        FAILED = "FAILED", _("failed")
        UNREACHABLE = "UNREACHABLE", _("unreachable")

    source = models.ForeignKey(FeedSource, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    run = models.ForeignKey(FeedRun, null=True, on_delete=models.CASCADE, related_name="alerts")
    message = models.TextField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    # Told when everybody who wants to hear has: by e-mail and by webhook, each once.
    told_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    telling_until = models.DateTimeField(null=True, blank=True)  # a worker is at it, or has died
    telling_problem = models.TextField(blank=True)

    objects = FeedAlertQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind"],
                condition=Q(closed_at__isnull=True),
                name="inventory_alert_open_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["LATE", "EMPTY", "HELD", "FAILED", "UNREACHABLE"]),
                name="inventory_alert_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind}"

    def claim_telling(self, *, until: datetime, now: datetime) -> bool:
        """Take the telling for one worker; False when another is at it or has done it."""
        if not FeedAlert.objects.untold(now=now).filter(pk=self.pk).update(telling_until=until):
            return False
        self.refresh_from_db(fields=["mailed_at", "posted_at"])
        return True

    def note_telling(self, *, told_at: datetime | None, problem: str) -> None:
        """How it went, and the claim given back: what failed is tried again at the next tick."""
        self.told_at, self.telling_problem, self.telling_until = told_at, problem, None
        self.save(update_fields=["told_at", "telling_problem", "telling_until", "mailed_at", "posted_at"])
