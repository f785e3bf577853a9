"""A promotion's way to approval, and its history."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.documentation import ProblemSerializer
from promotions.api.access import MayApprove, OnlyMerchandisers, member_of, promotion_or_404
from promotions.api.promotions import ERRORS, PERMISSIONS, PromotionDetailSerializer, detail
from promotions.models import Promotion
from promotions.rules.lifecycle import Action
from promotions.selectors.history import HistoryEntry, HistoryKind, history_for
from promotions.services.approving import (
    approve_and_publish,
    approve_revision,
    reject_revision,
    submit_revision,
    withdraw_revision,
)

JUDGES = (IsAuthenticated, MayApprove)
RESPONSES = {200: PromotionDetailSerializer, 409: ProblemSerializer, **ERRORS}


class StepSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="The number of the revision you mean: the newest, or 409."
    )


class ApproveSerializer(StepSerializer):
    publish = serializers.BooleanField(default=False, help_text="Publish it in the same breath.")


class RejectSerializer(StepSerializer):
    why = serializers.CharField(max_length=200, help_text="The author has to know what to change.")


def meant(request: Request, kind: type[StepSerializer] = StepSerializer) -> dict[str, Any]:
    """What the body of a step says."""
    asked = kind(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def stepped(request: Request, *, promotion_id: str, take: Callable[..., Promotion]) -> Response:
    """The promotion after one step of the revision that is meant."""
    promotion = promotion_or_404(request, promotion_id)
    number = meant(request)["revision"]
    return detail(
        request, take(promotion=promotion, number=number, by=member_of(request), now=timezone.now())
    )


class SubmitView(APIView):
    permission_classes = PERMISSIONS

    @extend_schema(
        operation_id="promotions_submit", tags=["promotions"], request=StepSerializer, responses=RESPONSES
    )
    def post(self, request: Request, promotion_id: str) -> Response:
        """Ask for approval of the newest revision. Twice is once."""
        return stepped(request, promotion_id=promotion_id, take=submit_revision)


class WithdrawView(APIView):
    permission_classes = PERMISSIONS

    @extend_schema(
        operation_id="promotions_withdraw", tags=["promotions"], request=StepSerializer, responses=RESPONSES
    )
    def post(self, request: Request, promotion_id: str) -> Response:
        """Take back what was submitted: it is a draft again. Twice is once."""
        return stepped(request, promotion_id=promotion_id, take=withdraw_revision)


class ApproveView(APIView):
    permission_classes = JUDGES

    @extend_schema(
        operation_id="promotions_approve", tags=["promotions"], request=ApproveSerializer, responses=RESPONSES
    )
    def post(self, request: Request, promotion_id: str) -> Response:
        """Approve what somebody else wrote and submitted; with `publish` both or neither. Twice is once."""
        promotion = promotion_or_404(request, promotion_id)
        asked = meant(request, ApproveSerializer)
        approve = approve_and_publish if asked["publish"] else approve_revision
        return detail(
            request,
            approve(promotion=promotion, number=asked["revision"], by=member_of(request), now=timezone.now()),
        )


class RejectView(APIView):
    permission_classes = JUDGES

    @extend_schema(
        operation_id="promotions_reject", tags=["promotions"], request=RejectSerializer, responses=RESPONSES
    )
    def post(self, request: Request, promotion_id: str) -> Response:
        """Send it back with a reason; its author answers with a new revision. Twice is once."""
        promotion = promotion_or_404(request, promotion_id)
        asked = meant(request, RejectSerializer)
        rejected = reject_revision(
            promotion=promotion,
            number=asked["revision"],
            why=asked["why"],
            by=member_of(request),
            now=timezone.now(),
        )
        return detail(request, rejected)


class ChangeSerializer(serializers.Serializer[Any]):
    """One field before and after, as the field holds it."""

    field = serializers.CharField()
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)


class HistoryEntrySerializer(serializers.Serializer[Any]):
    """One thing that happened. `by` is null for feeds, jobs and the clock.

    REVISION: new words, with what they changed. STEP: `action` and the states it changed. TARGETING: what was ADDED to,
    REMOVED from or MOVED in the item list or store group `target`: how many, and the first twenty. RECORD: the
    promotion's own id or owner.
    """

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField([str(kind) for kind in HistoryKind])
    by = serializers.CharField(allow_null=True)
    revision = serializers.IntegerField(allow_null=True)
    action = serializers.ChoiceField(
        [*(str(action) for action in Action), "ADDED", "REMOVED", "MOVED"], allow_blank=True
    )
    why = serializers.CharField(allow_blank=True)
    changes = ChangeSerializer(many=True)
    target_kind = serializers.ChoiceField(["item_list", "store_group"], allow_blank=True)
    target = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    names = serializers.ListField(child=serializers.CharField())


class HistoryView(APIView):
    permission_classes = (IsAuthenticated, OnlyMerchandisers)

    @extend_schema(
        operation_id="promotions_history",
        tags=["promotions"],
        responses={200: HistoryEntrySerializer(many=True), **ERRORS},
    )
    def get(self, request: Request, promotion_id: str) -> Response:
        """Who did what when, old and new, newest first."""
        entries = history_for(promotion=promotion_or_404(request, promotion_id))
        return Response([history_row(entry) for entry in entries])


def history_row(entry: HistoryEntry) -> dict[str, Any]:
    """One entry as JSON."""
    return {
        "at": entry.at.isoformat(),
        "kind": str(entry.kind),
        "by": entry.by.get_username() if entry.by is not None else None,
        "revision": entry.revision.number if entry.revision else None,
        "action": str(entry.action),
        "why": entry.why,
        "changes": [
            {"field": change.field, "old": plain(change.old), "new": plain(change.new)}
            for change in entry.changes
        ],
        "target_kind": entry.target_kind,
        "target": entry.target,
        "count": entry.count,
        "names": list(entry.names),
    }


def plain(value: Any) -> Any:
    """A field's value as JSON: amounts, days and times as text."""
    return value if value is None or isinstance(value, bool | int | str | list) else str(value)
