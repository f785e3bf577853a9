"""How the feeds are doing, one line a source; with --watch again and again, with bars for what is loading."""

import sys
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from inventory.models import FeedRun
from inventory.selectors import FeedStatus, feed_overview
from inventory.templatetags.feeds import duration, feed_look, pace

WATCH_SECONDS = 1.0


class Command(BaseCommand):
    help = (
        "Say how each feed is doing: state, lag, rows and rejected lines of the last file, lines in quarantine. "
        "--watch shows what is loading until nothing is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--watch", action="store_true", help="follow what is loading, until nothing is")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["watch"]:
            self._watch()
        now = timezone.now()
        for status in feed_overview(now=now):
            self._say(status, now)

    def _say(self, status: FeedStatus, now: datetime) -> None:
        run = status.shown_run
        figures = "nothing loaded yet"
        if run is not None:
            figures = (
                f"rows {run.rows_received:,}  applied {run.rows_applied:,}  rejected {run.rows_rejected:,}  "
                f"absent {run.rows_absent:,}"
            )
        lag = f"  late {duration(status.lag)}" if status.lag else ""
        loading = f"  {pace(status.running, now)}" if status.running else ""
        self.stdout.write(
            f"{status.source.code}: {feed_look(status).text}{loading}{lag}  {figures}  "
            f"in quarantine {status.waiting_lines:,}"
        )
        for alert in status.alerts:
            self.stdout.write(f"  {alert.get_kind_display()}: {alert.message}")
        for note in (run.notes if run else [])[:5]:
            self.stdout.write(f"  note {note['code']}: {note['message']}")

    def _watch(self) -> None:
        """A bar for each file that is loading, from the database, so whoever loads it."""
        bars: dict[int, tqdm[Any]] = {}
        unfinished = [FeedRun.State.RECEIVED, FeedRun.State.LOADING]
        while runs := list(FeedRun.objects.filter(state__in=unfinished).order_by("pk")):
            for run in runs:
                bar = bars.get(run.pk)
                if bar is None:
                    bar = bars[run.pk] = tqdm(
                        total=run.size, unit="B", unit_scale=True, desc=run.file_name[:40], file=sys.stderr
                    )
                bar.set_postfix(rows=f"{run.progress_rows:,}", refresh=False)
                bar.update(run.progress_bytes - bar.n)
            self._close(bars, keep={run.pk for run in runs})
            time.sleep(WATCH_SECONDS)
        self._close(bars, keep=set())

    def _close(self, bars: "dict[int, tqdm[Any]]", *, keep: set[int]) -> None:
        for key in [key for key in bars if key not in keep]:
            bars.pop(key).close()
