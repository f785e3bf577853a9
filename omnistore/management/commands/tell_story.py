"""`manage.py tell_story`: what the demo's people did, once the sample's files are loaded."""

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from inventory.imports import load_run, receive_file
from inventory.models import FeedRun, FeedSource
from omnistore.demo.sample.story import POS_STOCK, STORY_PROMOTION, story_folder
from omnistore.demo.story.telling import NotTold, people_of_the_sample, tell_story
from promotions.models import Promotion

FILES_LOADED_SECONDS = 180


class Command(BaseCommand):
    help = (
        "Tell the demo's story on the sample data: a deal, a sold-out store, refusals, reports, readings. "
        "Waits until the sample's files are loaded; does nothing a second time, or on other data."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        people = people_of_the_sample()
        if not people or Promotion.objects.filter(promotion_id=STORY_PROMOTION).exists():
            return
        is_loaded = wait_for_files()
        if is_loaded:
            load_till_report()
            is_loaded = wait_for_files()
        if is_loaded:
            try:
                with transaction.atomic():
                    tell_story(people, now=timezone.now())
            except NotTold as why:  # data of last week, say: the demo runs without
                self.stdout.write(str(why))
        else:
            self.stdout.write("The sample's files are not loaded yet: the story is told at the next start.")


def load_till_report() -> None:
    """Load the report that came some time ago, and put it where files lie that were taken."""
    source = FeedSource.objects.get(code=POS_STOCK)
    taken = Path(settings.INBOX_DIR) / POS_STOCK / ".done"
    taken.mkdir(parents=True, exist_ok=True)
    for path in story_folder(Path(settings.DATA_DIR)).glob("*.csv"):
        came_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        with path.open("rb") as content:
            run, _is_new = receive_file(source=source, file_name=path.name, content=content, now=came_at)
        load_run(run_id=run.pk, now=came_at)  # or a worker is at it already
        shutil.move(path, taken / path.name)


def wait_for_files() -> bool:
    """Whether every file in the inbox has been taken and loaded within the time that one may wait."""
    deadline = time.monotonic() + FILES_LOADED_SECONDS
    while not files_are_loaded(Path(settings.INBOX_DIR)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def files_are_loaded(inbox: Path) -> bool:
    dropped = any(path.is_file() for path in inbox.glob("*/*"))
    return not dropped and not FeedRun.objects.filter(finished_at=None).exists()
