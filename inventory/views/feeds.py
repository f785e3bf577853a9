"""The operator's pages of the feeds: how each is doing, a file handed in, what became of it, and held files."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_GET, require_POST, require_safe

from inventory.imports import receive_file, retry_run
from inventory.imports.decisions import refuse_run, release_run
from inventory.models import FeedRun, FeedSource, RejectedRow
from inventory.selectors import feed_overview, recent_runs, rejects_by_code
from inventory.tasks import ring_run
from inventory.views.access import file_senders_only, run_or_404, source_or_404
from inventory.views.mending import mendable_rows

RUNS_IN_CHART = 30
LINES_A_PAGE = 50


@require_safe
@file_senders_only
def feed_list(request: HttpRequest) -> HttpResponse:
    """Every source: how it is doing, its last runs, and a place to hand in a file; first what waits for a person."""
    now = timezone.now()
    handled = set(FeedSource.objects.handled_by(request.user).values_list("pk", flat=True))
    statuses = [status for status in feed_overview(now=now) if status.source.pk in handled]
    runs = recent_runs(limit=RUNS_IN_CHART)
    feeds = [(status, runs.get(status.source.pk, [])) for status in statuses]
    held = [run for status in statuses for run in status.held]
    context = {"section": "feeds", "feeds": feeds, "held": held, "now": now}
    return render(request, "inventory/feeds.html", context)


@require_GET
@file_senders_only
@cache_control(private=True, no_cache=True)
@conditional_page
def feed_status(request: HttpRequest, code: str) -> HttpResponse:
    """One source's row alone, asked for while the page is looked at."""
    now = timezone.now()
    source = source_or_404(request, code)
    status = next(status for status in feed_overview(now=now) if status.source == source)
    runs = recent_runs(limit=RUNS_IN_CHART).get(source.pk, [])
    return render(request, "inventory/_feed_status.html", {"status": status, "runs": runs, "now": now})


@require_POST
@file_senders_only
def feed_upload(request: HttpRequest, code: str) -> HttpResponse:
    """Take a file by hand; the load itself is a worker's."""
    source = source_or_404(request, code)
    upload = request.FILES.get("file")
    if upload is None or not source.enabled:
        problem = _("Choose a file first.") if source.enabled else _("This source is switched off.")
        messages.error(request, problem)
        return redirect("feed-list")
    run, is_new = receive_file(
        source=source, file_name=upload.name or "upload", content=upload, now=timezone.now()
    )
    if is_new:
        ring_run(run_id=run.pk)
        messages.success(request, _("The file is here; loading begins in a moment."))
    else:
        messages.warning(request, _("This very file arrived before; it counts once. This is its run."))
    return redirect("feed-run", run.pk)


@require_safe
@file_senders_only
def feed_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One arrival: what became of its lines, and each line that was not used."""
    run = run_or_404(request, pk)
    state = request.GET.get("state", "")
    rows = run.rejected_rows.select_related("replay", "decided_by")
    if state in RejectedRow.State:
        rows = rows.filter(state=state)
    page = Paginator(rows, LINES_A_PAGE).get_page(request.GET.get("page"))
    groups = rejects_by_code(run=run)
    context: dict[str, Any] = {
        "section": "feeds",
        "run": run,
        "now": timezone.now(),
        "groups": groups,
        "waiting": sum(group.waiting for group in groups),
        "page": page,
        "state": state,
        "states": RejectedRow.State.choices,
        "rows": mendable_rows(run=run, rows=list(page.object_list)),
        "replays": run.replays.select_related("decided_by").order_by("pk"),
    }
    return render(request, "inventory/run.html", context)


@require_GET
@file_senders_only
@cache_control(private=True, no_cache=True)
@conditional_page
def feed_run_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The run's state alone; once it is finished the browser loads the whole page again."""
    run = run_or_404(request, pk)
    response = render(request, "inventory/_run_state.html", {"run": run, "now": timezone.now()})
    if run.is_finished or run.state == FeedRun.State.HELD:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@file_senders_only
def feed_run_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a failed or refused file another go; pressing twice is one go."""
    run = run_or_404(request, pk)
    if run.is_retryable:
        retry_run(run=run, now=timezone.now())
        ring_run(run_id=run.pk)
        messages.success(request, _("The file is loaded again in a moment."))
    else:
        messages.warning(request, _("Only a failed or refused file can be tried again."))
    return redirect("feed-run", pk)


@require_POST
@file_senders_only
def feed_run_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a held file in."""
    run = run_or_404(request, pk)
    if release_run(run=run, member_id=request.user.pk, now=timezone.now()):
        ring_run(run_id=run.pk)
        messages.success(request, _("Released: the file is loaded in a moment."))
    else:
        messages.warning(request, _("Somebody has decided about this file already."))
    return redirect("feed-run", pk)


@require_POST
@file_senders_only
def feed_run_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn a held file away."""
    run = run_or_404(request, pk)
    if refuse_run(run=run, member_id=request.user.pk, now=timezone.now()):
        messages.success(request, _("Refused: nothing of the file was used, what stood stays."))
    else:
        messages.warning(request, _("Somebody has decided about this file already."))
    return redirect("feed-run", pk)
