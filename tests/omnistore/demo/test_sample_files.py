"""The feed files say what the data set says, in the dialects their profiles declare."""

import csv
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from omnistore.demo.sample import Sample, build_sample
from omnistore.demo.sample.journey import data_folder

Rows = list[dict[str, str]]


def read(sample: Sample, source_code: str) -> Rows:
    """Every row that a source has sent, with the header's names, as its profile declares them."""
    source = next(source for source in sample.sources if source.code == source_code)
    dialect: dict[str, object] = {"delimiter": "\t", "encoding": "utf-8", **source.profile}
    rows: Rows = []
    # Of the source that is late there is only what came long ago.
    paths = source.inbox.iterdir() if source.inbox.exists() else [sample.till_report]
    for path in sorted(paths):
        text = path.read_text(encoding=str(dialect["encoding"]))
        rows += csv.DictReader(text.splitlines(), delimiter=str(dialect["delimiter"]), strict=True)
    return rows


def skus_by_gtin(sample: Sample) -> Mapping[str, str]:
    return {code.value: code.sku for code in sample.identifiers if code.kind == "GTIN"}


def sold_since(
    sales: Rows, *, gtins: Mapping[str, str], counted: Mapping[str, datetime]
) -> Counter[tuple[str, str]]:
    """Pieces sold after each store's count."""
    sold: Counter[tuple[str, str]] = Counter()
    for row in sales:
        if datetime.fromisoformat(row["sold_at"]) > counted[row["store_code"]]:
            sold[row["store_code"], gtins[row["gtin"]]] += int(row["quantity"])
    return sold


def east_and_west(sample: Sample) -> tuple[dict[tuple[str, str], int], dict[str, datetime]]:
    """Levels by (store, sku) and the time of each store's count, the three wrong lines left out."""
    gtins, known = skus_by_gtin(sample), {item.sku for item in sample.items}
    zones = {store.store_code: ZoneInfo(store.timezone) for store in sample.stores}
    levels: dict[tuple[str, str], int] = {}
    counted: dict[str, datetime] = {}
    for row in read(sample, "wms-east"):
        levels[row["store_code"], gtins[row["gtin"]]] = int(row["on_hand"])
        counted[row["store_code"]] = datetime.fromisoformat(row["as_of"])
    for row in read(sample, "wms-west"):
        if row["Site"] in zones and row["Article"] in known and "O" not in row["Qty on hand"]:
            levels[row["Site"], row["Article"]] = int(Decimal(row["Qty on hand"].replace(",", ".")))
            local = datetime.strptime(row["Counted"], "%d.%m.%Y %H:%M").replace(tzinfo=zones[row["Site"]])
            counted[row["Site"]] = local
    return levels, counted


def test_every_till_line_has_a_key_of_its_own(sample: Sample) -> None:
    key = ("store_code", "register", "business_day", "receipt", "line")
    lines = Counter(tuple(row[part] for part in key) for row in read(sample, "pos"))
    assert lines.most_common(1)[0][1] == 1
    assert len(lines) > 15_000


def test_pieces_sold_are_those_of_the_data_set(sample: Sample) -> None:
    """Counted again from the raw data: stores, days and hours as the sample promises them."""
    hours = {
        s.source_store_id: (s.opening_hours["mon"], s.timezone) for s in sample.stores if s.source_store_id
    }
    codes = {s.source_store_id: s.store_code for s in sample.stores}
    skus = {int(item.sku) for item in sample.items}
    raw = pl.read_parquet(data_folder() / "transactions.parquet").filter(
        pl.col("store_id").is_in(list(hours)) & pl.col("product_id").is_in(sorted(skus))
    )
    expected: Counter[str] = Counter()
    first = datetime(2026, 10, 4, 3)  # noqa: DTZ001  (a wall clock)
    for store, quantity, at in raw.select("store_id", "quantity", "transaction_timestamp").iter_rows():
        wall = at.replace(tzinfo=UTC).astimezone(ZoneInfo("America/New_York")).replace(tzinfo=None)
        (opens, closes), zone = hours[store]
        shifted = wall + timedelta(days=(datetime(2026, 11, 22) - datetime(2017, 11, 19)).days)  # noqa: DTZ001
        sent = first <= shifted and shifted.replace(tzinfo=ZoneInfo(zone)) <= sample.now
        if sent and opens <= wall.strftime("%H:%M") <= closes:
            expected[codes[store]] += quantity
    sold: Counter[str] = Counter()
    for row in read(sample, "pos"):
        if row["register"] != "90":
            sold[row["store_code"]] += int(row["quantity"])
    assert sold == expected


def test_times_are_the_stores_own_and_past(sample: Sample) -> None:
    zones = {store.store_code: ZoneInfo(store.timezone) for store in sample.stores}
    for row in read(sample, "pos"):
        sold_at = datetime.fromisoformat(row["sold_at"])
        assert sold_at <= sample.now
        assert sold_at.utcoffset() == sold_at.astimezone(zones[row["store_code"]]).utcoffset()
        assert row["business_day"] == (sold_at.replace(tzinfo=None) - timedelta(hours=3)).date().isoformat()


def test_each_day_of_the_last_two_weeks_has_its_file(sample: Sample) -> None:
    files = sorted(path for path in sample.files if path.parent.name == "pos")
    assert files[0].name == "sales_2026-10-04_2026-11-07.csv"
    assert [path.name for path in files[1:]] == [f"sales_2026-11-{day:02d}.csv" for day in range(8, 23)]
    for path in files[1:]:
        days = {row["business_day"] for row in csv.DictReader(path.read_text().splitlines())}
        assert days == {path.stem.removeprefix("sales_")}


def test_returns_come_back_after_they_were_sold(sample: Sample) -> None:
    rows = read(sample, "pos")
    returns = [row for row in rows if row["register"] == "90"]
    assert 30 < len(returns) < 150
    assert all(int(row["quantity"]) < 0 and float(row["amount"]) <= 0 for row in returns)
    assert all(int(row["quantity"]) > 0 for row in rows if row["register"] != "90")


def test_two_warehouse_systems_count_every_place_once(sample: Sample) -> None:
    levels, counted = east_and_west(sample)
    assert set(counted) == {store.store_code for store in sample.stores}
    east = [row["store_code"] + row["gtin"] for row in read(sample, "wms-east")]
    west = [row["Site"] + row["Article"] for row in read(sample, "wms-west")]
    assert len(set(east)) == len(east)
    assert len(set(west)) == len(west)
    assert len(levels) == len(east) + len(west) - 3
    assert min(levels.values()) == 0


def test_counts_are_those_of_last_night(sample: Sample) -> None:
    _, counted = east_and_west(sample)
    assert all(timedelta(0) <= sample.now - at < timedelta(hours=24) for at in counted.values())
    assert {(at.hour, at.minute) for at in counted.values()} == {(2, 0), (3, 10)}


def test_the_west_sends_three_wrong_lines(sample: Sample) -> None:
    known, stores = {item.sku for item in sample.items}, {store.store_code for store in sample.stores}
    rows = read(sample, "wms-west")
    assert [row["Article"] for row in rows if row["Article"] not in known] == ["99999999"]
    assert [row["Site"] for row in rows if row["Site"] not in stores] == ["0999"]
    assert [row["Qty on hand"] for row in rows if "O" in row["Qty on hand"]] == ["1O,000"]


def test_the_west_needs_its_declared_encoding(sample: Sample) -> None:
    path = next(path for path in sample.files if path.parent.name == "wms-west")
    assert "Jalapeño" in path.read_text(encoding="cp1252")
    with pytest.raises(UnicodeDecodeError):
        path.read_text(encoding="utf-8")


def test_profiles_name_columns_that_are_there(sample: Sample) -> None:
    for source in sample.sources:
        columns = source.profile.get("columns", {})
        assert isinstance(columns, dict)
        assert set(columns.values()) <= set(read(sample, source.code)[0])


@pytest.mark.parametrize(
    "now",
    [
        datetime(2027, 3, 14, 10, 30, tzinfo=UTC),  # the clocks skip two o'clock
        datetime(2026, 11, 1, 9, 30, tzinfo=UTC),  # one o'clock exists twice
        datetime(2028, 2, 29, 5, 1, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
        datetime(2026, 11, 24, 15, 20, tzinfo=UTC),
        *(pytest.param(datetime(2026, 11, 24, h, 20, tzinfo=UTC), marks=pytest.mark.long) for h in range(24)),
    ],
)
def test_any_moment_will_do_and_no_level_falls_below_zero_by_then(tmp_path: Path, now: datetime) -> None:
    built = build_sample(folder=tmp_path, now=now)
    assert all(path.is_relative_to(tmp_path) and path.stat().st_size > 100 for path in built.files)
    assert len(built.items) == 1500
    levels, counted = east_and_west(built)
    sold = sold_since(read(built, "pos"), gtins=skus_by_gtin(built), counted=counted)
    assert set(sold) <= set(levels)
    assert all(levels[place] >= pieces for place, pieces in sold.items())


def test_the_planned_shortages_are_there(sample: Sample) -> None:
    levels, counted = east_and_west(sample)
    sold = sold_since(read(sample, "pos"), gtins=skus_by_gtin(sample), counted=counted)
    skus = {offer.promotion_id: offer.skus for offer in sample.promotions}
    assert {levels["0412", sku] - sold["0412", sku] for sku in skus["HL-GARLIC-20"]} == {0}
    assert {levels["0951", sku] - sold["0951", sku] for sku in skus["HL-EGGS-15"]} <= {1, 2}
    assert [sku for sku in skus["HL-BABY-2"] if ("0951", sku) in levels] == []
    # The other stores of the city can help.
    assert max(levels["0415", sku] for sku in skus["HL-GARLIC-20"]) > 3


def test_the_promotions_file_follows_google(sample: Sample) -> None:
    rows = {row["promotion_id"]: row for row in read(sample, "promo-suite")}
    skus, stores = {item.sku for item in sample.items}, {store.store_code for store in sample.stores}
    assert list(rows) == [offer.promotion_id for offer in sample.promotions]
    for row in rows.values():
        starts, ends = map(datetime.fromisoformat, row["promotion_effective_dates"].split("/"))
        assert starts < ends
        assert starts.utcoffset() is not None
        assert set(row["item_id"].split(",")) <= skus
        assert set(filter(None, row["store_codes_inclusion"].split(","))) <= stores
        values = (row["percent_off"], row["money_off_amount"], row["fixed_price_amount"])
        assert sum(map(bool, values)) == 1
    assert rows["HL-CAT-15"]["redemption_channel"] == "online"
    assert rows["HL-GARLIC-20"]["store_codes_inclusion"] == "0412,0415,0421,0437"
    assert rows["HL-PASTA-55"]["store_codes_exclusion"] == "0907,0951"
