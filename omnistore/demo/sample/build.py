"""The whole sample: stores, items, sources, and the files their partners have sent by now."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from omnistore.demo.sample.items import sample_identifiers, sample_items
from omnistore.demo.sample.journey import read_slice, shift_to
from omnistore.demo.sample.offers import SHORTAGES, promoted_products, sample_promotions, write_promotions
from omnistore.demo.sample.sales import till_lines, write_sales
from omnistore.demo.sample.shapes import Sample, SamplePromotion, SampleSource
from omnistore.demo.sample.stock import WEST_TIME_FORMAT, last_night, write_east, write_west
from omnistore.demo.sample.stores import EAST, HEAD_OFFICE_TIMEZONE, WEST, sample_groups, sample_stores
from omnistore.demo.sample.story import POS_STOCK, STORY_SHORTAGES, STORY_SKUS, story_folder
from omnistore.demo.sample.till_report import till_counts, write_till_report

POS, PROMO_SUITE = "pos", "promo-suite"
_STOCK_IS_FRESH_FOR = timedelta(hours=26)
_PULL_EVERY = timedelta(seconds=15)
_NIGHTLY, _TWICE_A_DAY = timedelta(hours=24), timedelta(hours=12)
# Against another system's count the tills' own figure does not win.
_BEHIND_THE_WAREHOUSE = 200

_EAST_PROFILE: dict[str, object] = {
    "delimiter": ",",
    "encoding": "utf-8",
    "decimal_sign": ".",
    "item_code": "GTIN",
    "columns": {"store_code": "store_code", "item": "gtin", "quantity": "on_hand", "as_of": "as_of"},
    "completeness": "FULL",
}
_WEST_PROFILE: dict[str, object] = {
    "delimiter": ";",
    "encoding": "cp1252",
    "decimal_sign": ",",
    "item_code": "SKU",
    "columns": {"store_code": "Site", "item": "Article", "quantity": "Qty on hand", "as_of": "Counted"},
    "time_format": WEST_TIME_FORMAT,
    "timezone": "store",
    "completeness": "FULL",
}
_POS_PROFILE: dict[str, object] = {
    "delimiter": ",",
    "encoding": "utf-8",
    "decimal_sign": ".",
    "item_code": "GTIN",
    "columns": {
        "store_code": "store_code",
        "workstation": "register",
        "business_day": "business_day",
        "sequence": "receipt",
        "line": "line",
        "item": "gtin",
        "quantity": "quantity",
        "occurred_at": "sold_at",
    },
    "date_format": "%Y-%m-%d",
    "quantity_sign": "SOLD_POSITIVE",
    "completeness": "EVENTS",
}


def build_sample(*, folder: Path, now: datetime, seed: int = 2017) -> Sample:
    """Build the sample around `now` and write its feed files into `folder/inbox/<source code>/`.

    The same `now` and `seed` give the same sample and the same bytes. Nothing is written outside `folder`.

    Args:
        folder: created where missing; files of an earlier build with the same names are replaced.
        now: aware; day 50 of the eight weeks, in head office's zone, is the day it falls on.
        seed: decides the invented part (counts, returns), not the real one.

    Raises:
        FileNotFoundError: the package with the data set is not installed.
        ValueError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    stores = sample_stores()
    today = now.astimezone(ZoneInfo(HEAD_OFFICE_TIMEZONE)).date()
    products_of = promoted_products()
    promoted = {number for numbers in products_of.values() for number in numbers}
    journey = read_slice(stores=stores, wanted=sorted(promoted))
    items = sample_items(journey.products)
    promotions = sample_promotions(items=items, products=products_of, today=today)
    sources = sample_sources(folder)
    inbox = {source.code: source.inbox for source in sources}
    sold = till_lines(
        lines=journey.lines, stores=stores, shift=shift_to(today), never_returned=promoted, seed=seed
    )
    counts = last_night(
        stores=stores,
        items=items,
        sold=sold,
        shortages=_shortages(promotions) | dict.fromkeys(STORY_SHORTAGES, "OUT"),
        promoted={sku for promotion in promotions for sku in promotion.skus} | set(STORY_SKUS),
        now=now,
        seed=seed,
    )
    east = [count for count in counts if count.store.stock_source == EAST]
    west = [count for count in counts if count.store.stock_source == WEST]
    report = write_till_report(
        counts=till_counts(counts=east, sold=sold, skus=promotions[0].skus), folder=story_folder(folder)
    )
    files = [
        *write_east(counts=east, inbox=inbox[EAST]),
        *write_west(counts=west, items=items, inbox=inbox[WEST]),
        *write_sales(sold=sold, today=today, now=now, inbox=inbox[POS]),
        *write_promotions(promotions=promotions, inbox=inbox[PROMO_SUITE]),
    ]
    return Sample(
        now=now,
        stores=stores,
        groups=sample_groups(),
        items=items,
        identifiers=sample_identifiers(journey.products),
        sources=sources,
        promotions=promotions,
        files=tuple(files),
        till_report=report,
    )


def sample_sources(folder: Path) -> tuple[SampleSource, ...]:
    """The partners: two warehouse systems, the tills with two feeds, and the suite that marketing plans in."""

    def source(
        code: str,
        *,
        name: str,
        kind: str,
        profile: dict[str, object],
        expected_every: timedelta = _NIGHTLY,
        precedence: int = 100,
    ) -> SampleSource:
        return SampleSource(
            code=code,
            name=name,
            kind=kind,
            profile=profile,
            freshness_limit=_STOCK_IS_FRESH_FOR,
            pull_every=_PULL_EVERY,
            expected_every=expected_every,
            precedence=precedence,
            inbox=folder / "inbox" / code,
        )

    return (
        source(EAST, name="Warehouse system East", kind="STOCK", profile=_EAST_PROFILE),
        source(WEST, name="Warehouse system West", kind="STOCK", profile=_WEST_PROFILE),
        source(POS, name="Point of sale", kind="SALES", profile=_POS_PROFILE),
        source(
            POS_STOCK,
            name="Tills' own stock report",
            kind="STOCK",
            profile=_EAST_PROFILE | {"completeness": "PARTIAL"},
            expected_every=_TWICE_A_DAY,
            precedence=_BEHIND_THE_WAREHOUSE,
        ),
        source(PROMO_SUITE, name="Promotion suite", kind="PROMOTIONS", profile={"window": "wall_clock"}),
    )


def _shortages(promotions: tuple[SamplePromotion, ...]) -> dict[tuple[str, str], str]:
    """(store_code, sku) → what the count finds there."""
    return {
        (store_code, sku): shortage
        for promotion in promotions
        for (promotion_id, store_code), shortage in SHORTAGES.items()
        if promotion_id == promotion.promotion_id
        for sku in promotion.skus
    }
