"""Where facts come from: sources, arrivals of files, and the lines we could not use."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class FeedSource(models.Model):
    """One partner's declared profile: what it sends, how it is written, how often, how long it stays fresh."""

    class Kind(models.TextChoices):
        STOCK = "STOCK", _("stock levels")
        SALES = "SALES", _("sales")
        PROMOTIONS = "PROMOTIONS", _("promotions")

    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # Read by inventory.feeds.profiles (stock and sales); promotions feeds follow Google's own column names.
    profile = models.JSONField(default=dict, blank=True)
    enabled = models.BooleanField(default=True)
    # Past this age a level is no longer trusted: the verdict asks to look at the shelf (G7).
    freshness_limit = models.DurationField(default=timedelta(hours=26))
    # The schedule lives here; beat only ticks. NULL = nothing is pulled, files arrive by upload.
    pull_every = models.DurationField(null=True, blank=True)
    next_pull_at = models.DateTimeField(null=True, blank=True)
    # How often a file is expected, for the lag on the operator's page.
    expected_every = models.DurationField(default=timedelta(hours=24))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["STOCK", "SALES", "PROMOTIONS"]), name="inventory_source_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(pull_every__isnull=True, next_pull_at__isnull=True)
                | Q(pull_every__isnull=False, next_pull_at__isnull=False),
                name="inventory_source_schedule_paired",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FeedRunQuerySet(models.QuerySet["FeedRun"]):
    """Sets of arrivals."""

    def waiting(self, *, now: datetime) -> Self:
        """Accepted and not finished, and nobody is at it: never started, or the worker's lease ran out."""
        return self.filter(
            Q(state=FeedRun.State.RECEIVED) | Q(state=FeedRun.State.LOADING, lease_until__lt=now)
        )


class FeedRun(models.Model):
    """One arrival of one file: the job row, its lease and the ledger of what became of each line."""

    MAX_ATTEMPTS = 3

    class State(models.TextChoices):
        RECEIVED = "RECEIVED", _("received")
        LOADING = "LOADING", _("loading")
        LOADED = "LOADED", _("loaded")
        LOADED_WITH_REJECTS = "LOADED_WITH_REJECTS", _("loaded with rejected lines")
        REFUSED = "REFUSED", _("refused")  # the whole file, with the reason in `problem`
        FAILED = "FAILED", _("failed")  # our fault or the machine's: can be retried by hand

    FINISHED = (State.LOADED, State.LOADED_WITH_REJECTS, State.REFUSED, State.FAILED)

    source = models.ForeignKey(FeedSource, on_delete=models.PROTECT, related_name="runs")
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=255)
    file = models.FileField(upload_to="feeds/%Y/%m/", max_length=255)
    size = models.BigIntegerField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.RECEIVED)
    # Code and sentence of a refusal or failure: {"code": "unknown_header", "message": "…"}.
    problem = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    progress_rows = models.BigIntegerField(default=0)
    progress_bytes = models.BigIntegerField(default=0)
    rows_received = models.BigIntegerField(default=0)
    rows_applied = models.BigIntegerField(default=0)
    rows_unchanged = models.BigIntegerField(default=0)
    rows_stale = models.BigIntegerField(default=0)
    rows_rejected = models.BigIntegerField(default=0)
    received_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = FeedRunQuerySet.as_manager()

    class Meta:
        ordering = ("-received_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=["source", "sha256"], name="inventory_run_file_counts_once"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["RECEIVED", "LOADING", "LOADED", "LOADED_WITH_REJECTS", "REFUSED", "FAILED"]
                ),
                name="inventory_run_state_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    rows_received=F("rows_applied")
                    + F("rows_unchanged")
                    + F("rows_stale")
                    + F("rows_rejected")
                ),
                name="inventory_run_every_line_accounted_for",
            ),
            models.CheckConstraint(
                condition=~Q(state="LOADING") | Q(lease_until__isnull=False, started_at__isnull=False),
                name="inventory_run_loading_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, state__in=["RECEIVED", "LOADING"])
                | Q(
                    finished_at__isnull=False,
                    state__in=["LOADED", "LOADED_WITH_REJECTS", "REFUSED", "FAILED"],
                ),
                name="inventory_run_finished_at_paired",
            ),
            models.CheckConstraint(
                condition=Q(rows_rejected=0, state="LOADED")
                | Q(rows_rejected__gt=0, state="LOADED_WITH_REJECTS")
                | ~Q(state__in=["LOADED", "LOADED_WITH_REJECTS"]),
                name="inventory_run_state_tells_of_rejects",
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=Q(state__in=["RECEIVED", "LOADING"]),
                name="inventory_run_unfinished",  # the sweeper's and the progress page's only question
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_state_display()})"

    @property
    def is_finished(self) -> bool:
        return self.state in self.FINISHED

    @property
    def is_retryable(self) -> bool:
        """Over without a load, and its bytes are still there (a file that was too large is not kept)."""
        return self.state in (self.State.REFUSED, self.State.FAILED) and bool(self.file)


class RejectedRow(models.Model):
    """A line we could not use: kept with its number, its text, a reason code and a sentence for the sender."""

    run = models.ForeignKey(FeedRun, on_delete=models.CASCADE, related_name="rejected_rows")
    line_number = models.IntegerField()  # physical line of the file, the header being 1
    code = models.CharField(max_length=40)
    message = models.TextField()
    raw = models.TextField()

    class Meta:
        ordering = ("line_number",)
        constraints = [
            models.UniqueConstraint(fields=["run", "line_number"], name="inventory_rejected_line_once"),
        ]

    def __str__(self) -> str:
        return f"line {self.line_number}: {self.message}"
