"""How loudly a store is told of a change: some events cannot wait, whatever their author thought."""

from collections.abc import Set

from promotions.rules.materiality import MATERIAL_FIELDS, PRICE_FIELDS
from promotions.rules.words import Urgency


def urgency_of_publishing(*, own: Urgency, changed: Set[str] | None) -> Urgency:
    """Of a revision that is published; `changed` are the fields in which it differs from the one before, None: none.

    Another price while the old one is being given interrupts. New wording never does: it was told already.
    """
    if changed is None:
        return own
    if changed & PRICE_FIELDS:
        return Urgency.NOW
    return own if changed & MATERIAL_FIELDS else Urgency.SHIFT


def urgency_of_stopping(*, has_begun: bool) -> Urgency:
    """Of an offer that is withdrawn: nobody gives what has not begun, anything else stops at once."""
    return Urgency.NOW if has_begun else Urgency.SHIFT
