"""XML read as a stream with memory that does not grow: no DTD, so no entity of its own; no record without end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser
from xml.parsers import expat

from inventory.feeds.records import FeedRefused

_PIECE_BYTES = 64 * 2**10
_DEPTH_LIMIT = 100
# What may be held at once before a reader lets go of a record; a long receipt takes a hundredth of it.
_HELD_CHARACTERS = 8 * 2**20
_HELD_ELEMENTS = 200_000


def open_xml(stream: BinaryIO) -> Iterator[tuple[str, Element]]:
    """("start" | "end", element) of a document, in its order; names are as ElementTree writes them.

    At "start" only tag and attributes are sure. A reader that is done with a record at its "end" calls
    `element.clear()`: the element is then taken out of its parent, so that memory stays flat.
    Raises FeedRefused: "hostile_input" for a DOCTYPE, for nesting without end and for a record that is never let
    go of, "truncated" for a document without its end, "encoding", "empty_file" and "not_xml".
    """
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    prolog: _Prolog | None = _Prolog()
    held = _Held()
    is_empty = True
    while piece := stream.read(_PIECE_BYTES):
        is_empty = is_empty and not piece.strip()
        if prolog is not None and prolog.is_over(piece):
            prolog = None
        try:
            parser.feed(piece)
        except (ValueError, LookupError) as error:
            raise FeedRefused("encoding", f"The XML's encoding cannot be read ({error}).") from error
        yield from held.events(parser, len(piece))
    if is_empty:
        raise FeedRefused("empty_file", "The file is empty.")
    try:
        parser.close()
    except ParseError as error:
        raise FeedRefused(
            "truncated", f"The XML ends in the middle ({error}): it was cut off on its way. Send it again."
        ) from error
    yield from held.events(parser, 0)


class _Prolog:
    """A second parser that looks at what comes before the root element, which is where a DOCTYPE stands."""

    def __init__(self) -> None:
        self._in_root = False
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._see_root

    def is_over(self, piece: bytes) -> bool:
        """Whether the root has begun, after one more piece of the document."""
        try:
            self._parser.Parse(piece, False)
        except expat.ExpatError:
            return True  # the real parser stumbles over the same and says so
        except (ValueError, LookupError) as error:
            raise FeedRefused("encoding", f"The XML's encoding cannot be read ({error}).") from error
        return self._in_root

    def _refuse(self, *_declared: object) -> None:
        raise FeedRefused("hostile_input", "The XML declares a DOCTYPE; feeds have none, so it is not read.")

    def _see_root(self, *_named: object) -> None:
        self._in_root = True
        self._parser.StartElementHandler = None


@dataclass(slots=True)
class _Open:
    """An element that has not ended, what was held when it began, and how many of its children were kept."""

    element: Element
    elements: int
    characters: int
    kept: int = 0


@dataclass(slots=True)
class _Held:
    """The open elements and what is still in memory with them."""

    open: list[_Open] = field(default_factory=list)
    elements: int = 0
    characters: int = 0
    silent_bytes: int = 0
    last: Element | None = None

    def events(self, parser: "XMLPullParser[Element]", size: int) -> Iterator[tuple[str, Element]]:
        """What the parser made of the last piece of `size` bytes."""
        self.silent_bytes += size
        try:
            for event, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
                self.silent_bytes = 0
                self._count_tail()
                if event == "start":
                    self._begin(element)
                    yield event, element
                else:
                    had_content = _has_content(element)
                    self.characters += len(element.text or "")
                    yield event, element
                    self._end(element, is_done=had_content and not _has_content(element))
        except ParseError as error:
            raise FeedRefused("not_xml", f"The file is no sound XML ({error}).") from error
        if self.silent_bytes + self.characters > _HELD_CHARACTERS:
            raise _endless(f"more than {_HELD_CHARACTERS:,} characters")

    def _begin(self, element: Element) -> None:
        self.open.append(_Open(element, self.elements, self.characters))
        self.elements += 1
        if element.attrib:
            self.characters += sum(len(name) + len(value) for name, value in element.attrib.items())
        if len(self.open) > _DEPTH_LIMIT:
            raise _endless(f"elements nested more than {_DEPTH_LIMIT} deep")
        if self.elements > _HELD_ELEMENTS:
            raise _endless(f"more than {_HELD_ELEMENTS:,} elements")

    def _count_tail(self) -> None:
        if self.last is not None and self.last.tail:
            self.characters += len(self.last.tail)
        self.last = None

    def _end(self, element: Element, *, is_done: bool) -> None:
        ended = self.open.pop()
        parent = self.open[-1] if self.open else None
        if is_done:
            self.elements, self.characters = ended.elements, ended.characters
            if parent:
                # Not the last child: the parser is ahead of its reader by a piece.
                del parent.element[parent.kept]
        else:
            self.last = element
            if parent:
                parent.kept += 1


def _has_content(element: Element) -> bool:
    return len(element) > 0 or element.text is not None or bool(element.attrib)


def _endless(what: str) -> FeedRefused:
    return FeedRefused("hostile_input", f"One record of the XML holds {what}; it is not read.")
