"""Pages of a list: `limit` and `offset`, checked."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.queries import number_in

MOST_OFFSET = 10_000_000


class Pages(LimitOffsetPagination):
    """100 a page unless asked otherwise, at most 500."""

    max_limit = 500

    def get_limit(self, request: Request) -> int:
        assert self.max_limit is not None
        return number_in(request.query_params, "limit", least=1, most=self.max_limit, otherwise=100)

    def get_offset(self, request: Request) -> int:
        return number_in(request.query_params, "offset", least=0, most=MOST_OFFSET, otherwise=0)


class PagedView(APIView):
    """A view with a list that comes in pages."""

    pagination_class: type[Pages] = Pages

    def page(self, rows: QuerySet[Any], represent: Callable[[Sequence[Any]], Iterable[Any]]) -> Response:
        """One page; `represent` makes its rows into what JSON can say, all at once."""
        pages = self.pagination_class()
        page = pages.paginate_queryset(rows, self.request, view=self) or []
        return pages.get_paginated_response(list(represent(page)))
