"""Holds: items put aside for a shopper, once per Idempotency-Key; handed out, or given back."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.access import store_or_404
from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.keys import KEY, key_in
from inventory.api.paging import PagedView
from inventory.models import Reservation
from promotions.api.access import member_of
from promotions.api.idempotency import answer_to, response_to
from promotions.services.holding import (
    LONGEST_NAME,
    LONGEST_WHY,
    MOST_LINES,
    fulfil,
    hold,
    hold_body,
    release,
)


class HoldLineSerializer(serializers.Serializer[Any]):
    item = serializers.CharField(max_length=200, help_text="GTIN in any form, PLU or SKU.")
    quantity = serializers.DecimalField(
        max_digits=8,
        decimal_places=3,
        min_value=Decimal("0.001"),
        default=Decimal(1),
        help_text="In the item's unit.",
    )


class HoldRequestSerializer(serializers.Serializer[Any]):
    """What to put aside, all of it or nothing. To hold in another store name the deal: it must hold there."""

    lines = serializers.ListField(child=HoldLineSerializer(), allow_empty=False, max_length=MOST_LINES)
    hold_in = serializers.CharField(
        max_length=64, required=False, help_text="The code of the store that holds; your own if not given."
    )
    promotion_id = serializers.CharField(max_length=60, required=False)
    for_whom = serializers.CharField(
        max_length=LONGEST_NAME, required=False, allow_blank=True, help_text="At most a first name."
    )


class HoldSerializer(serializers.Serializer[Any]):
    """One item on hold. Times are on the holding store's clock."""

    hold_id = serializers.UUIDField()
    reference = serializers.CharField(help_text="What the shopper says when they come.")
    store_code = serializers.CharField(help_text="Where it waits.")
    made_in = serializers.CharField(help_text="The store in which it was asked for.")
    sku = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.CharField(help_text="In the item's unit.")
    unit = serializers.CharField()
    state = serializers.ChoiceField(Reservation.State.choices)
    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class ListedHoldSerializer(HoldSerializer):
    """A hold on the list of a store."""

    for_whom = serializers.CharField(help_text="Empty once it is over.")


class HeldSerializer(serializers.Serializer[Any]):
    """What was put aside together."""

    reference = serializers.CharField()
    store_code = serializers.CharField()
    expires_at = serializers.DateTimeField()
    holds = HoldSerializer(many=True)


class ReleaseRequestSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=LONGEST_WHY, required=False, allow_blank=True, default="")


class HoldView(PagedView):
    @extend_schema(operation_id="holds_list", responses=ListedHoldSerializer(many=True), tags=["holds"])
    def get(self, request: Request, store_code: str) -> Response:
        """The holds in the store and those its people made elsewhere, the newest first."""
        store = store_or_404(request, store_code)
        rows = Reservation.objects.concerning(store.pk).with_names().order_by("-made_at", "-pk")
        return self.page(rows, lambda page: [hold_body(one) | {"for_whom": one.for_whom} for one in page])

    @extend_schema(
        operation_id="holds_create",
        tags=["holds"],
        request=HoldRequestSerializer,
        parameters=[KEY],
        responses={201: HeldSerializer, 409: ProblemSerializer, 422: ProblemSerializer, **PROBLEMS},
    )  # fmt: skip
    def post(self, request: Request, store_code: str) -> HttpResponse:
        """Put items aside here, or where their deal holds. 409 with `reasons` when they cannot be promised there."""
        return answer_to(
            request,
            store_code=store_code,
            asks=HoldRequestSerializer,
            act=lambda store, **told: hold(made_in=store, **told),
        )


class ReleaseView(APIView):
    @extend_schema(
        operation_id="holds_release",
        tags=["holds"],
        request=ReleaseRequestSerializer,
        parameters=[KEY],
        responses={200: HoldSerializer, 409: ProblemSerializer, 422: ProblemSerializer, **PROBLEMS},
    )
    def post(self, request: Request, store_code: str, hold_id: UUID) -> HttpResponse:
        """Give a hold back: for the store that holds, and for the one that made it. Twice is once."""
        store = store_or_404(request, store_code)
        key = key_in(request)
        asked = ReleaseRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        answer = release(
            store=store,
            hold_id=hold_id,
            staff_member=member_of(request),
            key=key,
            why=asked.validated_data["reason"],
            now=timezone.now(),
        )
        return response_to(answer)


class FulfilView(APIView):
    @extend_schema(
        operation_id="holds_fulfil",
        tags=["holds"],
        request=None,
        parameters=[KEY],
        responses={200: HoldSerializer, 409: ProblemSerializer, 422: ProblemSerializer, **PROBLEMS},
    )
    def post(self, request: Request, store_code: str, hold_id: UUID) -> HttpResponse:
        """The shopper has come: for the store that holds. Twice is once."""
        store = store_or_404(request, store_code)
        answer = fulfil(
            store=store,
            hold_id=hold_id,
            staff_member=member_of(request),
            key=key_in(request),
            now=timezone.now(),
        )
        return response_to(answer)
