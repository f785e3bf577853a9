"""Talking back from the tablet: a report in two taps, what came of it, and the photo of it."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from inventory.models import Store
from promotions.models import FieldReport, StoreOffer
from promotions.selectors.reports import reports_of_store
from promotions.services.photos import check_length, photo_from
from promotions.services.reporting import (
    add_to_report,
    mark_answers_seen,
    reopen_report,
    tell_report,
)
from promotions.views.pictures import jpeg_response
from promotions.views.tablet import UNPROCESSABLE, answer, in_store, is_number, uuid_in

REPORTS_SHOWN = 50


@require_safe
@in_store
def report_list(request: HttpRequest, store: Store) -> HttpResponse:
    """What this store has told, and the answers. Looking at them is having seen them."""
    now = timezone.now()
    unread = set(FieldReport.objects.filter(store=store).unread_by(request.user).values_list("pk", flat=True))
    if request.method == "GET":
        mark_answers_seen(store=store, member=request.user, now=now)
    facts = {"reports": reports_of_store(store)[:REPORTS_SHOWN], "unread": unread, "here": "reports"}
    return answer(request, store=store, pane="tablet/_reports.html", facts=facts)


@require_safe
@in_store
def report_link(request: HttpRequest, store: Store) -> HttpResponse:
    """The bottom bar's way to the reports, with the number of answers that wait for this person."""
    return render(request, "tablet/_reports_link.html", {"store": store})


@require_safe
@in_store
def report_state(request: HttpRequest, store: Store, report_id: int) -> HttpResponse:
    """How one report stands; asked for again when the live stream says that it moved."""
    report = report_of(store, report_id)
    return answer(request, store=store, pane="tablet/_report.html", facts={"report": report})


def report_of(store: Store, report_id: int) -> FieldReport:
    """A report of this store; a foreign one does not exist (G9)."""
    return get_object_or_404(FieldReport.objects.with_names(), store=store, pk=report_id)


@require_POST
@in_store
def report_tell(request: HttpRequest, store: Store) -> HttpResponse:
    """Take a report. The form's key makes a second tap the same report, and so does what it says a second tab's."""
    key = uuid_in(request.POST.get("key", ""))
    if key is None:
        return HttpResponseBadRequest(_("Ask from the page: its form brings the key."))
    told: dict[str, Any] = {
        name: value
        for name in ("kind", "item", "quantity")
        if (value := request.POST.get(name, "").strip()[:200])
    }
    if told.get("kind") != "STOCK_WRONG":
        told.pop("quantity", None)
    if check := uuid_in(request.POST.get("check", "")):
        told["check_id"] = check
    if promotion_id := promotion_shown(store, request.POST.get("promotion_pk", "")):
        told["promotion_id"] = promotion_id
    try:
        # Two kinds told from one page are two reports, so the kind is part of the key.
        given = tell_report(
            store=store,
            member=request.user,
            key=f"{key} {told.get('kind', '')}",
            told=told,
            now=timezone.now(),
        )
    except ValidationError as error:
        facts = {
            "errors": error.message_dict,
            "typed": request.POST,
            "report_key": key,
            "item": told.get("item"),
        }
        return answer(
            request, store=store, pane="tablet/_report_again.html", facts=facts, status=UNPROCESSABLE
        )
    if given.status >= 400:
        facts = {
            "errors": {"kind": [given.body["detail"]]},
            "typed": request.POST,
            "report_key": uuid.uuid4(),
        }
        return answer(
            request, store=store, pane="tablet/_report_again.html", facts=facts, status=given.status
        )
    report = report_of(store, given.body["report_id"])
    return answer(request, store=store, pane="tablet/_report.html", facts={"report": report, "is_told": True})


def promotion_shown(store: Store, pk: str) -> str:
    """The id of the promotion that the page was about; "" for one this store does not have."""
    if not is_number(pk):
        return ""
    offers = StoreOffer.objects.filter(store=store, promotion_id=int(pk))
    return offers.values_list("promotion__promotion_id", flat=True).first() or ""


@csrf_exempt  # a body that is too long is refused before anything reads it, and the token is in the body
def report_more(request: HttpRequest, report_id: int) -> HttpResponseBase:
    """Words and a photo for a report that was told; a photo that is far too long is not even read."""
    try:
        check_length(request.META.get("CONTENT_LENGTH"))
    except ValidationError as error:
        return unread(request, report_id, errors=error.message_dict)
    return take_more(request, report_id)


@require_POST
@in_store
def unread(
    request: HttpRequest, store: Store, report_id: int, *, errors: dict[str, list[str]]
) -> HttpResponse:
    """The report with the error; what was sent stays unread."""
    facts = {"report": report_of(store, report_id), "errors": errors}
    return answer(request, store=store, pane="tablet/_report.html", facts=facts, status=UNPROCESSABLE)


@csrf_protect
@require_POST
@in_store
def take_more(request: HttpRequest, store: Store, report_id: int) -> HttpResponse:
    """Put what was sent to the report; with `reopen`, it waits again."""
    report = report_of(store, report_id)
    words = request.POST.get("words", "")
    try:
        if "reopen" in request.POST:
            report = reopen_report(report=report, why=words, by=request.user, now=timezone.now())
        else:
            photo = photo_from(request.FILES.get("photo"))
            report = add_to_report(report=report, words=words, photo=photo)
    except ValidationError as error:
        errors = error.message_dict if hasattr(error, "error_dict") else {"words": error.messages}
        facts = {"report": report_of(store, report_id), "errors": errors, "typed_words": words}
        return answer(request, store=store, pane="tablet/_report.html", facts=facts, status=UNPROCESSABLE)
    return answer(
        request, store=store, pane="tablet/_report.html", facts={"report": report, "is_added": True}
    )


@require_safe
@cache_control(private=True, max_age=3600)
def report_photo(request: HttpRequest, report_id: int) -> HttpResponse:
    """The photo, for those who may see the report: the people of its store, and head office."""
    visible = FieldReport.objects.visible_to(request.user).exclude(photo="")
    report = get_object_or_404(visible, pk=report_id)
    return jpeg_response(report.photo)
