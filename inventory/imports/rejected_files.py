"""Rejected lines as a file in the format they came in, for a spreadsheet or an editor, and that file back again.

Tables get two more columns, `line` and `reason`; JSON objects two more keys, `_line` and `_reason` (facts of one line
are told apart by `_part`). Rows of a workbook are delimited text, which every spreadsheet opens.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inventory.feeds.blocks import UTF8_MARK
from inventory.feeds.originals import Original, encoded
from inventory.feeds.rows import joined
from inventory.feeds.spreadsheets import neutral, restored
from inventory.imports.quarantine import FILE_NOT_KEPT, CannotReplay, original_of, replay_lines
from inventory.imports.receiving import Readable
from inventory.models import FeedRun, RejectedRow
from inventory.models.quarantine import RejectedRowQuerySet

FIXES_LIMIT = 20 * 2**20
TOLD_LIMIT = 20
OWN_COLUMNS = ["line", "reason"]


@dataclass(frozen=True)
class RejectedFile:
    """What is downloaded: the content in pieces, its media type and the end of its name."""

    pieces: Iterator[bytes]
    content_type: str
    suffix: str


def rejected_file(*, run: FeedRun, rows: RejectedRowQuerySet) -> RejectedFile:
    """These lines of the run with their reasons; what was noted of them where the file's bytes are not kept.

    Raises CannotReplay when the file cannot be read by the source's profile.
    """
    try:
        original = original_of(run)
    except CannotReplay as problem:
        if problem.code != FILE_NOT_KEPT:
            raise
        return RejectedFile(encoded(_noted(rows), "utf-8-sig"), "text/csv; charset=utf-8", ".csv")
    if original is None:
        return RejectedFile(_records(rows), "application/x-ndjson", ".jsonl")
    reasons: dict[int, list[str]] = {}
    for number, message in rows.order_by("line_number", "part").values_list("line_number", "message"):
        reasons.setdefault(number, []).append(message)
    if original.kind == "JSON":
        lines = _objects_with_reasons(original, reasons)
        return RejectedFile(encoded(lines, "utf-8"), "application/x-ndjson", ".jsonl")
    sheet = Sheet.of(original, list(reasons))
    encoding = "utf-8-sig" if original.encoding == "utf-8" else original.encoding
    kind, suffix = (
        ("text/csv", ".csv") if original.delimiter in ",;" else ("text/tab-separated-values", ".tsv")
    )
    pieces = encoded(sheet.lines_with_reasons(reasons), encoding)
    return RejectedFile(pieces, f"{kind}; charset={original.encoding}", suffix)


def _objects_with_reasons(original: Original, reasons: Mapping[int, list[str]]) -> Iterator[str]:
    for number, text in original.lines(list(reasons)):
        yield _json_with(text, number, " ".join(reasons[number]))


def _noted(rows: RejectedRowQuerySet) -> Iterator[str]:
    """A table of number, code, sentence and the beginning of the line."""
    yield joined(["line", "code", "reason", "raw"], ",")
    found = rows.order_by("line_number", "part").values_list("line_number", "code", "message", "raw")
    for number, code, message, raw in found.iterator(chunk_size=2000):
        yield joined([str(number), code, neutral(message), neutral(raw)], ",")


def _records(rows: RejectedRowQuerySet) -> Iterator[bytes]:
    found = rows.order_by("line_number", "part").values_list(
        "line_number", "part", "message", "raw", "record"
    )
    for line, part, message, raw, record in found.iterator(chunk_size=2000):
        told = {"_line": line, "_part": part, "_reason": message}
        fact = record if record is not None else {"_raw": raw}
        yield (json.dumps({**fact, **told}, ensure_ascii=False) + "\n").encode()


@dataclass(frozen=True)
class Sheet:
    """Lines of one file as a table.

    `header` are the cells above them, as many as the longest line has; `titles` are header lines before the last.
    """

    original: Original
    titles: tuple[str, ...]
    header: tuple[str, ...]

    @classmethod
    def of(cls, original: Original, numbers: Sequence[int]) -> "Sheet":
        """The table that has room for these lines."""
        *titles, names = original.header()
        header = _cells(names, original.delimiter, width=0)
        lengths = (
            len(_cells(text, original.delimiter, width=1)) for _number, text in original.lines(numbers)
        )
        header += [""] * (max(lengths, default=0) - len(header))
        return cls(original, tuple(titles), tuple(header))

    def lines_with_reasons(self, reasons: Mapping[int, list[str]]) -> Iterator[str]:
        """The table's lines, header first."""
        for title in self.titles:
            yield self._line(_cells(title, self.original.delimiter, width=1))
        yield self._line([*self.header, *OWN_COLUMNS])
        for number, text in self.original.lines(list(reasons)):
            reason = " ".join(reasons[number])
            writable = reason.encode(self.original.encoding, "replace").decode(self.original.encoding)
            yield self._line([*self._cells(text), str(number), writable])

    def _cells(self, text: str) -> list[str]:
        cells = _cells(text, self.original.delimiter, width=len(self.header))
        return cells + [""] * (len(self.header) - len(cells))

    def _line(self, cells: Sequence[str]) -> str:
        return joined([neutral(cell) for cell in cells], self.original.delimiter)


def _cells(text: str, delimiter: str, *, width: int) -> list[str]:
    """A line's cells; one that cannot be split stands whole in the first of them."""
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return [text] + [""] * (width - 1)
    return rows[0] if len(rows) == 1 else [text] + [""] * (width - 1)


def _json_with(text: str, number: int, reason: str) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    fact = value if isinstance(value, dict) else {"_raw": text}
    return json.dumps({**fact, "_line": number, "_reason": reason}, ensure_ascii=False)


@dataclass
class Fixes:
    """A file of mended lines: the new text by (line number, part; None: all parts), and what is wrong with it."""

    texts: dict[tuple[int, int | None], str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Uploaded:
    """What became of a file of mended lines: the new run if any line was sent in, and what is to be said."""

    replay: FeedRun | None
    lines: int
    told: tuple[str, ...]


def replay_upload(*, run: FeedRun, content: Readable, member_id: int | None, now: datetime) -> Uploaded:
    """Send in the lines of a downloaded and mended file; only lines of this run that wait, each once.

    Lines that are none of them are told, not guessed. The caller rings the loader. Raises CannotReplay.
    """
    data = content.read(FIXES_LIMIT + 1)
    if len(data) > FIXES_LIMIT:
        raise CannotReplay(
            "too_large", f"The file has more than {FIXES_LIMIT:,} bytes; send it in several parts."
        )
    fixes = _read_fixes(run, data)
    texts, told = _matched(run, fixes)
    replay = None
    if texts:
        rows = RejectedRow.objects.with_keys(texts)
        replay = replay_lines(run=run, rows=rows, texts=texts, member_id=member_id, now=now)
    if len(told) > TOLD_LIMIT:
        told = [*told[:TOLD_LIMIT], f"… and {len(told) - TOLD_LIMIT:,} more."]
    return Uploaded(replay, replay.replayed_rows.count() if replay else 0, tuple(told))


def _matched(run: FeedRun, fixes: Fixes) -> tuple[dict[int, str], list[str]]:
    """The mended texts by row id, and what is to be said of the others."""
    by_line: dict[int, list[tuple[int, int, str]]] = {}
    lines = {line for line, _part in fixes.texts}
    found = run.rejected_rows.values_list("pk", "line_number", "part", "state")
    for pk, number, own, state in found.iterator(chunk_size=2000):
        if number in lines:
            by_line.setdefault(number, []).append((pk, own, state))
    texts, told = {}, fixes.told
    for (line, part), text in fixes.texts.items():
        mine = [(pk, state) for pk, own, state in by_line.get(line, []) if part in (None, own)]
        waiting = [pk for pk, state in mine if state == RejectedRow.State.WAITING]
        if not mine:
            told.append(f"Line {line} is none of this file's rejected lines.")
        elif not waiting:
            told.append(f"Line {line} was sent in again or given up before.")
        texts.update(dict.fromkeys(waiting, text))
    return texts, told


def _read_fixes(run: FeedRun, data: bytes) -> Fixes:
    original = original_of(run)
    if original is None or original.kind == "JSON":
        return _json_fixes(_decoded(data, "utf-8"), has_parts=original is None)
    sheet = Sheet.of(original, list(run.rejected_rows.values_list("line_number", flat=True)))
    return _table_fixes(_decoded(data, original.encoding), sheet)


def _decoded(data: bytes, encoding: str) -> str:
    """Spreadsheets write UTF-8 with its mark, or what the feed is written in."""
    encoding = "utf-8-sig" if data.startswith(UTF8_MARK) else encoding
    try:
        return data.decode(encoding).removeprefix("\ufeff").replace("\0", "")
    except UnicodeDecodeError as error:
        raise CannotReplay(
            "encoding", f"Byte {error.start + 1} of the file is nothing in {encoding}."
        ) from error


def _json_fixes(text: str, *, has_parts: bool) -> Fixes:
    fixes = Fixes()
    for place, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CannotReplay(
                "bad_json", f"Line {place} of the file is not valid JSON ({error})."
            ) from error
        if not isinstance(value, dict) or type(value.get("_line")) is not int:
            raise CannotReplay(
                "no_line_number", f'Line {place} of the file has no "_line"; expected a number.'
            )
        number, part = value.pop("_line"), value.pop("_part", 0)
        value.pop("_reason", None)
        whole = value.pop("_raw", None)
        if whole is None:
            fixes.texts[number, part if has_parts else None] = json.dumps(value, ensure_ascii=False)
        elif has_parts:
            fixes.told.append(f'Line {number} still has its "_raw": write what it should say in its place.')
        else:
            fixes.texts[number, None] = str(whole)
    return fixes


def _table_fixes(text: str, sheet: Sheet) -> Fixes:
    width = len(sheet.header)
    fixes = Fixes()
    for place, cells in _table(text, sheet):
        number = cells[width].strip() if len(cells) > width else ""
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            fixes.told.append(f'Row {place} of the file has "{number}" as its line; expected a number.')
            continue
        own = [restored(cell) for cell in cells[:width]]
        fixes.texts[int(number), None] = _line_of(own, sheet)
    return fixes


def _line_of(cells: list[str], sheet: Sheet) -> str:
    """The line that these cells are, in the feed's own way."""
    names = sum(1 for name in sheet.header if name)
    while len(cells) > max(names, 1) and not cells[-1]:
        cells = cells[:-1]
    delimiter = sheet.original.delimiter
    if len(sheet.header) > 1 and not any(cells[1:]) and delimiter in cells[0]:
        return cells[0]  # a line that could not be split stands whole in the first cell
    return joined(cells, delimiter)


def _table(text: str, sheet: Sheet) -> list[tuple[int, list[str]]]:
    """The numbered rows below the header. A spreadsheet may have chosen another delimiter than the feed's."""
    wanted = [_folded(name) for name in (*sheet.header, *OWN_COLUMNS)]
    for delimiter in dict.fromkeys((sheet.original.delimiter, ";", ",", "\t", "|")):
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        for place, cells in enumerate(rows):
            if [_folded(restored(cell)) for cell in cells][: len(wanted)] == wanted:
                return [(n, row) for n, row in enumerate(rows[place + 1 :], start=place + 2) if any(row)]
    raise CannotReplay(
        "unknown_header",
        "The file has not the columns it was downloaded with; expected "
        + ", ".join(f'"{name}"' for name in (*sheet.header, *OWN_COLUMNS))
        + ".",
    )


def _folded(name: str) -> str:
    return name.strip(" \t\ufeff").casefold()
