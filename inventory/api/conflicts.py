"""Conflicts: sources that disagree, and a person's word on them."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.access import MayOperate, stores_of
from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.paging import PagedView
from inventory.api.queries import text_in
from inventory.imports.resolving import choices_of, prefer_source, resolve_conflict
from inventory.models import StockConflict
from inventory.tasks import ring_change


class AlreadyClosed(APIException):
    """Somebody else, or the next file, was faster."""

    status_code = 409
    default_detail = "This conflict is closed already."
    default_code = "closed"


class ConflictSerializer(serializers.ModelSerializer[StockConflict]):
    """Both figures (each count moved by everything since, in the item's unit), who is believed and why."""

    store_code = serializers.CharField(source="store.store_code")
    sku = serializers.CharField(source="item.sku")
    title = serializers.CharField(source="item.title")
    winner = serializers.CharField(source="winner.code")
    other = serializers.CharField(source="other.code")
    winner_quantity = serializers.SerializerMethodField()
    other_quantity = serializers.SerializerMethodField()
    owner = serializers.SerializerMethodField()
    closed_by = serializers.SerializerMethodField()

    class Meta:
        model = StockConflict
        fields = (
            "id", "store_code", "sku", "title", "winner", "winner_quantity", "winner_as_of", "other",
            "other_quantity", "other_as_of", "reason", "state", "owner", "opened_at", "changed_at", "closed_at",
            "closed_by", "resolution",
        )  # fmt: skip
        read_only_fields = fields

    def get_winner_quantity(self, conflict: StockConflict) -> str:
        return conflict.item.in_unit(conflict.winner_quantity)

    def get_other_quantity(self, conflict: StockConflict) -> str:
        return conflict.item.in_unit(conflict.other_quantity)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_owner(self, conflict: StockConflict) -> str | None:
        return conflict.owner.get_username() if conflict.owner else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_closed_by(self, conflict: StockConflict) -> str | None:
        return conflict.closed_by.get_username() if conflict.closed_by else None


STATES = (*StockConflict.State.values, "ALL")


class ConflictListView(PagedView):
    @extend_schema(
        operation_id="conflicts_list",
        tags=["stock"],
        parameters=[
            OpenApiParameter("state", str, enum=STATES, description="OPEN unless said otherwise."),
            OpenApiParameter("store", str, description="Only of this store."),
        ],
        responses=ConflictSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Conflicts in the stores you may see, the newest first."""
        state = text_in(request.query_params, "state") or str(StockConflict.State.OPEN)
        if state not in STATES:
            raise ValidationError({"state": [f"Enter one of {', '.join(STATES)}."]})
        found = conflicts_of(request)
        if state != "ALL":
            found = found.filter(state=state)
        if store := text_in(request.query_params, "store"):
            found = found.filter(store__store_code=store)
        return self.page(found, lambda page: ConflictSerializer(page, many=True).data)


def conflicts_of(request: Request) -> Any:
    """The conflicts of the stores this person may see (G9)."""
    visible = StockConflict.objects.filter(store__in=stores_of(request).order_by())
    return visible.with_names().order_by("-opened_at", "-pk")


class ResolutionSerializer(serializers.Serializer[Any]):
    """A person's word: `resolution` says what was found; `believe` names the source that comes first from now on."""

    resolution = serializers.CharField(max_length=2000)
    believe = serializers.CharField(max_length=64, required=False, help_text="One of the two sources' codes.")


class ConflictResolveView(APIView):
    permission_classes = (IsAuthenticated, MayOperate)

    @extend_schema(
        operation_id="conflicts_resolve",
        tags=["stock"],
        request=ResolutionSerializer,
        responses={200: ConflictSerializer, 409: ProblemSerializer, **PROBLEMS},
    )
    def post(self, request: Request, conflict_id: int) -> Response:
        """Close a conflict with words; the same words again change nothing."""
        conflict = get_object_or_404(conflicts_of(request), pk=conflict_id)
        asked = ResolutionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        resolution, code = asked.validated_data["resolution"], asked.validated_data.get("believe")
        sides = choices_of(conflict)
        if code is not None and code not in sides:
            raise ValidationError(
                {
                    "believe": [
                        f"Enter one of {', '.join(sorted(sides))}."
                        if sides
                        else "A count at the shelf comes first."
                    ]
                }
            )
        if request.user.is_anonymous:
            raise Http404
        now = timezone.now()
        if code is None:
            resolve_conflict(conflict=conflict, resolution=resolution, member=request.user, now=now)
        else:
            change = prefer_source(
                conflict=conflict, source=sides[code], resolution=resolution, member=request.user, now=now
            )
            if change is not None:
                ring_change(change_id=change.pk)
        if conflict.resolution != resolution:
            raise AlreadyClosed
        return Response(ConflictSerializer(conflict).data)
