"""How often, and how much."""

from collections.abc import Mapping
from typing import Any

from promotions.rules.content.shapes import Wrong, number_in, objects, unknown_keys
from promotions.rules.price import round_money
from promotions.rules.words import LimitPeriod, LimitScope, LimitUnit

WORDS = {"scope": LimitScope, "period": LimitPeriod, "unit": LimitUnit}


def check_limits(content: Mapping[str, Any], wrong: Wrong) -> None:
    """Minimum stock, the limit of uses, and every other limit once."""
    minimum = content.get("minimum_stock")
    if minimum is not None and minimum < 1:
        wrong("minimum_stock", "The minimum stock is at least 1.")
    uses = content.get("limit_uses")
    if uses is not None and uses < 1:
        wrong("limit_uses", "A limit of uses is at least 1; leave it empty for no limit.")
    seen = set()
    currency = str(content.get("currency") or "")
    for number, one in enumerate(objects(content, "limits", wrong), 1):
        check_limit(one, number, wrong)
        amount = number_in(one.get("limit")) if one.get("unit") == LimitUnit.MONEY and currency else None
        if amount is not None and round_money(amount, currency=currency) != amount:
            wrong("limits", f"Limit {number}: {currency} has no smaller coin; leave the last decimals out.")
        key = tuple(str(one.get(name)) for name in WORDS)
        if key in seen:
            wrong("limits", f"Limit {number}: the same limit is given twice.")
        if uses is not None and key == (LimitScope.PROMOTION, LimitPeriod.TOTAL, LimitUnit.USES):
            wrong("limits", f"Limit {number}: the uses in all stores together are given already.")
        seen.add(key)


def check_limit(one: Mapping[str, Any], number: int, wrong: Wrong) -> None:
    """Known words and an amount above 0, whole where it counts uses."""
    if unknown := unknown_keys(one, known={*WORDS, "limit"}):
        wrong("limits", f"Limit {number}: {unknown} is not known.")
    for name, words in WORDS.items():
        if str(one.get(name)) not in set(words):
            wrong("limits", f"Limit {number}: {name} is one of {', '.join(words)}.")
    limit = number_in(one.get("limit"))
    if limit is None or limit <= 0:
        wrong("limits", f"Limit {number}: enter an amount above 0.")
    elif one.get("unit") == LimitUnit.USES and limit != int(limit):
        wrong("limits", f"Limit {number}: uses are whole.")
