"""Redemptions: one use of a promotion, once per Idempotency-Key."""

from typing import Any

import orjson
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.access import store_or_404
from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.paging import PagedView
from promotions.models import Redemption
from promotions.services.redeeming import redeem

LONGEST_KEY = 255


class RedemptionRequestSerializer(serializers.Serializer[Any]):
    """What to redeem: the promotion by `code` or by `promotion_id`, and the `item` it is used on."""

    code = serializers.CharField(max_length=60, required=False)
    promotion_id = serializers.CharField(max_length=60, required=False)
    item = serializers.CharField(max_length=200, required=False, help_text="GTIN in any form, PLU or SKU.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("code" in attrs) == ("promotion_id" in attrs):
            raise ValidationError("Give either code or promotion_id.")
        return attrs


class RedemptionSerializer(serializers.ModelSerializer[Redemption]):
    """One use of a promotion."""

    redemption_id = serializers.UUIDField(source="id")
    promotion_id = serializers.CharField(source="promotion.promotion_id")
    revision = serializers.IntegerField(source="revision.number")
    store_code = serializers.CharField(source="store.store_code")
    sku = serializers.CharField(source="item.sku", default=None, allow_null=True)
    currency = serializers.CharField()
    redeemed_at = serializers.SerializerMethodField()

    class Meta:
        model = Redemption
        fields = (
            "redemption_id", "promotion_id", "revision", "store_code", "sku", "code", "discount_amount", "currency",
            "redeemed_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_redeemed_at(self, redemption: Redemption) -> str:
        """On the store's clock, with offset."""
        return redemption.store.local(redemption.redeemed_at).isoformat()


class RedeemedSerializer(serializers.Serializer[Any]):
    """The answer to a redemption; the same key gets the same one again."""

    redemption_id = serializers.UUIDField()
    promotion_id = serializers.CharField()
    revision = serializers.IntegerField()
    store_code = serializers.CharField()
    sku = serializers.CharField(allow_null=True)
    discount_amount = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    uses_left = serializers.IntegerField(allow_null=True)
    redeemed_at = serializers.DateTimeField()


class RedemptionView(PagedView):
    @extend_schema(
        operation_id="redemptions_list", responses=RedemptionSerializer(many=True), tags=["redemptions"]
    )
    def get(self, request: Request, store_code: str) -> Response:
        """The store's redemptions, newest first."""
        store = store_or_404(request, store_code)
        rows = Redemption.objects.filter(store=store).select_related("promotion", "revision", "store", "item")
        newest = rows.order_by("-redeemed_at", "-id")
        return self.page(newest, lambda page: RedemptionSerializer(page, many=True).data)

    @extend_schema(
        operation_id="redemptions_create",
        tags=["redemptions"],
        request=RedemptionRequestSerializer,
        parameters=[
            OpenApiParameter(
                "Idempotency-Key", str, OpenApiParameter.HEADER, required=True,
                description="Your own name for this redemption. Sent again, it takes no second use.",
            )
        ],
        responses={201: RedeemedSerializer, 409: ProblemSerializer, 422: ProblemSerializer, **PROBLEMS},
    )  # fmt: skip
    def post(self, request: Request, store_code: str) -> HttpResponse:
        """Take one use. 409 with `reasons` when the deal does not hold here and now, or no use is left."""
        store = store_or_404(request, store_code)
        key = key_in(request)
        asked = RedemptionRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        if isinstance(request.user, AnonymousUser):
            raise Http404
        answer = redeem(
            store=store, staff_member=request.user, key=key, request=asked.validated_data, now=timezone.now()
        )
        kind = "application/json" if answer.status < 400 else "application/problem+json"
        # Sorted, because a stored answer does not keep the order of its keys: a repeat is the same to the byte.
        response = HttpResponse(
            orjson.dumps(answer.body, option=orjson.OPT_SORT_KEYS), status=answer.status, content_type=kind
        )
        if answer.is_repeat:
            response["Idempotent-Replayed"] = "true"
        return response


def key_in(request: Request) -> str:
    """The Idempotency-Key header."""
    key: str = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        raise ValidationError(
            {"Idempotency-Key": ["Send this header: without it a repeat would take two uses."]}
        )
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise ValidationError({"Idempotency-Key": [f"A key has at most {LONGEST_KEY} printable characters."]})
    return key
