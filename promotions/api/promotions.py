"""Promotions: written, revised, published, stopped; and the board of how the stores stand."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.access import stores_of
from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.paging import PagedView
from inventory.api.queries import text_in
from promotions.api.access import MayMerchandise, is_merchandiser, member_of, promotion_or_404, promotions_of
from promotions.api.offers import IssueSerializer
from promotions.models import Promotion, PromotionRevision
from promotions.rules.words import OfferState, PromotionState, RevisionState
from promotions.selectors.board import Board, BoardCell, board_for
from promotions.services.publishing import (
    create_promotion,
    publish_promotion,
    revise_promotion,
    stop_promotion,
)

PERMISSIONS = (IsAuthenticated, MayMerchandise)
ERRORS = {403: ProblemSerializer, **PROBLEMS}

# Which stores a promotion is for is head office's business; a store hears what holds for itself.
STORE_LISTS = (
    "store_codes_inclusion",
    "store_codes_exclusion",
    "store_groups_inclusion",
    "store_groups_exclusion",
)
# What only head office is told: an associate is asked the question.
HIDDEN = (*STORE_LISTS, "quiz_answers", "quiz_explanation")
CONTENT = (
    "campaign", "long_title", "operator_display_name", "customer_display_name", "operator_text", "promotion_url",
    "picture", "talk_track", "urgency", "quiz_question", "quiz_answers", "quiz_explanation",
    "coupon_value_type", "applies_to", "percent_off", "money_off_amount", "fixed_price_amount",
    "minimum_purchase_amount", "currency", "minimum_purchase_quantity", "get_this_quantity_discounted",
    "reward_items", "reward_item_id_inclusion", "bundle_parts", "tiers", "tier_basis", "free_gift_item_id",
    "free_gift_description", "free_gift_value", "limit_quantity", "limit_value", "audience", "concurrence",
    "priority", "tags", "combines_with",
    "offer_type", "generic_redemption_code", "limit_uses", "limits", "redemption_channel",
    "product_applicability", "item_id_inclusion", "item_id_exclusion", "brand_inclusion", "brand_exclusion",
    "product_type_inclusion", "product_type_exclusion", "item_group_id_inclusion", "item_group_id_exclusion",
    "item_list_inclusion", "item_list_exclusion", "store_applicability", *STORE_LISTS,
    "starts_on", "starts_time", "ends_on", "ends_time", "window_timezone", "weekly_hours", "display_starts_on",
    "display_starts_time", "display_ends_on", "display_ends_time", "honour_hours", "minimum_stock",
)  # fmt: skip


class ContentSerializer(serializers.ModelSerializer[PromotionRevision]):
    """What a promotion says. Names are Google Merchant's; the window is wall-clock time, its end not included."""

    class Meta:
        model = PromotionRevision
        fields: tuple[str, ...] = CONTENT
        # What is given but empty is for the rule set to judge, in its words.
        extra_kwargs = {
            "operator_text": {"max_length": 2000},
            "long_title": {"allow_blank": True},
            "redemption_channel": {"allow_empty": True},
        }

    def to_internal_value(self, data: Any) -> Any:
        """A misspelt field is an error: silently left out, it would change what shoppers get."""
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                raise ValidationError({name: ["This is not a field of a promotion."] for name in unknown})
        return super().to_internal_value(data)


class NewPromotionSerializer(ContentSerializer):
    promotion_id = serializers.RegexField(
        r"\A[\w.:-]+\Z", max_length=60, help_text="Your id of it: letters, digits and . : - _"
    )

    class Meta(ContentSerializer.Meta):
        fields = ("promotion_id", *CONTENT)


class NextRevisionSerializer(ContentSerializer):
    """What it says next, in full."""

    based_on = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text="The number of the revision you started from; 409 when somebody saved a newer one.",
    )

    class Meta(ContentSerializer.Meta):
        fields = ("based_on", *CONTENT)


class RevisionSerializer(serializers.ModelSerializer[PromotionRevision]):
    """One revision; the lists of stores and the answer to its question are only there for merchandisers."""

    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    basis = serializers.SerializerMethodField(
        help_text="The number of the revision whose approval and acknowledgements hold for it: its own, or an "
        "earlier one with the same terms in other words."
    )

    class Meta:
        model = PromotionRevision
        fields = ("number", "created_at", "created_by", "basis", *CONTENT)
        read_only_fields = fields
        extra_kwargs = {name: {"required": False} for name in HIDDEN}

    def get_basis(self, revision: PromotionRevision) -> int:
        return revision.basis.number if revision.basis else revision.number

    def to_representation(self, instance: PromotionRevision) -> dict[str, Any]:
        row: dict[str, Any] = super().to_representation(instance)
        if not self.context["is_merchandiser"]:
            for name in (*HIDDEN, "created_by"):
                del row[name]
        return row


class PromotionSerializer(serializers.ModelSerializer[Promotion]):
    """A promotion. `revision` is the published one, null for a draft; `revision_state`, where the newest one stands,
    is only there for merchandisers."""

    state = serializers.ChoiceField([str(state) for state in PromotionState])
    revision_state = serializers.ChoiceField([str(state) for state in RevisionState], required=False)
    revision = RevisionSerializer(source="current_revision", allow_null=True)
    used = serializers.IntegerField(source="budget.used", default=0)

    class Meta:
        model = Promotion
        fields: tuple[str, ...] = (
            "promotion_id", "state", "revision_state", "revision", "used", "created_at", "published_at", "stopped_at",
            "stopped_reason",
        )  # fmt: skip
        read_only_fields = fields

    def to_representation(self, instance: Promotion) -> dict[str, Any]:
        row: dict[str, Any] = super().to_representation(instance)
        if not self.context["is_merchandiser"]:
            del row["revision_state"]
        return row


class PromotionDetailSerializer(PromotionSerializer):
    """A promotion with its history: merchandisers see every revision, others the published one."""

    revisions = serializers.SerializerMethodField()

    class Meta(PromotionSerializer.Meta):
        fields = (*PromotionSerializer.Meta.fields, "revisions")
        read_only_fields = fields

    @extend_schema_field(RevisionSerializer(many=True))
    def get_revisions(self, promotion: Promotion) -> Any:
        revisions = promotion.revisions.select_related("created_by", "basis").order_by("number")
        if not self.context["is_merchandiser"]:
            revisions = revisions.filter(current_of=promotion)
        return RevisionSerializer(revisions, many=True, context=self.context).data


class StopSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200, help_text="The stores will ask.")


def detail(request: Request, promotion: Promotion, *, status: int = HTTPStatus.OK) -> Response:
    """A promotion as it stands, with where it is found."""
    fresh = promotions_of(request).get(promotion_id=promotion.promotion_id)
    context = {"is_merchandiser": is_merchandiser(request)}
    return Response(
        PromotionDetailSerializer(fresh, context=context).data,
        status=status,
        headers={"Location": reverse("api-promotion", args=[promotion.promotion_id])},
    )


class PromotionListView(PagedView):
    permission_classes = PERMISSIONS

    @extend_schema(
        operation_id="promotions_list",
        tags=["promotions"],
        parameters=[
            OpenApiParameter("state", str, enum=[str(state) for state in PromotionState]),
            OpenApiParameter("search", str, description="In the id or the published title."),
        ],
        responses=PromotionSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Promotions, newest first: for merchandisers all, for others those published in their stores."""
        found = filtered(promotions_of(request), request.query_params)
        found = found.prefetch_related("current_revision__created_by", "current_revision__basis")
        context = {"is_merchandiser": is_merchandiser(request)}
        return self.page(found, lambda page: PromotionSerializer(page, many=True, context=context).data)

    @extend_schema(
        operation_id="promotions_create",
        tags=["promotions"],
        request=NewPromotionSerializer,
        responses={201: PromotionDetailSerializer, 409: ProblemSerializer, **ERRORS},
    )
    def post(self, request: Request) -> Response:
        """A new draft. No store sees it before it is approved and published."""
        asked = NewPromotionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        content = dict(asked.validated_data)
        revision = create_promotion(
            promotion_id=content.pop("promotion_id"),
            content=content,
            author=member_of(request),
            now=timezone.now(),
        )
        return detail(request, revision.promotion, status=HTTPStatus.CREATED)


def filtered(promotions: QuerySet[Promotion], query: Mapping[str, Any]) -> QuerySet[Promotion]:
    """What `state` and `search` of a query string leave."""
    if state := text_in(query, "state"):
        if state not in set(PromotionState):
            raise ValidationError({"state": [f"Choose from {', '.join(PromotionState)}."]})
        promotions = promotions.filter(state=state)
    if search := text_in(query, "search", longest=100):
        promotions = promotions.filter(
            Q(promotion_id__icontains=search) | Q(current_revision__long_title__icontains=search)
        )
    return promotions


class PromotionView(APIView):
    @extend_schema(operation_id="promotions_read", tags=["promotions"], responses=PromotionDetailSerializer)
    def get(self, request: Request, promotion_id: str) -> Response:
        """One promotion with its revisions."""
        return detail(request, promotion_or_404(request, promotion_id))


class RevisionsView(APIView):
    permission_classes = PERMISSIONS

    @extend_schema(
        operation_id="promotions_revise",
        tags=["promotions"],
        request=NextRevisionSerializer,
        responses={
            201: PromotionDetailSerializer,
            200: PromotionDetailSerializer,
            409: ProblemSerializer,
            **ERRORS,
        },
    )
    def post(self, request: Request, promotion_id: str) -> Response:
        """The next revision, said in full; stores see it once it is approved and published. The same words: 200.

        Where only the wording differs from approved terms it is approved at once, and no store is asked to read it
        again.
        """
        promotion = promotion_or_404(request, promotion_id)
        asked = NextRevisionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        content = dict(asked.validated_data)
        before = promotion.latest_revision()
        revision = revise_promotion(
            promotion=promotion,
            based_on=content.pop("based_on", None),
            content=content,
            author=member_of(request),
            now=timezone.now(),
        )
        status = HTTPStatus.OK if revision == before else HTTPStatus.CREATED
        return detail(request, promotion, status=status)


class PublishView(APIView):
    permission_classes = PERMISSIONS

    @extend_schema(
        operation_id="promotions_publish",
        tags=["promotions"],
        request=None,
        responses={200: PromotionDetailSerializer, 409: ProblemSerializer, **ERRORS},
    )
    def post(self, request: Request, promotion_id: str) -> Response:
        """Make the newest revision, which must be approved, the one that every targeted store sees. Twice is once."""
        promotion = publish_promotion(
            promotion=promotion_or_404(request, promotion_id), by=member_of(request), now=timezone.now()
        )
        return detail(request, promotion)


class StopView(APIView):
    permission_classes = PERMISSIONS

    @extend_schema(
        operation_id="promotions_stop",
        tags=["promotions"],
        request=StopSerializer,
        responses={200: PromotionDetailSerializer, 409: ProblemSerializer, **ERRORS},
    )
    def post(self, request: Request, promotion_id: str) -> Response:
        """Withdraw it everywhere at once, for good. Twice is once."""
        promotion = promotion_or_404(request, promotion_id)
        asked = StopSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        stopped = stop_promotion(
            promotion=promotion,
            reason=asked.validated_data["reason"],
            by=member_of(request),
            now=timezone.now(),
        )
        return detail(request, stopped)


class BoardCellSerializer(serializers.Serializer[Any]):
    """One store on the board. Times are on its clock."""

    store_code = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField([str(state) for state in OfferState])
    issues = IssueSerializer(many=True)
    is_targeted = serializers.BooleanField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    told_at = serializers.DateTimeField(allow_null=True)
    acknowledgements = serializers.IntegerField()
    items_stocked = serializers.IntegerField()
    items_available = serializers.IntegerField()
    items_enough = serializers.IntegerField()
    changed_at = serializers.DateTimeField()


class BoardSerializer(serializers.Serializer[Any]):
    """How the stores you see stand with a promotion; uses are of all stores."""

    promotion_id = serializers.CharField()
    state = serializers.ChoiceField([str(state) for state in PromotionState])
    items_total = serializers.IntegerField()
    used = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True)
    stores = serializers.IntegerField()
    told = serializers.IntegerField()
    acknowledged = serializers.IntegerField()
    states = serializers.DictField(child=serializers.IntegerField())
    cells = BoardCellSerializer(many=True)


class BoardView(APIView):
    @extend_schema(operation_id="promotions_board", tags=["promotions"], responses=BoardSerializer)
    def get(self, request: Request, promotion_id: str) -> Response:
        """Per store: state, told, acknowledged. Empty for a draft."""
        promotion = promotion_or_404(request, promotion_id)
        seen = set(stores_of(request).values_list("pk", flat=True))
        return Response(board_body(board_for(promotion=promotion), seen=seen))


def board_body(board: Board, *, seen: set[int]) -> dict[str, Any]:
    """The board of the stores somebody sees, as JSON."""
    cells = [cell for cell in board.cells if cell.offer.store_id in seen]
    return {
        "promotion_id": board.promotion.promotion_id,
        "state": board.promotion.state,
        "items_total": board.items_total,
        "used": board.used,
        "limit": board.limit,
        "stores": sum(cell.is_targeted for cell in cells),
        "told": sum(cell.told_at is not None for cell in cells),
        "acknowledged": sum(cell.acknowledgements > 0 for cell in cells),
        "states": {str(state): sum(cell.state == state for cell in cells) for state in OfferState},
        "cells": [cell_row(cell) for cell in cells],
    }


def cell_row(cell: BoardCell) -> dict[str, Any]:
    """One store as JSON."""
    offer, store = cell.offer, cell.offer.store
    return {
        "store_code": store.store_code,
        "name": store.name,
        "state": str(cell.state),
        "issues": offer.issues,
        "is_targeted": cell.is_targeted,
        "starts_at": store.local(offer.starts_at).isoformat(),
        "ends_at": store.local(offer.ends_at).isoformat(),
        "told_at": cell.told_at.isoformat() if cell.told_at else None,
        "acknowledgements": cell.acknowledgements,
        "items_stocked": offer.items_stocked,
        "items_available": offer.items_available,
        "items_enough": offer.items_enough,
        "changed_at": store.local(offer.changed_at).isoformat(),
    }
