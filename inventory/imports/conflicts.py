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

_LINES_NAMED = 3


class ConflictLog(Protocol):
    """Where the loaders report lines that contradict another, whatever the format."""

    def among_lines(self, lines: Int32s, groups: npt.NDArray[np.int64]) -> None: ...

    def with_earlier(self, lines: Int32s) -> None: ...

    def reject(self, rejects: RejectLog) -> None: ...


@dataclass
class Conflicts:
    """The contradicting lines of one file; `field_name` is the field whose value the sentence quotes."""

    file: FeedFile
    profile: Profile
    field_name: str
    found: dict[int, tuple[str, str]] = field(default_factory=dict)

    def among_lines(self, lines: Int32s, groups: npt.NDArray[np.int64]) -> None:
        """Lines of one file that share a key and differ: `groups` ascending, equal for the same key."""
        starts = np.flatnonzero(np.diff(groups, prepend=-1))
        for part in np.split(lines, starts[1:]):
            together = sorted(part.tolist())
            for line in together:
                others = [other for other in together if other != line][:_LINES_NAMED]
                told = f"but line {' and line '.join(map(str, others))} says otherwise for the same key"
                self.found[line] = ("conflicting_lines", f"{told}; none of them was used.")

    def with_earlier(self, lines: Int32s) -> None:
        """Lines whose key an earlier file used with other content."""
        told = "but an earlier file said otherwise for the same key; what stood stays."
        self.found.update((line, ("conflicting_repeat", told)) for line in lines.tolist())

    def reject(self, rejects: RejectLog) -> None:
        """Hand all of them over with their text."""
        if not self.found:
            return
        wanted = np.array(sorted(self.found))
        header: Header | None = None
        for block in self.file.blocks():
            texts = block.text.decode("utf-8").split("\n")
            if header is None:
                header = read_header(texts[0], self.profile)
            first, last = np.searchsorted(wanted, [block.first_line, block.first_line + len(texts)])
            rejects.add(
                self._rejected(int(line), texts[int(line) - block.first_line], header)
                for line in wanted[first:last]
            )

    def _rejected(self, line: int, raw: str, header: Header) -> Rejected:
        code, told = self.found[line]
        place = header.places[self.field_name]
        try:
            value = split_line(raw, header.delimiter)[place]
        except csv.Error:
            value = raw
        return Rejected(
            line, code, f'Line {line}: {header.names[place]} is "{visible(value)}", {told}', visible(raw)
        )
