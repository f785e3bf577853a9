"""Line items as movements, each by the void and sign rule of the log's variant (variants.py)."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
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

    `is_undone`: it tells of a sale that was taken back before it counted (CancelFlag, DeleteFlag, a statistic).
    """

    line_number: int
    line: int
    item: Element
    element: Element | None
    passed_over: str
    is_void: bool
    is_undone: bool
    is_statistic: bool

    def raw(self, names: Names, header: Header | None = None) -> str:
        """The white-listed fields of the line in one short text; the log itself is not kept."""
        if self.element is None:
            return ""
        parts = [] if header is None else [header.place.text, header.workstation, str(header.sequence)]
        parts += [str(self.line), names.of(self.element) + (" void" if self.is_void else "")]
        codes = (
            names.text(self.element, "ItemID"),
            names.text(names.first(self.element, "POSIdentity"), "POSItemID"),
        )
        parts += dict.fromkeys(code for code in codes if code)
        parts += [names.text(self.element, "Quantity"), names.text(self.element, "ExtendedAmount")]
        return visible(" | ".join(parts))

    def rejected(self, error: BadField, *, raw: str = "") -> BadRow:
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
    is_statistic = is_flagged(item, "StatisticFlag")
    return Line(
        line_number=line_number,
        line=0,
        item=item,
        element=element,
        passed_over="" if element is not None else other,
        is_void=is_flagged(item, "VoidFlag"),
        is_undone=is_statistic or is_flagged(item, "CancelFlag", "DeleteFlag"),
        is_statistic=is_statistic,
    )


def told_lines(
    names: Names, lines: list[Line], header: Header, *, variant: Variant, item_code: str, turned: bool
) -> Iterator[Found]:
    """The movements of a receipt's sales and returns; `turned` for a receipt that takes back another one."""
    open_sales = _OpenSales(names, lines) if variant.void == "SECOND_TIME" else None
    for line in lines:
        raw = line.raw(names, header)
        try:
            if not _moves(line, open_sales):
                continue
            movement = _movement(names, line, header, variant=variant, item_code=item_code)
        except BadField as error:
            yield line.rejected(error, raw=raw)
            continue
        if turned:
            movement = _turned(movement)
        yield movement
        yield from _notes(names, line, movement)


def _moves(line: Line, open_sales: "_OpenSales | None") -> bool:
    """Whether the line moves stock by its variant's rule; `open_sales` where voids are written a second time."""
    if open_sales is not None and line.is_void:
        return open_sales.takes_back(line)
    return not line.is_void and not line.is_undone


class _OpenSales:
    """How much of each item a receipt sold and took back, from which its void lines take away again."""

    def __init__(self, names: Names, lines: list[Line]) -> None:
        self._names = names
        self._open: dict[tuple[str, str, bool], Decimal] = defaultdict(Decimal)
        for line in lines:
            if not line.is_void and not line.is_statistic:
                self._open[self._key(line, is_undone=line.is_undone)] += self._quantity(line)

    def takes_back(self, line: Line) -> bool:
        """Whether a void line moves stock: its original is in the receipt and did count.

        Raises BadField("orphan_void") where there is no original and nothing explains its absence.
        """
        quantity = self._quantity(line)
        if line.is_statistic or (line.is_undone and self._take(line, quantity, is_undone=True)):
            return False
        if self._take(line, quantity, is_undone=False):
            return True
        if line.is_undone:
            return False
        raise BadField(
            "orphan_void",
            "VoidFlag",
            "true",
            "the line that it voids, in the same receipt and not voided yet",
        )

    def _take(self, line: Line, quantity: Decimal, *, is_undone: bool) -> bool:
        key = self._key(line, is_undone=is_undone)
        if self._open[key] < quantity or not quantity:
            return False
        self._open[key] -= quantity
        return True

    def _key(self, line: Line, *, is_undone: bool) -> tuple[str, str, bool]:
        element = line.element
        code = self._names.text(element, "ItemID") or self._names.text(
            self._names.first(element, "POSIdentity"), "POSItemID"
        )
        return (self._names.of(element) if element is not None else "", code, is_undone)

    def _quantity(self, line: Line) -> Decimal:
        try:
            return abs(read_figure(self._names.text(line.element, "Quantity"), name="Quantity"))
        except BadField:
            return NOTHING  # said where the line itself is read


def _movement(names: Names, line: Line, header: Header, *, variant: Variant, item_code: str) -> StockMovement:
    element = line.element
    assert element is not None
    written = names.first(element, "Quantity")
    quantity = read_figure(text_of(written), name="Quantity")
    gives_back = names.of(element) == "Return" or (quantity < 0 and not line.is_void)
    amount = _amount(names, element, quantity)
    kind: MovementKind = "RETURN" if gives_back else "SALE"
    moved = abs(quantity) if gives_back else -abs(quantity)
    if gives_back and amount is not None:
        amount = -abs(amount)
    if amount is not None and attribute(element, "ItemType").endswith("NegativeItem"):
        amount = -amount  # Wincor: a price below zero, written absolute like everything else
    if line.is_void:
        kind, moved = "VOID", -moved
        if amount is not None and not (variant.void_is_negative and quantity < 0):
            amount = -amount
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
        unit=read_unit(written),
        amount=amount,
        currency=_currency(names, element, header),
        title=_title(names, element),
        raw=line.raw(names, header),
    )


def _amount(names: Names, element: Element, quantity: Decimal) -> Decimal | None:
    """What was paid for the line; where it is not written, the price times the quantity."""
    if written := names.text(element, "ExtendedAmount"):
        return read_figure(written, name="ExtendedAmount")
    for name in ("ActualSalesUnitPrice", "RegularSalesUnitPrice"):
        if written := names.text(element, name):
            return read_figure(written, name=name) * quantity
    return None


def _turned(movement: StockMovement) -> StockMovement:
    amount = None if movement.amount is None else -movement.amount
    return replace(movement, kind="VOID", quantity=-movement.quantity, amount=amount)


def _line_time(names: Names, item: Element) -> datetime:
    for name in ("EndDateTime", "BeginDateTime", "DateTime"):
        if written := names.text(item, name):
            return read_time(written, name=name)
    raise BadField("missing_value", "EndDateTime", "", "the time of the receipt")


def _currency(names: Names, element: Element, header: Header) -> str:
    code = attribute(names.first(element, "ExtendedAmount"), "Currency").upper()
    return code[:3] if code and code != "XXX" else header.currency


def _title(names: Names, element: Element) -> str:
    title = names.text(element, "Description") or attribute(names.first(element, "ItemID"), "Name")
    return visible(title)[:_TITLE_LENGTH]


def _notes(names: Names, line: Line, movement: StockMovement) -> Iterator[Note]:
    if is_mojibake(movement.title):
        yield Note(
            line_number=line.line_number,
            code="mojibake",
            message=f'Line {line.line_number}: "{movement.title}" was encoded twice; it is kept as it came.',
        )
    disposal = attribute(names.first(line.element, "Disposal"), "Method")
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
