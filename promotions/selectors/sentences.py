"""The words for people: what a deal gives, what to say to a shopper, and why."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from promotions.rules.price import MINOR_UNITS, Benefit
from promotions.rules.words import CouponValueType, Outcome, Reason

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def money(amount: Decimal, currency: str) -> str:
    """An amount as the active language writes it, with the currency's sign where it has a common one."""
    text = number_format(amount, decimal_pos=MINOR_UNITS.get(currency, 2), use_l10n=True, force_grouping=True)
    sign = SIGNS.get(currency)
    return f"{sign}{text}" if sign else f"{text} {currency}"


def percent(amount: Decimal) -> str:
    """A percentage without needless zeros."""
    text = f"{amount:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def benefit_text(benefit: Benefit) -> str:
    """What the deal gives, in three words."""
    return _benefit_text(benefit, get_language())


@lru_cache(maxsize=4096)  # many items and stores, few benefits
def _benefit_text(benefit: Benefit, _language: str | None) -> str:
    match benefit.kind:
        case CouponValueType.PERCENT_OFF:
            return _("%(amount)s off") % {"amount": percent(benefit.amount)}
        case CouponValueType.MONEY_OFF:
            return _("%(amount)s off") % {"amount": money(benefit.amount, benefit.currency)}
        case CouponValueType.FIXED_PRICE:
            return _("only %(amount)s") % {"amount": money(benefit.amount, benefit.currency)}


def day_text(day: date) -> str:
    """A day as people on the floor say it: "Saturday 28 November" in the active language."""
    return _day_text(day, get_language())


@lru_cache(maxsize=1024)  # a store's scans of a day speak of few days
def _day_text(day: date, _language: str | None) -> str:
    return date_format(day, "l j F")


def moment_text(local: datetime) -> str:
    """A store-local moment, the day only when it is a whole one: "Saturday 28 November, 14:00"."""
    return day_text(local.date()) if local.time() == time(0) else f"{day_text(local.date())}, {local:%H:%M}"


def end_text(local: datetime) -> str:
    """A half-open end as people mean it: midnight is the end of the day before."""
    return day_text((local - local.resolution).date()) if local.time() == time(0) else moment_text(local)


def say(outcome: Outcome, *, reason: Reason, facts: Mapping[str, Any]) -> str:
    """The sentence the associate can say to the shopper. Facts: benefit, item, starts, ends, store (texts)."""
    facts = {"benefit": "", "item": _("this item"), "starts": "", "ends": "", "store": "", **facts}
    return sentence(outcome, reason=reason, has_store=bool(facts["store"])) % facts


def sentence(outcome: Outcome, *, reason: Reason, has_store: bool) -> str:
    """The sentence with its gaps; `has_store` says that another store can be named."""
    match outcome:
        case Outcome.HONOUR:
            return _("Yes, that's right: %(benefit)s on %(item)s, until %(ends)s.")
        case Outcome.CHECK_SHELF:
            return _("The deal is right: %(benefit)s on %(item)s. Let me check the shelf for you.")
        case Outcome.OFFER_ALTERNATIVE if has_store:
            return _("The deal is right, but we are out of %(item)s. Our %(store)s store has it.")
        case Outcome.OFFER_ALTERNATIVE:
            return _(
                "The deal is right, but we are out of %(item)s. The same deal holds on something similar."
            )
        case Outcome.UNKNOWN if reason == Reason.MISREAD_CODE:
            return _("The scanner misread that. Let me scan it again.")
        case Outcome.UNKNOWN:
            return _("I don't find that one. Can you show me where you saw it?")
    return refusal_sentence(reason, has_store=has_store)


def refusal_sentence(reason: Reason, *, has_store: bool) -> str:
    """A friendly no, with the fact that makes it one."""
    sold_out = _("The deal is right, but I'm sorry, %(item)s is not available at the moment.")
    not_here = _("I'm sorry, that deal is not valid in this store.")
    elsewhere = _("That deal is not valid in this store, but it is in our %(store)s store.")
    texts = {
        Reason.NOT_STARTED: _("That deal starts here on %(starts)s. I'm happy to see you then."),
        Reason.ENDED: _("I'm sorry, that deal ended here on %(ends)s."),
        Reason.STOPPED: _("I'm sorry, that deal has been withdrawn."),
        Reason.ONLINE_ONLY: _("That deal is for online orders. I can show you how to order it."),
        Reason.NOT_THIS_STORE: elsewhere if has_store else not_here,
        Reason.BUDGET_SPENT: _("I'm sorry, this code has been used up."),
        Reason.OUT_OF_STOCK: sold_out,
        Reason.NOT_STOCKED: sold_out,
        Reason.ITEM_NOT_IN_DEAL: _("That deal is for other items, not for %(item)s."),
        Reason.NO_DEAL: _("There is no deal on %(item)s today; it is at its regular price."),
    }
    return texts.get(reason, _("I'm sorry, I can't give that deal here."))


NO_FACTS: dict[str, Any] = dict.fromkeys(
    ("starts", "ends", "quantity", "counted", "code", "minimum", "currency"), ""
)

REASONS = {
    Reason.VALID: gettext_noop("Valid here until %(ends)s."),
    Reason.MISREAD_CODE: gettext_noop("The check digit does not fit: misread, scan again."),
    Reason.UNKNOWN_CODE: gettext_noop("Neither an item nor a promotion has the code %(code)s."),
    Reason.NO_DEAL: gettext_noop("No promotion covers this item here."),
    Reason.NOT_STARTED: gettext_noop("Starts here on %(starts)s."),
    Reason.ENDED: gettext_noop("Ended here on %(ends)s."),
    Reason.STOPPED: gettext_noop("Head office has stopped this promotion."),
    Reason.NOT_THIS_STORE: gettext_noop("The promotion does not include this store."),
    Reason.ONLINE_ONLY: gettext_noop("Only valid for online orders."),
    Reason.BUDGET_SPENT: gettext_noop("Every use of this promotion is taken."),
    Reason.CURRENCY_MISMATCH: gettext_noop("The amount is in %(currency)s, which is not this store's money."),
    Reason.ITEM_NOT_IN_DEAL: gettext_noop("The promotion does not cover this item."),
    Reason.NOT_STOCKED: gettext_noop("This store does not carry it."),
    Reason.OUT_OF_STOCK: gettext_noop("Sold out here (%(counted)s)."),
    Reason.STALE_STOCK: gettext_noop("The last count is too old to trust (%(counted)s)."),
    Reason.LOW_STOCK: gettext_noop("Only %(quantity)s left (%(counted)s)."),
    Reason.CODE_NEEDED: gettext_noop("The shopper needs the code %(code)s."),
    Reason.MINIMUM_PURCHASE: gettext_noop("From a purchase of %(minimum)s."),
}


def reason_text(reason: Reason, facts: Mapping[str, Any]) -> str:
    """A reason as a sentence with the fact in it. Facts as in `say`, and quantity, counted, code, minimum."""
    return _(REASONS[reason]) % {**NO_FACTS, **facts}
