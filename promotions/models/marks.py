"""What has changed under the promotions: the words that targets are made of."""

from django.db import models
from django.db.models import Q

from promotions.models.promotions import choices
from promotions.rules.words import MarkKind


class TargetMark(models.Model):
    """Something that promotions may name has other members now. Written by triggers, worked off by a task.

    Rows are only added and taken away, never updated: a unique key would either lose the mark of a transaction that
    commits after the task has taken the row, or make imports wait for each other. Equal marks fold when taken.
    """

    kind = models.CharField(max_length=12, choices=choices(MarkKind))
    name = models.CharField(max_length=200, blank=True)
    marked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=list(MarkKind)), name="promotions_target_mark_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
