"""What X12 documents say in the same way wherever they do: places, items, units, when they were made."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from inventory.feeds.edi_codes import X12_GTINS, X12_SKUS, item_codes, unit_of
from inventory.feeds.edi_quantities import NotAFigure, read_figure
from inventory.feeds.edi_segments import Segment
from inventory.feeds.edi_times import spoken_for, x12_instant
from inventory.feeds.facts import Code

# Data element 66: UL is the Global Location Number; 91, 92, 1, 9, 54 and the rest are codes of one's own.
GLN_QUALIFIERS = ("UL",)


def place_code(qualifier: str, text: str) -> Code | None:
    """A place by its qualifier and code."""
    return Code("GLN" if qualifier in GLN_QUALIFIERS else "CODE", text) if text else None


def party(segment: Segment) -> Code | None:
    """The place an N1 names: its code, or its name where it has none."""
    return place_code(segment.whole(3), segment.whole(4)) or place_code("", segment.whole(2))


def line_items(segment: Segment) -> tuple[Code, ...]:
    """The codes of a LIN: pairs of qualifier and code from LIN02 on; a code without its qualifier is none."""
    pairs = [(segment.whole(at), segment.whole(at + 1)) for at in range(2, len(segment.elements), 2)]
    return item_codes(
        ((qualifier, code) for qualifier, code in pairs if qualifier), gtins=X12_GTINS, skus=X12_SKUS
    )


def unit_at(segment: Segment, place: int) -> str | None:
    """The unit in an element, which may be a composite."""
    return unit_of(segment.get(place))


def prepared_at(group: Segment) -> datetime | None:
    """When the group was made: GS04, GS05. On the profile's clock."""
    day, at, _zone = x12_instant(group.whole(4), group.whole(5))
    return datetime.combine(day, at) if day and at else None


def instant(day_text: str, time_text: str, zone_text: str, *, prepared: datetime | None) -> datetime | None:
    """The instant a date, its time and zone code stand for; None where the date is none."""
    day, at, zone = x12_instant(day_text, time_text, zone_text)
    return spoken_for(day, at, zone, prepared=prepared) if day else None


def descriptions(segments: Iterable[Segment]) -> list[str]:
    """What the PID segments say of an item."""
    return [segment.whole(5) for segment in segments if segment.tag == "PID"]


def figure(segment: Segment, place: int) -> Decimal:
    """The figure in an element. Raises NotAFigure."""
    text = segment.whole(place)
    amount = read_figure(text, segment.marks.decimals)
    if amount is None:
        raise NotAFigure(f"{segment.tag}{place:02d}", text)
    return amount


def sdq_parts(segment: Segment) -> list[tuple[Code | None, Decimal]]:
    """The places of an SDQ and their quantities, up to ten pairs. Raises NotAFigure."""
    places = [at for at in range(3, min(len(segment.elements), 23), 2) if segment.whole(at)]
    return [(place_code(segment.whole(2), segment.whole(at)), figure(segment, at + 1)) for at in places]
