"""Offers follow what changed: stock and the clock.

Whoever writes a store offer holds its store's lock, taken in the order of ids: stock loads, publishing, turns
and the reconciler exclude each other per store, so the counts in `StoreOffer` are exact at every commit.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction

from inventory.feeds.records import ABSENT, Int32s, LevelChanges
from inventory.models import Store
from promotions.models import PromotionRevision
from promotions.rules.words import OVER, ChangeReason
from promotions.selectors.terms import times_of
from promotions.services.changes import Transition, transitions_from, write_changes
from promotions.services.states import state_sql, turns_at_sql

CHANGED_LEVELS = """
CREATE TEMPORARY TABLE IF NOT EXISTS crossed_level
    (store_id int4, item_id int4, old int4, new int4) ON COMMIT DELETE ROWS
"""

# So many changed levels at a time: what they cross is then grouped in memory, and a level costs the same in a big load.
# As many are cheaper sent than sifted, because reading every promoted item costs the same for a few.
AT_ONCE = 5_000

# A hold or a till's few lines come as arrays: a table of their own, emptied and analysed, costs more than they do.
FEW = 100
FEW_LEVELS = """unnest(%(store_ids)s::int4[], %(item_ids)s::int4[], %(old)s::int4[], %(new)s::int4[])
    AS c(store_id, item_id, old, new)"""

# Only rows that cross "carried", "there" or the promotion's own minimum move a count.
APPLY_CHANGED_LEVELS = f"""
WITH crossing AS (
    SELECT c.store_id, k.promotion_id,
           sum((c.old = {ABSENT})::int - (c.new = {ABSENT})::int) AS stocked,
           sum((c.new > 0)::int - (c.old > 0)::int) AS available,
           sum((c.new >= k.minimum_stock)::int - (c.old >= k.minimum_stock)::int) AS enough
    FROM {{levels}} JOIN promotions_offeritem k USING (item_id)
    WHERE c.old = {ABSENT} OR c.new = {ABSENT} OR (c.new > 0) <> (c.old > 0)
       OR (c.new >= k.minimum_stock) <> (c.old >= k.minimum_stock)
    GROUP BY 1, 2
), moved AS (
    UPDATE promotions_storeoffer o
    SET items_stocked = o.items_stocked + d.stocked,
        items_available = o.items_available + d.available,
        items_enough = o.items_enough + d.enough,
        state = {
    state_sql(
        offer="o",
        stocked="(o.items_stocked + d.stocked)",
        available="(o.items_available + d.available)",
        enough="(o.items_enough + d.enough)",
    )
},
        changed_at = %(now)s
    FROM crossing d
    WHERE o.store_id = d.store_id AND o.promotion_id = d.promotion_id AND o.state NOT IN ('STOPPED', 'EXPIRED')
      AND o.store_id = ANY(%(stores)s::int4[])  -- so that no plan reads the offers of all stores
    RETURNING o.store_id, o.promotion_id, o.revision_id, old.state AS old_state, new.state AS new_state
)
SELECT * FROM moved WHERE old_state <> new_state
"""  # noqa: S608  (only constants of this module are put in)
APPLY_MANY = APPLY_CHANGED_LEVELS.replace("{levels}", "crossed_level c")
APPLY_FEW = APPLY_CHANGED_LEVELS.replace("{levels}", FEW_LEVELS)


def refresh_after_stock_change(*, changes: LevelChanges, now: datetime) -> int:
    """Move the counts and states of the offers that the changed levels concern; the number of state changes.

    Runs in the transaction of the load, which holds the locks of the stores. Cost follows the changed rows.
    """
    moved: list[Transition] = []
    with connection.cursor() as cursor:
        keep = np.ones(len(changes), bool)
        if len(changes) > AT_ONCE:
            cursor.execute("SELECT coalesce(array_agg(DISTINCT item_id), '{}') FROM promotions_offeritem")
            keep = np.isin(changes.item_ids, np.array(cursor.fetchone()[0], dtype=np.int64))
        if not keep.any():
            return 0
        if len(changes) <= FEW:
            moved = apply_few(changes, now=now)
            return write_changes(transitions=moved, now=now)
        cursor.execute(CHANGED_LEVELS)
        whole = (changes.store_ids[keep], changes.item_ids[keep], changes.old[keep], changes.new[keep])
        for places in whole_stores(whole[0], at_once=AT_ONCE):
            cursor.execute("TRUNCATE crossed_level")
            with cursor.copy("COPY crossed_level FROM STDIN") as copy:
                for row in zip(*(column[places].tolist() for column in whole), strict=True):
                    copy.write_row(row)
            cursor.execute("ANALYZE crossed_level")
            stores = np.unique(whole[0][places]).tolist()
            cursor.execute(APPLY_MANY, {"now": now, "stores": stores})
            moved += transitions_from(cursor.fetchall(), reason=ChangeReason.STOCK)
    return write_changes(transitions=moved, now=now)


def apply_few(changes: LevelChanges, *, now: datetime) -> list[Transition]:
    """The same for a handful of levels, in one statement; the offers whose state changed."""
    params = {
        "now": now,
        "stores": np.unique(changes.store_ids).tolist(),
        "store_ids": changes.store_ids.tolist(),
        "item_ids": changes.item_ids.tolist(),
        "old": changes.old.tolist(),
        "new": changes.new.tolist(),
    }
    with connection.cursor() as cursor:
        cursor.execute(APPLY_FEW, params)
        return transitions_from(cursor.fetchall(), reason=ChangeReason.STOCK)


def whole_stores(store_ids: Int32s, *, at_once: int) -> Iterator[npt.NDArray[np.int64]]:
    """The places of the rows in parts of about so many; a store's rows stay together, so each offer moves once."""
    order = np.argsort(store_ids, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(store_ids[order])) + 1, len(order))
    start = 0
    for end in ends.tolist():
        if end - start >= at_once or end == len(order):
            yield order[start:end]
            start = end


DUE_STORES = "SELECT DISTINCT store_id FROM promotions_storeoffer WHERE turns_at <= %(now)s"

# Weekly hours are wall clock, which Python resolves: once for each revision and time zone, however many stores.
DUE_HOURS = """
SELECT DISTINCT o.revision_id, s.timezone FROM promotions_storeoffer o JOIN inventory_store s ON s.id = o.store_id
WHERE o.turns_at <= %(now)s AND o.store_id = ANY(%(stores)s::int4[]) AND o.closes_at <= %(now)s AND o.ends_at > %(now)s
"""

TURN = f"""
WITH period AS (
    SELECT * FROM unnest(%(revisions)s::int8[], %(zones)s::text[], %(opens)s::timestamptz[], %(closes)s::timestamptz[])
        AS t(revision_id, timezone, opens_at, closes_at)
), due AS (
    SELECT o.store_id, o.promotion_id, coalesce(p.opens_at, o.opens_at) AS opens_at,
           coalesce(p.closes_at, o.closes_at) AS closes_at
    FROM promotions_storeoffer o JOIN inventory_store s ON s.id = o.store_id
    LEFT JOIN period p ON p.revision_id = o.revision_id AND p.timezone = s.timezone
    WHERE o.turns_at <= %(now)s AND o.store_id = ANY(%(stores)s::int4[])
)
UPDATE promotions_storeoffer o
SET opens_at = d.opens_at, closes_at = d.closes_at, changed_at = %(now)s,
    state = {
    state_sql(
        offer="o",
        period="d",
        stocked="o.items_stocked",
        available="o.items_available",
        enough="o.items_enough",
    )
},
    turns_at = {turns_at_sql(offer="o", period="d")}
FROM due d WHERE o.store_id = d.store_id AND o.promotion_id = d.promotion_id
RETURNING o.store_id, o.promotion_id, o.revision_id, old.state, new.state,
          new.opens_at <= %(now)s AND new.closes_at > %(now)s
"""  # noqa: S608

# The promotion as a whole follows its stores: open once the first opens, over once the last has closed and no store
# honours any more what a shopper saw; until then its code and its budget can be used.
SETTLE_PROMOTIONS = """
WITH span AS (
    -- Stores that have lost the promotion count only where no other is left.
    SELECT o.promotion_id,
           coalesce(min(o.starts_at) FILTER (WHERE o.state <> 'STOPPED'), min(o.starts_at)) AS starts_at,
           coalesce(max(o.honoured_until) FILTER (WHERE o.state <> 'STOPPED'), max(o.honoured_until)) AS honoured_until
    FROM promotions_storeoffer o JOIN promotions_promotion p ON p.id = o.promotion_id
    WHERE p.state IN ('PENDING', 'LIVE')
      AND (%(promotions)s::int8[] IS NULL OR p.id = ANY(%(promotions)s::int8[]))
    GROUP BY 1
), settled AS (
    SELECT promotion_id, CASE WHEN honoured_until <= %(now)s THEN 'EXPIRED'
                              WHEN starts_at <= %(now)s THEN 'LIVE' ELSE 'PENDING' END AS state
    FROM span
), moved AS (
    UPDATE promotions_promotion p
    SET state = s.state, open_code = CASE WHEN s.state = 'EXPIRED' THEN NULL ELSE p.open_code END
    FROM settled s
    -- Said again of the row itself: one that was stopped meanwhile stays stopped.
    WHERE p.id = s.promotion_id AND p.state <> s.state AND p.state IN ('PENDING', 'LIVE')
    RETURNING p.id, old.state AS old_state, p.state, p.revision_state, p.current_revision_id
), noted AS (
    INSERT INTO promotions_promotionstep (promotion_id, revision_id, action, old_state, new_state, old_revision_state,
                                          new_revision_state, why, at)
    SELECT id, current_revision_id,
           CASE state WHEN 'LIVE' THEN 'OPEN' WHEN 'PENDING' THEN 'POSTPONE' ELSE 'EXPIRE' END,
           old_state, state, revision_state, revision_state, '', %(now)s
    FROM moved
)
UPDATE promotions_budget b SET is_open = false FROM moved WHERE moved.id = b.promotion_id AND moved.state = 'EXPIRED'
"""


def turn_offers(*, now: datetime) -> int:
    """Open and close windows and hours that are due at `now`; the number of offers turned.

    However late, it catches up: what was missed in between is not told, only what holds now. An opened window is told
    even where the state stays as it is (sold out before and after), because the tablet moves the card from "coming" to
    "now"; the end of the honour window changes no card and is not told.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DUE_STORES, {"now": now})
        due = [store_id for (store_id,) in cursor.fetchall()]
        if not due:
            return 0
        stores = Store.objects.filter(pk__in=due).lock_in_order()
        cursor.execute(DUE_HOURS, {"now": now, "stores": stores})
        periods = next_periods(cursor.fetchall(), now=now)
        cursor.execute(TURN, {"now": now, "stores": stores, **periods})
        rows = cursor.fetchall()
        turned = [
            Transition(store, promotion, revision, old, new, window_reason(opened=opened))
            for store, promotion, revision, old, new, opened in rows
            if old not in OVER
        ]
        write_changes(transitions=turned, now=now)
    # In a transaction of its own: publishing locks the promotion before its stores, this holds no store any more.
    settle_promotions(promotions=sorted({row[1] for row in rows}), now=now)
    return len(turned)


def next_periods(pairs: Sequence[tuple[int, str]], *, now: datetime) -> dict[str, list[Any]]:
    """The current or next open period of each revision in each zone, as the columns of `TURN`."""
    revisions = PromotionRevision.objects.in_bulk({revision_id for revision_id, _zone in pairs})
    times = [times_of(revisions[revision_id], timezone=zone, now=now) for revision_id, zone in pairs]
    return {
        "revisions": [revision_id for revision_id, _zone in pairs],
        "zones": [zone for _revision, zone in pairs],
        "opens": [one.opens_at for one in times],
        "closes": [one.closes_at for one in times],
    }


def window_reason(*, opened: bool) -> ChangeReason:
    return ChangeReason.WINDOW_OPENED if opened else ChangeReason.WINDOW_CLOSED


def settle_promotions(*, promotions: list[int] | None, now: datetime) -> None:
    """Bring the states of the given promotions (None: of all) in line with their stores' windows."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE_PROMOTIONS, {"promotions": promotions, "now": now})
