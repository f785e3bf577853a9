"""Around the briefing: the morning's page, undoing, the question, places, notices, and the shift page."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inventory.imports.places import say_places
from inventory.models import Item, Store
from promotions.models import OfferItem
from promotions.selectors.briefing import briefing_for, card_for
from promotions.selectors.cards import OfferCard
from promotions.selectors.notices import notices_for
from promotions.selectors.shift import shift_for
from promotions.services.nudging import dismiss_change, dismiss_nudge, nudge
from promotions.services.reading import answer_quiz, look, mark_told, take_back
from promotions.views.tablet import UNPROCESSABLE, answer, in_store, is_number, offer_facts, posted, shops_of

P = ParamSpec("P")

OFFER = "tablet/_offer.html"


def managers_only(
    view: Callable[Concatenate[HttpRequest, Store, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Who looks after the store's people; others are refused."""

    @wraps(view)
    def wrapped(request: HttpRequest, store: Store, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if isinstance(request.user, AnonymousUser) or not request.user.may_manage_store:
            raise PermissionDenied
        return view(request, store, *args, **kwargs)

    return wrapped


def card_or_404(*, store: Store, promotion_pk: int) -> OfferCard:
    """The store's card of this promotion."""
    card = card_for(store=store, promotion_pk=promotion_pk, now=timezone.now())
    if card is None:
        raise Http404
    return card


@require_safe
@in_store
def morning(request: HttpRequest, store: Store) -> HttpResponse:
    """The day on one page: what is new to this person, what ends, what is on, what tomorrow brings."""
    now = timezone.now()
    look(store=store, staff_member=request.user, now=now)
    briefing = briefing_for(store=store, staff_member=request.user, now=now)
    mark_told(store=store, revision_ids=[card.receipts_id for card in briefing.cards], now=now)
    new = briefing.new
    context = {
        "store": store,
        "now": now,
        "briefing": briefing,
        "parts": [
            (_("New for you"), new),
            (_("Ends today"), [card for card in briefing.ending if card not in new]),
            (_("Still on"), [card for card in briefing.now if card not in new and not card.ends_today]),
            (_("Tomorrow"), briefing.tomorrow),
        ],
        "has_several_stores": shops_of(request).count() > 1,
    }
    return render(request, "tablet/morning.html", context)


@require_POST
@in_store
def take_back_reading(request: HttpRequest, store: Store, promotion_pk: int) -> HttpResponse:
    """The tap was a slip."""
    card = card_or_404(store=store, promotion_pk=promotion_pk)
    revision = request.POST.get("revision", "")
    if not is_number(revision):
        raise Http404
    now = timezone.now()
    take_back(store=store, revision_id=int(revision), staff_member=request.user, now=now)
    if "HX-Request" not in request.headers:
        return redirect("tablet-offer", promotion_pk)
    return render(request, "tablet/_ack.html", {"card": card, "acknowledged_at": None, "now": now})


@require_POST
@in_store
def answer_question(request: HttpRequest, store: Store, promotion_pk: int) -> HttpResponse:
    """One try at the offer's question: right is read, wrong is explained and may be tried again."""
    card = card_or_404(store=store, promotion_pk=promotion_pk)
    chosen = request.POST.get("answer", "")
    tried: dict[str, Any] = {"chosen": chosen}
    status = UNPROCESSABLE
    # Had the question changed meanwhile, the new one asks for itself.
    if request.POST.get("revision", "") == str(card.offer.revision_id):
        try:
            right = answer_quiz(
                store=store, revision=card.offer.revision, staff_member=request.user, answer=chosen,
                now=timezone.now(),
            )  # fmt: skip
            tried |= {"is_wrong": not right, "just_answered": right}
            status = 200
        except ValidationError as error:
            tried["errors"] = error.message_dict
    facts = offer_facts(request, card=card) | tried
    return answer(request, store=store, pane=OFFER, facts=facts, status=status)


@require_POST
@in_store
def say_place(request: HttpRequest, store: Store, promotion_pk: int) -> HttpResponse:
    """Where an item of the offer stands here, said by who stands before it."""
    items = OfferItem.objects.filter(promotion=promotion_pk).values("item_id")
    item = get_object_or_404(Item, sku=posted(request, "sku"), pk__in=items)
    card_or_404(store=store, promotion_pk=promotion_pk)
    typed = request.POST.get("place", "")
    tried: dict[str, Any] = {}
    status = 200
    try:
        say_places(store=store, places={item.sku: typed}, member=request.user, now=timezone.now())
    except ValidationError as error:
        tried = {"place_sku": item.sku, "place_typed": typed, "place_error": error.message_dict[item.sku]}
        status = UNPROCESSABLE
    card = card_or_404(store=store, promotion_pk=promotion_pk)
    facts = offer_facts(request, card=card) | tried
    return answer(request, store=store, pane=OFFER, facts=facts, status=status)


@require_safe
@in_store
def notices(request: HttpRequest, store: Store) -> HttpResponse:
    """What interrupts this person, for the page that was nudged."""
    return notices_piece(request, store=store)


@require_POST
@in_store
def dismiss(request: HttpRequest, store: Store) -> HttpResponse:
    """Put one notice aside; what is left is shown."""
    kind, _dash, number = request.POST.get("key", "").partition("-")
    if not is_number(number) or kind not in ("change", "nudge"):
        return HttpResponseBadRequest(_("Which notice?"))
    now = timezone.now()
    if kind == "change":
        dismiss_change(store=store, seq=int(number), staff_member=request.user, now=now)
    else:
        dismiss_nudge(store=store, pk=int(number), staff_member=request.user, now=now)
    if "HX-Request" not in request.headers:
        return redirect("tablet")
    return notices_piece(request, store=store)


def notices_piece(request: HttpRequest, *, store: Store) -> HttpResponse:
    now = timezone.now()
    found = notices_for(store=store, staff_member=request.user, now=now)
    return render(request, "tablet/_notices.html", {"notices": found, "store": store, "now": now})


@require_safe
@in_store
@managers_only
def team(request: HttpRequest, store: Store) -> HttpResponse:
    """Who of the store's people has seen and read what; for htmx the matrix alone."""
    return team_page(request, store=store)


@require_POST
@in_store
@managers_only
def nudge_person(request: HttpRequest, store: Store) -> HttpResponse:
    """Ask one person to read one offer."""
    person, promotion = request.POST.get("person", ""), request.POST.get("promotion", "")
    if not is_number(person) or not is_number(promotion):
        return HttpResponseBadRequest(_("Whom, and about which offer?"))
    whom = get_object_or_404(get_user_model(), pk=int(person), memberships__store=store, is_active=True)
    try:
        nudge(
            store=store, promotion_pk=int(promotion), staff_member=whom, by=request.user, now=timezone.now()
        )
    except ValidationError as error:  # read or withdrawn meanwhile: the matrix shows it
        if "promotion" in error.message_dict:
            raise Http404 from error
    if "HX-Request" not in request.headers:
        return redirect("tablet-team")
    return team_page(request, store=store)


def team_page(request: HttpRequest, *, store: Store) -> HttpResponse:
    now = timezone.now()
    template = "tablet/_team.html" if "HX-Request" in request.headers else "tablet/team.html"
    context = {
        "store": store,
        "now": now,
        "shift": shift_for(store=store, now=now),
        "has_several_stores": shops_of(request).count() > 1,
    }
    return render(request, template, context | {"section": "team"})
