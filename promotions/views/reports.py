"""The desk's reports: what stores told, answered in place; and the deals that shoppers did not get."""

from datetime import datetime
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
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_GET, require_POST, require_safe

from promotions.models import FieldReport
from promotions.selectors.refusals import PERIODS, RefusalBoard, RefusalLine, refusal_board
from promotions.selectors.reports import VIEWS, inbox, inbox_counts, inbox_news
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
    now, view = timezone.now(), view_in(request)
    page = Paginator(inbox(request.user, view=view, now=now), REPORTS_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {"section": "reports", "now": now, "page": page, **head_of(request, view=view, now=now)}
    piece = "_reports.html" if request.headers.get("HX-Request") else "reports.html"
    return render(request, f"merchandising/{piece}", context)


@require_GET
@answerers_only
@cache_control(private=True, no_cache=True)
@conditional_page
def report_news(request: HttpRequest) -> HttpResponse:
    """What the list does not show yet, asked for while it is looked at: counted, so that nothing on it moves.

    An empty list has nothing that could move, so it is filled at once.
    """
    now, view = timezone.now(), view_in(request)
    shown = dict(filter(None, map(shown_report, request.GET.getlist("shown")[:REPORTS_A_PAGE])))
    first = REPORTS_A_PAGE if request.GET.get("page", "1") == "1" else 0
    news = inbox_news(request.user, view=view, first=first, shown=shown, now=now)
    if news.arrived and not shown:
        response = report_inbox(request)
        response.headers["HX-Retarget"] = "#reports"
        return response
    context = {"news": news, "is_news": True, **head_of(request, view=view, now=now)}
    return render(request, "merchandising/_reports_head.html", context)


def view_in(request: HttpRequest) -> str:
    """The tab that is asked for."""
    view = request.GET.get("view", "")
    return view if view in VIEWS else VIEWS[0]


def head_of(request: HttpRequest, *, view: str, now: datetime) -> dict[str, Any]:
    """The tabs, with how many reports each has."""
    counts = inbox_counts(request.user, now=now)
    return {"view": view, "tabs": [(name, label, counts.get(name)) for name, label in TABS.items()]}


def shown_report(text: str) -> tuple[int, str] | None:
    """A report on the page and the state it is shown in, "12.OPEN"; None for what no page of ours says."""
    pk, _dot, state = text.partition(".")
    return (int(pk), state) if pk.isascii() and pk.isdecimal() and len(pk) < 19 else None


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
