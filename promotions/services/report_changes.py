"""Every step of a report leaves a row, numbered in its store's stream like the changes of its offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from promotions.live import doorbell
from promotions.rules.reports import ReportState
from promotions.services.changes import CREATE_STREAMS

# As for the offers: taken inside the writing transaction, so whoever has seen number n has seen every one below.
WRITE_STEPS = """
WITH step AS (
    SELECT *, row_number() OVER (PARTITION BY store_id ORDER BY place) AS number
    FROM unnest(%(stores)s::int4[], %(reports)s::int8[], %(old)s::text[], %(new)s::text[], %(by)s::int8[],
                %(why)s::text[]) WITH ORDINALITY AS t(store_id, report_id, old_state, new_state, by_id, why, place)
), bumped AS (
    UPDATE promotions_storestream s SET seq = s.seq + c.steps
    FROM (SELECT store_id, count(*) AS steps FROM step GROUP BY store_id) c
    WHERE s.store_id = c.store_id
    RETURNING s.store_id, old.seq AS base
)
INSERT INTO promotions_reportchange (store_id, seq, report_id, old_state, new_state, by_id, why, at)
SELECT t.store_id, b.base + t.number, t.report_id, t.old_state, t.new_state, t.by_id, t.why, %(now)s
FROM step t JOIN bumped b USING (store_id)
"""


@dataclass(frozen=True)
class ReportStep:
    """One step of one report; `old_state` is "" where it is told, `by_id` None where nobody did it."""

    store_id: int
    report_id: int
    old_state: str
    new_state: ReportState
    by_id: int | None
    why: str = ""


def write_report_changes(*, steps: Sequence[ReportStep], now: datetime) -> None:
    """Append the steps to their stores' streams and ring after the commit. The caller holds the stores' locks."""
    if not steps:
        return
    stores = [step.store_id for step in steps]
    with connection.cursor() as cursor:
        cursor.execute(CREATE_STREAMS, {"stores": sorted(set(stores))})
        cursor.execute(
            WRITE_STEPS,
            {
                "stores": stores,
                "reports": [step.report_id for step in steps],
                "old": [step.old_state for step in steps],
                "new": [str(step.new_state) for step in steps],
                "by": [step.by_id for step in steps],
                "why": [step.why for step in steps],
                "now": now,
            },
        )
    transaction.on_commit(doorbell.ring)
