"""What a loader of one kind of feed gets and gives; the registry other apps add theirs to."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, BinaryIO

from django.conf import settings

from inventory.feeds.blocks import FeedFile
from inventory.feeds.dialects import DIALECTS
from inventory.feeds.originals import as_text
from inventory.feeds.profiles import Profile, read_profile
from inventory.imports.notes import NoteLog
from inventory.imports.rejects import RejectLog
from inventory.models import FeedRun

REPLAY = {"STOCK": "PARTIAL", "SALES": "EVENTS", "PLACES": "PARTIAL"}


@dataclass
class Progress:
    """How far a load is: data lines and bytes of the file. `tell` is called at each step, if given."""

    rows: int = 0
    bytes: int = 0
    tell: Callable[["Progress"], None] | None = None

    def reach(self, *, rows: int, bytes_read: int) -> None:
        """So many rows more, and the position in the file."""
        self.rows += rows
        self.bytes = bytes_read
        if self.tell:
            self.tell(self)


@dataclass(frozen=True)
class Arrival:
    """One file to load: where to read it, where to put rejects and notes, whom to tell of progress, the clock."""

    run: FeedRun
    open: Callable[[], BinaryIO]
    rejects: RejectLog
    progress: Progress
    now: datetime
    notes: NoteLog = field(default_factory=NoteLog)

    def profile(self) -> Profile:
        """How the file is written. Lines that are sent in again are never the whole of a file, and few."""
        source = self.run.source
        profile = read_profile(source.kind, source.profile, dialects=DIALECTS)
        if self.run.replay_of_id is None:
            return profile
        return replace(
            as_text(profile),
            format=self.run.document_format or profile.format,
            completeness=REPLAY[source.kind],
            max_errors=1.0,
        )

    def file(self, *, encoding: str = "utf-8") -> FeedFile:
        """The content as text, read in blocks or line by line, unpacked and decoded strictly."""
        return FeedFile(self.open, settings.FEED_MAX_INFLATED_BYTES, encoding)


@dataclass
class Counts:
    """What became of the lines that were not rejected. received = applied + unchanged + stale + rejected.

    `absent` items of a FULL file are no lines of it. The rest is what the document said of itself, for people.
    """

    received: int = 0
    applied: int = 0
    unchanged: int = 0
    stale: int = 0
    absent: int = 0
    control_number: str = ""
    completeness: str = ""
    totals: dict[str, Any] = field(default_factory=dict)

    @property
    def of_lines(self) -> dict[str, int]:
        """Figures for the preview of a held file."""
        return {
            "received": self.received,
            "applied": self.applied,
            "unchanged": self.unchanged,
            "stale": self.stale,
        }


# A loader reads the whole file outside of any transaction, adding rejects as it goes. What it returns is called
# inside the transaction that also finishes the run: it writes and counts. Either may raise FeedRefused.
Loader = Callable[[Arrival], Callable[[], Counts]]

# By FeedSource.Kind. The stock and sales loaders add themselves; promotions adds its own when it is ready.
LOADERS: dict[str, Loader] = {}
