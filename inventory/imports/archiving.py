"""What stays of a file: the bytes as they came, or, where they carry personal data, the facts read from them."""

import gzip
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

import msgspec
from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from inventory.models import FeedRun


def keep_extract(*, run: FeedRun, records: Iterable[dict[str, Any]]) -> None:
    """Put the facts in the place of the raw file, in the caller's transaction; the raw file goes when it commits."""
    raw_name = run.file.name
    if run.keeps_raw or not raw_name:
        return
    with TemporaryFile() as extract:
        with gzip.open(extract, "wb") as packed:
            packed.writelines(msgspec.json.encode(record) + b"\n" for record in records)
        extract.seek(0)
        run.file.save(f"{uuid.uuid4().hex}.jsonl.gz", File(extract), save=False)
    FeedRun.objects.filter(pk=run.pk).update(file=run.file.name)
    storage = run.file.storage
    transaction.on_commit(lambda: storage.delete(raw_name))


def purge_raw_files(*, now: datetime) -> int:
    """Delete raw files that may not stay and never were loaded, FEED_RAW_DAYS after their end; how many there were."""
    before = now - timedelta(days=settings.FEED_RAW_DAYS)
    unused = FeedRun.objects.filter(
        keeps_raw=False, finished_at__lt=before, state__in=[FeedRun.State.REFUSED, FeedRun.State.FAILED]
    ).exclude(file="")
    for run in unused:
        run.file.delete(save=False)
        FeedRun.objects.filter(pk=run.pk).update(file="")
    return len(unused)
