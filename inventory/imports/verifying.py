"""The levels worked out a second time, by other means than the loads: any difference is a fault, and is named.

Claims and movements are read afresh and joined as tables, item by item; nothing of the loads' own arithmetic is
used. Movements are asked for by their instant, whatever their business day.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from django.db import transaction

from inventory.feeds.records import ABSENT
from inventory.imports.copying import raw_cursor
from inventory.models import FeedSource, Item, Store

STORES_AT_ONCE = 25
LOWEST, HIGHEST = -(2**31) + 1, 2**31 - 1
KEY = ["store", "item"]


@dataclass(frozen=True)
class Difference:
    """A level that is not what claims and ledger come to: integers of the item's smallest unit, None = no level."""

    store_code: str
    sku: str
    stands: int | None
    should_be: int | None
    stands_source: str | None
    source: str | None

    def __str__(self) -> str:
        stands, should_be = (
            "no level" if quantity is None else f"{quantity} of {source}"
            for quantity, source in ((self.stands, self.stands_source), (self.should_be, self.source))
        )
        return f"store {self.store_code}, {self.sku}: {stands} stands, should be {should_be}"


def verify_stock(*, store_code: str | None = None) -> Iterator["Verified"]:
    """Recompute every level of all stores or of one, some stores at a time, their loads waiting meanwhile."""
    wanted = Store.objects.order_by("pk")
    if store_code is not None:
        wanted = wanted.filter(store_code=store_code)
    store_ids = list(wanted.values_list("pk", flat=True))
    for start in range(0, len(store_ids), STORES_AT_ONCE):
        yield _verify(store_ids[start : start + STORES_AT_ONCE])


@dataclass(frozen=True)
class Verified:
    """How many levels were recomputed, and those that differ."""

    levels: int
    differences: list[Difference]


def _verify(store_ids: Sequence[int]) -> Verified:
    with transaction.atomic():
        Store.objects.filter(pk__in=store_ids).lock_in_order()
        claims, levels = _claims(store_ids), _levels(store_ids)
        movements = _movements(store_ids, since=claims["as_of"].min())  # type: ignore[arg-type]  # of integers
        rules, held = _rules(), _reserved_differences(store_ids)
    truth = _truth(claims, movements, rules)
    both = truth.join(levels, on=KEY, how="full", coalesce=True)
    wrong = both.filter(
        pl.col("should_be").ne_missing(pl.col("stands"))
        | pl.col("source").ne_missing(pl.col("stands_source"))
    ).sort(KEY)
    return Verified(len(both), _named(wrong) + held)


RESERVED = """
SELECT s.store_code, i.sku, l.reserved, coalesce(h.quantity, 0)
FROM inventory_stocklevel l
JOIN inventory_store s ON s.id = l.store_id
JOIN inventory_item i ON i.id = l.item_id
LEFT JOIN (SELECT store_id, item_id, sum(quantity)::int4 AS quantity FROM inventory_reservation
           WHERE is_withheld AND store_id = ANY(%s::int4[]) GROUP BY 1, 2) h
    ON h.store_id = l.store_id AND h.item_id = l.item_id
WHERE l.store_id = ANY(%s::int4[]) AND l.reserved <> coalesce(h.quantity, 0)
ORDER BY 1, 2
"""


def _reserved_differences(store_ids: Sequence[int]) -> list[Difference]:
    """Levels whose `reserved` is not the sum of the holds on them; told as figures of "holds"."""
    with raw_cursor() as cursor:
        cursor.execute(RESERVED, (list(store_ids), list(store_ids)))
        return [
            Difference(store_code, sku, stands, should_be, "holds", "holds")
            for store_code, sku, stands, should_be in cursor
        ]


def _truth(claims: pl.DataFrame, movements: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """For each store and item the believed source and its count moved by all that came strictly after it."""
    newest = pl.col("as_of").max().over(KEY)
    beside = claims.select(KEY).is_duplicated()
    settled = pl.col("as_of").filter(pl.col("is_shelf_count")).max().over(KEY)
    winners = (
        claims.filter(beside)
        .join(rules, on="source")
        .filter(settled.is_null() | (pl.col("as_of") >= settled))
        .filter(newest - pl.col("as_of") <= pl.col("holds_for"))
        .sort([*KEY, "precedence", "as_of", "source"], descending=[False, False, False, True, True])
        .unique(KEY, keep="first", maintain_order=True)
        .select(claims.columns)
    )
    winners = pl.concat([claims.filter(~beside), winners])  # who stands alone is believed
    moved = (
        movements.join(winners.select(*KEY, "as_of"), on=KEY)
        .filter(pl.col("at") > pl.col("as_of"))
        .group_by(KEY)
        .agg(pl.col("quantity").sum().alias("moved"))
    )
    counted = pl.when(pl.col("quantity") == ABSENT).then(0).otherwise(pl.col("quantity"))
    should_be = (counted + pl.col("moved").fill_null(0)).clip(LOWEST, HIGHEST)
    return winners.join(moved, on=KEY, how="left").select(*KEY, "source", should_be=should_be)


def _claims(store_ids: Sequence[int]) -> pl.DataFrame:
    """Every source's word on every item, one row each."""
    parts = []
    with raw_cursor() as cursor:
        cursor.execute(
            "SELECT store_id, source_id, item_ids, quantities, coalesce(as_ofs, ''::bytea),"
            " (extract(epoch FROM as_of) * 1000000)::int8"
            " FROM inventory_stockclaim WHERE store_id = ANY(%s::int4[])",
            (list(store_ids),),
        )
        for store, source, items, quantities, as_ofs, as_of in cursor:
            count = len(items) // 4
            times = np.frombuffer(as_ofs, "<i8") if as_ofs else np.full(count, as_of, np.int64)
            parts.append(
                pl.DataFrame(
                    {
                        "store": np.full(count, store, np.int64),
                        "item": np.frombuffer(items, "<i4").astype(np.int64),
                        "source": np.full(count, source, np.int64),
                        "quantity": np.frombuffer(quantities, "<i4").astype(np.int64),
                        "as_of": times,
                    }
                )
            )
    empty = pl.DataFrame(schema=dict.fromkeys((*KEY, "source", "quantity", "as_of"), pl.Int64))
    return pl.concat([empty, *parts])


def _movements(store_ids: Sequence[int], *, since: int | None) -> pl.DataFrame:
    """The whole ledger of the stores since the oldest count (µs, UTC); nothing where nobody has counted."""
    return _table(
        """SELECT string_agg(int8send(m.store_id) || int8send(m.item_id) || int8send(m.quantity)
                   || int8send((extract(epoch FROM m.occurred_at) * 1000000)::int8), ''::bytea)
        FROM inventory_stockmovement m WHERE m.store_id = ANY(%s::int4[])
            AND m.occurred_at > timestamptz '1970-01-01 00:00:00Z' + %s::int8 * interval '1 microsecond'""",
        (list(store_ids), since),
        (*KEY, "quantity", "at"),
    )


def _levels(store_ids: Sequence[int]) -> pl.DataFrame:
    return _table(
        """SELECT string_agg(int8send(store_id) || int8send(item_id) || int8send(on_hand) || int8send(source_id),
                             ''::bytea)
        FROM inventory_stocklevel WHERE store_id = ANY(%s::int4[])""",
        (list(store_ids),),
        (*KEY, "stands", "stands_source"),
    )


def _table(query: str, values: Sequence[object], columns: Sequence[str]) -> pl.DataFrame:
    """The rows of one statement that packs them as eight-byte integers."""
    with raw_cursor() as cursor:
        cursor.execute(query, values)
        found = cursor.fetchone()
    rows = np.frombuffer((found and found[0]) or b"", ">i8").astype(np.int64).reshape(-1, len(columns))
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Int64))


def _rules() -> pl.DataFrame:
    """Precedence of each source and for how many microseconds it holds."""
    with raw_cursor() as cursor:
        cursor.execute(
            "SELECT id, precedence::int8,"
            " (code = 'manual-count')::int::int8,"
            " least(extract(epoch FROM coalesce(holds_for, freshness_limit)) * 1000000, 1e17)::int8"
            " FROM inventory_feedsource"
        )
        rows = cursor.fetchall()
    return pl.DataFrame(
        rows,
        schema=dict.fromkeys(("source", "precedence", "is_shelf_count", "holds_for"), pl.Int64),
        orient="row",
    ).with_columns(pl.col("is_shelf_count").cast(pl.Boolean))


def _named(wrong: pl.DataFrame) -> list[Difference]:
    """Rows with the codes people know things by."""
    stores = dict(Store.objects.filter(pk__in=wrong["store"].to_list()).values_list("pk", "store_code"))
    skus = dict(Item.objects.filter(pk__in=wrong["item"].to_list()).values_list("pk", "sku"))
    sources = dict(FeedSource.objects.values_list("pk", "code"))
    return [
        Difference(
            store_code=stores[row["store"]],
            sku=skus.get(row["item"], f"item {row['item']}"),
            stands=row["stands"],
            should_be=row["should_be"],
            stands_source=_source_code(row["stands_source"], sources),
            source=_source_code(row["source"], sources),
        )
        for row in wrong.iter_rows(named=True)
    ]


def _source_code(source_id: int | None, codes: Mapping[int, str]) -> str | None:
    """The code of a source; its bare id where there is no such source."""
    return None if source_id is None else codes.get(source_id, f"source {source_id}")
