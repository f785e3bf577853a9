"""A web server on the test database for all tests of the live stream."""

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

from inventory.models import Store
from promotions.live.relay import STREAM
from promotions.models import PromotionRevision
from tests.factories import create_store
from tests.promotions.live.parties import create_revision


@pytest.fixture
def valkey() -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(STREAM)
        yield client


@pytest.fixture
def store(transactional_db: None) -> Store:
    return create_store(store_code="0042")


@pytest.fixture
def other_store(transactional_db: None) -> Store:
    return create_store(store_code="0043")


@pytest.fixture
def revision(transactional_db: None) -> PromotionRevision:
    return create_revision()
