"""Quarantine: rejected lines are sent in again, as they came or mended, or given up. Each line once.

What is sent in again is a document of its own, in the format the lines came in, loaded like any other file. Lines
that are rejected again stand in the quarantine of that document's run.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path, PurePath
from tempfile import SpooledTemporaryFile

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from inventory.feeds.blocks import FeedFile
from inventory.feeds.dialects import DIALECTS
from inventory.feeds.originals import CANONICAL, Original, encoded, open_original
from inventory.feeds.records import FeedRefused
from inventory.imports.receiving import keep_content
from inventory.models import FeedRun, RejectedRow
from inventory.models.quarantine import RejectedRowQuerySet

_IN_MEMORY = 4 * 2**20
FILE_NOT_KEPT = "file_not_kept"


class CannotReplay(Exception):
    """These lines cannot be sent in again like this. `message` tells the person why, and what would help."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def original_of(run: FeedRun) -> Original | None:
    """The run's file as it arrived; None where only the facts read from it can be sent in again.

    Raises CannotReplay when its bytes are not kept, or the source's profile does not fit them any more.
    """
    if not run.keeps_raw:
        return None
    path = Path(run.file.path) if run.file else None
    if path is None or not path.is_file():
        raise CannotReplay(FILE_NOT_KEPT, "The file's bytes are not kept any more: it has to be sent again.")
    file = FeedFile(lambda: path.open("rb"), settings.FEED_MAX_INFLATED_BYTES)
    if run.document_format == CANONICAL:
        return Original(file, "JSON", "utf-8", dialect=DIALECTS[CANONICAL])
    try:
        return open_original(file, run.source.kind, run.source.profile, dialects=DIALECTS)
    except FeedRefused as refusal:
        raise CannotReplay(refusal.code, refusal.message) from refusal


def replay_lines(
    *,
    run: FeedRun,
    rows: RejectedRowQuerySet,
    texts: Mapping[int, str] | None = None,
    member_id: int | None,
    now: datetime,
) -> FeedRun | None:
    """Send these rejected lines of a run in again; None when none of them waits any more.

    `texts` are mended lines by the row's id. The caller rings the loader. Raises CannotReplay; nothing has
    happened then.
    """
    original = original_of(run)
    chosen = rows.filter(run=run).waiting()
    if (
        original is None
    ):  # what could not even be read as a fact goes in only when somebody has written the fact
        chosen = chosen.filter(record__isnull=False) | chosen.with_keys(texts or ())
    with ExitStack() as undo:
        with transaction.atomic():
            mine = dict(
                chosen.order_by("pk").select_for_update(of=("self",)).values_list("pk", "line_number")
            )
            if not mine:
                return None
            mended = {pk: text for pk, text in (texts or {}).items() if pk in mine}
            lines = _own_lines(original, mine, mended) if original else _facts(chosen, mended)
            replay = _replay_of(
                run,
                len(mine),
                is_canonical=original is None or run.document_format == CANONICAL,
                member_id=member_id,
                now=now,
            )
            _keep(replay, lines, original.replay_encoding if original else "utf-8", now)
            undo.callback(replay.file.delete, save=False)
            replay.save(force_insert=True)
            # They are locked; that they still wait is asked again by the statement itself.
            sent = chosen.update(state=RejectedRow.State.REPLAYED, replay=replay)
            assert sent == len(mine)
        undo.pop_all()
    return replay


def _replay_of(
    run: FeedRun, lines: int, *, is_canonical: bool, member_id: int | None, now: datetime
) -> FeedRun:
    stem = PurePath(run.file_name).name[:200]
    return FeedRun(
        source=run.source,
        replay_of_id=run.replay_of_id or run.pk,
        file_name=f"{stem} ({lines} line{'s' if lines != 1 else ''} again)",
        # Where lines carry no time of their own, they are as old as on the first day.
        file_as_of=run.file_as_of or run.received_at,
        document_format=CANONICAL if is_canonical else "",
        decided_by_id=member_id,
        received_at=now,
    )


def drop_lines(*, run: FeedRun, rows: RejectedRowQuerySet, member_id: int | None, now: datetime) -> int:
    """Give these lines of a run up for good; how many were still waiting."""
    return rows.filter(run=run).drop(member_id=member_id, now=now)


def full_texts(original: Original, rows: list[RejectedRow]) -> dict[int, str]:
    """Each row's whole line, as a person mends it, by the row's id."""
    try:
        found = dict(original.lines([row.line_number for row in rows]))
    except FeedRefused as refusal:
        raise CannotReplay(refusal.code, refusal.message) from refusal
    return {row.pk: found[row.line_number] for row in rows if row.line_number in found}


def _own_lines(original: Original, lines: Mapping[int, int], mended: Mapping[int, str]) -> Iterator[str]:
    """A document of the lines of these rows (line numbers by row id), mended ones in their new words."""
    fixed = {lines[pk]: _whole_line(original, lines[pk], text) for pk, text in mended.items()}
    try:
        found = original.lines(list(lines.values()))
        yield from original.document(fixed.get(number, text) for number, text in found)
    except FeedRefused as refusal:
        raise CannotReplay(refusal.code, refusal.message) from refusal


def _whole_line(original: Original, number: int, text: str) -> str:
    text = text.rstrip("\r\n")
    if "\0" in text or (original.kind != "ROWS" and ("\n" in text or "\r" in text)):
        raise CannotReplay("bad_text", f"Line {number}: a line break or NUL stands in it; expected one line.")
    if not text.strip():
        raise CannotReplay("bad_text", f"Line {number} is empty; give it up if it should not count.")
    if original.is_one_value:
        _object(number, text)
    if original.kind != "JSON" and _is_open(text, original.delimiter):
        raise CannotReplay("csv_quote", f"Line {number}: a quote is opened and not closed.")
    return text


def _is_open(text: str, delimiter: str) -> bool:
    """Whether the line would swallow those after it."""
    try:
        list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _facts(rows: RejectedRowQuerySet, mended: Mapping[int, str]) -> Iterator[str]:
    """The facts of these rows as JSON lines."""
    found = rows.order_by("line_number", "part").values_list("pk", "line_number", "record")
    for pk, line, record in found.iterator(chunk_size=2000):
        yield _json(_object(line, mended[pk]) if pk in mended else record)


def _json(record: object) -> str:
    return json.dumps(record, ensure_ascii=False)


def _object(line: int, text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CannotReplay("bad_json", f"Line {line} is not valid JSON ({error}).") from error
    if not isinstance(value, dict):
        raise CannotReplay("bad_json", f"Line {line} is not a JSON object.")
    return value


def _keep(replay: FeedRun, lines: Iterator[str], encoding: str, now: datetime) -> None:
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as content:
        try:
            content.writelines(encoded(lines, encoding))
        except UnicodeEncodeError as error:
            raise CannotReplay(
                "encoding",
                f'"{error.object[error.start : error.end]}" cannot be written in {encoding}, '
                "which this feed is sent in.",
            ) from error
        content.seek(0)
        keep_content(run=replay, content=content, now=now)


def waiting_rows(*, run: FeedRun, code: str = "", unknown_code: str = "") -> RejectedRowQuerySet:
    """The run's waiting lines, or those of one cause."""
    wanted = Q(run=run)
    if code:
        wanted &= Q(code=code)
    if unknown_code:
        wanted &= Q(unknown_code=unknown_code)
    return RejectedRow.objects.filter(wanted).waiting()
