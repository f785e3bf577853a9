"""How a deal is asked for, by whom, and how it stands to other deals."""

from collections.abc import Mapping
from typing import Any

from inventory.feeds.gtin import has_valid_check_digit
from promotions.rules.content.shapes import Wrong
from promotions.rules.words import Audience, Concurrence, OfferType

WITH_CODE = (OfferType.GENERIC_CODE, OfferType.GS1_COUPON)


def check_code(content: Mapping[str, Any], wrong: Wrong) -> None:
    """One code where one is shown to everybody; none where none is needed or each shopper has an own one."""
    offer_type = content.get("offer_type") or OfferType.NO_CODE
    code = content.get("generic_redemption_code") or ""
    if offer_type not in set(OfferType):
        wrong("offer_type", f"Choose from {', '.join(OfferType)}.")
    elif offer_type in WITH_CODE and not code:
        wrong("generic_redemption_code", "Enter the code, or choose that no code is needed.")
    elif offer_type == OfferType.NO_CODE and code:
        wrong("generic_redemption_code", "A code is given, but the promotion says that none is needed.")
    elif offer_type == OfferType.SINGLE_USE_CODES and code:
        wrong("generic_redemption_code", "Leave this empty: each shopper has a code of a batch.")
    elif code and (len(code) > 60 or not code.isprintable() or " " in code):
        wrong("generic_redemption_code", "A code has up to 60 characters and no spaces.")
    elif offer_type == OfferType.GS1_COUPON and not is_coupon_number(code):
        wrong(
            "generic_redemption_code",
            "A GS1 coupon number has 13 digits, the last of them its check digit; leave the serial out.",
        )


def is_coupon_number(code: str) -> bool:
    """A Global Coupon Number, AI (255), without serial, or a coupon GTIN-13 (GS1 General Specifications)."""
    return len(code) == 13 and code.isascii() and code.isdigit() and has_valid_check_digit(code)


def check_standing(content: Mapping[str, Any], wrong: Wrong) -> None:
    """Audience, concurrence, priority and what it combines with."""
    audience = content.get("audience") or Audience.EVERYONE
    if audience not in set(Audience):
        wrong("audience", f"Choose from {', '.join(Audience)}.")
    concurrence = content.get("concurrence") or Concurrence.BEST_PRICE
    if concurrence not in set(Concurrence):
        wrong("concurrence", f"Choose from {', '.join(Concurrence)}.")
    elif content.get("combines_with") and concurrence != Concurrence.COMPOUNDED:
        wrong("combines_with", "Only a compounded deal combines with others; leave this empty.")
    priority = content.get("priority") or 0
    if not -1000 <= priority <= 1000:
        wrong("priority", "Enter a number from −1,000 to 1,000.")
