"""ANSI X12 852, Product Activity Data: what places sold in a period and what they hold at its end.

XQ names the first and the last day (DTM 090 and 091 where it does not); the period of a total ends before the day
after. ZA governs the quantities below it: its own, for the place of the header, or those of SDQ, place by place. A
ZA quantity beside SDQ is checked against their sum and left out. Sold and returned are totals, what is on hand or
available is a count as of the period's end, or of when the document was made if that was earlier. The place of the
header is N1 RL, ST, SN or WH, else the option `store`, else BY.

The amount of a total is its quantity times the retail or resale price (CTP02 RTL, RES) where one stands in the line
and the currency is known (CUR, else the option `currency`).

Options: `store`; `currency`; `activity_codes`, a partner's ZA01 codes, each one of SOLD, RETURNED, ON_HAND, AVAILABLE,
COMMITTED, RESERVED, SAFETY, DAMAGED, QUALITY_CONTROL, UNAVAILABLE, IGNORE over those below.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import cast

from inventory.feeds.blocks import FeedFile
from inventory.feeds.contract import Dialect
from inventory.feeds.edi_codes import (
    ACTIVITIES,
    IGNORE,
    STOCK_STATES,
    Parties,
    codes_option,
    currency_option,
    note_once,
    text_option,
)
from inventory.feeds.edi_quantities import Line, NotAFigure, Stated, read_figure, stock_counts, titles
from inventory.feeds.edi_sales import Sold, sales_totals
from inventory.feeds.edi_segments import Segment, check_group, raw_text
from inventory.feeds.edi_times import day_after, x12_day
from inventory.feeds.facts import Code, Document, Found, Note
from inventory.feeds.profiles import Profile
from inventory.feeds.records import FeedRefused
from inventory.feeds.x12 import read_x12
from inventory.feeds.x12_header import (
    descriptions,
    figure,
    line_items,
    party,
    place_code,
    prepared_at,
    sdq_parts,
    unit_at,
)

# Data element 859. QR is a receipt, Q2 and Q3 may be returns to the vendor: none of them is sold or taken back here.
ACTIVITY_CODES = {
    "QS": "SOLD", "TS": "SOLD", "Q1": "SOLD", "RE": "SOLD", "QU": "RETURNED", "QA": "AVAILABLE", "OH": "ON_HAND",
    "QE": "ON_HAND", "QC": "COMMITTED", "DG": "DAMAGED", "QH": "UNAVAILABLE",
}  # fmt: skip
# Data element 353, XQ05.
PURPOSES = ("", "00", "05", "07", "18")
OWN_PLACES = ("RL", "ST", "SN", "WH")
PARTY_PLACES = ("BY",)
RETAIL_PRICES = ("RTL", "RES")


@dataclass
class _Report:
    """What the file has said so far; of a transaction set only its header and the line item in hand."""

    profile: Profile
    control_number: str = ""
    prepared: datetime | None = None
    currency: str = ""
    first: date | None = None
    last: date | None = None
    parties: Parties = field(default_factory=Parties)
    line: list[Segment] = field(default_factory=list)
    noted: set[str] = field(default_factory=set)

    @property
    def place(self) -> Code | None:
        store = str(self.profile.options.get("store") or "")
        own = self.parties.pick(OWN_PLACES)
        return own or place_code("", store) or self.parties.pick(PARTY_PLACES)

    @property
    def period(self) -> tuple[date, date] | None:
        """First day and the day after the last."""
        if self.first is None:
            return None
        last = self.last or self.first
        return (self.first, day_after(last)) if last >= self.first else None


@dataclass
class _Activity:
    """One ZA with what stands under it."""

    code: str
    meaning: str
    total: Decimal | None
    unit: str | None
    parts: list[tuple[Code | None, Decimal]] = field(default_factory=list)

    def stated(self) -> list[Stated]:
        """Its quantities, the total first."""
        found = [] if self.total is None else [self._one(None, self.total)]
        return found + [self._one(place, amount) for place, amount in self.parts]

    def _one(self, place: Code | None, amount: Decimal) -> Stated:
        return Stated(code=self.code, state=self.meaning, amount=amount, unit=self.unit, place=place)


def read_852(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """Totals, counts, rejected lines and notes of all 852 in the file, and what the document says of itself."""
    report = _Report(profile)
    for found in read_x12(file, profile, wanted="852"):
        if isinstance(found, Note):
            yield found
        elif found.tag in ("LIN", "CTT", "SE"):
            yield from _line(report)
            report.line = [found] if found.tag == "LIN" else []
        elif report.line:
            report.line.append(found)
            check_group(report.line)
        else:
            _header(report, found)
    yield Document(control_number=report.control_number, as_of=_counted_at(report))


def _header(report: _Report, segment: Segment) -> None:
    tag = segment.tag
    if tag == "ISA":
        report.control_number = segment.whole(13)
    elif tag == "GS":
        report.prepared = prepared_at(segment)
    elif tag == "ST":
        report.parties, report.first, report.last, report.currency = Parties(), None, None, ""
    elif tag == "XQ":
        _reported(report, segment)
    elif tag == "DTM" and segment.whole(1) == "090":
        report.first = report.first or x12_day(segment.whole(2))
    elif tag == "DTM" and segment.whole(1) == "091":
        report.last = report.last or x12_day(segment.whole(2))
    elif tag == "CUR":
        report.currency = segment.whole(2)
    elif tag == "N1":
        report.parties.add(segment.whole(1), party(segment))


def _reported(report: _Report, segment: Segment) -> None:
    purpose = segment.whole(5)
    if purpose not in PURPOSES:
        raise FeedRefused(
            "unknown_purpose",
            f'Segment {segment.number}: XQ05 is "{purpose[:10]}"; expected 00 original or 05 replace.',
        )
    report.first, report.last = x12_day(segment.whole(2)), x12_day(segment.whole(3))


def _counted_at(report: _Report) -> datetime | None:
    if report.period is None:
        return None
    end = datetime.combine(report.period[1], time())
    prepared = report.prepared
    return prepared if prepared and datetime.combine(report.period[0], time()) <= prepared < end else end


def _line(report: _Report) -> Iterator[Found]:
    if not report.line:
        return
    head, *body = report.line
    line = Line(
        line_number=head.number,
        items=line_items(head),
        place=report.place,
        as_of=_counted_at(report),
        title=titles(descriptions(body)),
        raw=raw_text(report.line),
    )
    try:
        activities = _activities(report, body)
    except NotAFigure as error:
        yield error.rejected(line)
        return
    for activity in activities:
        if activity.meaning == IGNORE:
            yield from note_once(
                report.noted, activity.code, line_number=head.number, what="Activity, neither sale nor stock,"
            )
    sold = [activity for activity in activities if activity.meaning in ACTIVITIES and activity.stated()]
    held = [one for activity in activities if activity.meaning in STOCK_STATES for one in activity.stated()]
    part = 0
    if sold:
        for found in _totals(report, line, sold, body):
            yield found
            part += not isinstance(found, Note)
    if held:
        yield from stock_counts(line, held, first_part=part)
    if not sold and not held and all(activity.meaning != IGNORE for activity in activities):
        yield line.rejected("missing_quantity", "no quantity is named; expected one in ZA or SDQ.")


def _activities(report: _Report, body: list[Segment]) -> list[_Activity]:
    codes = cast(Mapping[str, str], report.profile.options.get("activity_codes") or ACTIVITY_CODES)
    found: list[_Activity] = []
    for segment in body:
        if segment.tag == "ZA":
            code = segment.whole(1)
            meaning = codes.get(code, IGNORE)
            has_total = meaning != IGNORE and segment.whole(2)
            total = figure(segment, 2) if has_total else None
            found.append(_Activity(code, meaning, total, unit_at(segment, 3)))
        elif segment.tag == "SDQ" and found and found[-1].meaning != IGNORE:
            found[-1].parts += sdq_parts(segment)
            found[-1].unit = found[-1].unit or unit_at(segment, 1)
    return found


def _totals(report: _Report, line: Line, activities: list[_Activity], body: list[Segment]) -> Iterator[Found]:
    if report.period is None:
        yield line.rejected(
            "bad_period", "the header names no period; expected first and last day in XQ02 and XQ03."
        )
        return
    currency = report.currency or str(report.profile.options.get("currency") or "")
    sold = Sold(
        line=line,
        period=report.period,
        currency=currency,
        price=_price(body) if currency else None,
    )
    yield from sales_totals(sold, [activity.stated() for activity in activities])


def _price(body: list[Segment]) -> Decimal | None:
    """The one retail price of the line; None where there is none, or several, or one for many."""
    found = [one for one in body if one.tag == "CTP" and one.whole(2) in RETAIL_PRICES and one.whole(3)]
    if len({one.whole(3) for one in found}) != 1 or found[0].whole(4) not in ("", "1"):
        return None
    return read_figure(found[0].whole(3), found[0].marks.decimals)


DIALECT = Dialect(
    name="x12_852",
    title="ANSI X12 852 product activity data",
    kinds=("SALES", "STOCK"),
    read=read_852,
    options={
        "store": text_option,
        "currency": currency_option,
        "activity_codes": codes_option(ACTIVITY_CODES, (*ACTIVITIES, *STOCK_STATES)),
    },
)
