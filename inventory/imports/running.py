"""Running a load: claim its row under a lease, load in one transaction, finish only if the claim still holds."""

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from inventory.feeds.records import FeedHeld, FeedRefused
from inventory.imports.loaders import LOADERS, Arrival, Counts, Progress
from inventory.imports.rejects import RejectLog
from inventory.models import FeedRun, FeedSource, RejectedRow
from inventory.models.feeds import FeedRunQuerySet

logger = logging.getLogger(__name__)

BEAT_SECONDS = 0.5
# A failed attempt is tried again after so long, times the attempts made.
PAUSE = timedelta(seconds=5)


class LeaseLost(Exception):
    """Somebody else has taken the run over: this worker had stood still for too long."""


def load_run(*, run_id: int, now: datetime, progress: Progress | None = None) -> FeedRun | None:
    """Load one received file to its end; None when somebody else has it or it needs no loading.

    Whatever the loader raises is noted as an attempt and passed on; after MAX_ATTEMPTS the run is FAILED.
    """
    fail_exhausted_runs(now=now)
    lease = now + timedelta(seconds=settings.FEED_LEASE_SECONDS)
    claimed = FeedRun.objects.filter(pk=run_id, attempts__lt=FeedRun.MAX_ATTEMPTS).waiting(now=now)
    if not claimed.update(
        state=FeedRun.State.LOADING,
        attempts=F("attempts") + 1,
        lease_until=lease,
        started_at=now,
        progress_rows=0,
        progress_bytes=0,
    ):
        return None
    run = FeedRun.objects.select_related("source").get(pk=run_id)
    progress = progress or Progress()
    try:
        with _Attempt(run, progress, now) as attempt:
            try:
                _load(run, open_file=lambda: _stored(run), progress=progress, attempt=attempt)
            except FeedRefused as refusal:
                with transaction.atomic():
                    attempt.finish(state=FeedRun.State.REFUSED, problem=_problem(refusal))
                    RejectedRow.objects.give_back(replay=run)
            except FeedHeld as held:
                attempt.finish(state=FeedRun.State.HELD, problem=_problem(held), preview=held.preview)
    except LeaseLost:
        logger.warning("feed run %s was taken over by another worker; this one has rolled back", run_id)
        return None
    run.refresh_from_db()
    return run


def fail_exhausted_runs(*, now: datetime) -> int:
    """Runs whose last allowed worker died without a word are FAILED, visibly; how many there were."""
    dead = FeedRun.objects.filter(attempts__gte=FeedRun.MAX_ATTEMPTS).waiting(now=now)
    message = f"Given up after {FeedRun.MAX_ATTEMPTS} attempts: each time the worker ended without a word."
    return dead.update(
        state=FeedRun.State.FAILED,
        finished_at=now,
        lease_until=None,
        problem={"code": "gave_up", "message": message},
    )


def retry_run(*, run: FeedRun, now: datetime) -> None:
    """Let a failed or refused run start over by hand. Does nothing to a run in any other state.

    It waits its turn as from `now`; its figures are as old as when it first came.
    """
    over = FeedRun.objects.filter(pk=run.pk, state__in=[FeedRun.State.FAILED, FeedRun.State.REFUSED])
    over = over.exclude(state=FeedRun.State.REFUSED, replay_of__isnull=False)
    over.exclude(file="").update(
        state=FeedRun.State.RECEIVED,
        attempts=0,
        problem={},
        file_as_of=Coalesce("file_as_of", "received_at"),
        received_at=now,
        started_at=None,
        finished_at=None,
        lease_until=None,
        progress_rows=0,
        progress_bytes=0,
    )
    run.refresh_from_db()


@dataclass(frozen=True)
class Rehearsal:
    """What a file would come to."""

    state: str
    problem: dict[str, Any]
    counts: Counts
    rejected: int
    first_rejects: list[RejectedRow]
    notes: list[dict[str, Any]]


def rehearse(
    *,
    source: FeedSource,
    file_name: str,
    size: int,
    open_file: Callable[[], BinaryIO],
    progress: Progress,
    now: datetime,
) -> Rehearsal:
    """Load a file and roll everything back: no run, no file and no level is left."""
    with transaction.atomic():
        run = FeedRun.objects.create(
            source=source,
            sha256=f"rehearsal {uuid.uuid4().hex}",
            file_name=file_name[:255],
            size=size,
            state=FeedRun.State.LOADING,
            attempts=1,
            received_at=now,
            started_at=now,
            lease_until=now,
        )
        try:
            with _Attempt(run, progress, now, beats=False) as attempt:
                counts = _load(run, open_file=open_file, progress=progress, attempt=attempt)
        except (FeedRefused, FeedHeld) as stopped:
            transaction.set_rollback(True)
            state = FeedRun.State.REFUSED if isinstance(stopped, FeedRefused) else FeedRun.State.HELD
            return Rehearsal(state, _problem(stopped), Counts(), 0, [], [])
        run.refresh_from_db()
        rejects = list(run.rejected_rows.all()[:10])
        transaction.set_rollback(True)
    return Rehearsal(run.state, {}, counts, run.rows_rejected, rejects, run.notes)


def _stored(run: FeedRun) -> BinaryIO:
    return Path(run.file.path).open("rb")


def _problem(stopped: FeedRefused | FeedHeld) -> dict[str, Any]:
    facts = stopped.facts if isinstance(stopped, FeedRefused) else {}
    return {**facts, "code": stopped.code, "message": stopped.message}


def _load(
    run: FeedRun, *, open_file: Callable[[], BinaryIO], progress: Progress, attempt: "_Attempt"
) -> Counts:
    """Parse, then write everything and the run's end in one transaction."""
    loader = LOADERS.get(run.source.kind)
    if loader is None:
        raise FeedRefused("unknown_kind", f"Nothing here reads {run.source.get_kind_display()}.")
    with RejectLog() as rejects:
        arrival = Arrival(run, open_file, rejects, progress, attempt.now)
        write = loader(arrival)
        with transaction.atomic():
            counts = write()
            rejects.write(run_id=run.pk)
            state = FeedRun.State.LOADED_WITH_REJECTS if rejects.count else FeedRun.State.LOADED
            attempt.finish(
                state=state,
                problem={},
                rows_received=counts.received,
                rows_applied=counts.applied,
                rows_unchanged=counts.unchanged,
                rows_stale=counts.stale,
                rows_rejected=rejects.count,
                rows_absent=counts.absent,
                notes=arrival.notes.as_json(),
                control_number=counts.control_number[:64],
                completeness=counts.completeness,
                totals=counts.totals,
                progress_rows=progress.rows,
                progress_bytes=progress.bytes,
            )
    return counts


class _Attempt:
    """One worker's hold on a run: beats while it lives, notes the failure when it ends badly.

    The attempt's number is the fence: every statement about the run asks that it still is the current one.
    """

    def __init__(self, run: FeedRun, progress: Progress, now: datetime, *, beats: bool = True) -> None:
        self.run = run
        self.now = now
        self._progress = progress
        self._started = time.monotonic()
        self._stop = threading.Event()
        self._beating = threading.Thread(target=self._beat, name=f"lease of feed run {run.pk}", daemon=True)
        self._beats = beats

    def __enter__(self) -> Self:
        if self._beats:
            self._beating.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._quiet()
        if error is None or not self._beats or isinstance(error, LeaseLost):
            return
        told = f"{type(error).__name__}: {error}"
        try:
            self._note_failure(told)
        except DatabaseError:
            # The database is what failed: the lease runs out and the sweeper rings again.
            logger.warning("feed run %s: the failed attempt could not be noted", self.run.pk)

    def finish(self, **values: object) -> None:
        """Write the end of the run. Raises LeaseLost, which rolls back, when another worker has taken over."""
        self._quiet()  # the beat writes the same row from its own connection: it would wait for our commit
        ended = self.now + timedelta(seconds=time.monotonic() - self._started)
        finished_at = None if values["state"] == FeedRun.State.HELD else ended
        if not self._mine().update(finished_at=finished_at, lease_until=None, **values):
            raise LeaseLost

    def _mine(self) -> "FeedRunQuerySet":
        return FeedRun.objects.filter(pk=self.run.pk, attempts=self.run.attempts, state=FeedRun.State.LOADING)

    def _note_failure(self, told: str) -> None:
        number = self.run.attempts
        if number < FeedRun.MAX_ATTEMPTS:
            message = f"Attempt {number} of {FeedRun.MAX_ATTEMPTS} failed ({told}); it will be tried again."
            problem = {"code": "attempt_failed", "message": message}
            self._mine().update(problem=problem, lease_until=timezone.now() + PAUSE * number)
        else:
            message = f"Given up after {number} attempts; the last one failed ({told})."
            problem = {"code": "gave_up", "message": message}
            self._mine().update(
                state=FeedRun.State.FAILED, problem=problem, lease_until=None, finished_at=timezone.now()
            )

    def _quiet(self) -> None:
        self._stop.set()
        if self._beating.is_alive():
            self._beating.join()

    def _beat(self) -> None:
        """In its own thread and connection: progress for whoever watches, and the lease."""
        try:
            while not self._stop.wait(BEAT_SECONDS):
                self._tell()
        finally:
            connection.close()

    def _tell(self) -> None:
        lease = timezone.now() + timedelta(seconds=settings.FEED_LEASE_SECONDS)
        try:
            self._mine().update(
                progress_rows=self._progress.rows, progress_bytes=self._progress.bytes, lease_until=lease
            )
        except DatabaseError:
            logger.warning("feed run %s: progress could not be told", self.run.pk)
            connection.close()
