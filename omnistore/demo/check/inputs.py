"""What the partners' files say, read anew from their bytes: none of the application's readers is used."""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

EAST, WEST, TILLS, PROMOTIONS = "wms-east", "wms-west", "pos", "promo-suite"


@dataclass(frozen=True)
class Place:
    """A store as the API describes it."""

    store_code: str
    kind: str
    zone: ZoneInfo
    latitude: float
    longitude: float
    opening_hours: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def visit_at(self, now: datetime) -> datetime:
        """The first moment from now on at which the shop is open, by its own clock; now where that is not known."""
        for day in range(9):
            date = now.astimezone(self.zone).date() + timedelta(days=day)
            if not (hours := self.opening_hours.get(f"{date:%a}".lower())):
                continue
            opens, closes = (time.fromisoformat(text.replace("24:00", "00:00")) for text in hours)
            opens_at = datetime.combine(date, opens, self.zone)
            last = date if closes > opens else date + timedelta(days=1)
            if now < datetime.combine(last, closes, self.zone):
                return max(now, opens_at)
        return now


@dataclass(frozen=True)
class Goods:
    """An item as the API describes it; `gtin` has 14 digits."""

    sku: str
    gtin: str
    price: Decimal


@dataclass(frozen=True)
class InputFile:
    """A file that a partner put into the inbox."""

    source_code: str
    name: str
    content: bytes


@dataclass(frozen=True)
class Count:
    """So many of an item stood in a store at an instant."""

    store_code: str
    sku: str
    quantity: int
    counted_at: datetime


@dataclass(frozen=True)
class Sale:
    """One till line; `key` names it for ever, `quantity` is negative for what came back."""

    key: tuple[str, ...]
    store_code: str
    sku: str
    quantity: int
    sold_at: datetime


@dataclass(frozen=True)
class Deal:
    """One line of the promotions file. Its window is wall-clock time and holds on each store's own clock."""

    promotion_id: str
    skus: frozenset[str]
    starts: datetime
    ends: datetime
    store_codes: frozenset[str]
    in_store: bool
    code: str
    limit: int | None
    minimum_stock: int
    minimum_purchase: Decimal | None
    percent_off: Decimal | None
    money_off: Decimal | None
    fixed_price: Decimal | None

    def window(self, place: Place) -> tuple[datetime, datetime]:
        """From when until when the deal holds in a store; the end no longer belongs to it."""
        return self.starts.replace(tzinfo=place.zone), self.ends.replace(tzinfo=place.zone)


@dataclass
class Told:
    """What one file comes to: its lines, those that cannot be used (line number → code), and the rest."""

    lines: int = 0
    bad: dict[int, str] = field(default_factory=dict)
    counts: list[Count] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)


@dataclass(frozen=True)
class Level:
    """What must stand in a store: the newest count less what was sold after it."""

    quantity: int
    counted_at: datetime
    sales_until: datetime | None


def read_inbox(inbox: Path) -> list[InputFile]:
    """The bytes of every file in the sources' folders, whether it has been taken already or not."""
    folders = [folder for source in sorted(inbox.glob("*")) for folder in (source, source / ".done")]
    contents = {
        (path.relative_to(inbox).parts[0], path.name): path.read_bytes()
        for folder in folders
        for path in sorted(folder.glob("*"))
        if path.is_file()
    }
    return [InputFile(source, name, content) for (source, name), content in sorted(contents.items())]


def read_file(file: InputFile, *, places: Mapping[str, Place], goods: Mapping[str, Goods]) -> Told:
    """What a file says of known stores (by code) and items (by SKU)."""
    told = Told()
    gtins = {item.gtin: item.sku for item in goods.values()}
    if file.source_code == PROMOTIONS:
        for _number, row in rows_of(file, encoding="utf-8", delimiter="\t"):
            told.lines += 1
            told.deals.append(deal_in(row, places=places.values()))
    elif file.source_code == TILLS:
        for _number, row in rows_of(file, encoding="utf-8", delimiter=","):
            told.lines += 1
            told.sales.append(sale_in(row, gtins=gtins))
    elif file.source_code == EAST:
        for _number, row in rows_of(file, encoding="utf-8", delimiter=","):
            told.lines += 1
            counted_at = datetime.fromisoformat(row["as_of"])
            sku = gtins[row["gtin"].zfill(14)]
            told.counts.append(Count(row["store_code"], sku, int(row["on_hand"]), counted_at))
    elif file.source_code == WEST:
        for number, row in rows_of(file, encoding="cp1252", delimiter=";"):
            told.lines += 1
            if problem := problem_of_west(row, places=places, goods=goods):
                told.bad[number] = problem
                continue
            local = datetime.strptime(row["Counted"], "%d.%m.%Y %H:%M")  # noqa: DTZ007 - the store's wall clock
            counted_at = local.replace(tzinfo=places[row["Site"]].zone)
            quantity = int(row["Qty on hand"].removesuffix(",000"))
            told.counts.append(Count(row["Site"], row["Article"], quantity, counted_at))
    return told


def rows_of(file: InputFile, *, encoding: str, delimiter: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with their physical line numbers, the header being line 1."""
    reader = csv.DictReader(io.StringIO(file.content.decode(encoding), newline=""), delimiter=delimiter)
    for row in reader:
        yield reader.line_num, row


def problem_of_west(
    row: Mapping[str, str], *, places: Mapping[str, Place], goods: Mapping[str, Goods]
) -> str | None:
    """Why a line of the western system cannot be used."""
    if row["Site"] not in places:
        return "unknown_store"
    if row["Article"] not in goods:
        return "unknown_item"
    return None if re.fullmatch(r"\d+,000", row["Qty on hand"]) else "not_a_number"


def sale_in(row: Mapping[str, str], *, gtins: Mapping[str, str]) -> Sale:
    return Sale(
        key=tuple(row[part] for part in ("store_code", "register", "business_day", "receipt", "line")),
        store_code=row["store_code"],
        sku=gtins[row["gtin"].zfill(14)],
        quantity=int(row["quantity"]),
        sold_at=datetime.fromisoformat(row["sold_at"]),
    )


def deal_in(row: Mapping[str, str], *, places: Iterable[Place]) -> Deal:
    """A promotion; without named stores it is for every store that sells."""
    selling = {place.store_code for place in places if place.kind == "STORE"}
    included = set(filter(None, row["store_codes_inclusion"].split(","))) or selling
    # The source's profile says that head office's offset is not meant.
    starts, ends = (
        datetime.fromisoformat(text).replace(tzinfo=None)
        for text in row["promotion_effective_dates"].split("/")
    )
    return Deal(
        promotion_id=row["promotion_id"],
        skus=frozenset(row["item_id"].split(",")),
        starts=starts,
        ends=ends,
        store_codes=frozenset(included & selling - set(row["store_codes_exclusion"].split(","))),
        in_store="in_store" in row["redemption_channel"].split(","),
        code=row["generic_redemption_code"],
        limit=int(row["limit_uses"]) if row["limit_uses"] else None,
        minimum_stock=int(row["minimum_stock"] or 1),
        minimum_purchase=dollars(row["minimum_purchase_amount"]),
        percent_off=Decimal(row["percent_off"]) if row["percent_off"] else None,
        money_off=dollars(row["money_off_amount"]),
        fixed_price=dollars(row["fixed_price_amount"]),
    )


def dollars(text: str) -> Decimal | None:
    return Decimal(text.removesuffix(" USD")) if text else None


def levels_of(counts: Sequence[Count], sales: Sequence[Sale]) -> dict[tuple[str, str], Level]:
    """(store code, SKU) → what must stand there; what was never counted has no level."""
    newest: dict[tuple[str, str], Count] = {}
    for count in counts:
        place = (count.store_code, count.sku)
        if place not in newest or count.counted_at > newest[place].counted_at:
            newest[place] = count
    sold: Counter[tuple[str, str]] = Counter()
    heard: dict[str, list[datetime]] = defaultdict(list)
    for sale in {sale.key: sale for sale in sales}.values():
        place = (sale.store_code, sale.sku)
        heard[sale.store_code].append(sale.sold_at)
        if place in newest and sale.sold_at > newest[place].counted_at:
            sold[place] += sale.quantity
    until = {store_code: max(instants) for store_code, instants in heard.items()}
    return {
        (store_code, sku): Level(
            quantity=count.quantity - sold[store_code, sku],
            counted_at=count.counted_at,
            sales_until=later(until.get(store_code), than=count.counted_at),
        )
        for (store_code, sku), count in newest.items()
    }


def later(instant: datetime | None, *, than: datetime) -> datetime | None:
    return instant if instant and instant > than else None
