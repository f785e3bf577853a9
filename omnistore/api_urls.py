"""Addresses of the API. Each works with and without a slash at its end; the one without is documented."""

from collections.abc import Iterable, Iterator
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import URLPattern, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from inventory.api.urls import urlpatterns as inventory_urls
from omnistore.problems import with_problems
from omnistore.staff.admission import admission_of
from omnistore.staff.api import TokenView
from promotions.api.urls import urlpatterns as promotions_urls
from promotions.api.verdicts import verdict_view


def in_both_spellings(patterns: Iterable[URLPattern]) -> Iterator[URLPattern]:
    """A redirect would lose the body of a POST, so the slash is simply allowed."""
    for pattern in patterns:
        yield pattern
        yield path(f"{pattern.pattern}/", pattern.callback)


def without_second_spelling(endpoints: list[Any]) -> list[Any]:
    """Hook of the schema: every address once."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]


verdict = with_problems(verdict_view(asker_of=admission_of))

# The page styles itself; scripts stay ours alone.
docs = csp_update({"style-src": [SELF, UNSAFE_INLINE]})(
    SpectacularSwaggerSplitView.as_view(url_name="api-schema")
)

version_1 = [
    path("stores/<code:store_code>/verdict", verdict, name="api-verdict"),  # first: asked most
    *inventory_urls,
    *promotions_urls,
    path("tokens", TokenView.as_view(), name="api-tokens"),
]
pages = [
    path("schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs", docs, name="api-docs"),
]

urlpatterns = [
    path("v1/", include(list(in_both_spellings(version_1)))),
    *in_both_spellings(pages),
]
