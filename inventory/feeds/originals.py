"""A received file whose lines can stand alone: single ones by their number, and the document made of some of them.

Three ways: physical lines of the "delimited" format; rows of a table, which may run over several lines or stand in
a workbook; JSON objects, a line or an array's element each. The number is the one rejected lines are told by.
"""

import codecs
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from inventory.feeds.blocks import UTF8_MARK, FeedFile
from inventory.feeds.contract import Dialect
from inventory.feeds.headers import TABLE_OPTIONS
from inventory.feeds.json_text import element_texts
from inventory.feeds.profiles import DELIMITED, Profile, read_profile
from inventory.feeds.records import FeedRefused
from inventory.feeds.rows import Row, container_of, read_rows

CANONICAL = "canonical"
_HEADER_ROWS = 24


@dataclass(frozen=True)
class Original:
    """The file and how its lines are written. `encoding` and `delimiter` are what it turned out to have.

    Reading it raises FeedRefused as it did the first time.
    """

    file: FeedFile
    kind: Literal["LINES", "ROWS", "JSON"]
    encoding: str
    delimiter: str = ""
    profile: Profile | None = None
    dialect: Dialect | None = None

    @property
    def replay_encoding(self) -> str:
        """What lines are written in to be sent in again; readers of rows know UTF-8 by its mark."""
        return "utf-8-sig" if self.kind == "ROWS" else self.encoding

    def header(self) -> list[str]:
        """The lines that say what the others mean."""
        if self.kind == "LINES":
            return [next((text for _number, text in self.file.lines() if text.strip()), "")]
        return self._header_rows() if self.kind == "ROWS" else []

    def lines(self, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        """The lines of these numbers in their order, whole; numbers the file has not are left out."""
        if self.kind == "LINES":
            return lines_at(self.file, numbers)
        return _chosen(self._rows() if self.kind == "ROWS" else self._objects(), numbers)

    def document(self, lines: Iterable[str]) -> Iterator[str]:
        """The lines of a document of these lines, as the source's reader takes it."""
        keys = [key for key in self._path.split(".") if key]
        if not keys:
            yield from self.header()
            yield from lines
            return
        yield "".join(f"{{{json.dumps(key)}: " for key in keys) + "["
        before = ""
        for line in lines:
            yield f"{before}{line}"
            before = ","
        yield "]" + "}" * len(keys)

    @property
    def is_one_value(self) -> bool:
        """Whether a line that is no JSON would spoil the whole document."""
        return bool(self._path)

    @property
    def _path(self) -> str:
        """Where in one JSON object the lines stand, by keys and dots."""
        return str(self.profile.options.get("rows") or "") if self.kind == "JSON" and self.profile else ""

    def _rows(self) -> Iterator[tuple[int, str]]:
        assert self.profile
        assert self.dialect
        for row in read_rows(self.file, self.profile, delimiters=self.dialect.delimiters):
            yield row.line_number, row.raw

    def _objects(self) -> Iterator[tuple[int, str]]:
        wrapped = "facts" if self.dialect and self.dialect.name == CANONICAL else ""
        return element_texts(self.file, rows=self._path, wrapped=wrapped)

    def _header_rows(self) -> list[str]:
        """The shortest beginning of the file in which the dialect's own reader finds its header."""
        assert self.profile
        assert self.dialect
        profile, rows = as_text(self.profile), []
        for row in read_rows(self.file, self.profile, delimiters=self.dialect.delimiters):
            if isinstance(row, Row):
                rows.append(row.raw)
            start = "".join(f"{text}\n" for text in rows).encode("utf-8-sig")
            beginning = FeedFile(lambda start=start: io.BytesIO(start), self.file.inflated_limit)  # type: ignore[misc]
            try:
                next(iter(self.dialect.read(beginning, profile)), None)
            except FeedRefused:
                if len(rows) > _HEADER_ROWS:
                    raise
            else:
                return rows
        return rows


def open_original(
    file: FeedFile, kind: str, declared: Mapping[str, object], *, dialects: Mapping[str, Dialect]
) -> Original | None:
    """The file of a source by its profile; None where its lines cannot stand alone (EDI, XML).

    `file.encoding` is set to the declared one. Raises FeedRefused for a profile or a file that cannot be used.
    """
    if kind == "PROMOTIONS":
        encoding = str(declared.get("encoding", "utf-8"))
        return Original(replace(file, encoding=encoding), "LINES", encoding, "\t")
    profile = read_profile(kind, declared, dialects=dialects)
    file = replace(file, encoding=profile.encoding)
    if profile.format == DELIMITED:
        return Original(file, "LINES", profile.encoding, profile.delimiter, profile)
    dialect = dialects[profile.format]
    if not dialect.is_line_oriented:
        return None
    if TABLE_OPTIONS.keys() <= dialect.options.keys():
        found = container_of(file, profile, dialect.delimiters)
        return Original(file, "ROWS", found.encoding, found.delimiter, profile, dialect)
    return Original(file, "JSON", "utf-8", "", profile, dialect)


def as_text(profile: Profile) -> Profile:
    """The profile for rows that are no longer in their workbook."""
    return replace(profile, options={**profile.options, "sheet": None, "container": None})


def lines_at(file: FeedFile, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The physical lines of these numbers, without line end. Only the blocks that hold one are taken apart."""
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


def _chosen(lines: Iterator[tuple[int, str]], numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
    wanted = set(numbers)
    for number, text in lines:
        if number in wanted:
            yield number, text
            wanted.discard(number)
        if not wanted:
            return


def encoded(lines: Iterable[str], encoding: str) -> Iterator[bytes]:
    """Lines as bytes. Raises UnicodeEncodeError for what the encoding cannot write."""
    if encoding == "utf-8-sig":
        yield UTF8_MARK
        encoding = "utf-8"
    encoder = codecs.getincrementalencoder(encoding)("strict")
    for text in lines:
        yield encoder.encode(f"{text}\n")
