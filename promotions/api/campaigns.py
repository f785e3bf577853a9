"""Campaigns: promotions under shared limits. Head office's own."""

from http import HTTPStatus
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.paging import PagedView
from promotions.api.access import OnlyMerchandisers, member_of
from promotions.models import Campaign, CampaignChange, LimitCounter
from promotions.services.campaigns import change_campaign_limits, create_campaign

PERMISSIONS = (IsAuthenticated, OnlyMerchandisers)
ERRORS = {403: ProblemSerializer, **PROBLEMS}
LIMITS_HELP = "As a promotion's limits; scope PROMOTION means all promotions of the campaign together."


class LimitsSerializer(serializers.Serializer[Any]):
    """Limits, and the currency of those in money."""

    limits = serializers.ListField(
        child=serializers.DictField(), max_length=50, default=list, help_text=LIMITS_HELP
    )
    currency = serializers.CharField(max_length=3, allow_blank=True, default="")


class NewCampaignSerializer(LimitsSerializer):
    campaign_id = serializers.RegexField(
        r"\A[\w.:-]+\Z", max_length=60, help_text="Your id of it: letters, digits and . : - _"
    )
    title = serializers.CharField(max_length=200)


class ChangedLimitsSerializer(LimitsSerializer):
    why = serializers.CharField(max_length=200, help_text="Kept with the change.")


class CampaignChangeSerializer(serializers.ModelSerializer[CampaignChange]):
    by = serializers.CharField(source="by.username", default=None, allow_null=True)

    class Meta:
        model = CampaignChange
        fields = ("at", "by", "why", "old_limits", "old_currency", "new_limits", "new_currency")
        read_only_fields = fields


class CounterSerializer(serializers.ModelSerializer[LimitCounter]):
    """How far a shared limit is used; amounts are uses, or the smallest coins of `currency`."""

    store_code = serializers.CharField(source="store.store_code", default=None, allow_null=True)

    class Meta:
        model = LimitCounter
        fields = ("store_code", "period", "starts_on", "unit", "currency", "limit_amount", "used")
        read_only_fields = fields


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    class Meta:
        model = Campaign
        fields: tuple[str, ...] = ("campaign_id", "title", "limits", "currency", "created_at")
        read_only_fields = fields


class CampaignDetailSerializer(CampaignSerializer):
    """A campaign with its history; `counters` are those of everybody together, the newest period first."""

    changes = CampaignChangeSerializer(many=True)
    counters = serializers.SerializerMethodField()

    class Meta(CampaignSerializer.Meta):
        fields = (*CampaignSerializer.Meta.fields, "changes", "counters")
        read_only_fields = fields

    @extend_schema_field(CounterSerializer(many=True))
    def get_counters(self, campaign: Campaign) -> Any:
        together = LimitCounter.objects.filter(campaign=campaign, shopper__isnull=True, store__isnull=True)
        return CounterSerializer(together.order_by("-starts_on", "period", "unit")[:50], many=True).data


class CampaignListView(PagedView):
    permission_classes = PERMISSIONS

    @extend_schema(operation_id="campaigns_list", tags=["campaigns"], responses=CampaignSerializer(many=True))
    def get(self, request: Request) -> Response:  # noqa: ARG002 - every campaign is head office's
        """Campaigns, newest first."""
        return self.page(Campaign.objects.all(), lambda page: CampaignSerializer(page, many=True).data)

    @extend_schema(
        operation_id="campaigns_create",
        tags=["campaigns"],
        request=NewCampaignSerializer,
        responses={201: CampaignDetailSerializer, 409: ProblemSerializer, **ERRORS},
    )
    def post(self, request: Request) -> Response:
        """A new campaign; promotions join it by naming its id as their `campaign`."""
        asked = NewCampaignSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        content = dict(asked.validated_data)
        campaign = create_campaign(
            campaign_id=content.pop("campaign_id"),
            content=content,
            author=member_of(request),
            now=timezone.now(),
        )
        return Response(
            CampaignDetailSerializer(campaign).data,
            status=HTTPStatus.CREATED,
            headers={"Location": reverse("api-campaign", args=[campaign.campaign_id])},
        )


class CampaignView(APIView):
    permission_classes = PERMISSIONS

    @extend_schema(
        operation_id="campaigns_read",
        tags=["campaigns"],
        responses={200: CampaignDetailSerializer, 403: ProblemSerializer},
    )
    def get(self, request: Request, campaign_id: str) -> Response:  # noqa: ARG002
        """One campaign with its limits, how far they are used, and how they were changed."""
        return Response(CampaignDetailSerializer(get_object_or_404(Campaign, campaign_id=campaign_id)).data)


class CampaignLimitsView(APIView):
    permission_classes = PERMISSIONS

    @extend_schema(
        operation_id="campaigns_change_limits",
        tags=["campaigns"],
        request=ChangedLimitsSerializer,
        responses={200: CampaignDetailSerializer, **ERRORS},
    )
    def post(self, request: Request, campaign_id: str) -> Response:
        """Other limits from now on, said in full; what is used counts. 400 where more is used than one allows."""
        campaign = get_object_or_404(Campaign, campaign_id=campaign_id)
        asked = ChangedLimitsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        changed = change_campaign_limits(
            campaign=campaign, author=member_of(request), now=timezone.now(), **asked.validated_data
        )
        return Response(CampaignDetailSerializer(changed).data)
