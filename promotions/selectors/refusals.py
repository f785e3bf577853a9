"""Deals that shoppers did not get: counted by reason, store and promotion over a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from promotions.rules.reports import REFUSALS

PERIODS = (1, 7, 28)

# A period is whole days on each store's own clock, today included: [midnight days-1 ago, now).
COUNT = """
WITH refused AS (
    SELECT c.reasons[1] AS reason, c.store_id, c.promotion_id, c.price_amount, c.currency
    FROM promotions_honourcheck c JOIN inventory_store s ON s.id = c.store_id
    WHERE c.outcome IN ('REFUSE', 'OFFER_ALTERNATIVE') AND c.outcome = ANY(%(outcomes)s::text[])
      AND c.at > %(now)s - make_interval(days => %(days)s + 1) AND c.at <= %(now)s
      AND c.at >= (date_trunc('day', %(now)s AT TIME ZONE s.timezone) - make_interval(days => %(days)s - 1))
                  AT TIME ZONE s.timezone
), summed AS (
    SELECT GROUPING(reason, store_id, promotion_id) AS what, reason, store_id, promotion_id, currency,
           count(*) AS times, sum(price_amount) AS amount
    FROM refused
    GROUP BY GROUPING SETS ((reason, currency), (store_id, currency), (promotion_id, currency), (currency))
)
SELECT u.what, coalesce(u.reason, s.store_code, p.promotion_id, ''),
       coalesce(u.reason, s.name, nullif(r.operator_display_name, ''), r.long_title, ''), p.id,
       sum(u.times)::int8,
       coalesce(json_agg(json_build_array(u.amount::text, u.currency) ORDER BY u.amount DESC)
                FILTER (WHERE u.amount IS NOT NULL), '[]')
FROM summed u
LEFT JOIN inventory_store s ON s.id = u.store_id
LEFT JOIN promotions_promotion p ON p.id = u.promotion_id
LEFT JOIN promotions_promotionrevision r ON r.id = p.current_revision_id
GROUP BY u.what, u.reason, s.id, p.id, r.id, u.promotion_id
ORDER BY 5 DESC, 2
"""
# GROUPING sets a bit for each column that a row is not grouped by: reason, store, promotion.
BY_REASON, BY_STORE, BY_PROMOTION, WHOLE = 0b011, 0b101, 0b110, 0b111


@dataclass(frozen=True)
class RefusalLine:
    """One reason, store or promotion. `key` is its code, `name` what people call it ("" for no promotion at all).

    `amounts` are what the shoppers would have paid, one sum a currency, the largest first.
    """

    key: str
    name: str
    promotion_pk: int | None
    times: int
    amounts: tuple[tuple[Decimal, str], ...]


@dataclass(frozen=True)
class RefusalBoard:
    """The refusals of the last `days` days, counted three ways, the most frequent first."""

    days: int
    times: int
    amounts: tuple[tuple[Decimal, str], ...]
    by_reason: tuple[RefusalLine, ...]
    by_store: tuple[RefusalLine, ...]
    by_promotion: tuple[RefusalLine, ...]


def refusal_board(*, days: int, now: datetime) -> RefusalBoard:
    """Everything about refusals of so many days on the stores' own clocks, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"outcomes": sorted(REFUSALS), "days": days, "now": now})
        rows = cursor.fetchall()
    whole = lines(rows, of=WHOLE)
    return RefusalBoard(
        days=days,
        times=whole[0].times if whole else 0,
        amounts=whole[0].amounts if whole else (),
        by_reason=lines(rows, of=BY_REASON),
        by_store=lines(rows, of=BY_STORE),
        by_promotion=lines(rows, of=BY_PROMOTION),
    )


def lines(rows: Sequence[Sequence[Any]], *, of: int) -> tuple[RefusalLine, ...]:
    """The rows that are counted one way."""
    return tuple(
        RefusalLine(key, name, pk, times, tuple((Decimal(amount), currency) for amount, currency in amounts))
        for what, key, name, pk, times, amounts in rows
        if what == of
    )
