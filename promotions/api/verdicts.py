"""GET /stores/{store_code}/verdict: the hot path, so a plain view without DRF; the schema knows it all the same."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

import orjson
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed, ValidationError
from rest_framework.views import APIView

from inventory.feeds.scans import scan_problem
from inventory.models import Store
from promotions.rules.verdict import SeenPrices
from promotions.rules.words import Outcome, Reason
from promotions.selectors.asking import scan_problem_text, seen_prices_in
from promotions.selectors.verdicts import Verdict, verdict_for
from promotions.services.checks import keep_check

Answered = TypeVar("Answered")


class Asker(Protocol):
    """Who asks about which store."""

    @property
    def store(self) -> Store: ...

    @property
    def staff_member_id(self) -> int: ...


AskerOf = Callable[[HttpRequest, str], Asker]


def verdict_view(*, asker_of: AskerOf) -> Callable[..., HttpResponse]:
    """The view; `asker_of` gives the caller and the store it may ask about, or raises what it gets instead."""

    def verdict(request: HttpRequest, store_code: str) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(str(request.method))
        now = timezone.now()
        asker, found = asked_once_more(lambda: answer_to(request, store_code, asker_of=asker_of, now=now))
        check = None
        if request.method == "GET":  # HEAD is no shopper's question
            check = keep_check(verdict=found, staff_member_id=asker.staff_member_id, now=now)
        response = HttpResponse(
            orjson.dumps({**found.as_dict(), "check_id": check}), content_type="application/json"
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    # DRF's views carry their class like this; it is where the schema looks.
    verdict.cls = VerdictDocumentation  # type: ignore[attr-defined]
    verdict.initkwargs = {}  # type: ignore[attr-defined]
    return login_not_required(verdict)


def answer_to(
    request: HttpRequest, store_code: str, *, asker_of: AskerOf, now: datetime
) -> tuple[Asker, Verdict]:
    """Who asks, and what the answer is."""
    asker = asker_of(request, store_code)
    seen = seen_prices(request.GET, currency=asker.store.currency)
    return asker, verdict_for(store=asker.store, code=code_in(request), now=now, seen=seen)


def asked_once_more(question: Callable[[], Answered]) -> Answered:
    """A read on a connection that is not tried out before: the read itself shows when it is broken.

    Trying it out costs a round trip per request, as much as the read; a broken one is replaced and asked again.
    """
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return question()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return question()


def code_in(request: HttpRequest) -> str:
    """What was scanned. Separators of element strings (GS, 0x1D) are part of a code, NUL is of none."""
    code = request.GET.get("code", "").strip(" \t\r\n")
    if problem := scan_problem(code):
        raise ValidationError({"code": [scan_problem_text(problem)]})
    return code


def seen_prices(asked: Mapping[str, str], *, currency: str) -> SeenPrices:
    """The prices that somebody read off the sign or the till; ValidationError by field where one is none."""
    prices, errors = seen_prices_in(asked, currency=currency)
    if errors:
        raise ValidationError(errors)
    return prices


class ReasonSerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField([str(reason) for reason in Reason])
    text = serializers.CharField()


class VerdictItemSerializer(serializers.Serializer[Any]):
    sku = serializers.CharField()
    title = serializers.CharField()
    brand = serializers.CharField()
    unit = serializers.CharField(help_text="What it is counted in (UN/ECE Rec 20).")
    unit_decimals = serializers.IntegerField(help_text="on_hand counts 10^-unit_decimals of it.")
    place = serializers.CharField(
        allow_blank=True, help_text="Where it stands in the store; empty where nobody has said it."
    )


class VerdictDealSerializer(serializers.Serializer[Any]):
    promotion_id = serializers.CharField()
    revision = serializers.IntegerField()
    headline = serializers.CharField()
    benefit = serializers.CharField()
    code_needed = serializers.BooleanField()
    uses_left = serializers.IntegerField(allow_null=True)
    starts_at = serializers.DateTimeField(
        help_text="On the store's clock, with offset; belongs to the window."
    )
    ends_at = serializers.DateTimeField(help_text="On the store's clock; no longer belongs to the window.")
    honoured_until = serializers.DateTimeField(help_text="What the shopper saw may be honoured before it.")


class VerdictPriceSerializer(serializers.Serializer[Any]):
    regular = serializers.CharField(help_text="Money for one unit, as a decimal text.")
    deal = serializers.CharField(allow_null=True)
    currency = serializers.CharField()


class VerdictStockSerializer(serializers.Serializer[Any]):
    on_hand = serializers.IntegerField(help_text="In the item's smallest unit.")
    available = serializers.IntegerField(help_text="What can be promised: on hand less what is withheld.")
    counted_at = serializers.DateTimeField()
    sales_until = serializers.DateTimeField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]  # a field, where the class has an attribute
    is_stale = serializers.BooleanField()
    age_seconds = serializers.IntegerField()


class AlternativeStoreSerializer(serializers.Serializer[Any]):
    store_code = serializers.CharField()
    name = serializers.CharField()
    city = serializers.CharField()
    distance_km = serializers.FloatField(allow_null=True)
    on_hand = serializers.IntegerField(help_text="What can be promised.")
    counted_at = serializers.DateTimeField(help_text="On that store's clock.")
    promotion_id = serializers.CharField(help_text="The deal that holds there.")
    sku = serializers.CharField(help_text="What of the deal is there.")
    opens_at = serializers.DateTimeField(
        allow_null=True, help_text="In the past where it is open now; null where its hours are not known."
    )
    closes_at = serializers.DateTimeField(allow_null=True, help_text="null where it never closes.")


class AlternativeItemSerializer(serializers.Serializer[Any]):
    sku = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField(help_text="What it is counted in (UN/ECE Rec 20).")
    unit_decimals = serializers.IntegerField(help_text="on_hand counts 10^-unit_decimals of it.")
    place = serializers.CharField(
        allow_blank=True, help_text="Where it stands in the store; empty where nobody has said it."
    )
    regular_price = serializers.CharField(allow_null=True)
    deal_price = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    on_hand = serializers.IntegerField(help_text="What can be promised.")


class VerdictSerializer(serializers.Serializer[Any]):
    """The verdict on one scan; `say` is the sentence to say to the shopper."""

    store_code = serializers.CharField()
    code = serializers.CharField()
    outcome = serializers.ChoiceField([str(outcome) for outcome in Outcome])
    reasons = ReasonSerializer(many=True)
    say = serializers.CharField()
    item = VerdictItemSerializer(allow_null=True)
    promotion = VerdictDealSerializer(allow_null=True)
    price = VerdictPriceSerializer(allow_null=True)
    stock = VerdictStockSerializer(allow_null=True)
    alternatives = AlternativeStoreSerializer(many=True)
    similar = AlternativeItemSerializer(many=True)
    also = VerdictDealSerializer(many=True)
    at = serializers.DateTimeField()
    check_id = serializers.UUIDField(
        allow_null=True, help_text="The check that was kept of this answer; a report may name it."
    )


class VerdictDocumentation(APIView):
    """What the schema says of `verdict`; requests never come here."""

    @extend_schema(
        operation_id="verdict",
        tags=["verdict"],
        parameters=[
            OpenApiParameter(
                "code", str, required=True,
                description="What was scanned, typed or pasted: a GTIN in any form, a PLU, a SKU, a promotion's code "
                            "or id, a GS1 Digital Link, the web page of an offer, a message with a link to one.",
            ),
            OpenApiParameter(
                "seen_price", str,
                description="What the sign says one unit costs, in the store's money; another price than the deal's "
                            "makes a yes HONOUR_AND_REPORT.",
            ),
            OpenApiParameter("till_price", str, description="What the till says one unit costs, likewise."),
        ],
        responses=VerdictSerializer,
    )  # fmt: skip
    def get(self, request: Any, store_code: str) -> None:
        """May this deal be honoured, here and now? An unknown code is an answer too: 200 with UNKNOWN.

        Every answer is kept as a check (who, when, what was shown, outcome and reasons); HEAD keeps none.
        """
