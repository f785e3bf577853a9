"""Single-use codes of a promotion: generated, uploaded with a preview of every error, exported."""

import csv
import io
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.paging import PagedView
from inventory.api.queries import text_in
from promotions.api.access import OnlyMerchandisers, member_of, promotion_or_404
from promotions.models import CodeBatch
from promotions.selectors.codes import codes_of
from promotions.services.codes import generate_codes, preview_codes, upload_codes
from promotions.sources.code_lists import LONGEST_FILE

PERMISSIONS = (IsAuthenticated, OnlyMerchandisers)
ERRORS = {403: ProblemSerializer, **PROBLEMS}
FILE = {"application/octet-stream": OpenApiTypes.BINARY}
TOLD = 1_000


class CodeBatchSerializer(serializers.ModelSerializer[CodeBatch]):
    batch_id = serializers.IntegerField(source="pk")
    promotion_id = serializers.CharField(source="promotion.promotion_id")
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)

    class Meta:
        model = CodeBatch
        fields = ("batch_id", "promotion_id", "name", "quantity", "is_uploaded", "created_by", "created_at")
        read_only_fields = fields


class NewBatchSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    quantity = serializers.IntegerField(min_value=1, max_value=100_000)


class CodeLineSerializer(serializers.Serializer[Any]):
    """A line that cannot be taken over."""

    line = serializers.IntegerField()
    text = serializers.CharField()
    problem = serializers.ChoiceField(["BAD_FORM", "DUPLICATE_IN_FILE", "CODE_TAKEN"])
    message = serializers.CharField()


class ListPreviewSerializer(serializers.Serializer[Any]):
    """What would become of a list; of the bad lines the first 1,000 are told."""

    good = serializers.IntegerField()
    bad = serializers.IntegerField()
    bad_lines = CodeLineSerializer(many=True)


class CodeBatchListView(PagedView):
    permission_classes = PERMISSIONS

    @extend_schema(operation_id="code_batches_list", tags=["codes"], responses=CodeBatchSerializer(many=True))
    def get(self, request: Request, promotion_id: str) -> Response:
        """The promotion's batches, newest first."""
        batches = promotion_or_404(request, promotion_id).code_batches.select_related(
            "promotion", "created_by"
        )
        return self.page(batches, lambda page: CodeBatchSerializer(page, many=True).data)

    @extend_schema(
        operation_id="code_batches_generate",
        tags=["codes"],
        request=NewBatchSerializer,
        responses={201: CodeBatchSerializer, 409: ProblemSerializer, **ERRORS},
    )
    def post(self, request: Request, promotion_id: str) -> Response:
        """New codes that nobody can guess: 12 letters and digits, the last one a check character."""
        promotion = promotion_or_404(request, promotion_id)
        asked = NewBatchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        batch = generate_codes(
            promotion=promotion, author=member_of(request), now=timezone.now(), **asked.validated_data
        )
        return Response(CodeBatchSerializer(batch).data, status=HTTPStatus.CREATED)


class CodeListPreviewView(APIView):
    permission_classes = PERMISSIONS

    @extend_schema(
        operation_id="code_batches_preview",
        tags=["codes"],
        request=FILE,
        responses={200: ListPreviewSerializer, **ERRORS},
    )
    def post(self, request: Request, promotion_id: str) -> Response:
        """What would become of a list of codes (CSV, or one a line): nothing is kept."""
        promotion_or_404(request, promotion_id)
        preview = preview_codes(content=content_in(request))
        return Response(
            {
                "good": len(preview.good),
                "bad": len(preview.bad),
                "bad_lines": CodeLineSerializer(preview.bad[:TOLD], many=True).data,
            }
        )


class CodeListUploadView(APIView):
    permission_classes = PERMISSIONS

    @extend_schema(
        operation_id="code_batches_upload",
        tags=["codes"],
        request=FILE,
        parameters=[
            OpenApiParameter("name", str, required=True),
            OpenApiParameter(
                "only_good", bool, description="Leave out bad lines instead of refusing the list."
            ),
        ],
        responses={201: CodeBatchSerializer, 409: ProblemSerializer, **ERRORS},
    )
    def post(self, request: Request, promotion_id: str) -> Response:
        """Take over a list of codes as a batch."""
        batch = upload_codes(
            promotion=promotion_or_404(request, promotion_id),
            name=text_in(request.query_params, "name", longest=120),
            content=content_in(request),
            only_good=text_in(request.query_params, "only_good").lower() in ("1", "true", "yes"),
            author=member_of(request),
            now=timezone.now(),
        )
        return Response(CodeBatchSerializer(batch).data, status=HTTPStatus.CREATED)


def content_in(request: Request) -> bytes:
    """The body as it is, of any content type."""
    django_request = request._request
    size = int(django_request.META.get("CONTENT_LENGTH") or 0)
    if not size:
        raise ValidationError({"file": ["The body is empty."]})
    if size > LONGEST_FILE:
        raise ValidationError({"file": [f"The file has more than {LONGEST_FILE // 2**20} MB."]})
    return django_request.read(size)


class CodeExportView(APIView):
    permission_classes = PERMISSIONS

    @extend_schema(
        operation_id="code_batches_export",
        tags=["codes"],
        responses={(200, "text/csv"): OpenApiTypes.BINARY, 403: ProblemSerializer},
    )
    def get(self, request: Request, promotion_id: str, batch_id: int) -> StreamingHttpResponse:
        """The batch as CSV: code, redeemed_at (UTC) and store_code, both empty while it is unused."""
        promotion = promotion_or_404(request, promotion_id)
        batch = get_object_or_404(promotion.code_batches, pk=batch_id)
        headers = {"Content-Disposition": f'attachment; filename="codes-{batch.pk}.csv"'}
        return StreamingHttpResponse(
            csv_lines(batch), content_type="text/csv; charset=utf-8", headers=headers
        )


def csv_lines(batch: CodeBatch) -> Iterator[str]:
    """The file, line by line: never all of it in memory."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["code", "redeemed_at", "store_code"])
    for code, redeemed_at, store_code in codes_of(batch):
        writer.writerow([code, redeemed_at.isoformat() if redeemed_at else "", store_code or ""])
        if buffer.tell() > 2**14:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
