"""What the codes of a document stand for: asked of the database in batches, so that cost follows the document."""

import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from inventory.feeds.barcodes import Barcode, read_barcode
from inventory.feeds.facts import Code, Fact
from inventory.models import CodeMapping, Item, ItemIdentifier, Store


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item as the loader needs it."""

    pk: int
    unit: str
    decimals: int


@dataclass(frozen=True, slots=True)
class FoundItem:
    """What the codes of one fact come to: an item, or why there is none; `notes` are code and sentence."""

    item: KnownItem | None
    problem: str = ""
    unknown_code: str = ""
    notes: tuple[tuple[str, str], ...] = ()


@dataclass
class Codes:
    """The stores there are, and the items asked for so far. `region` is whose rule barcodes with a weight follow."""

    source_id: int
    stores: Mapping[str, int]
    stores_by_gln: Mapping[str, int]
    zones: Mapping[int, str]
    item_aliases: Mapping[str, int]
    region: str | None = None
    items: dict[int, KnownItem] = field(default_factory=dict)
    _ids: dict[tuple[str, str], int] = field(default_factory=dict)
    _barcodes: dict[str, Barcode] = field(default_factory=dict)

    def store_id(self, place: Code) -> int | None:
        """The store a code names; codes are text, so 0012 is not 12."""
        text = place.text.strip()
        if place.scheme == "GLN" and (found := self.stores_by_gln.get(text)):
            return found
        return self.stores.get(text)

    def zone(self, store_id: int) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.zones.get(store_id, "UTC"))

    def learn(self, facts: Iterable[Fact]) -> None:
        """Look up what the facts name and has not been asked for yet: at most three queries."""
        wanted: dict[str, set[str]] = {}
        for fact in facts:
            for kind, value in (key for code in fact.items for key in self._keys(code)):
                if (kind, value) not in self._ids:
                    wanted.setdefault(kind, set()).add(value)
        found: dict[tuple[str, str], int] = {}
        if skus := wanted.pop("SKU", None):
            pairs = Item.objects.filter(sku__in=skus).values_list("sku", "pk")
            found.update((("SKU", sku), pk) for sku, pk in pairs)
            self._ids.update(dict.fromkeys((("SKU", sku) for sku in skus), 0))
        for kind, values in wanted.items():
            named = ItemIdentifier.objects.filter(kind=kind, value__in=values).values_list("value", "item_id")
            found.update(((kind, value), pk) for value, pk in named)
            self._ids.update(dict.fromkeys(((kind, value) for value in values), 0))
        self._ids.update(found)
        self._learn_items({*found.values(), *self.item_aliases.values()} - self.items.keys())

    def _learn_items(self, ids: set[int]) -> None:
        rows = Item.objects.filter(pk__in=ids).values_list("pk", "unit", "unit_decimals") if ids else ()
        self.items.update((pk, KnownItem(pk, unit, decimals)) for pk, unit, decimals in rows)

    def _keys(self, code: Code) -> list[tuple[str, str]]:
        text = code.text.strip()
        if not text:
            return []
        if code.scheme == "GTIN":
            return [("GTIN", gtin) for gtin in self.barcode(text).candidates]
        return [(code.scheme, text)]

    def barcode(self, text: str) -> Barcode:
        """What a text in a GTIN's place is, read once a text."""
        found = self._barcodes.get(text)
        if found is None:
            found = self._barcodes[text] = read_barcode(text, region=self.region)
        return found

    def find(self, codes: tuple[Code, ...]) -> FoundItem:
        """The item the best of the codes names; `learn` has been asked before.

        A barcode that is none costs a note where another code finds the item, and the line where none does.
        """
        problems: list[tuple[str, str]] = []
        notes: list[tuple[str, str]] = []
        unknown = ""
        for code in codes:
            text = code.text.strip()
            if not text:
                continue
            if alias := self.item_aliases.get(text):
                return FoundItem(self.items[alias], notes=tuple(notes))
            if code.scheme == "GTIN":
                read = self.barcode(text)
                if read.problem:
                    problems.append((read.problem, f'"{text}" in the place of a GTIN'))
                    continue
                if read.note:
                    notes.append((read.note, f'"{text}" is read as {read.gtin}'))
            for key in self._keys(code):
                if pk := self._ids.get(key):
                    return FoundItem(self.items[pk], notes=(*notes, *problems))
            unknown = unknown or text
        if unknown:
            return FoundItem(None, "unknown_item", unknown)
        if problems:
            return FoundItem(None, problems[0][0])
        return FoundItem(None, "no_item_key")


def read_codes(*, source_id: int, region: str | None = None) -> Codes:
    """The stores by code and GLN, with what people have mapped for this source."""
    rows = list(Store.objects.values_list("pk", "store_code", "gln", "timezone"))
    mapped = CodeMapping.objects.filter(source_id=source_id)
    return Codes(
        source_id=source_id,
        stores={code: pk for pk, code, _gln, _zone in rows}
        | dict(mapped.filter(kind=CodeMapping.Kind.STORE).values_list("code", "store_id")),
        stores_by_gln={gln: pk for pk, _code, gln, _zone in rows if gln},
        zones={pk: zone for pk, _code, _gln, zone in rows},
        item_aliases=dict(mapped.filter(kind=CodeMapping.Kind.ITEM).values_list("code", "item_id")),
        region=region,
    )
