"""Stock on hand that cannot be sold, as a source says of each count: the newest word of each state stands."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from inventory.imports.claims import read_claims
from inventory.imports.copying import raw_cursor
from inventory.imports.times import instant

STAGE = """
CREATE TEMP TABLE IF NOT EXISTS told_withheld
    (store_id int4, item_id int4, state text, quantity int4, as_of timestamptz) ON COMMIT DELETE ROWS
"""
# Nothing of nothing needs no row; where a row stands, nothing is said by a zero.
UPSERT = """
INSERT INTO inventory_stockwithheld (store_id, item_id, source_id, state, quantity, as_of, run_id)
SELECT t.store_id, t.item_id, %s, t.state, t.quantity, t.as_of, %s
FROM (SELECT DISTINCT ON (store_id, item_id, state) * FROM told_withheld
      ORDER BY store_id, item_id, state, as_of DESC) t
LEFT JOIN inventory_stockwithheld w
    ON w.store_id = t.store_id AND w.item_id = t.item_id AND w.source_id = %s AND w.state = t.state
WHERE t.quantity <> 0 OR w.store_id IS NOT NULL
ON CONFLICT (store_id, item_id, source_id, state) DO UPDATE
SET quantity = excluded.quantity, as_of = excluded.as_of, run_id = excluded.run_id
WHERE inventory_stockwithheld.as_of < excluded.as_of
"""


@dataclass(frozen=True, slots=True)
class WithheldFact:
    """What one count says cannot be sold of it: state → smallest units; `instant` in µs since 1970 UTC."""

    store: int
    item: int
    instant: int
    states: Mapping[str, int]


def write_withheld(facts: Iterable[WithheldFact], *, source_id: int, run_id: int) -> None:
    """Put them in, in the caller's transaction, which holds the stores' locks; before its counts are written.

    A word older than the source's own standing count is left out: a nothing said since then has no row to show it.
    """
    facts = _not_outdated(facts, source_id)
    with raw_cursor() as cursor:
        cursor.execute(STAGE)
        cursor.execute("TRUNCATE told_withheld")
        with cursor.copy("COPY told_withheld FROM STDIN") as copy:
            for fact in facts:
                for state, quantity in fact.states.items():
                    copy.write_row((fact.store, fact.item, state, quantity, instant(fact.instant)))
        cursor.execute(UPSERT, (source_id, run_id, source_id))


def _not_outdated(facts: Iterable[WithheldFact], source_id: int) -> list[WithheldFact]:
    """Those that are not older than the count of the same item that stands from this source."""
    by_store: dict[int, list[WithheldFact]] = defaultdict(list)
    for fact in facts:
        by_store[fact.store].append(fact)
    claims = read_claims(list(by_store))
    kept = []
    for store, told in by_store.items():
        own = claims[store].get(source_id)
        if own is None:
            kept += told
            continue
        counted = own.times_of(np.array([fact.item for fact in told], np.int32))
        instants = np.array([fact.instant for fact in told], np.int64)
        kept += [told[place] for place in np.flatnonzero(instants >= counted)]
    return kept
