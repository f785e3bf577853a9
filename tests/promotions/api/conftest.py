"""A small world at a fixed moment."""

from collections.abc import Iterator

import pytest

from tests.api_client import World, create_world, stopped_clock


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with stopped_clock():
        yield create_world()
