"""What the benchmarks work on: stores, items, the stock files of one warehouse system, and promotions."""

import datetime as dt
import io
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import polars as pl
from django.utils import timezone

from inventory.feeds.gtin import check_digit
from inventory.imports import load_run, receive_file
from inventory.models import FeedRun, FeedSource, Item, ItemIdentifier, Store
from promotions.models import PromotionRevision
from promotions.services.approving import publish_trusted
from promotions.services.publishing import create_promotion

TIMEZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
ITEMS_OF_A_PROMOTION = 50
MOST_IN_STOCK = 40
POPULARITY = 4


@dataclass
class Goods:
    """Stores and items, and how much of what is where: `quantities` by store and item.

    The same seed gives the same goods and the same nights.
    """

    stores: list[Store]
    items: list[Item]
    gtins: list[str]
    source: FeedSource
    quantities: npt.NDArray[np.int32]
    night: dt.datetime
    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(2026))

    @property
    def rows(self) -> int:
        return self.quantities.size

    def next_night(self, *, changed: float) -> int:
        """A day later; a share of the quantities is another one now. How many are."""
        self.night += dt.timedelta(days=1)
        flat = self.quantities.ravel()
        count = round(len(flat) * changed)
        places = self.chance.choice(len(flat), count, replace=False)
        flat[places] = (flat[places] + self.chance.integers(1, MOST_IN_STOCK, count)) % MOST_IN_STOCK
        return count

    def stock_file(self, *, bad: float = 0) -> bytes:
        """The whole night as the warehouse sends it: every store and item, each store counted at its own time.

        `bad` lines for each good one are put in between.
        """
        counted = [self.night + dt.timedelta(seconds=number) for number in range(len(self.stores))]
        frame = pl.DataFrame(
            {
                "store_code": repeated([store.store_code for store in self.stores], len(self.items)),
                "gtin": pl.concat([pl.Series(self.gtins)] * len(self.stores)),
                "on_hand": self.quantities.ravel(),
                "as_of": repeated([f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in counted], len(self.items)),
            }
        )
        file = io.BytesIO()
        frame.write_csv(file)
        return file.getvalue() if not bad else self._soiled(file.getvalue(), bad=bad)

    def _soiled(self, content: bytes, *, bad: float) -> bytes:
        lines = content.splitlines(keepends=True)
        at = f"{self.night:%Y-%m-%dT%H:%M:%SZ}"
        store, gtin = self.stores[0].store_code, self.gtins[0]
        faults = [
            f"{store},{gtin},12 Stk,{at}\n",
            f"nowhere,{gtin},1,{at}\n",
            f"{store},4.00000E+12,1,{at}\n",
            f"{store},{gtin},1,yesterday\n",
            f"{store},{gtin}\n",
        ]
        step = round(1 / bad)
        for number, place in enumerate(range(len(lines) - 1, 1, -step)):
            lines[place] += faults[number % len(faults)].encode()
        return b"".join(lines)

    def sales_file(self, *, lines: int, hour: int = 0) -> bytes:
        """Sales of an hour after the last night's counts, as tills send them: three lines a receipt.

        A few items make most of the sales: the item's place is the fourth power of a number drawn evenly.
        """
        numbers = np.arange(lines)
        store = numbers * len(self.stores) // lines
        receipt = numbers // 3 + hour * lines
        popular = np.random.default_rng(7).permutation(len(self.gtins))
        item = (len(self.gtins) * self.chance.random(lines) ** POPULARITY).astype(np.int64)
        opened = int(self.night.timestamp()) + 1_800
        sold = pl.Series((opened + hour * 10 + receipt % 1_500) * 1_000_000)
        frame = pl.DataFrame(
            {
                "store_code": pl.Series([store.store_code for store in self.stores]).gather(store),
                "workstation": receipt % 4 + 1,
                "business_day": np.full(lines, f"{self.night:%Y-%m-%d}"),
                "sequence": receipt,
                "line": numbers % 3 + 1,
                "gtin": pl.Series(self.gtins).gather(popular[item]),
                "quantity": self.chance.integers(1, 4, lines),
                "occurred_at": sold.cast(pl.Datetime("us")),
            }
        )
        file = io.BytesIO()
        frame.write_csv(file, datetime_format="%Y-%m-%dT%H:%M:%SZ")
        return file.getvalue()


def repeated(values: list[str], times: int) -> pl.Series:
    """Each value so many times before the next one."""
    return pl.Series(values).gather(np.repeat(np.arange(len(values)), times))


def create_goods(*, stores: int, items: int, nights: int, prefix: str = "S") -> Goods:
    """Stores in four time zones and items with GTINs; the first night is so many days ago.

    Further goods in the same database need another prefix; they have the same items.
    """
    chance = np.random.default_rng(1)
    places = chance.uniform((30, -120), (48, -75), (stores, 2))
    made_stores = Store.objects.bulk_create(
        Store(
            store_code=f"{prefix}{number:04}",
            name=f"Store {number}",
            city=f"City {number % 97}",
            timezone=TIMEZONES[number % len(TIMEZONES)],
            currency="USD",
            latitude=float(latitude),
            longitude=float(longitude),
        )
        for number, (latitude, longitude) in enumerate(places, 1)
    )
    made_items, gtins = _items(items, chance)
    quantities = chance.integers(-MOST_IN_STOCK // 10, MOST_IN_STOCK, (stores, items), np.int32).clip(0)
    return Goods(
        stores=made_stores,
        items=made_items,
        gtins=gtins,
        source=FeedSource.objects.create(code=f"warehouse-{prefix.lower()}", name="Warehouse", kind="STOCK"),
        quantities=quantities,
        night=(timezone.now() - dt.timedelta(days=nights, hours=1)).replace(microsecond=0),
    )


def _items(count: int, chance: np.random.Generator) -> tuple[list[Item], list[str]]:
    """So many items with their GTINs; those that are there already are taken."""
    bodies = [f"0{4_000_000_000 + number:012}" for number in range(count)]
    gtins = [body + str(check_digit(body)) for body in bodies]
    there = list(Item.objects.filter(sku__startswith="SKU-").order_by("pk")[:count])
    if there:
        return there, gtins[: len(there)]
    made_items = Item.objects.bulk_create(
        Item(
            sku=f"SKU-{number}",
            title=f"Product number {number}, size {number % 40}",
            brand=f"Brand {number % 200}",
            product_type=f"Aisle {number % 30} > Shelf {number % 300}",
            regular_price=Decimal(int(cents)) / 100,
            price_currency="USD",
        )
        for number, cents in enumerate(chance.integers(99, 19_999, count), 1)
    )
    ItemIdentifier.objects.bulk_create(
        ItemIdentifier(item=item, kind="GTIN", value=gtin)
        for item, gtin in zip(made_items, gtins, strict=True)
    )
    return made_items, gtins


def import_file(*, source: FeedSource, content: bytes) -> FeedRun:
    """One file through the door that uploads and the inbox use, loaded to its end."""
    now = timezone.now()
    run, _is_new = receive_file(source=source, file_name="feed.csv", content=io.BytesIO(content), now=now)
    loaded = load_run(run_id=run.pk, now=now)
    assert loaded is not None, "somebody else loads our files"
    return loaded


def publish_promotions(goods: Goods, *, promotions: int) -> None:
    """Promotions on 50 items each, live for two weeks in four of five stores."""
    today = timezone.now().date()
    kinds = (
        {"coupon_value_type": "PERCENT_OFF", "percent_off": Decimal(20)},
        {"coupon_value_type": "MONEY_OFF", "money_off_amount": Decimal("0.50"), "currency": "USD"},
        {"coupon_value_type": "FIXED_PRICE", "fixed_price_amount": Decimal("0.99"), "currency": "USD"},
    )
    share = min(ITEMS_OF_A_PROMOTION, len(goods.items))
    for number in range(promotions):
        now = timezone.now()
        items = goods.chance.choice(len(goods.items), share, replace=False)
        left_out = goods.chance.choice(len(goods.stores), len(goods.stores) // 5, replace=False)
        revision: PromotionRevision = create_promotion(
            promotion_id=f"BENCHMARK-{number}",
            content={
                "long_title": f"Deal {number} online and in store",
                "redemption_channel": ["IN_STORE", "ONLINE"],
                "product_applicability": "SPECIFIC_PRODUCTS",
                "item_id_inclusion": [goods.items[place].sku for place in items],
                "store_applicability": "ALL_STORES",
                "store_codes_exclusion": [goods.stores[place].store_code for place in left_out],
                "starts_on": today - dt.timedelta(days=3),
                "ends_on": today + dt.timedelta(days=11),
                **kinds[number % len(kinds)],
            },
            author=None,
            now=now,
        )
        publish_trusted(promotion=revision.promotion, why="benchmark", now=now)
