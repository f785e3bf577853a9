"""The tablet: today's offers, the verdict on a scan, redeeming; each answer is a page, or its piece for htmx."""

import uuid
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import quote, urlencode

from csp.constants import SELF, WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from inventory.feeds.scans import LONGEST_CODE, scan_problem
from inventory.models import Reservation, Store, StoreQuerySet
from promotions.live.tickets import sign_ticket
from promotions.live.turns import turn_of
from promotions.models import Acknowledgement, Redemption
from promotions.rules.verdict import NOBODY_LOOKED, SeenPrices
from promotions.rules.words import OfferType, Outcome, Reason
from promotions.selectors.asking import scan_problem_text, seen_prices_in, typed_price
from promotions.selectors.briefing import StoreBriefing, briefing_for, card_for
from promotions.selectors.cards import SHORT, OfferCard, elsewhere
from promotions.selectors.finding import find
from promotions.selectors.needs import needs_of
from promotions.selectors.notices import notices_for
from promotions.selectors.verdicts import Verdict, verdict_for
from promotions.services.checks import keep_check
from promotions.services.reading import acknowledge, look, mark_told, note_language
from promotions.services.redeeming import OVERRIDABLE, redeem
from promotions.services.rolling_back import roll_back
from promotions.templatetags.look import money

P = ParamSpec("P")

EMPTY = "tablet/_pane_empty.html"
SHOWS = ("now", "new", "ending", "coming")
SOLD_OUT = (Reason.OUT_OF_STOCK, Reason.NOT_STOCKED)
REDEEMABLE = (Outcome.HONOUR, Outcome.HONOUR_AND_REPORT, Outcome.CHECK_SHELF)
# The camera's reader is WebAssembly; nothing else of the page needs more than the site's policy.
CAMERA_POLICY = {"script-src": [SELF, WASM_UNSAFE_EVAL]}
OK, CREATED, NO_CONTENT, UNPROCESSABLE = 200, 201, 204, 422
ONE_EACH = (OfferType.SINGLE_USE_CODES, OfferType.GS1_COUPON)
# Why an associate undoes a redemption: kept as the key, shown in the reader's language.
ROLL_BACK_REASONS = {
    "Redeemed by mistake": gettext_lazy("Redeemed by mistake"),
    "Purchase cancelled": gettext_lazy("Purchase cancelled"),
    "Item returned": gettext_lazy("Item returned"),
}


def in_store(
    view: Callable[Concatenate[HttpRequest, Store, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """The view gets the store this person stands in, and writes every time on that store's clock."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        store = store_of(request)
        if store is None:
            return redirect("tablet-store")
        with timezone.override(store.zone):
            return view(request, store, *args, **kwargs)

    with_camera = cast("Callable[..., HttpResponse]", csp_update(CAMERA_POLICY)(wrapped))
    return vary_on_headers("HX-Request")(never_cache(with_camera))


def shops_of(request: HttpRequest) -> StoreQuerySet:
    """The shop floors this person may see (G9); on a shared tablet the one it was enrolled for."""
    if isinstance(request.user, AnonymousUser):
        raise Http404
    shops = request.user.visible_stores().selling()
    return shops.filter(pk=request.session["turn_store"]) if "turn" in request.session else shops


def store_of(request: HttpRequest) -> Store | None:
    """The chosen store, or the first one this person works in; None for somebody without any."""
    shops = shops_of(request)
    chosen = shops.filter(store_code=request.session.get("store_code", "")).first()
    return chosen or shops.order_by("memberships__pk", "store_code").first()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose_store(request: HttpRequest) -> HttpResponse:
    """Where somebody who works in several stores stands today."""
    if request.method == "POST":
        store = get_object_or_404(shops_of(request), store_code=posted(request, "store_code"))
        request.session["store_code"] = store.store_code
        return redirect("tablet")
    current = store_of(request)
    context = {"stores": shops_of(request), "current": current.store_code if current else ""}
    return render(request, "tablet/store.html", context)


@require_safe
@in_store
def today(request: HttpRequest, store: Store) -> HttpResponse:
    """Today's briefing; for htmx its board alone."""
    if "HX-Request" in request.headers:
        return render(request, "tablet/_board.html", board(request, store=store, now=timezone.now()))
    return answer(request, store=store, pane=EMPTY, facts={})


@require_safe
@in_store
def offer(request: HttpRequest, store: Store, promotion_pk: int) -> HttpResponse:
    """One offer with all its items."""
    card = card_for(store=store, promotion_pk=promotion_pk, now=timezone.now())
    if card is None:
        raise Http404
    return answer(request, store=store, pane="tablet/_offer.html", facts=offer_facts(request, card=card))


def offer_facts(request: HttpRequest, *, card: OfferCard) -> dict[str, Any]:
    """What the pane shows of an offer: its card, and what this person did with it."""
    read = Acknowledgement.objects.filter(
        store=card.store, revision=card.receipts_id, staff_member=request.user.pk
    ).first()
    return {
        "card": card,
        "report_key": uuid.uuid4(),
        "acknowledged_at": read.acknowledged_at if read else None,
        "elsewhere": elsewhere(card, now=timezone.now()) if card.state in SHORT else (),
    }


@require_safe
@in_store
def verdict(request: HttpRequest, store: Store) -> HttpResponse:
    """May this deal be honoured here, now? The key makes each shown answer redeemable once."""
    code = request.GET.get("code", "").strip(" \t\r\n")
    if not code:
        return redirect("tablet")
    if problem := scan_problem(code):
        unread = {"problem": scan_problem_text(problem), "scanned": ""}
        return answer(request, store=store, pane="tablet/_unread.html", facts=unread, status=UNPROCESSABLE)
    now = timezone.now()
    seen, errors = seen_prices_in(request.GET, currency=store.currency)
    facts = verdict_facts(request, store=store, code=code, now=now, seen=seen)
    facts |= {"errors": errors, "typed": request.GET}
    facts["check_id"] = check_of(request, facts["verdict"], now=now)
    status = UNPROCESSABLE if errors else OK
    return answer(request, store=store, pane="tablet/_verdict.html", facts=facts, status=status)


def check_of(request: HttpRequest, verdict: Verdict, *, now: datetime) -> uuid.UUID | None:
    """The check that is kept of an answer. A page that asks anew by itself, and HEAD, are no shopper's question."""
    shown = request.GET.get("check", "")
    if request.method != "GET":
        return None
    if shown:
        return uuid_in(shown)
    return keep_check(verdict=verdict, staff_member_id=request.user.pk, now=now)


def uuid_in(text: str) -> uuid.UUID | None:
    """A key that our page wrote, or None."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_safe
@in_store
def search(request: HttpRequest, store: Store) -> HttpResponse:
    """What the words in the box may mean, as suggestions for htmx, else as a list in the pane."""
    text = request.GET.get("code", "").replace("\0", "").strip()[:LONGEST_CODE]
    facts = {"found": find(store=store, text=text), "scanned": text, "now": timezone.now()}
    if "HX-Request" in request.headers:
        return render(request, "tablet/_suggestions.html", facts)
    return answer(request, store=store, pane="tablet/_found.html", facts=facts)


def verdict_facts(
    request: HttpRequest, *, store: Store, code: str, now: datetime, seen: SeenPrices = NOBODY_LOOKED
) -> dict[str, Any]:
    """What the answer to a scan shows; words that are no code are searched for."""
    found = verdict_for(store=store, code=code, now=now, seen=seen)
    is_unknown = found.reasons[0].code == Reason.UNKNOWN_CODE
    may_redeem = found.deal is not None and found.outcome in REDEEMABLE
    return {
        "verdict": found,
        "matches": find(store=store, text=found.code) if is_unknown else None,
        "asked": urlencode({"code": code} | price_query(seen)),
        "may_compare": may_redeem and found.price is not None and found.price.deal is not None,
        "may_redeem": may_redeem,
        "may_hold": may_hold(found),
        "may_rain_check": may_rain_check(found),
        "is_sold_out": is_sold_out(found),
        "may_override": found.deal is not None and may_override(request, found),
        "needs": needs_of(found.deal) if found.deal and may_redeem else None,
        "by_code": found.deal is not None
        and bool(found.deal.code)
        and found.deal.facts.offer_type in ONE_EACH,
        "redeem_key": uuid.uuid4(),
        "hold_key": uuid.uuid4(),
        "report_key": uuid.uuid4(),
        "scanned": code,
    }


def price_query(seen: SeenPrices) -> dict[str, str]:
    """The prices that were compared, as the address says them."""
    shown = {"seen_price": seen.sign, "till_price": seen.till}
    return {name: str(amount) for name, amount in shown.items() if amount is not None}


def may_hold(found: Verdict) -> bool:
    """Whether one unit of the item can be put aside for this deal: a count that is not too old has it."""
    if found.deal is None or found.item is None or found.stock is None or found.outcome not in REDEEMABLE:
        return False
    return not found.stock.is_stale and found.stock.quantity >= 10**found.item.unit_decimals


def is_sold_out(found: Verdict) -> bool:
    """Whether nothing but the empty shelf stands against it. Nobody overrides that (decision 13): it is counted."""
    return found.outcome in (Outcome.OFFER_ALTERNATIVE, Outcome.REFUSE) and found.reasons[0].code in SOLD_OUT


def may_rain_check(found: Verdict) -> bool:
    """Whether the shelf is empty and the deal gives one unit a price to keep."""
    has_price = found.item is not None and found.price is not None and found.price.deal is not None
    return (
        is_sold_out(found)
        and has_price
        and found.deal is not None
        and found.deal.facts.offer_type not in ONE_EACH
    )


def may_override(request: HttpRequest, found: Verdict) -> bool:
    """Whether this person may take on what stands against it."""
    if isinstance(request.user, AnonymousUser) or not (
        settings.MANAGER_OVERRIDE and request.user.may_manage_store
    ):
        return False
    return found.outcome == Outcome.REFUSE and {line.code for line in found.reasons} <= OVERRIDABLE


@require_POST
@in_store
def redeem_code(request: HttpRequest, store: Store) -> HttpResponse:
    """Take one use. The same key again, by a second tap or a reload, is the same redemption."""
    asked = asked_in(request)
    key, shown = posted(request, "key"), request.POST.get("promotion_pk", "")
    if not key or len(key) > 255 or not {"promotion_id", "code"} & set(asked) or not is_number(shown):
        return HttpResponseBadRequest(_("What is to be redeemed is missing."))
    now = timezone.now()
    try:
        asked |= discount_in(request, currency=store.currency)
        given = redeem(store=store, staff_member=request.user, key=key, request=asked, now=now)
    except ValidationError as error:
        return asked_again(request, store=store, key=key, errors=error.message_dict, now=now)
    facts: dict[str, Any] = {
        "answer": given,
        "card": card_for(store=store, promotion_pk=int(shown), now=now),
        "reasons": ROLL_BACK_REASONS,
    }
    if given.status == CREATED:
        facts["discount"] = money_off(given.body)
        facts["redeemed_at"] = datetime.fromisoformat(given.body["redeemed_at"])
    status = OK if given.status == CREATED else given.status
    return answer(request, store=store, pane="tablet/_redeemed.html", facts=facts, status=status)


def asked_in(request: HttpRequest) -> dict[str, Any]:
    """What the form asks to redeem; a code names its promotion by itself."""
    fields = ("code", "promotion_id", "item", "customer", "override")
    asked: dict[str, Any] = {name: value for name in fields if (value := posted(request, name).strip(" "))}
    if "code" in asked:
        asked.pop("promotion_id", None)
    return asked


def discount_in(request: HttpRequest, *, currency: str) -> dict[str, Decimal]:
    """The money that the form says was taken off; ValidationError where it is none."""
    text = request.POST.get("discount_amount", "").strip()
    if not text:
        return {}
    amount = typed_price(text, currency=currency)
    if amount is None:
        raise ValidationError({"discount_amount": [_("Enter an amount such as 4.50.")]})
    return {"discount_amount": amount}


def asked_again(
    request: HttpRequest, *, store: Store, key: str, errors: dict[str, list[str]], now: datetime
) -> HttpResponse:
    """The verdict once more with what is missing beside its field; nothing typed is lost, nothing was taken."""
    facts = verdict_facts(request, store=store, code=request.POST.get("scanned", ""), now=now)
    facts |= {"redeem_key": key, "errors": errors, "typed": request.POST}
    return answer(request, store=store, pane="tablet/_verdict.html", facts=facts, status=UNPROCESSABLE)


def money_off(body: dict[str, Any]) -> str:
    """A redemption's discount in words, "" where none is known."""
    return money(body["discount_amount"], body["currency"]) if body["discount_amount"] is not None else ""


@require_POST
@in_store
def roll_back_redemption(request: HttpRequest, store: Store, redemption_id: uuid.UUID) -> HttpResponse:
    """Undo a redemption of this store. The key is the redemption's own: a second tap is the same undoing."""
    if not Redemption.objects.filter(store=store, pk=redemption_id).exists():
        raise Http404
    reason = request.POST.get("reason", "")
    if reason not in ROLL_BACK_REASONS:
        return HttpResponseBadRequest(_("Choose why."))
    now = timezone.now()
    given = roll_back(
        store=store, redemption_id=redemption_id, staff_member=request.user,
        key=f"undo {redemption_id} {reason}", reason=reason, now=now,
    )  # fmt: skip
    facts = {
        "answer": given,
        "why": ROLL_BACK_REASONS.get(given.body["reason"], given.body["reason"]),
        "discount": money_off(given.body),
        "rolled_back_at": datetime.fromisoformat(given.body["rolled_back_at"]),
    }
    return answer(request, store=store, pane="tablet/_rolled_back.html", facts=facts, status=given.status)


@require_POST
@in_store
def acknowledge_offer(request: HttpRequest, store: Store, promotion_pk: int) -> HttpResponse:
    """This person has read this revision of the offer."""
    now = timezone.now()
    card = card_for(store=store, promotion_pk=promotion_pk, now=now)
    revision = request.POST.get("revision", "")
    if card is None or not is_number(revision):
        raise Http404
    # What was on the screen: had its terms changed meanwhile, the new ones ask for themselves.
    read = None
    if int(revision) == card.receipts_id and not card.offer.revision.quiz_choices:
        acknowledge(store=store, revision_id=card.offer.revision_id, staff_member=request.user, now=now)
        read = now
    if "HX-Request" not in request.headers:
        return redirect("tablet")
    facts = {"card": card, "acknowledged_at": read, "just_read": read, "now": now}
    return render(request, "tablet/_ack.html", facts)


@require_POST
@in_store
def told(request: HttpRequest, store: Store) -> HttpResponse:
    """The tablet has shown these revisions."""
    revisions = request.POST.getlist("revision")
    if not all(is_number(revision) for revision in revisions):
        return HttpResponseBadRequest(_("Revisions are numbers."))
    mark_told(store=store, revision_ids=[int(revision) for revision in revisions], now=timezone.now())
    return HttpResponse(status=NO_CONTENT)


def posted(request: HttpRequest, name: str) -> str:
    """A text of the form; PostgreSQL takes no NUL."""
    return request.POST.get(name, "").replace("\0", "")


def is_number(text: str) -> bool:
    """A key as the page wrote it; anything else was not asked from our pages."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def answer(
    request: HttpRequest, *, store: Store, pane: str, facts: dict[str, Any], status: int = OK
) -> HttpResponse:
    """What the pane shows: alone for htmx, else within the whole page."""
    now = timezone.now()
    facts = {"store": store, "now": now, "pane": pane, **facts}
    if "HX-Request" in request.headers:
        return render(request, pane, facts, status=status)
    return render(request, "tablet/page.html", board(request, store=store, now=now) | facts, status=status)


def board(request: HttpRequest, *, store: Store, now: datetime) -> dict[str, Any]:
    """Everything the list of offers shows; showing it is telling the store."""
    # A board that loads itself anew while nobody is there is no look.
    if "unattended" not in request.GET:
        look(store=store, staff_member=request.user, now=now)
    briefing = briefing_for(store=store, staff_member=request.user, now=now)
    mark_told(store=store, revision_ids=[card.receipts_id for card in briefing.cards], now=now)
    show = request.GET.get("show", "")
    note_language(store=store, language=get_language() or "")
    ticket = sign_ticket(
        user_id=request.user.pk or 0,
        store_id=store.pk,
        store_code=store.store_code,
        turn=turn_of(request),
    )
    heard = {"ticket": ticket, "language": get_language() or ""}
    return {
        "store": store,
        "now": now,
        "briefing": briefing,
        "cards": [(card, briefing.acknowledged.get(card.receipts_id)) for card in briefing.cards],
        "chips": chips(briefing),
        "show": show if show in SHOWS else SHOWS[0],
        "live_url": f"/live/{quote(store.store_code, safe='')}/?{urlencode(heard)}",
        "holds_count": Reservation.objects.active().filter(store=store).count(),
        "has_several_stores": shops_of(request).count() > 1,
        "notices": notices_for(store=store, staff_member=request.user, now=now),
    }


def chips(briefing: StoreBriefing) -> list[dict[str, Any]]:
    """The four filters with their counts."""
    return [
        {"key": "now", "label": _("Now"), "count": len(briefing.now)},
        {"key": "new", "label": _("New"), "count": len(briefing.new)},
        {"key": "ending", "label": _("Ending"), "count": len(briefing.ending)},
        {"key": "coming", "label": _("Coming"), "count": len(briefing.coming)},
    ]
