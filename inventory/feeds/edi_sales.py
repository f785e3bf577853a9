"""Quantities of one line item made into totals of what was sold and what came back.

Pieces of one total are yielded as they stand: the loader adds them up. A negative sale is a return; only where one
quantity stands in the line is its amount that of the line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from inventory.feeds.edi_quantities import Line, SplitMismatch, Stated
from inventory.feeds.facts import Activity, BadRow, Note, SalesTotal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """What all totals of a line share. `amount` is the line's, `price` that of one unit, both in `currency`."""

    line: Line
    period: tuple[date, date]
    currency: str
    amount: Decimal | None = None
    price: Decimal | None = None


def sales_totals(sold: Sold, groups: list[list[Stated]]) -> Iterator[SalesTotal | BadRow | Note]:
    """Totals from the quantities of a line, each group a total with its parts or quantities of their own."""
    line = sold.line
    if not line.items:
        yield line.rejected("no_item_key", "no code of an item; expected a GTIN or an article number.")
        return
    try:
        stated = [one for group in _one_code_an_activity(groups) for one in _parts(group)]
    except SplitMismatch as error:
        yield line.rejected("split_mismatch", f"{error}.")
        return
    if len({one.unit for one in stated if one.unit}) > 1:
        yield line.rejected("uom_mismatch", "its quantities are in different units; expected one unit.")
        return
    if sold.amount is not None and sold.price is None and len(stated) > 1:
        yield Note(
            line_number=line.line_number,
            code="amount_not_split",
            message="The amount of the line is for several quantities together; it was left out.",
        )
    for part, one in enumerate(stated):
        yield _total(sold, one, part, is_only=len(stated) == 1)


def _one_code_an_activity(groups: list[list[Stated]]) -> list[list[Stated]]:
    """Where two codes of one activity stand side by side, the first is meant; the others say it again."""
    chosen: dict[str, str] = {}
    return [
        group
        for group in groups
        if group and chosen.setdefault(group[0].state, group[0].code) == group[0].code
    ]


def _parts(group: list[Stated]) -> list[Stated]:
    first, *rest = group
    if first.place is not None or not any(one.place is not None for one in rest):
        return group
    parts = sum((one.amount for one in rest), Decimal(0))
    if first.amount != parts:
        raise SplitMismatch(first.code, first.amount, parts)
    return rest


def _total(sold: Sold, one: Stated, part: int, *, is_only: bool) -> SalesTotal | BadRow:
    line, place = sold.line, one.place or sold.line.place
    if place is None:
        return line.rejected(
            "missing_store", "no store is named; expected one in the line or the header.", part
        )
    if one.state == "RETURNED" and one.amount < 0:
        return line.rejected(
            "negative", f"{one.amount} is said to have come back; expected how many, without a sign.", part
        )
    activity, quantity = cast(Activity, one.state), one.amount
    amount = sold.amount if is_only else None
    if amount is None and sold.price is not None:
        amount = sold.price * quantity
    if quantity < 0:
        activity, quantity = "RETURNED", -quantity
    if activity == "RETURNED" and amount is not None:
        amount = abs(amount)
    is_known = amount is not None and bool(sold.currency)
    return SalesTotal(
        line_number=line.line_number,
        place=place,
        items=line.items,
        quantity=quantity,
        period_start=sold.period[0],
        period_end=sold.period[1],
        activity=activity,
        unit=one.unit,
        amount=amount if is_known else None,
        currency=sold.currency if is_known else "",
        title=line.title,
        raw=line.raw,
        part=part,
    )
