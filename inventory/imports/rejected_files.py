"""Rejected lines as a file in the format they came in, for a spreadsheet or an editor, and that file back again.

Tables get two more columns, `line` and `reason`; JSON objects two more keys, `_line` and `_reason` (facts of one line
are told apart by `_part`); other lines stand in a table of `text`, `line` and `reason` between tabs.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inventory.feeds.blocks import UTF8_MARK
from inventory.feeds.originals import LineForm, header_of, lines_at
from inventory.feeds.spreadsheets import neutral, restored
from inventory.feeds.tables import split_line
from inventory.imports.quarantine import CannotReplay, form_of, original, replay_lines
from inventory.imports.receiving import Readable
from inventory.models import FeedRun, RejectedRow
from inventory.models.feeds import RejectedRowQuerySet

FIXES_LIMIT = 20 * 2**20
TOLD_LIMIT = 20
OWN_COLUMNS = ["line", "reason"]
_RECORDS = LineForm("JSON")
# A line's own text where its feed has no table: between tabs, as few texts hold one.
_TEXTS = LineForm("TABLE", delimiter="\t")


@dataclass(frozen=True)
class RejectedFile:
    """What is downloaded: the content in pieces, its media type and the end of its name."""

    pieces: Iterator[bytes]
    content_type: str
    suffix: str


def rejected_file(*, run: FeedRun, rows: RejectedRowQuerySet) -> RejectedFile:
    """These lines of the run with their reasons. Raises CannotReplay when the file's bytes are not kept."""
    form = form_of(run)
    if form is None:
        return RejectedFile(_records(rows), "application/x-ndjson; charset=utf-8", ".jsonl")
    sheet = Sheet.of(run, form, rows)
    lines = sheet.lines_with_reasons(rows)
    if form.kind == "JSON":
        return RejectedFile(form.encoded(lines), "application/x-ndjson", ".jsonl")
    kind = "text/csv" if sheet.form.delimiter in ",;" else "text/tab-separated-values"
    suffix = ".csv" if kind == "text/csv" else ".tsv"
    return RejectedFile(_marked(sheet.form, lines), f"{kind}; charset={sheet.form.encoding}", suffix)


def _marked(form: LineForm, lines: Iterator[str]) -> Iterator[bytes]:
    """With the mark by which spreadsheets know UTF-8."""
    if form.encoding == "utf-8":
        yield UTF8_MARK
    yield from form.encoded(lines)


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
    """The rejected lines of one run as a table, or as JSON lines.

    `header` are the cells above them, as many as the longest line has; `titles` are header lines before the last.
    """

    run: FeedRun
    form: LineForm
    titles: tuple[str, ...]
    header: tuple[str, ...]

    @property
    def is_text(self) -> bool:
        """Whether the first column holds whole lines, because the feed itself has no cells."""
        return self.form.header_lines == 0

    @classmethod
    def of(cls, run: FeedRun, form: LineForm, rows: RejectedRowQuerySet) -> "Sheet":
        """Raises CannotReplay when the file's bytes are not kept."""
        file = original(run, form)
        if form.kind == "JSON":
            return cls(run, form, (), ())
        if form.kind == "TEXT":
            return cls(run, LineForm("TABLE", form.encoding, _TEXTS.delimiter), (), ("text",))
        *titles, names = header_of(file, form)
        header = _cells(names, form.delimiter, width=0)
        numbers = list(rows.values_list("line_number", flat=True))
        width = max(
            (len(_cells(text, form.delimiter, width=1)) for _number, text in lines_at(file, numbers)),
            default=0,
        )
        header += [""] * (width - len(header))
        return cls(run, form, tuple(titles), tuple(header))

    def lines_with_reasons(self, rows: RejectedRowQuerySet) -> Iterator[str]:
        """The file's lines, header first."""
        reasons: dict[int, list[str]] = {}
        for number, message in rows.order_by("line_number", "part").values_list("line_number", "message"):
            reasons.setdefault(number, []).append(message)
        if self.form.kind != "JSON":
            for title in self.titles:
                yield self._line(_cells(title, self.form.delimiter, width=1))
            yield self._line([*self.header, *OWN_COLUMNS])
        for number, text in lines_at(original(self.run, self.form), list(reasons)):
            reason = self.form.writable(" ".join(reasons[number]))
            if self.form.kind == "JSON":
                yield _json_with(text, number, reason)
            else:
                yield self._line([*self._cells(text), str(number), reason])

    def _cells(self, text: str) -> list[str]:
        if self.is_text:
            return [text]
        cells = _cells(text, self.form.delimiter, width=len(self.header))
        return cells + [""] * (len(self.header) - len(cells))

    def _line(self, cells: Sequence[str]) -> str:
        return written([neutral(cell) for cell in cells], self.form.delimiter)


def _cells(text: str, delimiter: str, *, width: int) -> list[str]:
    """A line's cells; one that cannot be split stands whole in the first of them."""
    try:
        return split_line(text, delimiter)
    except csv.Error:
        return [text] + [""] * (width - 1)


def written(cells: Sequence[str], delimiter: str) -> str:
    """One line of a table, quoted where it must be."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="").writerow(cells)
    return line.getvalue()


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
        rows = RejectedRow.objects.filter(pk__in=texts)
        replay = replay_lines(run=run, rows=rows, texts=texts, member_id=member_id, now=now)
    if len(told) > TOLD_LIMIT:
        told = [*told[:TOLD_LIMIT], f"… and {len(told) - TOLD_LIMIT:,} more."]
    return Uploaded(replay, replay.replayed_rows.count() if replay else 0, tuple(told))


def _matched(run: FeedRun, fixes: Fixes) -> tuple[dict[int, str], list[str]]:
    """The mended texts by row id, and what is to be said of the others."""
    by_line: dict[int, list[tuple[int, int, str]]] = {}
    lines = {line for line, _part in fixes.texts}
    found = RejectedRow.objects.filter(run=run, line_number__in=lines)
    for pk, number, own, state in found.values_list("pk", "line_number", "part", "state"):
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
    form = form_of(run)
    if form is None or form.kind == "JSON":
        return _json_fixes(_decoded(data, form or _RECORDS), has_parts=form is None)
    sheet = Sheet.of(run, form, RejectedRow.objects.filter(run=run))
    return _table_fixes(_decoded(data, sheet.form), sheet)


def _decoded(data: bytes, form: LineForm) -> str:
    """Spreadsheets write UTF-8 with its mark, or what the feed is written in."""
    encoding = "utf-8-sig" if data.startswith(UTF8_MARK) else form.encoding
    try:
        return data.decode(encoding).replace("\0", "")
    except UnicodeDecodeError as error:
        raise CannotReplay(
            "wrong_encoding", f"Byte {error.start + 1} of the file is nothing in {encoding}."
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
    alone = len(sheet.header) > 1 and not any(cells[1:]) and sheet.form.delimiter in cells[0]
    if sheet.is_text or alone:  # a line that could not be split stands whole in the first cell
        return cells[0]
    return written(cells, sheet.form.delimiter)


def _table(text: str, sheet: Sheet) -> list[tuple[int, list[str]]]:
    """The numbered rows below the header. A spreadsheet may have chosen another delimiter than the feed's."""
    wanted = [_folded(name) for name in (*sheet.header, *OWN_COLUMNS)]
    for delimiter in dict.fromkeys((sheet.form.delimiter, ";", ",", "\t", "|")):
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
