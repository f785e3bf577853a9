"""The tills' own stock report: one night behind, and of another mind than the warehouse about one item.

What the tills book is what they sell and what their back office was told of; a case that the warehouse has not booked
stands here. The report has not come for a day: its partner's job has stopped, and nobody at the store can tell.
"""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl

from omnistore.demo.sample.stock import Count, pieces_sold, write_counts

REPORTED_STORE = "0412"
_CASE = 12  # what the warehouse has not booked
_PLENTY = 6
_NIGHTS_BEHIND = timedelta(hours=24)
_SENT_AFTER = timedelta(minutes=5)


def till_counts(*, counts: list[Count], sold: pl.DataFrame, skus: tuple[str, ...]) -> list[Count]:
    """The report's lines of one store: the warehouse's figure with what was sold in the night between put back on.

    So both say the same of every item of `skus` but the first that the store has plenty of, of which the tills know
    a case more.
    """
    here = [count for count in counts if count.store.store_code == REPORTED_STORE and count.item.sku in skus]
    sold_here = sold.filter(pl.col("store_code") == REPORTED_STORE)
    between = pieces_sold(sold_here, after=here[0].counted_at - _NIGHTS_BEHIND, until=here[0].counted_at)
    apart = next(count.item.sku for count in here if count.on_hand >= _PLENTY)
    return [
        replace(
            count,
            on_hand=count.on_hand + between.get(count.item.product_id, 0) + _CASE * (count.item.sku == apart),
            counted_at=count.counted_at - _NIGHTS_BEHIND,
        )
        for count in here
    ]


def write_till_report(*, counts: list[Count], folder: Path) -> Path:
    """Write the file, last changed when it came."""
    counted_at = counts[0].counted_at
    path = folder / f"till_stock_{counted_at:%Y%m%d}.csv"
    write_counts(counts=counts, path=path)
    came_at = (counted_at + _SENT_AFTER).timestamp()
    os.utime(path, (came_at, came_at))
    return path
