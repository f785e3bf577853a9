"""Tables of promotions: handed in, looked at, taken over, undone."""

from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.files import FILE_BODY, FILE_NAME, file_in
from inventory.api.paging import PagedView
from inventory.api.queries import text_in
from inventory.feeds.records import FeedRefused
from promotions.api.access import is_merchandiser, member_of
from promotions.models import UploadBatch, UploadRow
from promotions.services.uploads import ask, receive_upload
from promotions.sources.upload_tables import MOST_BYTES
from promotions.tasks import ring_uploads

ERRORS = {403: ProblemSerializer, **PROBLEMS}


class IsMerchandiser(BasePermission):
    """Tables of promotions are head office's, to look at too."""

    message = "Only merchandisers and administrators upload promotions."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002 - DRF's signature
        return is_merchandiser(request)


DESK = (IsAuthenticated, IsMerchandiser)


class UploadRowSerializer(serializers.ModelSerializer[UploadRow]):
    """A row: what it would do or did. `errors` are by column, "" for the row as a whole; so are `changes`."""

    promotion_id = serializers.CharField(source="public_id")
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]
    changes = serializers.SerializerMethodField()

    class Meta:
        model = UploadRow
        fields = ("line_number", "promotion_id", "state", "errors", "changes", "told", "cells")
        read_only_fields = fields

    @extend_schema_field(
        {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"old": {"type": "string"}, "new": {"type": "string"}},
            },
        }
    )
    def get_changes(self, row: UploadRow) -> dict[str, dict[str, str]]:
        return {column: {"old": old, "new": new} for column, old, new in row.changes}


class UploadSerializer(serializers.ModelSerializer[UploadBatch]):
    """An uploaded table. `counts` are of rows by state; `asked` is what a worker is doing with it."""

    uploaded_by = serializers.CharField(source="uploaded_by.username", default=None, allow_null=True)
    asked = serializers.ChoiceField(["", *UploadBatch.Asked.values])
    counts = serializers.SerializerMethodField()

    class Meta:
        model = UploadBatch
        fields: tuple[str, ...] = (
            "id", "file_name", "columns", "uploaded_by", "uploaded_at", "asked", "undone_at", "counts",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_counts(self, batch: UploadBatch) -> dict[str, int]:
        counts = batch.state_counts()
        return {str(state): counts[state] for state in UploadRow.State}


class PreviewSerializer(UploadSerializer):
    """An uploaded table with its first rows, those with errors before the others."""

    rows = serializers.SerializerMethodField()

    class Meta(UploadSerializer.Meta):
        fields = (*UploadSerializer.Meta.fields, "rows")
        read_only_fields = fields

    @extend_schema_field(UploadRowSerializer(many=True))
    def get_rows(self, batch: UploadBatch) -> Any:
        return UploadRowSerializer(batch.rows.errors_first()[:100], many=True).data


def batches() -> QuerySet[UploadBatch]:
    return UploadBatch.objects.select_related("uploaded_by")


class UploadListView(PagedView):
    permission_classes = DESK

    @extend_schema(
        operation_id="promotion_uploads_list", tags=["promotions"], responses=UploadSerializer(many=True)
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002 - every upload is every merchandiser's
        """Uploaded tables, newest first."""
        return self.page(batches(), lambda page: UploadSerializer(page, many=True).data)

    @extend_schema(
        operation_id="promotion_uploads_create",
        tags=["promotions"],
        request=FILE_BODY,
        parameters=[FILE_NAME],
        responses={
            201: OpenApiResponse(PreviewSerializer, "Every row checked; no promotion is touched yet."),
            200: OpenApiResponse(PreviewSerializer, "These very bytes wait already; checked again."),
            413: ProblemSerializer,
            **ERRORS,
        },
    )
    def post(self, request: Request) -> Response:
        """Hand in a table (xlsx, xls, ods, CSV or TSV) and see what each row would do.

        The first row names columns: fields of a promotion as the API has them, or their labels on the desk. Among
        these “Last day” is the last day that counts, where `ends_on` is the day after. A column that is there counts,
        empty or not; one that is not there leaves the field as it stands.
        """
        stream, name = file_in(request._request, query=request.query_params)
        content = stream.read(MOST_BYTES + 1)
        try:
            batch, is_new = receive_upload(
                content=content, file_name=name, author=member_of(request), now=timezone.now()
            )
        except FeedRefused as refused:
            raise ValidationError({"file": [refused.message]}) from refused
        return Response(
            PreviewSerializer(batch).data,
            status=HTTPStatus.CREATED if is_new else HTTPStatus.OK,
            headers={"Location": reverse("api-upload", args=[batch.pk])},
        )


class UploadView(APIView):
    permission_classes = DESK

    @extend_schema(operation_id="promotion_uploads_read", tags=["promotions"], responses=PreviewSerializer)
    def get(self, request: Request, upload_id: int) -> Response:  # noqa: ARG002
        """One table with its counts and first rows."""
        return Response(PreviewSerializer(get_object_or_404(batches(), pk=upload_id)).data)


class UploadRowsView(PagedView):
    permission_classes = DESK

    @extend_schema(
        operation_id="promotion_uploads_rows",
        tags=["promotions"],
        parameters=[OpenApiParameter("state", str, enum=UploadRow.State.values)],
        responses=UploadRowSerializer(many=True),
    )
    def get(self, request: Request, upload_id: int) -> Response:
        """Every row, in the file's order."""
        rows = get_object_or_404(UploadBatch, pk=upload_id).rows.all()
        if state := text_in(request.query_params, "state", longest=9):
            if state not in UploadRow.State.values:
                raise ValidationError({"state": [f"Choose from {', '.join(UploadRow.State.values)}."]})
            rows = rows.filter(state=state)
        return self.page(rows, lambda page: UploadRowSerializer(page, many=True).data)


def asked(request: Request, upload_id: int, what: UploadBatch.Asked) -> Response:
    """200 when it is done, 202 while a worker is at it."""
    batch = get_object_or_404(batches(), pk=upload_id)
    rows = ask(batch=batch, what=what, author=member_of(request), now=timezone.now())
    if rows is None:
        ring_uploads()
    batch.refresh_from_db()
    status = HTTPStatus.OK if rows is not None else HTTPStatus.ACCEPTED
    return Response(PreviewSerializer(batch).data, status=status)


ANSWERS = {
    200: OpenApiResponse(PreviewSerializer, "Done."),
    202: OpenApiResponse(PreviewSerializer, "Many rows: a worker is at it; `asked` says until when."),
    **ERRORS,
}


class UploadCommitView(APIView):
    permission_classes = DESK

    @extend_schema(
        operation_id="promotion_uploads_commit", tags=["promotions"], request=None, responses=ANSWERS
    )
    def post(self, request: Request, upload_id: int) -> Response:
        """Take over the rows without errors as drafts and revisions; nothing is published. Twice is once."""
        return asked(request, upload_id, UploadBatch.Asked.COMMIT)


class UploadUndoView(APIView):
    permission_classes = DESK

    @extend_schema(
        operation_id="promotion_uploads_undo", tags=["promotions"], request=None, responses=ANSWERS
    )
    def post(self, request: Request, upload_id: int) -> Response:
        """Take back what went in: untouched drafts go, revisions are answered by the words before. Twice is once."""
        return asked(request, upload_id, UploadBatch.Asked.UNDO)
