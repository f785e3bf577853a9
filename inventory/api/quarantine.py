"""Quarantine: rejected lines sent in again or given up, unknown codes mapped, held files decided about."""

from http import HTTPStatus
from typing import Any

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.feeds import OPERATORS, FeedRunSerializer, runs
from inventory.api.files import file_in
from inventory.api.paging import PagedView
from inventory.api.queries import text_in
from inventory.imports.decisions import refuse_run, release_run
from inventory.imports.mappings import SentAgain, map_code, replay_known
from inventory.imports.quarantine import CannotReplay, drop_lines, replay_lines, waiting_rows
from inventory.imports.rejected_files import rejected_file, replay_upload
from inventory.models import CodeMapping, FeedRun, FeedSource, Item, Store
from inventory.models.quarantine import RejectedRowQuerySet
from inventory.selectors import find_item, unknown_codes
from inventory.tasks import ring_run

LINES_LIMIT = 10_000
CODES_LIMIT = 500


class Conflict(APIException):
    """It cannot be done in the state things are in."""

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"


def conflict(problem: CannotReplay) -> Conflict:
    return Conflict(problem.message, code=problem.code)


class LineSerializer(serializers.Serializer[Any]):
    """One rejected line by the `id` it is listed with; `text` is what it should say instead."""

    id = serializers.IntegerField()
    text = serializers.CharField(required=False, trim_whitespace=False, max_length=1_000_000)


class LinesSerializer(serializers.Serializer[Any]):
    """Which waiting lines are meant: these, those of one cause, or all."""

    lines = serializers.ListField(child=LineSerializer(), required=False, max_length=LINES_LIMIT)
    code = serializers.CharField(required=False, max_length=40, help_text="Only lines of this cause.")

    def rows(self, run: FeedRun) -> RejectedRowQuerySet:
        rows = waiting_rows(run=run, code=self.validated_data.get("code", ""))
        if "lines" in self.validated_data:
            rows = rows.filter(pk__in=[line["id"] for line in self.validated_data["lines"]])
        return rows

    def texts(self) -> dict[int, str]:
        lines = self.validated_data.get("lines", ())
        return {line["id"]: line["text"] for line in lines if "text" in line}


class ReplaySerializer(serializers.Serializer[Any]):
    """The run that takes the lines in again; none when none of them waits any more."""

    lines = serializers.IntegerField()
    run = FeedRunSerializer(allow_null=True)
    told = serializers.ListField(child=serializers.CharField())


class DroppedSerializer(serializers.Serializer[Any]):
    lines = serializers.IntegerField()


class MappingSerializer(serializers.Serializer[Any]):
    """What a code of the source stands for: a store by its code, or an item by SKU, GTIN or other code."""

    id = serializers.IntegerField(read_only=True)
    kind = serializers.ChoiceField(CodeMapping.Kind.choices)
    code = serializers.CharField(max_length=128)
    target = serializers.CharField(max_length=200)
    made_at = serializers.DateTimeField(read_only=True)

    def to_representation(self, mapping: CodeMapping) -> dict[str, Any]:
        target = mapping.store.store_code if mapping.store else mapping.item and mapping.item.sku
        return {
            "id": mapping.pk,
            "kind": mapping.kind,
            "code": mapping.code,
            "target": target,
            "made_at": mapping.made_at.isoformat(),
        }


class UnknownCodeSerializer(serializers.Serializer[Any]):
    """A code nobody has explained, and how many lines wait for it."""

    kind = serializers.ChoiceField(CodeMapping.Kind.choices)
    code = serializers.CharField()
    lines = serializers.IntegerField()


class SentAgainSerializer(serializers.Serializer[Any]):
    """What went in again, and why something could not."""

    lines = serializers.IntegerField()
    replays = FeedRunSerializer(many=True)
    retried = FeedRunSerializer(many=True)
    told = serializers.ListField(child=serializers.CharField())


def ring_all(sent: SentAgain) -> SentAgain:
    for run in sent.runs:
        ring_run(run_id=run.pk)
    return sent


class ReplayView(APIView):
    permission_classes = OPERATORS

    @extend_schema(
        operation_id="feed_runs_replay",
        tags=["feeds"],
        request={
            "application/json": LinesSerializer,
            "multipart/form-data": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
            },
        },
        responses={
            202: OpenApiResponse(ReplaySerializer, "A new run takes them in; Location says where to watch."),
            200: OpenApiResponse(ReplaySerializer, "None of these lines waits any more."),
            409: ProblemSerializer,
            **PROBLEMS,
        },
    )
    def post(self, request: Request, run_id: int) -> Response:
        """Send rejected lines in again: as they came, mended (`text`), or as the downloaded file with its mends.

        Each line goes in once, however often it is asked for.
        """
        run = get_object_or_404(runs(), pk=run_id)
        now = timezone.now()
        told: tuple[str, ...] = ()
        try:
            if request.content_type.startswith("multipart/form-data"):
                content, _name = file_in(request._request, query=request.query_params)
                sent = replay_upload(run=run, content=content, member_id=request.user.pk, now=now)
                replay, told = sent.replay, sent.told
            else:
                asked = LinesSerializer(data=request.data)
                asked.is_valid(raise_exception=True)
                replay = replay_lines(
                    run=run, rows=asked.rows(run), texts=asked.texts(), member_id=request.user.pk, now=now
                )
        except CannotReplay as problem:
            raise conflict(problem) from problem
        lines = replay.replayed_rows.count() if replay else 0
        body = ReplaySerializer({"lines": lines, "run": replay, "told": told}).data
        if replay is None:
            return Response(body)
        ring_run(run_id=replay.pk)
        headers = {"Location": reverse("api-feed-run", args=[replay.pk])}
        return Response(body, status=HTTPStatus.ACCEPTED, headers=headers)


class DropView(APIView):
    permission_classes = OPERATORS

    @extend_schema(
        operation_id="feed_runs_drop", tags=["feeds"], request=LinesSerializer,
        responses={200: DroppedSerializer, **PROBLEMS},
    )  # fmt: skip
    def post(self, request: Request, run_id: int) -> Response:
        """Give rejected lines up for good; those that were sent in or given up before are not counted."""
        run = get_object_or_404(runs(), pk=run_id)
        asked = LinesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        rows = asked.rows(run)
        lines = drop_lines(run=run, rows=rows, member_id=request.user.pk, now=timezone.now())
        return Response({"lines": lines})


class RejectedFileView(APIView):
    permission_classes = OPERATORS

    @extend_schema(
        operation_id="feed_runs_rejected_file",
        tags=["feeds"],
        parameters=[
            OpenApiParameter("state", str, enum=["WAITING", "all"], description="WAITING if not given.")
        ],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            409: ProblemSerializer,
            **PROBLEMS,
        },
    )
    def get(self, request: Request, run_id: int) -> StreamingHttpResponse:
        """The rejected lines in the format they came in, with their numbers and reasons."""
        run = get_object_or_404(runs(), pk=run_id)
        is_all = text_in(request.query_params, "state") == "all"
        try:
            file = rejected_file(run=run, rows=run.rejected_rows.all() if is_all else waiting_rows(run=run))
        except CannotReplay as problem:
            raise conflict(problem) from problem
        headers = {"Content-Disposition": f'attachment; filename="run-{run.pk}-rejected{file.suffix}"'}
        return StreamingHttpResponse(file.pieces, content_type=file.content_type, headers=headers)


class ReleaseView(APIView):
    permission_classes = OPERATORS

    @extend_schema(
        operation_id="feed_runs_release", tags=["feeds"], request=None,
        responses={202: FeedRunSerializer, 409: ProblemSerializer, **PROBLEMS},
    )  # fmt: skip
    def post(self, request: Request, run_id: int) -> Response:
        """Let a held file in, its `preview` having been looked at."""
        run = get_object_or_404(runs(), pk=run_id)
        if not release_run(run=run, member_id=request.user.pk, now=timezone.now()):
            raise Conflict("This file is not held.")
        ring_run(run_id=run.pk)
        return Response(FeedRunSerializer(run).data, status=HTTPStatus.ACCEPTED)


class RefuseView(APIView):
    permission_classes = OPERATORS

    @extend_schema(
        operation_id="feed_runs_refuse", tags=["feeds"], request=None,
        responses={200: FeedRunSerializer, 409: ProblemSerializer, **PROBLEMS},
    )  # fmt: skip
    def post(self, request: Request, run_id: int) -> Response:
        """Turn a held file away; what stood stays."""
        run = get_object_or_404(runs(), pk=run_id)
        if not refuse_run(run=run, member_id=request.user.pk, now=timezone.now()):
            raise Conflict("This file is not held.")
        return Response(FeedRunSerializer(run).data)


class MappingListView(PagedView):
    permission_classes = OPERATORS

    @extend_schema(operation_id="feed_mappings_list", tags=["feeds"], responses=MappingSerializer(many=True))
    def get(self, request: Request, source: str) -> Response:  # noqa: ARG002
        """What was said of the source's codes."""
        found = CodeMapping.objects.filter(source=get_object_or_404(FeedSource, code=source))
        rows = found.select_related("store", "item").order_by("kind", "code")
        return self.page(rows, lambda page: MappingSerializer(page, many=True).data)

    @extend_schema(
        operation_id="feed_mappings_create", tags=["feeds"], request=MappingSerializer,
        responses={200: SentAgainSerializer, **PROBLEMS},
    )  # fmt: skip
    def post(self, request: Request, source: str) -> Response:
        """Say what a code stands for; lines that waited for it go in again. Said again, the last word counts."""
        feed = get_object_or_404(FeedSource, code=source)
        said = MappingSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        target = target_named(said.validated_data["kind"], said.validated_data["target"])
        sent = map_code(
            source=feed, code=said.validated_data["code"], target=target, member_id=request.user.pk,
            now=timezone.now(),
        )  # fmt: skip
        return Response(SentAgainSerializer(ring_all(sent)).data)


def target_named(kind: str, text: str) -> Store | Item:
    """The store or item somebody means. Raises ValidationError."""
    if kind == CodeMapping.Kind.STORE:
        store = Store.objects.filter(store_code=text).first()
        if store is None:
            raise ValidationError({"target": [f'No store has the code "{text}".']})
        return store
    item = find_item(text)
    if item is None:
        raise ValidationError({"target": [f'No item is known by "{text}".']})
    return item


class MappingView(APIView):
    permission_classes = OPERATORS

    @extend_schema(operation_id="feed_mappings_delete", tags=["feeds"], responses={204: None, **PROBLEMS})
    def delete(self, request: Request, source: str, mapping_id: int) -> Response:  # noqa: ARG002
        """Take back what a code stood for; what was loaded with it stays."""
        get_object_or_404(CodeMapping, source__code=source, pk=mapping_id).delete()
        return Response(status=HTTPStatus.NO_CONTENT)


class UnknownCodesView(APIView):
    permission_classes = OPERATORS

    @extend_schema(
        operation_id="feed_unknown_codes_list", tags=["feeds"], responses=UnknownCodeSerializer(many=True)
    )
    def get(self, request: Request, source: str) -> Response:  # noqa: ARG002
        """The codes that most lines wait for, at most 500."""
        found = unknown_codes(source=get_object_or_404(FeedSource, code=source), limit=CODES_LIMIT)
        return Response(UnknownCodeSerializer(found, many=True).data)

    @extend_schema(
        operation_id="feed_unknown_codes_retry", tags=["feeds"], request=None,
        responses={200: SentAgainSerializer, **PROBLEMS},
    )  # fmt: skip
    def post(self, request: Request, source: str) -> Response:
        """Send in the lines whose stores and items have become known since."""
        feed = get_object_or_404(FeedSource, code=source)
        sent = replay_known(source=feed, member_id=request.user.pk, now=timezone.now())
        return Response(SentAgainSerializer(ring_all(sent)).data)
