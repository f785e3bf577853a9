"""Who has been told, and who has read it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from inventory.models import Store
from promotions.models import Acknowledgement, Briefing, PromotionRevision


def mark_told(*, store: Store, revision_ids: Sequence[int], now: datetime) -> int:
    """A tablet of the store has shown these revisions; only the first time counts. How many were news."""
    receipts = PromotionRevision.objects.filter(pk__in=revision_ids).receipts()
    return Briefing.objects.filter(store=store, revision_id__in=receipts, told_at__isnull=True).update(
        told_at=now
    )


def acknowledge(*, store: Store, revision_id: int, staff_member: Any, now: datetime) -> None:
    """This person has read this revision in this store; twice is once. Reading means having been told.

    The receipt is kept under the revision's basis: it holds for every revision with the same terms.
    """
    receipt = PromotionRevision.objects.filter(pk=revision_id).receipts().first()
    if receipt is None or not Briefing.objects.filter(store=store, revision_id=receipt).exists():
        raise ValidationError("This store was not briefed on that revision.")
    mark_told(store=store, revision_ids=[receipt], now=now)
    Acknowledgement.objects.bulk_create(
        [Acknowledgement(store=store, revision_id=receipt, staff_member=staff_member, acknowledged_at=now)],
        ignore_conflicts=True,
    )
