"""The merchandising desk: promotions, their words, and the board that shows them reach the stores."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import user_passes_test
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import (
    conditional_page,
    require_GET,
    require_POST,
    require_safe,
)

from promotions.forms import StopForm, error_lists
from promotions.models import Promotion, PromotionRevision
from promotions.selectors.approvals import way_of
from promotions.selectors.board import Board, board_for
from promotions.selectors.briefing import card_for
from promotions.selectors.cards import ITEMS_ON_A_CARD, OfferCard
from promotions.selectors.picking import search_items
from promotions.selectors.preview import draft_board, draft_card
from promotions.services.publishing import (
    publish_promotion,
    stop_promotion,
)
from promotions.services.steps import CLOSED
from promotions.views.history_words import timeline_of
from promotions.views.revision_words import sections_of


def may_merchandise(user: Any) -> bool:
    """Signed in is not enough: an associate gets the 403 page, not another sign-in."""
    if not user.may_merchandise:
        raise PermissionDenied
    return True


merchandisers_only = user_passes_test(may_merchandise)


@require_safe
@merchandisers_only
def promotion_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One promotion: its words and history, the card a store sees, and the board."""
    promotion = get_object_or_404(Promotion.objects.select_related("current_revision", "owner"), pk=pk)
    return detail_page(request, promotion, stop_form=StopForm())


def detail_page(
    request: HttpRequest, promotion: Promotion, *, stop_form: StopForm, problems: list[str] | None = None
) -> HttpResponse:
    """The page, or for htmx its body; 422 when what was asked could not be done."""
    now = timezone.now()
    newest = promotion.latest_revision()
    board = board_of(promotion, newest=newest, now=now)
    planned = draft_board(revision=newest, now=now) if newest.pk != promotion.current_revision_id else board
    context = {
        "section": "promotions",
        "promotion": promotion,
        "newest": newest,
        "has_unpublished": newest.pk != promotion.current_revision_id,
        "is_over": promotion.state in CLOSED,
        "sections": sections_of(newest),
        "timeline": timeline_of(promotion),
        "way": way_of(promotion=promotion, newest=newest, person=request.user),
        "board": board,
        "planned": planned,
        "problems": problems or [],
        "stop_form": stop_form,
        **preview_context(
            promotion, newest=newest, board=planned, store_code=text_of(request, "store"), now=now
        ),
    }
    template = (
        "_promotion.html"
        if request.method == "POST" and request.headers.get("HX-Request")
        else "promotion.html"
    )
    failed = bool(problems) or bool(stop_form.errors)
    return render(request, f"merchandising/{template}", context, status=422 if failed else 200)


def board_of(promotion: Promotion, *, newest: PromotionRevision, now: datetime) -> Board:
    """What is; for a promotion that no store has seen, what would be."""
    if promotion.current_revision_id is None:
        return draft_board(revision=newest, now=now)
    return board_for(promotion=promotion)


def preview_context(
    promotion: Promotion, *, newest: PromotionRevision, board: Board, store_code: str, now: datetime
) -> dict[str, Any]:
    """The card of one store, the first of the board unless another is asked for."""
    stores = [cell.offer.store for cell in board.cells if cell.is_targeted]
    store = next((store for store in stores if store.store_code == store_code), None) or next(
        iter(stores), None
    )
    card: OfferCard | None = None
    if store and newest.pk == promotion.current_revision_id:
        card = card_for(store=store, promotion_pk=promotion.pk, now=now, items_on_a_card=ITEMS_ON_A_CARD)
    elif store:
        card = draft_card(revision=newest, store=store, now=now)
    return {"preview_stores": stores, "preview_store": store, "card": card, "now": now}


@require_GET
@merchandisers_only
def promotion_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The tablet's card as one store sees it."""
    promotion = get_object_or_404(Promotion, pk=pk)
    newest, now = promotion.latest_revision(), timezone.now()
    if newest.pk == promotion.current_revision_id:
        board = board_for(promotion=promotion)
    else:
        board = draft_board(revision=newest, now=now)
    context = preview_context(
        promotion, newest=newest, board=board, store_code=text_of(request, "store"), now=now
    )
    return render(request, "merchandising/_preview.html", {"promotion": promotion, **context})


@require_GET
@merchandisers_only
@cache_control(private=True, no_cache=True)
@conditional_page
def promotion_board(request: HttpRequest, pk: int) -> HttpResponse:
    """The board alone, asked for every two seconds; unchanged, it is not sent again."""
    promotion = get_object_or_404(Promotion, pk=pk, current_revision__isnull=False)
    context = {
        "promotion": promotion,
        "board": board_for(promotion=promotion),
        "is_over": promotion.state in CLOSED,
    }
    return render(request, "merchandising/_board.html", context)


@require_POST
@merchandisers_only
def promotion_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the newest revision the one that stores see."""
    promotion = get_object_or_404(Promotion, pk=pk)
    try:
        promotion = publish_promotion(
            promotion=promotion, by=request.user, number=revision_meant(request), now=timezone.now()
        )
    except ValidationError as error:
        problems = [message for _field, lines in error_lists(error) for message in lines]
        return detail_page(request, promotion, stop_form=StopForm(), problems=problems)
    return done(request, promotion, _("Published. The stores' tablets are being told."))


@require_POST
@merchandisers_only
def promotion_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a promotion everywhere, with the reason the stores will ask for."""
    promotion = get_object_or_404(Promotion, pk=pk)
    form = StopForm(request.POST)
    if not form.is_valid():
        return detail_page(request, promotion, stop_form=form)
    try:
        promotion = stop_promotion(
            promotion=promotion, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()
        )
    except ValidationError as error:
        problems = [message for _field, lines in error_lists(error) for message in lines]
        return detail_page(request, promotion, stop_form=form, problems=problems)
    return done(request, promotion, _("Stopped in every store."))


def revision_meant(request: HttpRequest) -> int | None:
    """The number of the revision that was on the page the button stood on."""
    number = request.POST.get("revision", "")
    if number and not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Http404
    return int(number) if number else None


def done(request: HttpRequest, promotion: Promotion, words: str) -> HttpResponse:
    """The page as it is now: swapped in for htmx, by a redirect without it."""
    messages.success(request, words)
    if request.headers.get("HX-Request"):
        return detail_page(request, promotion, stop_form=StopForm())
    return redirect("promotion-detail", promotion.pk)


@require_GET
@merchandisers_only
def item_search(request: HttpRequest) -> HttpResponse:
    """Items to add to the list of a form."""
    text = text_of(request, "item_search")
    return render(
        request, "merchandising/_items_found.html", {"items": search_items(text=text), "search": text}
    )


def text_of(request: HttpRequest, name: str) -> str:
    """A text of the address; PostgreSQL takes no NUL and nobody searches for a page of text."""
    value = request.GET.get(name, "").replace("\x00", "").strip()
    if len(value) > 200:
        raise Http404
    return value
