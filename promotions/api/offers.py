"""Offers of one store: what the tablet shows, for machines; and the word that somebody has read one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.core.exceptions import ValidationError as Refused
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.access import store_or_404
from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.paging import PagedView, Pages
from inventory.api.queries import text_in
from inventory.models import Store
from promotions.api.access import member_of
from promotions.live.tickets import sign_ticket
from promotions.live.turns import turn_of
from promotions.models import Acknowledgement, PromotionRevision, StoreOffer
from promotions.models.promotions import choices
from promotions.rules.words import OVER, OfferState, Urgency
from promotions.selectors.briefing import stream_position
from promotions.selectors.cards import CardItem, OfferCard, offer_cards, store_offers
from promotions.selectors.pictures import picture_link
from promotions.services.reading import acknowledge, answer_quiz


class IssueSerializer(serializers.Serializer[Any]):
    """Why an offer cannot be honoured."""

    code = serializers.CharField()
    severity = serializers.CharField()
    resolution = serializers.CharField()


class OfferItemSerializer(serializers.Serializer[Any]):
    """One item of an offer; `quantity` is null where the store has never counted it."""

    sku = serializers.CharField()
    title = serializers.CharField()
    place = serializers.CharField(allow_blank=True, help_text="Where it stands in the store.")
    quantity = serializers.CharField(allow_null=True)
    unit = serializers.CharField()
    counted_at = serializers.DateTimeField(allow_null=True)
    is_stale = serializers.BooleanField()
    regular_price = serializers.CharField(allow_null=True)
    deal_price = serializers.CharField(allow_null=True)
    currency = serializers.CharField()


class OfferCountsSerializer(serializers.Serializer[Any]):
    """How many of the promotion's items the store carries, has any of, and has enough of."""

    total = serializers.IntegerField()
    stocked = serializers.IntegerField()
    available = serializers.IntegerField()
    enough = serializers.IntegerField()


class QuestionSerializer(serializers.Serializer[Any]):
    """What a reader is asked; its answers in no telling order."""

    question = serializers.CharField()
    answers = serializers.ListField(child=serializers.CharField())


class OfferSerializer(serializers.Serializer[Any]):
    """One promotion in one store, now. Times are on the store's clock; the window ends before `ends_at`."""

    promotion_id = serializers.CharField()
    revision = serializers.IntegerField()
    state = serializers.ChoiceField([str(state) for state in OfferState])
    issues = IssueSerializer(many=True)
    headline = serializers.CharField()
    benefit = serializers.CharField()
    say = serializers.CharField()
    picture = serializers.CharField(
        allow_null=True, help_text="Where its picture lies: a path here, or a link."
    )
    talk_track = serializers.ListField(child=serializers.CharField(), help_text="More to say, line by line.")
    urgency = serializers.ChoiceField(choices(Urgency))
    quiz = QuestionSerializer(allow_null=True)
    code = serializers.CharField(allow_blank=True)
    uses_left = serializers.IntegerField(allow_null=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    opens_at = serializers.DateTimeField(
        help_text="Where its current or next hours begin; without hours the start."
    )
    closes_at = serializers.DateTimeField(help_text="Where these hours end; without hours the end.")
    honoured_until = serializers.DateTimeField(help_text="What the shopper saw may be honoured before it.")
    is_open = serializers.BooleanField()
    changed_at = serializers.DateTimeField()
    acknowledged = serializers.BooleanField(help_text="By you, in this store, on these terms.")
    counts = OfferCountsSerializer()
    items = OfferItemSerializer(many=True, help_text="Those best worth naming.")


class OfferPages(Pages):
    """Pages that tell from where the live stream goes on."""

    def __init__(self) -> None:
        self.position = "0:0"

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        response.data["position"] = self.position
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        whole: dict[str, Any] = super().get_paginated_response_schema(schema)
        whole["properties"]["position"] = {
            "type": "string",
            "example": "1763812800000:42",
            "description": "The live stream's id, epoch:seq, from which changes follow.",
        }
        whole["required"].append("position")
        return whole


class OfferListView(PagedView):
    pagination_class = OfferPages

    @extend_schema(
        operation_id="offers_list",
        tags=["offers"],
        parameters=[
            OpenApiParameter("state", str, enum=[str(state) for state in OfferState]),
            OpenApiParameter("promotion_id", str),
        ],
        responses=OfferSerializer(many=True),
    )
    def get(self, request: Request, store_code: str) -> Response:
        """The store's offers that are open or coming; over ones when `state` or `promotion_id` asks for them."""
        store = store_or_404(request, store_code)
        offers = store_offers(store=store).order_by("starts_at", "ends_at", "promotion_id")
        state = text_in(request.query_params, "state")
        promotion_id = text_in(request.query_params, "promotion_id")
        if state and state not in set(OfferState):
            raise ValidationError({"state": [f"Choose from {', '.join(OfferState)}."]})
        if state:
            offers = offers.filter(state=state)
        if promotion_id:
            offers = offers.filter(promotion__promotion_id=promotion_id)
        if not state and not promotion_id:
            offers = offers.exclude(state__in=list(OVER))
        # Read before the offers: a change in between is heard twice, never missed.
        pages = OfferPages()
        pages.position = stream_position(store=store)
        page = pages.paginate_queryset(offers, request, view=self) or []
        rows = offer_rows(page, store=store, member=member_of(request), now=timezone.now())
        return pages.get_paginated_response(rows)


def offer_rows(
    offers: Sequence[StoreOffer], *, store: Store, member: Any, now: datetime
) -> list[dict[str, Any]]:
    """Offers of one store as JSON; a fixed number of queries."""
    read = set(
        Acknowledgement.objects.filter(
            store=store, staff_member=member, revision__in=[offer.revision.receipts_id for offer in offers]
        ).values_list("revision_id", flat=True)
    )
    cards = offer_cards(store=store, offers=offers, now=now)
    return [offer_row(card, acknowledged=card.receipts_id in read) for card in cards]


def offer_row(card: OfferCard, *, acknowledged: bool) -> dict[str, Any]:
    """One offer as JSON."""
    offer = card.offer
    return {
        "promotion_id": card.promotion_id,
        "revision": offer.revision.number,
        "state": str(card.state),
        "issues": offer.issues,
        "headline": card.headline,
        "benefit": card.benefit_text,
        "say": card.say,
        "picture": picture_link(offer.revision.picture, route="api-picture") or None,
        "talk_track": list(offer.revision.talk_lines),
        "urgency": offer.revision.urgency,
        "quiz": question_row(offer.revision),
        "code": card.code,
        "uses_left": card.uses_left,
        "starts_at": card.starts_at.isoformat(),
        "ends_at": card.ends_at.isoformat(),
        "opens_at": card.opens_at.isoformat(),
        "closes_at": card.closes_at.isoformat(),
        "honoured_until": card.store.local(offer.honoured_until).isoformat(),
        "is_open": card.is_open,
        "changed_at": card.changed_at.isoformat(),
        "acknowledged": acknowledged,
        "counts": {
            "total": card.items_total,
            "stocked": offer.items_stocked,
            "available": offer.items_available,
            "enough": offer.items_enough,
        },
        "items": [item_row(line, store=card.store) for line in card.items],
    }


def question_row(revision: PromotionRevision) -> dict[str, Any] | None:
    """The question as JSON; None without one."""
    if not revision.quiz_choices:
        return None
    return {"question": revision.quiz_question, "answers": list(revision.quiz_mixed)}


def item_row(line: CardItem, *, store: Store) -> dict[str, Any]:
    """One item of an offer as JSON."""
    figure = line.figure
    return {
        "sku": line.item.sku,
        "title": line.item.title,
        "place": line.place,
        "quantity": line.item.in_unit(figure.quantity) if figure else None,
        "unit": line.item.unit,
        "counted_at": store.local(figure.counted_at).isoformat() if figure else None,
        "is_stale": line.is_stale,
        "regular_price": None if line.regular_price is None else str(line.regular_price),
        "deal_price": None if line.deal_price is None else str(line.deal_price),
        "currency": line.currency,
    }


class AcknowledgeRequestSerializer(serializers.Serializer[Any]):
    """The revision that was read; without it, the one the store has now."""

    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    answer = serializers.CharField(
        max_length=200, required=False, help_text="To the offer's question, where it has one."
    )


class AcknowledgedSerializer(serializers.Serializer[Any]):
    promotion_id = serializers.CharField()
    revision = serializers.IntegerField()
    acknowledged = serializers.BooleanField()


class Revised(APIException):
    """What was read is no longer what holds."""

    status_code = 409
    default_code = "revised"


def has_terms_of(offer: StoreOffer, *, number: int) -> bool:
    """Whether that revision of the promotion says what the store has now, but for the wording."""
    receipts = offer.promotion.revisions.filter(number=number).receipts()
    return offer.revision.receipts_id in receipts


class AcknowledgeView(APIView):
    @extend_schema(
        operation_id="offers_acknowledge",
        tags=["offers"],
        request=AcknowledgeRequestSerializer,
        responses={200: AcknowledgedSerializer, 409: ProblemSerializer, **PROBLEMS},
    )
    def post(self, request: Request, store_code: str, promotion_id: str) -> Response:
        """You have read this offer, in this store. Twice is once; a new revision asks again."""
        store = store_or_404(request, store_code)
        asked = AcknowledgeRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        offers = StoreOffer.objects.filter(store=store).select_related("promotion", "revision")
        offer = get_object_or_404(offers, promotion__promotion_id=promotion_id)
        number = offer.revision.number
        if not has_terms_of(offer, number=asked.validated_data.get("revision", number)):
            raise Revised(f"The offer stands at revision {number} now; read that one.")
        chosen = asked.validated_data.get("answer")
        who = {"store": store, "staff_member": member_of(request), "now": timezone.now()}
        try:
            if chosen is not None and offer.revision.quiz_choices:
                if not answer_quiz(revision=offer.revision, answer=chosen, **who):
                    raise ValidationError(
                        {"answer": [f"Not right. {offer.revision.quiz_explanation}".strip()]}
                    )
            else:
                acknowledge(revision_id=offer.revision_id, **who)
        except Refused as refused:
            if hasattr(refused, "error_dict"):
                raise ValidationError(refused.message_dict) from refused
            raise Http404 from refused
        return Response({"promotion_id": promotion_id, "revision": number, "acknowledged": True})


class LiveTicketSerializer(serializers.Serializer[Any]):
    """Where to listen: GET `url` as an event stream, with Last-Event-ID: `position`."""

    url = serializers.CharField()
    position = serializers.CharField()


class LiveTicketView(APIView):
    @extend_schema(
        operation_id="live_ticket", tags=["offers"], request=None, responses={200: LiveTicketSerializer}
    )
    def post(self, request: Request, store_code: str) -> Response:
        """An address of this store's live stream that needs no further key, good for 12 hours."""
        store = store_or_404(request, store_code)
        ticket = sign_ticket(
            user_id=member_of(request).pk,
            store_id=store.pk,
            store_code=store.store_code,
            turn=turn_of(request._request),
        )
        url = f"/live/{quote(store.store_code)}/?{urlencode({'ticket': ticket})}"
        return Response({"url": url, "position": stream_position(store=store)})
