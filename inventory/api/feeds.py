"""Feeds: the sources, files handed in, and what became of each line."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.access import MayOperate
from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.files import FILE_BODY, FILE_NAME, file_in
from inventory.api.paging import PagedView
from inventory.api.queries import text_in
from inventory.imports import receive_file
from inventory.models import FeedRun, FeedSource, RejectedRow
from inventory.selectors import FeedStatus, feed_overview
from inventory.tasks import ring_run

OPERATORS = (IsAuthenticated, MayOperate)


class SourceDisabled(APIException):
    """The source takes nothing at present."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "This source is switched off."
    default_code = "disabled"


class CountsSerializer(serializers.Serializer[Any]):
    """Lines of the file: received = applied + unchanged + stale + rejected."""

    received = serializers.IntegerField(source="rows_received")
    applied = serializers.IntegerField(source="rows_applied")
    unchanged = serializers.IntegerField(source="rows_unchanged")
    stale = serializers.IntegerField(source="rows_stale")
    rejected = serializers.IntegerField(source="rows_rejected")
    absent = serializers.IntegerField(
        source="rows_absent", help_text="Items a full file no longer names; no lines of it."
    )


class ProgressSerializer(serializers.Serializer[Any]):
    rows = serializers.IntegerField(source="progress_rows")
    bytes = serializers.IntegerField(source="progress_bytes")


class FeedProblemSerializer(serializers.Serializer[Any]):
    """Why a whole file was refused, or failed."""

    code = serializers.CharField()
    message = serializers.CharField()


class FeedRunSerializer(serializers.ModelSerializer[FeedRun]):
    """One arrival of one file."""

    source = serializers.CharField(source="source.code")  # type: ignore[assignment]
    counts = CountsSerializer(source="*")
    progress = ProgressSerializer(source="*")
    problem = serializers.SerializerMethodField()

    class Meta:
        model = FeedRun
        fields = (
            "id", "source", "file_name", "sha256", "size", "state", "problem", "attempts", "counts", "progress",
            "notes", "preview", "completeness", "replay_of", "released_at", "received_at", "started_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(FeedProblemSerializer(allow_null=True))
    def get_problem(self, run: FeedRun) -> dict[str, str] | None:
        return run.problem or None


class RejectedRowSerializer(serializers.ModelSerializer[RejectedRow]):
    """A line we could not use; the file's header is line 1."""

    class Meta:
        model = RejectedRow
        fields = (
            "id", "line_number", "part", "code", "message", "field", "unknown_code", "raw", "record", "state", "replay",
        )  # fmt: skip
        read_only_fields = fields


class FeedSerializer(serializers.Serializer[Any]):
    """A source and how it is doing."""

    code = serializers.CharField(source="source.code")
    name = serializers.CharField(source="source.name")
    kind = serializers.ChoiceField(FeedSource.Kind.choices, source="source.kind")
    enabled = serializers.BooleanField(source="source.enabled")
    expected_every = serializers.DurationField(source="source.expected_every")
    freshness_limit = serializers.DurationField(source="source.freshness_limit")
    next_pull_at = serializers.DateTimeField(source="source.next_pull_at", allow_null=True)
    lag = serializers.DurationField(allow_null=True, help_text="How far beyond what is expected.")
    last_run = FeedRunSerializer(allow_null=True)
    last_success = FeedRunSerializer(allow_null=True)
    running = FeedRunSerializer(allow_null=True)
    held = FeedRunSerializer(many=True)
    waiting_lines = serializers.IntegerField(help_text="Rejected lines in quarantine.")


def runs() -> QuerySet[FeedRun]:
    return FeedRun.objects.select_related("source").order_by("-received_at", "-pk")


class FeedListView(APIView):
    permission_classes = OPERATORS

    @extend_schema(operation_id="feeds_list", tags=["feeds"], responses=FeedSerializer(many=True))
    def get(self, request: Request) -> Response:  # noqa: ARG002 - every source is every operator's
        """Every source with its last run, its last good one and the one under way."""
        overview: Iterable[FeedStatus] = feed_overview(now=timezone.now())
        return Response(FeedSerializer(overview, many=True).data)


class FeedRunListView(PagedView):
    permission_classes = OPERATORS

    @extend_schema(operation_id="feed_runs_list", tags=["feeds"], responses=FeedRunSerializer(many=True))
    def get(self, request: Request, source: str) -> Response:  # noqa: ARG002
        """The source's runs, newest first."""
        found = runs().filter(source=get_object_or_404(FeedSource, code=source))
        return self.page(found, lambda page: FeedRunSerializer(page, many=True).data)

    @extend_schema(
        operation_id="feed_runs_create",
        tags=["feeds"],
        request=FILE_BODY,
        parameters=[FILE_NAME],
        responses={
            202: OpenApiResponse(FeedRunSerializer, "Accepted; Location says where to watch."),
            200: OpenApiResponse(FeedRunSerializer, "These very bytes came before; this is their run."),
            409: ProblemSerializer,
            413: ProblemSerializer,
            **PROBLEMS,
        },
    )
    def post(self, request: Request, source: str) -> Response:
        """Hand in a file: the body as it is, of any content type, or a form with the part `file`."""
        feed = get_object_or_404(FeedSource, code=source)
        if not feed.enabled:
            raise SourceDisabled
        content, name = file_in(request._request, query=request.query_params)
        run, is_new = receive_file(source=feed, file_name=name, content=content, now=timezone.now())
        if is_new:
            ring_run(run_id=run.pk)
        return Response(
            FeedRunSerializer(run).data,
            status=HTTPStatus.ACCEPTED if is_new else HTTPStatus.OK,
            headers={"Location": reverse("api-feed-run", args=[run.pk])},
        )


class FeedRunView(APIView):
    permission_classes = OPERATORS

    @extend_schema(operation_id="feed_runs_read", tags=["feeds"], responses=FeedRunSerializer)
    def get(self, request: Request, run_id: int) -> Response:  # noqa: ARG002
        """One run: its state, its progress while it loads, and what became of its lines."""
        return Response(FeedRunSerializer(get_object_or_404(runs(), pk=run_id)).data)


class RejectedRowsView(PagedView):
    permission_classes = OPERATORS

    @extend_schema(
        operation_id="feed_runs_rejected",
        tags=["feeds"],
        parameters=[
            OpenApiParameter("state", str, enum=RejectedRow.State.values),
            OpenApiParameter("code", str, description="Only lines of this cause."),
        ],
        responses=RejectedRowSerializer(many=True),
    )
    def get(self, request: Request, run_id: int) -> Response:
        """The lines we could not use, in the file's order, each with the reason and what became of it."""
        run = get_object_or_404(FeedRun, pk=run_id)
        rows = run.rejected_rows.order_by("line_number", "part")
        for name in ("state", "code"):
            if wanted := text_in(request.query_params, name, longest=40):
                rows = rows.filter(**{name: wanted})
        return self.page(rows, lambda page: RejectedRowSerializer(page, many=True).data)
