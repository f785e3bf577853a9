"""Alerts: a source that is late, empty, held, failed or out of reach is noticed, and told of once."""

import time
from datetime import datetime, timedelta
from smtplib import SMTPException

import httpx
from django.core.mail import send_mail
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from inventory.imports.transports.addresses import Policy, policy_from_settings
from inventory.imports.transports.faults import PullFailed
from inventory.imports.transports.web import open_client
from inventory.models import FeedAlert, FeedRun, FeedSource
from inventory.selectors import feed_overview

# A sales file that failed leaves a gap that no later file closes; after this it is history, not an alert.
GAP_REMEMBERED = timedelta(days=7)
EMPTY_CODES = ("empty_file", "no_rows")
TELLING_LEASE = timedelta(seconds=60)
# A mail server that hangs must not hold up the clock: the rest is told at the next tick.
TELLING_SECONDS = 10.0
ANSWER_SECONDS = 5.0

Found = dict[tuple[int, str], tuple[str, FeedRun | None]]


def review_sources(*, now: datetime) -> None:
    """Open an alert for everything about a source that somebody should hear of, close those that are over.

    At most one of a kind is open a source; while it lasts its sentence follows what was found last.
    """
    found = {**_late_or_out_of_reach(now), **_held(), **_not_loaded(now)}
    open_alerts = {
        (alert.source_id, alert.kind): alert for alert in FeedAlert.objects.filter(closed_at__isnull=True)
    }
    over = [alert.pk for key, alert in open_alerts.items() if key not in found]
    FeedAlert.objects.filter(pk__in=over, closed_at__isnull=True).update(closed_at=now)
    for key, (message, run) in found.items():
        alert = open_alerts.get(key)
        if alert is not None and (alert.message, alert.run_id) != (message, run and run.pk):
            FeedAlert.objects.filter(pk=alert.pk).update(message=message, run=run)
    FeedAlert.objects.bulk_create(
        (
            FeedAlert(source_id=source_id, kind=kind, run=run, message=message, opened_at=now)
            for (source_id, kind), (message, run) in found.items()
            if (source_id, kind) not in open_alerts
        ),
        ignore_conflicts=True,  # another worker was quicker: inventory_alert_open_once
    )


def _late_or_out_of_reach(now: datetime) -> Found:
    kinds = FeedAlert.Kind
    found: Found = {}
    for status in feed_overview(now=now):
        source = status.source
        if not source.enabled:
            continue
        if status.lag is not None and status.last_success is not None:
            since = status.last_success.received_at
            message = (
                f"No file has been loaded since {since:%Y-%m-%d %H:%M} UTC; "
                f"one is expected every {_span(source.expected_every)}."
            )
            found[source.pk, kinds.LATE] = (message, status.last_success)
        if source.pull_problem:
            found[source.pk, kinds.UNREACHABLE] = (str(source.pull_problem.get("message", "")), None)
    return found


def _span(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    return f"{hours} h" if not rest else f"{minutes} min" if not hours else f"{hours} h {rest} min"


def _held() -> Found:
    waiting = FeedRun.objects.filter(state=FeedRun.State.HELD).order_by("received_at", "pk")
    return {
        (run.source_id, FeedAlert.Kind.HELD): (
            f"{run.file_name} waits for a decision: {_reason(run)}",
            run,
        )
        for run in waiting
    }


def _not_loaded(now: datetime) -> Found:
    """Files that came to nothing: empty ones, and those that could not be loaded.

    Over when the file is retried well or a later file of the source loads; a failed sales file is a gap that later
    files leave open, so only the former ends it.
    """
    state, kinds = FeedRun.State, FeedAlert.Kind
    newest = FeedRun.objects.filter(
        source=OuterRef("source"), state__in=[state.LOADED, state.LOADED_WITH_REJECTS]
    )
    good = newest.exclude(rows_received=0).order_by("-received_at", "-pk")
    bad = Q(state__in=[state.REFUSED, state.FAILED])
    empty = Q(state=state.LOADED, rows_received=0, replay_of__isnull=True) | Q(
        state=state.REFUSED, problem__code__in=EMPTY_CODES
    )
    runs = (
        FeedRun.objects.filter(bad | empty)
        .annotate(healed_at=Subquery(good.values("received_at")[:1]))
        .filter(
            Q(healed_at__isnull=True)
            | Q(received_at__gt=F("healed_at"))
            | bad & ~empty & Q(source__kind=FeedSource.Kind.SALES, received_at__gt=now - GAP_REMEMBERED)
        )
        .order_by("received_at", "pk")
    )
    found: Found = {}
    for run in runs:
        if run.state == state.LOADED or run.problem.get("code") in EMPTY_CODES:
            found[run.source_id, kinds.EMPTY] = (f"{run.file_name} holds no rows.", run)
        else:
            found[run.source_id, kinds.FAILED] = (f"{run.file_name} was not loaded: {_reason(run)}", run)
    return found


def _reason(run: FeedRun) -> str:
    return str(run.problem.get("message") or run.get_state_display())


def tell_alerts(*, now: datetime, policy: Policy | None = None) -> None:
    """Tell of each open alert once, by e-mail and by webhook as its source says.

    The row is the truth: a worker claims it for a minute, notes each way it was told, and what fails is noted in
    `telling_problem` and tried again at the next tick. `policy` stands in for the settings'.
    """
    started = time.monotonic()
    for alert in FeedAlert.objects.untold(now=now).select_related("source", "run"):
        if time.monotonic() - started > TELLING_SECONDS:
            return
        if alert.claim_telling(until=now + TELLING_LEASE, now=now):
            problems = [*_mail(alert), *_post(alert, policy)]
            told_at = None if problems else timezone.now()
            alert.note_telling(told_at=told_at, problem=" ".join(problems))


def _mail(alert: FeedAlert) -> list[str]:
    """Problems; none where the mail is out, was out before, or nobody wants one."""
    address = alert.source.alert_email
    if not address or alert.mailed_at is not None:
        return []
    subject = " ".join(f"{alert.source.name}: {alert.get_kind_display()}".split())
    body = f"{alert.message}\n\nSource: {alert.source.code}\nSince: {alert.opened_at:%Y-%m-%d %H:%M} UTC\n"
    try:
        send_mail(subject, body, None, [address])
    except (SMTPException, OSError) as error:
        return [f"The e-mail to {address} could not be sent: {error}."]
    alert.mailed_at = timezone.now()
    return []


def _post(alert: FeedAlert, policy: Policy | None) -> list[str]:
    url = alert.source.alert_webhook
    if not url or alert.posted_at is not None:
        return []
    body = {
        "source": alert.source.code,
        "kind": alert.kind,
        "message": alert.message,
        "opened_at": alert.opened_at.isoformat(),
    }
    try:
        policy = policy or policy_from_settings()
        with (
            open_client(url, policy=policy, seconds=ANSWER_SECONDS) as client,
            client.stream("POST", url, json=body) as answer,
        ):
            if not answer.is_success:
                return [f"The webhook answered {answer.status_code}; expected 2xx."]
    except PullFailed as failure:
        return [f"The webhook was not called: {failure.message}"]
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return [f"The webhook does not answer: {error}."]
    alert.posted_at = timezone.now()
    return []
