"""Holds on stock: taken by one conditional UPDATE, given back once, swept when their time is over.

Who holds or gives back has the store's lock first, then the holds, then the levels in the order of the items: the
order in which loads take them, so nothing waits for each other in a circle. `StockLevel.reserved` is at every commit
the sum of the holds that are withheld.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction

from inventory.feeds.records import LevelChanges
from inventory.models import Reservation, ReservationChange, Store
from inventory.selectors import PROMISED
from inventory.signals import stock_changed

# Without 0, 1, I and O: said aloud and written on a slip.
REFERENCE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REFERENCE_LENGTH = 5
SWEPT_AT_ONCE = 500

# Limit and counter stand on one row and are checked again under its lock: never more held than can be promised.
HOLD = f"""
WITH wanted AS (
    SELECT * FROM unnest(%(items)s::int4[], %(quantities)s::int4[]) AS w(item_id, quantity)
), locked AS MATERIALIZED (
    SELECT l.item_id, w.quantity FROM inventory_stocklevel l JOIN wanted w USING (item_id)
    WHERE l.store_id = %(store)s ORDER BY l.item_id FOR NO KEY UPDATE OF l
)
UPDATE inventory_stocklevel l SET reserved = l.reserved + w.quantity
FROM locked w WHERE l.store_id = %(store)s AND l.item_id = w.item_id AND {PROMISED} >= w.quantity
RETURNING l.store_id, l.item_id, {PROMISED} + w.quantity, {PROMISED}
"""  # noqa: S608

GIVE_BACK = f"""
WITH given AS (
    SELECT store_id, item_id, sum(quantity)::int4 AS quantity
    FROM unnest(%(stores)s::int4[], %(items)s::int4[], %(quantities)s::int4[]) AS g(store_id, item_id, quantity)
    GROUP BY 1, 2
), locked AS MATERIALIZED (
    SELECT l.store_id, l.item_id, g.quantity FROM inventory_stocklevel l JOIN given g USING (store_id, item_id)
    ORDER BY l.store_id, l.item_id FOR NO KEY UPDATE OF l
)
UPDATE inventory_stocklevel l SET reserved = l.reserved - g.quantity
FROM locked g WHERE l.store_id = g.store_id AND l.item_id = g.item_id
RETURNING l.store_id, l.item_id, {PROMISED} - g.quantity, {PROMISED}
"""  # noqa: S608

EXPIRE = """
WITH due AS (
    SELECT id FROM inventory_reservation
    WHERE state = 'ACTIVE' AND expires_at <= %(now)s AND store_id = ANY(%(stores)s::int4[])
    ORDER BY store_id, item_id, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), swept AS (
    UPDATE inventory_reservation r SET state = 'EXPIRED', is_withheld = false, ended_at = %(now)s,
           for_whom = ''
    FROM due WHERE due.id = r.id AND r.state = 'ACTIVE'
    RETURNING r.id, r.store_id, r.item_id, r.quantity, r.revision_id
), noted AS (
    INSERT INTO inventory_reservationchange (reservation_id, old_state, new_state, why, at)
    SELECT id, 'ACTIVE', 'EXPIRED', 'nobody came in time', %(now)s FROM swept
)
SELECT store_id, item_id, quantity, revision_id FROM swept
"""

# What was handed out has left the level's own figure once a sale, or another count of its source, is heard of.
SETTLE = """
UPDATE inventory_reservation r SET is_withheld = false
WHERE r.state = 'FULFILLED' AND r.is_withheld AND r.store_id = ANY(%(stores)s::int4[]) AND EXISTS (
    SELECT FROM inventory_storefeed f JOIN inventory_feedsource s ON s.id = f.source_id
    LEFT JOIN inventory_stocklevel l ON l.store_id = r.store_id AND l.item_id = r.item_id
    WHERE f.store_id = r.store_id AND f.as_of > r.ended_at AND (s.kind = 'SALES' OR l.source_id = s.id))
RETURNING r.store_id, r.item_id, r.quantity, NULL::int8
"""


class NotEnough(Exception):
    """Fewer can be promised than are to be held: nothing is held."""

    def __init__(self, *, item_ids: Sequence[int]) -> None:
        super().__init__(item_ids)
        self.item_ids = list(item_ids)


@dataclass(frozen=True)
class Ended:
    """A hold that keeps nothing back any more, and the revision it was made for."""

    store_id: int
    revision_id: int | None


def hold_stock(
    *,
    store: Store,
    quantities: Mapping[int, int],
    made_in: Store,
    made_by: Any | None,
    for_whom: str,
    expires_at: datetime,
    revision_id: int | None,
    why: str,
    now: datetime,
) -> list[Reservation]:
    """Hold so many (smallest unit) of each item id in a store: all of them, or NotEnough and none.

    Of one item that is asked for twice the caller sends the sum. Runs in a transaction of its own or a savepoint of
    the caller's; offers follow in the same transaction, by the signal that loads send.
    """
    items = sorted(quantities)
    with transaction.atomic():
        Store.objects.filter(pk=store.pk).lock_in_order()
        with connection.cursor() as cursor:
            wanted = [quantities[item] for item in items]
            cursor.execute(HOLD, {"store": store.pk, "items": items, "quantities": wanted})
            rows = cursor.fetchall()
        if len(rows) < len(items):
            held = {row[1] for row in rows}
            raise NotEnough(item_ids=[item for item in items if item not in held])
        reference = _new_reference(store)
        made = [
            Reservation(
                store=store, item_id=item, quantity=quantities[item], reference=reference, for_whom=for_whom,
                made_in=made_in, made_by=made_by, made_at=now, expires_at=expires_at, revision_id=revision_id,
            )
            for item in items
        ]  # fmt: skip
        _write(made, why=why)
        _tell(rows, now=now)
    return made


def _write(made: Sequence[Reservation], *, why: str) -> None:
    """The holds, and the first step of each."""
    Reservation.objects.bulk_create(made)
    ReservationChange.objects.bulk_create(
        ReservationChange(reservation=one, new_state=one.state, by=one.made_by, why=why, at=one.made_at)
        for one in made
    )


def _new_reference(store: Store) -> str:
    """A reference that no hold of the store has had; the store's lock keeps others from choosing it now."""
    while True:
        reference = "".join(secrets.choice(REFERENCE_SIGNS) for _place in range(REFERENCE_LENGTH))
        if not Reservation.objects.filter(store=store, reference=reference).exists():
            return reference


def end_hold(*, reservation: Reservation, state: str, by: Any | None, why: str, now: datetime) -> bool:
    """ACTIVE → FULFILLED or RELEASED; False when it was over already (`reservation` then says how).

    What is released can be promised again at once; what is handed out, once a feed has told of its leaving.
    """
    is_withheld = state == Reservation.State.FULFILLED
    with transaction.atomic():
        Store.objects.filter(pk=reservation.store_id).lock_in_order()
        moved = (
            Reservation.objects.active()
            .filter(pk=reservation.pk)
            .update(state=state, is_withheld=is_withheld, ended_at=now, for_whom="")
        )
        reservation.refresh_from_db(fields=["state", "is_withheld", "ended_at", "for_whom"])
        if not moved:
            return False
        ReservationChange.objects.create(
            reservation=reservation,
            old_state=Reservation.State.ACTIVE,
            new_state=state,
            by=by,
            why=why,
            at=now,
        )
        if not is_withheld:
            _give_back([(reservation.store_id, reservation.item_id, reservation.quantity)], now=now)
    return True


def sweep_holds(*, now: datetime) -> list[Ended]:
    """Give back what nobody came for, and what feeds have told of since it was handed out; those that ended.

    Set-based, and nothing twice. Stores that somebody is writing at the moment are left to the next sweep.
    """
    ended: list[Ended] = []
    waiting = Reservation.objects.filter(is_withheld=True).exclude(state="ACTIVE", expires_at__gt=now)
    store_ids = list(waiting.order_by().values_list("store_id", flat=True).distinct())
    if not store_ids:
        return ended
    with transaction.atomic(), connection.cursor() as cursor:
        stores = Store.objects.filter(pk__in=store_ids).lock_idle()
        for statement in (EXPIRE, SETTLE):
            cursor.execute(statement, {"stores": stores, "now": now, "limit": SWEPT_AT_ONCE})
            rows = cursor.fetchall()
            _give_back([row[:3] for row in rows], now=now)
            ended += [Ended(store_id=row[0], revision_id=row[3]) for row in rows]
    return ended


def _give_back(rows: Sequence[tuple[int, int, int]], *, now: datetime) -> None:
    """Take (store, item, quantity) off what is reserved, under the stores' locks; a level that is gone has none."""
    if not rows:
        return
    with connection.cursor() as cursor:
        columns = zip(("stores", "items", "quantities"), map(list, zip(*rows, strict=True)), strict=True)
        cursor.execute(GIVE_BACK, dict(columns))
        _tell(cursor.fetchall(), now=now)


def _tell(rows: Sequence[tuple[int, int, int, int]], *, now: datetime) -> None:
    """Rows of (store, item, promised before, promised after) as the signal that offers follow."""
    if rows:
        columns = np.array(rows, np.int32).T
        stock_changed.send(sender=Reservation, run=None, changes=LevelChanges(*columns), now=now)
