"""A verdict with few and with many promotions live: the same offers on an item, in a database of each own."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from django.db import connection
from django.utils import timezone

from omnistore.benchmarks.goods import Goods, create_goods, import_file
from omnistore.benchmarks.many_promotions import multiply, publish
from omnistore.benchmarks.measuring import (
    MICROSECONDS,
    Figures,
    Meter,
    Part,
    WrongResult,
    database_pid,
    in_turns,
    say,
    tree_cpu_seconds,
)
from promotions.selectors.verdicts import verdict_for

Thing = TypeVar("Thing")

OF_A_COPY = 3  # items of each of the many promotions


def growth(*, items: int, few: int, many: int, scans: int, rounds: int) -> dict[str, list[float]]:
    """CPU of a verdict, ours and the database's, as `few_cpu_us` and `many_cpu_us` of every round.

    Both databases begin as copies of the one that is open, which has to be empty.
    """
    own = str(connection.settings_dict["NAME"])
    with database_copy(own, "few") as small, database_copy(own, "many") as large:
        with opened(small):
            few_goods = fill(items=items, promotions=few, of_each=max(1, many * OF_A_COPY // few))
        with opened(large):
            many_goods = fill(items=items, promotions=many, of_each=OF_A_COPY)
            database = partial(tree_cpu_seconds, database_pid())
        say(f"{few} and {many} promotions are live")
        parts: dict[str, Part] = {
            "few": partial(ask_in, small, few_goods, scans=scans, database=database),
            "many": partial(ask_in, large, many_goods, scans=scans, database=database),
        }
        for part in parts.values():
            part()
        return in_turns(lambda: parts, rounds=rounds)


@contextmanager
def database_copy(template: str, suffix: str) -> Iterator[str]:
    """A copy of the open database under another name, dropped at the end."""
    name = f"{template}_{suffix}"
    connection.close()  # nobody may be connected to what is copied
    with opened("postgres"), connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield name
    finally:
        with opened("postgres"), connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def opened(name: str) -> Iterator[None]:
    """Django's connection leads to this database meanwhile."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def fill(*, items: int, promotions: int, of_each: int) -> Goods:
    """One store with stock, and so many promotions in it on so many items each, going round all items."""
    goods = create_goods(stores=1, items=items, nights=0)
    import_file(source=goods.source, content=goods.stock_file())
    (store,) = goods.stores
    if of_each == OF_A_COPY:
        template = publish(store, 0, percent=20, items=goods.items[:of_each])
        multiply(template, copies=promotions - 1, others=len(goods.items))
    else:
        for number in range(promotions):
            publish(
                store, number, percent=20, items=in_a_circle(goods.items, number * of_each, count=of_each)
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
    return goods


def in_a_circle(things: Sequence[Thing], start: int, *, count: int) -> list[Thing]:
    """So many of the things from this place on, beginning again after the last one."""
    return [things[place % len(things)] for place in range(start, start + min(count, len(things)))]


def ask_in(name: str, goods: Goods, *, scans: int, database: Meter) -> Figures:
    """Verdicts on every so many-th item; what one of them cost."""
    (store,) = goods.stores
    codes = [gtin.removeprefix("0") for gtin in in_a_circle(goods.gtins, 0, count=scans)]
    now = timezone.now()
    with opened(name):
        verdict_for(store=store, code=codes[0], now=now)
        before = time.process_time() + database()
        found = [verdict_for(store=store, code=code, now=now) for code in codes]
        spent = time.process_time() + database() - before
    if not all(verdict.deal for verdict in found):
        raise WrongResult("An item had no promotion.")
    return {"cpu_us": spent / len(found) * MICROSECONDS}
