"""What a revision may say: one rule set for form, API, upload and feed.

`content` holds revision fields in their Python types; missing keys count as empty. Errors are by field.
"""

from collections.abc import Mapping
from typing import Any

from promotions.rules.content.limits import check_limits
from promotions.rules.content.scope import check_scope
from promotions.rules.content.shapes import Wrong, canonical
from promotions.rules.content.standing import check_code, check_standing
from promotions.rules.content.telling import check_telling
from promotions.rules.content.value import AMOUNT_FIELDS, check_value
from promotions.rules.content.window import EARLIEST_YEAR, LATEST_YEAR, check_window, known_timezones
from promotions.rules.words import DELIVERY, RedemptionChannel

__all__ = [
    "AMOUNT_FIELDS",
    "EARLIEST_YEAR",
    "LATEST_YEAR",
    "canonical",
    "content_errors",
    "known_timezones",
]


def content_errors(content: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with the words of a revision by themselves, by field; empty when nothing is.

    Whether the named stores, items and codes exist is asked elsewhere.
    """
    errors: dict[str, list[str]] = {}

    def wrong(field: str, sentence: str) -> None:
        errors.setdefault(field, []).append(sentence)

    if not str(content.get("long_title") or "").strip():
        wrong("long_title", "Enter a title.")
    check_value(content, wrong)
    check_code(content, wrong)
    check_standing(content, wrong)
    check_window(content, wrong)
    check_scope(content, wrong)
    check_channels(content, wrong)
    check_limits(content, wrong)
    check_telling(content, wrong)
    return errors


def check_channels(content: Mapping[str, Any], wrong: Wrong) -> None:
    """At least one known channel; delivery is online's alone."""
    channels = content.get("redemption_channel") or []
    if not channels:
        wrong("redemption_channel", "Choose where the promotion can be used: in store, online or both.")
    elif set(channels) - set(RedemptionChannel):
        wrong("redemption_channel", f"Choose from {', '.join(RedemptionChannel)}.")
    elif content.get("coupon_value_type") in DELIVERY and set(channels) != {RedemptionChannel.ONLINE}:
        wrong("redemption_channel", "Free delivery is for online orders: choose online only.")
