"""UN/EDIFACT INVRPT, inventory report: what a place holds, or what moved there (D.93A to D.21B, EANCOM).

BGM function 9 and 5 (also 7, 31, none) are as complete as the profile says, 2 and 4 are a DELTA; any other is refused.
A place is named by LOC of the line (7, 11, 14, 18, 19, 162), by NAD+WH, GY, ST or DP or a LOC of the header, else by
the option `store`, else by the party that sent the interchange, else by NAD+DS, DB, SU or SE. LOC, INV and STS may
stand before their QTY (D.97A and later) or behind it (D.96A). A count is as of DTM 366, 91, 206, 179 or 7, else 137.

A QTY beside others of its code is their total if it alone names no place, batch or status; it is checked against them
and left out. A status "not available" withholds its part.

INV 1 (out) and 2 (in) make a quantity a movement, unless it is QTY 17, which says what is there whatever stands
around it; a balance beside a movement quantity (156, 199, 48) is left out. Key of a movement: the document's number
as workstation, the number of the message, its line; so a second arrival changes nothing.

Options: `segment_terminator` for files without UNA; `store`; `quantity_codes`, a partner's QTY codes, each one of
ON_HAND, AVAILABLE, MOVED, COMMITTED, RESERVED, SAFETY, DAMAGED, QUALITY_CONTROL, UNAVAILABLE, IGNORE over those below.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import cast

from inventory.feeds.blocks import FeedFile
from inventory.feeds.contract import Dialect
from inventory.feeds.edi_codes import (
    IGNORE,
    STOCK_STATES,
    Parties,
    codes_option,
    note_once,
    terminator_option,
    text_option,
    unit_of,
)
from inventory.feeds.edi_quantities import Line, NotAFigure, Stated, stock_counts, titles
from inventory.feeds.edi_segments import Segment, check_group, raw_text
from inventory.feeds.edifact import read_edifact
from inventory.feeds.edifact_header import (
    completeness_of,
    descriptions,
    figure,
    line_items,
    moment_of,
    place_at,
    prepared_at,
)
from inventory.feeds.facts import (
    BadRow,
    Code,
    Completeness,
    Document,
    Found,
    MovementKind,
    Note,
    StockMovement,
    WithheldState,
)
from inventory.feeds.profiles import Profile

MOVED = "MOVED"
ON_HAND_WHATEVER = "17"
# Data element 6063. 33 and 16 are no stock in any directory: a partner who means it says so in the profile.
QUANTITY_CODES = {
    "145": "ON_HAND", "17": "ON_HAND", "257": "ON_HAND", "156": MOVED, "199": MOVED, "48": MOVED,
    "66": "COMMITTED", "89": "QUALITY_CONTROL", "96": "QUALITY_CONTROL", "124": "DAMAGED", "20": "UNAVAILABLE",
    "35E": "UNAVAILABLE", "249": "UNAVAILABLE", "243": "RESERVED", "244": "RESERVED",
}  # fmt: skip
WITHDRAWAL = "199"
# Data element 1001: everything in an inventory movement advice moved.
MOVEMENT_ADVICE = "78"
OUT, IN = "1", "2"
# Data element 4499.
RECEPTION, WAREHOUSE_TRANSFER = "1", "5"
# Data elements 7491 and 9011: stock that is there and cannot be sold.
INVENTORY_TYPES: dict[str, WithheldState] = {"2": "DAMAGED", "3": "UNAVAILABLE", "4": "RESERVED"}
STATUSES: dict[str, WithheldState] = {"X41": "UNAVAILABLE"}
AS_OF = ("366", "91", "206", "179", "7", "137")
LINE_PLACES = ("14", "18", "7", "11", "19", "162")
OWN_PLACES = ("WH", "GY", "ST", "DP")
SENDERS = ("SU", "SE", "BY", "DS", "DB", "CO", "MS", "FR")
PARTY_PLACES = ("DS", "DB", "SU", "SE")
HEADER_LOC = "LOC"
# What tells one quantity from its neighbours: batch, package, expiry, status.
MARKERS = ("GIN", "CPS", "PAC", "STS", "ALI")
WORKSTATION_LIMIT = 32
SEQUENCE_DIGITS = 18


@dataclass
class _Report:
    """What the file has said so far; of a message only its header and the line item in hand."""

    profile: Profile
    control_number: str = ""
    sender: str = ""
    prepared: datetime | None = None
    number: str = ""
    sequence: int = 0
    messages: int = 0
    movements: int = 0
    is_movement_advice: bool = False
    has_counts: bool = False
    is_delta: bool = False
    dates: dict[str, tuple[date, datetime]] = field(default_factory=dict)
    parties: Parties = field(default_factory=Parties)
    scope: dict[Code, None] = field(default_factory=dict)
    is_scoped: bool = True
    line: list[Segment] = field(default_factory=list)
    noted: set[str] = field(default_factory=set)

    @property
    def dated(self) -> tuple[date, datetime] | None:
        """The document's day and the instant its figures stand for."""
        said = next((self.dates[code] for code in AS_OF if code in self.dates), None)
        return said or ((self.prepared.date(), self.prepared) if self.prepared else None)

    @property
    def as_of(self) -> datetime | None:
        return self.dated[1] if self.dated else None

    @property
    def own_place(self) -> Code | None:
        return self.parties.pick((*OWN_PLACES, HEADER_LOC))

    @property
    def place(self) -> Code | None:
        if place := self.own_place:
            return place
        if store := str(self.profile.options.get("store") or ""):
            return Code("CODE", store)
        named = self.parties.named
        sender = next(
            (code for role in SENDERS if (code := named.get(role)) and code.text == self.sender), None
        )
        return sender or self.parties.pick(PARTY_PLACES)


@dataclass
class _Group:
    """Quantities that share what stands around them: a place, a direction, a status, a date."""

    place: Code | None = None
    direction: str = ""
    reason: str = ""
    withheld: WithheldState | None = None
    is_marked: bool = False
    at: tuple[date, datetime] | None = None
    quantities: list[Segment] = field(default_factory=list)


def read_invrpt(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """Counts, movements, rejected lines and notes of all INVRPT in the file, and what the document says of itself."""
    report = _Report(profile)
    for found in read_edifact(file, profile, wanted="INVRPT"):
        if isinstance(found, Note):
            yield found
        elif found.tag in ("LIN", "UNS", "CNT", "UNT"):
            yield from _line(report)
            report.line = [found] if found.tag == "LIN" else []
            if found.tag == "UNT":
                _ended(report)
        elif report.line:
            report.line.append(found)
            check_group(report.line)
        else:
            _header(report, found)
    yield Document(
        control_number=report.control_number,
        completeness=_completeness(report),
        as_of=report.as_of,
        scope=tuple(report.scope) if report.is_scoped else (),
    )


def _completeness(report: _Report) -> Completeness | None:
    if report.movements and not report.has_counts:
        return "EVENTS"
    return "DELTA" if report.is_delta else None


def _header(report: _Report, segment: Segment) -> None:
    tag = segment.tag
    if tag == "UNB":
        report.control_number, report.sender = segment.whole(5), segment.get(2)
        report.prepared = prepared_at(segment)
    elif tag == "UNH":
        _message(report, segment)
    elif tag == "BGM":
        report.is_delta |= completeness_of(segment) == "DELTA"
        report.number = segment.get(2) or report.control_number
        report.is_movement_advice = segment.get(1) == MOVEMENT_ADVICE
    elif tag == "DTM":
        if said := moment_of(segment, prepared=report.prepared):
            report.dates[segment.get(1)] = said
    elif tag == "NAD":
        report.parties.add(segment.get(1), place_at(segment))
    elif tag == "LOC" and segment.get(1) in LINE_PLACES:
        report.parties.add(HEADER_LOC, place_at(segment))


def _message(report: _Report, segment: Segment) -> None:
    report.messages += 1
    reference = segment.whole(1)
    is_number = reference.isascii() and reference.isdigit() and len(reference) <= SEQUENCE_DIGITS
    report.sequence = int(reference) if is_number else report.messages
    report.parties, report.dates, report.number = Parties(), {}, report.control_number
    report.is_movement_advice = False


def _ended(report: _Report) -> None:
    place = report.own_place
    if place:
        report.scope[place] = None
    report.is_scoped &= place is not None


def _line(report: _Report) -> Iterator[Found]:
    if not report.line:
        return
    head, *body = report.line
    line = Line(
        line_number=head.number,
        items=line_items(head, body),
        place=report.place,
        as_of=report.as_of,
        title=titles(descriptions(body)),
        raw=raw_text(report.line),
    )
    groups = _groups(report, body)
    if at := next((group.at for group in groups if group.at), None):
        line = replace(line, as_of=at[1])
    try:
        stated, movements, notes = _read(report, line, groups)
    except NotAFigure as error:
        yield error.rejected(line)
        return
    yield from notes
    yield from movements
    if stated:
        report.has_counts = True
        report.is_scoped &= all(one.place is None for one in stated)
        yield from stock_counts(line, stated, first_part=len(movements))
    elif not movements and not any(segment.tag == "QTY" for segment in body):
        yield line.rejected("missing_quantity", "no quantity is named; expected QTY.")


def _groups(report: _Report, body: list[Segment]) -> list[_Group]:
    """The line's quantities in groups: each opened by INV where that comes first, else by QTY.

    Where LOC comes first and none stands behind the last group, each LOC holds for what follows it.
    """
    opener = next((segment.tag for segment in body if segment.tag in ("INV", "QTY")), "QTY")
    common, groups = _Group(), []
    for segment in body:
        if segment.tag == opener:
            groups.append(_Group(is_marked=common.is_marked))
        group = groups[-1] if groups else common
        _take(report, group, segment)
    if common.place and groups and groups[-1].place is None:
        places = [common.place, *(group.place for group in groups[:-1])]
        for group, place in zip(groups, places, strict=True):
            common.place = place or common.place
            group.place = common.place
    for group in groups:
        group.place = group.place or common.place
        group.withheld = group.withheld or common.withheld
        group.at = group.at or common.at
    return groups


def _take(report: _Report, group: _Group, segment: Segment) -> None:
    tag = segment.tag
    if tag == "QTY":
        group.quantities.append(segment)
    elif tag == "INV":
        group.direction, group.reason = segment.get(1), segment.get(3)
        group.withheld = INVENTORY_TYPES.get(segment.get(2), group.withheld)
    elif tag == "LOC" and segment.get(1) in LINE_PLACES:
        group.place = group.place or place_at(segment)
    elif tag == "DTM":
        said = moment_of(segment, prepared=report.prepared)
        if said and segment.get(1) in AS_OF:
            group.at = group.at or said
        group.is_marked |= segment.get(1) not in AS_OF
    elif tag in MARKERS:
        group.is_marked = True
        group.withheld = STATUSES.get(segment.get(2), group.withheld)


def _read(
    report: _Report, line: Line, groups: list[_Group]
) -> tuple[list[Stated], list[StockMovement | BadRow], list[Note]]:
    """What the groups say: quantities that are there, quantities that moved, and what is left out."""
    codes = cast(Mapping[str, str], report.profile.options.get("quantity_codes") or QUANTITY_CODES)
    stated: list[Stated] = []
    movements: list[StockMovement | BadRow] = []
    notes: list[Note] = []
    for group in groups:
        said = [(one, codes.get(one.get(1), IGNORE)) for one in group.quantities]
        is_directed = group.direction in (OUT, IN) or report.is_movement_advice
        has_moved = is_directed and any(state == MOVED for _one, state in said)
        for segment, state in said:
            code = segment.get(1)
            if state == IGNORE or (state != MOVED and has_moved) or (state == MOVED and not is_directed):
                what = (
                    "Balance beside a movement,"
                    if has_moved and state != IGNORE
                    else "Quantity that is no stock,"
                )
                notes += note_once(report.noted, code, line_number=line.line_number, what=what)
            elif state == MOVED or (state == "ON_HAND" and is_directed and code != ON_HAND_WHATEVER):
                movements.append(_movement(report, line, group, segment, part=len(movements)))
            else:
                stated.append(_stated(group, segment, state))
    return stated, movements, notes


def _stated(group: _Group, segment: Segment, state: str) -> Stated:
    return Stated(
        code=segment.get(1),
        state=state,
        amount=figure(segment, 1, 1),
        unit=unit_of(segment.get(1, 2)),
        place=group.place,
        is_marked=group.is_marked,
        withheld=group.withheld if state == "ON_HAND" else None,
    )


def _movement(
    report: _Report, line: Line, group: _Group, segment: Segment, *, part: int
) -> StockMovement | BadRow:
    quantity = figure(segment, 1, 1)
    direction = group.direction or (OUT if segment.get(1) == WITHDRAWAL else "")
    place, at = group.place or line.place, group.at or report.dated
    if direction not in (OUT, IN):
        return line.rejected(
            "missing_direction", "a movement is neither in nor out; expected INV 1 or 2.", part
        )
    if place is None:
        return line.rejected(
            "missing_store", "no store is named; expected one in the line or the header.", part
        )
    if not line.items:
        return line.rejected("no_item_key", "no code of an item; expected a GTIN or an article number.", part)
    if at is None:
        return line.rejected(
            "missing_date", "a movement has no date; expected one in the line or the header.", part
        )
    report.movements += 1
    signed = -quantity if direction == OUT and quantity else quantity
    return StockMovement(
        line_number=line.line_number,
        place=place,
        items=line.items,
        quantity=signed,
        kind=_kind(group.reason, direction, is_negative=quantity < 0),
        occurred_at=at[1],
        business_day=at[0],
        workstation=report.number[-WORKSTATION_LIMIT:],
        sequence=report.sequence,
        line=report.movements,
        unit=unit_of(segment.get(1, 2)),
        title=line.title,
        raw=line.raw,
        part=part,
    )


def _kind(reason: str, direction: str, *, is_negative: bool) -> MovementKind:
    """What a movement is by its reason; one against its direction, or of another reason, is an adjustment."""
    if is_negative:
        return "ADJUSTMENT"
    if reason == RECEPTION and direction == IN:
        return "RECEIPT"
    if reason == WAREHOUSE_TRANSFER:
        return "TRANSFER_IN" if direction == IN else "TRANSFER_OUT"
    return "ADJUSTMENT"


DIALECT = Dialect(
    name="edifact_invrpt",
    title="UN/EDIFACT INVRPT inventory report",
    kinds=("STOCK",),
    read=read_invrpt,
    options={
        "segment_terminator": terminator_option,
        "store": text_option,
        "quantity_codes": codes_option(QUANTITY_CODES, (*STOCK_STATES, MOVED)),
    },
)
