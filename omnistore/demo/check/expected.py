"""What must come out: the rules worked out once more, from the input files alone."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from omnistore.demo.check.inputs import Deal, Goods, Level, Place

CENT = Decimal("0.01")
EARTH_RADIUS_KM = 6371
# A deal that has been over for longer than this is no longer explained.
REMEMBERED = timedelta(days=14)
BEST_FIRST = ("HONOUR", "CHECK_SHELF", "OFFER_ALTERNATIVE", "REFUSE")
# So few are a promise only while the count is younger than half of what the sources allow.
FEW, FRESH_FOR = 2, timedelta(hours=26)


@dataclass(frozen=True)
class Sample:
    """Everything that the files and the catalogue say together."""

    places: Mapping[str, Place]
    goods: Mapping[str, Goods]
    levels: Mapping[tuple[str, str], Level]
    deals: Mapping[str, Deal]

    def quantity(self, store_code: str, sku: str) -> int | None:
        level = self.levels.get((store_code, sku))
        return level.quantity if level else None


@dataclass(frozen=True)
class Expected:
    """A verdict to be: outcome, first reason, the deal's price, and the stores to send the shopper to."""

    outcome: str
    reason: str
    promotion_id: str | None = None
    price: Decimal | None = None
    alternatives: tuple[str, ...] = ()


def offer_state(sample: Sample, deal: Deal, *, store_code: str, now: datetime) -> str:
    """The state of one deal in one of its stores."""
    starts_at, ends_at = deal.window(sample.places[store_code])
    if now >= ends_at:
        return "EXPIRED"
    if not deal.in_store:
        return "BLOCKED"
    carried = [quantity for sku in deal.skus if (quantity := sample.quantity(store_code, sku)) is not None]
    if not carried:
        return "NOT_STOCKED"
    if max(carried) <= 0:
        return "OUT_OF_STOCK"
    if sum(quantity >= deal.minimum_stock for quantity in carried) < len(carried) / 2:
        return "LOW_STOCK"
    return "LIVE" if now >= starts_at else "READY"


def promotion_state(sample: Sample, deal: Deal, *, now: datetime) -> str:
    """The state of a deal as a whole: live from its first store's start to its last store's end."""
    windows = [deal.window(sample.places[code]) for code in deal.store_codes]
    if now >= max(ends_at for _starts_at, ends_at in windows):
        return "EXPIRED"
    return "LIVE" if now >= min(starts_at for starts_at, _ends_at in windows) else "PENDING"


def deal_price(deal: Deal, price: Decimal) -> Decimal:
    """What one piece costs under a deal: the discount is rounded to the cent, halves up."""
    if deal.percent_off is not None:
        return price - (price * deal.percent_off / 100).quantize(CENT, ROUND_HALF_UP)
    if deal.money_off is not None:
        return max(price - deal.money_off, Decimal(0))
    assert deal.fixed_price is not None
    return min(deal.fixed_price, price)


def verdict_on_item(sample: Sample, sku: str, *, store_code: str, now: datetime) -> Expected:
    """The verdict on a scanned item: the best of its deals in the store, the cheapest of equally good ones."""
    place = sample.places[store_code]
    here = [
        deal
        for deal in sample.deals.values()
        if sku in deal.skus and store_code in deal.store_codes and deal.window(place)[1] > now - REMEMBERED
    ]
    if here:
        verdicts = [verdict_on_deal(sample, deal, sku, store_code=store_code, now=now) for deal in here]
        return min(verdicts, key=lambda each: (BEST_FIRST.index(each.outcome), each.price, each.promotion_id))
    elsewhere = [
        deal
        for deal in sample.deals.values()
        if sku in deal.skus and promotion_state(sample, deal, now=now) == "LIVE"
    ]
    if not elsewhere:
        return Expected("REFUSE", "NO_DEAL")
    nearest = nearest_stores(sample, elsewhere[0], sku, store_code=store_code, now=now)
    return Expected("REFUSE", "NOT_THIS_STORE", alternatives=nearest)


def verdict_on_deal(sample: Sample, deal: Deal, sku: str, *, store_code: str, now: datetime) -> Expected:
    """The verdict on one deal for one item; counts are last night's, so none of them is too old."""
    price = deal_price(deal, sample.goods[sku].price)
    if refusal := refusal_of(deal, sample.places[store_code], now=now):
        return Expected("REFUSE", refusal, deal.promotion_id, price)
    level = sample.levels.get((store_code, sku))
    quantity = level.quantity if level else None
    if level and level.quantity > 0:
        if level.quantity <= FEW and now - level.counted_at > FRESH_FOR / 2:
            return Expected("CHECK_SHELF", "THIN_STOCK", deal.promotion_id, price)
        return Expected("HONOUR", "VALID", deal.promotion_id, price)
    reason = "NOT_STOCKED" if quantity is None else "OUT_OF_STOCK"
    nearest = nearest_stores(sample, deal, sku, store_code=store_code, now=now)
    similar = any((sample.quantity(store_code, other) or 0) > 0 for other in deal.skus - {sku})
    outcome = "OFFER_ALTERNATIVE" if nearest or similar else "REFUSE"
    return Expected(outcome, reason, deal.promotion_id, price, nearest)


def refusal_of(deal: Deal, place: Place, *, now: datetime) -> str | None:
    """Why a deal does not hold at a store's till, whatever the stock."""
    starts_at, ends_at = deal.window(place)
    if now < starts_at:
        return "NOT_STARTED"
    if now >= ends_at:
        return "ENDED"
    return None if deal.in_store else "ONLINE_ONLY"


def nearest_stores(
    sample: Sample, deal: Deal, sku: str, *, store_code: str, now: datetime
) -> tuple[str, ...]:
    """The codes of up to three other stores, nearest first, where the deal holds once open and the item is there."""
    having = [
        code
        for code in deal.store_codes - {store_code}
        if (sample.quantity(code, sku) or 0) > 0
        and not refusal_of(deal, sample.places[code], now=sample.places[code].visit_at(now))
    ]
    return tuple(by_distance(having, places=sample.places, store_code=store_code)[:3])


def by_distance(codes: Iterable[str], *, places: Mapping[str, Place], store_code: str) -> list[str]:
    home = places[store_code]
    return sorted(codes, key=lambda code: (kilometres(home, places[code]), code))


def kilometres(one: Place, other: Place) -> float:
    """Along the great circle (haversine)."""
    north, south = math.radians(one.latitude), math.radians(other.latitude)
    half_height = math.sin((south - north) / 2) ** 2
    half_width = math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    return (
        2
        * EARTH_RADIUS_KM
        * math.asin(math.sqrt(half_height + math.cos(north) * math.cos(south) * half_width))
    )


def check_digit(body: str) -> str:
    """GS1's check digit: weights of three and one from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)
