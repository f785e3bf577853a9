"""Inboxes: a folder a source, whose finished files are received in the order of their names and moved aside."""

import os
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from inventory.imports.receiving import receive_file
from inventory.models import FeedRun, FeedSource

UNFINISHED = (".part", ".tmp")
SETTLED_AFTER = 1.0
DONE = ".done"


def claim_due_sources(*, now: datetime) -> Iterator[FeedSource]:
    """Sources whose pull is due, each given to one caller only; the next pull is due from now on."""
    for source in FeedSource.objects.filter(enabled=True, next_pull_at__lte=now).order_by(
        "next_pull_at", "pk"
    ):
        if source.pull_every is None:
            continue
        mine = FeedSource.objects.filter(pk=source.pk, next_pull_at=source.next_pull_at)
        if mine.update(next_pull_at=now + source.pull_every):
            yield source


def take_files(*, source: FeedSource, now: datetime) -> Iterator[tuple[FeedRun, bool]]:
    """Receive every settled file of the source's inbox, then move it to `.done`.

    Received first, moved after: a crash between the two finds the same bytes again, which count once. A file
    that is still being written, or was replaced while we read it, stays for the next pull.
    """
    folder = settings.INBOX_DIR / source.code
    for path, seen in _settled_files(folder):
        with path.open("rb") as content:
            if _look(os.fstat(content.fileno())) != seen:
                continue
            run, is_new = receive_file(source=source, file_name=path.name, content=content, now=now)
        yield run, is_new
        if path.exists() and _look(path.lstat()) == seen:
            _set_aside(path, run)


def _look(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _candidates(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Plain files by name; links are not followed, so that nothing outside the inbox is ever read."""
    if not folder.is_dir():
        return {}
    names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False))
    wanted = [name for name in names if not name.startswith(".") and not name.endswith(UNFINISHED)]
    return {folder / name: _look((folder / name).lstat()) for name in wanted}


def _settled_files(folder: Path) -> list[tuple[Path, tuple[int, int, int]]]:
    """Files that nobody has written to for a second."""
    before = _candidates(folder)
    newest = max((mtime for _inode, _size, mtime in before.values()), default=0)
    if abs(time.time_ns() - newest) < SETTLED_AFTER * 1e9:
        time.sleep(SETTLED_AFTER)
    after = _candidates(folder)
    return [(path, look) for path, look in after.items() if before.get(path) == look]


def _set_aside(path: Path, run: FeedRun) -> None:
    done = path.parent / DONE
    done.mkdir(exist_ok=True)
    target = done / path.name
    if target.exists():  # another file of this name came before: both are kept
        target = done / f"{path.name}.{run.pk}"
    path.rename(target)
