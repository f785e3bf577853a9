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
        sides = FeedSource.objects.filter(pk__in=[conflict.winner_id, conflict.other_id]).order_by("pk")
        # Locked in one order, and as they are now: two conflicts may have the same two sources.
        over, chosen = sorted(sides.select_for_update(), key=lambda side: side.pk == source.pk)
        if chosen.precedence < over.precedence:
            return None
        first = max(over.precedence - 1, 0)
        moved = change_precedence(
            source=chosen, precedence=first, holds_for=chosen.holds_for, member=member, now=now
        )
        if over.precedence > 0:
            return moved
        # Nothing comes before 0, so the other one goes back.
        return change_precedence(source=over, precedence=1, holds_for=over.holds_for, member=member, now=now)
