"""Google's published rules of a local inventory feed, and its three words for how much is there.

Sources: Merchant Center Help 14819809 (the feed), 13475891 (quantity and the words that go with it), 6324460 (sale
dates of at most 51 characters); inventories_common.proto of the Merchant API v1 (a sale's dates need its price).
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from promotions.rules.google import Problem

COLUMNS = (
    "store_code", "id", "availability", "quantity", "price", "sale_price", "sale_price_effective_date",
)  # fmt: skip
REQUIRED = ("store_code", "id", "availability")
LENGTHS = {"store_code": 64, "id": 50, "sale_price_effective_date": 51}
MANY = 3  # from here on it is simply in stock

_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_PRICE = re.compile(r"(\d+(?:\.\d{1,3})?) [A-Z]{3}", re.ASCII)
_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?:Z|[+-]\d{4})"
_PERIOD = re.compile(rf"({_INSTANT})/({_INSTANT})", re.ASCII)


class Availability(StrEnum):
    IN_STOCK = "in_stock"
    LIMITED = "limited_availability"
    OUT_OF_STOCK = "out_of_stock"


def availability_of(quantity: int) -> Availability:
    """Google's word for so many units of sale: none, one or two, more."""
    if quantity <= 0:
        return Availability.OUT_OF_STOCK
    return Availability.LIMITED if quantity < MANY else Availability.IN_STOCK


def stock_problems(values: Mapping[str, str]) -> list[Problem]:
    """Every published rule that one line breaks; values by attribute, "" for what is not said."""
    found = [Problem("missing_value", name, "", "a value") for name in REQUIRED if not values.get(name)]
    for name, longest in LENGTHS.items():
        if len(values.get(name, "")) > longest:
            found.append(Problem("too_long", name, values[name], f"at most {longest} characters"))
    found += quantity_problems(values)
    for name in ("price", "sale_price"):
        text = values.get(name, "")
        matched = _PRICE.fullmatch(text)
        if text and (not matched or Decimal(matched[1]) <= 0):
            found.append(Problem("bad_price", name, text, "an amount above 0 such as 9.99 EUR"))
    return found + sale_problems(values)


def quantity_problems(values: Mapping[str, str]) -> list[Problem]:
    word, text = values.get("availability", ""), values.get("quantity", "")
    if word and word not in tuple(Availability):
        return [Problem("unknown_word", "availability", word, ", ".join(Availability))]
    if text and not _WHOLE.fullmatch(text):
        return [Problem("bad_count", "quantity", text, "a whole number from 0")]
    if text and word and availability_of(int(text)) != word:
        return [Problem("availability_and_quantity", "availability", word, f"the word for {text}")]
    return []


def sale_problems(values: Mapping[str, str]) -> list[Problem]:
    """Dates go with a price, an end comes after the start."""
    text = values.get("sale_price_effective_date", "")
    if not text:
        return []
    if not values.get("sale_price"):
        return [Problem("sale_without_price", "sale_price", "", "a price for the dates given")]
    bad = Problem(
        "bad_period", "sale_price_effective_date", text, "2026-11-20T00:00-0500/2026-11-27T00:00-0500"
    )
    matched = _PERIOD.fullmatch(text)
    if not matched:
        return [bad]
    try:
        start, end = (datetime.fromisoformat(part) for part in matched.groups())
    except ValueError:
        return [bad]
    if end <= start:
        return [Problem("ends_before_start", "sale_price_effective_date", text, "an end after the start")]
    return []
