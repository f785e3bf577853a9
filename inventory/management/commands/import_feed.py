"""Import one file by hand, on the same road as the night's."""

import hashlib
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone
from tqdm import tqdm

from inventory.imports import Counts, Progress, load_run, receive_file, rehearse, retry_run
from inventory.models import FeedRun, FeedSource, RejectedRow
from inventory.templatetags.feeds import in_order

SHOWN_REJECTS = 10
HELD = 3


class Command(BaseCommand):
    help = (
        "Import a feed file: `import_feed FILE --source CODE`. Exit code 0: loaded (also with rejected lines), "
        "1: refused or failed, 2: no such source or file, 3: held until somebody releases or refuses it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, metavar="CODE", help="the code of the feed source")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would come of it, change nothing"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        file, source = options["file"], options["source"]
        sender = FeedSource.objects.filter(code=source).first()
        if sender is None:
            known = (
                ", ".join(FeedSource.objects.order_by("code").values_list("code", flat=True)) or "none yet"
            )
            raise CommandError(f"There is no source {source!r}. Known sources: {known}.", returncode=2)
        if not file.is_file():
            raise CommandError(f"There is no file {file}.", returncode=2)
        if options["dry_run"]:
            self._rehearse(file, sender)
        else:
            self._import(file, sender)

    def _import(self, file: Path, source: FeedSource) -> None:
        with file.open("rb") as content:
            run, _is_new = receive_file(
                source=source,
                file_name=file.name,
                content=content,
                now=timezone.now(),
                modified_at=datetime.fromtimestamp(file.stat().st_mtime, UTC),
            )
        if run.is_retryable:  # whoever sends it again by hand has mended the profile, or whatever failed
            retry_run(run=run, now=timezone.now())
        if run.is_finished or run.state == FeedRun.State.HELD:
            self._say_known(run)
        else:
            with _bar(file) as bar:
                loaded = load_run(run_id=run.pk, now=timezone.now(), progress=_progress(bar))
            if loaded is None:
                raise CommandError("Another worker is loading this file at this moment.")
            run = loaded
        self._report(run)

    def _say_known(self, run: FeedRun) -> None:
        when = timezone.localtime(run.received_at)
        self.stdout.write(
            f"duplicate_document: the same bytes came before, as {run.file_name} at {when:%Y-%m-%d %H:%M} UTC; "
            f"a file counts once. It was {run.get_state_display()}:"
        )

    def _report(self, run: FeedRun) -> None:
        if run.state in (FeedRun.State.REFUSED, FeedRun.State.FAILED):
            raise CommandError(
                f"{run.get_state_display()}: {run.problem.get('message', 'no reason is known')}"
            )
        if run.state == FeedRun.State.HELD:
            self._say_preview(run.preview)
            address = reverse("feed-run", args=[run.pk])
            raise CommandError(
                f"held: {run.problem.get('message', '')} Release or refuse it at {address}, or by "
                f"POST /api/v1/feeds/runs/{run.pk}/release or /refuse.",
                returncode=HELD,
            )
        counts = Counts(
            run.rows_received, run.rows_applied, run.rows_unchanged, run.rows_stale, run.rows_absent
        )
        self._say(counts, run.rows_rejected, list(run.rejected_rows.all()[:SHOWN_REJECTS]), run.notes)

    def _rehearse(self, file: Path, source: FeedSource) -> None:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        known = FeedRun.objects.filter(source=source, sha256=digest, replay_of=None).first()
        if known is not None and known.is_finished and not known.is_retryable:
            self._say_known(known)
            self._report(known)
            return
        with _bar(file) as bar:
            outcome = rehearse(
                source=source,
                file_name=file.name,
                size=file.stat().st_size,
                open_file=lambda: file.open("rb"),
                progress=_progress(bar),
                now=timezone.now(),
            )
        if outcome.problem:
            is_held = outcome.state == FeedRun.State.HELD
            raise CommandError(
                f"would be {'held' if is_held else 'refused'}: {outcome.problem['message']}",
                returncode=HELD if is_held else 1,
            )
        self._say(outcome.counts, outcome.rejected, outcome.first_rejects, outcome.notes)
        self.stdout.write("Dry run: nothing was changed.")

    def _say_preview(self, preview: dict[str, Any]) -> None:
        """What a held file would do."""
        counts = "  ".join(f"{name} {number:,}" for name, number in in_order(preview.get("counts", {})))
        self.stdout.write(f"it would come to: {counts}  absent {preview.get('absent', 0):,}")

    def _say(
        self, counts: Counts, rejected: int, rejects: list[RejectedRow], notes: list[dict[str, Any]]
    ) -> None:
        self.stdout.write(
            f"received {counts.received:,}: applied {counts.applied:,}  unchanged {counts.unchanged:,}  "
            f"stale {counts.stale:,}  rejected {rejected:,}"
        )
        if counts.absent:
            self.stdout.write(f"absent {counts.absent:,}: no longer named, so they count as none")
        for note in notes:
            times = f" ({note['count']:,} times)" if note.get("count", 1) > 1 else ""
            self.stdout.write(f"  note {note['code']}: {note['message']}{times}")
        for row in rejects:
            self.stdout.write(f"  {row.code}: {row.message}")
        if rejected > len(rejects):
            self.stdout.write(f"  … and {rejected - len(rejects):,} more")


def _bar(file: Path) -> "tqdm[Any]":
    return tqdm(
        total=file.stat().st_size,
        unit="B",
        unit_scale=True,
        desc=file.name,
        file=sys.stderr,
        disable=None,  # only where somebody looks
        leave=False,
    )


def _progress(bar: "tqdm[Any]") -> Progress:
    def tell(progress: Progress) -> None:
        bar.update(progress.bytes - bar.n)
        bar.set_postfix(lines=f"{progress.rows:,}", refresh=False)

    return Progress(tell=tell)
