"""Sources that disagree: a conflict opens once, follows both figures, and is over when they agree again.

A figure is a source's count moved by every movement since, so counts of different hours can be compared. A word
older than its source's own freshness limit, seen from the newest count, is compared no more; nor is a word older
than a count at the shelf that is believed, because that count settled the matter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from inventory.feeds.records import Flags, Int32s, Int64s
from inventory.imports.claims import NEVER, Claim, Rule, Rules, shelf_times, winning_times
from inventory.imports.copying import copy_in, copy_records, pg_time, raw_cursor
from inventory.imports.levels import Movements, moved, read_movements
from inventory.models import StockConflict

# What was looked at in a store: every source's claim, and the items (ascending) whose claims or movements changed.
LookedAt = Mapping[int, tuple[Mapping[int, Claim], Int32s]]

REASONS = [str(reason) for reason in StockConflict.Reason]
PRECEDENCE, NEWER, OTHER_TOO_OLD, LATER_SOURCE = range(1, 5)


@dataclass(frozen=True)
class Disagreeing:
    """Pairs of sources with different figures: equal-length arrays; instants in µs since 1970 UTC."""

    store_id: Int32s
    item_id: Int32s
    winner_id: Int64s
    other_id: Int64s
    winner_quantity: Int32s
    other_quantity: Int32s
    winner_as_of: Int64s
    other_as_of: Int64s
    reason: npt.NDArray[np.int16]


def track_disagreements(looked_at: LookedAt, rules: Rules, *, now: datetime) -> None:
    """Open, bring up to date and close the conflicts of these items, in the caller's transaction.

    The caller holds the stores' locks. Where one source speaks there is nothing to do.
    """
    several = {store: found for store, found in looked_at.items() if len(found[0]) > 1 and len(found[1])}
    if not several:
        return
    compared = {store: one for store, found in several.items() if (one := _compared(*found, rules))}
    movements = read_movements({store: one.since for store, one in compared.items()}) if compared else {}
    pairs = [
        pair
        for store, one in compared.items()
        for pair in _disagreeing(store, one, movements.get(store), several[store][0], rules)
    ]
    with raw_cursor() as cursor:
        if not pairs:
            cursor.execute(ANY_OPEN, (list(several),))
            if not cursor.fetchone():
                return
        _stage({store: items for store, (_claims, items) in several.items()}, pairs)
        for statement in (SETTLED, FOLLOW, CLOSE, OPEN):
            cursor.execute(statement, {"now": now, "reasons": REASONS})


@dataclass(frozen=True)
class _Compared:
    """The items of a store that several sources speak of, and whose words count."""

    items: Int32s
    winners: Int32s
    winner_times: Int64s
    others: Mapping[
        int, tuple[Flags, Int64s]
    ]  # by source: where it is compared with the winner, its instants
    since: int


def _compared(claims: Mapping[int, Claim], items: Int32s, rules: Rules) -> _Compared | None:
    times = {source: claim.times_of(items) for source, claim in claims.items()}
    spoken = sum((theirs != NEVER).astype(np.int8) for theirs in times.values())
    rows = np.flatnonzero(spoken > 1)
    if not len(rows):
        return None
    items, times = items[rows], {source: theirs[rows] for source, theirs in times.items()}
    newest = np.maximum.reduce(list(times.values()))
    winner_times, winners = winning_times(claims, items, rules)
    settled = shelf_times(claims, items, rules)
    others, since = {}, NEVER
    for source, theirs in times.items():
        counts = (theirs != NEVER) & (winners != source) & (theirs >= newest - rules[source].fresh_for)
        counts &= theirs >= settled
        counts &= (winner_times != settled) | (theirs > settled)
        if counts.any():
            others[source] = (counts, theirs)
            oldest = int(np.minimum(theirs, winner_times)[counts].min())
            since = oldest if since == NEVER else min(since, oldest)
    return _Compared(items, winners, winner_times, others, since) if others else None


def _disagreeing(
    store: int,
    compared: _Compared,
    movements: Movements | None,
    claims: Mapping[int, Claim],
    rules: Rules,
) -> Iterator[Disagreeing]:
    """The pairs whose figures differ by more than both sources may."""
    items, winners = compared.items, compared.winners
    figures = np.zeros(len(items), np.int32)
    for winner in np.unique(winners).tolist():
        rows = winners == winner
        figures[rows] = claims[winner].quantities_of(items[rows])
    figures = moved(items, figures, compared.winner_times, movements)
    tolerances = _by_source(winners, {source: rules[source].tolerance for source in claims})
    for source, (counts, times) in compared.others.items():
        theirs = moved(items, claims[source].quantities_of(items), times, movements)
        apart = np.abs(figures.astype(np.int64) - theirs)
        rows = np.flatnonzero(counts & (apart > np.maximum(tolerances, rules[source].tolerance)))
        if len(rows):
            yield Disagreeing(
                store_id=np.full(len(rows), store, np.int32),
                item_id=items[rows],
                winner_id=winners[rows].astype(np.int64),
                other_id=np.full(len(rows), source, np.int64),
                winner_quantity=figures[rows],
                other_quantity=theirs[rows],
                winner_as_of=compared.winner_times[rows],
                other_as_of=times[rows],
                reason=_reasons(
                    winners[rows], compared.winner_times[rows], times[rows], rules[source], rules
                ),
            )


def _reasons(
    winners: Int32s, winner_times: Int64s, times: Int64s, other: Rule, rules: Rules
) -> npt.NDArray[np.int16]:
    """Why each winner is believed against one other source."""
    precedences = _by_source(winners, {source: rule.precedence for source, rule in rules.items()})
    of_equals = np.where(winner_times > times, NEWER, LATER_SOURCE)
    of_others = np.where(precedences < other.precedence, PRECEDENCE, OTHER_TOO_OLD)
    return np.where(precedences == other.precedence, of_equals, of_others).astype(np.int16)


def _by_source(sources: Int32s, values: Mapping[int, int]) -> Int64s:
    """The value of each source."""
    found = np.zeros(len(sources), np.int64)
    for source in np.unique(sources).tolist():
        found[sources == source] = values[source]
    return found


LOOKED_COLUMNS = (("store_id", ">i4"), ("item_id", ">i4"))
PAIR_COLUMNS = (
    ("store_id", ">i4"), ("item_id", ">i4"), ("winner_id", ">i8"), ("other_id", ">i8"), ("winner_quantity", ">i4"),
    ("other_quantity", ">i4"), ("winner_as_of", ">i8"), ("other_as_of", ">i8"), ("reason", ">i2"),
)  # fmt: skip

ANY_OPEN = "SELECT 1 FROM inventory_stockconflict WHERE state = 'OPEN' AND store_id = ANY(%s::int4[]) LIMIT 1"
STAGE = """
CREATE TEMP TABLE IF NOT EXISTS looked_at (store_id int4, item_id int4) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS disagreeing
    (store_id int4, item_id int4, winner_id int8, other_id int8, winner_quantity int4, other_quantity int4,
     winner_as_of timestamptz, other_as_of timestamptz, reason int2) ON COMMIT DELETE ROWS;
TRUNCATE looked_at, disagreeing
"""
SAME_PAIR = """{c}.store_id = d.store_id AND {c}.item_id = d.item_id
    AND least({c}.winner_id, {c}.other_id) = least(d.winner_id, d.other_id)
    AND greatest({c}.winner_id, {c}.other_id) = greatest(d.winner_id, d.other_id)"""
# What a person has settled is no disagreement as long as the two are apart by just as much.
SETTLED = f"""
DELETE FROM disagreeing d WHERE d.winner_quantity::int8 - d.other_quantity = (
    SELECT (c.winner_quantity::int8 - c.other_quantity) * CASE WHEN c.winner_id = d.winner_id THEN 1 ELSE -1 END
    FROM inventory_stockconflict c WHERE c.state = 'RESOLVED' AND {SAME_PAIR.format(c="c")}
    ORDER BY c.closed_at DESC, c.id DESC LIMIT 1)
"""  # noqa: S608  (only constants of this module are put in)
FOLLOW = f"""
UPDATE inventory_stockconflict c
SET winner_id = d.winner_id, winner_quantity = d.winner_quantity, winner_as_of = d.winner_as_of,
    other_id = d.other_id, other_quantity = d.other_quantity, other_as_of = d.other_as_of,
    reason = (%(reasons)s::text[])[d.reason], changed_at = %(now)s
FROM disagreeing d WHERE c.state = 'OPEN' AND {SAME_PAIR.format(c="c")}
    AND (c.winner_id, c.winner_quantity, c.winner_as_of, c.other_quantity, c.other_as_of, c.reason)
        IS DISTINCT FROM (d.winner_id, d.winner_quantity, d.winner_as_of, d.other_quantity, d.other_as_of,
                          (%(reasons)s::text[])[d.reason])
"""  # noqa: S608
CLOSE = f"""
UPDATE inventory_stockconflict c SET state = 'AGREED', closed_at = %(now)s, changed_at = %(now)s
FROM looked_at l WHERE c.state = 'OPEN' AND c.store_id = l.store_id AND c.item_id = l.item_id
    AND NOT EXISTS (SELECT 1 FROM disagreeing d WHERE {SAME_PAIR.format(c="c")})
"""  # noqa: S608
OPEN = f"""
INSERT INTO inventory_stockconflict
    (store_id, item_id, winner_id, winner_quantity, winner_as_of, other_id, other_quantity, other_as_of, reason,
     state, owner_id, opened_at, changed_at, resolution)
SELECT d.store_id, d.item_id, d.winner_id, d.winner_quantity, d.winner_as_of, d.other_id, d.other_quantity,
       d.other_as_of, (%(reasons)s::text[])[d.reason], 'OPEN', coalesce(w.owner_id, o.owner_id), %(now)s, %(now)s, ''
FROM disagreeing d
JOIN inventory_feedsource w ON w.id = d.winner_id JOIN inventory_feedsource o ON o.id = d.other_id
WHERE NOT EXISTS (SELECT 1 FROM inventory_stockconflict c WHERE c.state = 'OPEN' AND {SAME_PAIR.format(c="c")})
"""  # noqa: S608


def _stage(looked_at: Mapping[int, Int32s], pairs: list[Disagreeing]) -> None:
    """Put both sets where one statement can reach them."""
    looked: dict[str, npt.NDArray[Any]] = {
        "store_id": np.repeat(
            np.array(list(looked_at), np.int32), [len(items) for items in looked_at.values()]
        ),
        "item_id": np.concatenate(list(looked_at.values())),
    }
    with raw_cursor() as cursor:
        for statement in STAGE.split(";"):
            cursor.execute(statement)
        copy_in("looked_at", LOOKED_COLUMNS, [copy_records(LOOKED_COLUMNS, looked)])
        if pairs:
            columns = {
                column.name: np.concatenate([getattr(pair, column.name) for pair in pairs])
                for column in fields(Disagreeing)
            }
            for name in ("winner_as_of", "other_as_of"):
                columns[name] = pg_time(columns[name])
            copy_in("disagreeing", PAIR_COLUMNS, [copy_records(PAIR_COLUMNS, columns)])
        cursor.execute("ANALYZE looked_at, disagreeing")
