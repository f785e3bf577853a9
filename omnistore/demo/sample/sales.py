"""Till lines around today, and the files in which the POS system sends them."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from omnistore.demo.sample.journey import DAYS_BEFORE_TODAY
from omnistore.demo.sample.numbers import demonstration_number
from omnistore.demo.sample.shapes import SampleStore

# The till's day ends when the night shift closes it: a sale at 01:30 belongs to the day before.
BUSINESS_DAY_ENDS_AT = timedelta(hours=3)
# Older days come in one file, as when a POS system is connected and sends what it has.
DAYS_IN_OWN_FILE = 14
_TILLS = 6
_SERVICE_DESK = "90"
_ONE_RETURN_IN = 250
_RETURN_BASKETS = 10**12  # far above the data set's own basket numbers


def till_lines(
    *,
    lines: pl.DataFrame,
    stores: tuple[SampleStore, ...],
    shift: timedelta,
    never_returned: set[int],
    seed: int,
) -> pl.DataFrame:
    """Every line of the slice on its shifted day, with a few returns added; each line's key is unique.

    Adds to `lines`: store_code, register, business_day (date), receipt, line, gtin, sold_at (UTC) and
    sold_at_text (ISO 8601 with the store's offset). Quantities of returns are negative. The data set has no
    returns: about one line in 250, never of `never_returned`, comes back one to three days later.
    """
    shifted = lines.with_columns(
        pl.col("local_time") + shift, register=(pl.col("basket_id") % _TILLS + 1).cast(pl.String).str.zfill(2)
    )
    returns = _returns(shifted, never_returned=never_returned, seed=seed)
    placed = pl.DataFrame(
        [(s.source_store_id, s.store_code, s.timezone) for s in stores if s.kind == "STORE"],
        schema={"source_store_id": pl.Int64, "store_code": pl.String, "timezone": pl.String},
        orient="row",
    )
    located = pl.concat([shifted, returns]).join(placed, on="source_store_id")
    zoned = pl.concat(
        _at_instants(part, timezone=str(timezone))
        for (timezone,), part in located.partition_by("timezone", as_dict=True).items()
    )
    gtins = pl.DataFrame(
        [(number, demonstration_number(number)) for number in sorted(lines["product_id"].unique())],
        schema={"product_id": pl.Int64, "gtin": pl.String},
        orient="row",
    )
    return (
        _numbered(zoned)
        .join(gtins, on="product_id")
        .sort("store_code", "sold_at", "register", "receipt", "line")
    )


def _returns(shifted: pl.DataFrame, *, never_returned: set[int], seed: int) -> pl.DataFrame:
    """Lines that come back to the service desk."""
    chance = random.Random(f"returns {seed}")
    candidates = shifted.filter(~pl.col("product_id").is_in(sorted(never_returned)))
    chosen = sorted(chance.sample(range(candidates.height), candidates.height // _ONE_RETURN_IN))
    waits = [timedelta(days=chance.randint(1, 3)) for _ in chosen]
    return candidates[chosen].with_columns(
        -pl.col("quantity"),
        -pl.col("sales_value"),
        pl.col("local_time") + pl.Series(waits, dtype=pl.Duration("us")),
        pl.col("basket_id") + _RETURN_BASKETS,
        register=pl.lit(_SERVICE_DESK),
    )


def _at_instants(part: pl.DataFrame, *, timezone: str) -> pl.DataFrame:
    """Read one zone's wall-clock times; an hour that does not exist is read as the one after it."""
    local = pl.coalesce(
        pl.col("local_time").dt.replace_time_zone(timezone, ambiguous="latest", non_existent="null"),
        (pl.col("local_time") + pl.duration(hours=1)).dt.replace_time_zone(
            timezone, ambiguous="latest", non_existent="null"
        ),
    )
    return part.with_columns(
        sold_at=local.dt.convert_time_zone("UTC"),
        sold_at_text=local.dt.to_string("%Y-%m-%dT%H:%M:%S%:z"),
        business_day=(local.dt.replace_time_zone(None) - BUSINESS_DAY_ENDS_AT).dt.date(),
    )


def _numbered(lines: pl.DataFrame) -> pl.DataFrame:
    """Receipts counted up through the day at each till, lines through the receipt; stable as sales follow."""
    till = ("store_code", "register", "business_day")
    return lines.sort(*till, "sold_at", "basket_id", "product_id").with_columns(
        receipt=pl.struct("sold_at", "basket_id").rank("dense").over(till).cast(pl.Int64),
        line=pl.int_range(1, pl.len() + 1).over(*till, "sold_at", "basket_id"),
    )


def write_sales(*, sold: pl.DataFrame, today: date, now: datetime, inbox: Path) -> list[Path]:
    """Write what the tills had sent by `now`: one file for the older days, then one a business day."""
    inbox.mkdir(parents=True, exist_ok=True)
    first_day = today - timedelta(days=DAYS_BEFORE_TODAY)
    first_own = today - timedelta(days=DAYS_IN_OWN_FILE)
    sent = sold.filter(pl.col("sold_at").le(now.astimezone(UTC)) & pl.col("business_day").ge(first_day))
    older = sent.filter(pl.col("business_day").lt(first_own))
    last_older = first_own - timedelta(days=1)
    paths = [_write_file(older, path=inbox / f"sales_{first_day:%Y-%m-%d}_{last_older:%Y-%m-%d}.csv")]
    days = sent.filter(pl.col("business_day").ge(first_own)).partition_by("business_day", as_dict=True)
    paths += [
        _write_file(part, path=inbox / f"sales_{day:%Y-%m-%d}.csv") for (day,), part in sorted(days.items())
    ]
    return paths


def _write_file(lines: pl.DataFrame, *, path: Path) -> Path:
    lines.select(
        "store_code",
        "register",
        "business_day",
        "receipt",
        "line",
        "gtin",
        "quantity",
        amount=pl.col("sales_value").round(2),
        sold_at=pl.col("sold_at_text"),
    ).write_csv(path, float_precision=2)
    return path
