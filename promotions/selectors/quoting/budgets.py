"""What is left of the budgets in money that the deals of a basket are under."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from inventory.models import Store
from promotions.models import Campaign, LimitCounter
from promotions.rules.limits import Limit, limits_of, period_start
from promotions.rules.price import from_coins
from promotions.rules.words import LimitScope, LimitUnit


def money_left(rows: Iterable[Mapping[str, Any]], *, store: Store, now: dt.datetime) -> dict[int, Decimal]:
    """By promotion, the least that a budget of everybody or of this store leaves now; none where none is in money.

    Rows have a revision's `promotion`, `limits`, `currency` and `campaign`. Two queries at most, none without money.
    """
    rows = list(rows)
    campaigns = campaigns_named({row["campaign"] for row in rows if row["campaign"]})
    limits: dict[tuple[int | None, int | None], list[Limit]] = {}
    for row in rows:
        limits[row["promotion"], None] = in_money(row["limits"], currency=row["currency"])
    for campaign in campaigns.values():
        limits[None, campaign.pk] = in_money(campaign.limits, currency=campaign.currency)
    if not any(limits.values()):
        return {}
    used = money_used({owner for owner, found in limits.items() if found}, store=store)
    left: dict[int, Decimal] = {}
    for row in rows:
        owners: list[tuple[int | None, int | None]] = [(row["promotion"], None)]
        if row["campaign"]:
            owners.append((None, campaigns[row["campaign"]].pk))
        found = [
            from_coins(
                limit.amount - used.get(key_of(owner, limit, store=store, now=now), 0),
                currency=limit.currency,
            )
            for owner in owners
            for limit in limits[owner]
        ]
        if found:
            left[row["promotion"]] = min(found)
    return left


def campaigns_named(campaign_ids: set[str]) -> dict[str, Campaign]:
    """The campaigns by their ids; no query without any."""
    if not campaign_ids:
        return {}
    return {row.campaign_id: row for row in Campaign.objects.filter(campaign_id__in=campaign_ids)}


def in_money(stored: Iterable[Mapping[str, Any]], *, currency: str) -> list[Limit]:
    """The budgets in money that stop everybody, or a store."""
    return [
        limit
        for limit in limits_of(stored, currency=currency)
        if limit.unit == LimitUnit.MONEY and limit.scope != LimitScope.CUSTOMER
    ]


def money_used(owners: set[tuple[int | None, int | None]], *, store: Store) -> dict[tuple[Any, ...], int]:
    """The counters in money of these owners that this store is under."""
    counters = LimitCounter.objects.filter(unit=LimitUnit.MONEY, shopper__isnull=True)
    counters = counters.filter(store__isnull=True) | counters.filter(store=store)
    promotions = [promotion for promotion, _campaign in owners if promotion]
    campaigns = [campaign for _promotion, campaign in owners if campaign]
    mine = counters.filter(promotion__in=promotions) | counters.filter(campaign__in=campaigns)
    rows = mine.values_list("promotion_id", "campaign_id", "store_id", "period", "starts_on", "used")
    return {tuple(row[:5]): row[5] for row in rows}


def key_of(
    owner: tuple[int | None, int | None], limit: Limit, *, store: Store, now: dt.datetime
) -> tuple[Any, ...]:
    """Which counter a limit has in this store now."""
    start = period_start(limit.period, now=now, timezone=store.timezone)
    return (*owner, store.pk if limit.scope == LimitScope.STORE else None, str(limit.period), start)
