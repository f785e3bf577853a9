"""Notes of a run: what was odd and used all the same, counted by code with the first few lines."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from inventory.feeds.facts import Note
from inventory.feeds.records import Noted, told_text

LINES_KEPT = 5


@dataclass
class _Noted:
    message: str
    count: int = 0
    lines: list[int] = field(default_factory=list)


@dataclass
class NoteLog:
    """However many lines are noted, it stays as small as the number of codes."""

    _by_code: dict[str, _Noted] = field(default_factory=dict)

    def add(self, *, code: str, message: str, line_number: int = 0, count: int = 1) -> None:
        """One more for a code; the first message stands for all. Line 0 is the document as a whole."""
        noted = self._by_code.setdefault(code, _Noted(told_text(message)))
        noted.count += count
        if line_number and len(noted.lines) < LINES_KEPT:
            noted.lines.append(line_number)

    def add_all(self, notes: Iterable[Note]) -> None:
        """Notes as readers yield them."""
        for note in notes:
            self.add(code=note.code, message=note.message, line_number=note.line_number)

    def add_counted(self, notes: Iterable[Noted]) -> None:
        """Notes that stand for many lines each, as the readers of columns give them."""
        for noted in notes:
            for line in noted.line_numbers:
                self.add(code=noted.code, message=noted.message, line_number=line)
            self._by_code[noted.code].count += noted.count - len(noted.line_numbers)

    def as_json(self) -> list[dict[str, object]]:
        """For FeedRun.notes."""
        return [
            {"code": code, "message": noted.message, "count": noted.count, "lines": noted.lines}
            for code, noted in self._by_code.items()
        ]
