"""Offers of one store as JSON-LD, for pages and partners that speak schema.org."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.access import store_or_404
from inventory.api.documentation import PROBLEMS
from inventory.api.paging import PagedView
from promotions.selectors.offer_graph import offer_graph, offer_items


class LinkedDataRenderer(JSONRenderer):
    media_type = "application/ld+json"
    format = "jsonld"


class OfferGraphView(PagedView):
    renderer_classes = (LinkedDataRenderer, JSONRenderer)

    @extend_schema(
        operation_id="offers_graph",
        tags=["offers"],
        responses={(200, "application/ld+json"): OpenApiTypes.OBJECT, **PROBLEMS},
    )
    def get(self, request: Request, store_code: str) -> Response:
        """The store's offers, a schema.org Offer an item, counted by `limit` and `offset`; Link names what follows."""
        store, now = store_or_404(request, store_code), timezone.now()
        pages = self.pagination_class()
        page: Any = pages.paginate_queryset(offer_items(store=store, now=now), request, view=self) or []
        following = pages.get_next_link()
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        return Response(offer_graph(store=store, items=page, now=now), headers=headers)
