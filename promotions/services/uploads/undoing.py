"""A whole table taken back: its untouched drafts go, its revisions are answered by the words before them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from promotions.models import Promotion, PromotionRevision, UploadBatch, UploadEvent, UploadRow
from promotions.rules.words import PromotionState
from promotions.services.publishing import revise_promotion
from promotions.services.uploads.checking import content_of, newest_of
from promotions.services.uploads.receiving import ROWS_A_STATEMENT


def undo_batch(*, batch: UploadBatch, author: Any, now: datetime) -> int:
    """Take back every row that went in, in one transaction, and return how many; the others say why they stay.

    A draft that the upload made is removed while it is nothing but that draft. For a revision the words before it
    are appended as a new one; what stores see only changes when somebody publishes. Undoing twice is once.
    """
    with transaction.atomic():
        batch = UploadBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        if batch.undone_at is not None:
            return 0
        rows = list(batch.rows.filter(state=UploadRow.State.COMMITTED).select_related("revision"))
        ground = ground_for(rows)
        for row in rows:
            row.told = take_back(row, ground=ground, author=author, now=now)
            row.state = UploadRow.State.KEPT if row.told else UploadRow.State.UNDONE
        remove_drafts([row for row in rows if not row.told and row.base_number is None])
        UploadRow.objects.bulk_update(rows, ["state", "told", "revision"], batch_size=ROWS_A_STATEMENT)
        batch.undone_at = now
        batch.save(update_fields=["undone_at"])
        undone = sum(not row.told for row in rows)
        UploadEvent.objects.create(batch=batch, kind=UploadEvent.Kind.UNDONE, at=now, by=author, rows=undone)
    return undone


@dataclass(frozen=True)
class Ground:
    """The promotions that the rows went into, locked, with their newest words and those before the upload."""

    promotions: Mapping[int, Promotion]
    newest: Mapping[int, PromotionRevision]
    before: Mapping[tuple[int, int], PromotionRevision]


def ground_for(rows: list[UploadRow]) -> Ground:
    """Asked for once, however many rows."""
    keys = [row.revision.promotion_id for row in rows if row.revision]
    locked = Promotion.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)
    promotions = {promotion.pk: promotion for promotion in locked}
    revised = [row.base_number for row in rows if row.base_number]
    before = PromotionRevision.objects.filter(promotion__in=keys, number__in=revised)
    return Ground(
        promotions,
        newest_of(promotions.values()),
        {(revision.promotion_id, revision.number): revision for revision in before},
    )


def take_back(row: UploadRow, *, ground: Ground, author: Any, now: datetime) -> str:
    """Undo one row, or say why it stays; the drafts are only looked at here and removed together."""
    if row.revision is None:
        return _("The promotion is gone.")
    promotion = ground.promotions[row.revision.promotion_id]
    newest = ground.newest[promotion.pk]
    if newest.pk != row.revision.pk:
        told = _("%(who)s saved revision %(number)s after it; undo that by hand.")
        return told % {"who": newest.created_by or _("A feed"), "number": newest.number}
    if row.base_number is None:
        is_draft = promotion.state == PromotionState.DRAFT
        return "" if is_draft else _("It is no longer a draft: it was handed on or published.")
    before = ground.before[promotion.pk, row.base_number]
    try:
        revise_promotion(promotion=promotion, content=content_of(before), author=author, now=now)
    except ValidationError as error:
        return " ".join(error.messages)[:300]
    return ""


def remove_drafts(rows: list[UploadRow]) -> None:
    """Delete the promotions that these rows made, their revisions with them."""
    Promotion.objects.filter(pk__in=[row.revision.promotion_id for row in rows if row.revision]).delete()
    for row in rows:
        row.revision = None
