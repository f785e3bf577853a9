"""Holds on the tablet: put aside in one tap, on the list of both stores, handed out or given back."""

import uuid
from datetime import datetime
from typing import Any

import segno
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inventory.models import Reservation, Store
from promotions.selectors.sentences import end_text
from promotions.services.holding import LONGEST_NAME, fulfil, hold, release
from promotions.services.idempotency import CREATED, NOT_FOUND, OK, Answer
from promotions.services.rain_checks import give_rain_check
from promotions.views.tablet import answer, in_store

LONGEST = 200


@require_safe
@in_store
def holds(request: HttpRequest, store: Store) -> HttpResponse:
    """What waits here for shoppers, and what waits elsewhere for ours."""
    return holds_pane(request, store=store)


@require_POST
@in_store
def hold_items(request: HttpRequest, store: Store) -> HttpResponse:
    """Put one aside, here or in the store of the tapped button. The same key again is the same hold."""
    key, hold_in = request.POST.get("key", ""), request.POST.get("hold_in", "")
    item = request.POST.get(f"item:{hold_in}", "")
    promotion_id = request.POST.get(f"promotion:{hold_in}", "")
    for_whom = request.POST.get("for_whom", "").replace("\x00", "").strip()[:LONGEST_NAME]
    texts = (key, hold_in, item, promotion_id)
    if not key or not item or any("\x00" in text or len(text) > LONGEST for text in texts):
        return HttpResponseBadRequest(_("What is to be held is missing."))
    asked = {
        "lines": [{"item": item}], "hold_in": hold_in, "promotion_id": promotion_id, "for_whom": for_whom,
    }  # fmt: skip
    try:
        given = hold(made_in=store, staff_member=request.user, key=key, request=asked, now=timezone.now())
    except ValidationError as error:
        return HttpResponseBadRequest(" ".join(error.messages))
    facts: dict[str, Any] = {"answer": given}
    if given.status == CREATED:
        held_id = given.body["holds"][0]["hold_id"]
        facts["held"] = Reservation.objects.with_names().get(pk=held_id)
    status = OK if given.status == CREATED else given.status
    return answer(request, store=store, pane="tablet/_held.html", facts=facts, status=status)


@require_POST
@in_store
def fulfil_hold(request: HttpRequest, store: Store, hold_id: uuid.UUID) -> HttpResponse:
    """The shopper has come. The key is the hold's own: a second tap is the same hand-over."""
    given = fulfil(
        store=store, hold_id=hold_id, staff_member=request.user, key=f"fulfil {hold_id}", now=timezone.now()
    )
    return ended(request, store=store, given=given, done=_("%s is picked up."))


@require_POST
@in_store
def release_hold(request: HttpRequest, store: Store, hold_id: uuid.UUID) -> HttpResponse:
    """Back on sale. The key is the hold's own."""
    given = release(
        store=store, hold_id=hold_id, staff_member=request.user, key=f"release {hold_id}", why="",
        now=timezone.now(),
    )  # fmt: skip
    return ended(request, store=store, given=given, done=_("%s is given back."))


@require_POST
@in_store
def rain_check(request: HttpRequest, store: Store) -> HttpResponse:
    """Today's price for later, as a code to show; the same key again is the same code."""
    texts = {name: request.POST.get(name, "") for name in ("key", "item", "promotion_id")}
    if not all(texts.values()) or any("\x00" in text or len(text) > LONGEST for text in texts.values()):
        return HttpResponseBadRequest(_("What is to be promised is missing."))
    asked = {name: texts[name] for name in ("item", "promotion_id")}
    given = give_rain_check(
        store=store, staff_member=request.user, key=texts["key"], request=asked, now=timezone.now()
    )
    facts: dict[str, Any] = {"answer": given}
    if given.status == CREATED:
        drawn = segno.make(given.body["code"], error="m", micro=False)
        # Made of our own code alone; a QR code is dark on light in the dark too, or scanners do not read it.
        facts["qr"] = mark_safe(drawn.svg_inline(omitsize=True, border=2, dark="#000", light="#fff"))  # noqa: S308
        facts["last_day"] = end_text(datetime.fromisoformat(given.body["valid_until"]))
    status = OK if given.status == CREATED else given.status
    return answer(request, store=store, pane="tablet/_rain_check.html", facts=facts, status=status)


def ended(request: HttpRequest, *, store: Store, given: Answer, done: str) -> HttpResponse:
    """The list once more, and above it what has just happened."""
    if given.status == OK:
        told = {"tone": "honour", "text": done % given.body["reference"]}
        return holds_pane(request, store=store, told=told)
    told = {"tone": "refuse", "text": given.body["detail"]}
    status = NOT_FOUND if given.status == NOT_FOUND else given.status
    return holds_pane(request, store=store, told=told, status=status)


def holds_pane(
    request: HttpRequest, *, store: Store, told: dict[str, str] | None = None, status: int = OK
) -> HttpResponse:
    """The list of holds, the next to expire first."""
    active = list(Reservation.objects.active().concerning(store.pk).with_names())
    facts = {
        "here": [held for held in active if held.store_id == store.pk],
        "elsewhere": [held for held in active if held.store_id != store.pk],
        "told": told,
    }
    return answer(request, store=store, pane="tablet/_holds.html", facts=facts, status=status)
