"""What each store has, as Google's local inventory feed: one store at a time, so that memory stays flat."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db import connection

from inventory.models import Store
from inventory.selectors import JOIN_WITHHELD, PROMISED_JOINED, stale_items
from promotions.rules.google_stock import COLUMNS, LENGTHS, availability_of
from promotions.rules.price import MINOR_UNITS
from promotions.sources.google_writing import money_text

# The rule of promotions.rules.price for sets of rows; a test holds the two against each other.
COINS = "round({amount}, %(places)s::int4)"
REGULAR = COINS.format(amount="i.regular_price")
PRICE = f"""
i.regular_price - least(greatest(CASE d.coupon_value_type
    WHEN 'PERCENT_OFF' THEN {COINS.format(amount=f"{REGULAR} * d.percent_off / 100")}
    WHEN 'MONEY_OFF' THEN {COINS.format(amount="d.money_off_amount")}
    ELSE {REGULAR} - {COINS.format(amount="d.fixed_price_amount")} END, 0), {REGULAR}, i.regular_price)
"""

# A sale price is what everybody pays for one unit, without a code, a minimum, a card, an hour or a limit. Of several
# that are on the lowest; where none is on, the next to come.
STOCK = f"""
WITH deal AS MATERIALIZED (
    SELECT o.promotion_id, o.starts_at, o.ends_at, r.coupon_value_type, r.percent_off, r.money_off_amount,
           r.fixed_price_amount, r.limit_value
    FROM promotions_storeoffer o JOIN promotions_promotionrevision r ON r.id = o.revision_id
    WHERE o.store_id = %(store)s AND o.state NOT IN ('STOPPED', 'EXPIRED', 'BLOCKED') AND o.ends_at > %(now)s
      AND r.coupon_value_type IN ('PERCENT_OFF', 'MONEY_OFF', 'FIXED_PRICE') AND r.applies_to = 'EACH_ITEM'
      AND 'IN_STORE' = ANY(r.redemption_channel) AND r.offer_type = 'NO_CODE' AND r.audience = 'EVERYONE'
      AND r.weekly_hours = '[]' AND r.minimum_purchase_amount IS NULL AND r.limit_quantity IS NULL
      AND r.limit_uses IS NULL AND r.limits = '[]' AND r.currency IN ('', %(currency)s)
), priced AS (
    SELECT k.item_id, d.starts_at, d.ends_at, {PRICE} AS price
    FROM deal d
    JOIN promotions_offeritem k ON k.promotion_id = d.promotion_id
    JOIN inventory_item i ON i.id = k.item_id AND i.price_currency = %(currency)s
    WHERE d.limit_value IS NULL OR i.regular_price <= d.limit_value
), sale AS (
    SELECT DISTINCT ON (p.item_id) p.item_id, p.price, p.starts_at, p.ends_at
    FROM priced p JOIN inventory_item i ON i.id = p.item_id
    WHERE p.price > 0 AND p.price < i.regular_price
    ORDER BY p.item_id, p.starts_at > %(now)s, CASE WHEN p.starts_at > %(now)s THEN p.starts_at END,
             p.price, p.ends_at DESC
)
SELECT i.id, i.sku, i.unit_decimals, l.source_id, {PROMISED_JOINED},
       CASE WHEN i.price_currency = %(currency)s THEN i.regular_price END, s.price, s.starts_at, s.ends_at
FROM inventory_stocklevel l
JOIN inventory_item i ON i.id = l.item_id
LEFT JOIN sale s ON s.item_id = l.item_id
{JOIN_WITHHELD}
WHERE l.store_id = %(store)s ORDER BY i.sku
"""  # noqa: S608


def inventory_lines(*, now: datetime) -> Iterator[str]:
    """Tab separated lines with their header, one text a store: every item that each selling store counts.

    The quantity is what can be promised, in whole units of sale; what is too old to be trusted is left out, because
    "in stock" and "out of stock" would both be a claim. Dates are on the store's own clock.
    """
    yield lines_text([dict(zip(COLUMNS, COLUMNS, strict=True))])
    for store in Store.objects.all().selling().order_by("store_code"):
        if lines := list(store_lines(store=store, now=now)):
            yield lines_text(lines)


def lines_text(lines: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter="\t", lineterminator="\n")
    writer.writerows(lines)
    return text.getvalue()


def store_lines(*, store: Store, now: datetime) -> Iterator[dict[str, str]]:
    """The lines of one store, by SKU; ids that are too long for Google are left out."""
    stale = stale_items(store=store, now=now)
    with connection.cursor() as cursor:
        cursor.execute(
            STOCK,
            {
                "store": store.pk,
                "stores": [store.pk],
                "currency": store.currency,
                "places": MINOR_UNITS.get(store.currency, 2),
                "now": now,
            },
        )
        for item_id, sku, decimals, source_id, promised, *money in cursor.fetchall():
            if item_id not in stale.get(source_id, {item_id}) and len(sku) <= LENGTHS["id"]:
                yield {
                    "store_code": store.store_code,
                    "id": sku,
                    **stock_cells(promised, decimals=decimals),
                    **price_cells(*money, store=store),
                }


def stock_cells(promised: int, *, decimals: int) -> dict[str, str]:
    """What can be promised of an item, in smallest units, as whole units of sale: less than one is none."""
    quantity = max(0, int(promised)) // 10**decimals
    return {"availability": availability_of(quantity), "quantity": str(quantity)}


def price_cells(
    regular: Decimal | None,
    price: Decimal | None,
    starts_at: datetime | None,
    ends_at: datetime | None,
    *,
    store: Store,
) -> dict[str, str]:
    """The regular price, and the sale with its dates."""
    cells: dict[str, str] = {}
    if regular:
        cells["price"] = price_text(regular, store.currency)
    if price is not None and starts_at is not None and ends_at is not None:
        cells["sale_price"] = price_text(price, store.currency)
        cells["sale_price_effective_date"] = sale_dates(starts_at, ends_at, store.timezone)
    return cells


@lru_cache(maxsize=4096)  # many items, few prices
def price_text(amount: Decimal, currency: str) -> str:
    return money_text(amount, currency=currency)


@lru_cache(maxsize=4096)  # many items, few deals
def sale_dates(starts_at: datetime, ends_at: datetime, timezone: str) -> str:
    """A period on the store's clock in Google's form, without seconds; a sale never seems longer than it is."""
    zone = ZoneInfo(timezone)
    if starts_at.second or starts_at.microsecond:
        starts_at += timedelta(minutes=1)
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    return f"{start:%Y-%m-%dT%H:%M%z}/{end:%Y-%m-%dT%H:%M%z}"
