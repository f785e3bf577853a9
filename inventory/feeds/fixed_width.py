"""Fixed-width files of hosts and ERP systems, by a layout table (inventory.feeds.layouts) or a preset.

Preset "rms_edidlprd": Oracle Retail's sales and stock on hand by item and location. FHEAD 'DLPRD' date / THEAD
transaction, date, supplier / TITEM item, its type, reference item, its type, vendor's number, description / TQUTY
descriptor ('On-hand', 'Sold', 'In transit', in any case), ST or WH, location, cost, quantity / TTAIL lines / FTAIL
lines. Every record carries its own line number or only FHEAD does; four decimals are implied, and partners write
the point all the same.
"""

from collections.abc import Iterator
from typing import Any

from inventory.feeds.blocks import FeedFile
from inventory.feeds.contract import Dialect
from inventory.feeds.facts import Found
from inventory.feeds.layouts import Layout, read_layout
from inventory.feeds.profiles import Profile
from inventory.feeds.record_files import read_records
from inventory.feeds.records import FeedRefused

RMS_EDIDLPRD = "rms_edidlprd"
_NAME = 5
_LINE_NUMBER = 10
_DESCRIPTORS = {"On-hand": "count", "Sold": "sold", "In transit": "ignored"}


def read_fixed_width(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """The facts of a fixed-width file. Raises FeedRefused, also for a profile without a layout."""
    layout = profile.options["layout"]
    if profile.options["preset"] == RMS_EDIDLPRD:
        layout = EDIDLPRD_NUMBERED if _has_line_numbers(file) else EDIDLPRD
    if not isinstance(layout, Layout):
        raise FeedRefused("bad_profile", 'The source\'s profile needs a "layout" or a "preset".')
    yield from read_records(file, profile, layout)


def _has_line_numbers(file: FeedFile) -> bool:
    """Whether the second record, too, has its number behind its name."""
    filled = (line for _number, line in file.lines() if line.strip())
    next(filled, "")
    number = next(filled, "")[_NAME : _NAME + _LINE_NUMBER]
    return number.isascii() and number.isdigit() and int(number) == 2


def _edidlprd(*, is_numbered: bool) -> Layout:
    """Oracle Retail's layout; a field is (name, length, what the layout says of it)."""
    head: list[tuple[str, int, dict[str, Any]]] = [("line id", _LINE_NUMBER, {})]
    own = head if is_numbered else []
    lines: dict[str, Any] = {"type": "number", "map": "count"}
    records: list[tuple[str, str, list[tuple[str, int, dict[str, Any]]]]] = [
        ("FHEAD", "", [*head, ("file type", 5, {}), ("file date", 8, {"type": "date", "map": "day"})]),
        ("THEAD", "", [
            *own, ("transaction", 10, {}), ("report date", 8, {"type": "date", "map": "day"}), ("supplier", 10, {}),
        ]),
        ("TITEM", "", [
            *own, ("item", 25, {"map": "item"}), ("item type", 6, {}), ("reference item", 25, {"map": "gtin"}),
            ("reference type", 6, {}), ("vendor number", 30, {}), ("description", 250, {"map": "title"}),
        ]),
        ("TQUTY", "", [
            *own, ("descriptor", 15, {"map": "descriptor", "values": _DESCRIPTORS}), ("location type", 2, {}),
            ("location", 10, {"map": "store_code"}), ("cost", 20, {}),
            ("quantity", 12, {"type": "number", "decimals": 4, "map": "quantity"}),
        ]),
        ("TTAIL", "THEAD", [*own, ("lines", 6, lines)]),
        ("FTAIL", "FHEAD", [*own, ("lines", 10, lines)]),
    ]  # fmt: skip
    declared = []
    for name, closes, fields in records:
        placed, start = [], _NAME + 1
        for field, length, more in fields:
            placed.append({"name": field, "start": start, "length": length, **more})
            start += length
        declared.append({"record": name, "at": [1, _NAME], "closes": closes, "fields": placed})
    return read_layout(declared)


EDIDLPRD = _edidlprd(is_numbered=False)
EDIDLPRD_NUMBERED = _edidlprd(is_numbered=True)


def _preset(value: object) -> object:
    if value not in (None, RMS_EDIDLPRD):
        raise ValueError(RMS_EDIDLPRD)
    return value or ""


def _layout(value: object) -> object:
    return None if value is None else read_layout(value)


DIALECT = Dialect(
    name="fixed_width",
    title="Fixed-width records by a layout table",
    kinds=("STOCK", "SALES"),
    read=read_fixed_width,
    options={"preset": _preset, "layout": _layout},
)
