"""Rejected lines on the operator's page: downloaded, mended, sent in again, given up."""

import json

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST, require_safe

from inventory.imports.quarantine import CannotReplay, drop_lines, replay_lines, waiting_rows
from inventory.imports.rejected_files import rejected_file, replay_upload
from inventory.models import FeedRun, RejectedRow
from inventory.selectors import runs_in_quarantine
from inventory.tasks import ring_run
from inventory.views.access import file_senders_only, run_or_404, source_or_404
from inventory.views.mending import Mendable, mendable_rows, with_leaves

CODE_LENGTH = 40
RUNS_A_PAGE = 50


@require_safe
@file_senders_only
def source_quarantine(request: HttpRequest, code: str) -> HttpResponse:
    """The source's files with lines that wait."""
    source = source_or_404(request, code)
    page = Paginator(runs_in_quarantine(source=source), RUNS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "inventory/quarantine.html", {"section": "feeds", "source": source, "page": page})


@require_safe
@file_senders_only
def run_rejected(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The waiting lines, or with `?state=all` every rejected one, in the format they came in, with their reasons."""
    run = run_or_404(request, pk)
    rows = run.rejected_rows.all() if request.GET.get("state") == "all" else waiting_rows(run=run)
    try:
        file = rejected_file(run=run, rows=rows)
    except CannotReplay as problem:
        messages.error(request, problem.message)
        return redirect("feed-run", pk)
    response = StreamingHttpResponse(file.pieces, content_type=file.content_type)
    name = slugify(run.file_name.rpartition(".")[0] or run.file_name) or "file"
    response["Content-Disposition"] = f'attachment; filename="{name}-rejected{file.suffix}"'
    return response


def cause_in(request: HttpRequest) -> str:
    """The cause whose lines are meant; "" for all of them."""
    return request.POST.get("code", "").replace("\0", "?")[
        :CODE_LENGTH
    ]  # a NUL is in none, and cannot be asked for


@require_POST
@file_senders_only
def run_replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the waiting lines in again, all or those of one cause, as they came."""
    run = run_or_404(request, pk)
    rows = waiting_rows(run=run, code=cause_in(request))
    try:
        replay = replay_lines(run=run, rows=rows, member_id=request.user.pk, now=timezone.now())
    except CannotReplay as problem:
        messages.error(request, problem.message)
        return redirect("feed-run", pk)
    if replay is None:
        messages.warning(request, _("None of these lines waits any more."))
        return redirect("feed-run", pk)
    say_sent(request, replay, replay.replayed_rows.count())
    return redirect("feed-run", replay.pk)


@require_POST
@file_senders_only
def run_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up the waiting lines, all or those of one cause."""
    run = run_or_404(request, pk)
    rows = waiting_rows(run=run, code=cause_in(request))
    lines = drop_lines(run=run, rows=rows, member_id=request.user.pk, now=timezone.now())
    words = ngettext("%(n)s line was given up.", "%(n)s lines were given up.", lines)
    messages.success(request, words % {"n": number_format(lines, force_grouping=True)})
    return redirect("feed-run", pk)


@require_POST
@file_senders_only
def run_fixes(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the downloaded file back with its lines mended."""
    run = run_or_404(request, pk)
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, _("Choose a file first."))
        return redirect("feed-run", pk)
    try:
        sent = replay_upload(run=run, content=upload, member_id=request.user.pk, now=timezone.now())
    except CannotReplay as problem:
        messages.error(request, problem.message)
        return redirect("feed-run", pk)
    for sentence in sent.told:
        messages.warning(request, sentence)
    if sent.replay is None:
        messages.warning(request, _("No line of the file waits here; nothing was sent in."))
        return redirect("feed-run", pk)
    say_sent(request, sent.replay, sent.lines)
    return redirect("feed-run", sent.replay.pk)


def say_sent(request: HttpRequest, replay: FeedRun, lines: int) -> None:
    """Ring the loader, and say so."""
    ring_run(run_id=replay.pk)
    words = ngettext("%(n)s line goes in again.", "%(n)s lines go in again.", lines)
    messages.success(request, words % {"n": number_format(lines, force_grouping=True)})


@require_GET
@file_senders_only
@cache_control(private=True, no_cache=True)
def rejected_row(request: HttpRequest, pk: int) -> HttpResponse:
    """One line alone, asked for until it is known what became of it."""
    return row_piece(request, row_or_404(request, pk))


@require_POST
@file_senders_only
def row_replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one line in again as it was mended."""
    row = row_or_404(request, pk)
    text = mended_text(request, row)
    texts = {} if text is None else {row.pk: text}
    rows = RejectedRow.objects.filter(pk=row.pk)
    try:
        replay = replay_lines(
            run=row.run, rows=rows, texts=texts, member_id=request.user.pk, now=timezone.now()
        )
    except CannotReplay as problem:
        if is_htmx(request):
            return row_piece(request, row, typed=text, problem=problem.message)
        messages.error(request, problem.message)
        return redirect("feed-run", row.run_id)
    if replay is not None:
        ring_run(run_id=replay.pk)
    if is_htmx(request):
        return row_piece(request, row_or_404(request, pk))
    if replay is None:
        messages.warning(request, _("None of these lines waits any more."))
    else:
        messages.success(request, _("Line %(n)s goes in again.") % {"n": row.line_number})
    return redirect("feed-run", row.run_id)


def mended_text(request: HttpRequest, row: RejectedRow) -> str | None:
    """What was typed: the line, or the fact with its fields as they are now; None: as it came."""
    if "text" in request.POST:
        return request.POST["text"]
    said = {
        name.removeprefix("field."): value
        for name, value in request.POST.items()
        if name.startswith("field.")
    }
    return json.dumps(with_leaves(row.record, said), ensure_ascii=False) if said else None  # type: ignore[arg-type]


@require_POST
@file_senders_only
def row_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one line up."""
    row = row_or_404(request, pk)
    rows = RejectedRow.objects.filter(pk=row.pk)
    drop_lines(run=row.run, rows=rows, member_id=request.user.pk, now=timezone.now())
    return (
        row_piece(request, row_or_404(request, pk)) if is_htmx(request) else redirect("feed-run", row.run_id)
    )


def is_htmx(request: HttpRequest) -> bool:
    """Whether only the line is wanted back, not a page."""
    return "HX-Request" in request.headers


def row_or_404(request: HttpRequest, pk: int) -> RejectedRow:
    runs = FeedRun.objects.handled_by(request.user)
    rows = RejectedRow.objects.filter(run__in=runs).select_related("run__source", "replay", "decided_by")
    return get_object_or_404(rows, pk=pk)


def row_piece(
    request: HttpRequest, row: RejectedRow, *, typed: str | None = None, problem: str = ""
) -> HttpResponse:
    """The line as it stands on the page; what was typed stays typed."""
    (mendable,) = mendable_rows(run=row.run, rows=[row])
    if problem:
        text = typed if mendable.text is not None else None
        mendable = Mendable(row, text, mendable.fields, problem)
    return render(request, "inventory/_rejected_row.html", {"mendable": mendable})
