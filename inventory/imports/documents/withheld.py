"""Stock on hand that cannot be sold, as a source says of each count: the newest word of each state stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inventory.imports.copying import raw_cursor
from inventory.imports.times import instant

STAGE = """
CREATE TEMP TABLE IF NOT EXISTS told_withheld
    (store_id int4, item_id int4, state text, quantity int4, as_of timestamptz) ON COMMIT DELETE ROWS
"""
# Nothing of nothing needs no row; where a row stands, nothing is said by a zero.
UPSERT = """
INSERT INTO inventory_stockwithheld (store_id, item_id, source_id, state, quantity, as_of, run_id)
SELECT DISTINCT ON (t.store_id, t.item_id, t.state) t.store_id, t.item_id, %s, t.state, t.quantity, t.as_of, %s
FROM told_withheld t
LEFT JOIN inventory_stockwithheld w
    ON w.store_id = t.store_id AND w.item_id = t.item_id AND w.source_id = %s AND w.state = t.state
WHERE t.quantity <> 0 OR w.store_id IS NOT NULL
ORDER BY t.store_id, t.item_id, t.state, t.as_of DESC
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
    """Put them in, in the caller's transaction, which holds the stores' locks."""
    with raw_cursor() as cursor:
        cursor.execute(STAGE)
        cursor.execute("TRUNCATE told_withheld")
        with cursor.copy("COPY told_withheld FROM STDIN") as copy:
            for fact in facts:
                for state, quantity in fact.states.items():
                    copy.write_row((fact.store, fact.item, state, quantity, instant(fact.instant)))
        cursor.execute(UPSERT, (source_id, run_id, source_id))
