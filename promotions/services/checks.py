"""Keeping every check that was made, off the path of the answer, and letting go of the old ones.

The verdict is asked at every scan, and a statement of its own for its account would cost it a tenth of its CPU and a
quarter of the database's (docs/decisions/0013). So a process collects its checks and a thread writes them, at most
CHECK_FLUSH_SECONDS later: a process that is killed outright loses that much of the account, and nothing else.
"""

import atexit
import logging
import os
import threading
import time
import uuid
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection

from promotions.selectors.verdicts import Verdict

logger = logging.getLogger(__name__)

# While the database is away this many wait in a process; what comes on top is counted and lost.
MOST_WAITING = 20_000
AT_ONCE = 1_000
IDLE_SECONDS = 10.0  # after that the writer gives its connection back
CLOSING_SECONDS = 5.0
PRUNED_AT_ONCE = 5_000

COLUMNS = {
    "id": "uuid", "at": "timestamptz", "counted_at": "timestamptz", "store_id": "int4", "item_id": "int4",
    "staff_member_id": "int8", "promotion_id": "int8", "revision_id": "int8", "outcome": "text", "reasons": "text",
    "code": "text", "price_amount": "numeric", "discount_amount": "numeric", "currency": "text",
}  # fmt: skip
SELECTED = ", ".join(f"string_to_array({name}, ' ')" if name == "reasons" else name for name in COLUMNS)
ARRAYS = ", ".join(f"%({name})s::{kind}[]" for name, kind in COLUMNS.items())

# A batch that was written, though we never heard so, is written again to no effect.
WRITE = f"""
INSERT INTO promotions_honourcheck ({", ".join(COLUMNS)})
SELECT {SELECTED} FROM unnest({ARRAYS}) AS t({", ".join(COLUMNS)})
ON CONFLICT (id) DO NOTHING
"""  # noqa: S608 - only names of this module's columns are put in

Row = tuple[Any, ...]


class CheckWriter:
    """The checks of one process that are not in the database yet, and the thread that brings them there."""

    def __init__(self) -> None:
        self.rows: deque[Row] = deque()
        self.lost = 0
        self.wake = threading.Event()
        self.flushing = threading.Lock()
        self.thread: threading.Thread | None = None
        self.is_closing = False

    def add(self, row: Row) -> None:
        """Take one check; never waits, never fails."""
        if len(self.rows) >= MOST_WAITING:
            self.lost += 1
            return
        self.rows.append(row)
        if not self.wake.is_set():
            self.wake.set()
        if self.thread is None:
            self.start()

    def start(self) -> None:
        """One thread a process; whoever comes first starts it."""
        with self.flushing:
            if self.thread is None:
                self.thread = threading.Thread(target=self.write_until_closed, name="checks", daemon=True)
                self.thread.start()
                atexit.register(self.close)

    def close(self) -> None:
        """Write what waits and end the thread; the process ends."""
        self.is_closing = True
        self.wake.set()
        if self.thread is not None:
            self.thread.join(CLOSING_SECONDS)

    def write_until_closed(self) -> None:
        is_last = False
        while not is_last:
            if not self.wake.wait(IDLE_SECONDS):
                connection.close()
                self.wake.wait()
            if not self.is_closing:
                time.sleep(settings.CHECK_FLUSH_SECONDS)
            self.wake.clear()
            is_last = self.is_closing  # asked before writing: what came in until the end is written
            close_old_connections()
            if not self.flush():
                self.wake.set()  # the database is away: once more after the same pause
        connection.close()

    def flush(self) -> bool:
        """Write what waits; False while the database is away, which keeps it for the next time."""
        with self.flushing:
            if self.lost:
                logger.error("%d checks were not kept: too many wait for the database", self.lost)
                self.lost = 0
            while batch := list(islice(self.rows, AT_ONCE)):
                try:
                    write_checks(batch)
                except (OperationalError, InterfaceError) as error:
                    logger.warning("%d checks wait: %s", len(self.rows), error)
                    connection.close()
                    return False
                except DatabaseError:
                    logger.exception("%d checks were not kept", len(batch))
                for _written in batch:
                    self.rows.popleft()
            return True


writer = CheckWriter()


def keep_check(*, verdict: Verdict, staff_member_id: int | None, now: datetime) -> uuid.UUID:
    """Note what was asked and answered; the check's id, under which it stands within CHECK_FLUSH_SECONDS.

    At once, in the caller's transaction, where that is 0.
    """
    row = check_row(verdict, staff_member_id=staff_member_id, now=now)
    if settings.CHECK_FLUSH_SECONDS:
        writer.add(row)
    else:
        write_checks([row])
    check: uuid.UUID = row[0]
    return check


def write_checks(rows: Sequence[Row]) -> None:
    """One statement for all of them."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE, dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))


def check_row(verdict: Verdict, *, staff_member_id: int | None, now: datetime) -> Row:
    """A verdict as a row of COLUMNS. Money for one unit; where the deal gives no price, the regular one is at stake."""
    deal, price, stock = verdict.deal, verdict.price, verdict.stock
    return (
        time_ordered_id(now),
        now,
        stock.counted_at if stock else None,
        verdict.store.pk,
        verdict.item.pk if verdict.item else None,
        staff_member_id,
        deal.promotion_pk if deal else verdict.elsewhere_pk,
        deal.revision_id if deal else None,
        str(verdict.outcome),
        " ".join(line.code for line in verdict.reasons),
        verdict.code[:200],
        price and (price.regular if price.deal is None else price.deal),
        price and price.discount,
        price.currency if price else "",
    )


def time_ordered_id(moment: datetime) -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): milliseconds first, then 74 random bits."""
    chance = int.from_bytes(os.urandom(10))
    return uuid.UUID(int=first_id(moment).int | (chance >> 68) << 64 | chance & (2**62 - 1))


def first_id(moment: datetime) -> uuid.UUID:
    """The least id of a moment, to the millisecond."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62)


# In the order of the ids, which is the order of time; what a report names stays with it.
PRUNE = """
DELETE FROM promotions_honourcheck WHERE id IN (
    SELECT id FROM promotions_honourcheck c
    WHERE c.id < %(first_kept)s AND NOT EXISTS (SELECT FROM promotions_fieldreport r WHERE r.check_made_id = c.id)
    ORDER BY c.id LIMIT %(most)s
)
"""


def prune_checks(*, now: datetime) -> int:
    """Delete checks older than CHECK_DAYS, a slice in each transaction; how many there were."""
    first_kept = first_id(now - timedelta(days=settings.CHECK_DAYS))
    pruned, slice_full = 0, True
    while slice_full:
        with connection.cursor() as cursor:
            cursor.execute(PRUNE, {"first_kept": first_kept, "most": PRUNED_AT_ONCE})
            pruned += cursor.rowcount
            slice_full = cursor.rowcount == PRUNED_AT_ONCE
    return pruned
