"""A year of a whole chain through the normal door: every unit lands, and the second time nothing changes."""

import io
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from django.utils import timezone
from pytest_django import Settings

from inventory.imports import load_run, receive_file
from inventory.models import FeedRun, FeedSource, Item, StockLevel, StockMovement, Store
from omnistore.demo.sample.journey import data_folder
from tests.factories import create_source

pytestmark = [pytest.mark.long, pytest.mark.django_db, pytest.mark.timeout(600)]

LINES, STORES = 1_469_307, 457
# Fuel is told in thousandths: so many pieces of it stand on the shelf of the test before the year begins.
OPENING = 100_000_000


@pytest.fixture(scope="module")
def sold() -> pl.DataFrame:
    """Every till line with a key of its own: the data set has none within a basket."""
    lines = pl.read_parquet(
        data_folder() / "transactions.parquet",
        columns=["store_id", "basket_id", "product_id", "quantity", "transaction_timestamp"],
    ).sort("store_id", "transaction_timestamp", "basket_id", "product_id")
    when = pl.col("transaction_timestamp").dt.cast_time_unit("us").dt.truncate("1s")
    return lines.select(
        pl.col("store_id").cast(pl.String).alias("store_code"),
        pl.lit("1").alias("workstation"),
        when.dt.date().alias("business_day"),
        pl.col("basket_id").alias("sequence"),
        pl.int_range(1, pl.len() + 1).over("store_id", "basket_id").alias("line"),
        pl.col("product_id").cast(pl.String).alias("sku"),
        pl.col("quantity").cast(pl.Int64),
        when.dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("occurred_at"),
    )


def test_whole_year(sold: pl.DataFrame, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MEDIA_ROOT = str(tmp_path_factory.mktemp("media"))
    make_chain(sold)
    shelves = sold.select("store_code", "sku").unique(maintain_order=True)
    first_day = pl.lit("2016-12-30T00:00:00Z")
    load(
        create_source(profile={"item_code": "SKU"}),
        shelves.with_columns(pl.lit(OPENING).alias("on_hand"), first_day.alias("as_of")),
    )
    tills = create_source(kind="SALES", profile={"item_code": "SKU"})

    run = load(tills, sold)
    assert (run.state, run.rows_received, run.rows_applied) == ("LOADED", LINES, LINES)
    assert len(shelves["store_code"].unique()) == STORES
    assert standing() == expected(sold)

    shuffled = load(tills, sold.sample(fraction=1.0, shuffle=True, seed=7))
    assert (shuffled.rows_applied, shuffled.rows_unchanged) == (0, LINES)
    assert StockMovement.objects.count() == LINES
    assert standing() == expected(sold)


def make_chain(sold: pl.DataFrame) -> None:
    codes = sold["store_code"].unique(maintain_order=True)
    Store.objects.bulk_create(
        Store(store_code=code, name=code, timezone="America/New_York", currency="USD") for code in codes
    )
    skus = sold["sku"].unique(maintain_order=True)
    Item.objects.bulk_create((Item(sku=sku, title=sku) for sku in skus), batch_size=5000)


def load(source: FeedSource, frame: pl.DataFrame) -> FeedRun:
    content = io.BytesIO()
    frame.write_csv(content)
    content.seek(0)
    run, _is_new = receive_file(source=source, file_name="year.csv", content=content, now=timezone.now())
    loaded = load_run(run_id=run.pk, now=timezone.now() + timedelta(seconds=1))
    assert loaded is not None
    return loaded


def standing() -> tuple[int, int, int]:
    """How many levels, their sum, and a fingerprint that knows which is which."""
    rows = StockLevel.objects.values_list("store__store_code", "item__sku", "on_hand")
    return fingerprint(pl.DataFrame(list(rows), schema=["store", "sku", "level"], orient="row"))


def expected(sold: pl.DataFrame) -> tuple[int, int, int]:
    """The same from the till lines alone."""
    gone = sold.group_by("store_code", "sku").agg(pl.col("quantity").sum())
    levels = gone.select(
        pl.col("store_code").alias("store"), "sku", (OPENING - pl.col("quantity")).alias("level")
    )
    return fingerprint(levels)


def fingerprint(levels: pl.DataFrame) -> tuple[int, int, int]:
    words = levels.select(
        pl.concat_str("store", "sku", pl.col("level").cast(pl.String), separator="|")
    ).to_series()
    return len(levels), int(levels["level"].sum()), int(np.bitwise_xor.reduce(words.hash(1).to_numpy()))
