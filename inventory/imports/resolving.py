"""A person settles a conflict: with words, or by saying which source is to be believed from now on."""

from datetime import datetime
from typing import Any

from django.db import transaction

from inventory.imports.claims import MANUAL_COUNT
from inventory.imports.precedence import change_precedence
from inventory.models import FeedSource, PrecedenceChange, StockConflict


def resolve_conflict(*, conflict: StockConflict, resolution: str, member: Any, now: datetime) -> bool:
    """Close an open conflict with a person's words; False when somebody or the next file was faster."""
    open_still = StockConflict.objects.filter(pk=conflict.pk, state=StockConflict.State.OPEN)
    closed = open_still.update(
        state=StockConflict.State.RESOLVED,
        resolution=resolution,
        closed_by=member,
        closed_at=now,
        changed_at=now,
    )
    conflict.refresh_from_db()
    return bool(closed)


def choices_of(conflict: StockConflict) -> dict[str, FeedSource]:
    """The sources by code of which one can be put first; none against a count at the shelf, which always is."""
    sides = {source.code: source for source in (conflict.winner, conflict.other)}
    return {} if MANUAL_COUNT in sides else sides


def prefer_source(
    *, conflict: StockConflict, source: FeedSource, resolution: str, member: Any, now: datetime
) -> PrecedenceChange | None:
    """Resolve a conflict by choosing a side: this source comes before the other one from now on, everywhere.

    None when it does already, and when somebody or the next file was faster (`conflict` then says how it was closed).
    The caller goes on with `derive_change`.
    """
    with transaction.atomic():
        if not resolve_conflict(conflict=conflict, resolution=resolution, member=member, now=now):
            return None
        over = conflict.other if source.pk == conflict.winner_id else conflict.winner
        if source.precedence < over.precedence:
            return None
        first = max(over.precedence - 1, 0)
        return change_precedence(
            source=source, precedence=first, holds_for=source.holds_for, member=member, now=now
        )
