"""What is shown of limits: stores hear when their deal is used up, and when it can be had again.

Only what is shown. A redemption asks the counters themselves and never waits for this.
"""

import json
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from inventory.models import Store
from promotions.rules.words import ChangeReason
from promotions.services.changes import Transition, transitions_from, write_changes
from promotions.services.states import state_sql

STATE_AS_IS = state_sql(
    offer="o", stocked="o.items_stocked", available="o.items_available", enough="o.items_enough"
)
ISSUES = {
    "BUDGET_SPENT": "Raise the limit to reopen the offer.",
    "STORE_LIMIT_REACHED": "Raise the store's limit, or wait for its next period.",
}
ISSUE_ROWS = json.dumps(
    [{"code": code, "severity": "blocking", "resolution": resolution} for code, resolution in ISSUES.items()]
)

# The offers that cannot be had any more for a limit, with the limit's code. Counters of customers stop nobody else.
REACHED = """
full_counter AS MATERIALIZED (
    SELECT * FROM promotions_limitcounter
    WHERE shopper_id IS NULL AND used >= limit_amount
      AND (starts_on IS NULL OR starts_on >= (%(now)s::timestamptz - interval '33 days')::date)
), limited AS (
    SELECT c.store_id, c.period, c.starts_on, p.id AS promotion_id
    FROM full_counter c JOIN promotions_promotion p ON p.id = c.promotion_id
    UNION ALL
    SELECT c.store_id, c.period, c.starts_on, r.promotion_id
    FROM full_counter c
    JOIN promotions_campaign g ON g.id = c.campaign_id
    JOIN promotions_promotionrevision r ON r.campaign = g.campaign_id AND r.campaign <> ''
    JOIN promotions_promotion p ON p.current_revision_id = r.id
), reached AS (
    SELECT o.store_id, o.promotion_id,
           CASE WHEN l.store_id IS NULL THEN 'BUDGET_SPENT' ELSE 'STORE_LIMIT_REACHED' END AS code
    FROM limited l
    JOIN promotions_storeoffer o
      ON o.promotion_id = l.promotion_id AND (l.store_id IS NULL OR o.store_id = l.store_id)
    JOIN inventory_store s ON s.id = o.store_id
    WHERE l.starts_on IS NULL
       OR l.starts_on = date_trunc(lower(l.period), %(now)s::timestamptz AT TIME ZONE s.timezone)::date
    UNION
    SELECT o.store_id, o.promotion_id, 'BUDGET_SPENT'
    FROM promotions_budget b JOIN promotions_storeoffer o USING (promotion_id)
    WHERE b.is_open AND b.used >= b.limit_uses
)
"""

# Offers whose issues say otherwise, with the issues they ought to have.
DIFFERING = f"""
WITH {REACHED}, looked_at AS (
    SELECT store_id, promotion_id FROM reached
    UNION
    SELECT o.store_id, o.promotion_id
    FROM promotions_budget b JOIN promotions_storeoffer o USING (promotion_id)
    WHERE b.is_open
      AND (o.issues @> '[{{"code": "BUDGET_SPENT"}}]' OR o.issues @> '[{{"code": "STORE_LIMIT_REACHED"}}]')
), wanted AS (
    SELECT o.store_id, o.promotion_id, o.issues AS shown,
           coalesce((SELECT jsonb_agg(e.issue ORDER BY e.n)
                     FROM jsonb_array_elements(o.issues) WITH ORDINALITY e(issue, n)
                     WHERE e.issue->>'code' NOT IN (SELECT i->>'code' FROM jsonb_array_elements(%(issues)s::jsonb) i)),
                    '[]')
           || coalesce((SELECT jsonb_agg(i ORDER BY i->>'code')
                        FROM jsonb_array_elements(%(issues)s::jsonb) i
                        JOIN reached r ON r.code = i->>'code'
                        WHERE r.store_id = o.store_id AND r.promotion_id = o.promotion_id), '[]') AS issues
    FROM promotions_storeoffer o JOIN looked_at USING (store_id, promotion_id)
    WHERE o.state NOT IN ('STOPPED', 'EXPIRED')
)
SELECT store_id, promotion_id, issues::text FROM wanted WHERE issues <> shown
"""  # noqa: S608

MARK = """
UPDATE promotions_storeoffer o SET issues = t.issues::jsonb
FROM unnest(%(stores)s::int4[], %(promotions)s::int8[], %(issues)s::text[]) AS t(store_id, promotion_id, issues)
WHERE o.store_id = t.store_id AND o.promotion_id = t.promotion_id
"""

RESTATE = f"""
UPDATE promotions_storeoffer o SET state = {STATE_AS_IS}, changed_at = %(now)s
FROM unnest(%(stores)s::int4[], %(promotions)s::int8[]) AS t(store_id, promotion_id)
WHERE o.store_id = t.store_id AND o.promotion_id = t.promotion_id
RETURNING o.store_id, o.promotion_id, o.revision_id, old.state, new.state
"""  # noqa: S608


def tell_spent_limits(*, now: datetime) -> int:
    """Block the offers whose limits are used up, reopen those whose are not any more; the number of offers changed.

    A use that was given back, a raised limit and the store's next day all show here at the next tick, however late.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        params: dict[str, Any] = {"now": now, "issues": ISSUE_ROWS}
        cursor.execute(DIFFERING, params)
        stores = Store.objects.filter(pk__in={row[0] for row in cursor.fetchall()}).lock_in_order()
        if not stores:
            return 0
        cursor.execute(DIFFERING, params)  # once more, now that nobody else writes these stores' offers
        rows = [row for row in cursor.fetchall() if row[0] in stores]
        places: dict[str, Any] = {"stores": [row[0] for row in rows], "promotions": [row[1] for row in rows]}
        cursor.execute(MARK, {**places, "issues": [row[2] for row in rows]})
        cursor.execute(RESTATE, {**places, "now": now})
        return write_changes(transitions=steps(cursor.fetchall()), now=now)


def steps(rows: list[tuple[int, int, int, str | None, str]]) -> list[Transition]:
    """What is written to the stores' histories: spent where it is blocked now, freed where it is not."""
    blocked = [row for row in rows if row[4] == "BLOCKED"]
    freed = [row for row in rows if row[4] != "BLOCKED"]
    return transitions_from(blocked, reason=ChangeReason.BUDGET_SPENT) + transitions_from(
        freed, reason=ChangeReason.BUDGET_FREED
    )
