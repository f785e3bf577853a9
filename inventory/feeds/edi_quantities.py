"""Quantities of one line item: totals beside their parts, states beside each other, made into counts.

A document may say 300 and then 150, 100 and 50: the parts are stored, never both, and a total that its parts do not
add up to is a line for a person. Parts at one place are one count of that place.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import cast, get_args

from inventory.feeds.facts import BadRow, Code, Note, StockCount, WithheldState

# X12's type R and EDIFACT's n: an optional minus (before or behind), digits, one decimal mark. No triad separators.
_FIGURE = {
    decimals: re.compile(rf"(-?)([0-9]+[{decimals}]?[0-9]*|[{decimals}][0-9]+)(-?)", re.ASCII)
    for decimals in (".", ",", ".,")
}
_LENGTH_LIMIT = 35
_SHOWN_LIMIT = 100
_WITHHELD = get_args(WithheldState)


def read_figure(text: str, decimals: str) -> Decimal | None:
    """The figure in a text with any of the decimal marks, or None: `12`, `-3`, `3-`, `.79`, `0,5`."""
    found = _FIGURE[decimals].fullmatch(text) if len(text) <= _LENGTH_LIMIT else None
    if not found or (found[1] and found[3]):
        return None
    figure = Decimal(found[2].replace(",", "."))
    return -figure if (found[1] or found[3]) and figure else figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One quantity as a line states it. `place` is its own, None: the line's or document's.

    `is_marked`: something tells it from its neighbours (a batch, a container, a status), so it is no total.
    `withheld` is why this very part cannot be sold.
    """

    code: str
    state: str
    amount: Decimal
    unit: str | None = None
    place: Code | None = None
    is_marked: bool = False
    withheld: WithheldState | None = None


class NotAFigure(Exception):
    """A quantity or price that is no number."""

    def __init__(self, field_name: str, value: str) -> None:
        super().__init__(f"{field_name} {value}")
        self.field_name, self.value = field_name, value[:_SHOWN_LIMIT]

    def rejected(self, line: "Line") -> BadRow:
        """The line it makes unusable."""
        return BadRow(
            line_number=line.line_number,
            code="not_a_number",
            field=self.field_name,
            value=self.value,
            expected="a number such as 12 or -3",
            raw=line.raw,
        )


class SplitMismatch(Exception):
    """A total that is not the sum of its parts."""

    def __init__(self, code: str, total: Decimal, parts: Decimal) -> None:
        super().__init__(f"quantity {code} says {total}, its parts add up to {parts}; expected the same")


@dataclass
class _AtPlace:
    amount: Decimal
    unit: str | None
    withheld: dict[WithheldState, Decimal] = field(default_factory=dict)


def by_place(stated: list[Stated], fallback: Code | None) -> dict[Code | None, _AtPlace]:
    """One figure a place from quantities of one code, totals left out. Raises SplitMismatch."""
    first, *rest = stated
    has_total = first.place is None and any(one.place is not None for one in rest)
    buckets: dict[Code | None, list[Stated]] = {}
    for one in rest if has_total else stated:
        buckets.setdefault(one.place or fallback, []).append(one)
    found = {place: _one_place(ones) for place, ones in buckets.items()}
    parts = sum((at.amount for at in found.values()), Decimal(0))
    if has_total and first.amount != parts:
        raise SplitMismatch(first.code, first.amount, parts)
    return found


def _one_place(stated: list[Stated]) -> _AtPlace:
    first, *rest = stated
    parts = stated
    if rest and not first.is_marked:  # a total, then what it consists of
        parts, total = rest, sum((one.amount for one in rest), Decimal(0))
        if first.amount != total:
            raise SplitMismatch(first.code, first.amount, total)
    unit = next((one.unit for one in stated if one.unit), None)
    at = _AtPlace(sum((one.amount for one in parts), Decimal(0)), unit)
    for one in parts:
        if one.withheld:
            at.withheld[one.withheld] = at.withheld.get(one.withheld, Decimal(0)) + one.amount
    return at


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What all counts of a line item share. `place` is the document's, for quantities that name none."""

    line_number: int
    items: tuple[Code, ...]
    place: Code | None
    as_of: datetime | None
    title: str
    raw: str

    def rejected(self, code: str, told: str, part: int = 0) -> BadRow:
        """The line as one that cannot be used."""
        return BadRow(line_number=self.line_number, code=code, told=told, raw=self.raw, part=part)


def stock_counts(
    line: Line, stated: list[Stated], *, first_part: int = 0
) -> Iterator[StockCount | BadRow | Note]:
    """One count a place from all the stock quantities of a line.

    Where a place says what is on hand and what is available, the difference is what cannot be sold.
    """
    if not line.items:
        yield line.rejected(
            "no_item_key", "no code of an item; expected a GTIN or an article number.", first_part
        )
        return
    units = {one.unit for one in stated if one.unit}
    if len(units) > 1:
        yield line.rejected(
            "uom_mismatch", "its quantities are in different units; expected one unit.", first_part
        )
        return
    try:
        states = _states(stated, line.place)
    except SplitMismatch as error:
        yield line.rejected("split_mismatch", f"{error}.", first_part)
        return
    places = dict.fromkeys(place for found in states.values() for place in found)
    for part, place in enumerate(places, first_part):
        yield from _count(
            line, place, {state: at[place] for state, at in states.items() if place in at}, part
        )


def _states(stated: list[Stated], fallback: Code | None) -> dict[str, dict[Code | None, _AtPlace]]:
    """What each state amounts to at each place. Raises SplitMismatch.

    Where two codes say how much is there, the first is meant and the other says it again; what is withheld by
    different codes is withheld for different reasons and adds up.
    """
    by_code: dict[tuple[str, str], list[Stated]] = {}
    for one in stated:
        by_code.setdefault((one.state, one.code), []).append(one)
    found: dict[str, dict[Code | None, _AtPlace]] = {}
    for (state, _code), ones in by_code.items():
        if state in found and state not in _WITHHELD:
            continue
        for place, at in by_place(ones, fallback).items():
            before = found.setdefault(state, {}).setdefault(place, _AtPlace(Decimal(0), at.unit))
            before.amount += at.amount
            before.withheld |= at.withheld
    return found


def _count(
    line: Line, place: Code | None, states: dict[str, _AtPlace], part: int
) -> Iterator[StockCount | BadRow | Note]:
    base = states.get("ON_HAND") or states.get("AVAILABLE")
    if base is None:
        yield Note(
            line_number=line.line_number,
            code="no_stock_quantity",
            message="The line says what cannot be sold but not how much is there; it was left out.",
        )
        return
    if place is None:
        yield line.rejected(
            "missing_store", "no store is named; expected one in the line or the header.", part
        )
        return
    is_on_hand = "ON_HAND" in states
    withheld = dict(base.withheld)
    if is_on_hand:
        withheld |= {
            cast(WithheldState, state): states[state].amount for state in _WITHHELD if state in states
        }
        yield from _remainder(line, states, withheld)
    yield StockCount(
        line_number=line.line_number,
        place=place,
        items=line.items,
        quantity=base.amount,
        as_of=line.as_of,
        state="ON_HAND" if is_on_hand else "AVAILABLE",
        withheld=withheld,
        unit=next((at.unit for at in states.values() if at.unit), None),
        title=line.title,
        raw=line.raw,
        part=part,
    )


def _remainder(
    line: Line, states: dict[str, _AtPlace], withheld: dict[WithheldState, Decimal]
) -> Iterator[Note]:
    """On hand less available is withheld, beyond what the line explains itself."""
    if "AVAILABLE" not in states:
        return
    unexplained = states["ON_HAND"].amount - states["AVAILABLE"].amount - sum(withheld.values(), Decimal(0))
    if unexplained > 0:
        withheld["UNAVAILABLE"] = withheld.get("UNAVAILABLE", Decimal(0)) + unexplained
    elif unexplained < 0:
        yield Note(
            line_number=line.line_number,
            code="available_above_on_hand",
            message="More is said to be available than is on hand; the figure on hand was used.",
        )


def titles(texts: Iterable[str]) -> str:
    """The first text that says something, as long as a title may be."""
    return next((text[:200] for text in texts if text), "")
