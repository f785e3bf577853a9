"""Counts of the generic table: a row a store, or a column a store.

Fields of a count: store, item, quantity (or on_hand, available), as_of, state, unit, title, and what is withheld of
on_hand: committed, reserved, safety, damaged, quality_control, unavailable.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import cast, get_args

from inventory.feeds.blocks import FeedFile
from inventory.feeds.cells import (
    barcode_in,
    barcode_note,
    declared_store,
    instant_in,
    item_scheme,
    quantity_in,
    rejected,
)
from inventory.feeds.facts import BadRow, Code, CountState, Found, ItemScheme, Note, StockCount, WithheldState
from inventory.feeds.headers import Header, folded, open_table
from inventory.feeds.profiles import ITEM_CODES, Profile
from inventory.feeds.records import FeedRefused
from inventory.feeds.rows import Row

_WITHHELD = tuple(state.lower() for state in get_args(WithheldState))
_FIELDS = frozenset({
    "store", "item", "quantity", "on_hand", "available", "as_of", "state", "unit", "title", *_WITHHELD,
})  # fmt: skip
_STATES: Mapping[str, str] = {
    "on hand": "ON_HAND", "on_hand": "ON_HAND", "onhand": "ON_HAND", "available": "AVAILABLE",
}  # fmt: skip
IGNORED = "IGNORE"


@dataclass(frozen=True)
class Columns:
    """Where each field stands, the name its column bears, and the places of the item's codes, the best first."""

    places: Mapping[str, int]
    names: Mapping[str, str]
    items: tuple[tuple[ItemScheme, int, str], ...]

    def text(self, row: Row, field: str) -> str:
        """The field's text; empty where the table has no such column."""
        place = self.places.get(field)
        return row.values[place].strip() if place is not None else ""


@dataclass(frozen=True)
class _Layout:
    """`stores` are (place, column's name, store's code) where a column is a store; `withheld` as in `columns`."""

    columns: Columns
    stores: tuple[tuple[int, str, str], ...]
    quantity: str
    withheld: tuple[str, ...] = ()


def read_counts(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """The counts of a table. Raises FeedRefused("unknown_header") naming the declared columns it lacks."""
    check_fields(profile, _FIELDS)
    layout, rows = open_table(file, profile, lambda header: _recognised(header, profile), skips_totals=True)
    for row in rows:
        if isinstance(row, Row):
            yield from _counts(row, layout, profile)
        else:
            yield row


def check_fields(profile: Profile, fields: frozenset[str]) -> None:
    """Raise FeedRefused("bad_profile") for a column that is declared for no field of ours."""
    if unknown := sorted(set(map(_field, profile.columns)) - fields):
        raise FeedRefused(
            "bad_profile",
            f"The source's profile cannot be used: columns names {unknown[0]!r}; "
            f"known fields are {', '.join(sorted(fields))}.",
        )


def _field(name: str) -> str:
    return "store" if name == "store_code" else name


def columns_of(
    header: Header, profile: Profile, *, needed: tuple[str, ...], welcome: tuple[str, ...] = ()
) -> Columns:
    """The declared columns in a header; `needed` and `welcome` fields fall back to a column of their own name.

    Raises FeedRefused("unknown_header") naming each that is missing. Columns that hold the item's codes are the
    profile's `item_columns`, one of which is enough, else the column of `item`.
    """
    declared = {_field(field): name for field, name in profile.columns.items()}
    wanted = {field: declared.get(field, field) for field in (*needed, *declared) if field != "item"}
    wanted |= {field: field for field in welcome if field not in wanted and header.places(field)}
    if "store" in wanted and "store" not in declared and not header.places("store"):
        wanted["store"] = "store_code"
    items, lacking = _item_columns(header, profile, declared)
    places = {field: header.place(name) for field, name in wanted.items()}
    missing = [wanted[field] for field, place in places.items() if place is None] + lacking
    if missing:
        raise header.lacks(missing)
    found = {field: place for field, place in places.items() if place is not None}
    return Columns(found, {field: header.names[place] for field, place in found.items()}, items)


def _item_columns(
    header: Header, profile: Profile, declared: Mapping[str, str]
) -> tuple[tuple[tuple[ItemScheme, int, str], ...], list[str]]:
    """The item's columns there are, and which are missing where there is none."""
    wanted = cast("tuple[tuple[ItemScheme, str], ...]", profile.options.get("item_columns") or ())
    if not wanted:
        wanted = ((item_scheme(profile), declared.get("item", ITEM_CODES[profile.item_code])),)
    places = [(scheme, name, header.place(name)) for scheme, name in wanted]
    found = tuple((scheme, place, name) for scheme, name, place in places if place is not None)
    return found, ([] if found else [name for _scheme, name in wanted])


def items_in(row: Row, columns: Columns) -> tuple[tuple[Code, ...], list[Note]] | BadRow:
    """The item's codes, the best first; a barcode that is none is noted where another code says which item it is."""
    filled = [
        (scheme, name, text) for scheme, place, name in columns.items if (text := row.values[place].strip())
    ]
    if not filled:
        named = " or ".join(name for _scheme, _place, name in columns.items)
        return rejected(row, "no_item_key", named, "", "the code of an item")
    codes, notes = [], []
    for scheme, name, text in filled:
        if scheme == "GTIN" and len(filled) > 1 and barcode_in(text) is None:
            notes.append(barcode_note(row, name, text))
        else:
            codes.append(Code(scheme, text))
    if codes:
        return tuple(codes), notes
    scheme, name, text = filled[0]
    return rejected(row, "barcode_not_gtin", name, text, "a GTIN of 8, 12, 13 or 14 digits")


def store_in(row: Row, columns: Columns, profile: Profile) -> Code | BadRow:
    """The row's store: its column's, else the one the profile says."""
    if "store" not in columns.places:
        return Code("CODE", declared_store(profile))
    if store := columns.text(row, "store"):
        return Code("CODE", store)
    return rejected(row, "unknown_store", columns.names["store"], "", "the code of a store")


def _recognised(header: Header, profile: Profile) -> _Layout:
    declared = {_field(field): name for field, name in profile.columns.items()}
    stores = _store_columns(header, profile, declared.get("store", ""))
    if stores:
        kept = {field: name for field, name in declared.items() if field not in ("store", "quantity")}
        columns = columns_of(header, replace(profile, columns=kept), needed=(), welcome=("as_of",))
        return _Layout(columns, stores, "")
    quantity = next((field for field in ("quantity", "on_hand", "available") if field in declared), "on_hand")
    needed = (quantity,) if profile.options.get("store") and "store" not in declared else ("store", quantity)
    columns = columns_of(header, profile, needed=needed, welcome=("as_of",))
    return _Layout(columns, (), quantity, tuple(field for field in _WITHHELD if field in columns.places))


def _store_columns(header: Header, profile: Profile, pattern: str) -> tuple[tuple[int, str, str], ...]:
    """The columns that are stores: those listed by the profile, or those a pattern with one group fits."""
    listed = profile.options.get("store_columns")
    if isinstance(listed, Mapping):
        places = {name: header.place(name) for name in listed}
        if missing := [name for name, place in places.items() if place is None]:
            raise header.lacks(missing)
        return tuple((place, name, listed[name]) for name, place in places.items() if place is not None)
    if "(" not in pattern or header.places(pattern):
        return ()
    try:
        matched = re.compile(pattern, re.IGNORECASE)
    except re.error:
        return ()
    if matched.groups != 1:
        return ()
    found = [(place, name, matched.fullmatch(name)) for place, name in enumerate(header.names)]
    return tuple((place, name, match[1].strip()) for place, name, match in found if match and match[1])


def _counts(row: Row, layout: _Layout, profile: Profile) -> Iterator[Found]:
    columns = layout.columns
    items = items_in(row, columns)
    state = _state_in(row, columns, profile)
    as_of = _as_of_in(row, columns, profile)
    for unusable in (items, state, as_of):
        if isinstance(unusable, BadRow | Note):
            yield unusable
            return
    codes, notes = cast("tuple[tuple[Code, ...], list[Note]]", items)
    yield from notes
    for place, part in _places(row, layout, profile):
        if isinstance(place, BadRow):
            yield place
            return
        found = _quantities(row, layout, part, profile)
        if not isinstance(found, tuple):
            yield found
            continue
        quantity, quantity_state, withheld = found
        yield StockCount(
            line_number=row.line_number,
            place=place,
            items=codes,
            quantity=quantity,
            as_of=cast("datetime | None", as_of),
            state=cast(CountState, state or quantity_state),
            withheld=withheld,
            unit=columns.text(row, "unit") or None,
            title=columns.text(row, "title"),
            raw=row.raw,
            part=part or 0,
        )


def _places(row: Row, layout: _Layout, profile: Profile) -> Iterator[tuple[Code | BadRow, int | None]]:
    """Each store of the row, and the column of its quantity where a column is a store."""
    if not layout.stores:
        yield store_in(row, layout.columns, profile), None
    for place, _name, store in layout.stores:
        yield Code("CODE", store), place


def _quantities(
    row: Row, layout: _Layout, part: int | None, profile: Profile
) -> tuple[Decimal, CountState, dict[WithheldState, Decimal]] | BadRow | Note:
    columns = layout.columns
    if part is not None:
        name = next(name for place, name, _store in layout.stores if place == part)
        quantity = quantity_in(row, part, name, profile)
        return (quantity, profile.quantity_state, {}) if isinstance(quantity, Decimal) else quantity
    field = layout.quantity
    if field == "on_hand" and not columns.text(row, field) and columns.text(row, "available"):
        field = "available"  # all that this row says
    quantity = quantity_in(row, columns.places[field], columns.names[field], profile)
    if not isinstance(quantity, Decimal):
        return quantity
    # A column of one of these names says so itself; one that is called otherwise holds what the profile says.
    named: dict[str, CountState] = {"on_hand": "ON_HAND", "available": "AVAILABLE"}
    state = named.get(field, profile.quantity_state) if field in profile.columns else profile.quantity_state
    withheld: dict[WithheldState, Decimal] = {}
    for one in layout.withheld if state == "ON_HAND" else ():
        if columns.text(row, one):
            held = quantity_in(row, columns.places[one], columns.names[one], profile)
            if isinstance(held, BadRow):
                return held
            if isinstance(held, Decimal):
                withheld[cast(WithheldState, one.upper())] = held
    return quantity, state, withheld


def _state_in(row: Row, columns: Columns, profile: Profile) -> str | BadRow | Note | None:
    """The state a column says, None where there is no such column; a Note for stock that is not ours to count."""
    if "state" not in columns.places:
        return None
    said = columns.text(row, "state")
    states = cast("Mapping[str, str] | None", profile.options.get("states")) or _STATES
    state = states.get(folded(said))
    if state is None:
        expected = f"one of {', '.join(sorted(states))}"
        return rejected(row, "unknown_state", columns.names["state"], said, expected)
    if state == IGNORED:
        told = f'Line {row.line_number}: stock in state "{said[:50]}" is left out, as the profile says.'
        return Note(line_number=row.line_number, code="state_ignored", message=told)
    return state


def _as_of_in(row: Row, columns: Columns, profile: Profile) -> datetime | BadRow | None:
    if "as_of" not in columns.places:
        return None
    return instant_in(row, columns.places["as_of"], columns.names["as_of"], profile)


def item_columns_option(value: object) -> object:
    """The option `item_columns`: kinds of code and their columns, the best first."""
    expected = 'a list of [kind of code, column], such as [["GTIN", "EAN"], ["SKU", "Article"]]'
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        raise ValueError(expected)
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(one, str) for one in pair):
            raise ValueError(expected)
        if pair[0] not in ITEM_CODES:
            raise ValueError(f"{expected}; kinds are {', '.join(ITEM_CODES)}")
    return tuple((scheme, name) for scheme, name in value)


def store_columns_option(value: object) -> object:
    """The option `store_columns`: columns that hold the quantities of one store each."""
    if value is None:
        return None
    if isinstance(value, list) and value and all(isinstance(name, str) for name in value):
        return {name: name for name in value}
    if isinstance(value, dict) and value and all(isinstance(code, str) and code for code in value.values()):
        return {str(name): code for name, code in value.items()}
    raise ValueError("the names of the columns that are stores, or a map from them to the stores' codes")


def states_option(value: object) -> object:
    """The option `states`: what the words of the column `state` mean; IGNORE for stock that is not to be counted."""
    known = (*get_args(CountState), IGNORED)
    if value is None:
        return None
    if not isinstance(value, dict) or not value or not all(state in known for state in value.values()):
        raise ValueError(f"a map from the column's words to {', '.join(known)}")
    return {folded(str(word)): state for word, state in value.items()}
