"""Single codes, figures and profiles."""

import json
from collections.abc import Iterator

from inventory.feeds.barcodes import REGIONS, read_barcode
from inventory.feeds.dialects import DIALECTS
from inventory.feeds.numbers import NotANumber, read_decimal
from inventory.feeds.profiles import read_profile
from tests.fuzzing.documents import MONEY_LAYOUT
from tests.fuzzing.json_files import JSON_MARKS, JSON_TOKENS
from tests.fuzzing.targets import Target, Variant

MILK, CHEESE = "4006381333931", "96385074"


def _barcode(content: bytes) -> Iterator[object]:
    text = content.decode("utf-8", "surrogateescape")
    for region in (None, *REGIONS):
        yield read_barcode(text, region=region)


def _figure(content: bytes) -> Iterator[object]:
    text = content.decode("utf-8", "surrogateescape")
    for sign in (".", ",", None):
        for trailing_sign in (False, True):
            try:
                yield read_decimal(text, decimal_sign=sign, trailing_sign=trailing_sign)
            except NotANumber as error:
                assert error.expected  # noqa: PT017 - it is the declared outcome


def _declared(content: bytes) -> Iterator[object]:
    try:
        declared = json.loads(content)
    except (ValueError, RecursionError):
        return
    if isinstance(declared, dict):
        for kind in ("STOCK", "SALES"):
            yield read_profile(kind, declared, dialects=DIALECTS)


_CODES = (
    MILK,
    CHEESE,
    "036000291452",
    "01234565",
    "4.00638E+12",
    '="04006381333931"',
    "'96385074",
    "https://example.org/01/09506000134352/10/A?x=1",
    "(01)09506000134352(3103)001250(10)A",
    "]C10109506000134352310300125010A",
    "]E04006381333931",
    "\x1d0109506000134352\x1d10A",
    "2112345012345",
    "2000000000000",
    "]d201095060001343523922" + "1250",
    "9506000134352 ",
    "4006-3813-3393-1",
)
_PROFILES = (
    {
        "format": "table",
        "columns": {"store": "Filiale (.+)", "item": "EAN"},
        "store_columns": ["a"],
        "header_rows": 2,
        "sheet": 1,
    },
    {
        "format": "fixed_width",
        "layout": MONEY_LAYOUT,
        "timezone": "Europe/Berlin",
        "scale": "0.001",
        "encoding": "cp037",
    },
    {"format": "poslog", "variant": "ncr", "tolerance": ["control_count"]},
    {
        "delimiter": ";",
        "decimal_sign": ",",
        "time_format": "%d.%m.%Y %H:%M:%S",
        "date_format": "%d.%m.%Y",
        "drop_guard": 0.5,
    },
    {
        "format": "x12_846",
        "quantity_codes": {"33": "ON_HAND"},
        "unknown_stores": "CREATE",
        "new_store": {"timezone": "UTC", "currency": "EUR"},
    },
)
TARGETS = (
    Target(
        "barcode",
        (Variant(_barcode, tuple(map(str.encode, _CODES))),),
        (b"0", b"1", b"(", b")", b"/", b"]"),
        (b"]C1", b"]d2", b"\x1d", b"(01)", b"/01/", b"3103", b"3922", b"392", b"310"),
    ),
    Target(
        "number",
        (Variant(_figure, (b"12", b"-3", b"1.234,5", b"1,234.5", b"120-", b"0,5", "1\u00a0234,5".encode())),),
        (b".", b",", b"-", b" ", b"1"),
        (b"+", b"\xc2\xa0"),
    ),
    Target(
        "profile",
        (Variant(_declared, tuple(json.dumps(one).encode() for one in _PROFILES)),),
        JSON_MARKS,
        (*JSON_TOKENS, b'"UTC"', b'"utf-16"', b'"rot13"', b'"idna"', b'"../x"', b'"%Y"'),
    ),
)
