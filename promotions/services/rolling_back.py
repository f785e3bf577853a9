"""Giving a use of a promotion back: the use, the money and the code, once, with who and why."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from inventory.models import Store
from promotions.models import Budget, Redemption, RedemptionChange, SingleUseCode
from promotions.rules.words import RedemptionState
from promotions.services.idempotency import NOT_FOUND, OK, Answer, answer_once, problem
from promotions.services.limits import LimitsChanged, give_back_counters
from promotions.services.redeeming import redemption_body

LONGEST_REASON = 200


def roll_back(
    *, store: Store, redemption_id: UUID, staff_member: Any, key: str, reason: str, now: datetime
) -> Answer:
    """Roll a redemption of this store back; rolled back twice is rolled back once, with the first reason.

    Answers 200 with the redemption as it now stands, 404 for one that is not this store's, 422 for a misused key.
    Raises ValidationError without a reason. Offers that were told spent are told open again at the next tick.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise ValidationError({"reason": [f"Say why, in up to {LONGEST_REASON} characters."]})
    return answer_once(
        staff_member=staff_member,
        key=key,
        asked={"store": store.store_code, "roll_back": str(redemption_id), "reason": reason},
        now=now,
        act=lambda: give_back(
            store=store, redemption_id=redemption_id, staff_member=staff_member, reason=reason, now=now
        ),
    )


def give_back(*, store: Store, redemption_id: UUID, staff_member: Any, reason: str, now: datetime) -> Answer:
    """Give everything back in one transaction, and from the start again when limits were changed in between."""
    redemption = (
        Redemption.objects.select_related("promotion", "revision", "store", "item")
        .select_for_update(no_key=True, of=("self",))
        .filter(store=store, pk=redemption_id)
        .first()
    )
    if redemption is None:
        return problem(NOT_FOUND, "unknown_redemption", "This store has no such redemption.")
    while redemption.state == RedemptionState.REDEEMED:
        try:
            change_state(redemption, staff_member=staff_member, reason=reason, now=now)
        except LimitsChanged:
            redemption.state = RedemptionState.REDEEMED
    change = redemption.changes.get()
    budget = Budget.objects.get(promotion=redemption.promotion_id)
    uses_left = None if budget.limit_uses is None else budget.limit_uses - budget.used
    return Answer(
        OK,
        {
            **redemption_body(redemption, uses_left=uses_left),
            "reason": change.why,
            "rolled_back_at": change.at.isoformat(),
        },
    )


def change_state(redemption: Redemption, *, staff_member: Any, reason: str, now: datetime) -> None:
    """REDEEMED → ROLLED_BACK with everything it took; the rows in the order in which redemptions take them."""
    with transaction.atomic():
        version = Budget.objects.values_list("version", flat=True).get(promotion=redemption.promotion_id)
        RedemptionChange.objects.create(
            redemption=redemption, old_state=redemption.state, new_state=RedemptionState.ROLLED_BACK,
            by=staff_member, why=reason, at=now,
        )  # fmt: skip
        redemption.state = RedemptionState.ROLLED_BACK
        redemption.save(update_fields=["state"])
        SingleUseCode.objects.filter(redemption=redemption).update(redemption=None)
        give_back_counters(redemption)
        budget = Budget.objects.filter(promotion=redemption.promotion_id, version=version)
        if not budget.update(used=F("used") - 1):
            raise LimitsChanged
