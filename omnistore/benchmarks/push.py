"""Events to many open streams of the real web server, beside a bare ASGI application with the same fan-out."""

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from signal import SIGTERM
from typing import Any
from urllib.parse import quote

import orjson
import redis
from django.conf import settings
from django.db import connection
from django.db.models import F

from inventory.models import Store
from omnistore.benchmarks import bare_push
from omnistore.benchmarks.clients import Ask, clients
from omnistore.benchmarks.goods import create_goods
from omnistore.benchmarks.measuring import (
    MICROSECONDS,
    Figures,
    Part,
    Report,
    Spent,
    WrongResult,
    cpu_seconds,
    in_turns,
    memory_bytes,
    paired_ratio,
    positive,
    say,
    thread_count,
)
from omnistore.demo import processes
from omnistore.demo.running import WEB_OPTIONS, start_web, wait_for_first_page
from omnistore.demo.stack import free_port
from promotions.live.events import EventId, LiveEvent, offer_event
from promotions.live.relay import send
from promotions.live.tickets import sign_ticket
from promotions.models import StoreStream

HOST = "127.0.0.1"
EPOCH = 1
FIRST_STREAMS = 20  # open before memory is looked at, so that what a server loads on first use is not counted
SECONDS_A_STREAM = 50e-6  # the pause between two waves leaves the servers time for about four times the work


@dataclass(frozen=True)
class Side:
    """One of the two servers: where it is, how its streams are named, how a wave of events is handed to it."""

    name: str
    pid: int
    port: int
    paths: Sequence[str]
    publish: Callable[[], None]


def add_arguments(parser: ArgumentParser) -> None:
    """The sizes."""
    parser.add_argument(
        "--streams", type=positive, default=1_000, help="open streams to each of the two servers"
    )
    parser.add_argument("--stores", type=positive, default=200, help="stores that share the streams")
    parser.add_argument("--waves", type=positive, default=40, help="events to every store in a round")
    parser.add_argument(
        "--event-bytes", type=positive, default=1_200, help="size of one event: a rendered card"
    )
    parser.add_argument("--rounds", type=positive, default=7)


def run(*, streams: int, stores: int, waves: int, event_bytes: int, rounds: int, **_others: Any) -> Report:
    """Both servers with all their streams at once; the waves go to one, then to the other."""
    stores = min(stores, streams)
    goods = create_goods(stores=stores, items=1, nights=0)
    StoreStream.objects.bulk_create(StoreStream(store=store, epoch=EPOCH, seq=0) for store in goods.stores)
    size = {"streams": streams, "stores": stores, "waves": waves, "event_bytes": event_bytes}
    report = Report("push", size, rounds)
    with (
        our_server(goods.stores, event_bytes=event_bytes, streams=streams) as ours,
        bare_server(goods.stores, event_bytes=event_bytes, streams=streams) as bare,
        clients("stream_clients") as ask,
    ):
        parts: dict[str, Part] = {}
        for side in (ours, bare):
            report.figures |= open_streams(side, ask=ask)
            parts[side.name] = partial(wave_after_wave, side, waves=waves, ask=ask)
            parts[side.name]()  # to warm up
        say("all streams are open")
        found = in_turns(lambda: parts, rounds=rounds)
    report.take(found)
    report.ratios["over_bare"] = paired_ratio(
        found["ours_cpu_us_per_delivery"], found["bare_cpu_us_per_delivery"]
    )
    return report


def open_streams(side: Side, *, ask: Ask) -> Figures:
    """Open all streams; what one of them costs the server."""
    paths = list(side.paths)
    ask({"open": side.name, "port": side.port, "paths": paths[:FIRST_STREAMS]})
    memory, threads, connections = memory_bytes(side.pid), thread_count(side.pid), database_connections()
    with Spent(server=partial(cpu_seconds, side.pid)) as spent:
        ask({"open": side.name, "port": side.port, "paths": paths[FIRST_STREAMS:]})
    count = max(1, len(paths) - FIRST_STREAMS)
    return {
        f"{side.name}_connect_cpu_us": spent.cpu / count * MICROSECONDS,
        f"{side.name}_kb_per_stream": (memory_bytes(side.pid) - memory) / count / 1024,
        f"{side.name}_threads_per_stream": (thread_count(side.pid) - threads) / count,
        f"{side.name}_database_connections_per_stream": (database_connections() - connections) / count,
    }


def database_connections() -> int:
    """How many clients our database has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        (count,) = cursor.fetchone()
    return int(count)


def wave_after_wave(side: Side, *, waves: int, ask: Ask) -> Figures:
    """One event to every store, again and again; every stream must have got every one of them."""
    expected = waves * len(side.paths)
    pause = len(side.paths) * SECONDS_A_STREAM
    with Spent(server=partial(cpu_seconds, side.pid)) as spent:
        due = time.monotonic()
        for _wave in range(waves):
            side.publish()
            due += pause
            time.sleep(max(0.0, due - time.monotonic()))
        heard = ask({"collect": side.name, "events": expected})
    if heard["delivered"] != expected:
        raise WrongResult(f"{side.name}: {heard['delivered']} of {expected} events arrived")
    return {
        "cpu_us_per_delivery": spent.cpu / expected * MICROSECONDS,
        "p50_ms": heard["p50_ms"],
        "p99_ms": heard["p99_ms"],
    }


@contextmanager
def our_server(stores: Sequence[Store], *, event_bytes: int, streams: int) -> Iterator[Side]:
    """The web server as it is, its events handed over as the relay does."""
    seq = 0

    def publish() -> None:
        nonlocal seq
        seq += 1
        # As after a commit: the database knows of the event before Valkey does.
        StoreStream.objects.update(seq=F("seq") + 1)
        event = live_event(EventId(EPOCH, seq), size=event_bytes)
        if not send([(store.pk, event) for store in stores]):
            raise WrongResult("Valkey took no events")

    port = free_port()
    part = start_web(host=HOST, port=port, env=os.environ, log=sys.stderr)
    tickets = [
        (store, quote(sign_ticket(user_id=1, store_id=store.pk, store_code=store.store_code)))
        for store in stores
    ]
    paths = [f"/live/{store.store_code}/?ticket={ticket}" for store, ticket in tickets]
    with stopped_at_the_end(part, port=port):
        yield Side("ours", part.process.pid, port, spread(paths, streams), publish)


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
    paths = [f"/live/{store.pk}/" for store in stores]
    with redis.Redis.from_url(settings.REDIS_URL) as valkey, stopped_at_the_end(part, port=port):

        def publish() -> None:
            data = live_event(EventId(EPOCH, 1), size=event_bytes).html
            with valkey.pipeline(transaction=False) as pipeline:
                for store in stores:
                    pipeline.xadd(
                        bare_push.STREAM, {"s": store.pk, "h": data}, maxlen=20_000, approximate=True
                    )
                pipeline.execute()

        yield Side("bare", part.process.pid, port, spread(paths, streams), publish)


@contextmanager
def stopped_at_the_end(part: processes.Part, *, port: int) -> Iterator[None]:
    """Wait until the server answers; end it whatever happens."""
    try:
        wait_for_first_page(part, host=HOST, port=port)
        yield
    finally:
        processes.end_child(part.process, by=SIGTERM, seconds=10)


def spread(paths: Sequence[str], streams: int) -> list[str]:
    """So many streams, shared out evenly."""
    return [paths[number % len(paths)] for number in range(streams)]


def live_event(event_id: EventId, *, size: int) -> LiveEvent:
    """An event as large as a rendered card, stamped with the time it is handed over."""
    stamp = f"t={time.monotonic_ns():020d} "
    html = stamp + "x" * (size - len(stamp))
    facts = {"store_code": "S0001", "promotion_id": "BENCHMARK-1", "old_state": "READY", "new_state": "LIVE"}
    return LiveEvent(
        id=event_id,
        html=offer_event(event_id=event_id, data=html),
        json=offer_event(event_id=event_id, data=orjson.dumps(facts).decode()),
    )
