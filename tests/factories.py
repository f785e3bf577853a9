"""Stores, items and feed sources for tests: plain functions, every argument has a default."""

from decimal import Decimal
from itertools import count
from typing import Any

from inventory.feeds.gtin import check_digit
from inventory.models import FeedSource, Item, ItemIdentifier, Store

_numbers = count(1)


def create_store(*, store_code: str = "", name: str = "", **fields: Any) -> Store:
    """A selling store in New York."""
    number = next(_numbers)
    defaults = {"timezone": "America/New_York", "currency": "USD"}
    return Store.objects.create(
        store_code=store_code or f"{number:04}", name=name or f"Elm Street {number}", **defaults | fields
    )


def gtin_for(number: int) -> str:
    """A GTIN-14 with a valid check digit, different for each number."""
    body = f"0{number:012}"
    return f"{body}{check_digit(body)}"


def create_item(*, sku: str = "", title: str = "", gtin: str = "", **fields: Any) -> Item:
    """An item sold by the piece for 2.79 USD, with a GTIN."""
    number = next(_numbers)
    defaults = {"regular_price": Decimal("2.79"), "price_currency": "USD"}
    item = Item.objects.create(
        sku=sku or f"S{number}", title=title or f"Oat Drink {number}", **defaults | fields
    )
    ItemIdentifier.objects.create(item=item, kind="GTIN", value=gtin or gtin_for(4_000_000 + number))
    return item


def create_source(*, code: str = "", kind: str = "STOCK", **fields: Any) -> FeedSource:
    """A source that writes the default dialect: commas, UTF-8, GTINs, ISO times."""
    code = code or f"{kind.lower()}-{next(_numbers)}"
    return FeedSource.objects.create(**{"code": code, "kind": kind, "name": code, "profile": {}} | fields)
