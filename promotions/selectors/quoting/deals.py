"""The deals of a store that may concern a basket, read in one statement and put as the rules ask for them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection

from inventory.models import Store
from promotions.rules.basket import BasketDeal, BundlePart
from promotions.rules.verdict import deal_refusals
from promotions.rules.words import Audience, Reason, RewardItems
from promotions.selectors.quoting.asking import AskedBasket, Basket
from promotions.selectors.quoting.budgets import money_left
from promotions.selectors.quoting.codes import ShownCodes, shown_codes
from promotions.selectors.verdicts.facts import DEAL_COLUMNS, read_deal, scan_params
from promotions.selectors.verdicts.shapes import VerdictDeal

# By the index of items: what other items' promotions there are costs nothing.
DEALS_OF_BASKET = f"""
WITH found AS (
    SELECT k.promotion_id, array_agg(k.item_id) AS items
    FROM promotions_offeritem k WHERE k.item_id = ANY(%(items)s::int4[]) GROUP BY 1
)
SELECT json_agg(json_build_array({DEAL_COLUMNS}, json_build_object(
    'items', f.items, 'audience', r.audience, 'bundle_parts', r.bundle_parts,
    'rewards', r.reward_item_id_inclusion, 'promotion', r.promotion_id, 'limits', r.limits, 'currency', r.currency,
    'campaign', r.campaign)) ORDER BY p.promotion_id)::text
FROM found f
JOIN promotions_storeoffer o ON o.store_id = %(store)s AND o.promotion_id = f.promotion_id
JOIN promotions_promotion p ON p.id = f.promotion_id
JOIN promotions_promotionrevision r ON r.id = o.revision_id
JOIN promotions_budget b ON b.promotion_id = f.promotion_id
WHERE o.state <> 'STOPPED' AND (o.state <> 'EXPIRED' OR o.honoured_until > %(now)s) AND o.starts_at <= %(now)s
"""  # noqa: S608


NONE: frozenset[Any] = frozenset()


@dataclass(frozen=True)
class StoreDeal:
    """A deal as the store has it, for the sentences, and as the rules see it on this basket."""

    shown: VerdictDeal
    deal: BasketDeal


def deals_of_basket(basket: Basket, *, asked: AskedBasket, store: Store, now: dt.datetime) -> list[StoreDeal]:
    """Every deal open in the store now on any item of the basket, with what stands against it already.

    One that has ended but is still honoured takes part as the verdict has it: it takes what no other deal took.
    """
    with connection.cursor() as cursor:
        params = {**scan_params(store=store, now=now), "items": list(basket.items), "now": now}
        cursor.execute(DEALS_OF_BASKET, params)
        rows = orjson.loads(
            cursor.fetchone()[0] or "[]"
        )  # one text: reading it a row at a time costs as much again
    shown = shown_codes(asked.codes)
    left = money_left([row for _found, row in rows], store=store, now=now)
    return [
        store_deal(
            found, row, basket=basket, asked=asked, shown_codes=shown, left=left.get(row["promotion"]), store=store,
            now=now,
        )
        for found, row in rows
    ]  # fmt: skip


def store_deal(
    found: Mapping[str, Any],
    row: Mapping[str, Any],
    *,
    basket: Basket,
    asked: AskedBasket,
    shown_codes: ShownCodes,
    left: Decimal | None,
    store: Store,
    now: dt.datetime,
) -> StoreDeal:
    """One row of the statement."""
    shown = read_deal(found, store=store)
    benefit = shown.facts.benefit
    gift = [found["free_gift_item_id"]] if found["free_gift_item_id"] else []
    named = row["rewards"] if benefit.reward_items == RewardItems.NAMED else gift
    parts = tuple(
        BundlePart(part["quantity"], frozenset(pk for pk, item in basket.items.items() if item.is_of(part)))
        for part in row["bundle_parts"]
    )
    refusals = [*deal_refusals(shown.facts, currency=store.currency, now=now)]
    refusals += shown_codes.refusals(shown)
    if row["audience"] == Audience.MEMBERS and not asked.is_member:
        refusals.append(Reason.MEMBERS_ONLY)
    deal = BasketDeal(
        promotion_id=shown.promotion_id,
        benefit=benefit,
        items=frozenset(row["items"]),
        rewards=frozenset(pk for pk, item in basket.items.items() if item.is_named(named)) if named else NONE,
        parts=parts,
        concurrence=shown.standing.concurrence,
        priority=shown.standing.priority_of(is_late=shown.facts.is_honoured_late(now)),
        tags=shown.standing.tags,
        combines_with=shown.standing.combines_with,
        refusals=tuple(dict.fromkeys(refusals)),
        money_left=left,
    )
    return StoreDeal(shown, deal)
