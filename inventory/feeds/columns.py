"""Columns of text as numbers, instants, days and ids; what does not fit is flagged, not guessed.

Every function gives the same answer for a value whichever tier read it: only ASCII digits are digits, blanks
around a value do not matter.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from inventory.feeds.profiles import STORE_ZONE, Profile
from inventory.feeds.records import NO_AMOUNT, QUANTITY_LIMIT, Catalogue, Flags, Int32s, Int64s

NO_TIME = -(2**63)
MILLIONTHS = 6
Fold = Literal["latest", "earliest"]  # which of two instants a clock's time is that it showed twice
_INSTANT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
    r"(?:Z|[+-](?:0[0-9]|1[0-9]|2[0-3]):?[0-5][0-9])$"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BLANKS = " \t"
# So many texts are read one by one rather than looked for equal ones among them.
FEW_RUNS = 500

# Why a quantity is unusable.
FINE, NOT_A_NUMBER, TOO_FINE, TOO_LARGE, NOT_TRACKED, TWO_WAYS = range(6)
# What hosts write where they do not count an item.
NOT_TRACKED_TEXTS = ("", "not stocked", "not tracked", "variable")
WHOLE_DIGITS = 9
SHORT_LENGTHS = (6, 7, 10, 11)
# Figures as in inventory.feeds.numbers: sign, whole number, whole number with its thousands apart, decimals.
_GROUPED = "[1-9][0-9]{{0,2}}(?:(?:{other}[0-9]{{3}})+|(?:[\u00a0\u202f][0-9]{{3}})+)"
FIGURES = {
    None: r"^(-?)([0-9]+)(){0}(?:[.,]([0-9]+))?$",
    ".": rf"^(-?)(?:([0-9]+)|({_GROUPED.format(other=',')}))(?:\.([0-9]+))?$",
    ",": rf"^(-?)(?:([0-9]+)|({_GROUPED.format(other='[.]')}))(?:,([0-9]+))?$",
}
READ_TWO_WAYS = r"^-?[1-9][0-9]{0,2}(?:[.,][0-9]{3})+(?:[.,][0-9]+)?$"


def stripped(column: pl.Series) -> pl.Series:
    """The texts without blanks around them; a missing one is empty."""
    return column.cast(pl.String).fill_null("").str.strip_chars(_BLANKS)


@dataclass(frozen=True)
class Distinct:
    """The texts of a column that have to be read, each standing for many rows.

    Files are mostly sorted: a text is one run of rows, and comparing neighbours finds them. Where there are still
    many, each different text stands once.
    """

    texts: pl.Series
    _rows: int
    _starts: npt.NDArray[np.intp] | None  # of the runs; None: each row is one
    _runs: pl.Series | None  # the text of each run; None: `texts` are the runs

    @classmethod
    def of(cls, column: pl.Series) -> "Distinct":
        """What to read of a column."""
        starts = _run_starts(column)
        if len(starts) * 2 > len(column) > 1:
            return cls(column.unique(), len(column), None, column)
        runs = column.gather(starts)
        if len(runs) <= FEW_RUNS:
            return cls(runs, len(column), starts, None)
        return cls(runs.unique(), len(column), starts, runs)

    def spread(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """What was read of each of the texts, row by row."""
        if self._runs is not None:
            kind = pl.Series(values[:0]).dtype
            values = self._runs.replace_strict(self.texts, pl.Series(values), return_dtype=kind).to_numpy()
        if self._starts is None:
            return values
        if len(values) == 1:
            return np.broadcast_to(values[0], self._rows)
        return np.repeat(values, np.diff(self._starts, append=self._rows))


def _run_starts(column: pl.Series) -> npt.NDArray[np.intp]:
    """Where another text than in the row before begins, the first row included."""
    if not len(column):
        return np.empty(0, np.intp)
    after, before = column.slice(1), column.slice(0, len(column) - 1)
    differs = after.ne_missing(before) if column.null_count() else after != before
    return np.concatenate([np.zeros(1, np.intp), np.flatnonzero(differs.to_numpy()) + 1])


def looked_up(column: pl.Series, find: Callable[[str], int]) -> Int32s:
    """`find` of each text, asked once a distinct text."""
    distinct = Distinct.of(column)
    found = [find(text.strip(_BLANKS)) if text is not None else find("") for text in distinct.texts]
    return distinct.spread(np.array(found, np.int32))


def store_column(column: pl.Series, catalogue: Catalogue) -> Int32s:
    """Store ids, -1 where the code is unknown. Codes are text: 0012 is not 12."""
    return looked_up(column, lambda code: catalogue.store_ids.get(code, -1))


def item_column(column: pl.Series, catalogue: Catalogue, *, item_code: str) -> Int32s:
    """Item ids, -1 where the code is unknown.

    GTINs are compared as numbers, so that zeros a spreadsheet dropped or a host system added do not matter.
    """
    if item_code != "GTIN":
        return looked_up(column, lambda code: catalogue.item_ids.get(code, -1))
    aliases: Int32s | None = None
    if column.dtype == pl.String:
        if catalogue.item_aliases:
            aliases = looked_up(column, lambda code: catalogue.item_aliases.get(code, -1))
        texts = stripped(column)
        digits = pl.select(
            pl.when(texts.str.contains(r"^[0-9]{1,18}$")).then(texts).otherwise(pl.lit("-1"))
        ).to_series()
        column = digits.cast(pl.Int64)
    found = gtin_items(column.to_numpy(), catalogue)
    return found if aliases is None else np.where(found < 0, aliases, found)


def gtin_items(numbers: Int64s, catalogue: Catalogue) -> Int32s:
    """Item ids of GTINs given as numbers, -1 where they are unknown."""
    if not len(catalogue.gtins):
        return np.full(len(numbers), -1, np.int32)
    place = np.searchsorted(catalogue.gtins, numbers)
    place[place == len(catalogue.gtins)] = 0
    found = catalogue.gtins[place] == numbers
    return np.where(found, catalogue.gtin_item_ids[place], np.int32(-1)).astype(np.int32)


def lost_zeros(numbers: Int64s, lengths: Int64s) -> Flags:
    """Which GTINs were written with one or two digits fewer than any GTIN has: a spreadsheet dropped their zeros."""
    short = np.isin(lengths, SHORT_LENGTHS)
    return short & (numbers >= 0) & (numbers < 10 ** np.minimum(lengths, 18))


def quantity_column(
    column: pl.Series,
    decimals: npt.NDArray[np.int8],
    *,
    decimal_sign: str | None,
    scale: Decimal = Decimal(1),
) -> tuple[Int64s, npt.NDArray[np.int8]]:
    """Quantities in 10^-decimals of the item's unit, and per row FINE or why it is unusable.

    `decimal_sign` None: not declared, as in inventory.feeds.numbers. Each quantity is multiplied by `scale`.
    """
    if column.dtype != pl.String:
        whole = column.to_numpy().astype(np.int64)
        problem = np.where(_beyond_limit(whole), TOO_LARGE, FINE).astype(np.int8)
        if not decimals.any() and scale == 1:
            return whole, problem
        millionths = np.where(problem == FINE, whole, 0) * 10**MILLIONTHS
    else:
        millionths, problem = _millionths(column, decimal_sign)
    values, too_fine = _in_smallest_units(millionths, decimals, scale)
    problem[(problem == FINE) & too_fine] = TOO_FINE
    problem[(problem == FINE) & _beyond_limit(values)] = TOO_LARGE
    return values, problem


def _in_smallest_units(
    millionths: Int64s, decimals: npt.NDArray[np.int8], scale: Decimal
) -> tuple[Int64s, Flags]:
    """Millionths times the scale in the items' smallest units; which of them that does not divide."""
    above, below = scale.as_integer_ratio()
    if above != 1:  # beyond the limit anyhow, and the product would run over
        reach = QUANTITY_LIMIT * 10**MILLIONTHS // above + 1
        millionths = np.clip(millionths, -reach, reach)
    divisor = below * 10 ** (MILLIONTHS - decimals.astype(np.int64))
    values, rest = np.divmod(np.abs(millionths) * above, divisor)
    return np.where(millionths < 0, -values, values), rest != 0


def _beyond_limit(values: Int64s) -> Flags:
    return (values > QUANTITY_LIMIT) | (values < -QUANTITY_LIMIT)  # not abs(): the lowest int64 has none


def _millionths(column: pl.Series, decimal_sign: str | None) -> tuple[Int64s, npt.NDArray[np.int8]]:
    """Figures as in inventory.feeds.numbers in millionths, and what is wrong with them."""
    texts = stripped(column)
    parts = (
        pl.DataFrame({"text": texts})
        .with_columns(pl.col("text").str.extract_groups(FIGURES[decimal_sign]).alias("part"))
        .unnest("part")
        .with_columns(
            pl.coalesce("2", pl.col("3").str.replace_all("[^0-9]", ""))
            .str.strip_chars_start("0")
            .alias("whole"),
            pl.col("4").fill_null("").str.strip_chars_end("0"),
        )
    )
    is_number = parts["whole"].is_not_null().to_numpy()
    too_large = (parts["whole"].str.len_bytes() > WHOLE_DIGITS).fill_null(value=False).to_numpy()
    too_fine = (parts["4"].str.len_bytes() > MILLIONTHS).to_numpy()
    whole = parts["whole"].cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    fraction = (
        (parts["4"].str.slice(0, MILLIONTHS).str.pad_end(MILLIONTHS, "0").cast(pl.Int64, strict=False))
        .fill_null(0)
        .to_numpy()
    )
    millionths = np.where(too_large | ~is_number, 0, whole * 10**MILLIONTHS + fraction)
    negative = (parts["1"] == "-").fill_null(value=False).to_numpy()
    problem = np.full(len(column), FINE, np.int8)
    problem[too_fine] = TOO_FINE
    problem[too_large] = TOO_LARGE
    problem[~is_number] = NOT_A_NUMBER
    problem[texts.str.to_lowercase().is_in(NOT_TRACKED_TEXTS).to_numpy()] = NOT_TRACKED
    if decimal_sign is None:
        problem[texts.str.contains(READ_TWO_WAYS).to_numpy()] = TWO_WAYS
    return np.where(negative, -millionths, millionths), problem


def money_column(column: pl.Series, *, decimal_sign: str | None) -> tuple[Int64s, Flags]:
    """Amounts in thousandths, NO_AMOUNT where the text is empty; and which are none or finer than that."""
    texts = stripped(column)
    millionths, problem = _millionths(texts, decimal_sign)
    thousandths, rest = np.divmod(millionths, 1000)
    empty = (texts == "").to_numpy()
    return np.where(empty, NO_AMOUNT, thousandths), ((problem != FINE) | (rest != 0)) & ~empty


def integer_column(column: pl.Series, *, digits: int) -> tuple[Int64s, Flags]:
    """Whole numbers from 0 with at most so many digits, and which rows have one."""
    if column.dtype != pl.String:
        numbers = column.to_numpy().astype(np.int64)
        return numbers, (numbers >= 0) & (numbers < 10**digits)
    texts = stripped(column).str.extract(r"^0*([0-9]+)$", 1)
    good = (texts.str.len_bytes() <= digits).fill_null(value=False).to_numpy()
    numbers = texts.cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    return np.where(good, numbers, 0), good


def instant_column(
    column: pl.Series, store_ids: Int32s, catalogue: Catalogue, profile: Profile
) -> tuple[Int64s, Flags | None]:
    """Microseconds since 1970 UTC, NO_TIME where a text is no instant; and which the clock showed twice (None: none).

    ISO 8601 or the profile's own format; a time without an offset is on the profile's clock or, for
    `timezone: "store"`, on the clock of the store in `store_ids`. An hour that exists twice is the later one;
    an hour that does not exist is no instant.
    """
    distinct = Distinct.of(column)
    if profile.time_format:
        return _on_a_clock(column, store_ids, catalogue, profile)
    instants = distinct.spread(_read_each(distinct.texts, partial(_instants_of, profile, "UTC", "latest")))
    canonical = distinct.texts.cast(pl.String).str.contains(_INSTANT).fill_null(value=False).to_numpy()
    if canonical.all():
        return instants, None
    # Only the others need to know the clock they were read from.
    rows = np.flatnonzero(~distinct.spread(canonical))
    instants = np.array(instants)
    instants[rows], theirs = _on_a_clock(column.gather(rows), store_ids[rows], catalogue, profile)
    if theirs is None:
        return instants, None
    twice = np.zeros(len(column), bool)
    twice[rows] = theirs
    return instants, twice


def _on_a_clock(
    column: pl.Series, store_ids: Int32s, catalogue: Catalogue, profile: Profile
) -> tuple[Int64s, Flags | None]:
    later, earlier = (
        _by_zone(column, store_ids, catalogue, profile, fold=fold) for fold in ("latest", "earliest")
    )
    twice = later != earlier
    return later, twice if twice.any() else None


def _by_zone(
    column: pl.Series, store_ids: Int32s, catalogue: Catalogue, profile: Profile, *, fold: Fold
) -> Int64s:
    if profile.timezone != STORE_ZONE:
        return _each_once(column, partial(_instants_of, profile, profile.timezone, fold))
    present = np.unique(store_ids)
    zones = {catalogue.store_zones.get(int(store), "UTC") for store in present}
    if len(zones) == 1:
        return _each_once(column, partial(_instants_of, profile, min(zones), fold))
    out = np.full(len(column), NO_TIME, np.int64)
    for zone in zones:
        stores = [store for store in present if catalogue.store_zones.get(int(store), "UTC") == zone]
        rows = np.flatnonzero(np.isin(store_ids, stores))
        out[rows] = _each_once(column.gather(rows), partial(_instants_of, profile, zone, fold))
    return out


def _each_once(column: pl.Series, read: Callable[[pl.Series], pl.Series]) -> Int64s:
    """A file has few distinct times, often one: read each once."""
    distinct = Distinct.of(column)
    return distinct.spread(_read_each(distinct.texts, read))


def _read_each(texts: pl.Series, read: Callable[[pl.Series], pl.Series]) -> Int64s:
    return read(stripped(texts)).fill_null(NO_TIME).cast(pl.Int64).to_numpy()


def _instants_of(profile: Profile, zone: str, fold: Fold, texts: pl.Series) -> pl.Series:
    if profile.time_format:
        return _formatted(texts, profile.time_format, zone, fold)
    canonical = texts.str.contains(_INSTANT)
    times = texts.str.to_datetime("%Y-%m-%dT%H:%M:%S%#z", time_zone="UTC", time_unit="us", strict=False)
    micros = pl.select(pl.when(canonical).then(times.to_physical())).to_series()
    if canonical.all():
        return micros
    others = [
        micro if sound else _iso_instant(text, zone, fold)
        for text, sound, micro in zip(texts, canonical, micros, strict=True)
    ]
    return pl.Series(others, dtype=pl.Int64)


def _iso_instant(text: str, zone: str, fold: Fold) -> int | None:
    """The rarer ways to write ISO 8601: a blank for T, no seconds, fractions, no offset."""
    if not _ISO.fullmatch(text):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    if instant.tzinfo is None:
        series = pl.Series([instant], dtype=pl.Datetime("us"))
        return _localised(series, zone, fold)[0]  # type: ignore[no-any-return]
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _formatted(texts: pl.Series, time_format: str, zone: str, fold: Fold) -> pl.Series:
    if "%z" in time_format or "%:z" in time_format or "%#z" in time_format:
        times = texts.str.to_datetime(time_format, time_zone="UTC", time_unit="us", strict=False)
        return times.to_physical()
    return _localised(texts.str.to_datetime(time_format, time_unit="us", strict=False), zone, fold)


def _localised(times: pl.Series, zone: str, fold: Fold) -> pl.Series:
    aware = times.dt.replace_time_zone(zone, ambiguous=fold, non_existent="null")
    return aware.dt.convert_time_zone("UTC").to_physical()


def day_column(column: pl.Series, *, date_format: str) -> Int64s:
    """Days since 1970, NO_TIME where a text is no date of the format."""

    def read(texts: pl.Series) -> pl.Series:
        days = texts.str.to_date(date_format, strict=False).to_physical().cast(pl.Int64)
        if date_format != "%Y-%m-%d":
            return days
        return pl.select(pl.when(texts.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")).then(days)).to_series()

    return _each_once(column, read)


def item_decimals(item_ids: Int32s, decimals: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """The decimals of each row's item; 0 for unknown ones."""
    if not decimals.any():
        return np.zeros(len(item_ids), np.int8)
    return np.where(item_ids >= 0, decimals[np.maximum(item_ids, 0)], 0).astype(np.int8)
