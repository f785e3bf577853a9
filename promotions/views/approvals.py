"""The desk's way to approval: the queue, and the steps taken from it or from a promotion's page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import user_passes_test
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from promotions.forms import StopForm, error_lists
from promotions.models import Promotion
from promotions.selectors.approvals import Waiting, waiting_promotions, waiting_rows
from promotions.services.approving import (
    approve_and_publish,
    approve_revision,
    reject_revision,
    submit_revision,
    withdraw_revision,
)
from promotions.views.merchandising import detail_page, done, merchandisers_only, revision_meant
from promotions.views.revision_words import changes_between, sections_of

ROWS_A_PAGE = 20


def may_approve(user: Any) -> bool:
    """Others get the 403 page."""
    if not user.may_approve:
        raise PermissionDenied
    return True


approvers_only = user_passes_test(may_approve)


@require_safe
@merchandisers_only
def approval_queue(request: HttpRequest) -> HttpResponse:
    """What waits, by whom, since when, and what it would change."""
    return queue_page(request)


def queue_page(
    request: HttpRequest, *, failed: int | None = None, problems: list[str] | None = None
) -> HttpResponse:
    """The queue, or for htmx its piece; `problems` belong to the promotion with the key `failed`."""
    page = Paginator(waiting_promotions(), ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = waiting_rows(promotions=page.object_list, person=request.user)
    context = {
        "section": "approvals",
        "page": page,
        "now": timezone.now(),
        "rows": [(row, queue_changes(row), sections_of(row.revision)) for row in rows],
        "failed": failed,
        "problems": problems or [],
        # Somebody else was faster: what the problems are about has left the queue.
        "is_gone": failed is not None and failed not in [row.promotion.pk for row in rows],
        "why": request.POST.get("why", "")[:200],
    }
    piece = "_approvals.html" if request.headers.get("HX-Request") else "approvals.html"
    return render(request, f"merchandising/{piece}", context, status=422 if problems else 200)


def queue_changes(row: Waiting) -> Any:
    """What differs from the published words; nothing for what was never published."""
    published = row.promotion.current_revision
    return changes_between(published, row.revision) if published else ()


@require_POST
@merchandisers_only
def promotion_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for approval."""
    return act(request, pk, submit_revision, words=_("Submitted. Somebody else approves it now."))


@require_POST
@merchandisers_only
def promotion_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back from the queue."""
    return act(request, pk, withdraw_revision, words=_("Withdrawn. It is a draft again."))


@require_POST
@approvers_only
def promotion_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve it; with `publish`, tell the stores in the same breath."""
    if request.POST.get("publish"):
        words = _("Approved and published. The stores' tablets are being told.")
        return act(request, pk, approve_and_publish, words=words)
    return act(request, pk, approve_revision, words=_("Approved. No store sees it before it is published."))


@require_POST
@approvers_only
def promotion_reject(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it back with a reason."""

    def reject(**step: Any) -> Promotion:
        return reject_revision(why=request.POST.get("why", ""), **step)

    return act(
        request, pk, reject, words=_("Rejected. Its author reads your reason on the promotion's page.")
    )


def act(request: HttpRequest, pk: int, step: Callable[..., Promotion], *, words: str) -> HttpResponse:
    """Take the step and show where it was taken from: the queue or the promotion's page."""
    promotion = get_object_or_404(Promotion, pk=pk)
    number = revision_meant(request)
    if number is None:
        return HttpResponseBadRequest(_("Say which revision you mean."))
    try:
        promotion = step(promotion=promotion, number=number, by=request.user, now=timezone.now())
    except ValidationError as error:
        problems = [message for _field, lines in error_lists(error) for message in lines]
        if request.POST.get("queue"):
            return queue_page(request, failed=pk, problems=problems)
        return detail_page(request, promotion, stop_form=StopForm(), problems=problems)
    if not request.POST.get("queue"):
        return done(request, promotion, words)
    messages.success(request, f"{promotion.promotion_id}: {words}")
    return queue_page(request) if request.headers.get("HX-Request") else redirect("promotion-approvals")
