"""What a campaign may say."""

from collections.abc import Mapping
from typing import Any

from promotions.rules.content.limits import check_limits
from promotions.rules.content.shapes import is_currency
from promotions.rules.words import LimitUnit


def campaign_errors(content: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with a campaign's `title`, `limits` and `currency`, by field; empty when nothing is.

    Limits are those of a promotion; scope PROMOTION means all promotions of the campaign together.
    """
    errors: dict[str, list[str]] = {}

    def wrong(field: str, sentence: str) -> None:
        errors.setdefault(field, []).append(sentence)

    if not str(content.get("title") or "").strip():
        wrong("title", "Enter a title.")
    currency = content.get("currency") or ""
    if currency and not is_currency(currency):
        wrong("currency", "A currency is three capital letters, such as USD.")
    check_limits(content, wrong)
    limits = content.get("limits")
    counts_money = isinstance(limits, list) and any(
        isinstance(one, Mapping) and one.get("unit") == LimitUnit.MONEY for one in limits
    )
    if counts_money and not currency:
        wrong("currency", "Enter the currency of the budget, such as USD.")
    return errors
