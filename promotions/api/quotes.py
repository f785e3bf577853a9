"""POST /stores/{store_code}/quote: what a basket costs here now, by which deals, and why not by the others."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.access import store_or_404
from inventory.api.documentation import PROBLEMS
from promotions.api.verdicts import ReasonSerializer
from promotions.rules.basket import BasketRefused
from promotions.selectors.quoting import AskedBasket, AskedLine, BasketUnknown, StoreQuote, quote_for
from promotions.selectors.sentences import benefit_text
from promotions.selectors.verdicts import ReasonLine

MOST_LINES = 500


class AskedLineSerializer(serializers.Serializer[Any]):
    """One line of the basket."""

    line_id = serializers.CharField(
        max_length=60, required=False, help_text="Your name of it; its place if left out."
    )
    item = serializers.CharField(max_length=200, help_text="GTIN in any form, PLU or SKU.")
    quantity = serializers.DecimalField(
        max_digits=9, decimal_places=3, min_value=Decimal("0.001"), default=Decimal(1)
    )
    unit_price = serializers.DecimalField(
        max_digits=12, decimal_places=3, min_value=Decimal(0), required=False,
        help_text="The shelf price of one unit in the store's money; the item's regular price if left out.",
    )  # fmt: skip


class QuoteRequestSerializer(serializers.Serializer[Any]):
    """A basket, with the codes the shopper shows."""

    lines = AskedLineSerializer(
        many=True,
        allow_empty=False,
        max_length=MOST_LINES,  # type: ignore[call-arg]  # of the list, which the stubs do not know
    )
    codes = serializers.ListField(
        child=serializers.CharField(max_length=200, trim_whitespace=False),
        required=False,
        max_length=50,
        default=list,
    )
    is_member = serializers.BooleanField(default=False, help_text="A member of the loyalty programme buys.")


class DealShareSerializer(serializers.Serializer[Any]):
    promotion_id = serializers.CharField()
    discount = serializers.CharField()
    units = serializers.IntegerField(help_text="Units of the line that take part.")


class QuotedLineSerializer(serializers.Serializer[Any]):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    title = serializers.CharField()
    regular = serializers.CharField()
    discount = serializers.CharField()
    total = serializers.CharField()
    deals = DealShareSerializer(many=True)


class QuotedDealSerializer(serializers.Serializer[Any]):
    promotion_id = serializers.CharField()
    revision = serializers.IntegerField()
    headline = serializers.CharField()
    benefit = serializers.CharField()


class WinnerSerializer(QuotedDealSerializer):
    discount = serializers.CharField()
    units = serializers.IntegerField()
    gift = serializers.CharField(help_text="What to hand out, in words or as a SKU; empty for none.")
    reasons = ReasonSerializer(
        many=True, help_text="VALID, or HONOUR_WINDOW for what is honoured after its end."
    )


class LoserSerializer(QuotedDealSerializer):
    reasons = ReasonSerializer(many=True, help_text="Every condition that failed.")


class QuoteSerializer(serializers.Serializer[Any]):
    """Money as decimal text in `currency`; lines sum to the total to the smallest coin."""

    store_code = serializers.CharField()
    at = serializers.DateTimeField(help_text="On the store's clock.")
    currency = serializers.CharField()
    lines = QuotedLineSerializer(many=True)
    regular = serializers.CharField()
    discount = serializers.CharField()
    total = serializers.CharField()
    winners = WinnerSerializer(many=True)
    losers = LoserSerializer(many=True)
    is_exact = serializers.BooleanField(
        help_text="False: so many deals meet here that a still better combination may exist."
    )


class QuoteView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="quote",
        tags=["verdict"],
        request=QuoteRequestSerializer,
        responses={200: QuoteSerializer, **PROBLEMS},
    )
    def post(self, request: Request, store_code: str) -> Response:
        """What the basket costs in this store now. Nothing is redeemed."""
        store = store_or_404(request, store_code)
        asked = QuoteRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            quote = quote_for(store=store, asked=basket_of(asked.validated_data), now=timezone.now())
        except BasketUnknown as unknown:
            raise ValidationError(
                {f"lines[{place}]": [told] for place, told in unknown.errors.items()}
            ) from unknown
        except BasketRefused as refused:
            raise ValidationError({"lines": [str(refused)]}) from refused
        return Response(quote_body(quote))


def basket_of(data: dict[str, Any]) -> AskedBasket:
    """The request as the selector asks for it; lines without a name have their place."""
    lines = [
        AskedLine(
            line_id=line.get("line_id") or str(place),
            item=line["item"],
            quantity=line["quantity"],
            unit_price=line.get("unit_price"),
        )
        for place, line in enumerate(data["lines"], 1)
    ]
    return AskedBasket(
        lines=lines,
        codes=frozenset(code.strip(" \t\r\n") for code in data["codes"]),
        is_member=data["is_member"],
    )


def quote_body(found: StoreQuote) -> dict[str, Any]:
    """The quote as JSON."""
    quote = found.quote
    items = {line.line_id: found.basket.items[line.item].item for line in found.basket.lines}
    return {
        "store_code": found.store.store_code,
        "at": found.at.isoformat(),
        "currency": quote.currency,
        "lines": [
            {
                "line_id": line.line_id,
                "sku": items[line.line_id].sku,
                "title": items[line.line_id].title,
                "regular": str(line.regular),
                "discount": str(line.discount),
                "total": str(line.total),
                "deals": [
                    {"promotion_id": one.promotion_id, "discount": str(one.discount), "units": one.units}
                    for one in line.deals
                ],
            }
            for line in quote.lines
        ],
        "regular": str(quote.regular),
        "discount": str(quote.discount),
        "total": str(quote.total),
        "winners": [
            deal_row(found, winner.promotion_id)
            | {"discount": str(winner.discount), "units": winner.units, "gift": winner.gift}
            | {"reasons": [reason_row(found.applies[winner.promotion_id])]}
            for winner in quote.winners
        ],
        "losers": [
            deal_row(found, loser.deal.deal.promotion_id)
            | {"reasons": [reason_row(line) for line in loser.reasons]}
            for loser in found.losers
        ],
        "is_exact": quote.is_exact,
    }


def reason_row(line: ReasonLine) -> dict[str, str]:
    return {"code": str(line.code), "text": line.text}


def deal_row(found: StoreQuote, promotion_id: str) -> dict[str, Any]:
    """A deal by its names."""
    shown = found.deals[promotion_id].shown
    return {
        "promotion_id": promotion_id,
        "revision": shown.revision_number,
        "headline": shown.headline,
        "benefit": benefit_text(shown.facts.benefit),
    }
