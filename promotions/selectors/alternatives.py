"""Where else the deal can be honoured, and on what else."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from inventory.models import Store
from inventory.selectors import PROMISED
from promotions.rules.price import Benefit, unit_price
from promotions.rules.words import AppliesTo, CouponValueType

# Great-circle distance in kilometres (haversine, mean earth radius 6,371 km).
DISTANCE = """
2 * 6371 * asin(sqrt(sin(radians(s.latitude - h.latitude) / 2) ^ 2
    + cos(radians(h.latitude)) * cos(radians(s.latitude)) * sin(radians(s.longitude - h.longitude) / 2) ^ 2))
"""

# A store is only named when the verdict there would be yes: open now, not blocked, counted fresh, in stock.
# Stores come in the order of their distance, so the stock of few of them is looked at.
NEAREST = f"""
SELECT s.id, s.store_code, s.name, s.city, s.timezone, s.opening_hours::json, s.km, l.promised, c.as_of
FROM (
    SELECT s.*, {DISTANCE} AS km
    FROM promotions_storeoffer o
    JOIN inventory_store s ON s.id = o.store_id
    JOIN inventory_store h ON h.id = %(store)s
    JOIN promotions_budget b ON b.promotion_id = o.promotion_id
    WHERE o.promotion_id = %(promotion)s AND o.store_id <> %(store)s
      AND o.opens_at <= %(now)s AND o.closes_at > %(now)s AND o.state NOT IN ('STOPPED', 'EXPIRED', 'BLOCKED')
      AND b.is_open AND (b.limit_uses IS NULL OR b.used < b.limit_uses)
    ORDER BY km NULLS LAST, s.store_code
) s
CROSS JOIN LATERAL (
    SELECT {PROMISED} AS promised, l.source_id FROM promotions_offeritem k
    JOIN inventory_stocklevel l ON l.store_id = s.id AND l.item_id = k.item_id
    WHERE k.promotion_id = %(promotion)s AND (%(item)s::int4 IS NULL OR k.item_id = %(item)s)
      AND l.on_hand > 0 AND {PROMISED} > 0
    ORDER BY promised DESC LIMIT 1
) l
JOIN inventory_stockclaim c ON c.source_id = l.source_id AND c.store_id = s.id
JOIN inventory_feedsource f ON f.id = l.source_id
WHERE c.as_of > %(now)s - f.freshness_limit
ORDER BY s.km NULLS LAST, s.store_code LIMIT 3
"""  # noqa: S608

OTHER_ITEMS = f"""
SELECT i.sku, i.title, i.regular_price, i.price_currency, {PROMISED},
       r.coupon_value_type, coalesce(r.percent_off, r.money_off_amount, r.fixed_price_amount, 0), r.currency,
       r.applies_to
FROM promotions_offeritem k
JOIN promotions_storeoffer o ON o.store_id = %(store)s AND o.promotion_id = k.promotion_id
JOIN promotions_promotionrevision r ON r.id = o.revision_id
JOIN inventory_item i ON i.id = k.item_id
JOIN inventory_stocklevel l ON l.store_id = %(store)s AND l.item_id = k.item_id AND l.on_hand > 0
JOIN inventory_stockclaim c ON c.source_id = l.source_id AND c.store_id = l.store_id
JOIN inventory_feedsource f ON f.id = l.source_id
JOIN inventory_item wanted ON wanted.id = %(but)s
WHERE k.promotion_id = %(promotion)s AND k.item_id <> %(but)s AND c.as_of > %(now)s - f.freshness_limit
  AND {PROMISED} > 0
ORDER BY (i.product_type = wanted.product_type) DESC, (i.brand = wanted.brand) DESC,
         abs(i.regular_price - wanted.regular_price) NULLS LAST, i.id
LIMIT 3
"""  # noqa: S608


@dataclass(frozen=True)
class AlternativeStore:
    """A store where the shopper gets the deal now. Distance in km, `counted_at` on that store's clock."""

    store_code: str
    name: str
    city: str
    distance_km: float | None
    quantity: int
    counted_at: dt.datetime
    opening_hours: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return {
            "store_code": self.store_code,
            "name": self.name,
            "city": self.city,
            "distance_km": self.distance_km,
            "on_hand": self.quantity,
            "counted_at": self.counted_at,
        }


@dataclass(frozen=True)
class AlternativeItem:
    """Another item of the same deal that is here."""

    sku: str
    title: str
    regular_price: Decimal | None
    deal_price: Decimal | None
    currency: str
    quantity: int

    def as_dict(self) -> dict[str, Any]:
        return {
            "sku": self.sku,
            "title": self.title,
            "regular_price": None if self.regular_price is None else str(self.regular_price),
            "deal_price": None if self.deal_price is None else str(self.deal_price),
            "currency": self.currency,
            "on_hand": self.quantity,
        }


def nearest_stores(
    *, store: Store, promotion_pk: int, item_pk: int | None, now: dt.datetime
) -> tuple[AlternativeStore, ...]:
    """Up to three stores, nearest first, where the deal holds now and the item (None: any of its items) is in."""
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, {"store": store.pk, "promotion": promotion_pk, "item": item_pk, "now": now})
        rows = cursor.fetchall()
    return tuple(
        AlternativeStore(
            store_code=code,
            name=name,
            city=city,
            distance_km=None if km is None else round(km, 1),
            quantity=quantity,
            counted_at=Store(timezone=timezone).local(counted_at),
            opening_hours=hours,
        )
        for _pk, code, name, city, timezone, hours, km, quantity, counted_at in rows
    )


def items_of_deal(
    *, store: Store, promotion_pk: int, but: int, now: dt.datetime
) -> tuple[AlternativeItem, ...]:
    """Up to three other items of the deal that are here, the most alike first."""
    with connection.cursor() as cursor:
        cursor.execute(OTHER_ITEMS, {"store": store.pk, "promotion": promotion_pk, "but": but, "now": now})
        rows = cursor.fetchall()
    found = []
    for sku, title, regular, currency, quantity, kind, amount, benefit_currency, applies_to in rows:
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
                regular_price=regular,
                deal_price=unit_price(benefit, regular_price=regular, currency=currency),
                currency=currency,
                quantity=quantity,
            )
        )
    return tuple(found)
