"""Items: what is sold, and the codes it is found by."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.paging import PagedView
from inventory.api.queries import text_in
from inventory.feeds.scans import scanned_gtins
from inventory.models import Item, ItemIdentifier

SKU = OpenApiParameter("sku", str, description="Exactly this SKU.")
GTIN = OpenApiParameter("gtin", str, description="A GTIN of any length, or anything a scanner makes of one.")


class IdentifierSerializer(serializers.ModelSerializer[ItemIdentifier]):
    class Meta:
        model = ItemIdentifier
        fields = ("kind", "value")
        read_only_fields = fields


class ItemSerializer(serializers.ModelSerializer[Item]):
    """An item. Stock of it is counted in 10^-unit_decimals of its unit (UN/ECE Rec 20)."""

    identifiers = IdentifierSerializer(many=True)

    class Meta:
        model = Item
        fields = (
            "sku", "title", "brand", "product_type", "item_group_id", "unit", "unit_decimals", "regular_price",
            "price_currency", "image_link", "identifiers",
        )  # fmt: skip
        read_only_fields = fields


def items_asked_for(query: Mapping[str, Any]) -> Q:
    """The items that `sku` and `gtin` of a query string leave."""
    condition = Q()
    if sku := text_in(query, "sku", longest=64):
        condition &= Q(sku=sku)
    if text := text_in(query, "gtin"):
        gtins = scanned_gtins(text)
        if not gtins:
            raise ValidationError({"gtin": ["This is no GTIN: the length or the check digit is wrong."]})
        named = ItemIdentifier.objects.filter(kind=ItemIdentifier.Kind.GTIN, value__in=gtins)
        condition &= Q(pk__in=named.values("item_id"))
    return condition


def items() -> QuerySet[Item]:
    return Item.objects.prefetch_related("identifiers").order_by("sku")


class ItemListView(PagedView):
    @extend_schema(
        operation_id="items_list",
        tags=["items"],
        parameters=[OpenApiParameter("search", str, description="In title, brand or SKU."), SKU, GTIN],
        responses=ItemSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Items by SKU."""
        found = items().filter(items_asked_for(request.query_params))
        if search := text_in(request.query_params, "search", longest=100):
            found = found.filter(
                Q(title__icontains=search) | Q(brand__icontains=search) | Q(sku__icontains=search)
            )
        return self.page(found, lambda page: ItemSerializer(page, many=True).data)


class ItemDetailView(APIView):
    @extend_schema(operation_id="items_read", tags=["items"], responses=ItemSerializer)
    def get(self, request: Request, sku: str) -> Response:  # noqa: ARG002 - the path says it all
        """One item."""
        return Response(ItemSerializer(get_object_or_404(items(), sku=sku)).data)
