"""Where else the deal can be honoured, and on what else."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection

from inventory.models import Store
from inventory.selectors import PROMISED, counted_ats
from promotions.rules.opening import opening_at
from promotions.rules.price import Benefit, unit_price
from promotions.rules.window import current_or_next_period, hours_of
from promotions.rules.words import AppliesTo, CouponValueType

# Great-circle distance in kilometres (haversine, mean earth radius 6,371 km).
DISTANCE = """
2 * 6371 * asin(sqrt(sin(radians(s.latitude - h.latitude) / 2) ^ 2
    + cos(radians(h.latitude)) * cos(radians(s.latitude)) * sin(radians(s.longitude - h.longitude) / 2) ^ 2))
"""

# How many pieces a deal takes at once, as `DealFacts.pieces_needed` has it: a store with fewer is not worth the way.
PIECES = """
CASE WHEN r.coupon_value_type = 'TIERED' AND r.tier_basis = 'QUANTITY'
     THEN coalesce((SELECT ceil(min((step->>'from')::numeric)) FROM jsonb_array_elements(r.tiers) step), 1)
     WHEN r.coupon_value_type = 'TIERED' THEN 1
     ELSE coalesce(r.minimum_purchase_quantity, 1) + coalesce(r.get_this_quantity_discounted, 0) END
"""

# A store is only named when the verdict there would be yes: not blocked, counted fresh, in stock; that the deal holds
# when somebody can walk in there is judged afterwards, because weekly hours are wall clock.
# Stores come in the order of their distance, so the stock of few of them is looked at. The claim's time is that of its
# newest count: where items were counted apart, this one's own is asked for afterwards.
NEAREST = f"""
SELECT s.store_code, s.name, s.city, s.timezone, s.opening_hours::json, s.km, l.promised, c.as_of,
       s.starts_at, s.ends_at, s.weekly_hours::json, s.promotion_id, l.sku, f.freshness_limit, f.id, s.id, l.item_id,
       c.as_ofs IS NOT NULL
FROM (
    SELECT s.*, {DISTANCE} AS km, o.starts_at, o.ends_at, r.weekly_hours, p.promotion_id, {PIECES} AS pieces
    FROM promotions_storeoffer o
    JOIN inventory_store s ON s.id = o.store_id
    JOIN inventory_store h ON h.id = %(store)s
    JOIN promotions_promotion p ON p.id = o.promotion_id
    JOIN promotions_promotionrevision r ON r.id = o.revision_id
    JOIN promotions_budget b ON b.promotion_id = o.promotion_id
    WHERE o.promotion_id = %(promotion)s AND o.store_id <> %(store)s AND s.kind = 'STORE'
      AND o.ends_at > %(now)s AND 'IN_STORE' = ANY(r.redemption_channel)
      AND o.state NOT IN ('STOPPED', 'EXPIRED', 'BLOCKED')
      AND b.is_open AND (b.limit_uses IS NULL OR b.used < b.limit_uses)
    ORDER BY km NULLS LAST, s.store_code
) s
CROSS JOIN LATERAL (
    SELECT {PROMISED} AS promised, l.source_id, l.item_id, i.sku FROM promotions_offeritem k
    JOIN inventory_item i ON i.id = k.item_id
    JOIN inventory_stocklevel l ON l.store_id = s.id AND l.item_id = k.item_id
    WHERE k.promotion_id = %(promotion)s AND (%(item)s::int4 IS NULL OR k.item_id = %(item)s)
      AND l.on_hand > 0 AND {PROMISED} > 0 AND {PROMISED} >= s.pieces * 10 ^ i.unit_decimals
    ORDER BY promised DESC LIMIT 1
) l
JOIN inventory_stockclaim c ON c.source_id = l.source_id AND c.store_id = s.id
JOIN inventory_feedsource f ON f.id = l.source_id
WHERE c.as_of >= %(now)s - f.freshness_limit
ORDER BY s.km NULLS LAST, s.store_code LIMIT %(limit)s
"""  # noqa: S608

NAMED = 3
# Nearly always enough for three that can be named; where it is not, all of them are read.
LOOKED_AT = 12

OTHER_ITEMS = f"""
SELECT i.sku, i.title, i.unit, i.unit_decimals, i.regular_price, i.price_currency, {PROMISED}, stands.place,
       r.coupon_value_type, coalesce(r.percent_off, r.money_off_amount, r.fixed_price_amount, 0), r.currency,
       r.applies_to, c.as_of, f.freshness_limit, f.id, l.store_id, l.item_id, c.as_ofs IS NOT NULL
FROM promotions_offeritem k
JOIN promotions_storeoffer o ON o.store_id = %(store)s AND o.promotion_id = k.promotion_id
JOIN promotions_promotionrevision r ON r.id = o.revision_id
JOIN inventory_item i ON i.id = k.item_id
JOIN inventory_stocklevel l ON l.store_id = %(store)s AND l.item_id = k.item_id AND l.on_hand > 0
JOIN inventory_stockclaim c ON c.source_id = l.source_id AND c.store_id = l.store_id
JOIN inventory_feedsource f ON f.id = l.source_id
JOIN inventory_item wanted ON wanted.id = %(but)s
LEFT JOIN inventory_storeitemplace stands ON stands.store_id = %(store)s AND stands.item_id = k.item_id
WHERE k.promotion_id = %(promotion)s AND k.item_id <> %(but)s AND c.as_of >= %(now)s - f.freshness_limit
  AND {PROMISED} > 0 AND o.starts_at <= %(now)s AND o.honoured_until > %(now)s
  AND (r.limit_value IS NULL OR i.regular_price IS NULL OR i.regular_price <= r.limit_value)
ORDER BY (i.product_type = wanted.product_type) DESC, (i.brand = wanted.brand) DESC,
         abs(i.regular_price - wanted.regular_price) NULLS LAST, i.id
LIMIT 12
"""  # noqa: S608


@dataclass(frozen=True)
class AlternativeStore:
    """A store where the shopper gets the deal `promotion_id` on the item `sku`.

    Distance in km; every time is on that store's clock. `opens_at` lies in the past where it is open now; both times
    are None where its hours are not known, and `closes_at` where it never closes.
    """

    store_code: str
    name: str
    city: str
    distance_km: float | None
    quantity: int
    counted_at: dt.datetime
    promotion_id: str
    sku: str
    opens_at: dt.datetime | None = None
    closes_at: dt.datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "store_code": self.store_code,
            "name": self.name,
            "city": self.city,
            "distance_km": self.distance_km,
            "on_hand": self.quantity,
            "counted_at": self.counted_at,
            "promotion_id": self.promotion_id,
            "sku": self.sku,
            "opens_at": self.opens_at,
            "closes_at": self.closes_at,
        }


@dataclass(frozen=True)
class AlternativeItem:
    """Another item of the same deal that is here.

    `quantity` is in its smallest unit; `deal_price` None where the deal gives one unit no price; `place` is where it
    stands, "" where nobody has said it.
    """

    sku: str
    title: str
    unit: str
    unit_decimals: int
    regular_price: Decimal | None
    deal_price: Decimal | None
    currency: str
    quantity: int
    place: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "sku": self.sku,
            "title": self.title,
            "unit": self.unit,
            "unit_decimals": self.unit_decimals,
            "place": self.place,
            "regular_price": None if self.regular_price is None else str(self.regular_price),
            "deal_price": None if self.deal_price is None else str(self.deal_price),
            "currency": self.currency,
            "on_hand": self.quantity,
        }


def nearest_stores(
    *, store: Store, promotion_pk: int, item_pk: int | None, now: dt.datetime
) -> tuple[AlternativeStore, ...]:
    """Up to three stores, nearest first, where the item (None: any of the deal's) is in and the deal holds.

    It holds there when somebody can walk in: now where the store is open, else at its next opening; a store whose
    hours are not known counts as open.
    """
    params = {"store": store.pk, "promotion": promotion_pk, "item": item_pk, "now": now}
    for limit in (LOOKED_AT, None):
        with connection.cursor() as cursor:
            cursor.execute(NEAREST, {**params, "limit": limit})
            rows = cursor.fetchall()
        counted = own_times(row[-4:] for row in rows)
        places = (place_from(row, counted_at=counted.get(row[-4:-1], row[7]), now=now) for row in rows)
        found = tuple(
            islice((place for place in places if place), NAMED)
        )  # no more are worked out than are named
        if len(found) == NAMED or len(rows) < LOOKED_AT:
            break
    return found


def own_times(levels: Iterable[Sequence[Any]]) -> dict[tuple[int, int, int], dt.datetime]:
    """When items were counted whose stores count them apart, by (source id, store id, item id).

    A level is these three and whether its claim has such times; one query, none where no claim has.
    """
    apart = [tuple(level[:3]) for level in levels if level[3]]
    times = counted_ats(
        claims={(source, store) for source, store, _item in apart}, item_ids={item for *_claim, item in apart}
    )
    return {
        (source, store, item): times[source, store][item]
        for source, store, item in apart
        if item in times.get((source, store), ())
    }


def place_from(row: Sequence[Any], *, counted_at: dt.datetime, now: dt.datetime) -> AlternativeStore | None:
    """A row of NEAREST as the store it is; None where the count is too old, or the deal does not hold at a visit."""
    code, name, city, timezone, opening_hours, km, quantity, _as_of, starts_at, ends_at, weekly_hours = row[
        :11
    ]
    if now - counted_at > row[13]:
        return None
    opening = opening_at(opening_hours, timezone=timezone, now=now)
    visit_at = opening.visit_at(now) if opening else now
    period = current_or_next_period(
        hours=hours_of(weekly_hours), starts_at=starts_at, ends_at=ends_at, timezone=timezone, now=visit_at
    )
    if period is None or period[0] > visit_at:
        return None
    local = Store(timezone=timezone).local
    return AlternativeStore(
        store_code=code,
        name=name,
        city=city,
        distance_km=None if km is None else round(km, 1),
        quantity=quantity,
        counted_at=local(counted_at),
        promotion_id=row[11],
        sku=row[12],
        opens_at=local(opening.opens_at) if opening else None,
        closes_at=local(opening.closes_at) if opening and opening.closes_at else None,
    )


def items_of_deal(
    *, store: Store, promotion_pk: int, but: int, now: dt.datetime
) -> tuple[AlternativeItem, ...]:
    """Up to three other items of the deal that are here, the most alike first; none where it no longer holds."""
    with connection.cursor() as cursor:
        cursor.execute(OTHER_ITEMS, {"store": store.pk, "promotion": promotion_pk, "but": but, "now": now})
        rows = cursor.fetchall()
    counted = own_times(row[-4:] for row in rows)
    found = []
    for sku, title, unit, decimals, price, currency, quantity, place, *terms in rows:
        kind, amount, benefit_currency, applies_to, as_of, limit, *level = terms
        if now - counted.get(tuple(level[:3]), as_of) > limit:
            continue
        regular = price if currency == store.currency else None  # a price in other money is none here
        benefit = Benefit(
            kind=CouponValueType(kind),
            amount=amount,
            currency=benefit_currency,
            applies_to=AppliesTo(applies_to),
        )
        found.append(
            AlternativeItem(
                sku=sku,
                title=title,
                unit=unit,
                unit_decimals=decimals,
                regular_price=regular,
                deal_price=unit_price(benefit, regular_price=regular, currency=store.currency),
                currency=store.currency,
                quantity=quantity,
                place=place or "",
            )
        )
    return tuple(found[:NAMED])
