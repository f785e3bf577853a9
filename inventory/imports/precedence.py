"""Which source is believed: a change is written down, and every level it concerns is derived again."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Length

from inventory.imports.deriving import derive_levels
from inventory.models import FeedSource, PrecedenceChange, StockClaim

STORES_AT_ONCE, ITEMS_AT_ONCE = 50, 250_000
ITEM_BYTES = 4
# A change nobody has got on with for so long is taken up again.
LEFT_BEHIND = timedelta(minutes=1)


def change_precedence(
    *,
    source: FeedSource,
    precedence: int,
    holds_for: timedelta | None,
    freshness_limit: timedelta | None = None,
    member: Any,
    now: datetime,
) -> PrecedenceChange | None:
    """Change how far a source is believed; None when nothing changed. The caller goes on with `derive_change`.

    `freshness_limit` None leaves it as it is. Loads follow the new rule from the commit on; the levels that stand
    follow once they are derived again.
    """
    with transaction.atomic():
        standing = FeedSource.objects.select_for_update().get(pk=source.pk)
        old = (standing.precedence, standing.believed_for)
        source.precedence = standing.precedence = precedence
        source.holds_for = standing.holds_for = holds_for
        source.freshness_limit = standing.freshness_limit = freshness_limit or standing.freshness_limit
        standing.save(update_fields=["precedence", "holds_for", "freshness_limit"])
        if old == (standing.precedence, standing.believed_for):
            return None
        return PrecedenceChange.objects.create(
            source=standing,
            old_precedence=old[0],
            new_precedence=precedence,
            old_holds_for=old[1],
            new_holds_for=standing.believed_for,
            changed_at=now,
            changed_by=member,
            touched_at=now,
        )


def derive_change(*, change: PrecedenceChange, now: datetime) -> PrecedenceChange:
    """Derive the levels of every store the source claims, so many stores a transaction; goes on where it stood.

    Two at once do no harm: a store derived twice is the same the second time. Each portion is noted at its own time
    (`now` and what has passed since), so that nobody takes up what is being worked on.
    """
    started = time.monotonic()
    while stores := _next_stores(change):
        with transaction.atomic():
            changed = derive_levels(store_ids=stores, now=now)
            PrecedenceChange.objects.filter(pk=change.pk).update(
                derived_to=stores[-1],
                touched_at=now + timedelta(seconds=time.monotonic() - started),
                levels_changed=F("levels_changed") + changed,
            )
        change.derived_to = stores[-1]
    PrecedenceChange.objects.filter(pk=change.pk, derived_at__isnull=True).update(derived_at=now)
    change.refresh_from_db()
    return change


def _next_stores(change: PrecedenceChange) -> list[int]:
    """The stores to do in one transaction: so many, and of so many items that loads need not wait long."""
    claimed = StockClaim.objects.filter(source=change.source_id, store_id__gt=change.derived_to)
    stores: list[int] = []
    items = 0
    for store, length in claimed.order_by("store_id").values_list("store_id", Length("item_ids"))[
        :STORES_AT_ONCE
    ]:
        items += length // ITEM_BYTES
        if stores and items > ITEMS_AT_ONCE:
            break
        stores.append(store)
    return stores


def unfinished_changes(*, now: datetime) -> list[PrecedenceChange]:
    """Changes that somebody has to go on with, the oldest first."""
    waiting = PrecedenceChange.objects.unfinished(older_than=now - LEFT_BEHIND)
    return list(waiting.select_related("source").order_by("changed_at", "pk"))
