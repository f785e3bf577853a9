"""Equal refusals in one store raise one report to whoever answers for the promotion."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from inventory.models import Store
from promotions.rules.reports import (
    REFUSALS,
    REFUSALS_TO_REPORT,
    REFUSALS_WITHIN,
    WAITING,
    ReportKind,
    ReportState,
    due_at,
    queue_of,
)
from promotions.services.report_changes import ReportStep, write_report_changes

LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('promotions.refusal_reports'))"

# Looked at as far back as twice the hour, so that a worker that was away for an hour misses nothing. What an
# earlier report of the same counted does not count again. `reached` is where the third within the hour came last.
FIND = """
WITH refused AS (
    SELECT id, at, store_id, promotion_id, reasons[1] AS reason, revision_id, price_amount, currency
    FROM promotions_honourcheck
    WHERE outcome IN ('REFUSE', 'OFFER_ALTERNATIVE') AND outcome = ANY(%(outcomes)s::text[])
      AND at > %(since)s AND at <= %(now)s AND promotion_id IS NOT NULL
), fresh AS (
    SELECT c.* FROM refused c
    JOIN (SELECT store_id, promotion_id, reason FROM refused GROUP BY 1, 2, 3 HAVING count(*) >= %(enough)s) k
        USING (store_id, promotion_id, reason)
    LEFT JOIN LATERAL (
        SELECT r.last_check, r.state FROM promotions_fieldreport r
        WHERE r.store_id = k.store_id AND r.promotion_id = k.promotion_id AND r.reason = k.reason
          AND r.refusals IS NOT NULL
        ORDER BY r.last_check DESC LIMIT 1) told ON true
    WHERE told.last_check IS NULL OR c.id > told.last_check AND told.state <> ALL(%(waiting)s::text[])
), counted AS (
    SELECT *, lag(at, %(enough)s - 1) OVER (PARTITION BY store_id, promotion_id, reason ORDER BY at, id) AS first_at
    FROM fresh
), reached AS (
    SELECT store_id, promotion_id, reason, max(at) AS newest FROM counted
    WHERE first_at > at - make_interval(secs => %(within)s) GROUP BY 1, 2, 3
)
SELECT f.store_id, f.promotion_id, f.reason, count(*), sum(f.price_amount) FILTER (WHERE f.currency = s.currency),
       s.currency, (array_agg(f.id ORDER BY f.at DESC, f.id DESC))[1],
       (array_agg(f.revision_id ORDER BY f.at DESC, f.id DESC))[1], coalesce(p.owner_id, r.created_by_id)
FROM reached JOIN fresh f USING (store_id, promotion_id, reason)
JOIN inventory_store s ON s.id = f.store_id
JOIN promotions_promotion p ON p.id = f.promotion_id
LEFT JOIN promotions_promotionrevision r ON r.id = p.current_revision_id
WHERE f.at > reached.newest - make_interval(secs => %(within)s) AND f.at <= reached.newest
GROUP BY f.store_id, f.promotion_id, f.reason, s.currency, p.owner_id, r.created_by_id
ORDER BY f.store_id, f.promotion_id, f.reason
"""

RAISE = """
INSERT INTO promotions_fieldreport
    (store_id, promotion_id, reason, refusals, value_at_risk, currency, last_check, revision_id, owner_id, kind, state,
     queue, reported_at, due_at, words, photo, answer)
SELECT t.*, %(kind)s, 'OPEN', %(queue)s, %(now)s, %(due)s, '', '', ''
FROM unnest(%(stores)s::int4[], %(promotions)s::int8[], %(reasons)s::text[], %(counts)s::int4[], %(values)s::numeric[],
            %(currencies)s::text[], %(checks)s::uuid[], %(revisions)s::int8[], %(owners)s::int8[]) t
ON CONFLICT (store_id, promotion_id, reason)
    WHERE refusals IS NOT NULL AND state IN ('OPEN', 'REOPENED') DO NOTHING
RETURNING store_id, id
"""
COLUMNS = (
    "stores", "promotions", "reasons", "counts", "values", "currencies", "checks", "revisions", "owners",
)  # fmt: skip


def raise_refusal_reports(*, now: datetime) -> int:
    """Three equal refusals (store, promotion, first reason) within an hour raise one report; how many were raised.

    Safe to run at any time, by anybody, twice: one run at a time, no second report while one waits, and what one
    report has counted no other counts. The value at risk is what the shoppers of that hour would have paid, in the
    store's currency; None where no price is known.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        if not cursor.fetchone()[0]:
            return 0
        found = equal_refusals(now=now)
        if not found:
            return 0
        columns = dict(zip(COLUMNS, map(list, zip(*found, strict=True)), strict=True))
        Store.objects.filter(pk__in=columns["stores"]).lock_in_order()
        kind = ReportKind.DEAL_REFUSED
        terms: dict[str, Any] = {"kind": str(kind), "queue": str(queue_of(kind)), "now": now}
        cursor.execute(RAISE, {**columns, **terms, "due": due_at(kind, at=now)})
        steps = [ReportStep(store, report, "", ReportState.OPEN, None) for store, report in cursor.fetchall()]
        write_report_changes(steps=steps, now=now)
    return len(steps)


def equal_refusals(*, now: datetime) -> list[tuple[Any, ...]]:
    """What is to be raised, a row of COLUMNS each."""
    with connection.cursor() as cursor:
        cursor.execute(
            FIND,
            {
                "outcomes": sorted(REFUSALS),
                "since": now - 2 * REFUSALS_WITHIN,
                "now": now,
                "enough": REFUSALS_TO_REPORT,
                "within": REFUSALS_WITHIN.total_seconds(),
                "waiting": sorted(WAITING),
            },
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
