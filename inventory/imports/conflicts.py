"""Lines that contradict another line or an earlier file: found after parsing, so their text is read once more."""

import csv
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from inventory.feeds.blocks import FeedFile, visible
from inventory.feeds.profiles import Profile
from inventory.feeds.records import Int32s, Rejected
from inventory.feeds.tables import Header, read_header, split_line
from inventory.imports.rejects import RejectLog


class ConflictLog(Protocol):
    """Where the loaders report lines that contradict another, whatever the format."""

    def among_lines(self, lines: Int32s, groups: npt.NDArray[np.int64]) -> None: ...

    def with_earlier(self, lines: Int32s) -> None: ...

    def reject(self, rejects: RejectLog) -> None: ...


@dataclass
class Conflicts:
    """The contradicting lines of one file; `field_name` is the field whose value the sentence quotes.

    `among` and `earlier` are the codes of a line that contradicts another one of its file or an earlier file.
    """

    file: FeedFile
    profile: Profile
    field_name: str
    among: str
    earlier: str
    # Line numbers, and beside each another line that says otherwise, 0 for one of an earlier file.
    found: list[tuple[Int32s, Int32s]] = field(default_factory=list)

    def among_lines(self, lines: Int32s, groups: npt.NDArray[np.int64]) -> None:
        """Lines of one file that share a key and differ: `groups` ascending, equal for the same key."""
        order = np.lexsort((lines, groups))
        lines, groups = lines[order], groups[order]
        starts = np.flatnonzero(np.diff(groups, prepend=-1))
        others = np.repeat(lines[starts], np.diff(starts, append=len(lines)))
        others[starts] = lines[starts + 1]
        self.found.append((lines, others))

    def with_earlier(self, lines: Int32s) -> None:
        """Lines whose key an earlier file used with other content."""
        if len(lines):
            self.found.append((lines, np.zeros(len(lines), np.int32)))

    def reject(self, rejects: RejectLog) -> None:
        """Hand all of them over with their text."""
        if not self.found:
            return
        lines, others = (np.concatenate(column) for column in zip(*self.found, strict=True))
        order = np.argsort(lines)
        lines, others = lines[order], others[order]
        header: Header | None = None
        for block in self.file.blocks():
            if header is None:
                header = read_header(block.text.partition(b"\n")[0].decode("utf-8"), self.profile)
            part = slice(*np.searchsorted(lines, [block.first_line, block.first_line + block.line_ends + 1]))
            if len(lines[part]):
                texts = block.text.decode("utf-8").split("\n")
                rejects.add(
                    self._rejected(line, other, texts[line - block.first_line], header)
                    for line, other in zip(lines[part].tolist(), others[part].tolist(), strict=True)
                )

    def _rejected(self, line: int, other: int, raw: str, header: Header) -> Rejected:
        place = header.places[self.field_name]
        try:
            value = split_line(raw, header.delimiter)[place]
        except csv.Error:
            value = raw
        if other:
            told = f"but line {other} says otherwise for the same key; none of them was used."
        else:
            told = "but an earlier file said otherwise for the same key; what stood stays."
        name = header.names[place]
        message = f'Line {line}: {name} is "{visible(value)}", {told}'
        return Rejected(
            line, self.among if other else self.earlier, message, visible(raw), field_name=name[:64]
        )
