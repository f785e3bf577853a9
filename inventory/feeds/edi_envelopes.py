"""What EDIFACT and X12 check alike when an envelope ends, and say alike of documents of another kind."""

from collections.abc import Iterator

from inventory.feeds.edi_segments import Segment, fault
from inventory.feeds.facts import Note
from inventory.feeds.profiles import Profile

_NOTED_LIMIT = 20


def check_count(
    segment: Segment, profile: Profile, *, element: str, what: str, counted: int
) -> Iterator[Note]:
    """The first element of an end repeats how many there were; else "control_count", as `fault` has it."""
    said = segment.whole(1)
    if not (said.isascii() and said.isdigit() and len(said) <= 10 and int(said) == counted):
        message = f'Segment {segment.number}: {element} says "{said[:20]}" {what}; there are {counted}.'
        yield fault(profile, "control_count", message, line_number=segment.number)


def note_other(kind: str, others: set[str], *, segment: Segment, what: str, wanted: str) -> Iterator[Note]:
    """A note on the first document of each kind that is not read; `others` are the kinds noted so far."""
    if kind not in others and len(others) < _NOTED_LIMIT:
        others.add(kind)
        yield Note(
            line_number=segment.number,
            code="other_document",
            message=f"{what} not read here; expected {wanted}.",
        )
