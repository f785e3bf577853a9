"""A till of one store, for tests of what it takes and gives back."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from inventory.models import Store
from omnistore.staff.models import StaffMember
from promotions.models import LimitCounter, Redemption
from promotions.services.idempotency import Answer
from promotions.services.redeeming import redeem
from promotions.services.rolling_back import roll_back
from tests.factories import create_store
from tests.factories_promotions import NOW, create_staff_member


@dataclass
class Till:
    """Every call has a key of its own; `promotion_id` is "deal" where nothing else is asked."""

    store: Store = field(default_factory=create_store)
    member: StaffMember = field(default_factory=create_staff_member)
    keys: Any = field(default_factory=count)

    def redeem(self, *, now: datetime = NOW, **request: Any) -> Answer:
        if "code" not in request:
            request.setdefault("promotion_id", "deal")
        return redeem(store=self.store, staff_member=self.member, key=self.key(), request=request, now=now)

    def roll_back(self, answer: Answer, *, now: datetime = NOW, reason: str = "Rang up twice") -> Answer:
        redemption = Redemption.objects.get(pk=answer.body["redemption_id"])
        return roll_back(
            store=self.store, redemption_id=redemption.pk, staff_member=self.member, key=self.key(), reason=reason,
            now=now,
        )  # fmt: skip

    def key(self) -> str:
        return f"{self.store.store_code} {next(self.keys)}"


def limit(scope: str, period: str, amount: str, unit: str = "USES") -> dict[str, str]:
    """A limit as a revision keeps it."""
    return {"scope": scope, "period": period, "unit": unit, "limit": amount}


def reasons(*answers: Answer) -> list[str]:
    """What each answer says: "yes", or the first reason."""
    return ["yes" if answer.status == 201 else answer.body["reasons"][0] for answer in answers]


def counters() -> list[tuple[str, int, int]]:
    """Period, used and limit of every counter."""
    return list(LimitCounter.objects.order_by("pk").values_list("period", "used", "limit_amount"))
