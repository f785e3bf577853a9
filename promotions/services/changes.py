"""Every transition of a store offer leaves a row, numbered within its store."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from promotions.live import doorbell
from promotions.rules.words import ChangeReason, Urgency

# New stores get a counter; its epoch tells ids of this database from those of a restored one.
CREATE_STREAMS = """
INSERT INTO promotions_storestream (store_id, epoch, seq)
SELECT DISTINCT unnest(%(stores)s::int4[]), (extract(epoch FROM clock_timestamp()) * 1000)::int8, 0
ON CONFLICT (store_id) DO NOTHING
"""

# The numbers are taken inside the writing transaction, so a reader that has seen number n of a store has seen
# every number below it.
WRITE_CHANGES = """
WITH change AS (
    SELECT *, row_number() OVER (PARTITION BY store_id ORDER BY promotion_id, place) AS number
    FROM unnest(%(stores)s::int4[], %(promotions)s::int8[], %(revisions)s::int8[], %(old)s::text[], %(new)s::text[],
                %(reasons)s::text[], %(urgencies)s::text[]) WITH ORDINALITY
        AS t(store_id, promotion_id, revision_id, old_state, new_state, reason, urgency, place)
), bumped AS (
    UPDATE promotions_storestream s SET seq = s.seq + c.changes
    FROM (SELECT store_id, count(*) AS changes FROM change GROUP BY store_id) c
    WHERE s.store_id = c.store_id
    RETURNING s.store_id, old.seq AS base
)
INSERT INTO promotions_offerchange
    (store_id, seq, promotion_id, revision_id, old_state, new_state, reason, urgency, at)
SELECT c.store_id, b.base + c.number, c.promotion_id, c.revision_id, c.old_state, c.new_state, c.reason, c.urgency,
       %(now)s
FROM change c JOIN bumped b USING (store_id)
"""


@dataclass(frozen=True)
class Transition:
    """One store offer's step from one state to another; `old_state` is "" where the offer is new."""

    store_id: int
    promotion_id: int
    revision_id: int
    old_state: str
    new_state: str
    reason: ChangeReason
    urgency: Urgency = Urgency.SHIFT


def write_changes(*, transitions: Sequence[Transition], now: datetime) -> int:
    """Append the transitions to their stores' histories and ring the live stream after the commit.

    Several of one offer are numbered in the order given.

    The caller holds the stores' locks (`StoreQuerySet.lock_in_order`), which serialises the counters.
    """
    if not transitions:
        return 0
    stores = [step.store_id for step in transitions]
    with connection.cursor() as cursor:
        cursor.execute(CREATE_STREAMS, {"stores": sorted(set(stores))})
        cursor.execute(
            WRITE_CHANGES,
            {
                "stores": stores,
                "promotions": [step.promotion_id for step in transitions],
                "revisions": [step.revision_id for step in transitions],
                "old": [step.old_state for step in transitions],
                "new": [step.new_state for step in transitions],
                "reasons": [str(step.reason) for step in transitions],
                "urgencies": [str(step.urgency) for step in transitions],
                "now": now,
            },
        )
    transaction.on_commit(doorbell.ring)
    return len(transitions)


def transitions_from(
    rows: Iterable[tuple[int, int, int, str | None, str]], *, reason: ChangeReason
) -> list[Transition]:
    """Rows of an UPDATE … RETURNING (store, promotion, revision, old state, new state) as transitions."""
    return [
        Transition(store_id, promotion_id, revision_id, old_state or "", new_state, reason)
        for store_id, promotion_id, revision_id, old_state, new_state in rows
    ]
