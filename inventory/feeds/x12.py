"""ANSI X12 envelopes: ISA, GS, ST, SE, GE, IEA, checked as they pass by (X12.5, X12.6).

The ISA header has fixed lengths, so it tells the marks of all that follows: the element separator is byte 4, the
component separator byte 105, the segment terminator byte 106; line ends behind a terminator mean nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from inventory.feeds.blocks import FeedFile
from inventory.feeds.edi_envelopes import check_count, note_other
from inventory.feeds.edi_segments import Marks, Segment, decoded, fault, open_bytes, segment_of, split_bytes
from inventory.feeds.facts import Note
from inventory.feeds.profiles import Profile
from inventory.feeds.records import FeedRefused

ISA_SEPARATORS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
ISA_END = 105
# Which envelope segment may stand inside what, and what is open after it: 0 nothing, 1 ISA, 2 GS, 3 ST.
_DEPTHS = {
    "ISA": (0, 1),
    "GS": (1, 2),
    "ST": (2, 3),
    "SE": (3, 2),
    "GE": (2, 1),
    "IEA": (1, 0),
    "TA1": (1, 1),
}


@dataclass
class _Envelope:
    """What is open, and the counts and numbers its end must repeat."""

    profile: Profile
    wanted: str
    depth: int = 0
    interchange: str = ""
    groups: int = 0
    group: str = ""
    sets: int = 0
    transaction: str = ""
    segments: int = 0
    is_ours: bool = False
    found: bool = False
    others: set[str] = field(default_factory=set)


def read_x12(file: FeedFile, profile: Profile, *, wanted: str) -> Iterator[Segment | Note]:
    """ISA, GS and, of the transaction sets `wanted` (such as "846"), all segments from ST to SE.

    Raises FeedRefused: isa_layout, control_count, control_number (a note where the profile tolerates them),
    envelope, truncated, encoding, wrong_document where no set is of the wanted kind.
    """
    source = open_bytes(file)
    if not source.head.startswith(b"ISA"):
        start = source.head[:12].decode("ascii", "replace")
        raise FeedRefused(
            "wrong_document", f'The file starts with "{start}"; expected an X12 interchange (ISA).'
        )
    marks, notes = _marks(source.head, profile)
    yield from notes
    envelope = _Envelope(profile, wanted)
    number, is_whole = 0, True
    for offset, raw, is_whole in split_bytes(source, terminator=marks.terminator.encode("latin-1")):
        number += 1
        segment = segment_of(number, decoded(raw, profile.encoding, offset), marks)
        if not is_whole and not _ends_well(segment, envelope):
            break
        yield from _pass(segment, envelope)
    if envelope.depth or not number:
        raise FeedRefused(
            "truncated", f"The file ends after segment {number} without IEA: it was cut off on its way."
        )
    if not envelope.found:
        others = f"; it holds {', '.join(sorted(envelope.others))}" if envelope.others else ""
        raise FeedRefused("wrong_document", f"The file has no transaction set {wanted}{others}.")


def _marks(head: bytes, profile: Profile) -> tuple[Marks, list[Note]]:
    separator = head[3:4]
    if not separator or separator.isalnum() or separator == b" ":
        raise FeedRefused("wrong_document", "The file is no X12 interchange: no separator stands behind ISA.")
    if len(head) > ISA_END and all(head[place : place + 1] == separator for place in ISA_SEPARATORS):
        return _checked(separator, head[104:105], head[ISA_END : ISA_END + 1]), []
    places = [place for place, byte in enumerate(head) if byte == separator[0]][:16]
    if len(places) < 16 or places[-1] + 2 >= len(head):
        raise FeedRefused("isa_layout", "The ISA header does not have its 16 elements. Send the file again.")
    end = places[-1] + 2
    component, terminator = head[end - 1 : end], head[end : end + 1]
    if terminator.isalnum():  # no component separator at all
        component, terminator, end = b"", component, end - 1
    note = fault(
        profile,
        "isa_layout",
        f"The ISA header ends at offset {end}; expected {ISA_END}, for its elements have fixed lengths.",
        line_number=1,
    )
    return _checked(separator, component, terminator), [note]


def _checked(separator: bytes, component: bytes, terminator: bytes) -> Marks:
    if separator == terminator or terminator.isalnum() or terminator == b" ":
        raise FeedRefused("isa_layout", "The ISA header names no segment terminator that could be one.")
    component = b"" if component.isalnum() or component in (separator, b" ") else component
    return Marks(*(mark.decode("latin-1") for mark in (separator, component, terminator)))


def _ends_well(segment: Segment, envelope: _Envelope) -> bool:
    """Whether the last segment is whole though its terminator is missing."""
    return segment.tag == "IEA" and _same_number(segment.whole(2), envelope.interchange)


def _pass(segment: Segment, envelope: _Envelope) -> Iterator[Segment | Note]:
    tag = segment.tag
    before, after = _DEPTHS.get(tag, (3, 3))
    if envelope.depth != before:
        raise FeedRefused(
            "envelope",
            f'Segment {segment.number} is "{segment.text[:20]}", which cannot stand there: '
            "the envelopes ISA, GS, ST are not closed in their order.",
        )
    envelope.depth = after
    if tag in _OPENED:
        _OPENED[tag](segment, envelope)
    if tag == "ST" and not envelope.is_ours:
        yield from _other(segment, envelope)
    if after == 3 or tag == "SE":
        envelope.segments += 1
    if tag in ("ISA", "GS") or (envelope.is_ours and (after == 3 or tag == "SE")):
        yield segment
    if tag in _CLOSED:
        yield from _close(segment, envelope)


def _open_interchange(segment: Segment, envelope: _Envelope) -> None:
    envelope.interchange, envelope.groups = segment.whole(13), 0


def _open_group(segment: Segment, envelope: _Envelope) -> None:
    envelope.group, envelope.sets = segment.whole(6), 0
    envelope.groups += 1


def _open_transaction(segment: Segment, envelope: _Envelope) -> None:
    envelope.transaction, envelope.segments = segment.whole(2), 0
    envelope.sets += 1
    envelope.is_ours = segment.whole(1) == envelope.wanted
    envelope.found |= envelope.is_ours


_OPENED = {"ISA": _open_interchange, "GS": _open_group, "ST": _open_transaction}
_CLOSED = {
    "SE": ("ST02", "segments in the transaction set"),
    "GE": ("GS06", "transaction sets in the group"),
    "IEA": ("ISA13", "groups in the interchange"),
}


def _other(segment: Segment, envelope: _Envelope) -> Iterator[Note]:
    kind = segment.whole(1)[:10]
    what = f"Transaction sets {kind} are"
    yield from note_other(kind, envelope.others, segment=segment, what=what, wanted=envelope.wanted)


def _close(segment: Segment, envelope: _Envelope) -> Iterator[Note]:
    tag = segment.tag
    counts = {"SE": envelope.segments, "GE": envelope.sets, "IEA": envelope.groups}
    numbers = {"SE": envelope.transaction, "GE": envelope.group, "IEA": envelope.interchange}
    field_name, what = _CLOSED[tag]
    yield from check_count(segment, envelope.profile, element=f"{tag}01", what=what, counted=counts[tag])
    if not _same_number(segment.whole(2), numbers[tag]):
        message = (
            f'Segment {segment.number}: {tag}02 is "{segment.whole(2)[:20]}", '
            f'{field_name} is "{numbers[tag][:20]}"; expected the same control number.'
        )
        yield fault(envelope.profile, "control_number", message, line_number=segment.number)


def _same_number(one: str, other: str) -> bool:
    return one == other or (one.isdigit() and one.lstrip("0") == other.lstrip("0"))
