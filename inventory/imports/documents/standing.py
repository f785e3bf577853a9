"""Where a document says that items stand: what was said later, by a person at the shelf, is not overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inventory.feeds.facts import ItemPlace
from inventory.imports.documents.fitting import Unusable
from inventory.imports.documents.spool import FactSpool
from inventory.imports.loaders import Arrival, Counts
from inventory.imports.places import LONGEST_PLACE, write_places
from inventory.models import StoreItemPlace


@dataclass
class SaidPlace:
    """What one document says of one item in one store; `numbers` are those of its facts in the spool."""

    texts: set[str] = field(default_factory=set)
    numbers: list[int] = field(default_factory=list)

    def add(self, text: str, number: int) -> None:
        self.texts.add(text)
        self.numbers.append(number)


def unusable_place(fact: ItemPlace) -> Unusable:
    """Why the words of a fact are no place."""
    told = f'place is "{fact.stands[:100]}"; expected up to {LONGEST_PLACE} characters that can be printed.'
    return Unusable("bad_value", told, field="place")


def write_item_places(
    places: Mapping[tuple[int, int], SaidPlace],
    *,
    arrival: Arrival,
    counts: Counts,
    spool: FactSpool,
    as_of: datetime,
) -> None:
    """Put the places of one document in, in the caller's transaction, which holds the stores' locks.

    Lines that contradict each other are rejected, all of them; equal ones count once.
    """
    clear = {}
    for key, said in places.items():
        if len(said.texts) == 1:
            (clear[key],) = said.texts
            continue
        told = "another line says otherwise for the same item and store; none of them was used."
        arrival.rejects.add(
            spool.rejected(number, code="ambiguous_item", told=told) for number in said.numbers
        )
    changed = write_places(said=clear, by_id=None, at=as_of, but_not_newer=True)
    standing = places_of(clear.keys() - changed)
    for key, text in clear.items():
        lines = len(places[key].numbers)
        if key in changed:
            counts.applied += 1
            counts.unchanged += lines - 1
        elif standing.get(key, "") == text:
            counts.unchanged += lines
        else:
            counts.stale += lines


def places_of(keys: set[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Where these items stand, by store and item; what stands nowhere is left out."""
    found = StoreItemPlace.objects.filter(
        store_id__in={store for store, _item in keys}, item_id__in={item for _store, item in keys}
    )
    return {(row.store_id, row.item_id): row.place for row in found if (row.store_id, row.item_id) in keys}
