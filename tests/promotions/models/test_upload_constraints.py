"""What the database itself refuses of uploaded tables."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from promotions.models import UploadBatch, UploadEvent, UploadRow
from tests.factories_promotions import NOW

pytestmark = pytest.mark.django_db


def create_batch(**fields: Any) -> UploadBatch:
    return UploadBatch.objects.create(**{"file_name": "x", "sha256": "a" * 64, "uploaded_at": NOW} | fields)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"sha256": "A" * 64}, "sha256"),
        ({"undone_at": NOW - timedelta(seconds=1)}, "undone_after_uploaded"),
        ({"asked": "COMMIT"}, "asked_at_paired"),
        ({"asked_at": NOW}, "asked_at_paired"),
        ({"asked": "OTHER", "asked_at": NOW}, "asked_at_paired"),
        ({"asked": "UNDO", "asked_at": NOW, "attempts": 4}, "asked_at_paired"),
    ],
)
def test_a_batch_that_cannot_be(fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        create_batch(**fields)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"line_number": 1}, "row_once"),
        ({"state": "ODD"}, "row_state_known"),
        ({"state": "ERROR"}, "row_errors_told"),
        ({"errors": {"a": ["b"]}}, "row_errors_told"),
        ({"state": "KEPT"}, "row_kept_told"),
        ({"told": "Why?"}, "row_kept_told"),
    ],
)
def test_a_row_that_cannot_be(fields: dict[str, Any], constraint: str) -> None:
    batch = create_batch()
    UploadRow.objects.create(batch=batch, line_number=1, state="NEW")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        UploadRow.objects.create(**{"batch": batch, "line_number": 2, "state": "NEW"} | fields)


def test_an_event_of_no_known_kind_cannot_be() -> None:
    with pytest.raises(IntegrityError, match="event_kind_known"), transaction.atomic():
        UploadEvent.objects.create(batch=create_batch(), kind="ODD", at=NOW, rows=1)
