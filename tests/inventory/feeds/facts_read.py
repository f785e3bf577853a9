"""Readers run over bytes, without a database; and what they may raise whatever the bytes are."""

import contextlib
from collections.abc import Iterator

from inventory.feeds.contract import Dialect
from inventory.feeds.facts import BadRow, Found
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from tests.inventory.feeds.reading import feed_file


def read_with(
    dialect: Dialect, content: str | bytes, *, kind: str = "STOCK", **declared: object
) -> Iterator[Found]:
    """What a dialect finds in a file under the declared profile."""
    profile = read_profile(kind, {"format": dialect.name, **declared}, dialects={dialect.name: dialect})
    data = content if isinstance(content, bytes) else content.encode(profile.encoding)
    return dialect.read(feed_file(data, encoding=profile.encoding), profile)


def found(dialect: Dialect, content: str | bytes, *, kind: str = "STOCK", **declared: object) -> list[Found]:
    return list(read_with(dialect, content, kind=kind, **declared))


def refusal(dialect: Dialect, content: str | bytes, *, kind: str = "STOCK", **declared: object) -> str:
    """The code a whole file is refused with; empty when it is not."""
    try:
        found(dialect, content, kind=kind, **declared)
    except FeedRefused as refused:
        return refused.code
    return ""


def bad_codes(things: list[Found]) -> dict[int, str]:
    """Line number to the code of what is wrong with it."""
    return {thing.line_number: thing.code for thing in things if isinstance(thing, BadRow)}


def survives(dialect: Dialect, content: bytes, *, kind: str = "STOCK", **declared: object) -> None:
    """Nothing but FeedRefused comes out of a reader, and every rejection can be told in a sentence."""
    with contextlib.suppress(FeedRefused):
        for thing in read_with(dialect, content, kind=kind, **declared):
            if isinstance(thing, BadRow):
                assert thing.message
                assert "\0" not in thing.message + thing.raw
