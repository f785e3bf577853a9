"""Pages about one number: why it is what it is, a count at the shelf, and the sources that disagree."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inventory.feeds.records import FeedRefused
from inventory.forms import PrecedenceForm
from inventory.imports.explaining import explain_stock
from inventory.imports.manual_counts import count_by_hand, typed_count
from inventory.imports.precedence import change_precedence
from inventory.imports.resolving import choices_of, prefer_source, resolve_conflict
from inventory.models import FeedSource, Item, PrecedenceChange, StockConflict, Store
from inventory.selectors import items_in_store
from inventory.tasks import ring_change
from inventory.views.access import operators_only

CONFLICTS_A_PAGE = 50
CHANGES_SHOWN = 20


def visible_store(request: HttpRequest, store_code: str) -> Store:
    """A store this person may see; a foreign one does not exist (G9)."""
    user: Any = request.user
    store: Store = get_object_or_404(user.visible_stores(), store_code=store_code)
    return store


@require_safe
@login_required
def stock_find(request: HttpRequest) -> HttpResponse:
    """Find an item in a store, on the way to everything behind its number."""
    user: Any = request.user
    stores = list(user.visible_stores())
    asked = request.GET.get("store")
    store = next((each for each in stores if each.store_code == asked), stores[0] if stores else None)
    words = request.GET.get("q", "").strip()[:200]
    context = {
        "section": "stock",
        "stores": stores,
        "store": store,
        "words": words,
        "found": items_in_store(store=store, text=words) if store and words else [],
    }
    return render(request, "inventory/stock_find.html", context)


@require_safe
@login_required
def stock_explained(request: HttpRequest, store_code: str, sku: str) -> HttpResponse:
    """Everything behind one number."""
    store = visible_store(request, store_code)
    return explained(request, store, get_object_or_404(Item, sku=sku))


def explained(
    request: HttpRequest, store: Store, item: Item, *, typed: str = "", problem: str = ""
) -> HttpResponse:
    """The page, with what was typed and what is wrong with it."""
    now = timezone.now()
    user: Any = request.user
    context = {
        "section": "stock",
        "found": explain_stock(store=store, item=item, now=now),
        "now": now,
        "may_count": user.may_count,
        "may_operate": user.may_operate,
        "key": uuid.uuid4().hex,  # pressing twice counts once
        "typed": typed,
        "problem": problem,
    }
    return render(request, "inventory/stock.html", context, status=422 if problem else 200)


@require_POST
@login_required
def stock_count(request: HttpRequest, store_code: str, sku: str) -> HttpResponse:
    """Take what somebody counted at the shelf."""
    store = visible_store(request, store_code)
    item = get_object_or_404(Item, sku=sku)
    user: Any = request.user
    if not user.may_count:
        raise PermissionDenied
    typed = request.POST.get("quantity", "").strip()[:40]
    try:
        quantity = typed_count(typed, item=item)
        if quantity is None:
            return explained(request, store, item, typed=typed, problem=_("Enter a number such as 12."))
        counted = count_by_hand(
            store=store,
            item=item,
            quantity=quantity,
            member=user,
            now=timezone.now(),
            key=request.POST.get("key", "").replace("\0", "")[:64],
        )
    except FeedRefused as refusal:
        return explained(request, store, item, typed=typed, problem=refusal.message)
    if counted.is_reused:
        before = counted.count.answer["counted"]
        problem = _("This page has sent a count already: %(quantity)s. Save again to count anew.")
        return explained(request, store, item, typed=typed, problem=problem % {"quantity": before})
    told = _("Counted: %(quantity)s. It is believed until a newer fact arrives.")
    messages.success(request, told % {"quantity": counted.count.answer["counted"]})
    return redirect("stock-explained", store.store_code, item.sku)


@require_safe
@operators_only
def conflict_list(request: HttpRequest) -> HttpResponse:
    """Sources that disagree, the newest first."""
    state = next((each for each in StockConflict.State if each == request.GET.get("state")), None)
    shown = state or StockConflict.State.OPEN
    found = StockConflict.objects.filter(state=shown).with_names().order_by("-opened_at", "-pk")
    page = Paginator(found, CONFLICTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "conflicts",
        "now": timezone.now(),
        "tabs": list(StockConflict.State),
        "state": shown,
        "page": page,
        "rows": [(conflict, choices_of(conflict).values()) for conflict in page],
    }
    return render(request, "inventory/conflicts.html", context)


@require_POST
@operators_only
def conflict_resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's word on a conflict, given where it stands."""
    conflict = get_object_or_404(StockConflict.objects.with_names(), pk=pk)
    resolution = request.POST.get("resolution", "").replace("\0", "").strip()[:2000]
    side = choices_of(conflict).get(request.POST.get("believe", ""))
    problem, now = "", timezone.now()
    if not resolution:
        problem = _("Say what you found: whoever looks next will ask.")
    elif side is None:
        resolve_conflict(conflict=conflict, resolution=resolution, member=request.user, now=now)
    else:
        change = prefer_source(
            conflict=conflict, source=side, resolution=resolution, member=request.user, now=now
        )
        if change is not None:
            ring_change(change_id=change.pk)
    conflict = StockConflict.objects.with_names().get(pk=pk)
    if not problem and conflict.resolution != resolution:  # somebody else's words, or none: the next file's
        problem = _("This was closed meanwhile.")
    if request.headers.get("HX-Request"):
        context = {
            "conflict": conflict,
            "sides": choices_of(conflict).values(),
            "problem": problem,
            "typed": resolution,
            "now": now,
        }
        return render(request, "inventory/_conflict.html", context)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, _("Resolved."))
    return redirect("conflict-list")


@require_safe
@operators_only
def precedence_list(request: HttpRequest) -> HttpResponse:
    """Which source is believed before which, and who changed it when."""
    return render(request, "inventory/precedence.html", precedence_context())


def precedence_context(
    wrong: PrecedenceForm | None = None, *, of: FeedSource | None = None
) -> dict[str, Any]:
    """Every source of stock with its form; `wrong` is the one that was filled in wrongly."""
    sources = FeedSource.objects.filter(kind=FeedSource.Kind.STOCK).order_by("precedence", "name")
    forms = [
        (source, wrong if wrong and source == of else PrecedenceForm(source=source)) for source in sources
    ]
    changes = PrecedenceChange.objects.select_related("source", "changed_by")[:CHANGES_SHOWN]
    return {"section": "conflicts", "forms": forms, "changes": changes}


@require_POST
@operators_only
def precedence_change(request: HttpRequest, code: str) -> HttpResponse:
    """Change how far one source is believed; a worker derives the levels again."""
    source = get_object_or_404(FeedSource, code=code, kind=FeedSource.Kind.STOCK)
    form = PrecedenceForm(request.POST, source=source)
    if not form.is_valid():
        return render(request, "inventory/precedence.html", precedence_context(form, of=source), status=422)
    change = change_precedence(
        source=source,
        precedence=form.cleaned_data["precedence"],
        holds_for=form.cleaned_data["holds_for"],
        member=request.user,
        now=timezone.now(),
    )
    if change is None:
        messages.warning(request, _("Nothing was changed."))
    else:
        ring_change(change_id=change.pk)
        messages.success(request, _("Changed. The levels of its stores are worked out again now."))
    return redirect("precedence-list")
