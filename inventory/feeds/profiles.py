"""A partner's declared profile: which column means what and how its figures and times are written."""

import codecs
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass

from inventory.feeds.records import FeedRefused

ITEM_CODES = {"GTIN": "gtin", "SKU": "sku", "PLU": "plu", "INTERNAL": "item"}
COMPLETENESS = {"STOCK": ("PARTIAL", "FULL"), "SALES": ("EVENTS",)}
SIGNS = ("SOLD_POSITIVE", "STOCK_VIEW")
STOCK_FIELDS = ("store_code", "item", "quantity", "as_of")
SALES_FIELDS = (
    "store_code", "workstation", "business_day", "sequence", "line", "item", "quantity", "occurred_at",
)  # fmt: skip
STORE_ZONE = "store"


@dataclass(frozen=True)
class Profile:
    """How one source writes its delimited files; `columns` maps our field to the header's name."""

    kind: str
    columns: Mapping[str, str]
    item_code: str
    delimiter: str
    encoding: str
    decimal_sign: str
    time_format: str | None
    date_format: str
    timezone: str
    completeness: str
    quantity_sign: str

    @property
    def is_utf8(self) -> bool:
        return self.encoding == "utf-8"


def read_profile(kind: str, declared: Mapping[str, object]) -> Profile:
    """The profile of a STOCK or SALES source from its JSON, with defaults for what it does not say.

    Raises FeedRefused("bad_profile") naming the key, its value and what is possible.
    """
    known = {
        "columns", "item_code", "delimiter", "encoding", "decimal_sign", "time_format", "date_format",
        "timezone", "completeness", "quantity_sign",
    }  # fmt: skip
    if unknown := sorted(set(declared) - known):
        raise _bad(f"unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")
    item_code = _choice(declared, "item_code", tuple(ITEM_CODES))
    return Profile(
        kind=kind,
        columns=_columns(kind, item_code, declared.get("columns", {})),
        item_code=item_code,
        delimiter=_delimiter(declared),
        encoding=_encoding(declared),
        decimal_sign=_choice(declared, "decimal_sign", (".", ",")),
        time_format=_time_format(declared, "time_format") if declared.get("time_format") else None,
        date_format=_time_format(declared, "date_format") if declared.get("date_format") else "%Y-%m-%d",
        timezone=_timezone(declared),
        completeness=_choice(declared, "completeness", COMPLETENESS[kind]),
        quantity_sign=_choice(declared, "quantity_sign", SIGNS),
    )


def _bad(what: str) -> FeedRefused:
    return FeedRefused("bad_profile", f"The source's profile cannot be used: {what}.")


def _text(declared: Mapping[str, object], key: str, default: str) -> str:
    value = declared.get(key, default)
    if not isinstance(value, str):
        raise _bad(f"{key} is {value!r}; expected text")
    return value


def _choice(declared: Mapping[str, object], key: str, choices: tuple[str, ...]) -> str:
    value = _text(declared, key, choices[0])
    if value not in choices:
        raise _bad(f"{key} is {value!r}; expected one of {', '.join(choices)}")
    return value


def _columns(kind: str, item_code: str, declared: object) -> dict[str, str]:
    fields = STOCK_FIELDS if kind == "STOCK" else SALES_FIELDS
    defaults = {field: field for field in fields} | {"item": ITEM_CODES[item_code]}
    if kind == "STOCK":
        defaults["quantity"] = "on_hand"
    if not isinstance(declared, Mapping) or not all(isinstance(name, str) for name in declared.values()):
        raise _bad("columns must map our field names to the header's names")
    if unknown := sorted(set(declared) - set(fields)):
        raise _bad(f"columns names {unknown[0]!r}; known fields are {', '.join(fields)}")
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
    except (LookupError, TypeError) as error:
        raise _bad(f"encoding is {value!r}; expected a text encoding such as utf-8 or cp1252") from error
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
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise _bad(f'timezone is {value!r}; expected an IANA name or "store"') from error
    return value
