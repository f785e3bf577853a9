"""Rejected lines on their way to the database: counted at once, kept on disk, written by one COPY."""

import json
from collections import Counter
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

from inventory.feeds.records import FeedRefused, Rejected
from inventory.imports.copying import raw_cursor

_IN_MEMORY = 4 * 2**20
STORES_NAMED = 200


class RejectLog:
    """The rejected lines of one run. A file of nothing but bad lines must not fill the worker's memory."""

    def __init__(self) -> None:
        self.count = 0
        self.codes: Counter[str] = Counter()
        self.unknown_stores: dict[str, None] = {}  # the first ones, in the order they came
        self._spool = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  (closed by __exit__)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._spool.close()

    def add(self, rejected: Iterable[Rejected]) -> None:
        for line in rejected:
            self._spool.write(json.dumps(_as_row(line)).encode() + b"\n")
            self.count += 1
            self.codes[line.code] += 1
            if line.code == "unknown_store" and len(self.unknown_stores) < STORES_NAMED:
                self.unknown_stores[line.unknown_code] = None

    def check_partner(self, *, received: int) -> None:
        """A file all of whose lines name unknown stores was meant for somebody else. Raises FeedRefused."""
        if not self.count or self.codes["unknown_store"] != received:
            return
        named = ", ".join(f'"{store}"' for store in list(self.unknown_stores)[:5])
        raise FeedRefused(
            "wrong_partner",
            f"No line names a store we know; the file speaks of {named}. Map them, or it was misdirected.",
            facts={"unknown_stores": list(self.unknown_stores)},
        )

    def write(self, *, run_id: int) -> None:
        """All lines into inventory_rejectedrow, in the caller's transaction."""
        if not self.count:
            return
        self._spool.seek(0)
        columns = "run_id, line_number, part, code, message, raw, field, unknown_code, record"
        with (
            raw_cursor() as cursor,
            cursor.copy(f"COPY inventory_rejectedrow ({columns}) FROM STDIN") as copy,
        ):
            for line in self._spool:
                copy.write_row((run_id, *json.loads(line)))


def _as_row(line: Rejected) -> list[object]:
    record = None if line.record is None else json.dumps(line.record)
    return [
        line.line_number, line.part, line.code, line.message, line.raw, line.field_name, line.unknown_code, record,
    ]  # fmt: skip
