"""The desk's reports: what stores told, answered in place; and the deals that shoppers did not get."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import user_passes_test
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from promotions.models import FieldReport
from promotions.selectors.refusals import PERIODS, RefusalBoard, RefusalLine, refusal_board
from promotions.selectors.reports import VIEWS, inbox, inbox_counts
from promotions.services.reporting import answer_report
from promotions.views.merchandising import merchandisers_only

REPORTS_A_PAGE = 20
BARS = 8
TABS = {
    "mine": gettext_lazy("Mine"),
    "all": gettext_lazy("All"),
    "overdue": gettext_lazy("Overdue"),
    "done": gettext_lazy("Answered"),
}


def may_answer(user: Any) -> bool:
    """Merchandisers and operators; others get the 403 page."""
    if not user.may_answer_reports:
        raise PermissionDenied
    return True


answerers_only = user_passes_test(may_answer)


@require_safe
@answerers_only
def report_inbox(request: HttpRequest) -> HttpResponse:
    """What waits for an answer: overdue first, then the newest."""
    now = timezone.now()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else VIEWS[0]
    page = Paginator(inbox(request.user, view=view, now=now), REPORTS_A_PAGE).get_page(
        request.GET.get("page")
    )
    counts = inbox_counts(request.user, now=now)
    context = {
        "section": "reports",
        "now": now,
        "page": page,
        "view": view,
        "tabs": [(name, label, counts.get(name)) for name, label in TABS.items()],
    }
    piece = "_reports.html" if request.headers.get("HX-Request") else "reports.html"
    return render(request, f"merchandising/{piece}", context)


@require_POST
@answerers_only
def report_answer(request: HttpRequest, report_id: int) -> HttpResponse:
    """Answer where it stands; the store's tablets hear at once. What was typed stays when it cannot be taken."""
    report = get_object_or_404(FieldReport.objects.visible_to(request.user).with_names(), pk=report_id)
    typed, problems, now = request.POST.get("answer", ""), [], timezone.now()
    try:
        report = answer_report(
            report=report, answer=typed, by=request.user, now=now, closes="close" in request.POST
        )
    except ValidationError as error:
        problems = error.messages
        report = FieldReport.objects.with_names().get(pk=report_id)
    context = {"section": "reports", "report": report, "now": now, "problems": problems, "typed": typed}
    if request.headers.get("HX-Request"):
        return render(request, "merchandising/_report.html", context, status=422 if problems else 200)
    if problems:
        return render(request, "merchandising/report.html", context, status=422)
    messages.success(request, _("Answered. The store's tablets have it."))
    return redirect("report-inbox")


@require_safe
@merchandisers_only
def refusals(request: HttpRequest) -> HttpResponse:
    """Refusals by reason, store and promotion: a small chart each, and the table one tap away."""
    asked = request.GET.get("days", "")
    days = next((days for days in PERIODS if str(days) == asked), PERIODS[1])
    board = refusal_board(days=days, now=timezone.now())
    context = {
        "section": "refusals",
        "board": board,
        "periods": [
            (each, _("Today") if each == 1 else _("%(days)s days") % {"days": each}) for each in PERIODS
        ],
        "charts": charts_of(board),
    }
    return render(request, "merchandising/refusals.html", context)


def charts_of(board: RefusalBoard) -> list[dict[str, Any]]:
    """Three charts: the longest bars each, the largest as wide as the chart."""
    ways: list[tuple[str, str, tuple[RefusalLine, ...]]] = [
        ("reason", _("Why"), board.by_reason),
        ("store", _("Where"), board.by_store),
        ("promotion", _("Which deal"), board.by_promotion),
    ]
    return [
        {
            "what": what,
            "title": title,
            "lines": lines,
            "bars": lines[:BARS],
            "others": sum(line.times for line in lines[BARS:]),
            "most": lines[0].times if lines else 0,
        }
        for what, title, lines in ways
    ]
