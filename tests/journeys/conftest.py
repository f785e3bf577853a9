"""A shop with everything running: web server, worker and clock, and its partners' inboxes."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from tests.browser.shop import Shop, open_shop
from tests.factories import create_source
from tests.processes import running_worker, ticking

Drop = Callable[..., None]


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """Two partners send files into inboxes that are looked into every second: a till system and a warehouse."""
    shop = open_shop()
    for code, kind in (("till", "SALES"), ("depot", "STOCK")):
        create_source(code=code, kind=kind, pull_every=timedelta(seconds=1), next_pull_at=timezone.now())
    return shop


@pytest.fixture(scope="package")
def worker(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One worker for all journeys; other tests are to find none."""
    with running_worker(tmp_path_factory.mktemp("worker")):
        yield


@pytest.fixture
def night_shift(worker: None, shop: Shop) -> Iterator[None]:
    """Worker and clock at work; the clock stands still before the database is emptied."""
    with ticking("inventory.tasks.pull_due_sources", "promotions.tasks.turn_promotions"):
        yield


@pytest.fixture
def drop() -> Iterator[Drop]:
    """Puts a file into a partner's inbox."""
    inbox = Path(settings.INBOX_DIR)

    def put(source: str, name: str, content: bytes) -> None:
        folder = inbox / source
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.part").write_bytes(content)
        (folder / f"{name}.part").rename(folder / name)

    yield put
    shutil.rmtree(inbox, ignore_errors=True)
