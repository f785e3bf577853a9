"""Limits: whose counter, since when and how much, before any row is looked at."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from promotions.rules.price import in_coins
from promotions.rules.window import resolve_instant
from promotions.rules.words import LimitPeriod, LimitScope, LimitUnit, Reason

REACHED = {
    LimitScope.PROMOTION: Reason.BUDGET_SPENT,
    LimitScope.STORE: Reason.STORE_LIMIT_REACHED,
    LimitScope.CUSTOMER: Reason.CUSTOMER_LIMIT_REACHED,
}


@dataclass(frozen=True)
class Limit:
    """One limit: `amount` in uses, or in the smallest coins of `currency` ("" for uses)."""

    scope: LimitScope
    period: LimitPeriod
    unit: LimitUnit
    amount: int
    currency: str = ""

    @property
    def is_all_uses(self) -> bool:
        """The uses of everybody together, without a period: the limit that stands on the promotion's own budget."""
        return (self.scope, self.period, self.unit) == (
            LimitScope.PROMOTION,
            LimitPeriod.TOTAL,
            LimitUnit.USES,
        )


def limits_of(stored: Iterable[Mapping[str, Any]], *, currency: str) -> tuple[Limit, ...]:
    """Limits as a revision or a campaign keeps them, checked before: [{"scope", "period", "unit", "limit"}, …]."""
    return tuple(limit_of(one, currency=currency) for one in stored)


def limit_of(one: Mapping[str, Any], *, currency: str) -> Limit:
    unit = LimitUnit(one["unit"])
    amount = Decimal(str(one["limit"]))
    is_money = unit == LimitUnit.MONEY
    return Limit(
        scope=LimitScope(one["scope"]),
        period=LimitPeriod(one["period"]),
        unit=unit,
        amount=in_coins(amount, currency=currency) if is_money else int(amount),
        currency=currency if is_money else "",
    )


def period_start(period: LimitPeriod, *, now: dt.datetime, timezone: str) -> dt.date | None:
    """The first day of the period that `now` lies in on the calendar of that zone; None for TOTAL, which has none."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    match period:
        case LimitPeriod.TOTAL:
            return None
        case LimitPeriod.DAY:
            return today
        case LimitPeriod.WEEK:
            return today - dt.timedelta(days=today.weekday())
        case LimitPeriod.MONTH:
            return today.replace(day=1)


def starts_again_at(period: LimitPeriod, *, now: dt.datetime, timezone: str) -> dt.datetime | None:
    """The instant (UTC) at which the next period begins at that zone's midnight; None for TOTAL."""
    start = period_start(period, now=now, timezone=timezone)
    if start is None:
        return None
    days = {LimitPeriod.DAY: 1, LimitPeriod.WEEK: 7, LimitPeriod.MONTH: 31}[period]
    following = start + dt.timedelta(days=days)
    if period == LimitPeriod.MONTH:
        following = following.replace(day=1)
    return resolve_instant(on=following, at=dt.time(0), timezone=timezone)
