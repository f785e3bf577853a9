"""Columns of a file's lines put aside store by store: a little in memory, the rest on disk.

A file of any length is read whole before anything of it is written, so its lines have to wait somewhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

IN_MEMORY = 16 * 2**20

Column = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where a part of a column is: in the file from `start` on, or it is `first`, `first + step`, …"""

    kind: np.dtype[Any]
    start: int = 0
    first: int = 0
    step: int | None = None


@dataclass
class StoreSpool:
    """Equal-length integer columns by store id. Values that are all the same or count up by one take no room.

    Use as a context; `take` gives a store's columns back once, in the order they were added.
    """

    in_memory: int = IN_MEMORY
    _file: "SpooledTemporaryFile[bytes]" = field(init=False)
    _parts: dict[int, list[tuple[int, tuple[_Kept, ...]]]] = field(default_factory=lambda: defaultdict(list))
    _lines: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    _end: int = 0

    def __post_init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=self.in_memory)  # noqa: SIM115  (closed by __exit__)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def include(self, stores: Iterable[int]) -> None:
        """Let stores wait with the others though there may be no line of them."""
        for store in stores:
            self._parts.setdefault(store, [])

    def stores(self) -> list[int]:
        """The stores that wait, ascending."""
        return sorted(self._parts)

    def batches(self, *, lines: int, stores: int) -> Iterator[list[int]]:
        """The waiting stores, about so many lines and at most so many stores at a time."""
        batch: list[int] = []
        waiting = 0
        for store in self.stores():
            batch.append(store)
            waiting += self._lines[store]
            if waiting >= lines or len(batch) >= stores:
                yield batch
                batch, waiting = [], 0
        if batch:
            yield batch

    def add_block(self, stores: npt.NDArray[np.int32], columns: Sequence[Column]) -> None:
        """Put the lines of one block aside; `stores` says whose each is."""
        if not len(stores):
            return
        if (stores[1:] < stores[:-1]).any():
            order = np.argsort(stores, kind="stable")
            stores, columns = stores[order], [column[order] for column in columns]
        starts = [0, *(np.flatnonzero(stores[1:] != stores[:-1]) + 1).tolist(), len(stores)]
        for start, end in pairwise(starts):
            self._add(int(stores[start]), [column[start:end] for column in columns])

    def _add(self, store: int, columns: Sequence[Column]) -> None:
        self._parts[store].append((len(columns[0]), tuple(self._keep(column) for column in columns)))
        self._lines[store] += len(columns[0])

    def _keep(self, column: Column) -> _Kept:
        first, last = int(column[0]), int(column[-1])
        if first == last and (column == first).all():
            return _Kept(column.dtype, first=first, step=0)
        if last - first == len(column) - 1 and (column[1:] - column[:-1] == 1).all():
            return _Kept(column.dtype, first=first, step=1)
        kept = _Kept(column.dtype, start=self._end)
        self._end += self._file.write(np.ascontiguousarray(column).data)
        return kept

    def take(self, store: int) -> list[Column]:
        """The store's columns; none at all where there is no line of it."""
        parts = [[self._read(kept, count) for kept in columns] for count, columns in self._parts.pop(store)]
        return (
            parts[0] if len(parts) == 1 else [np.concatenate(column) for column in zip(*parts, strict=True)]
        )

    def _read(self, kept: _Kept, count: int) -> Column:
        if kept.step == 0:
            return np.broadcast_to(kept.kind.type(kept.first), count)
        if kept.step == 1:
            return np.arange(kept.first, kept.first + count, dtype=kept.kind)
        self._file.seek(kept.start)
        return np.frombuffer(self._file.read(count * kept.kind.itemsize), kept.kind)
