"""Tables of promotions that people upload: the file's rows, what became of each, and who did what with them."""

from collections import Counter
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Q, When
from django.utils.translation import gettext_lazy as _

from promotions.models.promotions import PromotionRevision

MOST_ATTEMPTS = 3


class UploadBatch(models.Model):
    """One uploaded table. `columns` are those of `promotions.rules.cells`, in the file's order.

    Once it was undone nothing of it goes in any more. `asked` is what a worker has to do with it.
    """

    class Asked(models.TextChoices):
        COMMIT = "COMMIT", _("take over")
        UNDO = "UNDO", _("undo")

    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    is_workbook = models.BooleanField(default=False)
    columns = models.JSONField(default=list)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="uploads"
    )
    uploaded_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    asked = models.CharField(max_length=6, choices=Asked.choices, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("-uploaded_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(asked="", asked_at__isnull=True, attempts=0)
                | Q(asked__in=["COMMIT", "UNDO"], asked_at__isnull=False, attempts__lte=MOST_ATTEMPTS),
                name="promotions_upload_asked_at_paired",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=models.F("uploaded_at")),
                name="promotions_upload_undone_after_uploaded",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="promotions_upload_sha256"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_busy(self) -> bool:
        """A worker is at it, or will be in a moment."""
        return bool(self.asked) and self.attempts < MOST_ATTEMPTS

    @property
    def has_failed(self) -> bool:
        """No worker got through with what was asked."""
        return bool(self.asked) and self.attempts >= MOST_ATTEMPTS

    def state_counts(self) -> Counter[str]:
        """How many rows are in each state."""
        return Counter(dict(self.rows.order_by().values_list("state").annotate(Count("pk"))))


class UploadRowQuerySet(models.QuerySet["UploadRow"]):
    """Sets of rows."""

    def errors_first(self) -> Self:
        """Those that wait for a person before the others, each in the file's order."""
        return self.order_by(Case(When(state="ERROR", then=0), default=1), "line_number")


class UploadRow(models.Model):
    """One row of a table: its cells as they are to be read, and what they would do or did.

    `errors` are sentences by column (or field) and there exactly where the state is ERROR; `changes` are
    [field, old, new] as cells. `base_number` is the revision the changes were worked out against, `revision` the
    one that was written.
    """

    class State(models.TextChoices):
        NEW = "NEW", _("New")
        CHANGED = "CHANGED", _("Changed")
        UNCHANGED = "UNCHANGED", _("Unchanged")
        ERROR = "ERROR", _("With errors")
        COMMITTED = "COMMITTED", _("Taken over")
        UNDONE = "UNDONE", _("Undone")
        KEPT = "KEPT", _("Not undone")

    batch = models.ForeignKey(UploadBatch, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line_number = models.PositiveIntegerField()
    public_id = models.CharField(max_length=200, blank=True)  # promotion_id as it was read
    cells = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State.choices)
    errors = models.JSONField(default=dict, blank=True)
    changes = models.JSONField(default=list, blank=True)
    base_number = models.PositiveIntegerField(null=True, blank=True)
    revision = models.ForeignKey(
        PromotionRevision, null=True, blank=True, on_delete=models.SET_NULL, related_name="uploaded_in"
    )
    told = models.CharField(max_length=300, blank=True)  # why it could not be undone

    objects = UploadRowQuerySet.as_manager()

    class Meta:
        ordering = ("line_number",)
        constraints = [
            models.UniqueConstraint(fields=["batch", "line_number"], name="promotions_upload_row_once"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["NEW", "CHANGED", "UNCHANGED", "ERROR", "COMMITTED", "UNDONE", "KEPT"]
                ),
                name="promotions_upload_row_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="ERROR") & ~Q(errors={}) | ~Q(state="ERROR") & Q(errors={}),
                name="promotions_upload_row_errors_told",
            ),
            models.CheckConstraint(
                condition=Q(state="KEPT") & ~Q(told="") | ~Q(state="KEPT") & Q(told=""),
                name="promotions_upload_row_kept_told",
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.line_number} of {self.batch_id}: {self.state}"

    @property
    def is_settled(self) -> bool:
        """It has gone in; its cells are history."""
        return self.state in SETTLED


# What a commit takes, and what can no more be mended.
GOOD = (UploadRow.State.NEW, UploadRow.State.CHANGED)
SETTLED = (UploadRow.State.COMMITTED, UploadRow.State.UNDONE, UploadRow.State.KEPT)


class UploadEvent(models.Model):
    """Who did what with a batch, and to how many rows; of a mended row the cells, old and new, in `details`."""

    class Kind(models.TextChoices):
        UPLOADED = "UPLOADED", _("Uploaded")
        MENDED = "MENDED", _("Mended")
        COMMITTED = "COMMITTED", _("Taken over")
        UNDONE = "UNDONE", _("Undone")

    batch = models.ForeignKey(UploadBatch, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    rows = models.PositiveIntegerField()
    details: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["UPLOADED", "MENDED", "COMMITTED", "UNDONE"]),
                name="promotions_upload_event_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.rows} of {self.batch_id}"
