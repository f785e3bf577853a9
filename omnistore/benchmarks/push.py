"""Events to many open streams of the real web server, beside a bare ASGI application and Valkey's own subscribers."""

import time
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.db import connection

from omnistore.benchmarks.clients import Ask, clients
from omnistore.benchmarks.goods import Goods, create_goods, import_file
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
from omnistore.benchmarks.push_sides import EPOCH, Side, Web, bare_server, our_server, raw_valkey
from omnistore.benchmarks.push_stories import (
    ITEMS,
    one_store_after_another,
    opened_everywhere,
    publish_and_stop,
    relaying,
    restart,
)
from promotions.models import StoreStream

FIRST_STREAMS = 20  # open before memory is looked at, so that what a server loads on first use is not counted
SECONDS_A_STREAM = 50e-6  # the pause between two waves leaves the servers time for about four times the work


def add_arguments(parser: ArgumentParser) -> None:
    """The sizes."""
    parser.add_argument("--streams", type=positive, default=5_000, help="open streams to each of the servers")
    parser.add_argument("--stores", type=positive, default=500, help="stores that share the streams")
    parser.add_argument("--waves", type=positive, default=10, help="events to every store in a round")
    parser.add_argument(
        "--event-bytes", type=positive, default=1_200, help="size of one event: a rendered card"
    )
    parser.add_argument("--changes", type=positive, default=200, help="changes of single stores")
    parser.add_argument("--rounds", type=positive, default=7)
    parser.add_argument("--no-worker", action="store_true", help="only the fan-out: no commits, no restart")


def run(
    *,
    streams: int,
    stores: int,
    waves: int,
    event_bytes: int,
    changes: int,
    rounds: int,
    no_worker: bool,
    **_others: Any,
) -> Report:
    """All servers with all their streams at once; the waves go to one after the other. Then the worker's part."""
    stores = min(stores, streams)
    goods = create_goods(stores=stores, items=ITEMS, nights=0)
    import_file(source=goods.source, content=goods.stock_file())
    StoreStream.objects.bulk_create(StoreStream(store=store, epoch=EPOCH, seq=0) for store in goods.stores)
    size = {
        "streams": streams,
        "stores": stores,
        "waves": waves,
        "event_bytes": event_bytes,
        "changes": changes,
    }
    report = Report("push", size, rounds)
    web = Web()
    with (
        our_server(web, goods.stores, event_bytes=event_bytes, streams=streams) as ours,
        clients("stream_clients") as ask,
    ):
        with (
            bare_server(goods.stores, event_bytes=event_bytes, streams=streams) as bare,
            raw_valkey(goods.stores, event_bytes=event_bytes, streams=streams) as valkey,
        ):
            fan_out(report, sides=(ours, bare, valkey), waves=waves, ask=ask)
            ask({"close": ["bare", "valkey"]})
        if not no_worker:
            tell_stories(report, goods, web=web, changes=changes, ask=ask)
    return report


def fan_out(report: Report, *, sides: tuple[Side, Side, Side], waves: int, ask: Ask) -> None:
    """The CPU time of a delivery, and what an open stream costs."""
    parts: dict[str, Part] = {}
    for side in sides:
        report.figures |= open_streams(side, ask=ask)
        parts[side.name] = partial(wave_after_wave, side, waves=waves, ask=ask)
        parts[side.name]()  # to warm up
    say("all streams are open")
    found = in_turns(lambda: parts, rounds=report.rounds)
    report.take(found)
    ours = found["ours_cpu_us_per_delivery"]
    for other in ("bare", "valkey"):
        report.ratios[f"over_{other}"] = paired_ratio(ours, found[f"{other}_cpu_us_per_delivery"])


def tell_stories(report: Report, goods: Goods, *, web: Web, changes: int, ask: Ask) -> None:
    """From the commit to the tablets, with the worker in between."""
    tablets = int(report.size["streams"])
    with relaying():
        promotion = opened_everywhere(goods, tablets=tablets, ask=ask)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")  # the load left tables without figures to plan by
        warm_up, measured = changes // 10, changes
        for count in (warm_up, measured):
            alone = one_store_after_another(goods, promotion, changes=count, tablets=tablets, ask=ask)
        say("single stores have changed")
        found: dict[str, list[float]] = {}
        for number in range(1, report.rounds + 1):
            for name, value in publish_and_stop(goods, number=number, tablets=tablets, ask=ask).items():
                found.setdefault(name, []).append(value)
        report.take(found)
        report.figures |= alone | {"publish_worst_ms": max(found["publish_last_ms"])}
        report.figures |= restart(goods.stores, promotion, web=web, tablets=tablets, ask=ask)


def open_streams(side: Side, *, ask: Ask) -> Figures:
    """Open all streams; what one of them costs the server."""
    task = {"open": side.name, "port": side.port, "dialect": side.dialect}
    ask(task | {"paths": side.paths[:FIRST_STREAMS]})
    memory, threads, connections = memory_bytes(side.pid), thread_count(side.pid), database_connections()
    with Spent(server=partial(cpu_seconds, side.pid)) as spent:
        ask(task | {"paths": side.paths[FIRST_STREAMS:]})
    count = max(1, len(side.paths) - FIRST_STREAMS)
    return {
        f"{side.name}_connect_cpu_us": spent.cpu / count * MICROSECONDS,
        f"{side.name}_kb_per_stream": (memory_bytes(side.pid) - memory) / count / 1024,
        f"{side.name}_threads": thread_count(side.pid),
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
