"""What the import is compared with: PostgreSQL's own COPY, Django's bulk_create, and Saleor's way."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import connection, models

from inventory.imports.copying import PG_EPOCH_US, copy_in, copy_records, raw_cursor
from inventory.imports.levels import LEVEL_COLUMNS
from inventory.imports.times import micros
from omnistore.benchmarks.goods import Goods

BATCH = 5_000
SALEOR_BATCH = 100  # as many stocks as one of its calls takes
COPY_BYTES = 2**20

COPIED = """
CREATE UNLOGGED TABLE benchmark_copied (store_code text, gtin int8, on_hand int4, as_of timestamptz)
"""
SOLD = """
CREATE TABLE benchmark_sold (
    store_code text, workstation text, business_day date, sequence int8, line int4, gtin int8, quantity int4,
    occurred_at timestamptz, PRIMARY KEY (store_code, business_day, workstation, sequence, line))
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


def create_peers() -> None:
    """The peers' tables, Django's one filled with what stands."""
    with connection.schema_editor() as editor:
        editor.create_model(OrdinaryLevel)
        editor.execute(FILL_ORDINARY)  # its indexes and foreign keys follow when the editor is left
        editor.execute(COPIED)
        editor.execute(SOLD)


def copy_text(table: str, content: bytes) -> None:
    """A file's bytes as they are: as fast as PostgreSQL reads a CSV file into that table."""
    with raw_cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv, HEADER)") as copy:
        for start in range(0, len(content), COPY_BYTES):
            copy.write(content[start : start + COPY_BYTES])


def level_records(goods: Goods) -> list[bytes]:
    """The night's levels as binary rows of the final table."""
    stores = np.array([store.pk for store in goods.stores], np.int32)
    items = np.array([item.pk for item in goods.items], np.int32)
    rows: dict[str, npt.NDArray[Any]] = {
        "store_id": np.repeat(stores, len(items)),
        "item_id": np.tile(items, len(stores)),
        "on_hand": goods.quantities.ravel(),
        "source_id": np.full(goods.rows, goods.source.pk, np.int64),
        "as_of": np.full(goods.rows, micros(goods.night) - PG_EPOCH_US, np.int64),
    }
    packed = copy_records(LEVEL_COLUMNS, rows)
    return [packed[start : start + COPY_BYTES] for start in range(0, len(packed), COPY_BYTES)]


def copy_levels(records: list[bytes]) -> None:
    """Binary rows straight into the final table."""
    copy_in("inventory_stocklevel", LEVEL_COLUMNS, records)


class _Line(NamedTuple):
    store_id: int
    item_id: int
    on_hand: int
    as_of: datetime


def _lines(goods: Goods, content: bytes, *, rows: int) -> Iterator[_Line]:
    """A file's first lines as Python reads them, codes looked up in dictionaries."""
    store_ids = {store.store_code: store.pk for store in goods.stores}
    item_ids = {gtin: item.pk for gtin, item in zip(goods.gtins, goods.items, strict=True)}
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8"))
    next(reader)
    for store, gtin, on_hand, as_of in islice(reader, rows):
        yield _Line(store_ids[store], item_ids[gtin], int(on_hand), datetime.fromisoformat(as_of))


def bulk_create(goods: Goods, content: bytes, *, rows: int) -> None:
    """The way Django's documentation would have it."""
    OrdinaryLevel.objects.bulk_create(
        [OrdinaryLevel(**line._asdict()) for line in _lines(goods, content, rows=rows)],
        update_conflicts=True,
        unique_fields=["store", "item"],
        update_fields=["on_hand", "as_of"],
        batch_size=BATCH,
    )


def saleor_way(goods: Goods, content: bytes, *, rows: int) -> None:
    """As Saleor documents StockBulkUpdate: what stands is read, what is known updated, the rest created."""
    lines = _lines(goods, content, rows=rows)
    while batch := list(islice(lines, BATCH)):
        standing = OrdinaryLevel.objects.filter(
            store__in={line.store_id for line in batch}, item__in={line.item_id for line in batch}
        )
        keys = {(store, item): pk for store, item, pk in standing.values_list("store", "item", "pk")}
        known: list[OrdinaryLevel] = []
        new: list[OrdinaryLevel] = []
        for line in batch:
            level = OrdinaryLevel(**line._asdict())
            level.pk = keys.get((line.store_id, line.item_id))
            (new if level.pk is None else known).append(level)
        OrdinaryLevel.objects.bulk_update(known, ["on_hand"], batch_size=SALEOR_BATCH)
        OrdinaryLevel.objects.bulk_create(new, ignore_conflicts=True, batch_size=BATCH)
