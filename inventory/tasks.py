"""The feeds' clockwork. Thin: ask the database what is due, call, ring."""

import logging
from datetime import datetime

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from inventory.imports import fail_exhausted_runs, load_run
from inventory.imports.alerts import review_sources, tell_alerts
from inventory.imports.archiving import purge_raw_files
from inventory.imports.precedence import derive_change, unfinished_changes
from inventory.imports.transports import pulling
from inventory.models import FeedRun, FeedSource, PrecedenceChange

logger = logging.getLogger(__name__)

# The oldest first; the others are rung when these are done, so a long queue is not doubled at every tick.
RINGS_A_TICK = 20
LONGEST_PULL_SECONDS = 2100


def ring_run(*, run_id: int) -> None:
    """Tell a worker of a received file once the transaction is through; if nobody hears it, the sweeper rings."""
    transaction.on_commit(lambda: _ring(run_id))


def _ring(run_id: int) -> None:
    try:
        load_feed_run.delay(run_id)
    except OperationalError:
        logger.warning("feed run %s waits: no broker to ring the worker", run_id)


@shared_task
def pull_due_sources() -> None:
    """Ring once for each source whose time has come, so that a slow server holds up nobody else's files."""
    due = FeedSource.objects.due(now=timezone.now())
    for source_id, due_at in due.values_list("pk", "next_pull_at")[:RINGS_A_TICK]:
        try:
            pull_source.delay(source_id, f"{due_at}")
        except OperationalError:
            logger.warning("source %s waits: no broker to ring the worker", source_id)
            return


# The source's own limit ends a visit properly; this one is for a server that hangs where nobody can look.
@shared_task(time_limit=LONGEST_PULL_SECONDS)
def pull_source(source_id: int, due_at: str) -> None:
    """Fetch one source's new files; a second ring for the same pull finds nothing to do."""
    due = datetime.fromisoformat(due_at)
    for run, is_new in pulling.pull_source(source_id=source_id, due_at=due, now=timezone.now()):
        if is_new:
            ring_run(run_id=run.pk)


@shared_task
def review_feeds() -> None:
    """Raise and close alerts, tell of those nobody was told of yet, and let go of raw files that may not stay."""
    now = timezone.now()
    purge_raw_files(now=now)
    review_sources(now=now)
    tell_alerts(now=now)


@shared_task
def ring_waiting_runs() -> None:
    """Ring again for files nobody is loading: a lost message costs one tick."""
    now = timezone.now()
    fail_exhausted_runs(now=now)
    waiting = FeedRun.objects.waiting(now=now).order_by("received_at", "pk")
    for run_id in waiting.values_list("pk", flat=True)[:RINGS_A_TICK]:
        _ring(run_id)


@shared_task
def load_feed_run(run_id: int) -> None:
    """Load one file; a second ring for the same finds nothing to do."""
    run = load_run(run_id=run_id, now=timezone.now())
    if run is not None:
        logger.info("%s of %s: %s", run.file_name, run.source.code, run.state)


def ring_change(*, change_id: int) -> None:
    """Have the levels follow a changed precedence once the transaction is through."""
    transaction.on_commit(lambda: _ring_change(change_id))


def _ring_change(change_id: int) -> None:
    try:
        derive_changed_precedence.delay(change_id)
    except OperationalError:
        logger.warning("change of precedence %s waits: no broker to ring the worker", change_id)


@shared_task
def derive_changed_precedence(change_id: int) -> None:
    """Derive the levels that a changed precedence concerns."""
    derive_change(change=PrecedenceChange.objects.get(pk=change_id), now=timezone.now())


@shared_task
def go_on_with_changes() -> None:
    """Take up changes of precedence that were broken off."""
    for change in unfinished_changes(now=timezone.now()):
        _ring_change(change.pk)
