"""Line items as movements, each by the void and sign rule of the log's variant (variants.py)."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from xml.etree.ElementTree import Element

from inventory.feeds.blocks import visible
from inventory.feeds.facts import BadRow, Found, MovementKind, Note, StockMovement
from inventory.feeds.poslog.fields import (
    BadField,
    Names,
    attribute,
    is_flagged,
    read_figure,
    read_time,
    text_of,
)
from inventory.feeds.poslog.headers import Header
from inventory.feeds.poslog.items import read_items, read_unit
from inventory.feeds.poslog.variants import Variant

NOTHING = Decimal(0)
_SALES = ("Sale", "Return")
# Ordered, laid away or to be fetched elsewhere: the goods are not handed over by this line.
_OTHER_SALES = re.compile(
    r"(?:Sale|Return|CustomerOrder|Layaway|PreviousLayaway|PreviousCustomerOrder)[A-Za-z]*"
)
_WHOLE = re.compile(r"[0-9]{1,9}")
_TITLE_LENGTH = 200
# An entity that is still there after the XML was read was escaped twice.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")


@dataclass(frozen=True, slots=True)
class Line:
    """A LineItem. `element` is its Sale or Return, None for any other; `line` its number in the receipt.

    `kind` and `fields` are that element's name and children; `code` the item's number or barcode as written.
    `is_undone`: it tells of a sale that was taken back before it counted (CancelFlag, DeleteFlag, a statistic).
    """

    line_number: int
    line: int
    item: Element
    element: Element | None
    kind: str
    fields: Mapping[str, Element]
    code: str
    passed_over: str
    is_void: bool
    is_undone: bool
    is_statistic: bool

    def text(self, name: str) -> str:
        """The text of one of the fields, "" where it is missing."""
        return text_of(self.fields.get(name))

    def raw(self, header: Header | None = None) -> str:
        """The white-listed fields of the line in one short text; the log itself is not kept."""
        parts = [] if header is None else [header.place.text, header.workstation, str(header.sequence)]
        parts += [str(self.line), f"{self.kind} void" if self.is_void else self.kind]
        return visible(" | ".join((*parts, self.code, self.text("Quantity"), self.text("ExtendedAmount"))))

    def rejected(self, error: BadField, *, raw: str) -> BadRow:
        """The line as one that cannot be used."""
        return BadRow(
            line_number=self.line_number,
            code=error.code,
            field=error.name,
            value=visible(error.value),
            expected=error.expected,
            raw=raw,
        )


def read_lines(names: Names, retail: Element, *, first_line: int) -> list[Line]:
    """The line items of a receipt. Numbers that are missing or stand twice are replaced by the line's place."""
    items = list(names.all(retail, "LineItem"))
    written = [names.text(item, "SequenceNumber") for item in items]
    lines = [_line(names, item, first_line + place) for place, item in enumerate(items)]
    sold = [text for text, line in zip(written, lines, strict=True) if line.element is not None]
    if len(set(sold)) == len(sold) and all(_WHOLE.fullmatch(text) for text in sold):
        return [
            replace(line, line=int(text)) if line.element is not None else line
            for text, line in zip(written, lines, strict=True)
        ]
    return [replace(line, line=place) for place, line in enumerate(lines, start=1)]


def _line(names: Names, item: Element, line_number: int) -> Line:
    element, other = None, ""
    for child in item:
        name = names.of(child)
        if name in _SALES:
            element = child
            break
        if _OTHER_SALES.fullmatch(name):
            other = name
    fields = {} if element is None else names.children(element)
    is_statistic = is_flagged(item, "StatisticFlag")
    return Line(
        line_number=line_number,
        line=0,
        item=item,
        element=element,
        kind="" if element is None else names.of(element),
        fields=fields,
        code=text_of(fields.get("ItemID")) or names.text(fields.get("POSIdentity"), "POSItemID"),
        passed_over=other if element is None else "",
        is_void=is_flagged(item, "VoidFlag"),
        is_undone=is_statistic or is_flagged(item, "CancelFlag", "DeleteFlag"),
        is_statistic=is_statistic,
    )


def told_lines(
    names: Names, lines: list[Line], header: Header, *, variant: Variant, item_code: str, turned: bool
) -> Iterator[Found]:
    """The movements of a receipt's sales and returns; `turned` for a receipt that takes back another one."""
    open_sales = _OpenSales()
    sides = [_side(line, variant=variant, turned=turned) for line in lines]
    for line, side in zip(lines, sides, strict=True):
        if not line.is_void and not line.is_statistic:
            open_sales.add(side, is_undone=line.is_undone)
    for line, side in zip(lines, sides, strict=True):
        try:
            if not _moves(line, side, open_sales, variant):
                continue
            movement = _movement(names, line, header, side=side, variant=variant, item_code=item_code)
        except BadField as error:
            yield line.rejected(error, raw=line.raw(header))
            continue
        if turned:
            amount = None if movement.amount is None else -movement.amount
            movement = replace(movement, kind="VOID", quantity=-movement.quantity, amount=amount)
        yield movement
        yield from _notes(line, movement)


class _Side(NamedTuple):
    """On which side of the counter the goods of a line are, or for a void those of the line it takes back."""

    code: str
    is_back: bool
    quantity: Decimal


def _side(line: Line, *, variant: Variant, turned: bool) -> _Side:
    try:
        quantity = read_figure(line.text("Quantity"), name="Quantity")
    except BadField:
        quantity = NOTHING  # said where the line itself is read
    if line.kind == "Return":
        return _Side(line.code, is_back=True, quantity=abs(quantity))
    # The minus of a line that takes something back is that taking back.
    is_back = quantity < 0 and not turned
    if line.is_void and variant.void_is_negative:
        is_back = quantity > 0
    return _Side(line.code, is_back=is_back, quantity=abs(quantity))


def _moves(line: Line, side: _Side, open_sales: "_OpenSales", variant: Variant) -> bool:
    """Whether the line moves stock by its variant's rule.

    A void that is written a second time does when its original is in the receipt and did count. Raises
    BadField("orphan_void") where there is no original and nothing explains its absence.
    """
    if not line.is_void or variant.void == "ITSELF":
        return not line.is_void and not line.is_undone
    if line.is_statistic or (line.is_undone and open_sales.take(side, is_undone=True)):
        return False
    if open_sales.take(side, is_undone=False):
        return True
    if line.is_undone:
        return False
    raise BadField(
        "orphan_void", "VoidFlag", "true", "the line that it voids, in the same receipt and not voided yet"
    )


class _OpenSales:
    """How much of each item a receipt sold and took back, from which its void lines take away again."""

    def __init__(self) -> None:
        self._open: defaultdict[tuple[str, bool, bool], Decimal] = defaultdict(Decimal)

    def add(self, side: _Side, *, is_undone: bool) -> None:
        self._open[side.code, side.is_back, is_undone] += side.quantity

    def take(self, side: _Side, *, is_undone: bool) -> bool:
        """Take as much away; False when there is not so much."""
        key = (side.code, side.is_back, is_undone)
        if self._open[key] < side.quantity or not side.quantity:
            return False
        self._open[key] -= side.quantity
        return True


def _movement(
    names: Names, line: Line, header: Header, *, side: _Side, variant: Variant, item_code: str
) -> StockMovement:
    element = line.element
    assert element is not None
    quantity = read_figure(line.text("Quantity"), name="Quantity")
    amount = _amount(line, quantity)
    moved = side.quantity if side.is_back else -side.quantity
    kind: MovementKind = "RETURN" if side.is_back else "SALE"
    # NCR's void carries its minus signs already; everybody else's amount takes the sign of what happened.
    if amount is not None and not (line.is_void and variant.void_is_negative):
        amount = -abs(amount) if side.is_back else amount
        if attribute(element, "ItemType").endswith("NegativeItem"):
            amount = -amount  # Wincor: a price below zero, written absolute like everything else
        amount = -amount if line.is_void else amount
    if line.is_void:
        kind, moved = "VOID", -moved
    occurred_at = header.occurred_at or _line_time(names, line.item)
    return StockMovement(
        line_number=line.line_number,
        place=header.place,
        items=read_items(names, element, item_code=item_code),
        quantity=moved,
        kind=kind,
        occurred_at=occurred_at,
        business_day=header.business_day or occurred_at.date(),
        workstation=header.workstation,
        sequence=header.sequence,
        line=line.line,
        unit=read_unit(line.fields["Quantity"]),
        amount=amount,
        currency=_currency(line, header),
        title=_title(line),
        raw=line.raw(header),
    )


def _amount(line: Line, quantity: Decimal) -> Decimal | None:
    """What was paid for the line; where it is not written, the price times the quantity."""
    if written := line.text("ExtendedAmount"):
        return read_figure(written, name="ExtendedAmount")
    for name in ("ActualSalesUnitPrice", "RegularSalesUnitPrice"):
        if written := line.text(name):
            return read_figure(written, name=name) * quantity
    return None


def _line_time(names: Names, item: Element) -> datetime:
    for name in ("EndDateTime", "BeginDateTime", "DateTime"):
        if written := names.text(item, name):
            return read_time(written, name=name)
    raise BadField("missing_value", "EndDateTime", "", "the time of the receipt")


def _currency(line: Line, header: Header) -> str:
    code = attribute(line.fields.get("ExtendedAmount"), "Currency").upper()
    return code[:3] if code and code != "XXX" else header.currency


def _title(line: Line) -> str:
    title = line.text("Description") or attribute(line.fields.get("ItemID"), "Name")
    return visible(title)[:_TITLE_LENGTH]


def _notes(line: Line, movement: StockMovement) -> Iterator[Note]:
    if is_mojibake(movement.title):
        yield Note(
            line_number=line.line_number,
            code="mojibake",
            message=f'Line {line.line_number}: "{movement.title}" was encoded twice; it is kept as it came.',
        )
    disposal = attribute(line.fields.get("Disposal"), "Method")
    if disposal and disposal.lower() != "returntostock":
        yield Note(
            line_number=line.line_number,
            code="not_restocked",
            message=f"Line {line.line_number}: what was brought back is counted, but the till says {disposal[:40]}.",
        )


def is_mojibake(text: str) -> bool:
    """Whether a text looks as if it had been encoded twice: Ã© for é, or an entity that was escaped again."""
    if text.isascii():
        return "&" in text and bool(_ENTITY.search(text))
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8") != text
        except UnicodeError:
            continue
    return False
