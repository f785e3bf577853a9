"""Feeds for Google, for the people who send them there: streamed, whatever their length."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.queries import text_in
from promotions.selectors.google_feed import VARIANTS, left_out_lines, promotion_pieces
from promotions.selectors.google_stock import inventory_lines

TSV, RSS = "text/tab-separated-values; charset=utf-8", "application/rss+xml; charset=utf-8"


class MayExport(BasePermission):
    """Feeds name every store; a store hears of itself elsewhere."""

    message = "Only merchandisers, operators and administrators export feeds."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002 - DRF's signature
        user = request.user
        return not isinstance(user, AnonymousUser) and (user.may_merchandise or user.may_operate)


class ExportView(APIView):
    permission_classes = (IsAuthenticated, MayExport)


def streamed(pieces: Iterator[str], *, content_type: str, name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    encoded = (piece.encode() for piece in pieces)
    return StreamingHttpResponse(encoded, content_type=content_type, headers=headers)


def answers(content_type: str) -> dict[Any, Any]:
    """What the schema says of a feed."""
    return {(200, content_type.partition(";")[0]): OpenApiTypes.STR, 403: ProblemSerializer, **PROBLEMS}


VARIANT = OpenApiParameter(
    "variant",
    str,
    enum=list(VARIANTS),
    description="google: what Google can say, by its rules. full: all of it, for our own import.",
)


class PromotionsView(ExportView):
    """Published promotions; the subclass's form is `form`."""

    form = "tsv"

    def stream(self, request: Request) -> StreamingHttpResponse:
        variant = text_in(request.query_params, "variant") or "google"
        if variant not in VARIANTS:
            raise ValidationError({"variant": [f"Choose from {', '.join(VARIANTS)}."]})
        pieces = promotion_pieces(variant=variant, form=self.form, now=timezone.now())
        content_type = TSV if self.form == "tsv" else RSS
        return streamed(pieces, content_type=content_type, name=f"promotions-{variant}.{self.form}")


class PromotionsTsvView(PromotionsView):
    @extend_schema(
        operation_id="exports_google_promotions_tsv",
        tags=["exports"],
        responses=answers(TSV),
        parameters=[VARIANT],
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Every published promotion as Google's promotions feed, tab separated."""
        return self.stream(request)


class PromotionsXmlView(PromotionsView):
    form = "xml"

    @extend_schema(
        operation_id="exports_google_promotions_xml",
        tags=["exports"],
        responses=answers(RSS),
        parameters=[VARIANT],
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Every published promotion as Google's promotions feed, RSS."""
        return self.stream(request)


class LeftOutView(ExportView):
    @extend_schema(operation_id="exports_google_left_out", tags=["exports"], responses=answers(TSV))
    def get(self, request: Request) -> StreamingHttpResponse:  # noqa: ARG002 - DRF's signature
        """What Google's feed does not say, and why: promotion_id, code, field, sentence; tab separated."""
        return streamed(left_out_lines(now=timezone.now()), content_type=TSV, name="left-out.tsv")


class LocalInventoryView(ExportView):
    @extend_schema(operation_id="exports_google_local_inventory", tags=["exports"], responses=answers(TSV))
    def get(self, request: Request) -> StreamingHttpResponse:  # noqa: ARG002 - DRF's signature
        """What every store can sell of every item, with sale prices: Google's local inventory feed."""
        return streamed(inventory_lines(now=timezone.now()), content_type=TSV, name="local-inventory.tsv")
