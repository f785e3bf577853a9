"""Our own form of a feed: one fact a line as a JSON object, for JSON push and for facts that are sent in again.

    {"fact": "count", "store": "0412", "item": "4006381333931", "quantity": 12, "as_of": "2026-11-22T18:30:00Z"}

A JSON array of such objects, or one under {"facts": […]}, is read as well. Numbers are exact; a quantity may be a
text of digits. `store` is our store's code, or {"scheme": "GLN", "code": "…"}. `item` is of the kind the profile
says or of `item_scheme`; `items` holds several {"scheme", "code"}, the best first.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args

from inventory.feeds import json_fields as fields
from inventory.feeds.blocks import FeedFile
from inventory.feeds.contract import Dialect
from inventory.feeds.facts import (
    Activity,
    BadRow,
    Code,
    CountState,
    Fact,
    Found,
    ItemPlace,
    ItemScheme,
    MovementKind,
    PlaceScheme,
    SalesTotal,
    StockCount,
    StockMovement,
    WithheldState,
)
from inventory.feeds.json_text import Entry, entries, starts_with_key
from inventory.feeds.profiles import Profile
from inventory.feeds.unfit import Unfit

NAMES: dict[str, type[Fact]] = {
    "count": StockCount, "movement": StockMovement, "total": SalesTotal, "place": ItemPlace,
}  # fmt: skip
# Makes a field's value of what JSON holds; raises Unfit.
Reader = Callable[[object, str], object]
_ROWS = "facts"
_ITEMS_LIMIT = 20
_CODE_LIMIT = 500
# What is longer is cut when it is written: no unit we know and no till is, and the end of a title says little.
_LONGEST = {"unit": 16, "title": fields.TEXT_LIMIT, "workstation": _CODE_LIMIT, "stands": 200}
_PLACE_SCHEMES = get_args(PlaceScheme)
_ITEM_SCHEMES = get_args(ItemScheme)
_FACTS = tuple(NAMES)
# Any of them may be left out; null says the same.
_OPTIONAL = frozenset({"as_of", "state", "withheld", "unit", "title", "amount", "currency", "activity"})


def read_canonical(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """The facts of a file in our own form; `profile.item_code` and `quantity_state` fill what a line leaves out."""
    is_wrapped = starts_with_key(file, _ROWS)
    for entry in entries(file, rows=_ROWS if is_wrapped else "", is_document=is_wrapped):
        yield entry.bad_row or _fact_or_bad_row(entry, profile)


def as_record(fact: Fact) -> dict[str, object]:
    """The fact as a JSON object that `read_canonical` reads back; where it stood in its file is left out."""
    name = next(name for name, kind in NAMES.items() if isinstance(fact, kind))
    record: dict[str, object] = {
        "fact": name,
        "store": _code_record(fact.place)
        if fact.place.scheme != "CODE"
        else _storable(fact.place.text)[:_CODE_LIMIT],
        "items": [_code_record(code) for code in fact.items[:_ITEMS_LIMIT]],
    }
    for key in _READERS[name]:
        value = getattr(fact, key)
        if key not in record and (key not in _OPTIONAL or value not in (None, "", {})):
            record[key] = _plain(value[: _LONGEST[key]] if key in _LONGEST else value)
    return record


def _code_record(code: Code) -> dict[str, str]:
    return {"scheme": code.scheme, "code": _storable(code.text)[:_CODE_LIMIT]}


def _plain(value: object) -> object:
    """A field's value as JSON has it; figures as text, which every reader keeps exact."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    return _storable(value) if isinstance(value, str) else value


def _storable(text: str) -> str:
    """A text that every database holds."""
    return text.replace("\0", "\u2400")


def _fact_or_bad_row(entry: Entry, profile: Profile) -> Fact | BadRow:
    assert isinstance(entry.value, dict)
    record: dict[str, Any] = entry.value
    try:
        return _fact(record, profile, entry)
    except Unfit as unfit:
        return unfit.bad_row(line_number=entry.line_number, raw=entry.raw)


def _fact(record: Mapping[str, Any], profile: Profile, entry: Entry) -> Fact:
    name = fields.choice_in(record.get("fact"), "fact", _FACTS)
    readers, known = _READERS[name], _KNOWN[name]
    if unknown := sorted(record.keys() - known):
        raise Unfit(
            "unknown_field",
            fields.said(unknown[0])[:64],
            fields.said(record[unknown[0]]),
            f"only {', '.join(sorted(known))}",
        )
    read: dict[str, Any] = {"place": _place(record.get("store")), "items": _items(record, profile)}
    for key, reader in readers.items():
        value = record.get(key)
        if value is not None or key not in _OPTIONAL:
            read[key] = reader(value, key)
    if name == "count":
        read.setdefault("state", profile.quantity_state)
    return NAMES[name](line_number=entry.line_number, raw=entry.raw, **read)


def _place(value: object) -> Code:
    if isinstance(value, dict):
        return _code(value, "store", _PLACE_SCHEMES)
    return Code("CODE", _code_text(value, "store"))


def _items(record: Mapping[str, Any], profile: Profile) -> tuple[Code, ...]:
    several = record.get("items")
    if several is None:
        said = record.get("item_scheme")
        scheme = fields.choice_in(profile.item_code if said is None else said, "item_scheme", _ITEM_SCHEMES)
        return (Code(scheme, _code_text(record.get("item"), "item", is_gtin=scheme == "GTIN")),)
    for key in ("item", "item_scheme"):
        if key in record:
            raise Unfit("unknown_field", key, fields.said(record[key]), "either item or items")
    if not isinstance(several, list) or not 0 < len(several) <= _ITEMS_LIMIT:
        raise Unfit("bad_value", "items", fields.said(several), f"a list of 1 to {_ITEMS_LIMIT} codes")
    return tuple(_code(one, "items", _ITEM_SCHEMES) for one in several)


def _code(value: object, field: str, schemes: tuple[str, ...]) -> Code:
    if not isinstance(value, dict) or set(value) != {"scheme", "code"}:
        raise Unfit("bad_code", field, fields.said(value), 'an object with "scheme" and "code"')
    scheme = fields.choice_in(value["scheme"], f"{field}.scheme", schemes)
    return Code(scheme, _code_text(value["code"], f"{field}.code", is_gtin=scheme == "GTIN"))


def _code_text(value: object, field: str, *, is_gtin: bool = False) -> str:
    """A code as any reader may have found it: a scan holds FNC1, and is longer than a code of ours."""
    if isinstance(value, str) and value.strip() and len(value) <= _CODE_LIMIT and "\0" not in value:
        return value
    return fields.code_in(value, field, is_gtin=is_gtin)


def _withheld(value: object, field: str) -> dict[WithheldState, Decimal]:
    if not isinstance(value, dict):
        raise Unfit("bad_value", field, fields.said(value), 'an object such as {"COMMITTED": 2}')
    return {
        fields.choice_in(state, field, get_args(WithheldState)): fields.decimal_in(
            part, f"{field}.{state}"[:64]
        )
        for state, part in value.items()
    }


def _one_of(kind: Any) -> Reader:
    return lambda value, field: fields.choice_in(value, field, get_args(kind))


def _unit(value: object, field: str) -> str | None:
    return fields.text_in(value, field, longest=_LONGEST[field]) or None


def _workstation(value: object, field: str) -> str:
    """Shops with one till may leave it empty, but they have to say so."""
    return "" if value == "" else _code_text(value, field)


def _text(longest: int) -> Reader:
    return lambda value, field: fields.text_in(value, field, longest=longest)


_COMMON: dict[str, Reader] = {
    "quantity": fields.decimal_in, "unit": _unit, "title": _text(_LONGEST["title"]),
}  # fmt: skip
_MONEY: dict[str, Reader] = {"amount": fields.decimal_in, "currency": _text(3)}
_READERS: dict[str, dict[str, Reader]] = {
    "count": _COMMON | {"as_of": fields.instant_in, "state": _one_of(CountState), "withheld": _withheld},
    "movement": _COMMON | _MONEY | {
        "kind": _one_of(MovementKind),
        "occurred_at": fields.instant_in,
        "business_day": fields.day_in,
        "workstation": _workstation,
        "sequence": fields.whole_in,
        "line": fields.whole_in,
    },
    "place": {"stands": _text(_LONGEST["stands"])},
    "total": _COMMON | _MONEY | {
        "period_start": fields.day_in,
        "period_end": fields.day_in,
        "activity": _one_of(Activity),
    },
}  # fmt: skip
_KNOWN = {
    name: frozenset({"fact", "store", "item", "item_scheme", "items", *readers})
    for name, readers in _READERS.items()
}

DIALECT = Dialect(
    name="canonical",
    title="Our own facts as JSON lines",
    kinds=("STOCK", "SALES", "PLACES"),
    read=read_canonical,
    is_line_oriented=True,
)
