"""One visit to the place a source's files lie: its time limit, its lease, its memory, and what went wrong."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from inventory.imports.receiving import Readable, receive_file
from inventory.imports.transports.faults import FileFailed, PullFailed
from inventory.models import FeedRun, FeedSource

RENEW_SECONDS = 10.0
# Every single wait for a server; the visit as a whole has the source's own limit.
ANSWER_SECONDS = 20.0
NAMED_PROBLEMS = 5


@dataclass
class Visit:
    """What every transport needs: whom it works for, how long it may, what it remembers from last time."""

    source: FeedSource
    now: datetime
    until: datetime  # the lease; its value is the fence
    time_limit: float = 60.0  # seconds
    memory: dict[str, Any] = field(default_factory=dict)
    faults: list[FileFailed] = field(default_factory=list)
    fault_count: int = 0
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._started = self._renewed = self.clock()

    def check(self) -> None:
        """Called between any two steps. Raises PullFailed when the time is over or another worker has taken over."""
        at = self.clock()
        if at - self._started > self.time_limit:
            message = f"The pull was broken off after {self.time_limit:g} seconds, the source's time limit."
            raise PullFailed("time_limit", message)
        if at - self._renewed > RENEW_SECONDS:
            self._renew(at)

    def pause(self, seconds: float) -> None:
        """Wait, within the time limit."""
        over = time.monotonic() + seconds
        while (left := over - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, 1.0))

    def note(self, fault: FileFailed) -> None:
        """One file could not be taken; the visit goes on."""
        self.fault_count += 1
        if len(self.faults) < NAMED_PROBLEMS:
            self.faults.append(fault)

    def receive(
        self, *, file_name: str, content: Readable, modified_at: datetime | None
    ) -> tuple[FeedRun, bool]:
        """Keep a file that has arrived whole; `modified_at` is its own time where it lay, if that is known."""
        self.check()
        return receive_file(
            source=self.source,
            file_name=file_name,
            content=content,
            now=self.now,
            modified_at=modified_at,
        )

    def land(self, pieces: Iterable[bytes], *, into: IO[bytes], name: str) -> None:
        """Write what a server sends to the disk, behind what `into` holds already.

        Raises FileFailed("too_large") at the byte that is one too many.
        """
        size = into.tell()
        for piece in pieces:
            self.check()
            size += len(piece)
            check_size(name, size)
            into.write(piece)

    def _renew(self, at: float) -> None:
        until = self.now + timedelta(seconds=at - self._started + settings.FEED_LEASE_SECONDS)
        mine = FeedSource.objects.filter(pk=self.source.pk, pulling_until=self.until)
        if not mine.update(pulling_until=until, transport_state=self.memory):
            raise PullFailed("taken_over", "Another worker has taken this pull over.")
        self.until, self._renewed = until, at


def check_size(name: str, size: int) -> None:
    """Raises FileFailed("too_large") where a file has more bytes than are taken."""
    if size > settings.FEED_MAX_BYTES:
        message = f"{name} is larger than {settings.FEED_MAX_BYTES:,} bytes, the most that are taken."
        raise FileFailed("too_large", message)


def landing_folder() -> Path:
    """Where bytes lie until a file has arrived whole; beside the archive, so on the same disk."""
    folder = Path(settings.MEDIA_ROOT) / "pulls"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
