"""One number explained, and counts by hand."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.access import store_or_404
from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.keys import KEY, key_in
from inventory.feeds.records import FeedRefused
from inventory.imports.explaining import ClaimLine, Explanation, MovementLine, explain_stock
from inventory.imports.manual_counts import count_by_hand
from inventory.models import Item, Store
from inventory.selectors import find_item


class KeyReused(APIException):
    """The same Idempotency-Key with something else."""

    status_code = 422
    default_detail = "This Idempotency-Key was used for another count."
    default_code = "key_reused"


class MayCount(BasePermission):
    """Whoever can look at the shelf, and the night shift."""

    message = "Only the store's own people and operators count stock."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002 - DRF's signature
        return not isinstance(request.user, AnonymousUser) and request.user.may_count


class ClaimSerializer(serializers.Serializer[Any]):
    """What one source says. Quantities in the item's unit; times on the store's clock."""

    source = serializers.CharField()  # type: ignore[assignment]
    name = serializers.CharField()
    precedence = serializers.IntegerField(help_text="Lower comes first.")
    holds_for_seconds = serializers.IntegerField(
        help_text="How much older than the newest count its own may be and still come first."
    )
    counted = serializers.CharField(help_text="As counted at `counted_at`.")
    counted_at = serializers.DateTimeField()
    quantity = serializers.CharField(help_text="The count moved by everything since.")
    age_seconds = serializers.IntegerField()
    is_fresh = serializers.BooleanField()
    is_absent = serializers.BooleanField(help_text="Its full file does not name the item any more.")
    is_winner = serializers.BooleanField()
    why = serializers.CharField()
    run = serializers.IntegerField()


class StandingConflictSerializer(serializers.Serializer[Any]):
    """Two sources that are further apart than they may be."""

    id = serializers.IntegerField()
    winner = serializers.CharField()
    winner_quantity = serializers.CharField()
    other = serializers.CharField()
    other_quantity = serializers.CharField()
    reason = serializers.CharField()
    owner = serializers.CharField(allow_null=True)
    opened_at = serializers.DateTimeField()


class MovementSerializer(serializers.Serializer[Any]):
    """What left or entered the store, with the document that said so."""

    occurred_at = serializers.DateTimeField()
    kind = serializers.CharField()
    quantity = serializers.CharField()
    is_after_count = serializers.BooleanField(
        help_text="Later than the winning count, so it moved the level."
    )
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    file_name = serializers.CharField(allow_null=True)
    run = serializers.IntegerField()


class AbsenceSerializer(serializers.Serializer[Any]):
    source = serializers.CharField()  # type: ignore[assignment]
    as_of = serializers.DateTimeField()


class ExplanationSerializer(serializers.Serializer[Any]):
    """available = on_hand less all that is withheld; null where nobody has counted the item here."""

    store_code = serializers.CharField()
    sku = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    on_hand = serializers.CharField(allow_null=True)
    withheld = serializers.DictField(child=serializers.CharField(), help_text="By state, e.g. RESERVED.")
    available = serializers.CharField(allow_null=True)
    winner = serializers.CharField(allow_null=True)
    why = serializers.CharField(allow_null=True)
    moved_since = serializers.CharField()
    claims = ClaimSerializer(many=True)
    absences = AbsenceSerializer(many=True)
    conflicts = StandingConflictSerializer(many=True)
    movements = MovementSerializer(many=True)


class StockExplanationView(APIView):
    @extend_schema(operation_id="stock_explain", tags=["stock"], responses=ExplanationSerializer)
    def get(self, request: Request, store_code: str, sku: str) -> Response:
        """Why the figure of one item in one store is what it is: every claim, who won and why, what is withheld."""
        store = store_or_404(request, store_code)
        item = get_object_or_404(Item, sku=sku)
        return Response(explanation_body(explain_stock(store=store, item=item, now=timezone.now())))


def explanation_body(found: Explanation) -> dict[str, Any]:
    """An explanation as JSON."""
    store, item, believed = found.store, found.item, found.believed
    return {
        "store_code": store.store_code,
        "sku": item.sku,
        "title": item.title,
        "unit": item.unit,
        "on_hand": None if found.on_hand is None else item.in_unit(found.on_hand),
        "withheld": {state: item.in_unit(quantity) for state, quantity in found.withheld.items()},
        "available": None if found.available is None else item.in_unit(found.available),
        "winner": believed.source.code if believed else None,
        "why": believed.why if believed else None,
        "moved_since": item.in_unit(found.moved_since),
        "claims": [claim_body(line, store=store, item=item) for line in found.claims],
        "absences": [
            {"source": one.source.code, "as_of": store.local(one.as_of).isoformat()} for one in found.absences
        ],
        "conflicts": [
            {
                "id": conflict.pk,
                "winner": conflict.winner.code,
                "winner_quantity": item.in_unit(conflict.winner_quantity),
                "other": conflict.other.code,
                "other_quantity": item.in_unit(conflict.other_quantity),
                "reason": conflict.reason,
                "owner": conflict.owner.get_username() if conflict.owner else None,
                "opened_at": store.local(conflict.opened_at).isoformat(),
            }
            for conflict in found.conflicts
        ],
        "movements": [movement_body(line, store=store, item=item) for line in found.movements],
    }


def claim_body(line: ClaimLine, *, store: Store, item: Item) -> dict[str, Any]:
    return {
        "source": line.source.code,
        "name": line.source.name,
        "precedence": line.source.precedence,
        "holds_for_seconds": int(line.source.believed_for.total_seconds()),
        "counted": item.in_unit(line.counted),
        "counted_at": store.local(line.counted_at).isoformat(),
        "quantity": item.in_unit(line.figure),
        "age_seconds": int(line.age.total_seconds()),
        "is_fresh": line.is_fresh,
        "is_absent": line.is_absent,
        "is_winner": line.is_believed,
        "why": line.why,
        "run": line.run.pk,
    }


def movement_body(line: MovementLine, *, store: Store, item: Item) -> dict[str, Any]:
    return {
        "occurred_at": store.local(line.movement.occurred_at).isoformat(),
        "kind": line.movement.get_kind_display(),
        "quantity": item.in_unit(line.movement.quantity),
        "is_after_count": line.is_counted,
        "source": line.source.code if line.source else None,
        "file_name": line.run.file_name if line.run else None,
        "run": line.movement.run_id,
    }


class CountRequestSerializer(serializers.Serializer[Any]):
    """What somebody counted at the shelf."""

    item = serializers.CharField(max_length=200, help_text="GTIN in any form, PLU or SKU.")
    quantity = serializers.DecimalField(
        max_digits=13, decimal_places=3, help_text="In the item's unit.", min_value=Decimal(0)
    )


class CountedSerializer(serializers.Serializer[Any]):
    """What came of a count; the same key gets the same answer again."""

    store_code = serializers.CharField()
    sku = serializers.CharField()
    counted = serializers.CharField()
    on_hand = serializers.CharField()
    unit = serializers.CharField()
    counted_at = serializers.DateTimeField()
    run = serializers.IntegerField()


class StockCountView(APIView):
    permission_classes = (IsAuthenticated, MayCount)

    @extend_schema(
        operation_id="stock_count",
        tags=["stock"],
        request=CountRequestSerializer,
        parameters=[KEY],
        responses={201: CountedSerializer, 422: ProblemSerializer, **PROBLEMS},
    )  # fmt: skip
    def post(self, request: Request, store_code: str) -> Response:
        """Count an item at the shelf: believed from now on, until a newer fact arrives."""
        store = store_or_404(request, store_code)
        key = key_in(request)
        asked = CountRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        item = find_item(asked.validated_data["item"])
        if item is None:
            raise NotFound("No item has this code.", code="unknown_item")
        if isinstance(request.user, AnonymousUser):
            raise Http404
        try:
            counted = count_by_hand(
                store=store,
                item=item,
                quantity=asked.validated_data["quantity"],
                member=request.user,
                now=timezone.now(),
                key=key,
            )
        except FeedRefused as refusal:
            raise ValidationError({"quantity": [refusal.message]}) from refusal
        if counted.is_reused:
            raise KeyReused
        headers = {"Idempotent-Replayed": "true"} if counted.is_repeat else {}
        # Sorted, because a stored answer does not keep the order of its keys: a repeat is the same to the byte.
        return Response(dict(sorted(counted.count.answer.items())), status=201, headers=headers)
