"""Rain checks: a personal code for today's price, where the shelf is empty."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.keys import KEY
from promotions.api.idempotency import answer_to
from promotions.services.rain_checks import give_rain_check


class RainCheckRequestSerializer(serializers.Serializer[Any]):
    item = serializers.CharField(max_length=200, help_text="GTIN in any form, PLU or SKU.")
    promotion_id = serializers.CharField(max_length=60)


class RainCheckSerializer(serializers.Serializer[Any]):
    """What one shopper is promised: redeem it by its `code`, once."""

    code = serializers.CharField()
    printed = serializers.CharField(help_text="The code in fours.")
    promotion_id = serializers.CharField()
    revision = serializers.IntegerField()
    store_code = serializers.CharField()
    sku = serializers.CharField()
    title = serializers.CharField()
    price = serializers.CharField(help_text="What one unit costs with it, as a decimal text.")
    currency = serializers.CharField()
    valid_until = serializers.DateTimeField(help_text="On the store's clock; no longer belongs to it.")


class RainCheckView(APIView):
    @extend_schema(
        operation_id="rain_checks_create",
        tags=["holds"],
        request=RainCheckRequestSerializer,
        parameters=[KEY],
        responses={201: RainCheckSerializer, 409: ProblemSerializer, 422: ProblemSerializer, **PROBLEMS},
    )
    def post(self, request: Request, store_code: str) -> HttpResponse:
        """Promise one shopper today's price for later. 409 where the item is here, or the deal does not hold."""
        return answer_to(request, store_code=store_code, asks=RainCheckRequestSerializer, act=give_rain_check)
