"""A warm night of stock through the real door, beside plain COPY (the limit) and Django's bulk_create (the peer)."""

import csv
import io
import time
from argparse import ArgumentParser
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, ClassVar

from django.db import connection, models

from inventory.imports.copying import raw_cursor
from inventory.models import FeedSource, StockLevel
from omnistore.benchmarks.goods import Goods, create_goods, import_file, publish_promotions
from omnistore.benchmarks.measuring import (
    MICROSECONDS,
    Figures,
    Meter,
    Part,
    Report,
    Spent,
    WrongResult,
    database_pid,
    in_turns,
    paired_ratio,
    positive,
    say,
    share,
    tree_cpu_seconds,
)

BATCH = 5_000
COPY_BYTES = 2**20

COPIED = """
CREATE UNLOGGED TABLE benchmark_copied (store_code text, gtin int8, on_hand int4, as_of timestamptz)
"""
FILL_ORDINARY = """
INSERT INTO benchmark_ordinary_level (store_id, item_id, on_hand, as_of)
SELECT store_id, item_id, on_hand, as_of FROM inventory_stocklevel ORDER BY store_id, item_id
"""


class OrdinaryLevel(models.Model):
    """A stock level as Django shapes it by default: its own id, two foreign keys with indexes, a unique pair."""

    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey("inventory.Item", on_delete=models.CASCADE, related_name="+")
    on_hand = models.IntegerField()
    as_of = models.DateTimeField()

    objects: ClassVar["models.Manager[OrdinaryLevel]"] = models.Manager()

    class Meta:
        app_label = "omnistore"
        managed = False
        db_table = "benchmark_ordinary_level"
        constraints = [
            models.UniqueConstraint(fields=["store", "item"], name="benchmark_ordinary_level_once")
        ]

    def __str__(self) -> str:
        return f"{self.on_hand} as of {self.as_of}"


def add_arguments(parser: ArgumentParser) -> None:
    """The sizes."""
    parser.add_argument(
        "--rows", type=positive, default=1_000_000, help="stock levels: every store has every item"
    )
    parser.add_argument("--stores", type=positive, default=200, help="stores that share the rows")
    parser.add_argument(
        "--changed", type=share, default=0.05, help="share of the rows that change every night"
    )
    parser.add_argument("--promotions", type=int, default=20, help="live promotions on 50 items each")
    parser.add_argument(
        "--peer-rows", type=positive, default=20_000, help="rows of the file that bulk_create gets"
    )
    parser.add_argument("--rounds", type=positive, default=7, help="nights")


def run(
    *, rows: int, stores: int, changed: float, promotions: int, peer_rows: int, rounds: int, **_others: Any
) -> Report:
    """Nights one after the other; each is loaded by us, by plain COPY and, its first lines, by bulk_create."""
    goods = create_goods(stores=stores, items=max(1, rows // stores), nights=rounds + 3)
    peer_rows = min(peer_rows, goods.rows)
    size = {"rows": goods.rows, "stores": stores, "changed": changed, "promotions": promotions}
    report = Report("import", {**size, "peer_rows": peer_rows}, rounds)
    database = partial(tree_cpu_seconds, database_pid())
    first = load_night(goods, applies=goods.rows, database=database)
    say("the first night is loaded")
    publish_promotions(goods, promotions=promotions)
    create_peers()
    load_night(goods, applies=goods.next_night(changed=changed), database=database)  # the last one to warm up
    say("the promotions are live and the peers have their tables")

    def tonight() -> dict[str, Part]:
        applies = goods.next_night(changed=changed)
        content = goods.stock_file()
        return {
            "night": partial(load_night, goods, applies=applies, database=database),
            "copy": partial(copy_night, content, rows=goods.rows, database=database),
            "bulk_create": partial(bulk_create_night, goods, content, rows=peer_rows, database=database),
        }

    found = in_turns(tonight, rounds=rounds)
    report.take(found)
    report.figures["first_load_cpu_us_per_row"] = first["cpu_us_per_row"]
    goods.next_night(changed=0)
    report.figures["unchanged_cpu_us_per_row"] = load_night(goods, applies=0, database=database)[
        "cpu_us_per_row"
    ]
    check_levels(goods)
    report.figures["sales_cpu_us_per_line"] = load_sales(goods, lines=goods.rows // 10, database=database)
    ours = found["night_cpu_us_per_row"]
    report.ratios["of_copy"] = paired_ratio(found["copy_cpu_us_per_row"], ours)
    report.ratios["over_bulk_create"] = paired_ratio(found["bulk_create_cpu_us_per_row"], ours)
    return report


def load_night(goods: Goods, *, applies: int, database: Meter) -> Figures:
    """Receive and load the night's file; exactly `applies` lines must have changed something."""
    content = goods.stock_file()
    settle("inventory_stocklevel", "inventory_stockclaim", "promotions_storeoffer")
    with Spent(client=time.process_time, database=database) as spent:
        loaded = import_file(source=goods.source, content=content)
    if (loaded.state, loaded.rows_applied, loaded.rows_received) != ("LOADED", applies, goods.rows):
        raise WrongResult(f"{loaded.rows_applied} of {loaded.rows_received} lines applied, {loaded.problem}")
    return {
        "cpu_us_per_row": spent.cpu / goods.rows * MICROSECONDS,
        "client_cpu_us_per_row": spent.seconds["client"] / goods.rows * MICROSECONDS,
        "rows_per_second": goods.rows / spent.seconds["wall"],
    }


def load_sales(goods: Goods, *, lines: int, database: Meter) -> float:
    """CPU microseconds a line of an hour's sales that are all new."""
    source = FeedSource.objects.create(code="tills", name="Tills", kind="SALES")
    content = goods.sales_file(lines=lines)
    settle("inventory_stocklevel", "inventory_stockmovement")
    with Spent(client=time.process_time, database=database) as spent:
        loaded = import_file(source=source, content=content)
    if (loaded.state, loaded.rows_applied) != ("LOADED", lines):
        raise WrongResult(f"{loaded.rows_applied} of {lines} sales lines applied, {loaded.problem}")
    return spent.cpu / lines * MICROSECONDS


def create_peers() -> None:
    """The peers' tables, Django's one filled with what stands."""
    with connection.schema_editor() as editor:
        editor.create_model(OrdinaryLevel)
        editor.execute(FILL_ORDINARY)  # its indexes and foreign keys follow when the editor is left
        editor.execute(COPIED)


def copy_night(content: bytes, *, rows: int, database: Meter) -> Figures:
    """The same bytes into a typed table without index and without log: as fast as PostgreSQL reads a CSV file."""
    with raw_cursor() as cursor:
        cursor.execute("TRUNCATE benchmark_copied")
    settle()
    with (
        Spent(client=time.process_time, database=database) as spent,
        raw_cursor() as cursor,
        cursor.copy("COPY benchmark_copied FROM STDIN (FORMAT csv, HEADER)") as copy,
    ):
        for start in range(0, len(content), COPY_BYTES):
            copy.write(content[start : start + COPY_BYTES])
    return {
        "cpu_us_per_row": spent.cpu / rows * MICROSECONDS,
        "rows_per_second": rows / spent.seconds["wall"],
    }


def bulk_create_night(goods: Goods, content: bytes, *, rows: int, database: Meter) -> Figures:
    """The file's first lines the way Django's documentation would have it, codes looked up in dictionaries."""
    store_ids = {store.store_code: store.pk for store in goods.stores}
    item_ids = {gtin: item.pk for gtin, item in zip(goods.gtins, goods.items, strict=True)}
    settle("benchmark_ordinary_level")
    with Spent(client=time.process_time, database=database) as spent:
        reader = csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8"))
        next(reader)
        levels = [
            OrdinaryLevel(
                store_id=store_ids[store],
                item_id=item_ids[gtin],
                on_hand=int(on_hand),
                as_of=datetime.fromisoformat(as_of),
            )
            for store, gtin, on_hand, as_of in islice(reader, rows)
        ]
        OrdinaryLevel.objects.bulk_create(
            levels,
            update_conflicts=True,
            unique_fields=["store", "item"],
            update_fields=["on_hand", "as_of"],
            batch_size=BATCH,
        )
    return {
        "cpu_us_per_row": spent.cpu / rows * MICROSECONDS,
        "rows_per_second": rows / spent.seconds["wall"],
    }


def settle(*tables: str) -> None:
    """What autovacuum and the checkpointer would do between two nights, so that they do it in no measured one."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("CHECKPOINT")


def check_levels(goods: Goods) -> None:
    """Every level must be what the last file said."""
    item_places = {item.pk: place for place, item in enumerate(goods.items)}
    for place, store in enumerate(goods.stores):
        levels = StockLevel.objects.filter(store=store).values_list("item_id", "on_hand")
        if {item_places[item]: on_hand for item, on_hand in levels} != dict(
            enumerate(goods.quantities[place].tolist())
        ):
            raise WrongResult(f"store {store.store_code} does not hold what the last file said")
