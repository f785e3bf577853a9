"""The facts of a document on disk, so that a line can be told about after parsing without keeping all in memory."""

import json
from array import array
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from inventory.feeds.blocks import visible
from inventory.feeds.canonical import as_record
from inventory.feeds.facts import Fact
from inventory.feeds.records import Int32s, Rejected, told_text
from inventory.imports.rejects import RejectLog

_IN_MEMORY = 8 * 2**20
_LINES_NAMED = 3


class FactSpool:
    """Every fact that was read, by its number from 0; `keeps_records` where raw lines cannot be sent in again."""

    def __init__(self, *, keeps_records: bool) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  (closed by __exit__)
        self._starts = array("q")
        self._keeps_records = keeps_records

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, fact: Fact) -> int:
        """Keep a fact; its number."""
        record = as_record(fact) if self._keeps_records else None
        self._starts.append(self._file.tell())
        self._file.write(
            json.dumps([fact.line_number, fact.part, visible(fact.raw), record]).encode() + b"\n"
        )
        return len(self._starts) - 1

    def rejected(self, number: int, *, code: str, told: str, field: str = "", unknown: str = "") -> Rejected:
        """The fact of that number as a rejected line; `told` is the sentence after "Line n:"."""
        self._file.seek(self._starts[number])
        line, part, raw, record = json.loads(self._file.readline())
        self._file.seek(0, 2)
        return Rejected(line, code, told_text(f"Line {line}: {told}"), raw, part, field, unknown, record)

    def records(self) -> Iterator[dict[str, Any]]:
        """Every fact as a record, in order; the raw texts stay behind."""
        self._file.seek(0)
        for line in self._file:
            _line, _part, _raw, record = json.loads(line)
            if record is not None:
                yield record
        self._file.seek(0, 2)

    def line_number(self, number: int) -> int:
        """Where in the document the fact of that number stands."""
        return self.rejected(number, code="", told="").line_number


class FactConflicts:
    """Contradicting facts of one document, by their number in the spool."""

    def __init__(self, spool: FactSpool, *, same_document: str, earlier: str) -> None:
        self._spool = spool
        self._codes = same_document, earlier
        self.found: dict[int, tuple[str, str]] = {}

    def among_lines(self, lines: Int32s, groups: npt.NDArray[np.int64]) -> None:
        """Facts that share a key and differ: `groups` ascending, equal for the same key."""
        starts = np.flatnonzero(np.diff(groups, prepend=-1))
        for part in np.split(lines, starts[1:]):
            numbers = sorted(part.tolist())
            for number in numbers:
                others = [other for other in numbers if other != number][:_LINES_NAMED]
                named = " and line ".join(str(self._spool.line_number(other)) for other in others)
                told = f"line {named} says otherwise for the same key; none of them was used."
                self.found[number] = (self._codes[0], told)

    def with_earlier(self, lines: Int32s) -> None:
        """Facts whose key an earlier document used with other content."""
        told = "an earlier document said otherwise for the same key; what stood stays until somebody decides."
        self.found.update((number, (self._codes[1], told)) for number in lines.tolist())

    def reject(self, rejects: RejectLog) -> None:
        """Hand all of them over with their text."""
        rejects.add(
            self._spool.rejected(number, code=code, told=told)
            for number, (code, told) in sorted(self.found.items())
        )
