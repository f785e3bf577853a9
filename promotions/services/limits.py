"""Counters of limits: taken from, given back to, and counted anew when a limit changes.

Whoever needs several counters takes them in one order, the hottest last and the promotion's own budget after them.
Whoever changes limits locks the counters, then the budgets, and raises `Budget.version` before counting anew; a
redemption or a roll-back that read an earlier version takes nothing and looks again. So at every commit a counter
is the sum of the redemptions it counts.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection

from inventory.models import Store
from promotions.models import Budget, Campaign, LimitCounter, Promotion, PromotionRevision, Redemption
from promotions.rules.limits import Limit, period_start
from promotions.rules.price import MINOR_UNITS, from_coins, in_coins
from promotions.rules.words import LimitPeriod, LimitScope, LimitUnit
from promotions.selectors.needs import campaign_of

# A shopper's counters, a store's, those of all; a promotion's before its campaign's: the hottest last.
HOTTEST_LAST = (
    "(c.shopper_id IS NULL), (c.store_id IS NULL), (c.campaign_id IS NOT NULL), c.period, c.unit, c.id"
)


class LimitsChanged(Exception):
    """Somebody changed the limits since they were read: look again."""


@dataclass(frozen=True)
class Take:
    """What one redemption takes from one counter; `amount` is uses, or coins of the limit's currency."""

    limit: Limit
    promotion_id: int | None
    campaign_id: int | None
    shopper_id: UUID | None
    store_id: int | None
    starts_on: dt.date | None
    amount: int

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes it this counter, as the database returns it."""
        return (
            self.promotion_id, self.campaign_id, self.shopper_id, self.store_id, self.starts_on,
            str(self.limit.period), str(self.limit.unit),
        )  # fmt: skip


def takes_of(
    *, redemption: Redemption, revision: PromotionRevision, campaign: Campaign | None, now: dt.datetime
) -> list[Take]:
    """What a redemption takes from the counters of its promotion and its campaign.

    Its money must be given, and be the limits' own, where a limit counts money; its shopper where one counts
    customers.
    """
    owned: list[tuple[Limit, int | None, int | None]] = [
        (limit, redemption.promotion_id, None) for limit in revision.all_limits
    ]
    if campaign:
        owned += [(limit, None, campaign.pk) for limit in campaign.all_limits]
    coins = coins_of(redemption)
    return [
        Take(
            limit=limit,
            promotion_id=promotion_id,
            campaign_id=campaign_id,
            shopper_id=redemption.shopper_id if limit.scope == LimitScope.CUSTOMER else None,
            store_id=redemption.store_id if limit.scope == LimitScope.STORE else None,
            starts_on=period_start(limit.period, now=now, timezone=redemption.store.timezone),
            amount=coins if limit.unit == LimitUnit.MONEY else 1,
        )
        for limit, promotion_id, campaign_id in owned
    ]


def coins_of(redemption: Redemption) -> int:
    """A redemption's discount in the smallest coins of its currency; 0 where none is known."""
    return in_coins(redemption.discount_amount or Decimal(0), currency=redemption.currency)


TAKE = f"""
INSERT INTO promotions_limitcounter AS counter
    (promotion_id, campaign_id, shopper_id, store_id, starts_on, period, unit, currency, limit_amount, used)
SELECT promotion_id, campaign_id, shopper_id, store_id, starts_on, period, unit, currency, limit_amount, amount
FROM unnest(%(promotions)s::int8[], %(campaigns)s::int8[], %(shoppers)s::uuid[], %(stores)s::int4[],
            %(starts)s::date[], %(periods)s::text[], %(units)s::text[], %(currencies)s::text[], %(limits)s::int8[],
            %(amounts)s::int8[]) WITH ORDINALITY
    AS c(promotion_id, campaign_id, shopper_id, store_id, starts_on, period, unit, currency, limit_amount, amount, id)
WHERE amount <= limit_amount
ORDER BY {HOTTEST_LAST}
ON CONFLICT (promotion_id, campaign_id, shopper_id, store_id, starts_on, period, unit) DO UPDATE
SET used = counter.used + excluded.used, limit_amount = excluded.limit_amount
WHERE counter.used + excluded.used <= excluded.limit_amount
RETURNING counter.promotion_id, counter.campaign_id, counter.shopper_id, counter.store_id, counter.starts_on,
          counter.period, counter.unit, counter.limit_amount - counter.used
"""  # noqa: S608


def take_counters(takes: Sequence[Take]) -> tuple[list[Limit], int | None]:
    """Take from every counter: the limits that had no room, and the uses left for the store's next shopper.

    Runs in a savepoint of the caller, who rolls it back when any limit had no room.
    """
    if not takes:
        return [], None
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE,
            {
                "promotions": [take.promotion_id for take in takes],
                "campaigns": [take.campaign_id for take in takes],
                "shoppers": [take.shopper_id for take in takes],
                "stores": [take.store_id for take in takes],
                "starts": [take.starts_on for take in takes],
                "periods": [str(take.limit.period) for take in takes],
                "units": [str(take.limit.unit) for take in takes],
                "currencies": [take.limit.currency for take in takes],
                "limits": [take.limit.amount for take in takes],
                "amounts": [take.amount for take in takes],
            },
        )
        left = {tuple(row[:7]): row[7] for row in cursor.fetchall()}
    full = [take.limit for take in takes if take.key not in left]
    uses = [
        left[take.key]
        for take in takes
        if take.key in left and take.limit.unit == LimitUnit.USES and take.limit.scope != LimitScope.CUSTOMER
    ]
    return full, min(uses, default=None)


GIVE_BACK = f"""
WITH mine AS MATERIALIZED (
    SELECT c.id FROM promotions_limitcounter c
    WHERE (c.promotion_id = %(promotion)s AND c.campaign_id IS NULL
           OR c.promotion_id IS NULL AND c.campaign_id = %(campaign)s)
      AND (c.shopper_id IS NULL OR c.shopper_id = %(shopper)s) AND (c.store_id IS NULL OR c.store_id = %(store)s)
      AND (c.starts_on IS NULL OR c.period = 'DAY' AND c.starts_on = %(day)s
           OR c.period = 'WEEK' AND c.starts_on = %(week)s OR c.period = 'MONTH' AND c.starts_on = %(month)s)
      AND (c.unit = 'USES' OR c.currency = %(currency)s)
    ORDER BY {HOTTEST_LAST} FOR UPDATE
)
UPDATE promotions_limitcounter c SET used = c.used - CASE c.unit WHEN 'USES' THEN 1 ELSE %(coins)s::int8 END
FROM mine WHERE mine.id = c.id
"""  # noqa: S608


def give_back_counters(redemption: Redemption) -> None:
    """Give a redemption's use and money back to every counter that counts it; a period that is over has none."""
    campaign = campaign_of(redemption.revision)
    with connection.cursor() as cursor:
        cursor.execute(
            GIVE_BACK,
            {
                "promotion": redemption.promotion_id,
                "campaign": campaign.pk if campaign else None,
                "shopper": redemption.shopper_id,
                "store": redemption.store_id,
                "currency": redemption.currency,
                "coins": coins_of(redemption),
                **period_starts(store=redemption.store, now=redemption.redeemed_at),
            },
        )


def period_starts(*, store: Store, now: dt.datetime) -> dict[str, dt.date | None]:
    """The first days of the day, the week and the month on the store's calendar, by these names."""
    return {
        period.lower(): period_start(period, now=now, timezone=store.timezone)
        for period in (LimitPeriod.DAY, LimitPeriod.WEEK, LimitPeriod.MONTH)
    }


# What each counter of one limit has to show now, from the redemptions; only what is within the limit is written.
RECOUNT = """
WITH redeemed AS (
    SELECT d.*, s.timezone
    FROM promotions_redemption d
    JOIN promotions_promotionrevision v ON v.id = d.revision_id
    JOIN inventory_store s ON s.id = d.store_id
    WHERE d.state = 'REDEEMED' AND (d.promotion_id = %(promotion)s::int8 OR v.campaign = %(campaign_id)s::text)
), counted AS (
    SELECT CASE WHEN %(scope)s::text = 'CUSTOMER' THEN shopper_id END AS shopper_id,
           CASE WHEN %(scope)s::text = 'STORE' THEN store_id END AS store_id,
           date_trunc(%(step)s::text, redeemed_at AT TIME ZONE timezone)::date AS starts_on,
           sum(CASE WHEN %(unit)s::text = 'USES' THEN 1
                    WHEN currency = %(currency)s::text THEN round(discount_amount * 10 ^ %(decimals)s::int4)
                    ELSE 0 END)::int8 AS used
    FROM redeemed
    WHERE (%(scope)s::text <> 'CUSTOMER' OR shopper_id IS NOT NULL)
      AND (%(step)s::text IS NULL OR date_trunc(%(step)s::text, redeemed_at AT TIME ZONE timezone)
                                   = date_trunc(%(step)s::text, %(now)s::timestamptz AT TIME ZONE timezone))
    GROUP BY 1, 2, 3
), written AS (
    INSERT INTO promotions_limitcounter
        (promotion_id, campaign_id, shopper_id, store_id, starts_on, period, unit, currency, limit_amount, used)
    SELECT %(promotion)s::int8, %(campaign)s::int8, shopper_id, store_id, starts_on, %(period)s, %(unit)s,
           %(currency)s, %(limit)s::int8, used
    FROM counted WHERE used <= %(limit)s::int8
)
SELECT max(used) FROM counted
"""


def apply_revision(*, promotion: Promotion, revision: PromotionRevision, now: dt.datetime) -> None:
    """Put a promotion under the limits of a revision that is being published, and open it.

    Raises ValidationError when more is used than a limit allows. The caller holds the promotion's lock.
    """
    before = promotion.current_revision
    is_changed = before is None or before.all_limits != revision.all_limits
    counters = LimitCounter.objects.filter(promotion=promotion)
    if is_changed:
        lock_counters(promotion=promotion.pk)
    budget, _created = Budget.objects.select_for_update(no_key=True).get_or_create(promotion=promotion)
    limit = revision.total_uses
    if limit is not None and budget.used > limit:
        field = "limits" if revision.limit_uses is None else "limit_uses"
        raise ValidationError({field: [f"{budget.used} uses are taken already."]})
    budget.limit_uses, budget.is_open = limit, True
    budget.version += is_changed
    budget.save()
    if is_changed:
        counters.delete()
        recount(limits=revision.all_limits, promotion=promotion, now=now)


def apply_campaign(*, campaign: Campaign, now: dt.datetime) -> None:
    """Put the promotions of a campaign under its limits; raises ValidationError as for a promotion.

    The caller holds the campaign's lock.
    """
    lock_counters(campaign=campaign.pk)
    budgets = Budget.objects.filter(
        promotion__in=PromotionRevision.objects.filter(campaign=campaign.campaign_id)
        .exclude(campaign="")
        .values("promotion")
    )
    locked = list(budgets.order_by("pk").select_for_update(no_key=True, of=("self",)))
    for budget in locked:
        budget.version += 1
    Budget.objects.bulk_update(locked, ["version"])
    LimitCounter.objects.filter(campaign=campaign).delete()
    recount(limits=campaign.all_limits, campaign=campaign, now=now)


LOCK = f"""
SELECT c.id FROM promotions_limitcounter c
WHERE c.promotion_id = %(promotion)s::int8 AND c.campaign_id IS NULL
   OR c.promotion_id IS NULL AND c.campaign_id = %(campaign)s::int8
ORDER BY {HOTTEST_LAST} FOR UPDATE
"""  # noqa: S608


def lock_counters(*, promotion: int | None = None, campaign: int | None = None) -> None:
    """Lock every counter of one owner, in the order in which redemptions take them."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"promotion": promotion, "campaign": campaign})


def recount(
    *,
    limits: Iterable[Limit],
    now: dt.datetime,
    promotion: Promotion | None = None,
    campaign: Campaign | None = None,
) -> None:
    """Write the counters of the current periods anew from the redemptions; ValidationError beyond a limit."""
    for limit in limits:
        step = None if limit.period == LimitPeriod.TOTAL else limit.period.lower()
        with connection.cursor() as cursor:
            cursor.execute(
                RECOUNT,
                {
                    "promotion": promotion.pk if promotion else None,
                    "campaign": campaign.pk if campaign else None,
                    "campaign_id": campaign.campaign_id if campaign else None,
                    "scope": str(limit.scope),
                    "period": str(limit.period),
                    "step": step,
                    "unit": str(limit.unit),
                    "currency": limit.currency,
                    "decimals": MINOR_UNITS.get(limit.currency, 2),
                    "limit": limit.amount,
                    "now": now,
                },
            )
            (used,) = cursor.fetchone()
        if used is not None and used > limit.amount:
            already = amount_text(used, limit=limit)
            raise ValidationError({"limits": [f"{limit.scope} {limit.period}: {already} already."]})


def amount_text(used: int, *, limit: Limit) -> str:
    """How much is used, in words."""
    if limit.unit == LimitUnit.USES:
        return f"{used} uses are taken"
    return f"{from_coins(used, currency=limit.currency)} {limit.currency} are given"
