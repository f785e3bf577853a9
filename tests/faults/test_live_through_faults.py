"""Tablets hear every change once and in order while the web server, Valkey and the network fail; then we count."""

import asyncio
import json
import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from inventory.models import Store
from omnistore.demo.stack import Server, free_port, valkey
from promotions.live.relay import relay_pending
from promotions.models import OfferChange, PromotionRevision, StoreStream
from tests.factories import create_store
from tests.faults.proxy import Proxy, network_to
from tests.promotions.live.parties import (
    WebServer,
    change,
    create_revision,
    eventually,
    heard,
    in_thread,
    listening,
    story,
)

STORES = 8
TABLETS = 40
WRITERS = 4
SILENCE = 7.0  # seconds without a heartbeat after which a tablet takes its link for dead

# The shape of promotions.services.changes, through a driver of its own.
TAKE_NUMBER = "UPDATE promotions_storestream SET seq = seq + 1 WHERE store_id = %s RETURNING seq"
WRITE_CHANGE = """
INSERT INTO promotions_offerchange
    (store_id, seq, promotion_id, revision_id, old_state, new_state, reason, at)
VALUES (%s, %s, %s, %s, 'LIVE', 'LOW_STOCK', 'STOCK', clock_timestamp())
"""


@dataclass
class Tablet:
    """A client that comes back with the id of what it saw last, and writes down all it hears."""

    store: Store
    place: str
    seqs: list[int] = field(default_factory=list)
    foreign: int = 0
    resets: int = 0
    connections: int = 0

    async def listen(self, *, url: str) -> None:
        jitter = random.Random(id(self))
        async with httpx.AsyncClient(timeout=httpx.Timeout(3, read=SILENCE)) as client:
            while True:
                with suppress(httpx.TransportError):
                    async with client.stream("GET", url, headers={"Last-Event-ID": self.place}) as response:
                        self.connections += response.status_code == 200
                        await self.note_down(response)
                await asyncio.sleep(jitter.uniform(0.05, 0.3))

    async def note_down(self, response: httpx.Response) -> None:
        async for event in heard(response.aiter_lines()):
            if event.event == "offer":
                self.place = event.id or ""
                self.seqs.append(event.seq)
                self.foreign += json.loads(event.text)["store_code"] != self.store.store_code
            self.resets += event.event == "reset"


@contextmanager
def running(work: Callable[[threading.Event], None], *, threads: int = 1) -> Iterator[None]:
    """Threads that work until the block ends."""
    done = threading.Event()
    started = [threading.Thread(target=work, args=[done]) for _ in range(threads)]
    for thread in started:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in started:
            thread.join()


def driver_options() -> dict[str, Any]:
    """How to connect to the test database without Django."""
    options = {**connection.get_connection_params(), "autocommit": True}
    options.pop("cursor_factory", None)
    return options


def writer(stores: list[Store], revision: PromotionRevision) -> Callable[[threading.Event], None]:
    """Short and long transactions, some of them rolled back, on the stores in turn and at random."""
    options = driver_options()

    def write(done: threading.Event) -> None:
        chance = random.Random(threading.get_ident())
        with psycopg.connect(**options) as database:
            while not done.wait(0.05):
                store = chance.choice(stores)
                with database.transaction(force_rollback=chance.random() < 0.05):
                    [seq] = database.execute(TAKE_NUMBER, [store.pk]).fetchone() or [0]
                    time.sleep(chance.choice([0, 0.01]))
                    database.execute(WRITE_CHANGE, [store.pk, seq, revision.promotion_id, revision.pk])

    return write


def relay(done: threading.Event) -> None:
    """The worker's part."""
    while not done.wait(0.02):
        relay_pending(now=timezone.now())
    connection.close()


def positions(stores: list[Store]) -> dict[int, int]:
    return dict(StoreStream.objects.filter(store__in=stores).values_list("store_id", "seq"))


async def all_caught_up(tablets: list[Tablet]) -> None:
    """Wait until every tablet has heard what is committed by now."""
    committed = await in_thread(positions, [tablet.store for tablet in tablets])
    deadline = time.monotonic() + 15
    while waiting := [t for t in tablets if not t.seqs or t.seqs[-1] < committed[t.store.pk]]:
        assert time.monotonic() < deadline, f"{len(waiting)} tablets of {len(tablets)} hear nothing new"
        await asyncio.sleep(0.05)


@pytest.fixture
def bell(tmp_path: Path, settings: Settings) -> Iterator["Bell"]:
    with ExitStack() as servers:
        bell = Bell(folder=tmp_path, servers=servers)
        settings.REDIS_URL = bell.server.url
        yield bell


class Bell:
    """A Valkey of our own that can be killed and comes back empty on the same port."""

    def __init__(self, *, folder: Path, servers: ExitStack) -> None:
        self.folder, self.servers, self.port = folder, servers, free_port()
        self.start()

    def start(self) -> None:
        folder = self.folder / f"valkey-{time.monotonic_ns()}"
        folder.mkdir()
        self.server: Server = self.servers.enter_context(valkey(folder, port=self.port))

    def kill(self) -> None:
        self.server.process.send_signal(SIGKILL)
        self.server.process.wait()


@pytest.fixture
def web(bell: Bell, tmp_path: Path, transactional_db: None) -> Iterator[WebServer]:
    server = WebServer(folder=tmp_path, redis_url=bell.server.url)
    server.start()
    yield server
    server.kill()


@asynccontextmanager
async def tablets_on(network: Proxy, web: WebServer, stores: list[Store]) -> AsyncIterator[list[Tablet]]:
    """Tablets that know the beginning and listen through the network until the block ends."""
    places = await in_thread(lambda: {stream.store_id: str(stream) for stream in StoreStream.objects.all()})
    tablets = [Tablet(store, places[store.pk]) for store in stores for _ in range(TABLETS // STORES)]
    tasks = []
    for tablet in tablets:
        url = web.address(tablet.store, port=network.port, format="json")
        tasks.append(asyncio.create_task(tablet.listen(url=url)))
    try:
        yield tablets
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def through_faults(web: WebServer, bell: Bell, network: Proxy, tablets: list[Tablet]) -> None:
    """Web server killed; Valkey killed, back without its data; network cut for three seconds."""
    await all_caught_up(tablets)
    web.kill()
    web.launch()
    await in_thread(eventually, web.answers, seconds=30)
    await all_caught_up(tablets)
    bell.kill()
    await all_caught_up(tablets)  # by the poll
    bell.start()
    await all_caught_up(tablets)
    network.cut()
    await asyncio.sleep(3)
    network.heal()
    await all_caught_up(tablets)


@pytest.mark.faults
def test_forty_tablets_through_three_faults(web: WebServer, bell: Bell) -> None:
    stores = [create_store(store_code=f"{number:04}") for number in range(STORES)]
    revision = create_revision()
    for store in stores:
        StoreStream.objects.create(store=store, epoch=1)

    async def tell() -> list[Tablet]:
        async with network_to(web.port) as network, tablets_on(network, web, stores) as tablets:
            with running(writer(stores, revision), threads=WRITERS), running(relay):
                await through_faults(web, bell, network, tablets)
            await all_caught_up(tablets)
            return tablets

    tablets = asyncio.run(tell())
    written = {store.pk: [] for store in stores}  # type: dict[int, list[int]]
    for store_id, seq in OfferChange.objects.order_by("store_id", "seq").values_list("store_id", "seq"):
        written[store_id].append(seq)
    # What came over the wire, before any tablet would drop what it already has.
    missing = sum(len(set(written[t.store.pk]) - set(t.seqs)) for t in tablets)
    doubled = sum(len(t.seqs) - len(set(t.seqs)) for t in tablets)
    out_of_order = sum(t.seqs != sorted(t.seqs) for t in tablets)
    assert (missing, doubled, out_of_order, sum(t.foreign for t in tablets)) == (0, 0, 0, 0)
    assert sum(t.resets for t in tablets) == 0
    assert min(t.connections for t in tablets) >= 3  # each was really cut off twice
    assert min(len(seqs) for seqs in written.values()) > 20


@pytest.mark.faults
def test_a_frozen_valkey_stops_neither_pages_nor_tablets(web: WebServer, bell: Bell) -> None:
    store, revision = create_store(store_code="0042"), create_revision()

    async def tell() -> None:
        async with listening(web.address(store)) as tablet, httpx.AsyncClient() as browser:
            await tablet.next("ping")
            bell.server.process.send_signal(SIGSTOP)
            await in_thread(change, store, revision)
            assert (await tablet.next(seconds=4)).seq == 1
            assert (await browser.get(f"http://127.0.0.1:{web.port}/healthz")).status_code == 200
            ready = await browser.get(f"http://127.0.0.1:{web.port}/readyz")
            assert (ready.status_code, ready.json()) == (200, {"database": True, "valkey": False})
            bell.server.process.send_signal(SIGCONT)
            await in_thread(change, store, revision)
            assert (await tablet.next(seconds=4)).seq == 2

    try:
        story(tell())
    finally:
        bell.server.process.send_signal(SIGCONT)


def refuse_connections(refuse: bool) -> None:
    """As when the database server is away: what is open breaks, nothing new is opened."""
    options = driver_options() | {"dbname": "postgres"}
    name = connection.settings_dict["NAME"]
    with psycopg.connect(**options) as database:
        database.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {not refuse}')
        database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


@pytest.mark.faults
def test_streams_outlive_the_database(web: WebServer, bell: Bell) -> None:
    store, unheard, revision = create_store(), create_store(), create_revision()
    connection.close()

    async def tell() -> None:
        async with listening(web.address(store)) as tablet, httpx.AsyncClient() as browser:
            await tablet.next("ping")
            await asyncio.to_thread(refuse_connections, True)
            refused = await browser.get(web.address(unheard))
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
            assert (await browser.get(f"http://127.0.0.1:{web.port}/readyz")).status_code == 503
            assert (await browser.get(f"http://127.0.0.1:{web.port}/healthz")).status_code == 200
            await tablet.next("ping")
            await asyncio.to_thread(refuse_connections, False)
            await in_thread(change, store, revision)
            assert (await tablet.next(seconds=4)).seq == 1

    try:
        story(tell())
    finally:
        refuse_connections(False)
