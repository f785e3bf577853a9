"""Claims in memory: what each source says about a store, merged item by item, and which source wins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inventory.feeds.records import ABSENT, Flags, Int32s, Int64s
from inventory.imports.copying import raw_cursor
from inventory.imports.times import MICROSECOND, instant
from inventory.models import FeedSource

NEVER = -(2**63)
FOREVER = 10**17  # µs, some three thousand years: what is longer runs over the ends of an int64
NO_PRECEDENCE = 2**31 - 1


@dataclass(frozen=True)
class Claim:
    """One source's word on one store: items ascending, quantities, and one instant or one for each (µs, UTC)."""

    items: Int32s
    quantities: Int32s
    as_ofs: int | Int64s
    full_as_of: int = NEVER  # since when what is not in it is absent; the table's own column

    @property
    def newest(self) -> int:
        return self.as_ofs if isinstance(self.as_ofs, int) else int(self.as_ofs.max())

    def times(self) -> Int64s:
        """One instant for each item."""
        if isinstance(self.as_ofs, int):
            return np.full(len(self.items), self.as_ofs, np.int64)
        return self.as_ofs

    def find(self, items: Int32s) -> tuple[npt.NDArray[np.intp], Flags]:
        """Where each of the items stands, and whether it is there at all."""
        places = np.searchsorted(self.items, items)
        places[places == len(self.items)] = 0
        return places, self.items[places] == items

    def times_of(self, items: Int32s) -> Int64s:
        """When each of the items was counted; NEVER for items it does not know."""
        if not len(self.items):
            return np.full(len(items), NEVER, np.int64)
        places, known = self.find(items)
        if isinstance(self.as_ofs, int):
            return np.where(known, np.int64(self.as_ofs), NEVER)
        return np.where(known, self.as_ofs[places], NEVER)

    def quantities_of(self, items: Int32s) -> Int32s:
        """How many there were at each count: nothing of what a full file no longer named, nor of the unknown."""
        if not len(self.items):
            return np.zeros(len(items), np.int32)
        places, known = self.find(items)
        return np.where(known, as_counts(self.quantities[places]), np.int32(0))


def as_counts(quantities: Int32s) -> Int32s:
    """Claimed quantities as counts: an item that a full file no longer names is counted as none."""
    absent = quantities == ABSENT
    return np.where(absent, np.int32(0), quantities) if absent.any() else quantities


@dataclass(frozen=True)
class Rule:
    """How far one source is believed: the lowest precedence wins while its count is at most so old (µs).

    `fresh_for` is how old its word may be before it is no word any more, `tolerance` in smallest units of the item.
    """

    precedence: int
    holds_for: int
    fresh_for: int
    tolerance: int
    is_shelf_count: bool


Rules = Mapping[int, Rule]
MANUAL_COUNT = "manual-count"  # the built-in source of what people count at the shelf


def read_rules() -> Rules:
    """The rule of every source by its id. Read after the stores' locks were taken: a change is then followed."""
    rules = {}
    for source in FeedSource.objects.all():
        fresh_for = min(source.freshness_limit // MICROSECOND, FOREVER)
        holds_for = min(source.believed_for // MICROSECOND, FOREVER)
        rules[source.pk] = Rule(
            precedence=source.precedence,
            holds_for=holds_for,
            fresh_for=max(fresh_for, holds_for),
            tolerance=source.conflict_tolerance,
            is_shelf_count=source.code == MANUAL_COUNT,
        )
    return rules


ClaimsByStore = Mapping[int, Mapping[int, Claim]]

READ_CLAIMS = """
SELECT store_id, source_id, (extract(epoch FROM as_of) * 1000000)::int8, item_ids, quantities, as_ofs,
    (extract(epoch FROM full_as_of) * 1000000)::int8
FROM inventory_stockclaim WHERE store_id = ANY(%s::int4[])
"""


def read_claims(store_ids: Sequence[int]) -> ClaimsByStore:
    """Every source's claim on the stores, by store and source."""
    found: dict[int, dict[int, Claim]] = {store: {} for store in store_ids}
    with raw_cursor() as cursor:
        cursor.execute(READ_CLAIMS, (list(store_ids),))
        for store, source, as_of, items, quantities, as_ofs, full_as_of in cursor:
            found[store][source] = Claim(
                items=np.frombuffer(items, "<i4"),
                quantities=np.frombuffer(quantities, "<i4"),
                as_ofs=as_of if as_ofs is None else np.frombuffer(as_ofs, "<i8"),
                full_as_of=NEVER if full_as_of is None else full_as_of,
            )
    return found


def merged(old: Claim | None, newer: Claim) -> Claim:
    """The old claim with every item of the newer one replaced or added."""
    if old is not None and not len(newer.items):
        return old
    if old is None or not len(old.items) or np.array_equal(old.items, newer.items):
        return _compact(newer)
    kept = ~np.isin(old.items, newer.items, assume_unique=True)
    if not kept.any():
        return _compact(newer)
    items = np.concatenate([old.items[kept], newer.items])
    order = np.argsort(items, kind="stable")
    return _compact(
        Claim(
            items=items[order],
            quantities=np.concatenate([old.quantities[kept], newer.quantities])[order],
            as_ofs=np.concatenate([old.times()[kept], newer.times()])[order],
        )
    )


def _compact(claim: Claim) -> Claim:
    """One instant instead of many equal ones."""
    if isinstance(claim.as_ofs, int) or not len(claim.items):
        return claim
    first = int(claim.as_ofs[0])
    return Claim(claim.items, claim.quantities, first) if (claim.as_ofs == first).all() else claim


def winning_times(claims: Mapping[int, Claim], items: Int32s, rules: Rules) -> tuple[Int64s, Int32s]:
    """For each item the believed count's instant and its source: NEVER and 0 where nobody has counted it.

    Believed is the source with the lowest precedence among those whose count is not older than the newest count
    by more than they hold for, nor older than a count at the shelf; of equals the newest count, then the source
    with the higher id. No clock is asked, so the same claims give the same winner whenever and in whatever order
    they came.
    """
    if len(claims) == 1:
        ((source, claim),) = claims.items()
        times = claim.times_of(items)
        return times, np.where(times == NEVER, 0, source).astype(np.int32)
    by_source = {source: claims[source].times_of(items) for source in sorted(claims)}
    newest = np.full(len(items), NEVER, np.int64)
    for theirs in by_source.values():
        np.maximum(newest, theirs, out=newest)
    settled = shelf_times(claims, items, rules)
    times = np.full(len(items), NEVER, np.int64)
    sources = np.zeros(len(items), np.int32)
    best = np.full(len(items), NO_PRECEDENCE, np.int32)
    for source, theirs in by_source.items():
        rule = rules[source]
        holds = (theirs != NEVER) & (theirs >= newest - rule.holds_for) & (theirs >= settled)
        wins = holds & ((rule.precedence < best) | ((rule.precedence == best) & (theirs >= times)))
        times = np.where(wins, theirs, times)
        sources[wins] = source
        best[wins] = rule.precedence
    return times, sources


def shelf_times(claims: Mapping[int, Claim], items: Int32s, rules: Rules) -> Int64s:
    """When somebody last looked at the shelf for each item, NEVER where nobody did: that settled what was older."""
    settled = np.full(len(items), NEVER, np.int64)
    for source, claim in claims.items():
        if rules[source].is_shelf_count:
            np.maximum(settled, claim.times_of(items), out=settled)
    return settled


REPLACE_CLAIM = """
INSERT INTO inventory_stockclaim (source_id, store_id, run_id, as_of, item_ids, quantities, as_ofs)
VALUES (%s, %s, %s, %s, %b, %b, %b)
ON CONFLICT (source_id, store_id) DO UPDATE SET
    run_id = excluded.run_id, as_of = excluded.as_of, item_ids = excluded.item_ids,
    quantities = excluded.quantities, as_ofs = excluded.as_ofs
"""
# The same items in another night: their column is not touched, so its bytes are not written again.
CONFIRM_CLAIM = """
UPDATE inventory_stockclaim SET run_id = %s, as_of = %s, as_ofs = %b WHERE source_id = %s AND store_id = %s
"""
REFRESH_CLAIM = """
UPDATE inventory_stockclaim SET run_id = %s, as_of = %s, quantities = %b, as_ofs = %b
WHERE source_id = %s AND store_id = %s
"""


def write_claims(changed: Iterable[tuple[int, Claim | None, Claim]], *, source_id: int, run_id: int) -> None:
    """Store one source's claims: (store id, the claim that stood, the claim that stands now)."""
    replaced, refreshed, confirmed = [], [], []
    for store, old, new in changed:
        as_of = instant(new.newest)
        as_ofs = None if isinstance(new.as_ofs, int) else new.as_ofs.astype("<i8").tobytes()
        same_items = old is not None and np.array_equal(old.items, new.items)
        if old is not None and same_items and np.array_equal(old.quantities, new.quantities):
            confirmed.append((run_id, as_of, as_ofs, source_id, store))
            continue
        quantities = new.quantities.astype("<i4").tobytes()
        if same_items:
            refreshed.append((run_id, as_of, quantities, as_ofs, source_id, store))
        else:
            items = new.items.astype("<i4").tobytes()
            replaced.append((source_id, store, run_id, as_of, items, quantities, as_ofs))
    with raw_cursor() as cursor:
        if confirmed:
            cursor.executemany(CONFIRM_CLAIM, confirmed)
        if refreshed:
            cursor.executemany(REFRESH_CLAIM, refreshed)
        if replaced:
            cursor.executemany(REPLACE_CLAIM, replaced)


REACH = """
INSERT INTO inventory_storefeed (source_id, store_id, as_of, run_id)
SELECT %s, u.store, u.as_of, %s FROM unnest(%s::int4[], %s::timestamptz[]) AS u (store, as_of)
ON CONFLICT (source_id, store_id) DO UPDATE SET as_of = excluded.as_of, run_id = excluded.run_id
WHERE inventory_storefeed.as_of < excluded.as_of
"""


def write_reach(newest: Mapping[int, int], *, source_id: int, run_id: int) -> None:
    """How far the source's facts reach in each store (µs, UTC); never backwards."""
    if not newest:
        return
    stores = sorted(newest)
    times = [instant(newest[store]) for store in stores]
    with raw_cursor() as cursor:
        cursor.execute(REACH, (source_id, run_id, stores, times))
