"""The desk's list of promotions: filter, order, saved views, and the panel beside it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from promotions.models import PromotionRevision, SavedView
from promotions.rules.words import PromotionState
from promotions.selectors.board import promotion_rows
from promotions.selectors.listing import (
    filtered,
    in_order,
    listed_revisions,
    shown_revisions,
    state_counts,
)
from promotions.selectors.sentences import benefit_text
from promotions.selectors.upload_files import columns_for, sheet_of
from promotions.services.saved_views import delete_view, make_default, save_view
from promotions.sources.upload_tables import MOST_ROWS
from promotions.views.list_filter import ListFilter
from promotions.views.merchandising import merchandisers_only
from promotions.views.revision_words import window_text
from promotions.views.uploads import file_response

ROWS_A_PAGE = 50


@require_safe
@merchandisers_only
def promotion_list(request: HttpRequest) -> HttpResponse:
    """Promotions by the filter of the address; without one a person's own default view, if there is one."""
    views = list(SavedView.objects.filter(owner=request.user.pk))
    default = next((view for view in views if view.is_default), None)
    if not request.GET and default is not None:
        return redirect(f"{reverse('promotion-list')}?{default.query or 'view=all'}")
    form = list_filter(request)
    asked = form.asked()
    found = filtered(asked)
    counts = state_counts(found)
    paginator: Paginator[PromotionRevision] = Paginator(in_order(found, asked), ROWS_A_PAGE)
    # The tabs have counted already.
    paginator.count = sum(counts[state] for state in asked.states) if asked.states else counts.total()
    page = paginator.get_page(request.GET.get("page"))
    query = form.query()
    context = {
        "section": "promotions",
        "tabs": [(None, _("All"), counts.total()), *((each, each, counts[each]) for each in PromotionState)],
        "state": asked.states[0] if len(asked.states) == 1 else None,
        "filter": form,
        "search": asked.search,
        "query": query,
        "views": views,
        "view": next((view for view in views if view.query == query), None),
        "page": page,
        "rows": [(row, window_text(row.revision)) for row in promotion_rows(revisions=page.object_list)],
    }
    is_piece = request.headers.get("HX-Target", "").endswith("#promotions")
    return render(request, f"merchandising/{'_promotions' if is_piece else 'promotions'}.html", context)


def list_filter(request: HttpRequest) -> ListFilter:
    """The filter of the address; PostgreSQL takes no NUL, and nobody searches for a page of text."""
    if any("\x00" in value or len(value) > 200 for _name, values in request.GET.lists() for value in values):
        raise Http404
    return ListFilter(request.GET)


@require_GET
@merchandisers_only
def promotion_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """One line of the list, opened beside it."""
    shown = shown_revisions().select_related("promotion__budget", "promotion__owner")
    revision = get_object_or_404(shown, promotion=pk)
    (row,) = promotion_rows(revisions=[revision])
    context = {
        "row": row,
        "window": window_text(revision),
        "benefit": benefit_text(revision.benefit),
        "tallies": sorted(row.states.items()),
    }
    return render(request, "merchandising/_panel.html", context)


@require_GET
@merchandisers_only
def promotion_table(request: HttpRequest) -> HttpResponse:
    """The newest words of what the filter leaves, as a table that can be uploaded again."""
    listed = listed_revisions(list_filter(request).asked())
    keys = list(listed.values_list("promotion_id", flat=True)[: MOST_ROWS + 1])
    if len(keys) > MOST_ROWS:
        messages.error(
            request,
            _("More than %(most)s promotions are too many for one table; narrow the filter.")
            % {"most": number_format(MOST_ROWS, force_grouping=True)},
        )
        return redirect(f"{reverse('promotion-list')}?{request.GET.urlencode() or 'view=all'}")
    newest = PromotionRevision.objects.filter(promotion__in=keys).select_related("promotion")
    revisions = newest.order_by("promotion_id", "-number").distinct("promotion_id")
    sheet = sheet_of(revisions, columns=columns_for(request.user))
    return file_response(sheet, name="promotions", is_workbook=request.GET.get("format") != "csv")


@require_POST
@merchandisers_only
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep the filter of the address under a name."""
    query = request.POST.get("query", "")
    problem = save_view(
        owner=request.user, name=request.POST.get("name", ""), query=query, now=timezone.now()
    )
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, _("Saved. It stands above the list for you alone."))
    return redirect(f"{reverse('promotion-list')}?{query or 'view=all'}")


@require_POST
@merchandisers_only
def view_default(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the list with this view from now on, or with all promotions again."""
    view = own_view(request, pk)
    make_default(view=view, is_default=not view.is_default)
    return redirect(f"{reverse('promotion-list')}?{view.query or 'view=all'}")


@require_POST
@merchandisers_only
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view."""
    view = own_view(request, pk)
    delete_view(view=view)
    messages.success(request, _("The view “%(name)s” is gone; the promotions are not.") % {"name": view.name})
    return redirect(f"{reverse('promotion-list')}?view=all")


def own_view(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(SavedView, pk=pk, owner=request.user.pk)
