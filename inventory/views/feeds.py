"""The operator's pages: how the feeds are doing, what became of each file, and the lines we could not use."""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import user_passes_test
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_GET, require_POST, require_safe

from inventory.imports import receive_file, retry_run
from inventory.models import FeedRun, FeedSource
from inventory.selectors import feed_overview, recent_runs, rejects_by_code
from inventory.tasks import ring_run

RUNS_IN_CHART = 30
LINES_A_PAGE = 100
PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def may_operate(user: Any) -> bool:
    """Signed in is not enough: an associate gets the 403 page, not another sign-in."""
    if not user.may_operate:
        raise PermissionDenied
    return True


operators_only = user_passes_test(may_operate)


@require_safe
@operators_only
def feed_list(request: HttpRequest) -> HttpResponse:
    """Every source: how it is doing, its last runs, and a place to hand in a file."""
    now = timezone.now()
    statuses = feed_overview(now=now)
    runs = recent_runs(limit=RUNS_IN_CHART)
    feeds = [(status, runs.get(status.source.pk, [])) for status in statuses]
    return render(request, "inventory/feeds.html", {"section": "feeds", "feeds": feeds, "now": now})


@require_GET
@operators_only
@cache_control(private=True, no_cache=True)
@conditional_page
def feed_status(request: HttpRequest, code: str) -> HttpResponse:
    """One source's row alone, asked for while the page is looked at."""
    now = timezone.now()
    source = get_object_or_404(FeedSource, code=code)
    status = next(status for status in feed_overview(now=now) if status.source == source)
    runs = recent_runs(limit=RUNS_IN_CHART).get(source.pk, [])
    return render(request, "inventory/_feed_status.html", {"status": status, "runs": runs, "now": now})


@require_POST
@operators_only
def feed_upload(request: HttpRequest, code: str) -> HttpResponse:
    """Take a file by hand; the load itself is a worker's."""
    source = get_object_or_404(FeedSource, code=code)
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, _("Choose a file first."))
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
@operators_only
def feed_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One arrival: what became of its lines, and each line that was not used."""
    run = get_object_or_404(FeedRun.objects.select_related("source"), pk=pk)
    lines = Paginator(run.rejected_rows.all(), LINES_A_PAGE).get_page(request.GET.get("page"))
    context = {"section": "feeds", "run": run, "page": lines, "groups": rejects_by_code(run=run)}
    return render(request, "inventory/run.html", context)


@require_GET
@operators_only
@cache_control(private=True, no_cache=True)
@conditional_page
def feed_run_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The run's state alone; once it is finished the browser loads the whole page again."""
    run = get_object_or_404(FeedRun.objects.select_related("source"), pk=pk)
    response = render(request, "inventory/_run_state.html", {"run": run})
    if run.is_finished:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@operators_only
def feed_run_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a failed or refused file another go; pressing twice is one go."""
    run = get_object_or_404(FeedRun, pk=pk)
    if run.is_retryable:
        retry_run(run=run, now=timezone.now())
        ring_run(run_id=run.pk)
        messages.success(request, _("The file is loaded again in a moment."))
    else:
        messages.warning(request, _("Only a failed or refused file can be tried again."))
    return redirect("feed-run", pk)


@require_safe
@operators_only
def feed_run_rejected(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every rejected line as CSV: number, code, sentence, and the line as it came."""
    run = get_object_or_404(FeedRun, pk=pk)
    rows = run.rejected_rows.values_list("line_number", "code", "message", "raw").iterator(chunk_size=2000)
    response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    name = slugify(run.file_name) or "file"
    response["Content-Disposition"] = f'attachment; filename="{name}-rejected.csv"'
    return response


class Line:
    """A file for the csv module that hands each line straight back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[tuple[int, str, str, str]]) -> Iterator[str]:
    """The rows as lines of CSV, with the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(Line())
    yield "\ufeff" + str(writer.writerow(["line", "code", "reason", "raw"]))
    for number, code, message, raw in rows:
        yield str(writer.writerow([number, code, neutral(message), neutral(raw)]))


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula; plain numbers stay as they are."""
    if text.startswith(("=", "+", "-", "@", "\t", "\r")) and not PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text
