"""Bulk upload on the desk: a file in, every row looked at and mended, the good ones taken over, all of it undone."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from inventory.feeds.records import FeedRefused
from promotions.forms import error_lists
from promotions.models import UploadBatch, UploadRow
from promotions.models.uploads import GOOD
from promotions.selectors.field_labels import LABELS
from promotions.selectors.upload_files import (
    CSV,
    KEY,
    XLSX,
    Sheet,
    as_csv,
    as_xlsx,
    columns_for,
    known_columns,
    waiting_sheet,
)
from promotions.services.uploads import ask, mend_row, receive_upload, recheck_batch
from promotions.sources.upload_tables import MOST_BYTES, MOST_ROWS
from promotions.tasks import ring_uploads
from promotions.views.merchandising import merchandisers_only
from promotions.views.upload_rows import CELL, shown_row, shown_rows

ROWS_A_PAGE = 25
BATCHES_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@merchandisers_only
def upload_start(request: HttpRequest) -> HttpResponse:
    """Where a file is chosen, a template is made, and what was uploaded lately is listed."""
    problem = ""
    file = request.FILES.get("file")
    if request.method == "POST" and file is None:
        problem = _("Choose a file first.")
    elif file is not None:
        try:
            batch, is_new = receive_upload(
                content=file.read(MOST_BYTES + 1), file_name=file.name or "upload", author=request.user,
                now=timezone.now(),
            )  # fmt: skip
        except FeedRefused as refused:
            problem = refused.message
        else:
            if not is_new:
                messages.success(request, _("You uploaded this very file before; here it is, checked again."))
            return redirect("upload", batch.pk)
    return render(
        request,
        "merchandising/upload.html",
        {**start_context(request), "problem": problem},
        status=422 if problem else 200,
    )


def start_context(request: HttpRequest) -> dict[str, Any]:
    chosen = columns_for(request.user)
    return {
        "section": "promotions",
        "columns": [(name, label, name in chosen) for name, label in LABELS.items() if name != KEY],
        "batches": UploadBatch.objects.select_related("uploaded_by")[:BATCHES_SHOWN],
        "most_rows": MOST_ROWS,
        "most_megabytes": MOST_BYTES // 2**20,
    }


@require_GET
@merchandisers_only
def upload_template(request: HttpRequest) -> HttpResponse:
    """An empty table with the columns that were chosen."""
    sheet = Sheet(known_columns(request.GET.getlist("column")), [])
    return file_response(sheet, name="promotions", is_workbook=request.GET.get("format") != "csv")


def file_response(sheet: Sheet, *, name: str, is_workbook: bool) -> HttpResponse:
    """The table as a file to keep."""
    content, kind, suffix = (as_xlsx(sheet), XLSX, "xlsx") if is_workbook else (as_csv(sheet), CSV, "csv")
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    return response


@require_safe
@merchandisers_only
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """One upload: its counts, what can be done, and its rows by state."""
    batch = batch_or_404(pk)
    state = request.GET.get("state", "")
    rows = batch.rows.select_related("batch", "revision").errors_first()
    if state in UploadRow.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **head_context(batch),
        "state": state,
        "page": page,
        "rows": shown_rows(page.object_list),
        "events": batch.events.select_related("by"),
    }
    return render(request, "merchandising/upload_batch.html", context)


def batch_or_404(pk: int) -> UploadBatch:
    return get_object_or_404(UploadBatch.objects.select_related("uploaded_by"), pk=pk)


def head_context(batch: UploadBatch) -> dict[str, Any]:
    """The counts and what follows from them."""
    counts = batch.state_counts()
    return {
        "section": "promotions",
        "batch": batch,
        "counts": [(state, state.label, counts[state]) for state in UploadRow.State if counts[state]],
        "total": counts.total(),
        "good": 0 if batch.undone_at else sum(counts[state] for state in GOOD),
        "bad": counts[UploadRow.State.ERROR],
        "taken": counts[UploadRow.State.COMMITTED],
    }


@require_GET
@merchandisers_only
def upload_head(request: HttpRequest, pk: int) -> HttpResponse:
    """The counts alone, asked for while a worker is at it; when it is done the whole page is worth a look."""
    batch = batch_or_404(pk)
    response = render(request, "merchandising/_upload_head.html", head_context(batch))
    if not batch.is_busy:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@merchandisers_only
def upload_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Cells of one row as they were mended; the row comes back checked."""
    row = get_object_or_404(UploadRow, pk=pk)
    cells = {
        name.removeprefix(CELL): value.replace("\r\n", "\n")
        for name, value in request.POST.items()
        if isinstance(value, str) and name.startswith(CELL)
    }
    if added := request.POST.get("add"):
        cells[added] = request.POST.get("add_text", "")
    typed: dict[str, list[str]] = {}
    try:
        row = mend_row(row=row, cells=cells, author=request.user, now=timezone.now())
    except ValidationError as error:
        typed = {field or KEY: told for field, told in error_lists(error)}
    if "HX-Request" not in request.headers:
        for told in typed.values():
            messages.error(request, " ".join(told))
        return redirect("upload", row.batch_id)
    context = {**head_context(batch_or_404(row.batch_id)), "shown": shown_row(row, typed=typed), "oob": True}
    return render(request, "merchandising/_upload_row_alone.html", context, status=422 if typed else 200)


@require_POST
@merchandisers_only
def upload_recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """Every waiting row against what stands now."""
    recheck_batch(batch=batch_or_404(pk))
    messages.success(request, _("Checked again."))
    return redirect("upload", pk)


@require_POST
@merchandisers_only
def upload_commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over the good rows."""
    return carried_out(request, pk, UploadBatch.Asked.COMMIT)


@require_POST
@merchandisers_only
def upload_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take all of it back."""
    return carried_out(request, pk, UploadBatch.Asked.UNDO)


def carried_out(request: HttpRequest, pk: int, what: UploadBatch.Asked) -> HttpResponse:
    """Done at once, or by a worker whom the page waits for."""
    try:
        rows = ask(batch=batch_or_404(pk), what=what, author=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if rows is None:
            ring_uploads()
        else:
            messages.success(request, done_words(what, rows))
    return redirect("upload", pk)


def done_words(what: UploadBatch.Asked, rows: int) -> str:
    """What was done with how many."""
    if what == UploadBatch.Asked.COMMIT:
        words = ngettext(
            "%(rows)s row was taken over as a draft. No store sees it before it is published.",
            "%(rows)s rows were taken over as drafts. No store sees them before they are published.",
            rows,
        )
    else:
        words = ngettext("%(rows)s row was undone.", "%(rows)s rows were undone.", rows)
    return words % {"rows": number_format(rows, force_grouping=True)}


@require_GET
@merchandisers_only
def upload_waiting(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows with errors and what is wrong with them, as the kind of file they came in."""
    batch = batch_or_404(pk)
    name = slugify(batch.file_name.rpartition(".")[0] or batch.file_name) or "upload"
    return file_response(waiting_sheet(batch), name=f"{name}-errors", is_workbook=batch.is_workbook)
