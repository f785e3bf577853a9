"""Items that people can read on a shelf, made from the data set's abbreviations.

Titles follow Google's advice: brand, what it is, variety, size. Brands of manufacturers are invented (the
data set only numbers them); the retailer's own brand is Harborlight, like its stores.
"""

import configparser
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from omnistore.demo.sample.numbers import demonstration_number
from omnistore.demo.sample.shapes import SampleIdentifier, SampleItem
from omnistore.demo.sample.stores import CURRENCY

OWN_BRAND = "Harborlight"
# Sold loose or from the counter: the shopper sees no manufacturer there.
_UNBRANDED_DEPARTMENTS = ("DELI", "MEAT", "PASTRY", "PRODUCE", "SEAFOOD")
_FIRST_HALVES = (
    "Alder", "Birch", "Calder", "Dun", "Elm", "Fair", "Glen", "Hart", "Iron", "Juniper", "Kings", "Lark",
    "Maple", "North", "Oak", "Pine", "Quail", "River", "Stone", "Thorn",
)  # fmt: skip
_SECOND_HALVES = (
    "brook", "field", "gate", "haven", "land", "mill", "ridge", "side", "ton", "view", "well", "wick", "wood",
    "worth", "yard",
)  # fmt: skip
_UNITS = {
    "OZ": "oz", "OZS": "oz", "LB": "lb", "GA": "gal", "GAL": "gal", "QT": "qt", "PT": "pt", "L": "L",
    "ML": "ml", "CT": "ct", "PK": "pk", "PC": "pc", "DZ": "dozen", "DOZ": "dozen", "SQ FT": "sq ft",
    "FT": "ft", "LOAD": "loads",
}  # fmt: skip
_AMOUNT = r"(?P<amount>\d*\.?\d+(?: \d/\d)?|\d/\d)"
_UNIT = r"(?P<unit>SQ FT|[A-Z]+)\.?"
_SIZE = re.compile(rf"(?:[LN(]\S* +)?(?:(?P<pieces>\d+)(?: PK)?/)?(?:{_AMOUNT} *)?{_UNIT}(?: (?:BAG|CN|FM))?")
# Bigger than this, a size in the produce department is the farmer's crate, not what the shopper buys.
_LARGEST_PRODUCE_POUNDS = Decimal(5)


@dataclass(frozen=True)
class Wording:
    """What a product type is called, the varieties it comes in, and the PLU of its most popular item."""

    path: str
    title: str
    varieties: tuple[str, ...]
    plu: str


def read_wording() -> dict[tuple[str, str], Wording]:
    """The wording of every (product category, product type) of the sample."""
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, default_section="")
    parser.optionxform = str  # type: ignore[method-assign, assignment]  # the data set's capitals are its keys
    parser.read_string((Path(__file__).parent / "wording.ini").read_text(encoding="utf-8"))
    return {
        (category, product_type): _parse_wording(path=parser[category]["path"], text=text)
        for category in parser.sections()
        for product_type, text in parser[category].items()
        if product_type != "path"
    }


def _parse_wording(*, path: str, text: str) -> Wording:
    """`Title; one, two; PLU 4011`, the last two optional."""
    title, *rest = (part.strip() for part in text.split(";"))
    plu = next((part.removeprefix("PLU ") for part in rest if part.startswith("PLU ")), "")
    varieties = next((part for part in rest if not part.startswith("PLU ")), "")
    return Wording(
        path=path,
        title=title,
        varieties=tuple(variety.strip() for variety in varieties.split(",") if variety.strip()),
        plu=plu,
    )


def readable_size(text: str | None, *, department: str) -> str:
    """`12 PK/12 OZ` as `12 × 12 oz`, `L     1 LB` as `1 lb`; empty where it tells a shopper nothing."""
    match = _SIZE.fullmatch((text or "").strip())
    if match is None or match["unit"] not in _UNITS:
        return ""
    amount = _amount(match["amount"] or "1")
    crate = match["unit"] == "LB" and amount > _LARGEST_PRODUCE_POUNDS
    if amount > 1000 or (department == "PRODUCE" and (crate or match["unit"] not in {"LB", "OZ", "PT"})):
        return ""
    pieces = f"{match['pieces']} × " if match["pieces"] else ""
    return f"{pieces}{amount.normalize():f} {_UNITS[match['unit']]}"


def _amount(text: str) -> Decimal:
    """`14 1/4` as 14.25, `1/2` as 0.5."""
    total = Decimal(0)
    for part in text.split():
        over, _, under = part.partition("/")
        total += Decimal(over) / Decimal(under or "1")
    return total.quantize(Decimal("0.01"))


def brand_names(manufacturers: list[int]) -> dict[int, str]:
    """An invented name for each manufacturer number, the same for the same numbers in any order."""
    names = (first + second for second in _SECOND_HALVES for first in _FIRST_HALVES)
    return dict(zip(sorted(set(manufacturers)), names, strict=False))


def sample_items(products: pl.DataFrame) -> tuple[SampleItem, ...]:
    """The items, most popular first. Titles are unique.

    Raises:
        KeyError: a product type has no wording.
    """
    wording = read_wording()
    rows = list(products.iter_rows(named=True))
    brands = brand_names([row["manufacturer_id"] for row in rows if _has_maker(row)])
    groups = Counter(_group(row) for row in rows)
    varieties: dict[tuple[str, str], Iterator[str]] = {}
    titles: Counter[str] = Counter()
    items: list[SampleItem] = []
    for row in rows:
        words = wording[(row["product_category"], row["product_type"])]
        brand = _brand(row, brands=brands)
        variety = next(varieties.setdefault((brand, words.title), iter(words.varieties)), "")
        size = readable_size(row["package_size"], department=row["department"])
        title = " ".join(filter(None, (brand, ", ".join(filter(None, (words.title, variety))), size)))
        titles[title] += 1
        items.append(
            SampleItem(
                product_id=row["product_id"],
                sku=str(row["product_id"]),
                title=title if titles[title] == 1 else f"{title} (no. {titles[title]})",
                brand=brand,
                product_type=f"{words.path} > {words.title}",
                item_group_id=_group(row) if groups[_group(row)] > 1 else "",
                regular_price=Decimal(str(row["shelf_price"])).quantize(Decimal("0.01")),
                price_currency=CURRENCY,
            )
        )
    return tuple(items)


def sample_identifiers(products: pl.DataFrame) -> tuple[SampleIdentifier, ...]:
    """A GTIN-13 for every item, and for loose produce the PLU that its most popular item is sold under."""
    wording = read_wording()
    identifiers: list[SampleIdentifier] = []
    given: set[str] = set()
    for row in products.iter_rows(named=True):
        sku, gtin = str(row["product_id"]), demonstration_number(row["product_id"])
        identifiers.append(SampleIdentifier(sku=sku, kind="GTIN", value=gtin))
        plu = wording[(row["product_category"], row["product_type"])].plu
        if plu and plu not in given:
            given.add(plu)
            identifiers.append(SampleIdentifier(sku=sku, kind="PLU", value=plu))
    return tuple(identifiers)


def _has_maker(row: Mapping[str, Any]) -> bool:
    return row["department"] not in _UNBRANDED_DEPARTMENTS and row["brand"] != "Private"


def _brand(row: Mapping[str, Any], *, brands: Mapping[int, str]) -> str:
    if row["department"] in _UNBRANDED_DEPARTMENTS:
        return ""
    return OWN_BRAND if row["brand"] == "Private" else brands[row["manufacturer_id"]]


def _group(row: Mapping[str, Any]) -> str:
    """Google's item_group_id: the same product of the same maker and size in several varieties."""
    size, kind = (
        re.sub(r"[^A-Z0-9]+", "", (row[column] or "").upper()) for column in ("package_size", "product_type")
    )
    return f"{row['manufacturer_id']}-{kind[:24]}-{size}".rstrip("-")
