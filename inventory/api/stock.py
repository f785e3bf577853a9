"""Stock of one store: each figure with its source and its age."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.access import store_or_404
from inventory.api.items import GTIN, SKU, items_asked_for
from inventory.api.paging import PagedView
from inventory.models import Item, StockLevel, Store
from inventory.selectors import StockFigure, stock_figures


class StockSerializer(serializers.Serializer[Any]):
    """What we believe stands in the store. Times are on the store's clock, with offset."""

    sku = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.DecimalField(
        max_digits=13, decimal_places=3, help_text="In `unit`; may be negative."
    )
    withheld = serializers.DictField(child=serializers.CharField(), help_text="By state, e.g. RESERVED.")
    available = serializers.CharField(help_text="What can be promised: `quantity` less all that is withheld.")
    unit = serializers.CharField()
    counted_at = serializers.DateTimeField(help_text="When the count behind the figure was made.")
    sales_until = serializers.DateTimeField(
        allow_null=True, help_text="Sales up to here are taken off; null when none came after the count."
    )
    source = serializers.CharField(help_text="Whose count it is.")  # type: ignore[assignment]
    is_stale = serializers.BooleanField(
        help_text="Older than the source's freshness limit: look at the shelf."
    )
    age_seconds = serializers.IntegerField()


class StockView(PagedView):
    @extend_schema(
        operation_id="stock_list",
        tags=["stock"],
        parameters=[SKU, GTIN],
        responses=StockSerializer(many=True),
    )
    def get(self, request: Request, store_code: str) -> Response:
        """Every item the store has a figure for; an item without one has never been counted there."""
        store = store_or_404(request, store_code)
        levels = StockLevel.objects.filter(store=store).select_related("item").order_by("item_id")
        condition = items_asked_for(request.query_params)
        if condition:
            levels = levels.filter(item__in=Item.objects.filter(condition))
        return self.page(levels, lambda page: stock_rows(page, store=store, now=timezone.now()))


def stock_rows(levels: Sequence[StockLevel], *, store: Store, now: datetime) -> list[dict[str, Any]]:
    """Levels of one store with what the feeds say of them; a fixed number of queries."""
    figures = stock_figures(stores=[store], items=[level.item for level in levels])
    return [
        stock_row(level.item, figure, store=store, now=now)
        for level in levels
        if (figure := figures.get((store.pk, level.item_id)))
    ]


def stock_row(item: Item, figure: StockFigure, *, store: Store, now: datetime) -> dict[str, Any]:
    """One figure as JSON."""
    until = figure.sales_until
    return {
        "sku": item.sku,
        "title": item.title,
        "quantity": item.in_unit(figure.quantity),
        "withheld": {state: item.in_unit(held) for state, held in figure.withheld.items()},
        "available": item.in_unit(figure.available),
        "unit": item.unit,
        "counted_at": store.local(figure.counted_at).isoformat(),
        "sales_until": store.local(until).isoformat() if until else None,
        "source": figure.source_code,
        "is_stale": figure.is_stale(now),
        "age_seconds": int((now - figure.counted_at).total_seconds()),
    }
