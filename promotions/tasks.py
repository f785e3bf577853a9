"""Jobs of the promotions: thin, asked again by a tick, and with nothing left to do when asked twice."""

from celery import shared_task
from django.utils import timezone

from promotions.live.relay import relay_pending


@shared_task
def relay_changes() -> None:
    """Hand committed changes to the live stream until none is left."""
    while relay_pending(now=timezone.now()):
        pass
