"""The nightly check that expects no difference: every open promotion's targets, and every open offer's counts.

Level-triggered beside all that is edge-triggered: it computes the same from scratch, mends and names what differs.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from inventory.models import Store
from inventory.selectors import JOIN_WITHHELD, PROMISED_JOINED
from promotions.models import Promotion, Reconciliation, TargetMark
from promotions.rules.words import ChangeReason
from promotions.services.changes import transitions_from, write_changes
from promotions.services.refreshing import settle_promotions
from promotions.services.retargeting import OPEN, retarget, retarget_promotions
from promotions.services.states import state_sql

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
A_RUN_LASTS = timedelta(hours=2)  # much longer than any takes


def reconcile(*, slot: date | None, now: datetime) -> Reconciliation | None:
    """Find the targets of every open promotion and recount every open offer; mend and record each difference.

    None is expected. One run a slot: None when the slot is taken; without a slot (by hand) it always runs. One whose
    worker died begins again after A_RUN_LASTS. Promotions and stores are done in small transactions, so loads go on.
    """
    run = Reconciliation.objects.create(started_at=now) if slot is None else taken_slot(slot, now=now)
    if run is None:
        return None
    verify_targets(run=run, now=now)
    settle_promotions(promotions=None, now=now)
    store_ids = list(
        Store.objects.filter(offers__isnull=False).distinct().order_by("pk").values_list("pk", flat=True)
    )
    for start in range(0, len(store_ids), STORES_AT_ONCE):
        recount_stores(run=run, store_ids=store_ids[start : start + STORES_AT_ONCE], now=now)
    run.finished_at = now
    run.save()
    return run


def taken_slot(slot: date, *, now: datetime) -> Reconciliation | None:
    """The run of a slot for who takes it; None where another has it, or has done it."""
    run, is_new = Reconciliation.objects.get_or_create(slot=slot, defaults={"started_at": now})
    if is_new:
        return run
    overdue = now - A_RUN_LASTS
    dead = Reconciliation.objects.filter(pk=run.pk, finished_at__isnull=True, started_at__lte=overdue)
    if not dead.update(started_at=now):
        return None
    run.started_at = now
    return run


def verify_targets(*, run: Reconciliation, now: datetime) -> None:
    """Compare the stores and items of every open promotion with those its revision means, and add what differs."""
    retarget_promotions(now=now)  # what is marked is no difference, only not done yet
    for promotion_id in Promotion.objects.filter(state__in=OPEN).order_by("pk").values_list("pk", flat=True):
        found = retarget(promotion_id=promotion_id, now=now)
        if found and not TargetMark.objects.exists():  # else somebody has just changed them
            run.differences += found.differences
            note(run, {"promotion": promotion_id, **found.as_dict()})


def note(run: Reconciliation, *details: dict[str, Any]) -> None:
    """Keep the first hundred."""
    run.details += details[: 100 - len(run.details)]


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
        note(run, *(dict(zip(names, row, strict=True)) for row in rows))
        changed = [row[:5] for row in rows if row[3] != row[4]]
        write_changes(transitions=transitions_from(changed, reason=ChangeReason.RECONCILED), now=now)
