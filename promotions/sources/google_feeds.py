"""Google Merchant feeds as rows of named values, whether they come tab separated, as CSV, RSS or Atom.

Which it is shows in the content, not in the file's name. Attribute names are Google's: blanks in files of columns,
underscores and the prefix g: in XML; both are read as underscores. What stands twice (a repeated header name, a
repeated element) is kept twice.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from inventory.feeds.blocks import FeedFile, visible
from inventory.feeds.records import FeedRefused
from inventory.feeds.xml_safely import open_xml

DELIMITERS = "\t,;|"
_KEY = "promotion_id"
_RECORDS = ("item", "entry")
_ROOTS = ("rss", "feed", "RDF")
# A cell may hold line breaks; a quote that is open for longer was never closed.
_LONGEST_CELL = 50
_HEAD_BYTES = 512


@dataclass(frozen=True)
class FeedRow:
    """One promotion: each attribute with its values, none of them empty. `line_number` is a line's or an item's."""

    line_number: int
    raw: str
    values: dict[str, list[str]]
    is_xml: bool = False


@dataclass(frozen=True)
class BadFeedRow:
    """A line we could not read: which field, what stood there and what was expected."""

    line_number: int
    raw: str
    code: str
    message: str


def column_name(text: str) -> str:
    """Attribute names in one spelling: "Promotion ID" and "g:promotion_id" are the same."""
    return re.sub(r"[\s_]+", "_", text.strip().lower()).removeprefix("g:")


def read_feed(
    file: FeedFile, *, required: Iterable[str], aliases: Mapping[str, str] | None = None
) -> Iterator[FeedRow | BadFeedRow]:
    """The rows of a feed, other names of an attribute (`aliases`) turned into its own. Empty lines are passed over.

    Raises FeedRefused for what is no feed: empty, a header without the `required` columns, hostile or broken XML,
    another document.
    """
    with file.stream() as stream:
        head = stream.read(_HEAD_BYTES)
    start = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if start.replace(b"\0", b"").lstrip().startswith(b"<"):
        return _items(file, aliases or {})
    return _lines(list(file.lines()), tuple(required), aliases or {})


def _lines(
    lines: list[tuple[int, str]], required: tuple[str, ...], aliases: Mapping[str, str]
) -> Iterator[FeedRow | BadFeedRow]:
    # NUL, which no text column holds, is made visible.
    filled = iter([(number, line.replace("\0", "\u2400")) for number, line in lines if line.strip()])
    _number, first = next(filled, (0, ""))
    if not first:
        raise FeedRefused("empty_file", "The file is empty.")
    delimiter, named = _header(first)
    header = [aliases.get(name, name) for name in named]
    if missing := [name for name in required if name not in header]:
        found = ", ".join(named)[:300]
        raise FeedRefused(
            "unknown_header", f"The header lacks the columns {', '.join(missing)}; found were: {found}."
        )
    rest = list(filled)
    place = 0
    while place < len(rest):
        number, raw = rest[place]
        cells, used = _cells(rest, place, delimiter)
        place += used
        if cells is None:
            yield BadFeedRow(number, raw, "open_quote", f"Line {number}: a quote is not closed.")
        elif len(cells) > len(header):
            message = f"Line {number}: expected {len(header)} columns, found {len(cells)}."
            yield BadFeedRow(number, raw, "column_count", message)
        else:
            raw = "\n".join(line for _number, line in rest[place - used : place])
            yield FeedRow(number, raw, _gathered(zip(header, cells, strict=False)))


def _header(line: str) -> tuple[str, list[str]]:
    """The delimiter that makes the most of the header line, and the names it then holds."""
    choices = []
    for delimiter in DELIMITERS:
        try:
            names = [column_name(cell) for cell in next(csv.reader([line], delimiter=delimiter, strict=True))]
        except csv.Error:
            continue
        choices.append((_KEY in names, len(names), delimiter, names))
    if not choices:
        raise FeedRefused("unknown_header", "The header line cannot be read: a quote is not closed.")
    _has_key, _width, delimiter, names = max(choices, key=lambda choice: choice[:2])
    return delimiter, names


def _cells(lines: list[tuple[int, str]], place: int, delimiter: str) -> tuple[list[str] | None, int]:
    """The cells of the record that begins at a place and how many lines it takes; None: its quote never closes."""
    text = ""
    for used, (_number, line) in enumerate(islice(lines, place, place + _LONGEST_CELL), start=1):
        text = f"{text}\n{line}" if text else line
        try:
            return next(csv.reader([text], delimiter=delimiter, strict=True)), used
        except csv.Error:
            continue
    return None, 1


def _items(file: FeedFile, aliases: Mapping[str, str]) -> Iterator[FeedRow | BadFeedRow]:
    root = ""
    count = 0
    record: Element | None = None
    with file.stream() as stream:
        for event, element in open_xml(stream):
            name = _local(element)
            if event == "start":
                root = root or name
                if record is None and name in _RECORDS:
                    record = element
            elif element is record:
                count += 1
                yield _item(element, count, aliases)
                element.clear()
                record = None
            elif record is None:
                element.clear()
    if not count and root not in _ROOTS:
        raise FeedRefused("wrong_document", f"The XML is a {root}; expected RSS items or Atom entries.")


def _item(element: Element, number: int, aliases: Mapping[str, str]) -> FeedRow:
    named = [(column_name(_local(child)), "".join(child.itertext())) for child in element]
    values = _gathered((aliases.get(name, name), text) for name, text in named)
    inside = "".join(
        f"<g:{name}>{escape(text)}</g:{name}>" for name, texts in _gathered(named).items() for text in texts
    )
    name = _local(element)
    return FeedRow(number, visible(f"<{name}>{inside}</{name}>"), values, is_xml=True)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: defaultdict[str, list[str]] = defaultdict(list)
    for name, text in pairs:
        if text.strip():
            values[name].append(text.strip())
    return dict(values)
