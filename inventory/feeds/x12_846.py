"""ANSI X12 846, Inventory Inquiry/Advice: how much of each item a place holds (releases 3040 to 8010).

BIA01 00 and 05 are as complete as the profile says, 02, 04 and 25 are a DELTA; any other purpose is refused.
A place is named by N1 of a line, by SCH or SDQ parts, or by N1 of the header: WH, SN, RL, ST or SF, else the option
`store`, else DS, SU, SE, VN or DB. A quantity beside its parts is checked against them and left out; SCH dated after
the document are promised, not there.

Options: `store`, the place of documents that name none; `quantity_codes`, a partner's QTY01 codes, each one of
ON_HAND, AVAILABLE, COMMITTED, RESERVED, SAFETY, DAMAGED, QUALITY_CONTROL, UNAVAILABLE, IGNORE over those below.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from inventory.feeds.blocks import FeedFile
from inventory.feeds.contract import Dialect
from inventory.feeds.edi_codes import IGNORE, STOCK_STATES, Parties, codes_option, note_once, text_option
from inventory.feeds.edi_quantities import Line, NotAFigure, Stated, stock_counts, titles
from inventory.feeds.edi_segments import Segment, check_group, raw_text
from inventory.feeds.facts import Code, Completeness, Document, Found, Note
from inventory.feeds.profiles import Profile
from inventory.feeds.records import FeedRefused
from inventory.feeds.x12 import read_x12
from inventory.feeds.x12_header import (
    descriptions,
    figure,
    instant,
    line_items,
    party,
    place_code,
    prepared_at,
    sdq_parts,
    unit_at,
)

# Data element 673, and two codes of 859 that senders use in its place.
QUANTITY_CODES = {"17": "ON_HAND", "OH": "ON_HAND", "33": "AVAILABLE", "QA": "AVAILABLE"}
# Data element 353. None: as the profile says.
PURPOSES: dict[str, Completeness | None] = {
    "00": None,
    "05": None,
    "02": "DELTA",
    "04": "DELTA",
    "25": "DELTA",
}
OWN_PLACES = ("WH", "SN", "RL", "ST", "SF")
PARTY_PLACES = ("DS", "SU", "SE", "VN", "DB")
INVENTORY_DATE = "184"


@dataclass
class _Report:
    """What the file has said so far; of a transaction set only its header and the line item in hand."""

    profile: Profile
    control_number: str = ""
    prepared: datetime | None = None
    has_purpose: bool = False
    is_delta: bool = False
    as_of: datetime | None = None
    parties: Parties = field(default_factory=Parties)
    scope: dict[Code, None] = field(default_factory=dict)
    is_scoped: bool = True
    line: list[Segment] = field(default_factory=list)
    lines: int = 0
    noted: set[str] = field(default_factory=set)

    @property
    def place(self) -> Code | None:
        store = str(self.profile.options.get("store") or "")
        own = self.parties.pick(OWN_PLACES)
        return own or place_code("", store) or self.parties.pick(PARTY_PLACES)

    @property
    def codes(self) -> Mapping[str, str]:
        return cast(Mapping[str, str], self.profile.options.get("quantity_codes") or QUANTITY_CODES)


@dataclass
class _Quantity:
    """One QTY with what stands under it."""

    total: Stated | None
    code: str
    state: str
    place: Code | None = None
    parts: list[Stated] = field(default_factory=list)


def read_846(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """Counts, rejected lines and notes of all 846 in the file, and at its end what the document says of itself."""
    report = _Report(profile)
    for found in read_x12(file, profile, wanted="846"):
        if isinstance(found, Note):
            yield found
        elif found.tag in ("LIN", "CTT", "SE"):
            yield from _line(report)
            report.line = [found] if found.tag == "LIN" else []
            yield from _ended(report, found)
        elif report.line:
            report.line.append(found)
            check_group(report.line)
        elif found.tag in _HEADER:
            _HEADER[found.tag](report, found)
    yield Document(
        control_number=report.control_number,
        completeness="DELTA" if report.is_delta else None,
        as_of=report.as_of,
        scope=tuple(report.scope) if report.is_scoped else (),
    )


def _interchange(report: _Report, segment: Segment) -> None:
    report.control_number = segment.whole(13)


def _group(report: _Report, segment: Segment) -> None:
    report.prepared = prepared_at(segment)


def _transaction(report: _Report, segment: Segment) -> None:
    report.parties, report.has_purpose, report.as_of, report.lines = Parties(), False, None, 0


def _purpose(report: _Report, segment: Segment) -> None:
    code = segment.whole(1)
    if code not in PURPOSES:
        raise FeedRefused(
            "unknown_purpose",
            f'Segment {segment.number}: BIA01 is "{code[:10]}"; expected 00 original, 05 replace or 25 incremental.',
        )
    report.has_purpose = True
    report.is_delta |= PURPOSES[code] == "DELTA"
    report.as_of = instant(segment.whole(4), segment.whole(5), "", prepared=report.prepared)


def _date(report: _Report, segment: Segment) -> None:
    said = instant(segment.whole(2), segment.whole(3), segment.whole(4), prepared=report.prepared)
    if said and (report.as_of is None or segment.whole(1) == INVENTORY_DATE):
        report.as_of = said


def _party(report: _Report, segment: Segment) -> None:
    report.parties.add(segment.whole(1), party(segment))


_HEADER = {
    "ISA": _interchange,
    "GS": _group,
    "ST": _transaction,
    "BIA": _purpose,
    "DTM": _date,
    "N1": _party,
}


def _ended(report: _Report, segment: Segment) -> Iterator[Note]:
    """What is known where a line begins or the set ends: purpose, place, number of lines."""
    if not report.has_purpose:
        raise FeedRefused(
            "unknown_purpose", f"Segment {segment.number}: no BIA says what the document is for."
        )
    if segment.tag == "LIN":
        report.lines += 1
    elif segment.tag == "SE":
        place = report.parties.pick(OWN_PLACES)
        if place:
            report.scope[place] = None
        report.is_scoped &= place is not None
    elif segment.tag == "CTT" and segment.whole(1).lstrip("0") != str(report.lines).lstrip("0"):
        told = f'CTT01 says "{segment.whole(1)[:20]}" lines; there are {report.lines}.'
        yield Note(line_number=segment.number, code="line_count", message=told)


def _line(report: _Report) -> Iterator[Found]:
    if not report.line:
        return
    head, *body = report.line
    line = Line(
        line_number=head.number,
        items=line_items(head),
        place=report.place,
        as_of=_counted_at(report, body),
        title=titles(descriptions(body)),
        raw=raw_text(report.line),
    )
    try:
        quantities = _quantities(report, body)
    except NotAFigure as error:
        yield error.rejected(line)
        return
    for quantity in quantities:
        if quantity.state == IGNORE:
            yield from note_once(
                report.noted,
                quantity.code,
                line_number=head.number,
                what="Quantity of another kind than stock,",
            )
    stated = [one for quantity in quantities for one in _stated(quantity)]
    report.is_scoped &= all(one.place is None for one in stated)
    if stated:
        yield from stock_counts(line, stated)
    elif not quantities:
        yield line.rejected("missing_quantity", "no quantity is named; expected QTY.")


def _counted_at(report: _Report, body: list[Segment]) -> datetime | None:
    for segment in body:
        if segment.tag == "DTM" and segment.whole(1) == INVENTORY_DATE:
            said = instant(segment.whole(2), segment.whole(3), segment.whole(4), prepared=report.prepared)
            return said or report.as_of
    return report.as_of


def _quantities(report: _Report, body: list[Segment]) -> list[_Quantity]:
    """The line's quantities with their parts and places.

    An N1 before the first QTY holds for those after it; one behind a QTY for those since the N1 before.
    """
    found: list[_Quantity] = []
    place, without_place = None, 0
    comes_first = None
    for segment in body:
        if segment.tag == "QTY":
            found.append(_quantity(report, segment, place))
        elif segment.tag == "UIT" and found and found[-1].total and not found[-1].total.unit:
            found[-1].total = replace(found[-1].total, unit=unit_at(segment, 1))
        elif segment.tag in ("SCH", "SDQ"):
            if not found:
                found.append(_Quantity(None, segment.tag, report.profile.quantity_state))
            found[-1].parts += _parts(report, segment, found[-1])
        elif segment.tag == "N1" and segment.whole(1) in (*OWN_PLACES, *PARTY_PLACES):
            comes_first = not found if comes_first is None else comes_first
            if comes_first:
                place = party(segment)
                continue
            for quantity in found[without_place:]:
                quantity.place = party(segment)
            without_place = len(found)
    return found


def _quantity(report: _Report, segment: Segment, place: Code | None) -> _Quantity:
    code, text = segment.whole(1), segment.whole(2)
    state = report.codes.get(code, IGNORE)
    if state == IGNORE or not text:
        return _Quantity(None, code, state, place)
    amount = figure(segment, 2)
    total = Stated(code=code, state=state, amount=amount, unit=unit_at(segment, 3))
    return _Quantity(total, code, state, place)


def _parts(report: _Report, segment: Segment, quantity: _Quantity) -> list[Stated]:
    if quantity.state == IGNORE:
        return []
    if segment.tag == "SDQ":
        unit, parts = unit_at(segment, 1), sdq_parts(segment)
    else:
        unit = unit_at(segment, 2)
        day = instant(segment.whole(6), "", "", prepared=None)
        if day and report.as_of and day.date() > report.as_of.date():
            return []  # promised for a later day
        parts = [(place_code("", segment.whole(4)), figure(segment, 1))] if segment.whole(4) else []
    return [
        Stated(code=quantity.code, state=quantity.state, amount=amount, unit=unit, place=place)
        for place, amount in parts
    ]


def _stated(quantity: _Quantity) -> list[Stated]:
    if not quantity.parts:
        return [replace(quantity.total, place=quantity.place)] if quantity.total else []
    return [quantity.total, *quantity.parts] if quantity.total else quantity.parts


DIALECT = Dialect(
    name="x12_846",
    title="ANSI X12 846 inventory advice",
    kinds=("STOCK",),
    read=read_846,
    options={"store": text_option, "quantity_codes": codes_option(QUANTITY_CODES, STOCK_STATES)},
)
