"""The good rows of a table become drafts and new revisions; nothing is published."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from promotions.models import Promotion, PromotionRevision, UploadBatch, UploadEvent, UploadRow
from promotions.models.uploads import GOOD
from promotions.services.publishing import create_promotion, revise_promotion
from promotions.services.uploads.checking import KEY, check_rows, errors_by_column, is_good
from promotions.services.uploads.receiving import CHECKED_FIELDS, ROWS_A_STATEMENT, times_named


def commit_batch(*, batch: UploadBatch, author: Any, now: datetime) -> int:
    """Take over every good row of the batch in one transaction, and return how many.

    Rows are checked once more; one whose promotion was revised since it was shown stays, with who did it. Rows with
    errors stay for mending, and a commit after that takes them. Committing again takes nothing twice. Raises
    ValidationError for a batch that was undone.
    """
    with transaction.atomic():
        batch = UploadBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        refuse_undone(batch)
        rows = list(batch.rows.filter(state__in=GOOD))
        promotions = lock_promotions(rows)
        shown = {row.pk: row.base_number for row in rows}
        checked = check_rows(rows, times_named=times_named(batch))
        for row in rows:
            if is_good(row) and row.base_number != shown[row.pk]:
                say_stale(row)
        taken = [
            row
            for row, content in checked
            if is_good(row)
            and take(row, content=content, promotion=promotions.get(row.public_id), author=author, now=now)
        ]
        UploadRow.objects.bulk_update(rows, [*CHECKED_FIELDS, "revision"], batch_size=ROWS_A_STATEMENT)
        if taken:
            UploadEvent.objects.create(
                batch=batch, kind=UploadEvent.Kind.COMMITTED, at=now, by=author, rows=len(taken)
            )
    return len(taken)


def say_stale(row: UploadRow) -> None:
    """Somebody else saved first: what was shown is not what would happen."""
    newest = (
        PromotionRevision.objects.select_related("created_by")
        .filter(promotion__promotion_id=row.public_id)
        .latest("number")
    )
    told = _("%(who)s saved revision %(number)s since this was shown; look at the row again.")
    refuse(row, {KEY: [told % {"who": newest.created_by or _("A feed"), "number": newest.number}]})


def refuse(row: UploadRow, errors: dict[str, list[str]]) -> None:
    row.state, row.errors, row.changes = UploadRow.State.ERROR, errors, []


def refuse_undone(batch: UploadBatch) -> None:
    """Raise ValidationError for a batch that was undone: what is left of it is history."""
    if batch.undone_at is not None:
        raise ValidationError(_("This upload was undone; upload the file again."))


def lock_promotions(rows: list[UploadRow]) -> dict[str, Promotion]:
    """The promotions of these rows by their ids; nobody revises or publishes them until the transaction ends."""
    promotions = Promotion.objects.filter(promotion_id__in=[row.public_id for row in rows])
    locked = promotions.order_by("pk").select_for_update(no_key=True)
    return {promotion.promotion_id: promotion for promotion in locked}


def take(
    row: UploadRow, *, content: dict[str, Any], promotion: Promotion | None, author: Any, now: datetime
) -> bool:
    """Write one row; what the service refuses all the same becomes the row's error.

    Each service is a step of its own that is wholly done or not at all, so the others go on.
    """
    try:
        if promotion is None:
            row.revision = create_promotion(
                promotion_id=row.public_id, content=content, author=author, now=now
            )
        else:
            row.revision = revise_promotion(promotion=promotion, content=content, author=author, now=now)
    except ValidationError as error:
        refuse(row, errors_by_column(error, row))
        return False
    except IntegrityError:  # somebody made a promotion of this id at this very moment
        refuse(row, {KEY: [_("There is already a promotion with this id.")]})
        return False
    row.state = UploadRow.State.COMMITTED
    return True
