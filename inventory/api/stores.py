"""Stores: the ones the caller may see."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.access import store_or_404, stores_of
from inventory.api.paging import PagedView
from inventory.models import Store


class StoreSerializer(serializers.ModelSerializer[Store]):
    """A store; `opening_hours` are store-local, a missing day is closed."""

    class Meta:
        model = Store
        fields = (
            "store_code", "name", "kind", "gln", "timezone", "currency", "street", "city", "region", "postcode",
            "country", "latitude", "longitude", "opening_hours",
        )  # fmt: skip
        read_only_fields = fields


class StoreListView(PagedView):
    @extend_schema(operation_id="stores_list", responses=StoreSerializer(many=True), tags=["stores"])
    def get(self, request: Request) -> Response:
        """The stores you may see, by code. An associate sees its own."""
        return self.page(stores_of(request), lambda stores: StoreSerializer(stores, many=True).data)


class StoreDetailView(APIView):
    @extend_schema(operation_id="stores_read", responses=StoreSerializer, tags=["stores"])
    def get(self, request: Request, store_code: str) -> Response:
        """One store."""
        return Response(StoreSerializer(store_or_404(request, store_code)).data)
