"""Tables of promotions for tests."""

import csv
import io
from typing import Any

from omnistore.staff.models import StaffMember
from promotions.models import UploadBatch, UploadRow
from promotions.services.uploads import receive_upload
from tests.factories_promotions import NOW

GOOD = {
    "promotion_id": "oat-29",
    "Title": "29 % off oat drink",
    "What the shopper gets": "percent off",
    "Percentage off": "29",
    "Where it can be used": "in store, online",
    "Which items": "ALL_PRODUCTS",
    "Which stores": "ALL_STORES",
    "First day": "2026-11-22",
    "Last day": "2026-11-27",
}


def csv_of(*rows: dict[str, str], delimiter: str = ",") -> bytes:
    """A file with a column for everything that any of the rows says."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def uploaded(*rows: dict[str, str], author: StaffMember | None = None, **more: Any) -> UploadBatch:
    """The batch of a file of these rows; each says what GOOD says and something else."""
    content = csv_of(*({**GOOD, **row} for row in rows))
    batch, _is_new = receive_upload(
        content=content, file_name="plan.csv", author=author, now=more.get("now", NOW)
    )
    return batch


def only_row(batch: UploadBatch) -> UploadRow:
    (row,) = batch.rows.all()
    return row
