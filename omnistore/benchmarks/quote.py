"""A basket's quote with few and with many promotions live, beside django-oscar's offer applicator."""

import gc
import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
import psycopg
from django.db import connection
from django.utils import timezone

from inventory.models import Store
from omnistore.benchmarks.goods import Goods, create_goods
from omnistore.benchmarks.many_promotions import multiply, publish
from omnistore.benchmarks.measuring import (
    MICROSECONDS,
    Figures,
    Meter,
    Part,
    Report,
    WrongResult,
    database_pid,
    in_turns,
    paired_ratio,
    positive,
    say,
    tree_cpu_seconds,
)
from omnistore.demo.folders import PROJECT
from promotions.selectors.quoting import AskedBasket, AskedLine, quote_for

LINES = 10
DEALS_AN_ITEM = 10  # of the basket's; the same however many promotions there are


def add_arguments(parser: ArgumentParser) -> None:
    """The sizes."""
    parser.add_argument("--promotions", type=positive, default=10_000, help="live in the store at the end")
    parser.add_argument("--few", type=positive, default=100, help="live in the store at first")
    parser.add_argument("--items", type=positive, default=10_000)
    parser.add_argument("--quotes", type=positive, default=200, help="in a round")
    parser.add_argument("--rounds", type=positive, default=5)


def run(*, promotions: int, few: int, items: int, quotes: int, rounds: int, **_others: Any) -> Report:
    """The same basket again and again: few promotions in one store, many in the other; and in Oscar."""
    if few < LINES * DEALS_AN_ITEM:
        raise WrongResult(f"--few is at least {LINES * DEALS_AN_ITEM}: the basket's own promotions.")
    goods = create_goods(stores=2, items=items, nights=0)
    small, large = goods.stores
    fill(goods, store=small, promotions=few)
    fill(goods, store=large, promotions=promotions)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
    gc.collect()
    gc.freeze()  # as the web server does with what it has loaded; here that is all the goods
    say("the promotions are live")
    size = {"promotions": promotions, "few": few, "items": items, "lines": LINES, "quotes": quotes}
    report = Report("quote", size, rounds)
    basket = AskedBasket([AskedLine(str(item.pk), item.sku, Decimal(2)) for item in goods.items[:LINES]])
    database = partial(tree_cpu_seconds, database_pid())
    parts: dict[str, Part] = {
        "few": partial(ask_again, small, basket, times=quotes, database=database),
        "many": partial(ask_again, large, basket, times=quotes, database=database),
    }
    for part in parts.values():
        part()
    found = in_turns(lambda: parts, rounds=rounds)
    report.take(found)
    report.ratios["growth"] = paired_ratio(found["many_cpu_us"], found["few_cpu_us"])
    oscar = in_oscar(offers=LINES * DEALS_AN_ITEM, rounds=rounds)
    report.take({"oscar_cpu_us": oscar["cpu_us"]})
    report.ratios["over_oscar"] = paired_ratio(oscar["cpu_us"], found["many_cpu_us"])
    return report


def fill(goods: Goods, *, store: Store, promotions: int) -> None:
    """Ten percentages on each of the basket's items; every other promotion is on three of the other items."""
    own = LINES * DEALS_AN_ITEM
    for number in range(own):
        publish(store, number, percent=5 + number // LINES, items=[goods.items[number % LINES]])
    if promotions > own:
        template = publish(store, own, percent=20, items=goods.items[LINES : LINES + 3])
        multiply(template, copies=promotions - own - 1, others=len(goods.items) - LINES)


def ask_again(store: Store, basket: AskedBasket, *, times: int, database: Meter) -> Figures:
    """CPU of one quote, ours and the database's."""
    now = timezone.now()
    before = time.process_time() + database()
    quotes = [quote_for(store=store, asked=basket, now=now) for _ in range(times)]
    spent = time.process_time() + database() - before
    found = {(quote.quote.total, len(quote.deals), quote.quote.is_exact) for quote in quotes}
    if len(found) > 1 or not all(is_exact and deals == LINES * DEALS_AN_ITEM for _, deals, is_exact in found):
        raise WrongResult(f"A basket of {LINES} lines was quoted as {found}.")
    return {"cpu_us": spent / times * MICROSECONDS}


def in_oscar(*, offers: int, rounds: int) -> Mapping[str, Any]:
    """The same number of offers on the same number of lines in django-oscar, in a process and a database of its own."""
    url = urlsplit(os.environ["DATABASE_URL"])
    name = f"oscar_benchmark_{uuid4().hex[:8]}"
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "omnistore.benchmarks.oscar_settings",
        "OSCAR_DATABASE_URL": url._replace(path=f"/{name}").geturl(),
    }
    with psycopg.connect(url.geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            ended = subprocess.run(
                [sys.executable, "-m", "omnistore.benchmarks.oscar_peer"],
                input=orjson.dumps({"offers": offers, "lines": LINES, "rounds": rounds}),
                capture_output=True,
                env=env,
                cwd=PROJECT,
                check=False,
            )
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    if ended.returncode:
        raise WrongResult(
            f"django-oscar's process ended with {ended.returncode}: {ended.stderr.decode()[-2000:]}"
        )
    found: dict[str, Any] = orjson.loads(ended.stdout)
    if Decimal(found["discount"]) <= 0:
        raise WrongResult("django-oscar gave no discount.")
    return found
