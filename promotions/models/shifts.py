"""What the people of a store have looked at, read, answered and been reminded of."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from promotions.models.promotions import PromotionRevision, choices
from promotions.rules.words import ReadingAction


class Look(models.Model):
    """When one person last looked at one store's briefing, and when the look before that one ended.

    What was told after `previous_at` is new to this person; NULL: all of it is.
    """

    store = models.ForeignKey(
        "inventory.Store", on_delete=models.CASCADE, db_index=False, related_name="looks"
    )
    staff_member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    previous_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "staff_member"], name="promotions_look_one_a_person"),
            models.CheckConstraint(
                condition=Q(previous_at__isnull=True) | Q(previous_at__lte=F("looked_at")),
                name="promotions_look_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_member_id} looked at store {self.store_id}, {self.looked_at}"


class ReadingStep(models.Model):
    """Somebody has read a revision's terms, or took that back. Written once, never changed (a trigger refuses it).

    What holds now stands in `Acknowledgement`; `revision` is the key of its receipts.
    """

    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, db_index=False, related_name="+")
    revision = models.ForeignKey(PromotionRevision, on_delete=models.CASCADE, related_name="+")
    staff_member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    action = models.CharField(max_length=6, choices=choices(ReadingAction))
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=list(ReadingAction)), name="promotions_reading_action_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_member_id}: {self.action} revision {self.revision_id}"


class QuizAnswer(models.Model):
    """One try at a revision's question, in the words that were chosen. Written once."""

    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, db_index=False, related_name="+")
    revision = models.ForeignKey(PromotionRevision, on_delete=models.CASCADE, related_name="quiz_tries")
    staff_member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    answer = models.CharField(max_length=200)
    is_right = models.BooleanField()
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=~Q(answer=""), name="promotions_quiz_answer_given"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_member_id}: {self.answer}"


class Nudge(models.Model):
    """Somebody asked one person to read one offer's terms; `period` is the hour in which nobody asks again."""

    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, db_index=False, related_name="+")
    revision = models.ForeignKey(PromotionRevision, on_delete=models.CASCADE, related_name="nudges")
    staff_member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    nudged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    nudged_at = models.DateTimeField()
    period = DateTimeRangeField()
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="promotions_nudge_one_an_hour",
                expressions=[
                    ("store", RangeOperators.EQUAL),
                    ("revision", RangeOperators.EQUAL),
                    ("staff_member", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(period__startswith=F("nudged_at")), name="promotions_nudge_period_from_nudge"
            ),
            models.CheckConstraint(
                condition=Q(dismissed_at__isnull=True) | Q(dismissed_at__gte=F("nudged_at")),
                name="promotions_nudge_dismissed_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_member_id} about revision {self.revision_id}"


class NoticeDismissal(models.Model):
    """One person has put one interrupting change (`OfferChange` by its store and seq) aside."""

    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, db_index=False, related_name="+")
    seq = models.BigIntegerField()
    staff_member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    dismissed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "staff_member", "seq"], name="promotions_notice_dismissed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_member_id}: change {self.seq} of store {self.store_id}"
