"""What a FULL file no longer names: counted as none since its instant, within its scope, behind the drop guard."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from inventory.feeds.records import ABSENT, FeedHeld, Int32s
from inventory.imports.claims import NEVER, Claim
from inventory.imports.copying import raw_cursor
from inventory.imports.times import instant
from inventory.models import Item, Store

ANY = 0
EXAMPLES = 20
# Stands for the line of something that is in no line of the file.
NO_LINE = -1


@dataclass
class Full:
    """What a FULL file says beside its lines.

    `scope` are the stores it speaks for, `as_of` (µs, UTC) the instant for those it has no line of. `named` holds
    (store, item) of lines that could not be used: they are not left out; item ANY stands for a line whose item
    could not be made out, store ANY for one of any store. `drop_guard` is the share of known items that may be
    missing, None where a person has released the file.
    """

    scope: frozenset[int]
    as_of: int
    drop_guard: float | None
    named: Mapping[int, set[int]] = field(default_factory=dict)
    times: dict[int, int] = field(default_factory=dict)
    known: int = 0
    missing: dict[int, Int32s] = field(default_factory=dict)
    skipped: list[int] = field(default_factory=list)

    def missing_items(self, store: int, items: Int32s, own: Claim | None, newest: int) -> Int32s:
        """Items of the source's claim that the file's lines of the store leave out, ascending.

        `items` are those its lines name, `newest` the newest instant of them (NEVER: it has none).
        """
        self.times[store] = as_of = newest if newest != NEVER else self.as_of
        if own is None or not len(own.items):
            return np.empty(0, np.int32)
        present = own.quantities != ABSENT
        self.known += int(present.sum())
        named = self.named.get(store, set()) | self.named.get(ANY, set())
        if ANY in named:
            self.skipped.append(store)
            return np.empty(0, np.int32)
        everything = np.concatenate([items, np.fromiter(named, np.int32, len(named))])
        gone = present & (own.times() < as_of) & ~np.isin(own.items, everything)
        missing: Int32s = own.items[gone]
        if len(missing):
            self.missing[store] = missing
        return missing

    def check(self, counts: Mapping[str, int]) -> None:
        """Raise FeedHeld where more is missing than the guard lets pass; `counts` go into the preview."""
        missing = sum(map(len, self.missing.values()))
        if self.drop_guard is None or missing <= self.known * self.drop_guard:
            return
        raise FeedHeld(
            "drop_guard",
            f"The file no longer names {missing:,} of {self.known:,} items that stood "
            f"({missing / self.known:.0%}; up to {self.drop_guard:.0%} pass). Used as it is, they count as none.",
            preview={"counts": dict(counts), "absent": missing, "known": self.known, **self._named()},
        )

    def _named(self) -> dict[str, object]:
        """The stores with most missing, and some of the items."""
        worst = sorted(self.missing, key=lambda store: -len(self.missing[store]))[:EXAMPLES]
        codes = dict(Store.objects.filter(pk__in=worst).values_list("pk", "store_code"))
        some = [(store, int(item)) for store in worst for item in self.missing[store][:EXAMPLES]][:EXAMPLES]
        items = Item.objects.only("sku", "title").in_bulk({item for _store, item in some})
        return {
            "stores": [{"store": codes[store], "absent": len(self.missing[store])} for store in worst],
            "examples": [
                {"store": codes[store], "sku": items[item].sku, "title": items[item].title}
                for store, item in some
                if item in items
            ],
        }


def by_store(named: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """(store, item) pairs grouped by store."""
    grouped: dict[int, set[int]] = defaultdict(set)
    for store, item in named:
        grouped[store].add(item)
    return grouped


REMEMBER = """
UPDATE inventory_stockclaim c SET full_as_of = u.as_of
FROM unnest(%s::int4[], %s::timestamptz[]) AS u (store, as_of)
WHERE c.source_id = %s AND c.store_id = u.store AND (c.full_as_of IS NULL OR c.full_as_of < u.as_of)
"""


def remember(full: Full, *, source_id: int) -> None:
    """Keep since when what the claims do not hold is absent, so that older files yet to come change nothing."""
    stores = sorted(full.times)
    with raw_cursor() as cursor:
        cursor.execute(REMEMBER, (stores, [instant(full.times[store]) for store in stores], source_id))
