"""Held files: a person who has seen what would change lets them in, or does not."""

from datetime import datetime

from django.db import transaction

from inventory.models import FeedRun, RejectedRow
from inventory.models.feeds import FeedRunQuerySet


def release_run(*, run: FeedRun, member_id: int | None, now: datetime) -> bool:
    """Let a held file be loaded, its guards having been answered by a person; whether this call did it.

    The caller rings the loader.
    """
    done = _held(run).update(
        state=FeedRun.State.RECEIVED,
        released_at=now,
        decided_by=member_id,
        attempts=0,
        started_at=None,
        lease_until=None,
        progress_rows=0,
        progress_bytes=0,
    )
    run.refresh_from_db()
    return bool(done)


def refuse_run(*, run: FeedRun, member_id: int | None, now: datetime) -> bool:
    """Turn a held file away; whether this call did it. What stood stays."""
    why = run.problem.get("message", "")
    with transaction.atomic():
        done = _held(run).update(
            state=FeedRun.State.REFUSED,
            finished_at=now,
            lease_until=None,
            decided_by=member_id,
            problem={
                "code": "refused_by_person",
                "message": f"Somebody looked and refused it. It was held because: {why}",
            },
        )
        if done:
            RejectedRow.objects.give_back(replay=run)
    run.refresh_from_db()
    return bool(done)


def _held(run: FeedRun) -> FeedRunQuerySet:
    return FeedRun.objects.filter(pk=run.pk, state=FeedRun.State.HELD)
