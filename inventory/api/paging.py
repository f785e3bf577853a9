"""Pages of a list: `limit` and `offset`, checked."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

MOST_OFFSET = 10_000_000


class Pages(LimitOffsetPagination):
    """100 a page unless asked otherwise, at most 500."""

    max_limit = 500

    def get_limit(self, request: Request) -> int:
        assert self.max_limit is not None
        return number_in(request.query_params, "limit", least=1, most=self.max_limit, otherwise=100)

    def get_offset(self, request: Request) -> int:
        return number_in(request.query_params, "offset", least=0, most=MOST_OFFSET, otherwise=0)


def number_in(query: Mapping[str, str], name: str, *, least: int, most: int, otherwise: int) -> int:
    """A whole number of the query string; anything else is the caller's mistake and said so."""
    text = query.get(name)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise ValidationError({name: [f"Enter a whole number from {least} to {most}."]})
    return int(text)


class PagedView(APIView):
    """A view with a list that comes in pages."""

    pagination_class = Pages

    def page(self, rows: QuerySet[Any], serializer: type[BaseSerializer[Any]], **context: Any) -> Response:
        """One page of rows, each through the serializer."""
        pages = self.pagination_class()
        page = pages.paginate_queryset(rows, self.request, view=self) or []
        return pages.get_paginated_response(serializer(page, many=True, context=context).data)
