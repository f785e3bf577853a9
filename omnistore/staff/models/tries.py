"""Tries of what may be guessed or asked for without end, in the one place that all web processes share."""

from django.db import models
from django.db.models import F, Q


class RecentTries(models.Model):
    """So many tries under one name (a hash of who, or from where), forgotten at `over_at`. Taken before a look."""

    key = models.CharField(max_length=100, primary_key=True)
    tries = models.PositiveSmallIntegerField()
    most = models.PositiveSmallIntegerField()
    over_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=F("most")), name="staff_recent_tries_limited"),
        ]

    def __str__(self) -> str:
        return f"{self.tries} of {self.most} tries"
