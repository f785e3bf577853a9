"""`manage.py tell_story`: what the demo's people did, once the sample's files are loaded."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from inventory.models import FeedRun
from omnistore.demo.sample.story import STORY_PROMOTION
from omnistore.demo.story.telling import people_of_the_sample, tell_story
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
        if not wait_for_files():
            self.stdout.write("The sample's files are not loaded yet: the story is told at the next start.")
            return
        with transaction.atomic():
            tell_story(people, now=timezone.now())


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
