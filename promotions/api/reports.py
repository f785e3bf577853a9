"""Reports of a store and their answers; refusals, counted."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.access import store_or_404
from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.keys import KEY, key_in
from inventory.api.paging import PagedView
from inventory.api.queries import number_in
from promotions.api.access import OnlyMerchandisers, member_of
from promotions.api.idempotency import response_to
from promotions.models import FieldReport
from promotions.models.reports import LONGEST_WORDS
from promotions.rules.reports import ReportKind, ReportState
from promotions.selectors.refusals import RefusalLine, refusal_board
from promotions.selectors.reports import report_facts, reports_of_store
from promotions.services.photos import check_length, photo_from
from promotions.services.reporting import answer_report, tell_report

MOST_DAYS = 400


class MayAnswerReports(BasePermission):
    """Answers come from those who wrote the promotions and those who look after the feeds."""

    message = "Only merchandisers, operators and administrators answer reports."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002 - DRF's signature
        return not isinstance(request.user, AnonymousUser) and request.user.may_answer_reports


class ReportRequestSerializer(serializers.Serializer[Any]):
    """What is wrong. `quantity` (in the item's unit) goes with STOCK_WRONG: it is believed from now on."""

    kind = serializers.ChoiceField([str(kind) for kind in ReportKind])
    words = serializers.CharField(max_length=LONGEST_WORDS, required=False, allow_blank=True)
    promotion_id = serializers.CharField(max_length=60, required=False)
    item = serializers.CharField(max_length=200, required=False, help_text="GTIN in any form, PLU or SKU.")
    check_id = serializers.UUIDField(required=False, help_text="The verdict's check that it is told from.")
    quantity = serializers.CharField(
        max_length=20, required=False, help_text="What was counted, as a decimal text."
    )


class ReportWithPhotoSerializer(ReportRequestSerializer):
    """The same as a form, with a picture."""

    photo = serializers.FileField(required=False, help_text="JPEG, PNG or WebP, at most 8 MB.")


class ReportSerializer(serializers.Serializer[Any]):
    """A report and how it stands; times on the store's clock."""

    report_id = serializers.IntegerField()
    store_code = serializers.CharField()
    kind = serializers.ChoiceField([str(kind) for kind in ReportKind])
    state = serializers.ChoiceField([str(state) for state in ReportState])
    reported_at = serializers.DateTimeField()
    reported_by = serializers.CharField(allow_null=True, help_text="Null where equal refusals raised it.")
    words = serializers.CharField()
    has_photo = serializers.BooleanField()
    promotion_id = serializers.CharField(allow_null=True)
    revision = serializers.IntegerField(allow_null=True)
    sku = serializers.CharField(allow_null=True)
    quantity = serializers.CharField(allow_null=True)
    check_id = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    refusals = serializers.IntegerField(allow_null=True)
    value_at_risk = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    owner = serializers.CharField(allow_null=True)
    due_at = serializers.DateTimeField()
    answer = serializers.CharField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)


class AnswerRequestSerializer(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=LONGEST_WORDS)
    close = serializers.BooleanField(required=False, default=False, help_text="There is nothing more to say.")


class AmountSerializer(serializers.Serializer[Any]):
    amount = serializers.CharField()
    currency = serializers.CharField()


class RefusalLineSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(
        help_text="A reason's code, a store_code or a promotion_id; empty for no promotion."
    )
    name = serializers.CharField()
    refusals = serializers.IntegerField()
    at_stake = AmountSerializer(many=True)


class RefusalsSerializer(serializers.Serializer[Any]):
    """Verdicts REFUSE and OFFER_ALTERNATIVE of the last days, whole ones on each store's clock, today included."""

    days = serializers.IntegerField()
    refusals = serializers.IntegerField()
    at_stake = AmountSerializer(many=True)
    by_reason = RefusalLineSerializer(many=True)
    by_store = RefusalLineSerializer(many=True)
    by_promotion = RefusalLineSerializer(many=True)


class ReportListView(PagedView):
    def get_parsers(self) -> list[BaseParser]:
        """JSON, or a form that brings a photo."""
        return [*super().get_parsers(), MultiPartParser()]

    @extend_schema(operation_id="reports_list", responses=ReportSerializer(many=True), tags=["reports"])
    def get(self, request: Request, store_code: str) -> Response:
        """What the store has told, newest first, with the answers."""
        store = store_or_404(request, store_code)
        return self.page(reports_of_store(store), lambda page: map(report_facts, page))

    @extend_schema(
        operation_id="reports_create",
        tags=["reports"],
        request={
            "application/json": ReportRequestSerializer,
            "multipart/form-data": ReportWithPhotoSerializer,
        },
        parameters=[KEY],
        responses={200: ReportSerializer, 201: ReportSerializer, 422: ProblemSerializer, **PROBLEMS},
    )
    def post(self, request: Request, store_code: str) -> HttpResponse:
        """Tell head office. The same again within ten minutes is the same report: 200 instead of 201."""
        store = store_or_404(request, store_code)
        key = key_in(request)
        check_length(request.META.get("CONTENT_LENGTH"))
        asked = ReportRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        answer = tell_report(
            store=store,
            member=member_of(request),
            key=key,
            told=asked.validated_data,
            photo=photo_from(request.FILES.get("photo")),
            now=timezone.now(),
        )
        return response_to(answer)


class ReportAnswerView(APIView):
    permission_classes = (MayAnswerReports,)

    @extend_schema(
        operation_id="reports_answer",
        tags=["reports"],
        request=AnswerRequestSerializer,
        responses={200: ReportSerializer, 409: ProblemSerializer, **PROBLEMS},
    )
    def post(self, request: Request, report_id: int) -> Response:
        """Answer a report; the store's tablets hear at once. 409 where somebody else was faster."""
        member = member_of(request)
        report = get_object_or_404(FieldReport.objects.visible_to(member).with_names(), pk=report_id)
        asked = AnswerRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        report = answer_report(
            report=report, answer=said["answer"], by=member, now=timezone.now(), closes=said["close"]
        )
        return Response(report_facts(report))


class RefusalsView(APIView):
    permission_classes = (OnlyMerchandisers,)

    @extend_schema(
        operation_id="refusals",
        tags=["reports"],
        parameters=[OpenApiParameter("days", int, description="1 (today) to 400; 7 if not given.")],
        responses=RefusalsSerializer,
    )
    def get(self, request: Request) -> Response:
        """Deals that shoppers did not get, by reason, store and promotion, with what they would have paid."""
        days = number_in(request.query_params, "days", least=1, most=MOST_DAYS, otherwise=7)
        board = refusal_board(days=days, now=timezone.now())
        return Response(
            {
                "days": board.days,
                "refusals": board.times,
                "at_stake": amounts_row(board.amounts),
                "by_reason": [line_row(line) for line in board.by_reason],
                "by_store": [line_row(line) for line in board.by_store],
                "by_promotion": [line_row(line) for line in board.by_promotion],
            }
        )


def line_row(line: RefusalLine) -> dict[str, Any]:
    """One reason, store or promotion as JSON."""
    return {
        "key": line.key,
        "name": line.name,
        "refusals": line.times,
        "at_stake": amounts_row(line.amounts),
    }


def amounts_row(amounts: Any) -> list[dict[str, str]]:
    """Sums as decimal texts."""
    return [{"amount": str(amount), "currency": currency} for amount, currency in amounts]
