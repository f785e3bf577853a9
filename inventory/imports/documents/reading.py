"""Facts looked up one by one: what each code stands for, what each quantity is in smallest units, when it was."""

import zoneinfo
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from inventory.feeds.blocks import visible
from inventory.feeds.facts import (
    BadRow,
    Document,
    Fact,
    Found,
    ItemPlace,
    Note,
    Quantified,
    SalesTotal,
    StockCount,
    StockMovement,
)
from inventory.feeds.profiles import STORE_ZONE, Profile
from inventory.feeds.records import NO_AMOUNT, QUANTITY_LIMIT, Rejected
from inventory.feeds.units import UnusableQuantity, smallest_units
from inventory.imports.documents.adopting import CODE_LIMIT, NewItems, NewStores
from inventory.imports.documents.codes import Codes, KnownItem
from inventory.imports.documents.fitting import (
    EPOCH_DAY,
    FIRST_YEAR,
    Unusable,
    amount_of,
    check_business_day,
    check_currency,
    check_movement,
    check_period,
    is_far_ahead,
    no_item,
)
from inventory.imports.documents.gathered import NO_TIME, Gathered
from inventory.imports.documents.spool import FactSpool
from inventory.imports.documents.standing import SaidPlace, unusable_place
from inventory.imports.documents.tallies import Tally
from inventory.imports.documents.totals import TotalSum
from inventory.imports.documents.withheld import WithheldFact
from inventory.imports.loaders import Arrival
from inventory.imports.places import tidy_place
from inventory.imports.times import micros
from inventory.models import StockMovement as LedgerLine

CLOCK_TOLERANCE = timedelta(minutes=15)


@dataclass
class Reading:
    """What a document is read with."""

    arrival: Arrival
    profile: Profile
    codes: Codes
    spool: FactSpool
    new_items: NewItems
    new_stores: NewStores
    tally: Tally = field(default_factory=Tally)
    gathered: Gathered = field(default_factory=Gathered)
    received: int = 0
    unknown_places: dict[str, int] = field(default_factory=dict)

    def read(self, batch: list[Found]) -> None:
        """Look up a batch of what a reader found and gather it."""
        facts = [found for found in batch if isinstance(found, Fact)]
        self.codes.learn(facts)
        for found in batch:
            match found:
                case Note():
                    self.arrival.notes.add_all([found])
                case BadRow():
                    self.received += 1
                    self.reject_row(found)
                case Document():
                    self.gathered.document = _later(self.gathered.document, found)
                case _:
                    self.received += 1
                    self.gather(found)

    def reject_row(self, row: BadRow) -> None:
        self.gathered.named.add((0, 0))
        self.arrival.rejects.add(
            [Rejected(row.line_number, row.code, row.message, visible(row.raw), row.part, row.field[:64])]
        )

    def gather(self, fact: Fact) -> None:
        """Put one fact with its own kind, or reject its line."""
        number = self.spool.add(fact)
        self.tally.add(fact)
        try:
            self.check_kind(fact)
            store = self.store(fact)
            if isinstance(fact, ItemPlace):
                self.gather_place(fact, store, number)
                return
            item, quantity = self.item(fact, store)
            match fact:
                case StockCount():
                    self.gather_count(fact, store, item, quantity, number)
                case StockMovement():
                    self.gather_movement(fact, store, item, quantity, number)
                case SalesTotal():
                    self.gather_total(fact, store, item, quantity, number)
        except Unusable as why:
            self.arrival.rejects.add(
                [
                    self.spool.rejected(
                        number, code=why.code, told=why.told, field=why.field, unknown=why.unknown
                    )
                ]
            )

    def check_kind(self, fact: Fact) -> None:
        """Places come from a source of places, which says nothing of quantities. Raises Unusable."""
        if isinstance(fact, ItemPlace) != (self.profile.kind == "PLACES"):
            expected = "a place" if self.profile.kind == "PLACES" else "a quantity"
            raise Unusable("fact_of_other_kind", f"the fact is of another kind; expected {expected}.")

    def store(self, fact: Fact) -> int:
        found = self.codes.store_id(fact.place)
        if found is not None:
            return found
        text = fact.place.text.strip()[:128]
        if self.profile.unknown_stores == "CREATE" and 0 < len(text) <= CODE_LIMIT:
            return self.new_stores.number(fact.place)
        self.unknown_places[text] = self.unknown_places.get(text, 0) + 1
        said = f'the store is "{text}"' if text else "the store is empty"
        raise Unusable(
            "unknown_store", f"{said}; expected the code of a known store.", field="store", unknown=text
        )

    def known_item(self, fact: Fact, store: int) -> KnownItem:
        """The item that a fact's codes lead to; with a negative id one that is new."""
        found = self.codes.find(fact.items)
        for code, message in found.notes:
            self.arrival.notes.add(code=code, message=message, line_number=fact.line_number)
        item = found.item
        if item is None and found.problem == "unknown_item" and self.profile.unknown_items == "CREATE":
            assert not isinstance(fact, ItemPlace)  # the profile of their source cannot ask for it
            item = self.new_items.item(fact)
        if item is None:
            if found.problem != "unknown_item":
                self.gathered.named.add((store, 0))
            raise no_item(fact, found.problem, found.unknown_code)
        return item

    def item(self, fact: Quantified, store: int) -> tuple[int, int]:
        """The item's id (negative: of a new one) and the quantity in its smallest unit."""
        item = self.known_item(fact, store)
        try:
            return item.pk, self.whole(fact.quantity * self.profile.scale, fact.unit, item)
        except UnusableQuantity as why:
            self.gathered.named.add((store, item.pk))
            told = f'quantity is "{fact.quantity:f}"{f" {fact.unit}" if fact.unit else ""}; expected {why.expected}.'
            raise Unusable(why.code, told, field="quantity") from why

    def whole(self, quantity: Decimal, unit: str | None, item: KnownItem) -> int:
        return smallest_units(
            quantity, unit=unit, item_unit=item.unit, decimals=item.decimals, limit=QUANTITY_LIMIT
        )

    def instant(self, fact_time: datetime | None, fact: Fact, store: int, field_name: str) -> int:
        """Microseconds since 1970 UTC; NO_TIME where the fact says nothing."""
        if fact_time is None:
            return NO_TIME
        now = self.arrival.now
        if fact_time.year < FIRST_YEAR:
            self.gathered.named.add((store, 0))
            told = f'{field_name} is "{fact_time}"; expected a time from {FIRST_YEAR} on.'
            raise Unusable("bad_time", told, field=field_name)
        is_ahead = is_far_ahead(fact_time, now)
        if not is_ahead:
            moment = fact_time if fact_time.tzinfo else self.localised(fact_time, fact, store, field_name)
            is_ahead = moment > now + CLOCK_TOLERANCE
        if is_ahead:
            self.gathered.named.add((store, 0))
            clock = "" if fact_time.tzinfo else f" by the clock of {self.zone(store)}"
            told = f'{field_name} is "{fact_time}"{clock}; expected a time that has come already.'
            raise Unusable("future", told, field=field_name)
        if moment > now:
            self.arrival.notes.add(
                code="clamped",
                message="A time is a little ahead of our clock and was taken as now.",
                line_number=fact.line_number,
            )
            moment = now
        return micros(moment)

    def zone(self, store: int) -> zoneinfo.ZoneInfo:
        """The clock that times without an offset are read by."""
        if self.profile.timezone == STORE_ZONE:
            return self.codes.zone(store)
        return zoneinfo.ZoneInfo(self.profile.timezone)

    def localised(self, time: datetime, fact: Fact, store: int, field_name: str) -> datetime:
        zone = self.zone(store)
        earlier, later = (time.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if earlier == later:
            return later
        if earlier > later:  # in the gap the two folds stand the other way round
            self.gathered.named.add((store, 0))
            raise Unusable(
                "bad_time",
                f'{field_name} is "{time}"; expected a time that the clock shows.',
                field=field_name,
            )
        self.arrival.notes.add(
            code="ambiguous_time",
            message="A time stood on the clock twice and was read as the later one.",
            line_number=fact.line_number,
        )
        return later

    def gather_count(self, fact: StockCount, store: int, item: int, quantity: int, number: int) -> None:
        instant = self.instant(fact.as_of, fact, store, "as_of")
        if quantity < 0 and not self.profile.negatives:
            self.gathered.named.add((store, item))
            told = f'quantity is "{fact.quantity:f}"; expected no negative number from this source.'
            raise Unusable("negative", told, field="quantity")
        states = self.withheld(fact, store, item)
        self.gathered.counts.add(store=store, item=item, quantity=quantity, instant=instant, number=number)
        if states:
            self.gathered.withheld.append(WithheldFact(store, item, instant, states))

    def gather_place(self, fact: ItemPlace, store: int, number: int) -> None:
        stands = tidy_place(fact.stands)
        if stands is None:
            raise unusable_place(fact)
        key = store, self.known_item(fact, store).pk
        self.gathered.places.setdefault(key, SaidPlace()).add(stands, number)

    def withheld(self, fact: StockCount, store: int, item: int) -> dict[str, int]:
        """State → smallest units of what cannot be sold; nothing of an item that is new."""
        if item <= 0:
            return {}
        states = {}
        for state, amount in fact.withheld.items():
            try:
                states[str(state)] = self.whole(
                    amount * self.profile.scale, fact.unit, self.codes.items[item]
                )
            except UnusableQuantity as why:
                self.gathered.named.add((store, item))
                told = f'what is {state} is "{amount:f}"; expected {why.expected}.'
                raise Unusable(why.code, told, field=state.lower()) from why
        return states

    def gather_movement(self, fact: StockMovement, store: int, item: int, quantity: int, number: int) -> None:
        instant = self.instant(fact.occurred_at, fact, store, "occurred_at")
        check_movement(fact)
        check_business_day(fact, instant)
        amount = amount_of(fact)
        moved = self.gathered.movements
        moved.add(store=store, item=item, quantity=quantity, instant=instant, number=number)
        moved.days.append((fact.business_day - EPOCH_DAY).days)
        till = (store, fact.workstation)
        moved.workstations.append(self.gathered.tills.setdefault(till, len(self.gathered.tills)))
        moved.sequences.append(fact.sequence)
        moved.lines.append(fact.line)
        moved.kinds.append(LedgerLine.Kind[fact.kind])
        moved.amounts.append(NO_AMOUNT if amount is None else int(amount.scaleb(3)))

    def gather_total(self, fact: SalesTotal, store: int, item: int, quantity: int, number: int) -> None:
        check_period(fact)
        key = (store, item, fact.period_start, fact.period_end, fact.activity)
        total = self.gathered.totals.get(key)
        amount = amount_of(fact)
        if amount is not None and not fact.currency:
            self.arrival.notes.add(
                code="amount_without_currency",
                message="An amount in no currency was left out; its quantity was used.",
                line_number=fact.line_number,
            )
            amount = None
        if amount is not None:
            check_currency(fact, total)
        if total is None:
            total = self.gathered.totals[key] = TotalSum(0, None, "", [])
        total.quantity += quantity
        if amount is not None:
            total.amount = (total.amount or Decimal(0)) + amount
            total.currency = fact.currency
        total.numbers.append(number)


def _later(before: Document, now: Document) -> Document:
    return Document(
        control_number=now.control_number or before.control_number,
        completeness=now.completeness or before.completeness,
        as_of=now.as_of or before.as_of,
        scope=now.scope or before.scope,
    )
