"""Where facts come from: sources, arrivals of files, and the lines we could not use."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.feeds.schedules import next_due, read_times, read_zone
from inventory.models.stores import validate_timezone


class FeedSourceQuerySet(models.QuerySet["FeedSource"]):
    """Sets of sources."""

    def free(self, *, now: datetime) -> Self:
        """In use, and nobody is pulling."""
        return self.filter(Q(pulling_until__isnull=True) | Q(pulling_until__lt=now), enabled=True)

    def handled_by(self, person: Any) -> Self:
        """Operators look after all; where items stand is the merchandisers' to say."""
        if person.may_operate:
            return self.all()
        return self.filter(kind=FeedSource.Kind.PLACES) if person.may_merchandise else self.none()

    def due(self, *, now: datetime) -> Self:
        """Whose pull is due, the longest waiting first."""
        return self.free(now=now).filter(next_pull_at__lte=now).order_by("next_pull_at", "pk")


class FeedSource(models.Model):
    """One partner's declared profile: what it sends, how it is written, how often, how long it stays fresh."""

    class Kind(models.TextChoices):
        STOCK = "STOCK", _("stock levels")
        SALES = "SALES", _("sales")
        PROMOTIONS = "PROMOTIONS", _("promotions")
        PLACES = "PLACES", _("places")  # where items stand in the stores

    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # Read by inventory.feeds.profiles (stock, sales and places); promotions feeds follow Google's own column names.
    profile = models.JSONField(default=dict, blank=True)
    enabled = models.BooleanField(default=True)
    # Past this age a level is no longer trusted: the verdict asks to look at the shelf (G7).
    freshness_limit = models.DurationField(default=timedelta(hours=26))
    # Of several sources that count the same item the one with the lowest number is believed, as long as its count
    # is not older than the newest one by more than `holds_for` (NULL: the freshness limit). Equal: the newer count.
    precedence = models.PositiveSmallIntegerField(default=100)
    holds_for = models.DurationField(null=True, blank=True)
    # Sources may differ by so much (smallest units of the item) before somebody has to look.
    conflict_tolerance = models.PositiveIntegerField(default=0)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Where files are fetched from; {} = the source's inbox folder. Read by inventory.imports.transports. Secrets are
    # named here and stand in the environment.
    transport = models.JSONField(default=dict, blank=True)
    # The schedule lives here; beat only ticks. Pulled every so often, or at these local times ("03:10") of
    # `pull_timezone`; neither = files arrive by upload only.
    pull_every = models.DurationField(null=True, blank=True)
    pull_times = models.JSONField(default=list, blank=True)
    pull_timezone = models.CharField(max_length=64, default="UTC", validators=[validate_timezone])
    next_pull_at = models.DateTimeField(null=True, blank=True)
    last_pull_at = models.DateTimeField(null=True, blank=True)
    pull_problem = models.JSONField(default=dict, blank=True)  # {"code": …, "message": …} of the last pull
    # What the transport remembers between pulls: {"place": …, "etag": …} or {"place": …, "taken": {name: stamp}}.
    transport_state = models.JSONField(default=dict, blank=True)
    # Somebody is at the server until then, or has died there.
    pulling_until = models.DateTimeField(null=True, blank=True)
    # Who hears of a late, empty, held or failed feed besides the people who look at the page.
    alert_email = models.EmailField(blank=True)
    alert_webhook = models.CharField(max_length=500, blank=True, validators=[URLValidator(["https", "http"])])
    # How often a file is expected, for the lag on the operator's page.
    expected_every = models.DurationField(default=timedelta(hours=24))

    objects = FeedSourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["STOCK", "SALES", "PROMOTIONS", "PLACES"]),
                name="inventory_source_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(pull_every__isnull=True, pull_times=[], next_pull_at__isnull=True)
                | Q(pull_every__isnull=False, pull_times=[], next_pull_at__isnull=False)
                | (Q(pull_every__isnull=True, next_pull_at__isnull=False) & ~Q(pull_times=[])),
                name="inventory_source_schedule_paired",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def believed_for(self) -> timedelta:
        """How much older than the newest count its count may be and still come first."""
        return self.freshness_limit if self.holds_for is None else self.holds_for

    @property
    def is_awaited(self) -> bool:
        """Whether the next file is waited for: not places that come when shelves were rearranged."""
        return self.kind != self.Kind.PLACES or self.pull_every is not None or bool(self.pull_times)

    def next_pull(self, *, after: datetime) -> datetime | None:
        """When the schedule asks for the next pull; None without one. Raises ValueError for one that is none."""
        if self.pull_every is not None:
            return after + self.pull_every
        times = read_times(self.pull_times)
        if not times:
            return None
        return next_due(times=times, zone=read_zone(self.pull_timezone), after=after)

    def claim_pull(self, *, due_at: datetime | None, until: datetime, now: datetime) -> bool:
        """Take this pull for one caller; False when it was done, put off, or somebody is at it.

        The pull stays due until it is over: if its worker dies, the next one finds it when the lease has run out.
        """
        due = FeedSource.objects.free(now=now).filter(pk=self.pk, next_pull_at=due_at)
        return bool(due.update(pulling_until=until))


class FeedRunQuerySet(models.QuerySet["FeedRun"]):
    """Sets of arrivals."""

    def handled_by(self, person: Any) -> Self:
        """Those of the sources this person looks after."""
        return self.filter(source__in=FeedSource.objects.handled_by(person))

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
        HELD = (
            "HELD",
            _("held"),
        )  # sound, but a person looks first; why in `problem`, what it would do in `preview`
        LOADED = "LOADED", _("loaded")
        LOADED_WITH_REJECTS = "LOADED_WITH_REJECTS", _("loaded with rejected lines")
        REFUSED = "REFUSED", _("refused")  # the whole file, with the reason in `problem`
        FAILED = "FAILED", _("failed")  # our fault or the machine's: can be retried by hand

    FINISHED = (State.LOADED, State.LOADED_WITH_REJECTS, State.REFUSED, State.FAILED)

    source = models.ForeignKey(FeedSource, on_delete=models.PROTECT, related_name="runs")
    # A replay of lines that an earlier run of the source had rejected.
    replay_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replays"
    )
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=255)
    file = models.FileField(upload_to="feeds/%Y/%m/", max_length=255)
    size = models.BigIntegerField()
    # False: the raw bytes may carry personal data. Once loaded, only the facts read from them are kept.
    keeps_raw = models.BooleanField(default=True, db_default=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.RECEIVED)
    # Code and sentence of a refusal or failure: {"code": "unknown_header", "message": "…"}.
    problem = models.JSONField(default=dict, blank=True)
    # Noted, and used all the same: [{"code": …, "message": …, "count": n, "lines": [first few]}].
    notes = models.JSONField(default=list, blank=True)
    # Of a held file: what it would have come to, and who decided.
    preview = models.JSONField(default=dict, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # "" = as the source's profile says; "canonical" = our own JSON lines, made of facts that are sent in again.
    document_format = models.CharField(max_length=32, blank=True, default="", db_default="")
    # What the document says of itself.
    control_number = models.CharField(max_length=64, blank=True)
    completeness = models.CharField(max_length=8, blank=True)
    # The instant that counts where lines carry none: from the file's name, its own time or its arrival.
    file_as_of = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    progress_rows = models.BigIntegerField(default=0)
    progress_bytes = models.BigIntegerField(default=0)
    rows_received = models.BigIntegerField(default=0)
    rows_applied = models.BigIntegerField(default=0)
    rows_unchanged = models.BigIntegerField(default=0)
    rows_stale = models.BigIntegerField(default=0)
    rows_rejected = models.BigIntegerField(default=0)
    # Items a FULL file no longer names, set to nothing; they are no lines of the file.
    rows_absent = models.BigIntegerField(default=0)
    # {"places": [{"store", "facts", "quantity", "amount"}], "facts": {"counts": n, …}}: what was read, for people.
    totals = models.JSONField(default=dict, blank=True)
    received_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = FeedRunQuerySet.as_manager()

    class Meta:
        ordering = ("-received_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "sha256"],
                condition=Q(replay_of__isnull=True),
                name="inventory_run_file_counts_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "RECEIVED",
                        "LOADING",
                        "HELD",
                        "LOADED",
                        "LOADED_WITH_REJECTS",
                        "REFUSED",
                        "FAILED",
                    ]
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
                condition=Q(finished_at__isnull=True, state__in=["RECEIVED", "LOADING", "HELD"])
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

    def rows_a_second(self, *, now: datetime) -> float:
        """How fast this attempt has been reading so far; 0 before it has begun."""
        spent = (now - self.started_at).total_seconds() if self.started_at else 0.0
        return self.progress_rows / spent if spent > 0 else 0.0

    def remaining(self, *, now: datetime) -> timedelta | None:
        """How long reading the rest takes at the same pace; None where that cannot be told yet."""
        left = self.size - self.progress_bytes
        if self.started_at is None or not self.progress_bytes or left <= 0 or now <= self.started_at:
            return None
        return (now - self.started_at) * left / self.progress_bytes

    @property
    def is_retryable(self) -> bool:
        """Over without a load, and its bytes are still there (a file that was too large is not kept).

        The lines of a refused replay wait in quarantine again.
        """
        if self.state == self.State.REFUSED and self.replay_of_id is not None:
            return False
        return self.state in (self.State.REFUSED, self.State.FAILED) and bool(self.file)
