"""Record-typed files by a layout table: headers hold for the lines below them, trailers count what came before."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from inventory.feeds.blocks import FeedFile, visible
from inventory.feeds.facts import (
    Activity,
    BadRow,
    Code,
    CountState,
    Fact,
    Found,
    Note,
    SalesTotal,
    StockCount,
    StockMovement,
)
from inventory.feeds.layouts import QUANTITIES, Field, Layout, Record
from inventory.feeds.profiles import ITEM_CODES, Profile
from inventory.feeds.records import FeedRefused
from inventory.feeds.unfit import Unfit

CONTROL_COUNT = "control_count"
_ITEM_TARGETS = {"gtin": "GTIN", "sku": "SKU", "plu": "PLU"}
_STATES: dict[str, CountState] = {"available": "AVAILABLE", "on_hand": "ON_HAND"}
_DIGITS = re.compile(r"[0-9]{1,30}")
_WRITTEN_POINT = re.compile(r"[0-9]{0,30}[.][0-9]{0,12}")
_DAY = timedelta(days=1)
# What is no text at either end of a field: NUL, and everything that Python, and so the loader, takes for a blank.
_BLANKS = "\0" + "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())


@dataclass(frozen=True, slots=True)
class Cell:
    """A field's text in one line; `is_cut`: the line ends inside it."""

    field: Field
    text: str
    is_cut: bool
    sign: str = ""


Cells = Mapping[str, Cell]


@dataclass
class _State:
    """What the records above have said, and which of them wait for the record that closes them."""

    layout: Layout
    profile: Profile
    records: int = 0
    by_record: dict[str, Cells] = field(default_factory=dict)
    opened: dict[str, dict[str, int]] = field(default_factory=dict)

    def cells(self) -> dict[str, Cell]:
        """Every mapped field in force, the innermost record's last."""
        return {target: cell for cells in self.by_record.values() for target, cell in cells.items()}


def read_records(file: FeedFile, profile: Profile, layout: Layout) -> Iterator[Found]:
    """The facts of a file of records. Raises FeedRefused where trailers do not fit, are missing or not of here."""
    state = _State(layout, profile)
    closed = {record.closes for record in layout.records.values()} - {""}
    for line_number, line in file.lines():
        if not line.strip():
            continue
        record = layout.records.get(_name_of(line, layout))
        if record is None:
            yield _unknown_record(line_number, line, layout)
            continue
        state.records += 1
        if record.closes:
            yield from _close(state, record, line_number, line)
        for counted in state.opened.values():
            counted[record.name] = counted.get(record.name, 0) + 1
        if record.name in closed:
            _open(state, record, line_number)
        _note_values(state, record, line)
        if record.has_facts:
            yield from _facts(state, line_number, line)
    if not state.records:
        raise FeedRefused(
            "unknown_layout", f"No line is one of the records {', '.join(layout.records)} of the layout."
        )
    if state.opened:
        missing = " and ".join(name for name, one in layout.records.items() if one.closes in state.opened)
        raise FeedRefused("truncated", f"The file ends without {missing}: it was cut off. Send it again.")


def _name_of(line: str, layout: Layout) -> str:
    if layout.separator:
        return line.split(layout.separator, 1)[0].strip()
    first = next(iter(layout.records.values()))
    return line[first.start : first.end].strip()


def _unknown_record(line_number: int, line: str, layout: Layout) -> BadRow:
    return BadRow(
        line_number=line_number,
        code="unknown_record",
        field="record",
        value=visible(_name_of(line, layout))[:20],
        expected=f"one of {', '.join(layout.records)}",
        raw=visible(line),
    )


def _open(state: _State, record: Record, line_number: int) -> None:
    if record.name in state.opened:
        raise FeedRefused(
            "truncated", f"Line {line_number}: {record.name} begins before the one above it is closed."
        )
    state.opened[record.name] = {}


def _close(state: _State, record: Record, line_number: int, line: str) -> Iterator[Note]:
    counted = state.opened.pop(record.closes, None)
    if counted is None:
        raise FeedRefused("truncated", f"Line {line_number}: {record.name} without {record.closes} above it.")
    cell = _cut(record, line, state.layout).get("count")
    if cell is None or not cell.text:
        return
    names = record.counts or tuple(counted)
    actual = sum(counted.get(name, 0) for name in names)
    told = f"Line {line_number}: {record.name} declares {visible(cell.text)} records, {actual} came"
    if _DIGITS.fullmatch(cell.text) and int(cell.text) == actual:
        return
    if CONTROL_COUNT not in state.profile.tolerance:
        raise FeedRefused(CONTROL_COUNT, f"{told}. Nothing was used.")
    yield Note(line_number=line_number, code=CONTROL_COUNT, message=f"{told}; tolerated.")


def _note_values(state: _State, record: Record, line: str) -> None:
    """The record's values replace those of its like and of what its like enclosed."""
    rank = state.layout.ranks[record.name]
    for name in [name for name in state.by_record if state.layout.ranks[name] >= rank]:
        del state.by_record[name]
    state.by_record[record.name] = _cut(record, line, state.layout)


def _cut(record: Record, line: str, layout: Layout) -> dict[str, Cell]:
    """The mapped fields of a line by what they mean."""
    parts = line.split(layout.separator) if layout.separator else line
    cells = {}
    for one in record.fields:
        if one.target:
            sign = ""
            if one.sign.startswith("field:"):
                named = one.sign.removeprefix("field:")
                sign = _text(next(other for other in record.fields if other.name == named), parts) or "+"
            is_cut = not layout.separator and one.start < len(line) < one.end
            cells[one.target] = Cell(one, _text(one, parts), is_cut, sign)
    return cells


def _text(one: Field, parts: str | list[str]) -> str:
    part = parts[one.start : one.end]
    return (part if isinstance(part, str) else "".join(part)).strip(_BLANKS)


def _facts(state: _State, line_number: int, line: str) -> Iterator[Found]:
    cells = state.cells()
    wanted = [target for target in QUANTITIES if target in state.by_record[next(reversed(state.by_record))]]
    for part, target in enumerate(wanted):
        try:
            yield _fact(
                cells, target, state.profile, {"line_number": line_number, "raw": visible(line), "part": part}
            )
        except Unfit as unfit:
            yield unfit.bad_row(line_number=line_number, raw=visible(line), part=part)


def _fact(cells: Cells, target: str, profile: Profile, where: dict[str, Any]) -> Fact | Note:
    """What one quantity of the line says; `where` are the fact's line number, raw text and part."""
    meaning = _meaning(cells, target, profile)
    cell, line_number = cells[target], where["line_number"]
    if meaning == "ignored":
        said = visible(cells["descriptor"].text)
        return Note(
            line_number=line_number, code="ignored", message=f'Line {line_number}: "{said}" is not used.'
        )
    if meaning == "count" and not cell.text:
        told = f"Line {line_number}: {cell.field.name} is empty: the item is not counted there."
        return Note(line_number=line_number, code="not_tracked", message=told)
    read: dict[str, Any] = {
        **where,
        "place": Code("CODE", _needed(cells, "store_code")),
        "items": _items(cells, profile),
        "quantity": number(cell, decimal_sign=profile.decimal_sign),
        "unit": _said(cells, "unit") or None,
        "title": _said(cells, "title"),
    }
    if meaning == "count":
        state = _STATES.get(target, profile.quantity_state)
        return StockCount(**read, state=state, as_of=_as_of(cells))
    if meaning == "movement":
        return StockMovement(**read | _till_line(cells, profile, read["quantity"]))
    activity: Activity = "RETURNED" if meaning == "returned" else "SOLD"
    return SalesTotal(**read | _period(cells) | _money(cells, profile), activity=activity)


def _meaning(cells: Cells, target: str, profile: Profile) -> str:
    """What the quantity is: count, movement, sold, returned or ignored."""
    if target in ("sold", "returned"):
        return target
    if target == "quantity" and (descriptor := cells.get("descriptor")):
        found = descriptor.field.values.get(descriptor.text.casefold())
        if found is None:
            expected = f"one of {', '.join(descriptor.field.values)}"
            raise Unfit("bad_value", descriptor.field.name, visible(descriptor.text), expected)
        return found
    return "count" if target != "quantity" or profile.kind == "STOCK" else "movement"


def _items(cells: Cells, profile: Profile) -> tuple[Code, ...]:
    schemes = {"item": profile.item_code, **_ITEM_TARGETS}
    found = [
        Code(scheme, _clean(cells[target].text))  # type: ignore[arg-type]
        for target, scheme in schemes.items()
        if target in cells and cells[target].text
    ]
    if not found:
        name = next((cells[target].field.name for target in schemes if target in cells), "item")
        raise Unfit("no_item_key", name, "", f"a {ITEM_CODES[profile.item_code]}")
    return tuple(found)


def _till_line(cells: Cells, profile: Profile, quantity: Decimal) -> dict[str, Any]:
    signed = -quantity if profile.quantity_sign == "SOLD_POSITIVE" else quantity
    occurred_at = _instant(cells, "occurred_at")
    return {
        "quantity": signed,
        "kind": "RETURN" if signed > 0 else "SALE",
        "occurred_at": occurred_at,
        "business_day": day(cells["business_day"]) if "business_day" in cells else occurred_at.date(),
        "workstation": _said(cells, "workstation"),
        "sequence": _whole(cells, "sequence"),
        "line": _whole(cells, "line"),
        **_money(cells, profile),
    }


def _money(cells: Cells, profile: Profile) -> dict[str, Any]:
    amount = cells.get("amount")
    return {
        "amount": number(amount, decimal_sign=profile.decimal_sign) if amount and amount.text else None,
        "currency": _said(cells, "currency"),
    }


def _period(cells: Cells) -> dict[str, Any]:
    """The days a total speaks for: from the first to before the day after the last, or one day."""
    start = _first(cells, "period_start", "day")
    last = _first(cells, "period_last", "day") if "period_last" in cells else start
    if last < start:
        cell = cells["period_last"]
        raise Unfit("bad_time", cell.field.name, visible(cell.text), f"a day not before {start}")
    if last == date.max:
        raise Unfit("bad_time", "period_last", str(last), "a day that has a next one")
    return {"period_start": start, "period_end": last + _DAY}


def _first(cells: Cells, *targets: str) -> date:
    found = next((cells[target] for target in targets if target in cells), None)
    if found is None:
        raise Unfit("missing_value", targets[0], "", "a day in the layout")
    return day(found)


def _as_of(cells: Cells) -> datetime | None:
    """The instant of a count; of a day alone its beginning, so that whatever is timed on that day is newer."""
    if "as_of" in cells:
        return _instant(cells, "as_of")
    if "day" in cells:
        return datetime.combine(day(cells["day"]), datetime.min.time())
    return None


def _instant(cells: Cells, target: str) -> datetime:
    """Date and time of one field, or the time of one field on the file's or the business day."""
    cell = cells.get(target)
    if cell is None:
        raise Unfit("missing_value", target, "", "a time in the layout")
    moment = _parsed(cell)
    if cell.field.type != "time":
        return moment
    base = next((cells[name] for name in ("business_day", "day") if name in cells), None)
    if base is None:
        raise Unfit("missing_value", "day", "", "a day in the layout beside the time")
    return datetime.combine(day(base), moment.time())


def day(cell: Cell) -> date:
    """The day a field names. Raises Unfit."""
    return _parsed(cell).date()


def _parsed(cell: Cell) -> datetime:
    text, form = cell.text, cell.field.form or "%Y%m%d"
    if not cell.is_cut and text.isascii():
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - naive is on the profile's or the store's clock
        except ValueError:
            pass
    expected = f"a {cell.field.type} written {form}"
    raise Unfit("bad_time" if text else "missing_value", cell.field.name, visible(text), expected)


def number(cell: Cell, *, decimal_sign: str | None = None) -> Decimal:
    """The figure of a field with its implied decimals, which a written point overrules. Raises Unfit."""
    text, one = cell.text, cell.field
    figure, is_negative = _unsigned(text, one, cell.sign)
    if decimal_sign == ",":
        figure = figure.replace(",", ".") if "." not in figure else ""
    if cell.is_cut:
        raise Unfit("short_line", one.name, visible(text), f"{one.end - one.start} characters")
    if _WRITTEN_POINT.fullmatch(figure) and figure != ".":
        value = Decimal(figure)
    elif _DIGITS.fullmatch(figure):
        value = Decimal(figure).scaleb(-one.decimals)
    else:
        trailing = " or 120-" if one.sign == "trailing" else ""
        expected = f"digits such as {'12'.zfill(min(one.end - one.start, 12))}{trailing}"
        raise Unfit("not_a_number" if text else "missing_value", one.name, visible(text), expected)
    return -value if is_negative and value else value


def _unsigned(text: str, one: Field, sign: str) -> tuple[str, bool]:
    """A figure without its sign, and whether that was a minus; "" where signs stand where none may."""
    if sign:
        return (text, sign == "-") if sign in ("+", "-") else ("", False)
    if one.sign == "trailing":
        return (text[:-1].rstrip(), text[-1] == "-") if text[-1:] in ("-", "+") else (text, False)
    return (text[1:].lstrip(), text[0] == "-") if text[:1] in ("-", "+") else (text, False)


def _needed(cells: Cells, target: str) -> str:
    cell = cells.get(target)
    if cell is None or not cell.text:
        name = cell.field.name if cell else target
        raise Unfit("missing_value", name, "", "a code")
    return _clean(cell.text)


def _said(cells: Cells, target: str) -> str:
    return _clean(cells[target].text) if target in cells else ""


def _clean(text: str) -> str:
    return text.replace("\0", "\u2400")


def _whole(cells: Cells, target: str) -> int:
    cell = cells.get(target)
    if cell is None or not _DIGITS.fullmatch(cell.text) or len(cell.text) > 18:
        name, text = (cell.field.name, cell.text) if cell else (target, "")
        raise Unfit("not_a_number" if text else "missing_value", name, visible(text), "a whole number")
    return int(cell.text)
