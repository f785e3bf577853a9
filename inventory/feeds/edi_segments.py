"""Bytes of an EDI interchange as segments: one at a time, bounded, strict in their character set.

X12 and EDIFACT differ in their marks and envelopes (x12.py, edifact.py); what a segment is they share.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from inventory.feeds.blocks import UTF8_MARK, FeedFile, visible
from inventory.feeds.facts import Note
from inventory.feeds.profiles import Profile
from inventory.feeds.records import FeedRefused
from inventory.feeds.wrappers import too_large

PIECE_BYTES = 2**18
SEGMENT_LIMIT = 2**16
# How many segments one line item may have: an 852 with every store of a large chain stays far below.
GROUP_LIMIT = 50_000
HEAD_BYTES = 1024
BLANKS = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Marks:
    """The characters that part a segment. `decimals` are those a figure may have; `release` may be none."""

    element: str
    component: str
    terminator: str
    release: str = ""
    decimals: str = "."


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment; `number` counts those of the file from 1, the interchange header being the first."""

    number: int
    tag: str
    text: str
    marks: Marks
    elements: list[str]

    def whole(self, place: int) -> str:
        """An element's text without blanks around it; "" where it is missing."""
        if place >= len(self.elements):
            return ""
        return _unreleased(self.elements[place], self.marks.release).strip()

    def get(self, place: int, component: int = 0) -> str:
        """A component's text without blanks around it; "" where it is missing."""
        if place >= len(self.elements):
            return ""
        text, marks = self.elements[place], self.marks
        if marks.component and marks.component in text:
            parts = _split(text, marks.component, marks.release)
            text = parts[component] if component < len(parts) else ""
        elif component:
            return ""
        return _unreleased(text, marks.release).strip()


def segment_of(number: int, text: str, marks: Marks) -> Segment:
    """A segment from its text without terminator; lines wrapped at a column are joined."""
    if "\n" in text and marks.element != "\n":
        text = text.replace("\r", "").replace("\n", "")
    elements = _split(text, marks.element, marks.release)
    return Segment(number, elements[0].strip(), text, marks, elements)


def _split(text: str, mark: str, release: str) -> list[str]:
    """Parts between the marks that are not released; release characters stay for the next level."""
    if not release or release not in text:
        return text.split(mark)
    parts, start, place = [], 0, 0
    while place < len(text):
        if text[place] == release:
            place += 1
        elif text[place] == mark:
            parts.append(text[start:place])
            start = place + 1
        place += 1
    parts.append(text[start:])
    return parts


def _unreleased(text: str, release: str) -> str:
    """`a?+b` is a+b, `??` is ?."""
    if not release or release not in text:
        return text
    kept, place = [], 0
    while place < len(text):
        if text[place] == release and place + 1 < len(text):
            place += 1
        kept.append(text[place])
        place += 1
    return "".join(kept)


@dataclass
class Bytes:
    """The file's bytes: its start for a look at the marks, then the rest in pieces."""

    head: bytes
    offset: int  # of `head` in the file
    pieces: Iterator[bytes]


def open_bytes(file: FeedFile) -> Bytes:
    """The bytes behind a mark of UTF-8 and blanks. Raises FeedRefused for an empty or too large file."""
    pieces = _pieces(file)
    head, offset = b"", 0
    for piece in pieces:
        text = head + piece
        head = text.removeprefix(UTF8_MARK).lstrip(BLANKS)
        offset += len(text) - len(head)
        if len(head) >= HEAD_BYTES:
            break
    if not head:
        raise FeedRefused("empty_file", "The file is empty.")
    return Bytes(head, offset, pieces)


def _pieces(file: FeedFile) -> Iterator[bytes]:
    total = 0
    with file.stream() as source:
        while piece := source.read(PIECE_BYTES):
            total += len(piece)
            if total > file.inflated_limit:
                raise too_large(file.inflated_limit)
            yield piece


def split_bytes(
    source: Bytes, *, terminator: bytes, release: bytes = b""
) -> Iterator[tuple[int, bytes, bool]]:
    """Offset, bytes and whether it was terminated, of each segment; line ends and blanks before it are not part of it.

    Raises FeedRefused("hostile_input") for a segment no partner would write.
    """
    rest, offset = source.head, source.offset
    while True:
        start = scan = 0
        while (end := rest.find(terminator, scan)) >= 0:
            scan = end + 1
            if release and _is_released(rest, start, end, release):
                continue
            if stripped := _stripped(rest[start:end], offset + start):
                yield *stripped, True
            start = scan
        rest, offset = rest[start:], offset + start
        if len(rest) > SEGMENT_LIMIT:
            raise FeedRefused(
                "hostile_input",
                f"The segment from byte {offset + 1} on is longer than {SEGMENT_LIMIT:,} bytes; nothing was read.",
            )
        piece = next(source.pieces, b"")
        if not piece:
            break
        rest += piece
    if stripped := _stripped(rest, offset):
        yield *stripped, False


def _is_released(text: bytes, start: int, end: int, release: bytes) -> bool:
    place = end
    while place > start and text[place - 1 : place] == release:
        place -= 1
    return (end - place) % 2 == 1


def _stripped(text: bytes, offset: int) -> tuple[int, bytes] | None:
    left = text.lstrip(BLANKS)
    if not left:
        return None
    return offset + len(text) - len(left), left.rstrip(b"\r\n")


def decoded(text: bytes, encoding: str, offset: int) -> str:
    """Text strictly in its character set, NUL made visible. Raises FeedRefused("encoding") naming the byte."""
    try:
        return text.decode(encoding).replace("\0", "\u2400")
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise FeedRefused(
            "encoding",
            f"Byte {offset + start + 1} of the file: {text[start : start + 1].hex()} (hexadecimal) is nothing in "
            f"{encoding}. Nothing was read.",
        ) from error


def fault(profile: Profile, code: str, message: str, *, line_number: int = 0) -> Note:
    """A fault of the envelope: refused, or a note where the partner's profile tolerates it."""
    if code not in profile.tolerance:
        raise FeedRefused(
            code, f'{message} Send it again, or tolerate "{code}" in the profile of this partner.'
        )
    return Note(line_number=line_number, code=code, message=f"{message} Tolerated for this partner.")


def raw_text(segments: list[Segment]) -> str:
    """The segments as they stood in the file, as they are kept with a fact."""
    size, texts = 0, []
    for segment in segments:
        texts.append(segment.text + segment.marks.terminator)
        size += len(texts[-1])
        if size > 2 * SEGMENT_LIMIT:
            break
    return visible("".join(texts))


def check_group(segments: list[Segment]) -> None:
    """Raises FeedRefused("hostile_input") for a line item of more segments than any partner writes."""
    if len(segments) > GROUP_LIMIT:
        raise FeedRefused(
            "hostile_input",
            f"The line item at segment {segments[0].number} has more than {GROUP_LIMIT:,} segments.",
        )
