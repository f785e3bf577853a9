"""Rejected lines as they stand on a page: the whole line to be mended, or the fields of the fact read from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inventory.imports.quarantine import CannotReplay, full_texts, original_of
from inventory.models import FeedRun, RejectedRow


@dataclass(frozen=True)
class Mendable:
    """One row: `text` is its whole line, `fields` (path, value) those of its fact; neither: it cannot be mended here.

    `problem` says why what was typed could not be sent in, `rejected_again` why it was not used after it was.
    """

    row: RejectedRow
    text: str | None
    fields: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    rejected_again: str = ""

    @property
    def can_be_sent(self) -> bool:
        return self.text is not None or bool(self.fields)


def mendable_rows(*, run: FeedRun, rows: list[RejectedRow]) -> list[Mendable]:
    """The rows of one page of a run."""
    waiting = [row for row in rows if row.state == RejectedRow.State.WAITING]
    texts: dict[int, str] = {}
    if waiting:
        try:
            original = original_of(run)
            texts = full_texts(original, waiting) if original else {}
        except CannotReplay:
            texts = {}
    again = rejected_again(rows)
    return [
        Mendable(
            row,
            texts.get(row.pk),
            tuple(leaves(row.record)) if row.record is not None else (),
            rejected_again=again.get(row.replay_id or 0, ""),
        )
        for row in rows
    ]


def rejected_again(rows: list[RejectedRow]) -> dict[int, str]:
    """Why lines that were sent in one at a time were not used, by the run of their replay."""
    replays = [row.replay_id for row in rows if row.replay and row.replay.rows_received == 1]
    found = RejectedRow.objects.filter(run__in=replays) if replays else []
    return {row.run_id: row.message.removeprefix(f"Line {row.line_number}: ") for row in found}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The single values of a fact with their paths: {"items": [{"code": "7"}]} has "items.0.code"."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from leaves(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from leaves(part, f"{path}.{place}")
    else:
        yield path, "" if value is None else str(value)


def with_leaves(value: Any, said: Mapping[str, str], path: str = "") -> Any:
    """The fact with new single values by path; numbers stay numbers where they are still written as such."""
    if isinstance(value, Mapping):
        return {
            key: with_leaves(part, said, f"{path}.{key}" if path else str(key)) for key, part in value.items()
        }
    if isinstance(value, list):
        return [with_leaves(part, said, f"{path}.{place}") for place, part in enumerate(value)]
    text = said.get(path)
    if text is None or text == ("" if value is None else str(value)):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and text.isascii() and text.isdigit():
        return int(text)
    return text
