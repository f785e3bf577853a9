"""Other people's JSON, one object a line or one array: `columns` says under which keys our fields stand.

    {"columns": {"store_code": "location.code", "item": "sku", "quantity": "inventory.available"}}

A path goes into objects by dots. An array that stands inside an object is named by the option `rows`, such as
"data.items".
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from inventory.feeds import json_fields as fields
from inventory.feeds.blocks import FeedFile
from inventory.feeds.contract import Dialect
from inventory.feeds.facts import Code, Found, Note, StockCount, StockMovement
from inventory.feeds.json_text import Entry, entries
from inventory.feeds.numbers import NotANumber, read_decimal
from inventory.feeds.profiles import ITEM_CODES, SALES_FIELDS, STOCK_FIELDS, Profile
from inventory.feeds.records import FeedRefused
from inventory.feeds.unfit import Unfit

# Fields a source need not have: read where `columns` names them.
_EXTRA = {"STOCK": ("unit", "title"), "SALES": ("unit", "title", "amount", "currency")}
# Stands for a key that is not there, which is not the same as null.
MISSING = object()
# How systems say in a quantity's place that nobody counts the item.
_NOT_TRACKED = frozenset({"", "not stocked", "not tracked", "unlimited", "variable", "n/a"})


def read_json_lines(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """Counts of a STOCK source, sales and returns of a SALES source."""
    paths = _paths(profile)
    rows = str(profile.options["rows"])
    for entry in entries(file, rows=rows, is_document=bool(rows)):
        yield entry.bad_row or _found(entry, profile, paths)


def _paths(profile: Profile) -> dict[str, tuple[str, ...]]:
    """Our field to the keys that lead to it; what `columns` does not name stands under our own name."""
    usual, extra = (STOCK_FIELDS if profile.kind == "STOCK" else SALES_FIELDS), _EXTRA[profile.kind]
    if unknown := sorted(set(profile.columns) - {*usual, *extra}):
        known = ", ".join((*usual, *extra))
        raise FeedRefused("bad_profile", f"columns names {unknown[0]!r}; known fields are {known}.")
    names = {field: field for field in usual} | {"item": ITEM_CODES[profile.item_code]}
    if profile.kind == "STOCK":
        names["quantity"] = "on_hand"
    return {field: tuple(path.split(".")) for field, path in (names | dict(profile.columns)).items()}


def _found(entry: Entry, profile: Profile, paths: Mapping[str, tuple[str, ...]]) -> Found:
    values = {field: _value(entry.value, path) for field, path in paths.items()}
    names = {field: ".".join(path) for field, path in paths.items()}
    quantity = values["quantity"]
    if quantity is None or (isinstance(quantity, str) and quantity.strip().lower() in _NOT_TRACKED):
        said = (
            f'{names["quantity"]} is "{fields.said(quantity)}"'
            if quantity
            else f"{names['quantity']} is empty"
        )
        return Note(
            line_number=entry.line_number,
            code="not_tracked",
            message=f"Line {entry.line_number}: {said}: the item is not counted there.",
        )
    try:
        read = {field: _read(field, value, names[field], profile) for field, value in values.items()}
    except Unfit as unfit:
        return unfit.bad_row(line_number=entry.line_number, raw=entry.raw)
    place, item = Code("CODE", read.pop("store_code")), read.pop("item")
    where: dict[str, Any] = {
        "line_number": entry.line_number,
        "place": place,
        "items": (item,),
        "raw": entry.raw,
    }
    if profile.kind == "STOCK":
        return StockCount(**where, state=profile.quantity_state, **read)
    if profile.quantity_sign == "SOLD_POSITIVE":
        read["quantity"] = -read["quantity"]
    return StockMovement(**where, kind="RETURN" if read["quantity"] > 0 else "SALE", **read)


def _value(value: object, path: tuple[str, ...]) -> object:
    """What stands at the end of the path; MISSING where an object on the way lacks the key."""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return MISSING
        value = value[key]
    return value


def _read(field: str, value: object, name: str, profile: Profile) -> Any:
    """The value as our field has it. Raises Unfit, naming the key of the file."""
    if value is MISSING:
        value = None
    match field:
        case "store_code" | "workstation":
            return fields.code_in(value, name)
        case "item":
            scheme = fields.choice_in(profile.item_code, name, tuple(ITEM_CODES))
            return Code(scheme, fields.code_in(value, name, is_gtin=scheme == "GTIN"))
        case "quantity" | "amount":
            return None if field == "amount" and value is None else _figure(value, name, profile)
        case "as_of" | "occurred_at":
            return None if field == "as_of" and value is None else _instant(value, name, profile)
        case "business_day":
            return _day(value, name, profile)
        case "sequence" | "line":
            return fields.whole_in(value, name)
        case "unit":
            return fields.text_in(value, name, longest=16) or None
        case _:
            return fields.text_in(value, name)


def _figure(value: object, name: str, profile: Profile) -> Decimal:
    """A JSON number as it is; a text as the profile's decimal sign has it."""
    if not isinstance(value, str) or not value:
        return fields.decimal_in(value, name)
    try:
        return read_decimal(value, decimal_sign=profile.decimal_sign)
    except NotANumber as error:
        raise Unfit(error.code, name, fields.said(value), error.expected) from error


def _instant(value: object, name: str, profile: Profile) -> datetime:
    if not profile.time_format or not isinstance(value, str):
        return fields.instant_in(value, name)
    try:
        return datetime.strptime(value, profile.time_format)  # noqa: DTZ007 - naive is on the store's clock
    except ValueError as error:
        raise Unfit("bad_time", name, fields.said(value), profile.time_format) from error


def _day(value: object, name: str, profile: Profile) -> date:
    if not isinstance(value, str) or profile.date_format == "%Y-%m-%d":
        return fields.day_in(value, name)
    try:
        return datetime.strptime(value, profile.date_format).date()  # noqa: DTZ007
    except ValueError as error:
        raise Unfit("bad_time", name, fields.said(value), profile.date_format) from error


def _key_path(value: object) -> object:
    if value is not None and (not isinstance(value, str) or not value):
        raise ValueError('the key path of an array such as "data.items"')
    return value or ""


DIALECT = Dialect(
    name="json_lines",
    title="JSON lines or a JSON array, by declared key paths",
    kinds=("STOCK", "SALES"),
    read=read_json_lines,
    options={"rows": _key_path},
    is_line_oriented=True,
)
