"""Offers follow what changed: stock and the clock; and a nightly recount that expects no difference.

Whoever writes a store offer holds its store's lock, taken in the order of ids: stock loads, publishing, turns
and the reconciler exclude each other per store, so the counts in `StoreOffer` are exact at every commit.
"""

from datetime import date, datetime

import numpy as np
from django.db import connection, transaction

from inventory.feeds.records import ABSENT, LevelChanges
from inventory.models import Store
from inventory.selectors import JOIN_WITHHELD, PROMISED_JOINED
from promotions.models import Reconciliation
from promotions.rules.words import ChangeReason
from promotions.services.changes import Transition, transitions_from, write_changes

BLOCKING = """jsonb_path_exists({o}.issues, '$[*] ? (@.severity == "blocking")')"""

# The rule of promotions.rules.offer_state for sets of rows; a test holds the two against each other.
STATE = (
    """
CASE WHEN {o}.state = 'STOPPED' THEN 'STOPPED'
     WHEN {o}.ends_at <= %(now)s THEN 'EXPIRED'
     WHEN """
    + BLOCKING
    + """ THEN 'BLOCKED'
     WHEN {stocked} = 0 THEN 'NOT_STOCKED'
     WHEN {available} = 0 THEN 'OUT_OF_STOCK'
     WHEN {enough} * 2 < {stocked} THEN 'LOW_STOCK'
     WHEN {o}.starts_at <= %(now)s THEN 'LIVE'
     ELSE 'READY' END
"""
)


def state_sql(*, offer: str, stocked: str, available: str, enough: str) -> str:
    """The state of a row aliased `offer`, from expressions for its three counts; needs %(now)s."""
    return STATE.format(o=offer, stocked=stocked, available=available, enough=enough)


STATE_AS_IS = state_sql(
    offer="o", stocked="o.items_stocked", available="o.items_available", enough="o.items_enough"
)

CHANGED_LEVELS = """
CREATE TEMPORARY TABLE IF NOT EXISTS crossed_level
    (store_id int4, item_id int4, old int4, new int4) ON COMMIT DELETE ROWS
"""

# Only rows that cross "carried", "there" or the promotion's own minimum move a count.
APPLY_CHANGED_LEVELS = f"""
WITH crossing AS (
    SELECT c.store_id, k.promotion_id,
           sum((c.old = {ABSENT})::int - (c.new = {ABSENT})::int) AS stocked,
           sum((c.new > 0)::int - (c.old > 0)::int) AS available,
           sum((c.new >= k.minimum_stock)::int - (c.old >= k.minimum_stock)::int) AS enough
    FROM crossed_level c JOIN promotions_offeritem k USING (item_id)
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
    RETURNING o.store_id, o.promotion_id, o.revision_id, old.state AS old_state, new.state AS new_state
)
SELECT * FROM moved WHERE old_state <> new_state
"""  # noqa: S608  (only constants of this module are put in)


def refresh_after_stock_change(*, changes: LevelChanges, now: datetime) -> int:
    """Move the counts and states of the offers that the changed levels concern; the number of state changes.

    Runs in the transaction of the load, which holds the locks of the stores. Cost follows the changed rows.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(array_agg(DISTINCT item_id), '{}') FROM promotions_offeritem")
        promoted = np.array(cursor.fetchone()[0], dtype=np.int64)
        keep = np.isin(changes.item_ids, promoted)
        if not keep.any():
            return 0
        cursor.execute(CHANGED_LEVELS)
        cursor.execute("TRUNCATE crossed_level")
        columns = (changes.store_ids[keep], changes.item_ids[keep], changes.old[keep], changes.new[keep])
        with cursor.copy("COPY crossed_level FROM STDIN") as copy:
            for row in zip(*(column.tolist() for column in columns), strict=True):
                copy.write_row(row)
        cursor.execute("ANALYZE crossed_level")
        cursor.execute(APPLY_CHANGED_LEVELS, {"now": now})
        moved = transitions_from(cursor.fetchall(), reason=ChangeReason.STOCK)
    return write_changes(transitions=moved, now=now)


DUE_STORES = "SELECT DISTINCT store_id FROM promotions_storeoffer WHERE turns_at <= %(now)s"

TURN = f"""
UPDATE promotions_storeoffer o
SET state = {STATE_AS_IS}, changed_at = %(now)s,
    turns_at = CASE WHEN o.state = 'STOPPED' OR o.ends_at <= %(now)s THEN NULL
                    WHEN o.starts_at <= %(now)s THEN o.ends_at ELSE o.starts_at END
WHERE o.turns_at <= %(now)s AND o.store_id = ANY(%(stores)s::int4[])
RETURNING o.store_id, o.promotion_id, o.revision_id, old.state, new.state, o.ends_at <= %(now)s
"""  # noqa: S608

# The promotion as a whole follows its stores: open once the first opens, over once the last has closed.
SETTLE_PROMOTIONS = """
WITH span AS (
    SELECT o.promotion_id, min(o.starts_at) AS starts_at, max(o.ends_at) AS ends_at
    FROM promotions_storeoffer o JOIN promotions_promotion p ON p.id = o.promotion_id
    WHERE p.state IN ('PENDING', 'LIVE') AND o.state <> 'STOPPED'
      AND (%(promotions)s::int8[] IS NULL OR p.id = ANY(%(promotions)s::int8[]))
    GROUP BY 1
), settled AS (
    SELECT promotion_id, CASE WHEN ends_at <= %(now)s THEN 'EXPIRED' WHEN starts_at <= %(now)s THEN 'LIVE'
                              ELSE 'PENDING' END AS state
    FROM span
), moved AS (
    UPDATE promotions_promotion p
    SET state = s.state, open_code = CASE WHEN s.state = 'EXPIRED' THEN NULL ELSE p.open_code END
    FROM settled s WHERE p.id = s.promotion_id AND p.state <> s.state
    RETURNING p.id, p.state
)
UPDATE promotions_budget b SET is_open = false FROM moved WHERE moved.id = b.promotion_id AND moved.state = 'EXPIRED'
"""


def turn_offers(*, now: datetime) -> int:
    """Open and close windows that are due at `now`; the number of offers turned. However late, it catches up.

    An opened window is told even where the state stays as it is (sold out before and after), because the
    tablet moves the card from "coming" to "now".
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DUE_STORES, {"now": now})
        due = [store_id for (store_id,) in cursor.fetchall()]
        if not due:
            return 0
        stores = Store.objects.filter(pk__in=due).lock_in_order()
        cursor.execute(TURN, {"now": now, "stores": stores})
        turned = [
            Transition(store, promotion, revision, old, new, window_reason(over=over))
            for store, promotion, revision, old, new, over in cursor.fetchall()
            if old != "STOPPED"
        ]
        write_changes(transitions=turned, now=now)
    # In a transaction of its own: publishing locks the promotion before its stores, this holds no store any more.
    settle_promotions(promotions=sorted({step.promotion_id for step in turned}), now=now)
    return len(turned)


def window_reason(*, over: bool) -> ChangeReason:
    return ChangeReason.WINDOW_CLOSED if over else ChangeReason.WINDOW_OPENED


def settle_promotions(*, promotions: list[int] | None, now: datetime) -> None:
    """Bring the states of the given promotions (None: of all) in line with their stores' windows."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE_PROMOTIONS, {"promotions": promotions, "now": now})


RECOUNT = f"""
WITH counted AS (
    SELECT o.store_id, o.promotion_id, count(l.item_id) AS stocked,
           count(*) FILTER (WHERE {PROMISED_JOINED} > 0) AS available,
           count(*) FILTER (WHERE {PROMISED_JOINED} >= k.minimum_stock) AS enough
    FROM promotions_storeoffer o
    JOIN promotions_offeritem k ON k.promotion_id = o.promotion_id
    LEFT JOIN inventory_stocklevel l ON l.store_id = o.store_id AND l.item_id = k.item_id
    {JOIN_WITHHELD}
    WHERE o.store_id = ANY(%(stores)s::int4[]) AND o.state NOT IN ('STOPPED', 'EXPIRED')
    GROUP BY 1, 2
), truth AS (
    SELECT c.*, {state_sql(offer="o", stocked="c.stocked", available="c.available", enough="c.enough")} AS state
    FROM counted c JOIN promotions_storeoffer o USING (store_id, promotion_id)
    WHERE o.turns_at > %(now)s  -- due turns are the clock's business, not a difference
)
UPDATE promotions_storeoffer o
SET items_stocked = t.stocked, items_available = t.available, items_enough = t.enough, state = t.state,
    changed_at = %(now)s
FROM truth t
WHERE t.store_id = o.store_id AND t.promotion_id = o.promotion_id
  AND (o.items_stocked, o.items_available, o.items_enough, o.state)
      IS DISTINCT FROM (t.stocked, t.available, t.enough, t.state)
RETURNING o.store_id, o.promotion_id, o.revision_id, old.state, new.state,
          old.items_stocked, new.items_stocked, old.items_available, new.items_available,
          old.items_enough, new.items_enough
"""  # noqa: S608

STORES_AT_ONCE = 50


def reconcile(*, slot: date | None, now: datetime) -> Reconciliation | None:
    """Recount every open offer from the levels, mend and record each difference; none is expected.

    One run a slot: None when the slot is taken; without a slot (by hand) it always runs. Stores are done in
    small transactions, so loads go on.
    """
    if slot is None:
        run = Reconciliation.objects.create(started_at=now)
    else:
        run, is_mine = Reconciliation.objects.get_or_create(slot=slot, defaults={"started_at": now})
        if not is_mine:
            return None
    store_ids = list(
        Store.objects.filter(offers__isnull=False).distinct().order_by("pk").values_list("pk", flat=True)
    )
    for start in range(0, len(store_ids), STORES_AT_ONCE):
        recount_stores(run=run, store_ids=store_ids[start : start + STORES_AT_ONCE], now=now)
    run.finished_at = now
    run.save()
    return run


def recount_stores(*, run: Reconciliation, store_ids: list[int], now: datetime) -> None:
    """Recount the offers of some stores and add what differed to the run."""
    with transaction.atomic(), connection.cursor() as cursor:
        stores = Store.objects.filter(pk__in=store_ids).lock_in_order()
        cursor.execute(
            "SELECT count(*) FROM promotions_storeoffer WHERE store_id = ANY(%s::int4[])"
            " AND state NOT IN ('STOPPED', 'EXPIRED')",
            [stores],
        )
        run.offers += cursor.fetchone()[0]
        cursor.execute(RECOUNT, {"stores": stores, "now": now})
        rows = cursor.fetchall()
        run.differences += len(rows)
        names = ("store", "promotion", "revision", "old_state", "new_state", "stocked_was", "stocked_is",
                 "available_was", "available_is", "enough_was", "enough_is")  # fmt: skip
        run.details += [dict(zip(names, row, strict=True)) for row in rows[: 100 - len(run.details)]]
        changed = [row[:5] for row in rows if row[3] != row[4]]
        write_changes(transitions=transitions_from(changed, reason=ChangeReason.RECONCILED), now=now)
