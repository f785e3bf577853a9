"""Every address of the API as the address book has it, for whoever walks them all."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver


class Route(NamedTuple):
    """An address with its parameters still open, such as /api/v1/stores/<code:store_code>."""

    path: str
    name: str


def api_routes() -> list[Route]:
    """Every route below /api/ in its documented spelling; the other one, with a slash, has no name."""
    below = [
        route for route in walk(get_resolver().url_patterns, prefix="/") if route.path.startswith("/api/")
    ]
    assert all(route.name or route.path.endswith("/") for route in below)
    return [route for route in below if route.name]


def walk(patterns: Iterable[URLPattern | URLResolver], *, prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, prefix=path)
        else:
            yield Route(path, pattern.name or "")
