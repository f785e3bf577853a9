"""UN/EDIFACT envelopes: UNB, UNG, UNH, UNT, UNE, UNZ, checked as they pass by (ISO 9735).

Without UNA the marks are those of the standard: `:+.?'`. A file that ends its segments with line ends though no UNA
says so is read only where the profile's option `segment_terminator` is "\\n". The character set is the one UNB names.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from inventory.feeds.blocks import FeedFile
from inventory.feeds.edi_envelopes import check_count, note_other
from inventory.feeds.edi_segments import (
    BLANKS,
    Bytes,
    Marks,
    Segment,
    decoded,
    fault,
    open_bytes,
    segment_of,
    split_bytes,
)
from inventory.feeds.facts import Note
from inventory.feeds.profiles import Profile
from inventory.feeds.records import FeedRefused

# UNB's syntax identifier (code list 0001). A and B are plain ASCII, so any encoding a profile may declare fits.
CHARACTER_SETS = {
    "UNOC": "iso8859-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOL": "iso8859-15",
    "UNOW": "utf-8",
    "UNOY": "utf-8",
}
# No triad separators exist in EDIFACT, and the standard knows both decimal marks; UNA names the one in use.
_BOTH_DECIMALS = ".,"
_LEVEL_B = Marks(element="\x1d", component="\x1f", terminator="\x1c", decimals=_BOTH_DECIMALS)
_DEPTHS = {"UNB": ((0,), 1), "UNG": ((1,), 2), "UNH": ((1, 2), 3), "UNE": ((2,), 1), "UNZ": ((1,), 0)}


@dataclass
class _Envelope:
    """What is open, and the counts and references its end must repeat."""

    profile: Profile
    wanted: str
    depth: int = 0
    interchange: str = ""
    groups: int = 0
    group: str = ""
    messages: int = 0
    group_messages: int = 0
    message: str = ""
    segments: int = 0
    is_ours: bool = False
    found: bool = False
    others: set[str] = field(default_factory=set)


def read_edifact(file: FeedFile, profile: Profile, *, wanted: str) -> Iterator[Segment | Note]:
    """UNB and, of the messages `wanted` (such as "INVRPT"), all segments from UNH to UNT.

    Raises FeedRefused: segment_terminator, control_count, control_number (the latter two a note where the profile
    tolerates them), envelope, truncated, encoding, wrong_document where no message is of the wanted kind.
    """
    source = open_bytes(file)
    marks = _marks(source, profile)
    envelope = _Envelope(profile, wanted)
    number, encoding = 0, profile.encoding
    release = marks.release.encode("latin-1")
    for offset, raw, is_whole in split_bytes(
        source, terminator=marks.terminator.encode("latin-1"), release=release
    ):
        number += 1
        if raw.startswith(b"UNB"):
            head = segment_of(number, raw.decode("latin-1"), marks)
            encoding = CHARACTER_SETS.get(head.get(1), profile.encoding)
        segment = segment_of(number, decoded(raw, encoding, offset), marks)
        if not is_whole and not _ends_well(segment, envelope):
            break
        yield from _pass(segment, envelope)
    if envelope.depth or not number:
        raise FeedRefused(
            "truncated", f"The file ends after segment {number} without UNZ: it was cut off on its way."
        )
    if not envelope.found:
        others = f"; it holds {', '.join(sorted(envelope.others))}" if envelope.others else ""
        raise FeedRefused("wrong_document", f"The file has no {wanted} message{others}.")


def _marks(source: Bytes, profile: Profile) -> Marks:
    """The marks from UNA, which is taken off the source, or those of the standard."""
    head = source.head
    if head.startswith(b"UNA") and len(head) > 9:
        component, element, decimal, release, _repetition, terminator = tuple(head[3:9].decode("latin-1"))
        rest = head[9:].lstrip(BLANKS)
        source.offset += len(head) - len(rest)
        source.head = rest
        marks = Marks(element, component, terminator, release.strip(), decimal)
        _check_marks(marks)
        return marks
    if head.startswith(b"UNB\x1d"):
        return _LEVEL_B
    if not head.startswith(b"UNB+"):
        start = head[:12].decode("ascii", "replace")
        raise FeedRefused(
            "wrong_document", f'The file starts with "{start}"; expected an EDIFACT interchange (UNB).'
        )
    declared = str(profile.options.get("segment_terminator") or "")
    if not declared and _has_line_ends_only(head):
        raise FeedRefused(
            "segment_terminator",
            "The segments end with line ends and no UNA says so. Expected ' at the end of each, or the option "
            '"segment_terminator": "\\n" in the profile of this partner.',
        )
    return Marks("+", ":", declared or "'", "?", _BOTH_DECIMALS)


def _has_line_ends_only(head: bytes) -> bool:
    """Whether segments end with their lines; files merely wrapped at a column have ' further on."""
    first, line_end, second = head.partition(b"\n")
    if not line_end or b"'" in first:
        return False
    return b"'" not in head or second.startswith((b"UNH", b"UNG"))


def _check_marks(marks: Marks) -> None:
    used = [marks.element, marks.component, marks.terminator, *([marks.release] if marks.release else [])]
    if len(set(used)) < len(used) or any(mark.isalnum() for mark in used) or marks.decimals not in (".", ","):
        raise FeedRefused("wrong_document", "UNA names marks that cannot be told apart.")


def _ends_well(segment: Segment, envelope: _Envelope) -> bool:
    """Whether the last segment is whole though its terminator is missing."""
    return segment.tag == "UNZ" and segment.whole(2) == envelope.interchange


def _pass(segment: Segment, envelope: _Envelope) -> Iterator[Segment | Note]:
    tag = segment.tag
    before, after = _DEPTHS.get(tag, ((3,), 3))
    if tag == "UNT":
        after = 2 if envelope.group else 1
    if envelope.depth not in before:
        raise FeedRefused(
            "envelope",
            f'Segment {segment.number} is "{segment.text[:20]}", which cannot stand there: '
            "the envelopes UNB, UNH are not closed in their order.",
        )
    envelope.depth = after
    if tag in _OPENED:
        _OPENED[tag](segment, envelope)
    if tag == "UNH" and not envelope.is_ours:
        yield from _other(segment, envelope)
    if after == 3 or tag == "UNT":
        envelope.segments += 1
    if tag == "UNB" or (envelope.is_ours and (after == 3 or tag == "UNT")):
        yield segment
    if tag in _CLOSED:
        yield from _close(segment, envelope)


def _open_interchange(segment: Segment, envelope: _Envelope) -> None:
    envelope.interchange = segment.whole(5)
    envelope.groups = envelope.messages = 0


def _open_group(segment: Segment, envelope: _Envelope) -> None:
    envelope.group = segment.whole(5) or " "
    envelope.groups += 1
    envelope.group_messages = 0


def _open_message(segment: Segment, envelope: _Envelope) -> None:
    envelope.message, envelope.segments = segment.whole(1), 0
    envelope.messages += 1
    envelope.group_messages += 1
    envelope.is_ours = segment.get(2) == envelope.wanted
    envelope.found |= envelope.is_ours


_OPENED = {"UNB": _open_interchange, "UNG": _open_group, "UNH": _open_message}
_CLOSED = {
    "UNT": ("UNH", "segments in the message"),
    "UNE": ("UNG", "messages in the group"),
    "UNZ": ("UNB", "messages or groups in the interchange"),
}


def _other(segment: Segment, envelope: _Envelope) -> Iterator[Note]:
    kind = segment.get(2)[:10]
    what = f"{kind} messages are"
    yield from note_other(kind, envelope.others, segment=segment, what=what, wanted=envelope.wanted)


def _close(segment: Segment, envelope: _Envelope) -> Iterator[Note]:
    tag = segment.tag
    counts = {
        "UNT": envelope.segments,
        "UNE": envelope.group_messages,
        "UNZ": envelope.groups or envelope.messages,
    }
    references = {"UNT": envelope.message, "UNE": envelope.group.strip(), "UNZ": envelope.interchange}
    opened, what = _CLOSED[tag]
    yield from check_count(segment, envelope.profile, element=tag, what=what, counted=counts[tag])
    if segment.whole(2) != references[tag]:
        message = (
            f'Segment {segment.number}: {tag} repeats the reference "{segment.whole(2)[:20]}", '
            f'{opened} has "{references[tag][:20]}"; expected the same.'
        )
        yield fault(envelope.profile, "control_number", message, line_number=segment.number)
    if tag == "UNE":
        envelope.group = ""
