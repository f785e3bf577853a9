"""What stands in the database about a scan, read in one prepared statement and no ORM rows: the hot path."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from inventory.models import StockClaim, Store
from inventory.selectors import PROMISED
from promotions.models.promotions import PAGE_KEY
from promotions.rules.limits import period_start
from promotions.rules.price import Benefit, benefit_of
from promotions.rules.stacking import Standing
from promotions.rules.verdict import DealFacts, ItemFacts, StockFacts
from promotions.rules.window import WeeklyHours, hours_of
from promotions.rules.words import (
    Audience,
    Concurrence,
    LimitPeriod,
    OfferState,
    OfferType,
    Reason,
    RedemptionChannel,
)
from promotions.selectors.verdicts.shapes import VerdictDeal, VerdictItem, VerdictPrice, VerdictStock

# Deals that ended longer ago than this are no longer explained.
REMEMBERED = dt.timedelta(days=14)

# Which limits leave nothing for this store now: of everybody together, or its own. Customers are not known here.
LIMITS_REACHED = """
CASE WHEN r.limits <> '[]' OR r.campaign <> '' THEN (
    SELECT json_agg(DISTINCT CASE WHEN c.store_id IS NULL THEN 'BUDGET_SPENT' ELSE 'STORE_LIMIT_REACHED' END)
    FROM promotions_limitcounter c
    WHERE c.shopper_id IS NULL AND c.used >= c.limit_amount
      AND (c.promotion_id = r.promotion_id AND c.campaign_id IS NULL OR c.promotion_id IS NULL
           AND c.campaign_id = (SELECT g.id FROM promotions_campaign g WHERE g.campaign_id = r.campaign))
      AND (c.store_id IS NULL OR c.store_id = %(store)s)
      AND (c.starts_on IS NULL OR c.period = 'DAY' AND c.starts_on = %(day)s
           OR c.period = 'WEEK' AND c.starts_on = %(week)s OR c.period = 'MONTH' AND c.starts_on = %(month)s)
) END
"""

DEAL_COLUMNS = f"""
json_build_object(
    'pk', o.promotion_id, 'promotion_id', p.promotion_id, 'revision_id', r.id, 'revision', r.number,
    'headline', coalesce(nullif(r.operator_display_name, ''), r.long_title), 'say', r.operator_text,
    'coupon_value_type', r.coupon_value_type, 'percent_off', r.percent_off::text,
    'money_off_amount', r.money_off_amount::text, 'fixed_price_amount', r.fixed_price_amount::text,
    'currency', r.currency, 'applies_to', r.applies_to,
    'minimum_purchase_quantity', r.minimum_purchase_quantity,
    'get_this_quantity_discounted', r.get_this_quantity_discounted, 'reward_items', r.reward_items,
    'tiers', r.tiers, 'tier_basis', r.tier_basis, 'limit_quantity', r.limit_quantity,
    'limit_value', r.limit_value::text, 'free_gift_item_id', r.free_gift_item_id,
    'free_gift_description', r.free_gift_description, 'free_gift_value', r.free_gift_value::text,
    'starts_at', o.starts_at, 'ends_at', o.ends_at, 'honoured_until', o.honoured_until,
    'weekly_hours', r.weekly_hours, 'audience', r.audience, 'state', o.state, 'channels', r.redemption_channel,
    'offer_type', r.offer_type, 'code', r.generic_redemption_code, 'minimum_stock', r.minimum_stock,
    'minimum_purchase_amount', r.minimum_purchase_amount::text, 'uses_left', b.limit_uses - b.used,
    'concurrence', r.concurrence, 'priority', r.priority, 'tags', r.tags, 'combines_with', r.combines_with,
    'reached', {LIMITS_REACHED})
"""

ITEM_COLUMNS = f"""
i.id, i.sku, i.title, i.brand, i.regular_price, i.price_currency, i.unit, i.unit_decimals,
l.on_hand, {PROMISED}, l.source_id, c.as_of, c.as_ofs IS NOT NULL, s.code, s.name, s.freshness_limit,
(SELECT max(f.as_of) FROM inventory_storefeed f JOIN inventory_feedsource fs ON fs.id = f.source_id
 WHERE f.store_id = %(store)s AND fs.kind = 'SALES'),
(SELECT stands.place FROM inventory_storeitemplace stands WHERE stands.store_id = %(store)s AND stands.item_id = i.id)
"""  # noqa: S608

DEALS = 18  # the place in a row after these columns

STOCK_JOINS = """
LEFT JOIN inventory_stocklevel l ON l.store_id = %(store)s AND l.item_id = i.id
LEFT JOIN inventory_stockclaim c ON c.source_id = l.source_id AND c.store_id = l.store_id
LEFT JOIN inventory_feedsource s ON s.id = l.source_id
"""

DEALS_OF_ITEM = f"""
(SELECT coalesce(json_agg(d), '[]') FROM (
    SELECT {DEAL_COLUMNS} AS d
    FROM promotions_offeritem k
    JOIN promotions_storeoffer o ON o.store_id = %(store)s AND o.promotion_id = k.promotion_id
    JOIN promotions_promotion p ON p.id = k.promotion_id
    JOIN promotions_promotionrevision r ON r.id = o.revision_id
    JOIN promotions_budget b ON b.promotion_id = k.promotion_id
    WHERE k.item_id = i.id AND o.ends_at > %(remembered)s) deals)
"""  # noqa: S608

BY_IDENTIFIER = f"""
SELECT {ITEM_COLUMNS}, {DEALS_OF_ITEM}
FROM inventory_itemidentifier n JOIN inventory_item i ON i.id = n.item_id {STOCK_JOINS}
WHERE n.kind = %(kind)s AND n.value = %(value)s
"""  # noqa: S608

BY_SKU = f"""
SELECT {ITEM_COLUMNS}, {DEALS_OF_ITEM} FROM inventory_item i {STOCK_JOINS} WHERE i.sku = %(value)s
"""  # noqa: S608

PROMOTION = f"""
SELECT {DEAL_COLUMNS}, o.store_id IS NOT NULL, p.id, p.promotion_id,
       coalesce(nullif(r.operator_display_name, ''), r.long_title), one.code, one.redemption_id IS NOT NULL,
       EXISTS (SELECT FROM promotions_raincheck k WHERE k.code_id = one.code)
FROM promotions_promotion p
JOIN promotions_promotionrevision r ON r.id = p.current_revision_id
JOIN promotions_budget b ON b.promotion_id = p.id
LEFT JOIN promotions_storeoffer o ON o.store_id = %(store)s AND o.promotion_id = p.id
LEFT JOIN promotions_singleusecode one ON one.code = %(single)s AND one.promotion_id = p.id
"""  # noqa: S608

# `value` is a generic code, a coupon's number or a promotion's id; `single` a code that is used once, "" for none.
DEAL_BY_CODE = f"""{PROMOTION}
WHERE p.id IN (
    SELECT promotion_id FROM promotions_singleusecode WHERE code = %(single)s
    UNION SELECT id FROM promotions_promotion WHERE open_code = upper(%(value)s)
    UNION SELECT id FROM promotions_promotion WHERE promotion_id = %(value)s
    UNION SELECT promotion_id FROM promotions_promotionrevision
          WHERE upper(generic_redemption_code) = upper(%(value)s) AND generic_redemption_code <> ''
  ) AND (one.code IS NOT NULL OR upper(r.generic_redemption_code) = upper(%(value)s) OR p.promotion_id = %(value)s)
ORDER BY (one.code IS NOT NULL) DESC, (p.open_code = upper(%(value)s)) DESC NULLS LAST, p.published_at DESC LIMIT 1
"""  # noqa: S608

DEAL_BY_KEY = f"{PROMOTION} WHERE p.id = %(promotion)s"

# Promotions by the host and path of their pages, those of the store first, the newest first.
PAGES_OF_DEALS = f"""
SELECT p.id, r.promotion_url
FROM promotions_promotionrevision r
JOIN promotions_promotion p ON p.current_revision_id = r.id
LEFT JOIN promotions_storeoffer o ON o.store_id = %(store)s AND o.promotion_id = p.id
WHERE r.promotion_url <> '' AND {PAGE_KEY % {"expressions": "r.promotion_url"}} = ANY(%(pages)s::text[])
ORDER BY o.store_id IS NULL, o.state IN ('STOPPED', 'EXPIRED'), p.published_at DESC LIMIT 200
"""  # noqa: S608

# One that the deal leaves out for its price only where there is no other.
BEST_ITEM_OF_DEAL = f"""
SELECT {ITEM_COLUMNS}, {DEALS_OF_ITEM}
FROM promotions_offeritem k JOIN inventory_item i ON i.id = k.item_id {STOCK_JOINS}
JOIN promotions_storeoffer here ON here.store_id = %(store)s AND here.promotion_id = k.promotion_id
JOIN promotions_promotionrevision words ON words.id = here.revision_id
WHERE k.promotion_id = %(promotion)s
ORDER BY coalesce(i.regular_price > words.limit_value, false),
         ({PROMISED} > 0) DESC NULLS LAST, (l.on_hand IS NOT NULL) DESC, {PROMISED} DESC NULLS LAST, i.id LIMIT 1
"""  # noqa: S608

ELSEWHERE = """
SELECT p.id, p.promotion_id, coalesce(nullif(r.operator_display_name, ''), r.long_title)
FROM promotions_offeritem k
JOIN promotions_promotion p ON p.id = k.promotion_id AND p.state = 'LIVE'
JOIN promotions_promotionrevision r ON r.id = p.current_revision_id
WHERE k.item_id = %(item)s ORDER BY p.id LIMIT 1
"""


def scan_params(*, store: Store, now: dt.datetime) -> dict[str, Any]:
    """What every statement about a scan asks by: the store, the oldest deals, and the periods of its calendar."""
    return {
        "store": store.pk,
        "remembered": now - REMEMBERED,
        "day": period_start(LimitPeriod.DAY, now=now, timezone=store.timezone),
        "week": period_start(LimitPeriod.WEEK, now=now, timezone=store.timezone),
        "month": period_start(LimitPeriod.MONTH, now=now, timezone=store.timezone),
    }


def fetch_one(sql: str, params: Mapping[str, Any]) -> Sequence[Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row: Sequence[Any] | None = cursor.fetchone()
    return row


def read_item(
    row: Sequence[Any], *, store: Store, now: dt.datetime
) -> tuple[VerdictItem, VerdictPrice | None, VerdictStock | None, ItemFacts]:
    """The item's part of a row."""
    (pk, sku, title, brand, regular, currency, unit, decimals, on_hand, promised, source_id, counted, has_own_times,
     source, source_name, limit, sales_until, place) = row[:DEALS]  # fmt: skip
    facts, stock = None, None
    if on_hand is not None:
        if has_own_times:
            counted = StockClaim.objects.get(source=source_id, store=store).counted_at(pk)
        facts = StockFacts(
            quantity=promised,
            counted_at=counted,
            freshness_limit=limit,
            per_unit=10**decimals,
            thin=settings.THIN_STOCK * 10**decimals,
        )
        until = sales_until if sales_until and sales_until > counted else None
        stock = VerdictStock(
            quantity=promised,
            on_hand=on_hand,
            counted_at=store.local(counted),
            sales_until=until and store.local(until),
            source=source,
            source_name=source_name,
            is_stale=facts.is_stale(now),
            age=now - counted,
            freshness_limit=limit,
        )
    if currency != store.currency:  # a price in other money is none here
        regular = None
    price = None if regular is None else VerdictPrice(regular=regular, deal=None, currency=currency)
    item = VerdictItem(
        pk=pk, sku=sku, title=title, brand=brand, unit=unit, unit_decimals=decimals, place=place or ""
    )
    return (
        item,
        price,
        stock,
        ItemFacts(regular_price=regular, currency=store.currency, stock=facts),
    )


class Terms(NamedTuple):
    """What a revision says, as the rules ask for it."""

    benefit: Benefit
    channels: frozenset[RedemptionChannel]
    offer_type: OfferType
    hours: tuple[WeeklyHours, ...]
    audience: Audience
    standing: Standing


# A revision never changes, so its words are put into the rules' shapes once in a process.
REMEMBERED_MOST = 20_000
terms_by_revision: dict[int, Terms] = {}


def terms_of(found: Mapping[str, Any]) -> Terms:
    """The revision's terms from the statement's JSON."""
    terms = terms_by_revision.get(found["revision_id"])
    if terms is None:
        if len(terms_by_revision) >= REMEMBERED_MOST:
            terms_by_revision.clear()
        terms = terms_by_revision[found["revision_id"]] = Terms(
            benefit=benefit_of(found),
            channels=frozenset(RedemptionChannel(channel) for channel in found["channels"]),
            offer_type=OfferType(found["offer_type"]),
            hours=hours_of(found["weekly_hours"]),
            audience=Audience(found["audience"]),
            standing=Standing(
                concurrence=Concurrence(found["concurrence"]),
                priority=found["priority"],
                tags=frozenset(found["tags"]),
                combines_with=frozenset(found["combines_with"]),
            ),
        )
    return terms


@lru_cache(maxsize=4096)  # many deals, few midnights
def local_instant(text: str, timezone: str) -> dt.datetime:
    """An instant of the database on the clock of that zone."""
    return dt.datetime.fromisoformat(text).astimezone(ZoneInfo(timezone))


def read_deal(found: Mapping[str, Any], *, store: Store) -> VerdictDeal:
    """A deal from the statement's JSON."""
    terms = terms_of(found)
    starts_at, ends_at, honoured_until = (
        local_instant(found[name], store.timezone) for name in ("starts_at", "ends_at", "honoured_until")
    )
    facts = DealFacts(
        promotion_id=found["promotion_id"],
        benefit=terms.benefit,
        starts_at=starts_at,
        ends_at=ends_at,
        state=OfferState(found["state"]),
        channels=terms.channels,
        offer_type=terms.offer_type,
        uses_left=found["uses_left"],
        minimum_stock=found["minimum_stock"],
        minimum_purchase=terms.benefit.minimum_purchase,
        hours=terms.hours,
        timezone=store.timezone,
        honoured_until=honoured_until,
        audience=terms.audience,
        refusals=tuple(Reason(code) for code in found["reached"] or ()),
    )
    return VerdictDeal(
        promotion_pk=found["pk"],
        promotion_id=found["promotion_id"],
        revision_id=found["revision_id"],
        revision_number=found["revision"],
        headline=found["headline"],
        say=found["say"],
        code=found["code"],
        uses_left=found["uses_left"],
        starts_at=starts_at,
        ends_at=ends_at,
        honoured_until=honoured_until,
        facts=facts,
        standing=terms.standing,
    )
