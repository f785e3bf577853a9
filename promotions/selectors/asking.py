"""What a question about a scan may say besides the code, and what is wrong with it, in words."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.feeds.digital_link import LONGEST_LINK
from inventory.feeds.scans import LONGEST_CODE
from promotions.rules.content.shapes import number_in
from promotions.rules.price import MINOR_UNITS
from promotions.rules.verdict import SeenPrices

SCAN_PROBLEMS = {
    "EMPTY": gettext_noop("Say what was scanned: ?code=…"),
    "NUL": gettext_noop("A code has no NUL characters."),
    "TOO_LONG": gettext_noop("A code has at most %(code)s characters, a message with a link %(link)s."),
}


def scan_problem_text(problem: str) -> str:
    """Why a text cannot be looked up, as a sentence; `problem` is one of `scan_problem`."""
    return _(SCAN_PROBLEMS[problem]) % {"code": LONGEST_CODE, "link": LONGEST_LINK}


def typed_price(text: str, *, currency: str) -> Decimal | None:
    """Money as a person types it, with a decimal comma or point; None for what is none.

    That is so of more decimals than the currency has: "1,000" dollars may be a thousand or one.
    """
    amount = number_in(text.strip().replace(",", "."))
    if amount is None or amount < 0:
        return None
    _sign, _digits, exponent = amount.as_tuple()
    return amount if -int(exponent) <= MINOR_UNITS.get(currency, 2) else None


def seen_prices_in(asked: Mapping[str, str], *, currency: str) -> tuple[SeenPrices, dict[str, list[str]]]:
    """The prices of one unit in `seen_price` (the sign) and `till_price`, and what is wrong with them by field.

    In the store's money, with a decimal comma or point; empty is nothing seen.
    """
    prices, errors = {}, {}
    for name in ("seen_price", "till_price"):
        text = asked.get(name, "").strip()
        amount = typed_price(text, currency=currency) if text else None
        if text and amount is None:
            errors[name] = [_("Enter a price such as 4.50.")]
        prices[name] = None if errors else amount
    return SeenPrices(sign=prices["seen_price"], till=prices["till_price"]), errors
