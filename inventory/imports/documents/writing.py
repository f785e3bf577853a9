"""A looked-up document into the database: what it brought along is made, then its facts go in."""

import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from inventory.feeds.facts import Document
from inventory.feeds.profiles import STORE_ZONE, Profile
from inventory.feeds.records import Int32s, Int64s
from inventory.feeds.sales import Workstations
from inventory.imports.archiving import keep_extract
from inventory.imports.documents.adopting import replaced
from inventory.imports.documents.fitting import FIRST_YEAR, is_far_ahead
from inventory.imports.documents.gathered import NO_TIME, Columns
from inventory.imports.documents.reading import Reading
from inventory.imports.documents.spool import FactConflicts, FactSpool
from inventory.imports.documents.standing import write_item_places
from inventory.imports.documents.totals import TotalKey, TotalSum, write_totals
from inventory.imports.documents.withheld import WithheldFact, write_withheld
from inventory.imports.loaders import Counts
from inventory.imports.sales import write_movements
from inventory.imports.spooling import StoreSpool
from inventory.imports.stock import full_file, write_counts
from inventory.imports.telling import Withheld, read_withheld
from inventory.imports.times import micros
from inventory.models import FeedRun, Store


def write_document(reading: Reading) -> Counts:
    """Write everything a document says and count it, in the caller's transaction."""
    arrival, gathered = reading.arrival, reading.gathered
    counts = Counts(
        received=reading.received,
        control_number=gathered.document.control_number,
        completeness=completeness(reading.profile, gathered.document),
        totals=reading.tally.as_json(),
    )
    with reading.spool as spool:
        made = adopt(reading)
        counted, moved = made.settle(gathered.counts), made.settle(gathered.movements)
        totals = made.settle_totals(gathered.totals)
        withheld = made.settle_withheld(gathered.withheld)
        stores = {*counted.stores.tolist(), *moved.stores.tolist(), *(key[0] for key in totals)}
        stores |= {store for store, _item in gathered.places}
        stores |= document_scope(reading)
        store_ids = Store.objects.filter(pk__in=stores).lock_in_order()
        before = read_withheld(store_ids)
        times = document_times(reading, stores)
        if withheld:
            told = [
                replace(fact, instant=times[fact.store]) if fact.instant == NO_TIME else fact
                for fact in withheld
            ]
            write_withheld(told, source_id=arrival.run.source_id, run_id=arrival.run.pk)
        write_counted(reading, counted, counts, spool, times, before)
        write_moved(reading, moved, counts, spool, made)
        write_totals(totals, arrival=arrival, counts=counts, spool=spool, as_of=document_time(reading, "UTC"))
        write_item_places(
            gathered.places, arrival=arrival, counts=counts, spool=spool, as_of=document_time(reading, "UTC")
        )
        keep_extract(run=arrival.run, records=spool.records())
        if gathered.document.as_of is not None:  # facts that are sent in again are as old as their document
            FeedRun.objects.filter(pk=arrival.run.pk).update(file_as_of=document_time(reading, "UTC"))
    return counts


def completeness(profile: Profile, document: Document) -> str:
    """FULL only where the profile says so and the document does not say less; else the document's own word."""
    said = document.completeness
    if said == "FULL" and profile.completeness != "FULL":
        return profile.completeness
    return said or profile.completeness


def document_time(reading: Reading, store_zone: str) -> datetime:
    """The instant of facts that carry none: the document's own, else the file's, else its arrival."""
    said = reading.gathered.document.as_of
    run = reading.arrival.run
    if said is None or said.year < FIRST_YEAR:
        return run.file_as_of or run.received_at
    if is_far_ahead(said, reading.arrival.now):
        return reading.arrival.now
    if said.tzinfo is None:
        zone = store_zone if reading.profile.timezone == STORE_ZONE else reading.profile.timezone
        said = said.replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=1)
    return min(said, reading.arrival.now)


def document_times(reading: Reading, stores: Iterable[int]) -> dict[int, int]:
    """`document_time` on each store's own clock, in µs since 1970 UTC."""
    zones = reading.codes.zones
    return {
        store: micros(document_time(reading, zones.get(store, reading.profile.new_timezone or "UTC")))
        for store in stores
    }


@dataclass
class Rows:
    """One kind of fact as arrays with the ids they have for good; of movements only, the columns from `days` on."""

    stores: Int32s
    items: Int32s
    quantities: Int64s
    instants: Int64s
    numbers: Int32s


@dataclass
class Made:
    """What came of the stores and items the document brought along."""

    stores: Int32s
    items: Int32s
    divisors: Int64s

    def settle(self, columns: Columns) -> Rows:
        """The columns with new ids in place of the negative ones, and quantities in smallest units."""
        items = np.frombuffer(columns.items, np.int32) if columns.items else np.empty(0, np.int32)
        quantities = np.array(columns.quantities, np.int64)
        new = items < 0
        if new.any():
            quantities[new] //= self.divisors[-items[new] - 1]
        return Rows(
            stores=replaced(np.array(columns.stores, np.int32), self.stores),
            items=replaced(items, self.items),
            quantities=quantities,
            instants=np.array(columns.instants, np.int64),
            numbers=np.array(columns.numbers, np.int32),
        )

    def settle_totals(self, totals: Mapping[TotalKey, TotalSum]) -> dict[TotalKey, TotalSum]:
        """The same for totals."""
        settled = {}
        for (store, item, start, end, activity), total in totals.items():
            if item < 0:
                total.quantity //= int(self.divisors[-item - 1])
            store, item = self.store(store), int(self.items[-item - 1]) if item < 0 else item
            settled[store, item, start, end, activity] = total
        return settled

    def settle_withheld(self, facts: Iterable[WithheldFact]) -> list[WithheldFact]:
        """The same for what is withheld."""
        return [replace(fact, store=self.store(fact.store)) for fact in facts]

    def store(self, number: int) -> int:
        return int(self.stores[-number - 1]) if number < 0 else number


def adopt(reading: Reading) -> Made:
    """Make the stores and items that the document brought along."""
    gathered = reading.gathered
    fractions = {item for (_s, item, *_rest), total in gathered.totals.items() if total.quantity % 1000}
    for columns in (gathered.counts, gathered.movements):
        pairs = zip(columns.items, columns.quantities, strict=True)
        fractions |= {item for item, quantity in pairs if item < 0 and quantity % 1000}
    items, divisors = reading.new_items.make(frozenset(fractions))
    return Made(reading.new_stores.make(), items, divisors)


def write_counted(
    reading: Reading,
    rows: Rows,
    counts: Counts,
    spool: FactSpool,
    times: Mapping[int, int],
    withheld_before: Withheld,
) -> None:
    """Counts, by the road of the stock loader."""
    full = None
    if counts.completeness == "FULL":
        scope = {*rows.stores.tolist(), *document_scope(reading)}
        named = reading.gathered.named
        full = full_file(
            reading.arrival, reading.profile, stores=reading.codes.stores, seen=scope, named=named
        )
    if not len(rows.stores) and full is None:
        return
    missing = np.flatnonzero(rows.instants == NO_TIME)
    if len(missing):
        rows.instants[missing] = [times[store] for store in rows.stores[missing].tolist()]
    lines = StoreSpool()
    lines.add_block(rows.stores, (rows.items, rows.quantities.astype(np.int32), rows.instants, rows.numbers))
    conflicts = FactConflicts(spool, same_document="ambiguous_item", earlier="conflicting_repeat")
    size = int(rows.items.max(initial=0)) + 1
    write_counts(
        reading.arrival,
        size=size,
        spool=lines,
        counts=counts,
        conflicts=conflicts,
        full=full,
        withheld_before=withheld_before,
    )


def document_scope(reading: Reading) -> set[int]:
    """The stores the document or the profile says it speaks for, whether it has lines of them or not."""
    codes = reading.codes
    found = [codes.store_id(place) for place in reading.gathered.document.scope]
    found += [codes.stores.get(code) for code in reading.profile.stores]
    return {store for store in found if store is not None}


def write_moved(reading: Reading, rows: Rows, counts: Counts, spool: FactSpool, made: Made) -> None:
    """Movements, by the road of the ledger."""
    if not len(rows.stores):
        return
    columns = reading.gathered.movements
    tills = Workstations(
        {(made.store(store), code): number for (store, code), number in reading.gathered.tills.items()}
    )
    lines = StoreSpool()
    lines.add_block(
        rows.stores,
        (
            np.array(columns.days, np.int32),
            np.array(columns.workstations, np.int32),
            np.array(columns.sequences, np.int64),
            np.array(columns.lines, np.int32),
            rows.items,
            rows.quantities.astype(np.int32),
            rows.instants,
            rows.numbers,
            np.array(columns.kinds, np.int16),
            np.array(columns.amounts, np.int64),
        ),
    )
    conflicts = FactConflicts(spool, same_document="transaction_conflict", earlier="transaction_conflict")
    write_movements(reading.arrival, spool=lines, workstations=tills, counts=counts, conflicts=conflicts)
