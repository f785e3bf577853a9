"""Where items stand in a store, for the systems that know it."""

from typing import Any

from django.core.exceptions import ValidationError as Refused
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.access import store_or_404
from inventory.api.documentation import PROBLEMS
from inventory.api.paging import PagedView
from inventory.imports.places import say_places
from inventory.models import StoreItemPlace

MOST_PLACES = 5_000


class PlaceSerializer(serializers.ModelSerializer[StoreItemPlace]):
    """One item's place in the store, in the store's words."""

    sku = serializers.CharField(source="item.sku")

    class Meta:
        model = StoreItemPlace
        fields = ("sku", "place", "said_at")
        read_only_fields = fields


class PlacesSerializer(serializers.Serializer[Any]):
    """Places by SKU; an empty one forgets where the item stands."""

    places = serializers.DictField(child=serializers.CharField(max_length=200, allow_blank=True))


class SaidSerializer(serializers.Serializer[Any]):
    said = serializers.IntegerField()


class PlacesView(PagedView):
    @extend_schema(operation_id="places_list", tags=["stock"], responses=PlaceSerializer(many=True))
    def get(self, request: Request, store_code: str) -> Response:
        """Where items stand in the store."""
        store = store_or_404(request, store_code)
        places = StoreItemPlace.objects.filter(store=store).select_related("item").order_by("item_id")
        return self.page(places, lambda page: PlaceSerializer(page, many=True).data)

    @extend_schema(
        operation_id="places_say",
        tags=["stock"],
        request=PlacesSerializer,
        responses={200: SaidSerializer, **PROBLEMS},
    )
    def put(self, request: Request, store_code: str) -> Response:
        """Say where up to 5,000 items stand: all of them or, with an error by SKU, none."""
        store = store_or_404(request, store_code)
        if request.user.is_anonymous or not request.user.may_count:
            raise PermissionDenied
        asked = PlacesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        places = asked.validated_data["places"]
        if len(places) > MOST_PLACES:
            raise ValidationError({"places": [f"Give at most {MOST_PLACES}."]})
        try:
            said = say_places(store=store, places=places, member=request.user, now=timezone.now())
        except Refused as refused:
            raise ValidationError(refused.message_dict) from refused
        return Response({"said": said})
