"""What a store told head office, and every step on the way to an answer."""

import uuid
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from promotions.models.checks import HonourCheck
from promotions.models.promotions import Promotion, PromotionRevision, choices
from promotions.rules.reports import WAITING, ReportKind, ReportQueue, ReportState
from promotions.rules.words import Reason

LONGEST_WORDS = 1000
WAITING_STATES = sorted(WAITING)


def photo_path(_report: "FieldReport", _name: str) -> str:
    """A random name: nothing of what the device called it."""
    return f"reports/{uuid.uuid4().hex}.jpg"


class FieldReportQuerySet(models.QuerySet["FieldReport"]):
    """Sets of reports."""

    def visible_to(self, person: Any) -> Self:
        """Those of the stores this person may see (G9)."""
        return self.filter(store__in=person.visible_stores())

    def waiting(self) -> Self:
        """Not answered yet, or told again."""
        return self.filter(state__in=WAITING_STATES)

    def overdue(self, *, now: datetime) -> Self:
        return self.waiting().filter(due_at__lte=now)

    def unread_by(self, person: Any) -> Self:
        """Answers that this person asked for and has not seen."""
        return self.filter(reported_by=person, answered_at__isnull=False, answer_seen_at__isnull=True)

    def with_names(self) -> Self:
        """With everything a card of it shows."""
        return self.select_related(
            "store", "reported_by", "promotion", "revision", "item", "owner", "answered_by", "manual_count"
        )


class FieldReport(models.Model):
    """Something on the floor is not as head office thinks.

    `reported_by` is NULL where equal refusals raised it; such a report names promotion and `reason`, how many
    `refusals` there were, what they were worth together, and the newest check that was counted, from which the
    next count starts. `owner` NULL: whoever of the queue is first.
    """

    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=14, choices=choices(ReportKind))
    state = models.CharField(max_length=8, choices=choices(ReportState), default=ReportState.OPEN)
    queue = models.CharField(max_length=13, choices=choices(ReportQueue))
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    reported_at = models.DateTimeField()
    words = models.TextField(blank=True)
    photo = models.FileField(upload_to=photo_path, max_length=100, blank=True)
    promotion = models.ForeignKey(
        Promotion, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    revision = models.ForeignKey(
        PromotionRevision, null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    item = models.ForeignKey(
        "inventory.Item", null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    # The verdict it was told from; it may be written a moment later. A check that a report names is not pruned.
    check_made = models.ForeignKey(
        HonourCheck, null=True, blank=True, on_delete=models.SET_NULL, db_constraint=False, related_name="+"
    )
    # What was counted at the shelf, which is believed since.
    manual_count = models.ForeignKey(
        "inventory.ManualCount",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="+",
    )
    reason = models.CharField(max_length=30, choices=choices(Reason), blank=True)
    refusals = models.IntegerField(null=True, blank=True)
    value_at_risk = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    last_check = models.UUIDField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, db_index=False,
        related_name="+",
    )  # fmt: skip
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_seen_at = models.DateTimeField(null=True, blank=True)  # by who reported it

    objects = FieldReportQuerySet.as_manager()

    class Meta:
        ordering = ("-reported_at", "-id")
        indexes = [
            models.Index(fields=["store", "-reported_at"], name="promotions_report_by_store"),
            models.Index(
                fields=["due_at"], condition=Q(state__in=WAITING_STATES), name="promotions_report_waiting"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=list(ReportKind)), name="promotions_report_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(ReportState)), name="promotions_report_state_known"
            ),
            models.CheckConstraint(
                condition=Q(queue__in=list(ReportQueue)), name="promotions_report_queue_known"
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("reported_at")), name="promotions_report_due_after_told"
            ),
            models.CheckConstraint(
                condition=Q(LessThanOrEqual(Length("words"), LONGEST_WORDS))
                & Q(LessThanOrEqual(Length("answer"), LONGEST_WORDS)),
                name="promotions_report_words_short",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                & ~Q(state__in=[ReportState.ANSWERED, ReportState.REOPENED])
                | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="promotions_report_answered_says_what",
            ),
            # Raised by refusals: all that is known of them is there, or nothing is.
            models.CheckConstraint(
                condition=Q(
                    refusals__isnull=True, last_check__isnull=True, reason="", value_at_risk__isnull=True
                )
                | Q(refusals__isnull=False, refusals__gte=1, last_check__isnull=False, kind="DEAL_REFUSED")
                & ~Q(reason="")
                & ~Q(currency=""),
                name="promotions_report_raised_is_whole",
            ),
            # Equal refusals raise one report: no second one while it waits.
            models.UniqueConstraint(
                fields=["store", "promotion", "reason"],
                condition=Q(refusals__isnull=False, state__in=WAITING_STATES),
                name="promotions_report_raised_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in store {self.store_id}"

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    def is_overdue(self, now: datetime) -> bool:
        return self.is_waiting and self.due_at <= now


class ReportChange(models.Model):
    """A step of a report: history, outbox and event id in one row, numbered within its store like the offers' changes.

    Never updated. `why` is what was answered, or why it was closed or opened again.
    """

    pk = models.CompositePrimaryKey("store_id", "seq")
    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, db_index=False, related_name="+")
    seq = models.BigIntegerField()
    report = models.ForeignKey(FieldReport, on_delete=models.CASCADE, related_name="changes")
    old_state = models.CharField(max_length=8, blank=True)  # "" when it was told
    new_state = models.CharField(max_length=8)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, db_index=False,
        related_name="+",
    )  # fmt: skip
    why = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(new_state__in=list(ReportState)) & ~Q(old_state=F("new_state")),
                name="promotions_report_change_moves",
            ),
            models.CheckConstraint(
                condition=Q(old_state="") | ~Q(why=""), name="promotions_report_change_says_why"
            ),
            models.CheckConstraint(condition=Q(seq__gte=1), name="promotions_report_change_seq_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.old_state or 'new'} → {self.new_state}"
