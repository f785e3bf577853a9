"""What EDIFACT documents say in the same way wherever they do: places, items, dates, figures."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from inventory.feeds.edi_codes import EDIFACT_GTINS, EDIFACT_SKUS, item_codes
from inventory.feeds.edi_quantities import NotAFigure, read_figure
from inventory.feeds.edi_segments import Segment
from inventory.feeds.edi_times import edifact_instant, edifact_period, spoken_for
from inventory.feeds.facts import Code, Completeness
from inventory.feeds.records import FeedRefused

GS1_AGENCY = "9"
# Data element 1225. None: as the profile says, as for a document that does not say.
FUNCTIONS: dict[str, Completeness | None] = {
    "": None, "5": None, "7": None, "9": None, "31": None, "2": "DELTA", "4": "DELTA",
}  # fmt: skip
# PIA functions whose codes are those of the item itself: additional identification, product identification.
OWN_CODES = ("1", "5")


def place_at(segment: Segment) -> Code | None:
    """The place a NAD or LOC names in its second element: a GLN by agency 9, else a code of one's own."""
    text = segment.get(2, 0)
    return Code("GLN" if segment.get(2, 2) == GS1_AGENCY else "CODE", text) if text else None


def line_items(line: Segment, body: Iterable[Segment]) -> tuple[Code, ...]:
    """The codes of a LIN and of the PIA under it, the best first."""
    pairs = [(line.get(3, 1), line.get(3, 0))]
    for segment in body:
        if segment.tag == "PIA" and segment.get(1) in OWN_CODES:
            pairs += [(segment.get(at, 1), segment.get(at, 0)) for at in range(2, len(segment.elements))]
    return item_codes(pairs, gtins=EDIFACT_GTINS, skus=EDIFACT_SKUS)


def descriptions(body: Iterable[Segment]) -> list[str]:
    """What the IMD segments say of an item in words."""
    return [f"{one.get(3, 3)} {one.get(3, 4)}".strip() for one in body if one.tag == "IMD"]


def prepared_at(interchange: Segment) -> datetime | None:
    """When the interchange was made: UNB's date (YYMMDD, or CCYYMMDD in syntax 4) and time. On the profile's clock."""
    day, at = interchange.get(4, 0), interchange.get(4, 1)
    found = edifact_instant(day + at, {6: "201", 8: "203"}.get(len(day), "")) if len(at) == 4 else None
    return datetime.combine(found[0], found[1]) if found and found[1] else None


def moment_of(segment: Segment, *, prepared: datetime | None) -> tuple[date, datetime] | None:
    """The day a DTM names and the instant it stands for, of a period its last day; None where it is none."""
    text, pattern = segment.get(1, 1), segment.get(1, 2)
    if found := edifact_instant(text, pattern):
        return found[0], spoken_for(*found, prepared=prepared)
    if period := edifact_period(text, pattern):
        last = period[1] - timedelta(days=1)
        return last, spoken_for(last, None, None, prepared=prepared)
    return None


def figure(segment: Segment, place: int, component: int) -> Decimal:
    """The figure in a component. Raises NotAFigure."""
    text = segment.get(place, component)
    amount = read_figure(text, segment.marks.decimals)
    if amount is None:
        raise NotAFigure(segment.tag, text)
    return amount


def completeness_of(segment: Segment) -> Completeness | None:
    """What BGM's function says. Raises FeedRefused("unknown_purpose") for one not known here."""
    code = segment.get(3)
    if code not in FUNCTIONS:
        raise FeedRefused(
            "unknown_purpose",
            f'Segment {segment.number}: the function in BGM is "{code[:10]}"; expected 9 original, 5 replace, '
            "2 addition or 4 change.",
        )
    return FUNCTIONS[code]
