"""A received file's own lines: how they are written, and single ones by their number, whole and unshortened."""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from inventory.feeds.blocks import FeedFile
from inventory.feeds.contract import Dialect
from inventory.feeds.profiles import DELIMITED, read_profile

CANONICAL = "canonical"


@dataclass(frozen=True)
class LineForm:
    """How the lines of a feed are written.

    TABLE: cells between `delimiter`s, under a header; JSON: an object a line; TEXT: neither. The first
    `header_lines` lines that are not blank say what the others mean.
    """

    kind: Literal["TABLE", "JSON", "TEXT"]
    encoding: str = "utf-8"
    delimiter: str = ""
    header_lines: int = 0

    def encoded(self, texts: Iterator[str]) -> Iterator[bytes]:
        """Lines in the feed's encoding. Raises UnicodeEncodeError for what it cannot write."""
        encoder = codecs.getincrementalencoder(self.encoding)("strict")
        for text in texts:
            yield encoder.encode(f"{text}\n")

    def writable(self, text: str) -> str:
        """The text with question marks for what the encoding has no sign for."""
        return text.encode(self.encoding, "replace").decode(self.encoding)


def line_form(
    kind: str, declared: Mapping[str, object], *, dialects: Mapping[str, Dialect]
) -> LineForm | None:
    """How a source writes its lines; None where lines of it cannot stand alone (EDI, XML, workbooks).

    Raises FeedRefused("bad_profile").
    """
    if kind == "PROMOTIONS":
        return LineForm("TABLE", str(declared.get("encoding", "utf-8")), "\t", 1)
    profile = read_profile(kind, declared, dialects=dialects)
    if profile.format == DELIMITED:
        return LineForm("TABLE", profile.encoding, profile.delimiter, 1)
    dialect = dialects[profile.format]
    if not dialect.is_line_oriented:
        return None
    header_lines = dialect.header_lines(profile)
    if header_lines:
        return LineForm("TABLE", profile.encoding, profile.delimiter, header_lines)
    return LineForm("JSON" if "json" in profile.format else "TEXT", profile.encoding)


def header_of(file: FeedFile, form: LineForm) -> list[str]:
    """The lines that say what the others mean, blank ones before them left out."""
    found: list[str] = []
    if form.header_lines:
        for _number, text in file.lines():
            if text.strip():
                found.append(text)
            if len(found) == form.header_lines:
                break
    return found


def lines_at(file: FeedFile, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The lines of these numbers in their order, without line end; numbers the file has not are left out.

    Raises FeedRefused as reading the file for the first time does.
    """
    wanted = np.unique(np.asarray(numbers, np.int64))
    for block in file.blocks():
        after = block.first_line + block.line_ends + (not block.text.endswith(b"\n"))
        first, last = np.searchsorted(wanted, [block.first_line, after])
        if first != last:
            texts = block.text.decode("utf-8").split("\n")
            for number in wanted[first:last].tolist():
                yield number, texts[number - block.first_line].removesuffix("\r")
        if last == len(wanted):
            return
