"""Stores and items that a source may bring along itself: numbered while its document is read, made when it is written.

For the first days of an installation, or a source that is the master of its items. A profile has to ask for it.
"""

import hashlib
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from inventory.feeds.facts import Code, Quantified
from inventory.feeds.records import Int32s
from inventory.feeds.units import UNITS
from inventory.imports.documents.codes import Codes, KnownItem
from inventory.models import Item, ItemIdentifier, Store

DECIMALS_WHILE_READING = 3
# What codes of stores and items are kept in. A longer one is not cut: two of them may begin alike.
CODE_LIMIT = 64


@dataclass
class _New:
    number: int  # negative
    codes: tuple[Code, ...]
    title: str
    unit: str


@dataclass
class NewItems:
    """Items nobody knew, by the first of their codes. Their quantities are gathered in thousandths."""

    codes: Codes
    _by_code: dict[tuple[str, str], _New] = field(default_factory=dict)

    def item(self, fact: Quantified) -> KnownItem | None:
        """The new item of a fact, with a negative id; None where no code of it is one we could keep."""
        codes = tuple(code for code in fact.items if self._is_usable(code))
        if not codes:
            return None
        new = self._by_code.get(self._key(codes[0]))
        if new is None:
            unit = UNITS.get((fact.unit or "EA").upper(), ("EA", None))[0]
            new = _New(-len(self._by_code) - 1, codes, fact.title.strip(), unit)
            self._by_code[self._key(codes[0])] = new
        return KnownItem(new.number, new.unit, DECIMALS_WHILE_READING)

    def _is_usable(self, code: Code) -> bool:
        text = code.text.strip()
        if code.scheme == "GTIN":
            return bool(self.codes.barcode(text).gtin)
        return 0 < len(text) <= CODE_LIMIT

    def _key(self, code: Code) -> tuple[str, str]:
        text = code.text.strip()
        return (code.scheme, self.codes.barcode(text).gtin if code.scheme == "GTIN" else text)

    def make(self, fractions: frozenset[int]) -> tuple[Int32s, npt.NDArray[np.int64]]:
        """Create them: by -number - 1 the id of each, and what its thousandths are to be divided by.

        `fractions` are the numbers of those that come in parts of a whole.
        """
        ids = np.zeros(len(self._by_code), np.int32)
        divisors = np.ones(len(self._by_code), np.int64)
        for (scheme, text), new in self._by_code.items():
            whole = new.number not in fractions
            item = Item.objects.create(
                sku=_sku(new.codes, scheme, text),
                title=(new.title or text)[:200],
                unit=new.unit,
                unit_decimals=0 if whole else DECIMALS_WHILE_READING,
            )
            self._identify(item, new.codes)
            ids[-new.number - 1] = item.pk
            divisors[-new.number - 1] = 10**DECIMALS_WHILE_READING if whole else 1
        return ids, divisors

    def _identify(self, item: Item, codes: tuple[Code, ...]) -> None:
        for code in codes:
            kind, value = self._key(code)
            if kind != "SKU":
                ItemIdentifier.objects.get_or_create(kind=kind, value=value, defaults={"item": item})


def _sku(codes: tuple[Code, ...], scheme: str, text: str) -> str:
    """The file's SKU where it has one that is free; else a code of its own that says where it came from."""
    said = next((code.text.strip() for code in codes if code.scheme == "SKU"), text)
    if not Item.objects.filter(sku=said).exists():
        return said
    own = f"{scheme}-{text}"
    return own if len(own) <= CODE_LIMIT else f"{scheme}-{hashlib.sha256(text.encode()).hexdigest()[:40]}"


@dataclass
class NewStores:
    """Stores nobody knew, by their code; made with the time zone and currency that the profile declares."""

    timezone: str
    currency: str
    _by_code: dict[str, tuple[int, Code]] = field(default_factory=dict)

    def number(self, place: Code) -> int:
        """The negative number of a new store."""
        text = place.text.strip()
        return self._by_code.setdefault(text, (-len(self._by_code) - 1, place))[0]

    def make(self) -> Int32s:
        """Create them: by -number - 1 the id of each."""
        ids = np.zeros(len(self._by_code), np.int32)
        for text, (number, place) in self._by_code.items():
            is_gln = place.scheme == "GLN" and len(text) == 13 and text.isascii() and text.isdigit()
            store, _is_new = Store.objects.get_or_create(
                store_code=text,
                defaults={
                    "name": text,
                    "gln": text if is_gln else None,
                    "timezone": self.timezone,
                    "currency": self.currency,
                },
            )
            ids[-number - 1] = store.pk
        return ids


def replaced(numbers: Int32s, made: Int32s) -> Int32s:
    """Ids with the negative numbers replaced by what was made."""
    new = numbers < 0
    if not new.any():
        return numbers
    out = numbers.copy()
    out[new] = made[-numbers[new] - 1]
    return out
