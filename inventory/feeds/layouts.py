"""Layout tables of record-typed files: which record stands where, which field lies where, what it means to us.

A layout is a list of record types in the order in which they enclose each other:

    [{"record": "FHEAD", "at": [1, 5], "fields": [{"name": "created", "start": 6, "length": 8, "type": "date",
                                                   "map": "day"}]},
     {"record": "FDETL", "at": [1, 5], "fields": [{"name": "qty", "start": 6, "length": 12, "type": "number",
                                                   "decimals": 4, "sign": "trailing", "map": "quantity"}, …]},
     {"record": "FTAIL", "at": [1, 5], "closes": "FHEAD", "fields": [{…, "type": "number", "map": "count"}]}]

Positions count from 1, as in every interface description. Files with a separator give a field's "column" instead
of start and length; the record's name stands in column 1. What a record maps holds for the records below it until
one of its kind, or of a kind that encloses it, comes again. A record that `closes` another may declare the `count`
of records between the two, or of those named in "counts".

What a field can be mapped to: store_code; item (of the profile's kind), gtin, sku, plu; quantity; on_hand,
available, sold, returned (several of them in one line); descriptor (whose "values" say what the quantity is: each
of count, sold, returned or ignored); day, as_of, period_start, period_last (its last day); workstation, sequence,
line, business_day, occurred_at; amount, currency, unit, title; count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TARGETS = frozenset({
    "store_code", "item", "gtin", "sku", "plu", "quantity", "on_hand", "available", "sold", "returned",
    "descriptor", "day", "as_of", "period_start", "period_last", "workstation", "sequence", "line",
    "business_day", "occurred_at", "amount", "currency", "unit", "title", "count",
})  # fmt: skip
# Targets that make a record one with facts.
QUANTITIES = ("quantity", "on_hand", "available", "sold", "returned")
TYPES = ("text", "number", "date", "time", "datetime")
MEANINGS = ("count", "sold", "returned", "ignored")
_SIGNS = ("leading", "trailing")
_LONGEST = 100_000


@dataclass(frozen=True)
class Field:
    """Where a field lies (from 0, or the column from 0) and how it is written.

    `decimals` are implied; a written point wins. `sign` is "leading", "trailing" or "field:<name>" of the same
    record. `form` is the strptime pattern of a date or time.
    """

    name: str
    start: int
    end: int
    type: str
    decimals: int
    sign: str
    form: str
    target: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Record:
    """One record type. `closes` names the type it ends; `counts` the types its count counts, () for all."""

    name: str
    start: int
    end: int
    fields: tuple[Field, ...]
    closes: str = ""
    counts: tuple[str, ...] = ()

    @property
    def has_facts(self) -> bool:
        return any(field.target in QUANTITIES for field in self.fields)


@dataclass(frozen=True)
class Layout:
    """Record types by name, in the order in which they enclose each other; `separator` of files that have one."""

    records: Mapping[str, Record]
    separator: str = ""
    ranks: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ranks", {name: rank for rank, name in enumerate(self.records)})


def read_layout(declared: object, *, separator: str = "") -> Layout:
    """The layout of a profile. Raises ValueError saying what is expected where."""
    if not isinstance(declared, list) or not declared:
        raise ValueError("a list of record types")
    records = [_record(one, separator) for one in declared]
    layout = Layout({record.name: record for record in records}, separator)
    if len(layout.records) != len(records):
        raise ValueError("each record type once")
    for record in records:
        if record.closes and record.closes not in layout.records:
            raise ValueError(f'a record type that is in the layout under "closes" of {record.name}')
    if not any(record.has_facts for record in records):
        raise ValueError("a record with a field mapped to quantity, on_hand, available, sold or returned")
    if len({(record.start, record.end) for record in records}) != 1:
        raise ValueError("all record names at one place")
    return layout


def _record(declared: object, separator: str) -> Record:
    said = _object(declared, {"record", "at", "fields", "closes", "counts"}, "a record type")
    name = _text(said, "record")
    start, length = _place(said.get("at", [1, len(name)]), f'"at" of {name}') if not separator else (0, 1)
    fields = said.get("fields", [])
    if not isinstance(fields, list):
        raise ValueError(f'a list of fields under "fields" of {name}')  # noqa: TRY004
    counts = said.get("counts", [])
    if not isinstance(counts, list) or not all(isinstance(one, str) for one in counts):
        raise ValueError(f'a list of record names under "counts" of {name}')
    record = Record(
        name=name,
        start=start,
        end=start + length,
        fields=tuple(_field(one, name, separator) for one in fields),
        closes=_text(said, "closes", ""),
        counts=tuple(counts),
    )
    names = [field.name for field in record.fields]
    for one in record.fields:
        if one.sign.startswith("field:") and one.sign.removeprefix("field:") not in names:
            raise ValueError(f'a field of {name} under "sign" of {one.name}')
    return record


_FORMS = {"date": "%Y%m%d", "time": "%H%M%S", "datetime": "%Y%m%d%H%M%S"}


def _field(declared: object, record: str, separator: str) -> Field:
    place = {"column"} if separator else {"start", "length"}
    known = {"name", "type", "decimals", "sign", "format", "map", "values", *place}
    said = _object(declared, known, f"a field of {record}")
    name, kind = _text(said, "name"), _text(said, "type", "text")
    if kind not in TYPES:
        raise ValueError(f"one of {', '.join(TYPES)} as the type of {name}")
    if separator:
        start, length = _whole(said.get("column"), f'"column" of {name}', least=1) - 1, 1
    else:
        start, length = _place([said.get("start"), said.get("length")], f"start and length of {name}")
    sign, target = _text(said, "sign", "leading"), _text(said, "map", "")
    if sign not in _SIGNS and not sign.startswith("field:"):
        raise ValueError(f"leading, trailing or field:<name> as the sign of {name}")
    if target and target not in TARGETS:
        raise ValueError(f"one of {', '.join(sorted(TARGETS))} under map of {name}")
    return Field(
        name=name,
        start=start,
        end=start + length,
        type=kind,
        decimals=_whole(said.get("decimals", 0), f'"decimals" of {name}', least=0, most=12),
        sign=sign,
        form=_text(said, "format", _FORMS.get(kind, "")),
        target=target,
        values=_values(said.get("values", {}), name),
    )


def _values(declared: object, name: str) -> dict[str, str]:
    if not isinstance(declared, Mapping) or not all(meaning in MEANINGS for meaning in declared.values()):
        raise ValueError(f"each value of {name} as one of {', '.join(MEANINGS)}")
    return {str(value).strip().casefold(): str(meaning) for value, meaning in declared.items()}


def _object(declared: object, known: set[str], what: str) -> Mapping[str, Any]:
    if not isinstance(declared, Mapping):
        raise ValueError(f"an object for {what}")  # noqa: TRY004
    if unknown := sorted(set(declared) - known):
        raise ValueError(f"only {', '.join(sorted(known))} in {what}, not {unknown[0]!r}")
    return declared


def _text(said: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = said.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise ValueError(f'a text under "{key}"')
    return value


def _place(declared: object, what: str) -> tuple[int, int]:
    if not isinstance(declared, list) or len(declared) != 2:
        raise ValueError(f"{what} as [first position from 1, length]")
    first, length = declared
    return _whole(first, what, least=1) - 1, _whole(length, what, least=1)


def _whole(value: object, what: str, *, least: int, most: int = _LONGEST) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"a whole number from {least} to {most:,} for {what}")
    return value
