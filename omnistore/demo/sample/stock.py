"""What stood in each store at last night's count, and the files of two warehouse systems that say so.

The data set knows sales and no stock. A count is derived from what the store was going to sell: enough for
1.3 weeks, never below a small shelf filling, with a few items low, sold out or not carried. What was sold
since the count is always covered, so that no level falls below zero by `now`.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from omnistore.demo.sample.numbers import demonstration_number
from omnistore.demo.sample.shapes import SampleItem, SampleStore
from omnistore.demo.sample.stores import EAST, WEST

# Store-local times at which the two systems count.
COUNTED_AT = {EAST: time(2, 0), WEST: time(3, 10)}
WEST_COLUMNS = (
    "Counted", "Site", "Description", "UoM", "Article", "Bin", "Qty on hand", "Qty on order",
)  # fmt: skip
WEST_TIME_FORMAT = "%d.%m.%Y %H:%M"
UNKNOWN_ARTICLE, UNKNOWN_SITE = "99999999", "0999"
_WEEKS_OF_COVER = 1.3
_CARRIED, _SOLD_OUT, _LOW = 0.85, 0.015, 0.04
_CASE = 12


@dataclass(frozen=True)
class Count:
    """One line of a count."""

    store: SampleStore
    item: SampleItem
    on_hand: int
    counted_at: datetime


def counted_at(*, store: SampleStore, now: datetime) -> datetime:
    """The last count of the store at or before `now`, in the store's zone."""
    zone = ZoneInfo(store.timezone)
    today = now.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        # Through UTC, so that a time the clock skips becomes the one after it.
        count = datetime.combine(day, COUNTED_AT[store.stock_source], tzinfo=zone).astimezone(UTC)
        if count <= now:
            break
    return count.astimezone(zone)


def last_night(
    *,
    stores: tuple[SampleStore, ...],
    items: tuple[SampleItem, ...],
    sold: pl.DataFrame,
    shortages: Mapping[tuple[str, str], str],
    promoted: set[str],
    now: datetime,
    seed: int,
) -> list[Count]:
    """The counts of every place. `shortages`: (store_code, sku) → OUT, LOW or NOT_STOCKED."""
    counts: list[Count] = []
    for store in stores:
        at = counted_at(store=store, now=now)
        chance = random.Random(f"stock {seed} {store.store_code}")
        if store.kind == "DC":
            counts += [Count(store, item, chance.randint(2, 40) * _CASE, at) for item in items]
            continue
        here = sold.filter(pl.col("store_code") == store.store_code)
        ever = set(here["product_id"])
        since = pieces_sold(here, after=at, until=now)
        week = pieces_sold(here, after=at, until=at + timedelta(days=7))
        for item in items:
            level = _level(
                chance=chance,
                sells=item.product_id in ever or item.sku in promoted,
                since=since.get(item.product_id, 0),
                week=week.get(item.product_id, 0),
                shortage=shortages.get((store.store_code, item.sku), ""),
            )
            if level is not None:
                counts.append(Count(store, item, level, at))
    return counts


def pieces_sold(lines: pl.DataFrame, *, after: datetime, until: datetime) -> dict[int, int]:
    """Product → pieces sold in (after, until], returns taken off."""
    within = pl.col("sold_at").gt(after.astimezone(UTC)) & pl.col("sold_at").le(until.astimezone(UTC))
    return dict(lines.filter(within).group_by("product_id").agg(pl.col("quantity").sum()).iter_rows())


def _level(*, chance: random.Random, sells: bool, since: int, week: int, shortage: str) -> int | None:
    """The counted pieces, None where the store does not carry the item."""
    # Always the same number of draws: one item's fate does not change its neighbours'.
    carried, fate, few, shelf = chance.random(), chance.random(), chance.randint(1, 2), chance.randint(4, 18)
    gone = max(since, 0)
    if shortage == "NOT_STOCKED" and not since:
        return None
    if not sells and carried > _CARRIED:
        return None
    if shortage in ("OUT", "NOT_STOCKED") or (not shortage and fate < _SOLD_OUT):
        return gone
    if shortage == "LOW" or fate < _SOLD_OUT + _LOW:
        return gone + few
    return max(shelf + gone, math.ceil(week * _WEEKS_OF_COVER))


def write_east(*, counts: list[Count], inbox: Path) -> list[Path]:
    """Write the eastern system's file: commas, UTF-8, items by GTIN, ISO times with offset."""
    path = inbox / f"stock_{_newest(counts):%Y%m%d}.csv"
    write_counts(counts=counts, path=path)
    return [path]


def write_counts(*, counts: list[Count], path: Path) -> None:
    """A plain file of counts, items by GTIN."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = (
        f"{count.store.store_code},{demonstration_number(count.item.product_id)},{count.on_hand},"
        f"{count.counted_at.isoformat()}\n"
        for count in counts
    )
    path.write_text("store_code,gtin,on_hand,as_of\n" + "".join(rows), encoding="utf-8", newline="")


def write_west(*, counts: list[Count], items: tuple[SampleItem, ...], inbox: Path) -> list[Path]:
    """Write the western system's file: semicolons, cp1252, decimal commas, items by SKU, store-local times.

    Three lines are wrong on purpose: an O typed for a zero, an article and a site that nobody knows.
    """
    inbox.mkdir(parents=True, exist_ok=True)
    path = inbox / f"stock_{_newest(counts):%Y%m%d}.csv"
    rows = [_west_row(count, site=count.store.store_code, article=count.item.sku) for count in counts]
    some, middle, last = counts[0], counts[len(counts) // 2], counts[-1]
    # The misread number stands for an item that has no other line in its store: nothing is counted twice.
    counted = {count.item.sku for count in counts if count.store == some.store}
    uncounted = next(item for item in items if item.sku not in counted)
    typed = _west_row(
        Count(some.store, uncounted, 10, some.counted_at), site=some.store.store_code, article=uncounted.sku
    )
    rows.insert(57, typed.replace(";10,000;", ";1O,000;"))
    rows.insert(len(rows) // 2, _west_row(middle, site=middle.store.store_code, article=UNKNOWN_ARTICLE))
    rows.append(_west_row(last, site=UNKNOWN_SITE, article=last.item.sku))
    path.write_text(";".join(WEST_COLUMNS) + "\r\n" + "".join(rows), encoding="cp1252", newline="")
    return [path]


def _west_row(count: Count, *, site: str, article: str) -> str:
    product_id = count.item.product_id
    cells = (
        f"{count.counted_at:{WEST_TIME_FORMAT}}",
        site,
        count.item.title,
        "EA",
        article,
        f"{'ABCDEFGH'[product_id % 8]}-{product_id % 37:02d}",
        f"{count.on_hand},000",
        "0,000",
    )
    return ";".join(cells) + "\r\n"


def _newest(counts: list[Count]) -> datetime:
    return max(counts, key=lambda count: count.counted_at).counted_at
