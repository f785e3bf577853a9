"""The promises kept by the clock. Thin: ask the database what is due, call, log."""

import logging
from datetime import time

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from promotions.live import doorbell
from promotions.live.relay import STORES_AT_ONCE, relay_pending
from promotions.services.checks import prune_checks
from promotions.services.holding import give_back_expired_holds
from promotions.services.reconciling import reconcile
from promotions.services.refreshing import turn_offers
from promotions.services.refusal_reports import raise_refusal_reports as raise_due_reports
from promotions.services.retargeting import retarget_promotions as work_off_marks
from promotions.services.spent_limits import tell_spent_limits
from promotions.services.uploads import carry_out_waiting

logger = logging.getLogger(__name__)

# The nightly recount runs in the quiet hour (UTC), after the night's files; the slot is the day.
RECONCILE_AFTER = time(3, 30)


@shared_task
def relay_changes() -> None:
    """Hand changes that are not on the live stream yet to it, also those committed while we do."""
    while told := relay_pending(now=timezone.now()):
        if told >= STORES_AT_ONCE:
            doorbell.ring()  # many stores have news: whoever is free takes some of them


@shared_task
def turn_promotions() -> None:
    """Open and close what is due, and tell of limits that are spent or free again."""
    now = timezone.now()
    turned = turn_offers(now=now)
    limited = tell_spent_limits(now=now)
    if turned or limited:
        logger.info("%d offers turned, %d blocked or reopened by a limit", turned, limited)


@shared_task
def retarget_promotions() -> None:
    """Follow the groups, lists, stores and items that have changed, however often it is rung."""
    changed = work_off_marks(now=timezone.now())
    if changed:
        logger.info("%d promotions have other stores or items now", changed)


@shared_task
def sweep_holds() -> None:
    """Give back what nobody has come for, in all stores."""
    ended = give_back_expired_holds(now=timezone.now())
    if ended:
        logger.info("%d holds given back", ended)


@shared_task
def reconcile_when_due() -> None:
    """Once a day, whoever ticks first; a missed night is caught up at the next tick."""
    now = timezone.now()
    if now.time() < RECONCILE_AFTER:
        return
    run = reconcile(slot=now.date(), now=now)
    if run and run.differences:
        logger.warning("reconciliation of %s found %d differences", run.slot, run.differences)


@shared_task
def raise_refusal_reports() -> None:
    """Tell the promotions' owners of deals that a store refuses again and again."""
    raised = raise_due_reports(now=timezone.now())
    if raised:
        logger.info("%d reports raised by equal refusals", raised)


@shared_task
def prune_old_checks() -> None:
    """Let go of checks that are older than they are kept."""
    pruned = prune_checks(now=timezone.now())
    if pruned:
        logger.info("%d old checks deleted", pruned)


@shared_task
def carry_out_uploads() -> None:
    """Take over and undo the tables of promotions that are too long for a request."""
    rows = carry_out_waiting()
    if rows:
        logger.info("%d rows of uploaded tables taken over or undone", rows)


def ring_uploads() -> None:
    """Let a worker look at once; when Valkey is away, the next tick does."""
    try:
        carry_out_uploads.delay()
    except OperationalError as error:
        logger.warning("no worker was rung for an upload: %s", error)
