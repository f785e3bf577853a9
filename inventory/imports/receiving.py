"""Receiving a file: its bytes are kept and hashed before anything else happens to them."""

import hashlib
import os
import uuid
import zoneinfo
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePath
from typing import Protocol

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction

from inventory.feeds.dialects import DIALECTS
from inventory.feeds.file_times import time_in_name
from inventory.feeds.profiles import COMPLETENESS, STORE_ZONE, read_profile
from inventory.feeds.records import FeedRefused
from inventory.models import FeedRun, FeedSource

CHUNK = 1 << 20


class Readable(Protocol):
    """What gives bytes: an open file, an upload, a request."""

    def read(self, size: int, /) -> bytes: ...


class _Arriving(File):  # type: ignore[type-arg]
    """Bytes hashed and counted on their way into the storage; past the limit they are only counted."""

    def __init__(self, content: Readable, limit: int) -> None:
        super().__init__(None)
        self.content = content
        self.limit = limit
        self.digest = hashlib.sha256()
        self.length = 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        while piece := self.content.read(chunk_size or CHUNK):
            self.digest.update(piece)
            self.length += len(piece)
            if self.length <= self.limit:
                yield piece


def receive_file(
    *,
    source: FeedSource,
    file_name: str,
    content: Readable,
    now: datetime,
    modified_at: datetime | None = None,
) -> tuple[FeedRun, bool]:
    """Keep a file of a source; (its run, True), or (the earlier run, False) for bytes that came before.

    `modified_at` is the file's own time at its sender, where that is known. A file over FEED_MAX_BYTES is refused
    on the spot and not kept. The caller rings the loader.
    """
    run = FeedRun(source=source, file_name=PurePath(file_name).name[:255], received_at=now)
    run.file_as_of, run.keeps_raw = _as_declared(run, modified_at)
    keep_content(run=run, content=content, now=now)
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        if run.file:
            run.file.delete(save=False)
        earlier = FeedRun.objects.select_related("source").filter(source=source, sha256=run.sha256)
        return earlier.get(replay_of=None), False
    return run, True


def _as_declared(run: FeedRun, modified_at: datetime | None) -> tuple[datetime | None, bool]:
    """When the file's figures were taken, and whether its raw bytes may stay, as the source's profile says."""
    if run.source.kind not in COMPLETENESS:
        return None, True
    try:
        profile = read_profile(run.source.kind, run.source.profile, dialects=DIALECTS)
    except FeedRefused:  # the loader tells of it
        return None, False
    said = modified_at
    if profile.as_of not in ("receipt", "modified"):
        zone = "UTC" if profile.timezone == STORE_ZONE else profile.timezone
        said = time_in_name(run.file_name, pattern=profile.as_of, zone=zoneinfo.ZoneInfo(zone))
    elif profile.as_of == "receipt":
        said = None
    return (None if said is None else min(said, run.received_at)), profile.keep_raw


def keep_content(*, run: FeedRun, content: Readable, now: datetime) -> None:
    """Put the bytes of a run that is not saved yet into the storage; too many of them refuse it."""
    arriving = _Arriving(content, settings.FEED_MAX_BYTES)
    run.file.save(uuid.uuid4().hex, arriving, save=False)
    run.sha256, run.size = arriving.digest.hexdigest(), arriving.length
    if run.size > settings.FEED_MAX_BYTES:
        run.file.delete(save=False)
        run.state, run.finished_at = FeedRun.State.REFUSED, now
        run.problem = {
            "code": "too_large",
            "message": f"The file has {run.size:,} bytes; at most {settings.FEED_MAX_BYTES:,} are taken.",
        }
    else:
        _to_disk(run.file.path)


def _to_disk(path: str) -> None:
    """What is acknowledged survives a power cut (G3)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
