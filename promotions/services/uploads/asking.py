"""Taking over and undoing at once, or where there is much to do by a worker: no request is held for minutes.

What was asked for stands on the batch until it is done; a message only rings. A worker that dies leaves nothing
half done, for each is one transaction, and the next tick begins again; after three times a person has to ask anew.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from promotions.models import UploadBatch, UploadRow
from promotions.models.uploads import GOOD, MOST_ATTEMPTS
from promotions.services.uploads.committing import commit_batch, refuse_undone
from promotions.services.uploads.undoing import undo_batch

AT_ONCE = 200  # rows: a few seconds of a request
TAKES = {
    UploadBatch.Asked.COMMIT: (commit_batch, GOOD),
    UploadBatch.Asked.UNDO: (undo_batch, (UploadRow.State.COMMITTED,)),
}


def ask(*, batch: UploadBatch, what: UploadBatch.Asked, author: Any, now: datetime) -> int | None:
    """How many rows were taken over or undone; None where a worker has to be rung for it.

    Raises ValidationError for a batch that was undone, and while something else is under way.
    """
    do, states = TAKES[what]
    with transaction.atomic():
        batch = UploadBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        if batch.is_busy:
            if batch.asked == what:
                return None
            raise ValidationError(_("This upload is being worked on; wait until it is done."))
        if what == UploadBatch.Asked.COMMIT:
            refuse_undone(batch)
        if batch.rows.filter(state__in=states).count() <= AT_ONCE:
            return do(batch=batch, author=author, now=now)
        batch.asked, batch.asked_by, batch.asked_at, batch.attempts = what, author, now, 0
        batch.save(update_fields=["asked", "asked_by", "asked_at", "attempts"])
    return None


def carry_out_waiting() -> int:
    """Do what was asked of batches, one transaction each, and return how many rows that was. Twice is once."""
    waiting = UploadBatch.objects.exclude(asked="").filter(attempts__lt=MOST_ATTEMPTS)
    return sum(carry_out(pk) for pk in waiting.order_by("asked_at").values_list("pk", flat=True))


def carry_out(pk: int) -> int:
    """One batch; 0 where another worker has it or has done it."""
    free = UploadBatch.objects.select_for_update(no_key=True, skip_locked=True).exclude(asked="")
    with transaction.atomic():  # by itself, so that an attempt counts whatever becomes of it
        batch = free.filter(pk=pk, attempts__lt=MOST_ATTEMPTS).first()
        if batch is None:
            return 0
        batch.attempts += 1
        batch.save(update_fields=["attempts"])
    with transaction.atomic():
        batch = free.filter(pk=pk).first()
        if batch is None or batch.asked_at is None:
            return 0
        do, _states = TAKES[UploadBatch.Asked(batch.asked)]
        rows = do(batch=batch, author=batch.asked_by, now=batch.asked_at)
        UploadBatch.objects.filter(pk=pk).update(asked="", asked_by=None, asked_at=None, attempts=0)
    return rows
