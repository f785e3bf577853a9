"""Inboxes: a folder a source, whose finished files are received in the order of their names and moved aside."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from inventory.imports.transports.choosing import wanted_files
from inventory.imports.transports.declared import Choice, Folder
from inventory.imports.transports.faults import FileFailed
from inventory.imports.transports.visits import Visit
from inventory.models import FeedRun

DONE = ".done"
Look = tuple[int, int, int]


def take_from_folder(*, visit: Visit, transport: Folder) -> Iterator[tuple[FeedRun, bool]]:
    """Receive every finished file of the source's inbox, then move it and its marker to `.done`.

    Received first, moved after: a crash between the two finds the same bytes again, which count once. A file
    that is still being written, has no marker yet, or was replaced while we read it, stays for the next pull.
    """
    folder = settings.INBOX_DIR / visit.source.code
    for path, marker, seen in _finished_files(folder, transport.choice, visit):
        try:
            with path.open("rb") as content:
                if _look(os.fstat(content.fileno())) != seen:
                    continue
                modified_at = datetime.fromtimestamp(seen[2] / 1e9, UTC)
                run, is_new = visit.receive(file_name=path.name, content=content, modified_at=modified_at)
        except (FileNotFoundError, PermissionError) as error:
            visit.note(FileFailed("unreadable", f"{path.name} cannot be read: {error.strerror}."))
            continue
        yield run, is_new
        if path.exists() and _look(path.lstat()) == seen:
            # The marker first: one that outlived its file would call the next, half-written one finished.
            for part in filter(None, (marker, path)):
                _set_aside(part, run)


def _look(stat: os.stat_result) -> Look:
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _plain_files(folder: Path) -> dict[str, Look]:
    """Plain files by name; links are not followed, so that nothing outside the inbox is ever read."""
    if not folder.is_dir():
        return {}
    with os.scandir(folder) as entries:
        return {
            entry.name: _look(entry.stat(follow_symlinks=False))
            for entry in entries
            if entry.is_file(follow_symlinks=False)
        }


def _finished_files(folder: Path, choice: Choice, visit: Visit) -> Iterator[tuple[Path, Path | None, Look]]:
    before = _plain_files(folder)
    wanted = list(wanted_files(before, choice))
    after = (
        before
        if choice.marker
        else _second_look(folder, before, [name for name, _marker in wanted], choice, visit)
    )
    for name, marker in wanted:
        if after.get(name) == before[name]:
            yield folder / name, folder / marker if marker else None, before[name]


def _second_look(
    folder: Path, before: dict[str, Look], names: list[str], choice: Choice, visit: Visit
) -> dict[str, Look]:
    """The folder after a while, if anything in it is so new that somebody may be writing still."""
    newest = max((before[name][2] for name in names), default=0)
    if abs(time.time_ns() - newest) < choice.settle_seconds * 1e9:
        visit.pause(choice.settle_seconds)
    return _plain_files(folder)


def _set_aside(path: Path, run: FeedRun) -> None:
    done = path.parent / DONE
    done.mkdir(exist_ok=True)
    target = done / path.name
    if target.exists():  # another file of this name came before: both are kept
        target = done / f"{path.name}.{run.pk}"
    path.rename(target)
