"""The rows a published revision stands in: its items in the index, and an offer in every targeted store.

Callers hold the promotion's lock and then those of the stores (`StoreQuerySet.lock_in_order`).
"""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from inventory.models import Store
from inventory.selectors import JOIN_WITHHELD, PROMISED_JOINED
from promotions.models import OfferItem, Promotion, PromotionRevision
from promotions.rules.offer_state import next_turn
from promotions.rules.words import ChangeReason, OfferState
from promotions.selectors.terms import STANDING_ISSUES, issues_of, times_of
from promotions.services.changes import Transition, transitions_from
from promotions.services.states import state_sql


def present_stores(promotion: Promotion) -> set[int]:
    """The stores that have the promotion; of a published one a stopped offer means "no longer"."""
    offers = promotion.store_offers.exclude(state=OfferState.STOPPED)
    return set(offers.values_list("store_id", flat=True))


MOVE_INDEX = """
WITH wanted AS (
    SELECT unnest(%(items)s::int4[]) AS item_id
), gone AS (
    DELETE FROM promotions_offeritem k
    WHERE k.promotion_id = %(promotion)s AND NOT EXISTS (SELECT FROM wanted w WHERE w.item_id = k.item_id)
    RETURNING k.item_id
), fresh AS (
    INSERT INTO promotions_offeritem (item_id, minimum_stock, promotion_id)
    SELECT w.item_id, %(minimum)s, %(promotion)s FROM wanted w
    WHERE NOT EXISTS (SELECT FROM promotions_offeritem k
                      WHERE k.promotion_id = %(promotion)s AND k.item_id = w.item_id)
    RETURNING item_id
)
SELECT coalesce((SELECT array_agg(item_id) FROM fresh), '{}'), coalesce((SELECT array_agg(item_id) FROM gone), '{}')
"""


def move_index(
    *, promotion: Promotion, revision: PromotionRevision, item_ids: list[int]
) -> tuple[list[int], list[int]]:
    """Bring the promotion's items, which a scan and a changed level look up, to these: the added and the removed.

    Items that stay are not written, unless the revision's minimum stock, a part of the key, is another one.
    """
    OfferItem.objects.filter(promotion=promotion).exclude(minimum_stock=revision.minimum_stock).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE_INDEX,
            {"promotion": promotion.pk, "items": item_ids, "minimum": revision.minimum_stock},
        )
        added, gone = cursor.fetchone()
    return added, gone


# A row for every targeted store, stock or not; a store that is told nothing is the problem we are here for.
# Stock is counted where no count stands; a row that would stay as it is is not written.
WRITE_OFFERS = f"""
WITH target AS (
    SELECT t.*, had.state AS had_state, had.items_stocked, had.items_available, had.items_enough,
           %(recount)s OR had.state IS NULL OR had.state IN ('STOPPED', 'EXPIRED') AS must_count,
           t.standing::jsonb || coalesce(CASE WHEN had.state <> 'STOPPED' AND had.revision_id = %(revision)s THEN (
               SELECT jsonb_agg(i) FROM jsonb_array_elements(had.issues) i
               WHERE i ->> 'code' <> ALL(%(standing_codes)s::text[])) END, '[]') AS issues
    FROM unnest(%(stores)s::int4[], %(starts)s::timestamptz[], %(ends)s::timestamptz[], %(opens)s::timestamptz[],
                %(closes)s::timestamptz[], %(honoured)s::timestamptz[], %(turns)s::timestamptz[], %(issues)s::text[])
        AS t(store_id, starts_at, ends_at, opens_at, closes_at, honoured_until, turns_at, standing)
    LEFT JOIN promotions_storeoffer had ON had.store_id = t.store_id AND had.promotion_id = %(promotion)s
), counted AS (
    SELECT t.store_id, count(l.item_id) AS stocked, count(*) FILTER (WHERE {PROMISED_JOINED} > 0) AS available,
           count(*) FILTER (WHERE {PROMISED_JOINED} >= k.minimum_stock) AS enough
    FROM target t
    JOIN promotions_offeritem k ON k.promotion_id = %(promotion)s
    JOIN inventory_stocklevel l ON l.store_id = t.store_id AND l.item_id = k.item_id
    {JOIN_WITHHELD}
    WHERE t.must_count
    GROUP BY 1
), offer AS (
    SELECT t.*, 'READY' AS state,
           CASE WHEN t.must_count THEN coalesce(c.stocked, 0) ELSE t.items_stocked END AS stocked,
           CASE WHEN t.must_count THEN coalesce(c.available, 0) ELSE t.items_available END AS available,
           CASE WHEN t.must_count THEN coalesce(c.enough, 0) ELSE t.items_enough END AS enough
    FROM target t LEFT JOIN counted c USING (store_id)
)
INSERT INTO promotions_storeoffer AS o
    (store_id, promotion_id, revision_id, state, issues, starts_at, ends_at, opens_at, closes_at, honoured_until,
     turns_at, items_stocked, items_available, items_enough, changed_at)
SELECT store_id, %(promotion)s, %(revision)s,
       {state_sql(offer="offer", stocked="stocked", available="available", enough="enough")},
       issues, starts_at, ends_at, opens_at, closes_at, honoured_until, turns_at, stocked, available, enough, %(now)s
FROM offer
ON CONFLICT (store_id, promotion_id) DO UPDATE
SET revision_id = excluded.revision_id, state = excluded.state, issues = excluded.issues,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, opens_at = excluded.opens_at,
    closes_at = excluded.closes_at, honoured_until = excluded.honoured_until, turns_at = excluded.turns_at,
    items_stocked = excluded.items_stocked, items_available = excluded.items_available,
    items_enough = excluded.items_enough, changed_at = excluded.changed_at
WHERE (o.revision_id, o.state, o.issues, o.starts_at, o.ends_at, o.opens_at, o.closes_at, o.honoured_until,
       o.turns_at, o.items_stocked, o.items_available, o.items_enough)
      IS DISTINCT FROM
      (excluded.revision_id, excluded.state, excluded.issues, excluded.starts_at, excluded.ends_at, excluded.opens_at,
       excluded.closes_at, excluded.honoured_until, excluded.turns_at, excluded.items_stocked,
       excluded.items_available, excluded.items_enough)
RETURNING store_id, promotion_id, revision_id, old.state, new.state
"""  # noqa: S608

BRIEF = """
INSERT INTO promotions_briefing (store_id, revision_id, briefed_at)
SELECT unnest(%(stores)s::int4[]), %(revision)s, %(now)s ON CONFLICT DO NOTHING
"""


def write_offers(
    *,
    promotion: Promotion,
    revision: PromotionRevision,
    targets: Sequence[Store],
    fresh: ChangeReason,
    standing: ChangeReason,
    now: datetime,
    recount: bool = False,
) -> list[Transition]:
    """The offers of the given stores from their own clock, money and stock; a step for each row that was written.

    The steps' reason is `fresh` where the store had none, `standing` where it had one.

    With a new revision every row moves at least its `revision_id`: briefings, acknowledgements and the words on
    the card hang on it, so every store is told. Counts that stand are kept unless `recount` says that the items or
    the minimum have changed; a row that would stay as it is is neither written nor told.
    """
    if not targets:
        return []
    stores = [store.pk for store in targets]
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE_OFFERS,
            {
                "promotion": promotion.pk,
                "revision": revision.pk,
                "stores": stores,
                "standing_codes": list(STANDING_ISSUES),
                "recount": recount,
                "now": now,
                **terms_columns(revision, stores=targets, now=now),
            },
        )
        written = cursor.fetchall()
        # Stores that were briefed on the same terms are not briefed again.
        cursor.execute(BRIEF, {"stores": stores, "revision": revision.receipts_id, "now": now})
    return [
        Transition(store, promotion_pk, revision_pk, old or "", new, standing if old else fresh)
        for store, promotion_pk, revision_pk, old, new in written
    ]


def terms_columns(
    revision: PromotionRevision, *, stores: Sequence[Store], now: datetime
) -> dict[str, list[Any]]:
    """The instants and the standing issues of the stores as columns; worked out once a time zone and currency."""
    times = {
        zone: times_of(revision, timezone=zone, now=now) for zone in {store.timezone for store in stores}
    }
    issues = {
        key: json.dumps(issues_of(revision, currency=key[0], times=times[key[1]]))
        for key in {(store.currency, store.timezone) for store in stores}
    }
    its = [times[store.timezone] for store in stores]
    return {
        "starts": [one.starts_at for one in its],
        "ends": [one.ends_at for one in its],
        "opens": [one.opens_at for one in its],
        "closes": [one.closes_at for one in its],
        "honoured": [one.honoured_until for one in its],
        "turns": [next_turn(one, now=now) for one in its],
        "issues": [issues[store.currency, store.timezone] for store in stores],
    }


# What ended may still be honoured for a while; stopped, it may not.
STOP_OFFERS = """
UPDATE promotions_storeoffer o SET state = 'STOPPED', turns_at = NULL, changed_at = %(now)s
WHERE o.promotion_id = %(promotion)s AND o.store_id = ANY(%(stores)s::int4[])
  AND o.state <> 'STOPPED' AND (o.state <> 'EXPIRED' OR o.honoured_until > %(now)s)
RETURNING o.store_id, o.promotion_id, o.revision_id, old.state, new.state
"""


def stop_offers(
    *, promotion: Promotion, stores: Collection[int], reason: ChangeReason, now: datetime
) -> list[Transition]:
    """Stop the offers of the given stores."""
    if not stores:
        return []
    with connection.cursor() as cursor:
        cursor.execute(STOP_OFFERS, {"promotion": promotion.pk, "stores": sorted(stores), "now": now})
        return transitions_from(cursor.fetchall(), reason=reason)
