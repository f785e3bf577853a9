"""What the sample data is made of, as plain frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True)
class SampleStore:
    """A place. `source_store_id` is the data set's store whose tills it has; 0 for the warehouse."""

    store_code: str
    name: str
    kind: str
    street: str
    city: str
    region: str
    postcode: str
    country: str
    timezone: str
    currency: str
    latitude: float
    longitude: float
    gln: str
    opening_hours: Mapping[str, list[str]]
    stock_source: str
    source_store_id: int


@dataclass(frozen=True)
class SampleStoreGroup:
    """A named set of stores; `parent_code` nests it."""

    code: str
    name: str
    parent_code: str | None
    store_codes: tuple[str, ...]


@dataclass(frozen=True)
class SampleItem:
    """Something that is sold by the piece; `product_id` is its number in the data set."""

    product_id: int
    sku: str
    title: str
    brand: str
    product_type: str
    item_group_id: str
    regular_price: Decimal
    price_currency: str


@dataclass(frozen=True)
class SampleIdentifier:
    """A code that finds an item: a GTIN-13 with its check digit, or a PLU."""

    sku: str
    kind: str
    value: str


@dataclass(frozen=True)
class SampleSource:
    """A partner's feed: what it sends, how it is written, and the folder it drops files into."""

    code: str
    name: str
    kind: str
    profile: Mapping[str, object]
    freshness_limit: timedelta
    pull_every: timedelta
    expected_every: timedelta
    precedence: int
    inbox: Path


@dataclass(frozen=True)
class SamplePromotion:
    """One line of the promotions file, with the campaign and coupon of the data set that it stands for."""

    promotion_id: str
    campaign_id: int
    coupon_upc: int
    skus: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Sample:
    """Everything the demo starts with. `files` are the feed files written, oldest first for each source.

    `till_report` is one that came some time ago: at the time of its last change.
    """

    now: datetime
    stores: tuple[SampleStore, ...]
    groups: tuple[SampleStoreGroup, ...]
    items: tuple[SampleItem, ...]
    identifiers: tuple[SampleIdentifier, ...]
    sources: tuple[SampleSource, ...]
    promotions: tuple[SamplePromotion, ...]
    files: tuple[Path, ...]
    till_report: Path
