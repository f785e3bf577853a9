"""Every step of a promotion's life, with who took it and why."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from promotions.models.promotions import Promotion, PromotionRevision, choices
from promotions.rules.lifecycle import Action


class PromotionStep(models.Model):
    """One change of a promotion's states. Written once, never changed (a trigger refuses it).

    `revision` is the one the step was about: the newest, or the published one where the clock moved. `by` is NULL
    for the clock and for feeds that are their own approver.
    """

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="steps")
    revision = models.ForeignKey(
        PromotionRevision, on_delete=models.CASCADE, db_index=False, related_name="steps"
    )
    action = models.CharField(max_length=8, choices=choices(Action))
    old_state = models.CharField(max_length=9)
    new_state = models.CharField(max_length=9)
    old_revision_state = models.CharField(max_length=9)
    new_revision_state = models.CharField(max_length=9)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=Q(action__in=list(Action)), name="promotions_step_action_known"),
            models.CheckConstraint(
                condition=~Q(old_state=F("new_state"), old_revision_state=F("new_revision_state")),
                name="promotions_step_changes_something",
            ),
            models.CheckConstraint(
                condition=~Q(action__in=["REJECT", "STOP"]) | ~Q(why=""), name="promotions_step_why_given"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} of revision {self.revision_id}"
