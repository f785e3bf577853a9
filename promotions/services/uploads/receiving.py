"""A table comes in, and its rows are mended until they are right."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from promotions.models import UploadBatch, UploadEvent, UploadRow
from promotions.models.uploads import SETTLED
from promotions.rules.cells import COLUMNS
from promotions.selectors.field_labels import names_of_columns, reason_names
from promotions.services.uploads.checking import KEY, WHOLE, check_rows
from promotions.sources.upload_tables import MOST_CELL, Line, plain_name, read_table

CHECKED_FIELDS = ("public_id", "cells", "state", "errors", "changes", "base_number")
ROWS_A_STATEMENT = 500


def receive_upload(*, content: bytes, file_name: str, author: Any, now: datetime) -> tuple[UploadBatch, bool]:
    """The batch of a file with every row checked, and whether it is new; nothing is written to a promotion.

    The same bytes by the same person again are the batch that waits already, checked again. Raises FeedRefused
    for a file that is no table of promotions.
    """
    digest = hashlib.sha256(content).hexdigest()
    waiting = waiting_batch(digest=digest, author=author)
    if waiting is not None:
        recheck_batch(batch=waiting)
        return waiting, False
    known = {plain_name(name): column for name, column in names_of_columns().items()}
    known |= {plain_name(name): "" for name in reason_names()}
    table = read_table(content, known=known, key=KEY)
    with transaction.atomic():
        batch = UploadBatch.objects.create(
            file_name=file_name[-255:], sha256=digest, is_workbook=table.is_workbook,
            columns=list(table.columns), uploaded_by=author, uploaded_at=now,
        )  # fmt: skip
        rows = [row_of(line, batch=batch) for line in table.lines]
        check_rows(rows, times_named=Counter(row.public_id for row in rows))
        UploadRow.objects.bulk_create(rows, batch_size=ROWS_A_STATEMENT)
        UploadEvent.objects.create(
            batch=batch, kind=UploadEvent.Kind.UPLOADED, at=now, by=author, rows=len(rows)
        )
    return batch, True


def waiting_batch(*, digest: str, author: Any) -> UploadBatch | None:
    """A batch of the same bytes of which nothing has gone in yet."""
    batches = UploadBatch.objects.filter(sha256=digest, uploaded_by=author, undone_at__isnull=True)
    return batches.exclude(rows__state__in=SETTLED).first()


def row_of(line: Line, *, batch: UploadBatch) -> UploadRow:
    """A row as it came, not checked yet; one that cannot be read says so."""
    return UploadRow(
        batch=batch,
        line_number=line.line_number,
        public_id=public_id_in(line.cells),
        cells=line.cells,
        state=UploadRow.State.ERROR,
        errors={WHOLE: [line.problem]} if line.problem else {},
    )


def public_id_in(cells: Mapping[str, str]) -> str:
    """The id that a row names."""
    return cells.get(KEY, "").strip()[:200]


def save_checked(rows: list[UploadRow]) -> None:
    UploadRow.objects.bulk_update(rows, CHECKED_FIELDS, batch_size=ROWS_A_STATEMENT)


def recheck_batch(*, batch: UploadBatch) -> None:
    """Every waiting row once more against what stands now."""
    with transaction.atomic():
        UploadBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        rows = list(batch.rows.exclude(state__in=SETTLED))
        check_rows(rows, times_named=times_named(batch))
        save_checked(rows)


def times_named(batch: UploadBatch) -> Counter[str]:
    """How often the batch names each id."""
    return Counter(batch.rows.values_list("public_id", flat=True))


def mend_row(*, row: UploadRow, cells: Mapping[str, str], author: Any, now: datetime) -> UploadRow:
    """Put these texts into cells of a row and check it again, with every row that has its old or its new id.

    A column the file does not have may be given too. Raises ValidationError for a row that has gone in, for a
    column nobody knows and for endless text.
    """
    check_typed(cells)
    with transaction.atomic():
        batch = UploadBatch.objects.select_for_update(no_key=True).get(pk=row.batch_id)
        row = UploadRow.objects.get(pk=row.pk)
        if row.is_settled or batch.undone_at is not None:
            raise ValidationError(_("This row has gone in already; edit the promotion instead."))
        changed = {name: [row.cells.get(name, ""), text] for name, text in cells.items()
                   if row.cells.get(name, "") != text}  # fmt: skip
        ids = {row.public_id, public_id_in({**row.cells, **cells})}
        row.cells, row.errors = {**row.cells, **cells}, {}
        named = times_named(batch)
        named[row.public_id] -= 1
        row.public_id = public_id_in(row.cells)
        named[row.public_id] += 1
        others = batch.rows.filter(public_id__in=ids - {""}).exclude(pk=row.pk).exclude(state__in=SETTLED)
        rows = [row, *others]
        check_rows(rows, times_named=named)
        save_checked(rows)
        if changed:
            UploadEvent.objects.create(
                batch=batch, kind=UploadEvent.Kind.MENDED, at=now, by=author, rows=1,
                details={"line": row.line_number, "cells": changed},
            )  # fmt: skip
    return row


def check_typed(cells: Mapping[str, str]) -> None:
    """Raise ValidationError by column for what no file could hold either."""
    errors = {}
    for column, text in cells.items():
        if column != KEY and column not in COLUMNS:
            errors[column] = [_("This is not a field of a promotion.")]
        elif len(text) > MOST_CELL or "\0" in text:
            errors[column] = [_("Enter at most %(most)s characters.") % {"most": f"{MOST_CELL:,}"}]
    if errors:
        raise ValidationError(errors)
