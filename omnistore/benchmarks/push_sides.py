"""Who takes part in the push benchmark: our web server, a bare ASGI application and Valkey's own subscribers."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from signal import SIGTERM
from typing import Any
from urllib.parse import quote

import orjson
import redis
from django.conf import settings
from django.db.models import F

from inventory.models import Store
from omnistore.benchmarks import bare_push
from omnistore.benchmarks.measuring import CannotMeasure, WrongResult
from omnistore.demo import processes
from omnistore.demo.running import WEB_OPTIONS, start_web, wait_for_first_page
from omnistore.demo.stack import free_port
from promotions.live.events import EventId, LiveEvent, offer_event
from promotions.live.relay import send
from promotions.live.tickets import sign_ticket
from promotions.models import StoreStream

HOST = "127.0.0.1"
EPOCH = 1
CHANNEL = "benchmark:store:{}"


@dataclass(frozen=True)
class Side:
    """One server: where it is, how its streams are named, how a wave of events is handed to it."""

    name: str
    pid: int
    port: int
    paths: Sequence[str]
    publish: Callable[[], None]
    dialect: str = "sse"


class Web:
    """Our web server, which can be ended and started again on its port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    def start(self) -> None:
        self.part = start_web(host=HOST, port=self.port, env=os.environ, log=sys.stderr)

    def stop(self) -> None:
        processes.end_child(self.part.process, by=SIGTERM, seconds=10)


@contextmanager
def our_server(web: Web, stores: Sequence[Store], *, event_bytes: int, streams: int) -> Iterator[Side]:
    """The web server as it is, its events handed over as the relay does."""
    seq = 0

    def publish() -> None:
        nonlocal seq
        seq += 1
        # As after a commit: the database knows of the event before Valkey does.
        StoreStream.objects.update(seq=F("seq") + 1)
        event = stamped_event(EventId(EPOCH, seq), size=event_bytes)
        if not send([(store.pk, event) for store in stores]):
            raise WrongResult("Valkey took no events")

    tickets = [
        (store, quote(sign_ticket(user_id=1, store_id=store.pk, store_code=store.store_code)))
        for store in stores
    ]
    paths = [f"/live/{store.store_code}/?ticket={ticket}" for store, ticket in tickets]
    try:
        wait_for_first_page(web.part, host=HOST, port=web.port)
        yield Side("ours", web.part.process.pid, web.port, spread(paths, streams), publish)
    finally:
        web.stop()


@contextmanager
def bare_server(stores: Sequence[Store], *, event_bytes: int, streams: int) -> Iterator[Side]:
    """The peer in a server of the same kind with the same options."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "omnistore.benchmarks.bare_push:application",
        f"--port={port}",
    ]
    part = processes.start_part("bare", [*command, *WEB_OPTIONS], env=os.environ, log=sys.stderr)

    def add(pipeline: Any, store: Store, data: bytes) -> None:
        pipeline.xadd(bare_push.STREAM, {"s": store.pk, "h": data}, maxlen=20_000, approximate=True)

    try:
        wait_for_first_page(part, host=HOST, port=port)
        paths = spread([f"/live/{store.pk}/" for store in stores], streams)
        with redis.Redis.from_url(settings.REDIS_URL) as valkey:
            publish = pipelined(valkey, stores, add=add, event_bytes=event_bytes)
            yield Side("bare", part.process.pid, port, paths, publish)
    finally:
        processes.end_child(part.process, by=SIGTERM, seconds=10)


@contextmanager
def raw_valkey(stores: Sequence[Store], *, event_bytes: int, streams: int) -> Iterator[Side]:
    """The limit: PUBLISH to as many subscribers, each on a connection of its own, with nothing in between."""

    def add(pipeline: Any, store: Store, data: bytes) -> None:
        pipeline.publish(CHANNEL.format(store.pk), data)

    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        about: Any = valkey.info("server")
        if not os.path.exists(f"/proc/{about['process_id']}"):  # noqa: PTH110 - only whether
            raise CannotMeasure("Valkey has to run on this machine: its CPU time is read from /proc (Linux).")
        paths = spread([CHANNEL.format(store.pk) for store in stores], streams)
        publish = pipelined(valkey, stores, add=add, event_bytes=event_bytes)
        yield Side("valkey", about["process_id"], about["tcp_port"], paths, publish, dialect="valkey")


def pipelined(
    valkey: "redis.Redis",
    stores: Sequence[Store],
    *,
    add: Callable[[Any, Store, bytes], None],
    event_bytes: int,
) -> Callable[[], None]:
    """Hand one wave to Valkey."""

    def publish() -> None:
        data = stamped_event(EventId(EPOCH, 1), size=event_bytes).html
        with valkey.pipeline(transaction=False) as pipeline:
            for store in stores:
                add(pipeline, store, data)
            pipeline.execute()

    return publish


def spread(paths: Sequence[str], streams: int) -> list[str]:
    """So many streams, shared out evenly."""
    return [paths[number % len(paths)] for number in range(streams)]


def stamped_event(event_id: EventId, *, size: int) -> LiveEvent:
    """An event as large as a rendered card, stamped with the time it is handed over."""
    stamp = f"t={time.monotonic_ns():020d} "
    html = stamp + "x" * (size - len(stamp))
    facts = {"store_code": "S0001", "promotion_id": "BENCHMARK-1", "old_state": "READY", "new_state": "LIVE"}
    return LiveEvent(
        id=event_id,
        html=offer_event(event_id=event_id, data=html),
        json=offer_event(event_id=event_id, data=orjson.dumps(facts).decode()),
    )
