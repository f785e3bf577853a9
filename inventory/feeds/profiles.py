"""A partner's declared profile: which dialect it writes, what its columns mean, how figures and times are written."""

import codecs
import re
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Protocol, get_args

from inventory.feeds.barcodes import REGIONS
from inventory.feeds.facts import CountState
from inventory.feeds.records import FeedRefused

ITEM_CODES = {"GTIN": "gtin", "SKU": "sku", "PLU": "plu", "INTERNAL": "item"}
COMPLETENESS = {"STOCK": ("PARTIAL", "FULL", "DELTA"), "SALES": ("EVENTS",), "PLACES": ("PARTIAL",)}
PLACES_FORMATS = ("table", "canonical")
SIGNS = ("SOLD_POSITIVE", "STOCK_VIEW")
UNKNOWN = ("REJECT", "CREATE")
STOCK_FIELDS = ("store_code", "item", "quantity", "as_of")
SALES_FIELDS = (
    "store_code", "workstation", "business_day", "sequence", "line", "item", "quantity", "occurred_at",
)  # fmt: skip
OPTIONAL_FIELDS = {"STOCK": (), "SALES": ("amount",)}  # read where the profile maps them
STORE_ZONE = "store"
DELIMITED = "delimited"
# Python calls them encodings of text; what they make of bytes may be half a character.
_NO_ENCODINGS = frozenset({"unicode-escape", "raw-unicode-escape", "utf-7", "idna", "punycode"})
_NO_ENCODING = "encoding is {!r}; expected a text encoding such as utf-8 or cp1252"
_SCALES = (Decimal("0.000000001"), Decimal(1_000_000_000))
COMMON_KEYS = frozenset({
    "format", "columns", "item_code", "delimiter", "encoding", "decimal_sign", "time_format", "date_format",
    "timezone", "completeness", "quantity_sign", "quantity_state", "negatives", "stores", "tolerance", "absences",
    "drop_guard", "max_errors", "unknown_items", "unknown_stores", "new_store", "as_of", "keep_raw",
    "scale", "region",
})  # fmt: skip
# What says something of quantities, or of what a list of places may not do: bring items or stores along.
NOT_OF_PLACES = frozenset({
    "quantity_sign", "quantity_state", "negatives", "scale", "absences", "drop_guard", "stores", "time_format",
    "date_format", "decimal_sign", "unknown_items", "unknown_stores", "new_store",
})  # fmt: skip
# What only the road of facts heeds; the vectorised one would pass it over in silence.
FACTS_KEYS = frozenset({
    "quantity_state", "tolerance", "unknown_items", "unknown_stores", "new_store",
})  # fmt: skip


class Keys(Protocol):
    """What a dialect (inventory.feeds.contract) says of its profiles."""

    @property
    def kinds(self) -> tuple[str, ...]: ...

    @property
    def options(self) -> Mapping[str, Callable[[object], object]]: ...

    @property
    def defaults(self) -> Mapping[str, object]: ...

    @property
    def keeps_raw(self) -> bool: ...


@dataclass(frozen=True)
class Profile:
    """How one source writes its files; `columns` maps our field to the header's name.

    `decimal_sign` is None where nothing is declared: figures that could be read two ways are then refused.
    `tolerance` holds the codes of faults that are noted instead of refusing the file. `stores` is the scope of a
    FULL file; empty: the stores it names. `drop_guard` and `max_errors` are shares from 0 to 1. `as_of` says where
    an instant comes from when lines carry none: "receipt", "modified", or a pattern of the file's name such as
    "STK_%Y%m%d%H%M%S". Every quantity is multiplied by `scale`. `region` says by whose rule weights and prices are
    embedded in barcodes (inventory.feeds.barcodes.REGIONS). `new_timezone` and `new_currency` are those of stores
    that the source may bring along (unknown_stores: CREATE). `options` are the dialect's own.
    """

    kind: str
    columns: Mapping[str, str]
    item_code: str
    delimiter: str
    encoding: str
    decimal_sign: str | None
    time_format: str | None
    date_format: str
    timezone: str
    completeness: str
    quantity_sign: str
    format: str = DELIMITED
    quantity_state: CountState = "ON_HAND"
    negatives: bool = True
    stores: tuple[str, ...] = ()
    tolerance: frozenset[str] = frozenset()
    absences: bool = True
    drop_guard: float = 0.2
    max_errors: float = 0.05
    unknown_items: str = "REJECT"
    unknown_stores: str = "REJECT"
    as_of: str = "receipt"
    keep_raw: bool = True
    scale: Decimal = Decimal(1)
    region: str | None = None
    new_timezone: str = ""
    new_currency: str = ""
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_utf8(self) -> bool:
        return self.encoding == "utf-8"


def read_profile(
    kind: str, declared: Mapping[str, object], *, dialects: Mapping[str, Keys] | None = None
) -> Profile:
    """The profile of a STOCK, SALES or PLACES source from its JSON, with defaults for what it does not say.

    `dialects` are those there are (inventory.feeds.dialects.DIALECTS); without them only "delimited" is known.
    Raises FeedRefused("bad_profile") naming the key, its value and what is possible.
    """
    dialects = dialects or {}
    formats = PLACES_FORMATS if kind == "PLACES" else (DELIMITED, *sorted(dialects))
    name = _choice(declared, "format", formats)
    dialect = dialects.get(name)
    if dialect and kind not in dialect.kinds:
        raise _bad(f"format {name!r} carries {' or '.join(dialect.kinds)}, the source is {kind}")
    own = dialect.options if dialect else {}
    if unknown := sorted(set(declared) - COMMON_KEYS - set(own)):
        raise _bad(f"unknown key {unknown[0]!r}; known are {', '.join(sorted(COMMON_KEYS | set(own)))}")
    if kind == "PLACES" and (unheeded := sorted(set(declared) & NOT_OF_PLACES)):
        raise _bad(f"{unheeded[0]} means nothing where items stand")
    if not dialect and (unheeded := sorted(set(declared) & FACTS_KEYS)):
        raise _bad(
            f'{unheeded[0]} means nothing to the format "delimited"; expected a format such as "table"'
        )
    said = {**(dialect.defaults if dialect else {}), **declared}
    item_code = _choice(said, "item_code", tuple(ITEM_CODES))
    return Profile(
        kind=kind,
        columns=_columns(kind, item_code, said.get("columns", {})) if not dialect else _free_columns(said),
        item_code=item_code,
        delimiter=_delimiter(said),
        encoding=_encoding(said),
        decimal_sign=_choice(said, "decimal_sign", (".", ",")) if said.get("decimal_sign") else None,
        time_format=_time_format(said, "time_format") if said.get("time_format") else None,
        date_format=_time_format(said, "date_format") if said.get("date_format") else "%Y-%m-%d",
        timezone=_timezone(said),
        completeness=_choice(said, "completeness", COMPLETENESS[kind]),
        quantity_sign=_choice(said, "quantity_sign", SIGNS),
        format=name,
        quantity_state=_choice(said, "quantity_state", get_args(CountState)),  # type: ignore[arg-type]
        negatives=_flag(said, "negatives", default=True),
        stores=tuple(_texts(said, "stores")),
        tolerance=frozenset(_texts(said, "tolerance")),
        absences=_flag(said, "absences", default=True),
        drop_guard=_share(said, "drop_guard", 0.2),
        max_errors=_share(said, "max_errors", 0.05),
        unknown_items=_choice(said, "unknown_items", UNKNOWN),
        unknown_stores=_choice(said, "unknown_stores", UNKNOWN),
        as_of=_text(said, "as_of", "receipt"),
        keep_raw=_flag(said, "keep_raw", default=dialect.keeps_raw if dialect else True),
        scale=_scale(said),
        region=_choice(said, "region", REGIONS) if said.get("region") is not None else None,
        new_timezone=_new_store(said).get("timezone", ""),
        new_currency=_new_store(said).get("currency", ""),
        options={key: _option(check, key, said.get(key)) for key, check in own.items()},
    )


def _bad(what: str) -> FeedRefused:
    return FeedRefused("bad_profile", f"The source's profile cannot be used: {what}.")


def _option(check: Callable[[object], object], key: str, value: object) -> object:
    try:
        return check(value)
    except ValueError as error:
        raise _bad(f"{key} is {value!r}; expected {error}") from error


def _text(declared: Mapping[str, object], key: str, default: str) -> str:
    value = declared.get(key, default)
    if not isinstance(value, str):
        raise _bad(f"{key} is {value!r}; expected text")
    return value


def _texts(declared: Mapping[str, object], key: str) -> list[str]:
    value = declared.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _bad(f"{key} is {value!r}; expected a list of texts")
    return list(value)


def _flag(declared: Mapping[str, object], key: str, *, default: bool) -> bool:
    value = declared.get(key, default)
    if not isinstance(value, bool):
        raise _bad(f"{key} is {value!r}; expected true or false")
    return value


def _share(declared: Mapping[str, object], key: str, default: float) -> float:
    value = declared.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _bad(f"{key} is {value!r}; expected a share from 0 to 1")
    return float(value)


def _scale(declared: Mapping[str, object]) -> Decimal:
    value = str(declared.get("scale", 1))
    try:
        scale = Decimal(value)
    except InvalidOperation as error:
        raise _bad(f"scale is {value!r}; expected a number such as 0.001") from error
    if not scale.is_finite() or not _SCALES[0] <= scale <= _SCALES[1]:
        raise _bad(f"scale is {value!r}; expected a number above 0, from {_SCALES[0]:f} to {_SCALES[1]:,f}")
    return scale


def _new_store(declared: Mapping[str, object]) -> dict[str, str]:
    """What a store needs that the source brings along; only asked for where it may."""
    if declared.get("unknown_stores") != "CREATE":
        return {}
    value = declared.get("new_store")
    if not isinstance(value, Mapping) or set(value) != {"timezone", "currency"}:
        raise _bad('new_store must say {"timezone": "Europe/Berlin", "currency": "EUR"} of stores to be made')
    if not re.fullmatch("[A-Z]{3}", str(value["currency"])):
        raise _bad(f"new_store: currency is {value['currency']!r}; expected an ISO 4217 code such as EUR")
    return {"timezone": _timezone({"timezone": value["timezone"]}), "currency": str(value["currency"])}


def _choice(declared: Mapping[str, object], key: str, choices: tuple[str, ...]) -> str:
    value = _text(declared, key, choices[0])
    if value not in choices:
        raise _bad(f"{key} is {value!r}; expected one of {', '.join(choices)}")
    return value


def _free_columns(declared: Mapping[str, object]) -> dict[str, str]:
    """The columns of a dialect that says itself which fields it knows."""
    columns = declared.get("columns", {})
    if not isinstance(columns, Mapping) or not all(isinstance(name, str) for name in columns.values()):
        raise _bad("columns must map our field names to the header's names")
    return {str(key): str(name) for key, name in columns.items()}


def _columns(kind: str, item_code: str, declared: object) -> dict[str, str]:
    fields = STOCK_FIELDS if kind == "STOCK" else SALES_FIELDS
    defaults = {field: field for field in fields} | {"item": ITEM_CODES[item_code]}
    if kind == "STOCK":
        defaults["quantity"] = "on_hand"
    if not isinstance(declared, Mapping) or not all(isinstance(name, str) for name in declared.values()):
        raise _bad("columns must map our field names to the header's names")
    known = (*fields, *OPTIONAL_FIELDS[kind])
    if unknown := sorted(set(declared) - set(known)):
        raise _bad(f"columns names {unknown[0]!r}; known fields are {', '.join(known)}")
    return defaults | {str(field): str(name) for field, name in declared.items()}


def _delimiter(declared: Mapping[str, object]) -> str:
    value = _text(declared, "delimiter", ",")
    if len(value) != 1 or not value.isascii() or value.isalnum() or value in '"\r\n\0-+. ':
        raise _bad(f"delimiter is {value!r}; expected one character such as , ; | or a tab")
    return value


def _encoding(declared: Mapping[str, object]) -> str:
    value = _text(declared, "encoding", "utf-8")
    try:
        name = codecs.lookup(value).name
        "a".encode(name)
    except (LookupError, TypeError, ValueError) as error:
        raise _bad(_NO_ENCODING.format(value)) from error
    if name in _NO_ENCODINGS:
        raise _bad(_NO_ENCODING.format(value))
    return "utf-8" if name == "utf-8-sig" else name


def _time_format(declared: Mapping[str, object], key: str) -> str:
    value = _text(declared, key, "")
    needed = ("%d", "%m") if key == "date_format" else ("%d", "%m", "%M")
    whole = any(part in value for part in ("%F", "%D", "%+", "%s"))
    if not whole and not all(part in value for part in needed):
        example = "%d.%m.%Y" if key == "date_format" else "%d.%m.%Y %H:%M:%S"
        raise _bad(f"{key} is {value!r}; expected a pattern such as {example}")
    return value


def _timezone(declared: Mapping[str, object]) -> str:
    value = _text(declared, "timezone", STORE_ZONE)
    if value == STORE_ZONE:
        return value
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _bad(f'timezone is {value!r}; expected an IANA name or "store"') from error
    return value
