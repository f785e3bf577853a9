"""Lines we could not use, and what one source's own codes stand for."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from inventory.models.feeds import FeedRun, FeedSource


class RejectedRowQuerySet(models.QuerySet["RejectedRow"]):
    """Sets of rejected lines."""

    def waiting(self) -> Self:
        """In quarantine: neither sent in again nor given up."""
        return self.filter(state=RejectedRow.State.WAITING)

    def with_keys(self, keys: Iterable[int]) -> Self:
        """Those with these keys. One parameter however many they are: a statement takes 65,535."""
        return self.filter(pk__in=RawSQL("SELECT unnest(%s::int8[])", [list(keys)]))

    def of_unknown(self, *, source: FeedSource, kind: str = "") -> Self:
        """Those of a source that wait for somebody to say what a code of it stands for; kind of CodeMapping."""
        rows = self.waiting().filter(run__source=source).exclude(unknown_code="")
        if kind == CodeMapping.Kind.STORE:
            return rows.filter(code=RejectedRow.UNKNOWN_STORE)
        return rows.exclude(code=RejectedRow.UNKNOWN_STORE) if kind else rows

    def give_back(self, *, replay: FeedRun) -> int:
        """Put the lines of a replay that was refused into quarantine again; how many they are."""
        mine = self.filter(replay=replay, state=RejectedRow.State.REPLAYED)
        return mine.update(state=RejectedRow.State.WAITING, replay=None)

    def drop(self, *, member_id: int | None, now: datetime) -> int:
        """Give the waiting ones up; how many there were."""
        return self.waiting().update(state=RejectedRow.State.DROPPED, decided_by=member_id, decided_at=now)


class RejectedRow(models.Model):
    """A line we could not use: kept with its number, its text, a reason code and a sentence for the sender."""

    # Of the codes with an `unknown_code`: this one is about a store, all others are about an item.
    UNKNOWN_STORE = "unknown_store"

    class State(models.TextChoices):
        WAITING = "WAITING", _("waiting")
        REPLAYED = "REPLAYED", _("sent in again")
        DROPPED = "DROPPED", _("given up")

    run = models.ForeignKey(FeedRun, on_delete=models.CASCADE, related_name="rejected_rows")
    line_number = (
        models.IntegerField()
    )  # physical line of the file, the header being 1; row, segment, line item
    part = models.IntegerField(default=0)  # tells facts of one line apart: a column a store
    code = models.CharField(max_length=40)
    message = models.TextField()
    raw = models.TextField()
    field = models.CharField(max_length=64, blank=True)
    # The store or item code nobody knows yet; mapping it sends the line in again.
    unknown_code = models.CharField(max_length=128, blank=True)
    # The fact itself as JSON, where the line's own text cannot be sent in again.
    record = models.JSONField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING, db_default="WAITING")
    replay = models.ForeignKey(
        FeedRun, null=True, blank=True, on_delete=models.PROTECT, related_name="replayed_rows"
    )
    # Who gave the line up.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = RejectedRowQuerySet.as_manager()

    class Meta:
        ordering = ("line_number", "part")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "line_number", "part"], name="inventory_rejected_line_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["WAITING", "REPLAYED", "DROPPED"]),
                name="inventory_rejected_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="REPLAYED", replay__isnull=False)
                | Q(replay__isnull=True, state__in=["WAITING", "DROPPED"]),
                name="inventory_rejected_replay_paired",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unknown_code"],
                condition=Q(state="WAITING") & ~Q(unknown_code=""),
                name="inventory_rejected_unknown",
            ),
            models.Index(fields=["run"], condition=Q(state="WAITING"), name="inventory_rejected_waiting"),
        ]

    def __str__(self) -> str:
        return f"line {self.line_number}: {self.message}"


class CodeMapping(models.Model):
    """What one source's code stands for: said once by a person, used for ever."""

    class Kind(models.TextChoices):
        STORE = "STORE", _("store")
        ITEM = "ITEM", _("item")

    source = models.ForeignKey(FeedSource, on_delete=models.CASCADE, related_name="mappings")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    code = models.CharField(max_length=128)
    store = models.ForeignKey("inventory.Store", null=True, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey("inventory.Item", null=True, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "code"], name="inventory_mapping_means_one_thing"
            ),
            models.CheckConstraint(
                condition=Q(kind="STORE", store__isnull=False, item__isnull=True)
                | Q(kind="ITEM", item__isnull=False, store__isnull=True),
                name="inventory_mapping_kind_fits",
            ),
            models.CheckConstraint(condition=~Q(code=""), name="inventory_mapping_code_given"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
