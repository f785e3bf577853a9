"""UN/EDIFACT SLSRPT, sales data report: what places sold of each item in a period (D.93A to D.21B, EANCOM).

The place is that of the last LOC+162, else NAD+ST or DP, else the option `store`, else NAD+BY or SE. The period is
the one said nearest to the line: in it, behind its LOC, in the header; DTM 356 (a day, a span, or with 357 as its
end), 90 and 91, 194 and 206. Last days are included, so a period ends before the day after. Each LIN is a total or a
piece of one. QTY 145 or 17 in it is a count as of the period's end, or of when the interchange was made if earlier.

The amount is MOA 203 where it is said, else the quantity times the price that includes taxes (PRI AAE, AAC), else the
net one (AAA, CAL), suggested prices (SRP) aside, and that is noted; without a currency (CUX, MOA, else the option
`currency`) there is none.

Options: `segment_terminator` for files without UNA; `store`; `currency`; `quantity_codes`, a partner's QTY codes,
each one of SOLD, RETURNED, ON_HAND, AVAILABLE or IGNORE over those below.
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
    Parties,
    codes_option,
    currency_option,
    note_once,
    terminator_option,
    text_option,
    unit_of,
)
from inventory.feeds.edi_quantities import Line, NotAFigure, Stated, stock_counts, titles
from inventory.feeds.edi_sales import Sold, sales_totals
from inventory.feeds.edi_segments import Segment, check_group, raw_text
from inventory.feeds.edi_times import edifact_period
from inventory.feeds.edifact import read_edifact
from inventory.feeds.edifact_header import (
    completeness_of,
    descriptions,
    figure,
    line_items,
    place_at,
    prepared_at,
)
from inventory.feeds.facts import Code, Document, Found, Note
from inventory.feeds.profiles import Profile

# Data element 6063: statistical sales, net sales, retail sales; returned by consumers, returned.
QUANTITY_CODES = {
    "153": "SOLD", "212": "SOLD", "25": "SOLD", "210": "RETURNED", "77E": "RETURNED", "61": "RETURNED",
    "145": "ON_HAND", "17": "ON_HAND",
}  # fmt: skip
PLACE_OF_SALE = "162"
OWN_PLACES = ("ST", "DP")
PARTY_PLACES = ("BY", "SE")
# Start and end of a period, the best first; 356 may be a whole period by itself.
PERIODS = (("356", "357"), ("90", "91"), ("194", "206"))
PERIOD_CODES = {code for pair in PERIODS for code in pair}
LINE_AMOUNT = "203"
PRICES = ("AAE", "AAC", "AAA", "CAL")
SUGGESTED = "SRP"
ONE_PIECE = ("", "1")

Period = tuple[date, date]


@dataclass
class _Report:
    """What the file has said so far; of a message its header, the place and period in force, the line in hand."""

    profile: Profile
    control_number: str = ""
    prepared: datetime | None = None
    currency: str = ""
    parties: Parties = field(default_factory=Parties)
    place_of_sale: Code | None = None
    header_dates: dict[str, Period] = field(default_factory=dict)
    dates: dict[str, Period] = field(default_factory=dict)
    is_header: bool = True
    last_tag: str = ""
    line: list[Segment] = field(default_factory=list)
    noted: set[str] = field(default_factory=set)

    @property
    def place(self) -> Code | None:
        store = str(self.profile.options.get("store") or "")
        own = self.place_of_sale or self.parties.pick(OWN_PLACES)
        return own or (Code("CODE", store) if store else self.parties.pick(PARTY_PLACES))


def read_slsrpt(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """Totals, counts, rejected lines and notes of all SLSRPT in the file, and what the document says of itself."""
    report = _Report(profile)
    for found in read_edifact(file, profile, wanted="SLSRPT"):
        if isinstance(found, Note):
            yield found
            continue
        if found.tag in ("LIN", "LOC", "UNS", "CNT", "UNT"):
            yield from _line(report)
            report.line = [found] if found.tag == "LIN" else []
            report.is_header &= found.tag != "LIN"
        elif report.line:
            yield from _in_line(report, found)
        if not report.line:
            _header(report, found)
        report.last_tag = found.tag
    yield Document(control_number=report.control_number, as_of=report.prepared)


def _in_line(report: _Report, segment: Segment) -> Iterator[Found]:
    """A segment under a LIN; a period behind its quantities is that of the lines to come."""
    has_quantity = any(one.tag == "QTY" for one in report.line)
    if segment.tag == "DTM" and segment.get(1) in PERIOD_CODES and has_quantity:
        yield from _line(report)
        report.line = []
    else:
        report.line.append(segment)
        check_group(report.line)


def _header(report: _Report, segment: Segment) -> None:
    tag = segment.tag
    if tag == "UNB":
        report.control_number, report.prepared = segment.whole(5), prepared_at(segment)
    elif tag == "UNH":
        report.parties, report.place_of_sale, report.currency = Parties(), None, ""
        report.header_dates, report.dates, report.is_header = {}, {}, True
    elif tag == "BGM":
        completeness_of(segment)
    elif tag == "DTM" and segment.get(1) in PERIOD_CODES:
        _dated(report, segment)
    elif tag == "NAD":
        report.parties.add(segment.get(1), place_at(segment))
    elif tag == "CUX":
        report.currency = segment.get(1, 1) or report.currency
    elif tag == "LOC" and segment.get(1) == PLACE_OF_SALE:
        report.place_of_sale, report.dates, report.is_header = place_at(segment), {}, False


def _dated(report: _Report, segment: Segment) -> None:
    """Dates that follow each other are one period; the first of a message are the header's."""
    period = edifact_period(segment.get(1, 1), segment.get(1, 2))
    if period is None:
        return
    if report.last_tag != "DTM":
        report.dates = {}
    report.dates[segment.get(1)] = period
    if report.is_header:
        report.header_dates = dict(report.dates)


def _period(dates: Mapping[str, Period]) -> Period | None:
    """First day and the day after the last; None where nothing is said or it ends before it begins."""
    for start, end in PERIODS:
        if start in dates:
            period = (dates[start][0], dates.get(end, dates[start])[1])
            return period if period[0] < period[1] else None
    return None


def _line(report: _Report) -> Iterator[Found]:
    if not report.line:
        return
    head, *body = report.line
    own = {
        one.get(1): period
        for one in body
        if one.tag == "DTM" and (period := edifact_period(one.get(1, 1), one.get(1, 2)))
    }
    period = _period(own) or _period(report.dates) or _period(report.header_dates)
    line = Line(
        line_number=head.number,
        items=line_items(head, body),
        place=report.place,
        as_of=_counted_at(report, period),
        title=titles(descriptions(body)),
        raw=raw_text(report.line),
    )
    if period is None:
        yield line.rejected(
            "bad_period", "no period is named; expected DTM 356, or 90 and 91 in their order."
        )
        return
    try:
        yield from _quantities(report, line, period, body)
    except NotAFigure as error:
        yield error.rejected(line)


def _counted_at(report: _Report, period: Period | None) -> datetime | None:
    if period is None:
        return None
    end, prepared = datetime.combine(period[1], time()), report.prepared
    return prepared if prepared and datetime.combine(period[0], time()) <= prepared < end else end


def _quantities(report: _Report, line: Line, period: Period, body: list[Segment]) -> Iterator[Found]:
    codes = cast(Mapping[str, str], report.profile.options.get("quantity_codes") or QUANTITY_CODES)
    sold: list[Stated] = []
    held: list[Stated] = []
    for segment in body:
        if segment.tag != "QTY":
            continue
        code = segment.get(1)
        state = codes.get(code, IGNORE)
        if state == IGNORE:
            yield from note_once(
                report.noted, code, line_number=line.line_number, what="Quantity, neither sale nor stock,"
            )
            continue
        amount, unit = figure(segment, 1, 1), unit_of(segment.get(1, 2))
        (sold if state in ACTIVITIES else held).append(
            Stated(code=code, state=state, amount=amount, unit=unit)
        )
    part = 0
    if sold:
        for found in _totals(report, line, period, body, sold):
            yield found
            part += not isinstance(found, Note)
    if held:
        yield from stock_counts(line, held, first_part=part)
    if not any(segment.tag == "QTY" for segment in body):
        yield line.rejected("missing_quantity", "no quantity is named; expected QTY.")


def _totals(
    report: _Report, line: Line, period: Period, body: list[Segment], stated: list[Stated]
) -> Iterator[Found]:
    amount, currency = _amount(body)
    currency = currency or report.currency or str(report.profile.options.get("currency") or "")
    price = _price(body) if amount is None and currency else None
    if price is not None:
        yield from _note_price(report, line.line_number)
    sold = Sold(line=line, period=period, currency=currency, amount=amount, price=price)
    yield from sales_totals(sold, [[one] for one in stated])


def _note_price(report: _Report, line_number: int) -> Iterator[Note]:
    if "PRI" not in report.noted:
        report.noted.add("PRI")
        yield Note(
            line_number=line_number,
            code="amount_from_price",
            message="Lines without an amount (MOA 203) are given their price times their quantity.",
        )


def _amount(body: list[Segment]) -> tuple[Decimal | None, str]:
    """The line's amount, and the currency that is said in the line."""
    currency = next((one.get(1, 1) for one in body if one.tag == "CUX"), "")
    for one in body:
        if one.tag == "MOA" and one.get(1) == LINE_AMOUNT and one.get(1, 1):
            return figure(one, 1, 1), one.get(1, 2) or currency
    return None, currency


def _price(body: list[Segment]) -> Decimal | None:
    """What one piece cost; None where no such price is said. A price for several is none of one."""
    found = {
        one.get(1): one
        for one in reversed(body)
        if one.tag == "PRI" and one.get(1, 1) and one.get(1, 3) != SUGGESTED and one.get(1, 4) in ONE_PIECE
    }
    chosen = next((found[code] for code in PRICES if code in found), None)
    return figure(chosen, 1, 1) if chosen else None


DIALECT = Dialect(
    name="edifact_slsrpt",
    title="UN/EDIFACT SLSRPT sales data report",
    kinds=("SALES",),
    read=read_slsrpt,
    options={
        "segment_terminator": terminator_option,
        "store": text_option,
        "currency": currency_option,
        "quantity_codes": codes_option(QUANTITY_CODES, (*ACTIVITIES, "ON_HAND", "AVAILABLE")),
    },
)
