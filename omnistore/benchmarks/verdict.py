"""Verdicts over HTTP, beside a bare Django view on the same server and the same SQL through the driver."""

import math
import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from signal import SIGTERM
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone

from inventory.models import Store
from omnistore.benchmarks.clients import Ask, clients
from omnistore.benchmarks.goods import Goods, create_goods, import_file, publish_promotions
from omnistore.benchmarks.measuring import (
    MICROSECONDS,
    Figures,
    Meter,
    Part,
    Report,
    Spent,
    WrongResult,
    cpu_seconds,
    database_pid,
    in_turns,
    paired_ratio,
    positive,
    say,
    tree_cpu_seconds,
)
from omnistore.benchmarks.verdict_growth import growth
from omnistore.demo.processes import end_child
from omnistore.demo.running import start_web, wait_for_first_page
from omnistore.demo.stack import free_port
from omnistore.staff.models import ApiKey, Role, StaffMember
from promotions.selectors.verdicts import verdict_for

HOST = "127.0.0.1"

Scan = tuple[Store, str]
Statement = tuple[Any, Any]
Driver = psycopg.Connection[Any]


def add_arguments(parser: ArgumentParser) -> None:
    """The sizes."""
    parser.add_argument("--stores", type=positive, default=500)
    parser.add_argument(
        "--items", type=positive, default=10_000, help="every store has a level of every item"
    )
    parser.add_argument(
        "--promotions", type=positive, default=2_000, help="live on 50 items each, in four of five stores"
    )
    parser.add_argument("--requests", type=positive, default=1_500, help="requests in a round, to each view")
    parser.add_argument("--connections", type=positive, default=4, help="clients that ask at the same time")
    parser.add_argument("--few", type=positive, default=100, help="promotions of one store, for `growth`")
    parser.add_argument("--many", type=positive, default=30_000, help="promotions of another one")
    parser.add_argument("--rounds", type=positive, default=5)


def run(
    *,
    stores: int,
    items: int,
    promotions: int,
    few: int,
    many: int,
    requests: int,
    connections: int,
    rounds: int,
    **_others: Any,
) -> Report:
    """Random scans in random stores: over HTTP, and their SQL alone; and as many requests of a bare view.

    Then as many scans without HTTP in two databases of one store each, with few promotions and with many.
    """
    grown = growth(items=items, few=few, many=many, scans=requests, rounds=rounds)
    goods = fill(stores=stores, items=items, promotions=promotions)
    scans = random_scans(goods, count=requests)
    statements = [statements_of(scan) for scan in scans]
    report = Report(
        "verdict",
        {
            "stores": stores,
            "items": items,
            "promotions": promotions,
            "few": few,
            "many": many,
            "requests": requests,
            "connections": connections,
        },
        rounds,
    )
    report.figures["statements_per_verdict"] = sum(map(len, statements)) / len(scans)
    database = partial(tree_cpu_seconds, database_pid())
    with (
        web_server() as (pid, port),
        clients("request_clients") as ask,
        driver_connections(connections) as drivers,
    ):
        task = {"port": port, "connections": connections, "headers": api_key_header()}
        verdicts = {**task, "paths": [verdict_path(scan) for scan in scans]}
        hellos = {**task, "paths": ["/hello"] * len(scans)}
        meters: dict[str, Meter] = {"server": partial(cpu_seconds, pid), "database": database}
        verdict = partial(request_all, verdicts, ask=ask, meters=meters)
        sql = partial(execute_all, statements, drivers=drivers, database=database)
        pace = verdict()["per_second"]
        parts: dict[str, Part] = {
            "verdict": verdict,
            "hello": partial(request_all, hellos, ask=ask, meters=meters),
            # A backend that waits between two statements pays more for each, whoever sends it: same pace here.
            "sql": partial(sql, per_second=pace),
            "sql_without_pause": partial(sql, per_second=math.inf),
        }
        for part in parts.values():
            part()
        report.figures |= shares_of_outcomes(ask(verdicts)["outcomes"])
        found = in_turns(lambda: parts, rounds=rounds)
    report.take(found | grown)
    report.ratios["over_hello"] = paired_ratio(found["verdict_server_cpu_us"], found["hello_server_cpu_us"])
    report.ratios["over_sql"] = paired_ratio(found["verdict_database_cpu_us"], found["sql_database_cpu_us"])
    report.ratios["growth"] = paired_ratio(grown["many_cpu_us"], grown["few_cpu_us"])
    return report


def fill(*, stores: int, items: int, promotions: int) -> Goods:
    """One night's stock through the door of the feeds, and promotions published as the merchandiser does."""
    goods = create_goods(stores=stores, items=items, nights=0)
    import_file(source=goods.source, content=goods.stock_file())
    say("the stock is loaded")
    publish_promotions(goods, promotions=promotions)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
    say("the promotions are live")
    return goods


def random_scans(goods: Goods, *, count: int) -> list[Scan]:
    """Stores and EAN-13s, all equally likely."""
    stores = goods.chance.integers(0, len(goods.stores), count)
    items = goods.chance.integers(0, len(goods.items), count)
    return [
        (goods.stores[store], goods.gtins[item].removeprefix("0"))
        for store, item in zip(stores, items, strict=True)
    ]


def verdict_path(scan: Scan) -> str:
    """The API's address of a scan."""
    store, code = scan
    return f"/api/v1/stores/{store.store_code}/verdict?code={code}"


def statements_of(scan: Scan) -> list[Statement]:
    """The SQL of one verdict with its parameters, as it is sent."""
    sent: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        verdict_for(store=scan[0], code=scan[1], now=timezone.now())
    return sent


def api_key_header() -> str:
    """A header line with the key of somebody who sees every store."""
    member = StaffMember.objects.create(username="benchmark", role=Role.MERCHANDISER)
    _key, token = ApiKey.issue(staff_member=member, name="benchmark", now=timezone.now())
    return f"Authorization: Bearer {token}\r\n"


@contextmanager
def web_server() -> Iterator[tuple[int, int]]:
    """The web server with a bare view beside the project's own; its process and port."""
    port = free_port()
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "omnistore.benchmarks.settings"}
    part = start_web(host=HOST, port=port, env=env, log=sys.stderr)
    try:
        wait_for_first_page(part, host=HOST, port=port)
        yield part.process.pid, port
    finally:
        end_child(part.process, by=SIGTERM, seconds=10)


def request_all(task: dict[str, Any], *, ask: Ask, meters: dict[str, Meter]) -> Figures:
    """All requests of a task; what one of them cost."""
    count = len(task["paths"])
    with Spent(**meters) as spent:
        answer = ask(task)
    # A verdict counts under its outcome, anything else under its status.
    if failed := {
        name: times for name, times in answer["outcomes"].items() if name.isdigit() and name != "200"
    }:
        raise WrongResult(f"the server answered {failed}")
    return {
        "server_cpu_us": spent.seconds["server"] / count * MICROSECONDS,
        "database_cpu_us": spent.seconds["database"] / count * MICROSECONDS,
        "p50_ms": answer["p50_ms"],
        "p99_ms": answer["p99_ms"],
        "per_second": count / spent.seconds["wall"],
    }


@contextmanager
def driver_connections(count: int) -> Iterator[list[Driver]]:
    """As many connections as the server is asked over at the same time: as many backends share the caches."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(psycopg.connect(os.environ["DATABASE_URL"], autocommit=True))
            for _number in range(count)
        ]


def execute_all(
    verdicts: Sequence[Sequence[Statement]], *, drivers: Sequence[Driver], database: Meter, per_second: float
) -> Figures:
    """The statements of all verdicts, prepared, their rows fetched; the connections share them, at the same time."""
    shares = [verdicts[number :: len(drivers)] for number in range(len(drivers))]
    pause = len(drivers) / per_second
    with Spent(database=database) as spent, ThreadPoolExecutor(len(drivers)) as pool:
        for done in [pool.submit(execute_share, *task, pause) for task in zip(shares, drivers, strict=True)]:
            done.result()
    return {"database_cpu_us": spent.cpu / len(verdicts) * MICROSECONDS}


def execute_share(verdicts: Sequence[Sequence[Statement]], driver: Driver, pause: float) -> None:
    """One connection's share, a verdict every `pause` seconds or as soon as the one before is done."""
    due = time.monotonic()
    with driver.cursor() as cursor:
        for statements in verdicts:
            for sql, params in statements:
                cursor.execute(sql, params, prepare=True)
                cursor.fetchall()
            due += pause
            if (early := due - time.monotonic()) > 0:
                time.sleep(early)


def shares_of_outcomes(outcomes: dict[str, int]) -> Figures:
    """What the scans came to; a benchmark of nothing but refusals would measure something else."""
    whole = sum(outcomes.values())
    return {f"share_{name.lower()}": count / whole for name, count in sorted(outcomes.items())}
