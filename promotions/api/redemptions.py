"""Redemptions: one use of a promotion, once per Idempotency-Key; and giving it back."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.access import store_or_404
from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.keys import KEY, key_in
from inventory.api.paging import PagedView
from promotions.api.access import member_of
from promotions.api.idempotency import answer_to, response_to
from promotions.models import Redemption
from promotions.rules.words import RedemptionState
from promotions.services.redeeming import LONGEST_OVERRIDE, redeem
from promotions.services.rolling_back import LONGEST_REASON, roll_back
from promotions.services.shoppers import LONGEST_NUMBER


class RedemptionRequestSerializer(serializers.Serializer[Any]):
    """What to redeem: the promotion by `code` or by `promotion_id`, and the `item` it is used on.

    `customer` is needed where the promotion is for members or limited per customer, `discount_amount` where it has
    a budget in money that the item's price does not tell.
    """

    code = serializers.CharField(max_length=200, required=False, trim_whitespace=False)
    promotion_id = serializers.CharField(max_length=60, required=False)
    item = serializers.CharField(max_length=200, required=False, help_text="GTIN in any form, PLU or SKU.")
    quantity = serializers.IntegerField(
        min_value=1, max_value=10_000, required=False, help_text="Units of the item; 1 if not given."
    )
    customer = serializers.CharField(
        max_length=LONGEST_NUMBER, required=False, help_text="The member number."
    )
    discount_amount = serializers.DecimalField(
        max_digits=12,
        decimal_places=3,
        min_value=0,
        required=False,
        help_text="What the till took off, in the store's currency.",
    )
    override = serializers.CharField(
        max_length=LONGEST_OVERRIDE,
        required=False,
        help_text="A store manager's reason for redeeming outside the window, where the installation allows it.",
    )

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
    state = serializers.ChoiceField([str(state) for state in RedemptionState])
    redeemed_at = serializers.SerializerMethodField()

    class Meta:
        model = Redemption
        fields = (
            "redemption_id", "promotion_id", "revision", "store_code", "sku", "quantity", "code", "discount_amount",
            "currency", "state", "redeemed_at",
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
    quantity = serializers.IntegerField()
    code = serializers.CharField()
    discount_amount = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    uses_left = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField([str(state) for state in RedemptionState])
    redeemed_at = serializers.DateTimeField()


class RolledBackSerializer(RedeemedSerializer):
    """A redemption that was given back, with the first reason."""

    reason = serializers.CharField()
    rolled_back_at = serializers.DateTimeField()


class RollBackRequestSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="Why: it is kept.")


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
        parameters=[KEY],
        responses={201: RedeemedSerializer, 409: ProblemSerializer, 422: ProblemSerializer, **PROBLEMS},
    )  # fmt: skip
    def post(self, request: Request, store_code: str) -> HttpResponse:
        """Take one use. 409 with `reasons` when the deal does not hold here and now, or nothing is left of it.

        `limits` then names the limits that are reached, and when they start again on the store's clock.
        """
        return answer_to(request, store_code=store_code, asks=RedemptionRequestSerializer, act=redeem)


class RollBackView(APIView):
    @extend_schema(
        operation_id="redemptions_roll_back",
        tags=["redemptions"],
        request=RollBackRequestSerializer,
        parameters=[KEY],
        responses={200: RolledBackSerializer, 422: ProblemSerializer, **PROBLEMS},
    )
    def post(self, request: Request, store_code: str, redemption_id: UUID) -> HttpResponse:
        """Give the use, the money and the code back. Twice is once, whatever the key."""
        store = store_or_404(request, store_code)
        key = key_in(request)
        redemption = get_object_or_404(Redemption, store=store, pk=redemption_id)
        asked = RollBackRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        answer = roll_back(
            store=store,
            redemption_id=redemption.pk,
            staff_member=member_of(request),
            key=key,
            reason=asked.validated_data["reason"],
            now=timezone.now(),
        )
        return response_to(answer)
