"""One number explained, and counted at the shelf."""

import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inventory.feeds.records import FeedRefused
from inventory.imports.explaining import explain_stock
from inventory.imports.manual_counts import count_by_hand
from inventory.models import Item, Store


def visible_store(request: HttpRequest, store_code: str) -> Store:
    """A store this person may see; a foreign one does not exist (G9)."""
    user: Any = request.user
    store: Store = get_object_or_404(user.visible_stores(), store_code=store_code)
    return store


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
        "section": "conflicts",
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
        counted = count_by_hand(
            store=store,
            item=item,
            quantity=Decimal(typed.replace(",", ".") or "NaN"),
            member=user,
            now=timezone.now(),
            key=request.POST.get("key", "")[:64],
        )
    except InvalidOperation:
        return explained(request, store, item, typed=typed, problem=_("Enter a number such as 12."))
    except FeedRefused as refusal:
        return explained(request, store, item, typed=typed, problem=refusal.message)
    told = _("Counted: %(quantity)s. It is believed until a newer fact arrives.")
    messages.success(request, told % {"quantity": counted.count.answer["counted"]})
    return redirect("stock-explained", store.store_code, item.sku)
