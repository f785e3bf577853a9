"""Workers killed in the middle of a load: the next one finishes it, and every unit is where it belongs."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from inventory.imports import receive_file
from inventory.models import FeedRun, FeedSource, StockMovement
from inventory.tasks import ring_waiting_runs
from omnistore.demo.processes import end_child, start_child
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.imports.files import DAY, at, counts, levels, load, sales_file, stock_file
from tests.promotions.live.parties import PROJECT, eventually

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

STORES = [f"S{number}" for number in range(4)]
ITEMS = {f"I{number}": gtin_for(number) for number in range(1, 51)}
KEYS = [(store, item) for store in STORES for item in ITEMS]
# Where the worker is caught: the statement it waits in, when it has written part of the file already.
COUNTS_CAUGHT, SALES_CAUGHT = (
    "%UPDATE inventory_stocklevel%changed_level%",
    "%UPDATE inventory_stocklevel%moved_level%",
)


def test_counts_survive(own_folders: Path) -> None:
    make_world()
    source = create_source(code="wms")
    load(stock_file(*((s, ITEMS[i], 10, at(30)) for s, i in KEYS if i != "I1")), source=source)
    nights = {(s, i): number % 7 for number, (s, i) in enumerate(KEYS)}
    content = stock_file(*((s, ITEMS[i], quantity, at(6)) for (s, i), quantity in nights.items()))
    run = receive(source, content)
    run = load_through_kills(run, kills=2, statement=COUNTS_CAUGHT, folder=own_folders)
    assert levels() == nights
    assert counts(run) == (200, 0, 0, 0)
    assert run.state == "LOADED"


def test_sales_survive(own_folders: Path) -> None:
    make_world()
    load(stock_file(*((s, ITEMS[i], 10, at(30)) for s, i in KEYS)), source=create_source(code="wms"))
    sold = [(s, "T1", DAY, n, 1, ITEMS[i], n % 3, at(1)) for n, (s, i) in enumerate(KEYS)]
    source = create_source(code="till", kind="SALES")
    run = receive(source, sales_file(*sold))
    run = load_through_kills(run, kills=1, statement=SALES_CAUGHT, folder=own_folders)
    assert levels() == {key: 10 - n % 3 for n, key in enumerate(KEYS)}
    assert StockMovement.objects.count() == len(sold)
    assert counts(run) == (200, 0, 0, 0)


def make_world() -> None:
    for store in STORES:
        create_store(store_code=store)
    for item, gtin in ITEMS.items():
        create_item(sku=item, gtin=gtin)


def receive(source: FeedSource, content: bytes) -> FeedRun:
    run, _is_new = receive_file(
        source=source, file_name="a.csv", content=io.BytesIO(content), now=timezone.now()
    )
    return run


def load_through_kills(run: FeedRun, *, kills: int, statement: str, folder: Path) -> FeedRun:
    """So many workers die in the middle of the load; the next is left alone."""
    before = levels()
    for attempt in range(1, kills + 1):
        with worker(folder) as process, locked_level():
            eventually(lambda: rung(run).attempts > 0 and is_waiting(statement), seconds=40)
            assert run.attempts == attempt
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        assert levels() == before
        assert rung(run).state == FeedRun.State.LOADING
    with worker(folder):
        eventually(lambda: rung(run).is_finished, seconds=40)
    assert run.attempts == kills + 1 <= FeedRun.MAX_ATTEMPTS
    return run


def rung(run: FeedRun) -> FeedRun:
    """The run as it stands; whoever waits for a worker is rung for, as the clock does."""
    time.sleep(0.2)  # between two looks: each ring is a message
    ring_waiting_runs()
    run.refresh_from_db()
    return run


@contextmanager
def worker(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A Celery worker on the test database whose lease is short."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    env = os.environ | {
        "DATABASE_URL": database.geturl(),
        "OMNISTORE_DATA": str(folder),
        "FEED_LEASE_SECONDS": "2",
    }
    command = [sys.executable, "-m", "celery", "-A", "omnistore.celery", "worker", "-Q", "imports"]
    with (folder / "worker.log").open("ab") as log:
        process = start_child(
            [*command, "--pool", "solo", "--without-gossip", "--without-mingle"],
            last_signal=signal.SIGKILL, stdout=log, stderr=log, env=env, cwd=PROJECT,
        )  # fmt: skip
    try:
        yield process
    finally:
        end_child(process, by=signal.SIGTERM, seconds=10)


@contextmanager
def locked_level() -> Iterator[None]:
    """One level locked by somebody else: a load waits there, with part of its rows written."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    with psycopg.connect(url.geturl()) as blocker:
        blocker.execute(
            "SELECT 1 FROM inventory_stocklevel ORDER BY item_id DESC, store_id LIMIT 1 FOR UPDATE"
        )
        yield
        blocker.rollback()


def is_waiting(statement: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND query ILIKE %s)",
            [statement],
        )
        return bool(cursor.fetchone()[0])


@pytest.fixture
def own_folders(settings: Settings, tmp_path: Path) -> Path:
    """The worker and we see the same stored files."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.delete("imports")
    return tmp_path
