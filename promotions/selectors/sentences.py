"""The words for people: what a deal gives, what to say to a shopper, and why."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext_noop, pgettext
from django.utils.translation import gettext as _

from promotions.rules.price import MINOR_UNITS, Benefit, Tier
from promotions.rules.words import AppliesTo, CouponValueType, Outcome, Reason, TierBasis

HUNDRED = Decimal(100)
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def money(amount: Decimal, currency: str) -> str:
    """An amount as the active language writes it, with the currency's sign where it has a common one."""
    text = number_format(amount, decimal_pos=MINOR_UNITS.get(currency, 2), use_l10n=True, force_grouping=True)
    sign = SIGNS.get(currency)
    if not sign:
        return f"{text} {currency}"
    # Where the sign stands, such as "%(amount)s %(sign)s" with a no-break space.
    return pgettext("money", "%(sign)s%(amount)s") % {"sign": sign, "amount": text}


def percent(amount: Decimal) -> str:
    """A percentage without needless zeros."""
    text = f"{amount:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def benefit_text(benefit: Benefit) -> str:
    """What the deal gives, in three words."""
    return _benefit_text(benefit, get_language())


@lru_cache(maxsize=4096)  # many items and stores, few benefits
def _benefit_text(benefit: Benefit, _language: str | None) -> str:
    words = _words(benefit) % _numbers(benefit)
    if benefit.minimum_purchase is None:
        return words
    minimum = money(benefit.minimum_purchase, benefit.currency)
    return _("%(deal)s from %(minimum)s") % {"deal": words, "minimum": minimum}


def _words(benefit: Benefit) -> str:
    """The kind of deal with gaps for its numbers."""
    if benefit.kind == CouponValueType.BUY_M_GET_N_PERCENT_OFF and benefit.amount == HUNDRED:
        return _("buy %(bought)s, get %(got)s free")
    if benefit.kind == CouponValueType.BUNDLE_PRICE and benefit.minimum_quantity is None:
        return _("together %(money)s")
    if benefit.applies_to == AppliesTo.BASKET and benefit.kind != CouponValueType.TIERED:
        is_percent = benefit.kind == CouponValueType.PERCENT_OFF
        return _("%(percent)s off all of it") if is_percent else _("%(money)s off all of it")
    return {
        CouponValueType.PERCENT_OFF: _("%(percent)s off"),
        CouponValueType.MONEY_OFF: _("%(money)s off"),
        CouponValueType.FIXED_PRICE: _("only %(money)s"),
        CouponValueType.BUY_M_GET_N_PERCENT_OFF: _("buy %(bought)s, get %(percent)s off %(got)s more"),
        CouponValueType.BUY_M_GET_N_MONEY_OFF: _("buy %(bought)s, get %(money)s off %(got)s more"),
        CouponValueType.BUY_M_GET_PERCENT_OFF: _("%(percent)s off from %(bought)s on"),
        CouponValueType.BUY_M_GET_MONEY_OFF: _("%(money)s off for each %(bought)s"),
        CouponValueType.BUNDLE_PRICE: _("%(bought)s for %(money)s"),
        CouponValueType.TIERED: _("the more, the cheaper: %(steps)s"),
        CouponValueType.FREE_GIFT: _("%(gift)s free with it"),
        CouponValueType.FREE_GIFT_WITH_VALUE: _("%(gift)s, worth %(worth)s, free with it"),
        CouponValueType.FREE_GIFT_WITH_ITEM_ID: _("%(gift)s free with it"),
        CouponValueType.FREE_SHIPPING_STANDARD: _("free delivery"),
        CouponValueType.FREE_SHIPPING_OVERNIGHT: _("free overnight delivery"),
        CouponValueType.FREE_SHIPPING_TWO_DAY: _("free two-day delivery"),
    }[benefit.kind]


def _numbers(benefit: Benefit) -> dict[str, Any]:
    return {
        "percent": percent(benefit.amount),
        "money": money(benefit.amount, benefit.currency),
        "bought": benefit.minimum_quantity,
        "got": benefit.get_quantity,
        "gift": benefit.gift,
        "worth": money(benefit.gift_value or Decimal(0), benefit.currency),
        "steps": ", ".join(step_text(tier, benefit=benefit) for tier in benefit.tiers),
    }


def step_text(tier: Tier, *, benefit: Benefit) -> str:
    """One step of a tiered deal: "from 3: 10 % off"."""
    by_money = benefit.tier_basis == TierBasis.AMOUNT
    start = money(tier.start, benefit.currency) if by_money else f"{tier.start:f}"
    step = Benefit(
        kind=tier.kind, amount=tier.amount, currency=benefit.currency, applies_to=benefit.applies_to
    )
    return _("from %(start)s: %(deal)s") % {"start": start, "deal": benefit_text(step)}


def day_text(day: date) -> str:
    """A day as people on the floor say it: "Saturday 28 November" in the active language."""
    return _day_text(day, get_language())


@lru_cache(maxsize=1024)  # a store's scans of a day speak of few days
def _day_text(day: date, _language: str | None) -> str:
    return date_format(day, pgettext("format of a day", "l j F"))


def moment_text(local: datetime) -> str:
    """A store-local moment, the day only when it is a whole one: "Saturday 28 November, 14:00"."""
    return day_text(local.date()) if local.time() == time(0) else f"{day_text(local.date())}, {local:%H:%M}"


def end_text(local: datetime) -> str:
    """A half-open end as people mean it: midnight is the end of the day before."""
    return day_text((local - local.resolution).date()) if local.time() == time(0) else moment_text(local)


def say(outcome: Outcome, *, reason: Reason, facts: Mapping[str, Any]) -> str:
    """The sentence the associate can say to the shopper. Facts (texts): benefit, item, starts, ends, store, similar."""
    facts = {
        "benefit": "",
        "item": _("this item"),
        "starts": "",
        "ends": "",
        "store": "",
        "opens": "",
        "limit": "",
        "price": "",
        "other": "",
        "similar": "",
        **facts,
    }
    if reason == Reason.OUTSIDE_HOURS and not facts["opens"]:
        return _("That deal holds at certain hours only, and these are over.")
    named = {"has_store": bool(facts["store"]), "has_similar": bool(facts["similar"])}
    return sentence(outcome, reason=reason, **named) % facts


def sentence(outcome: Outcome, *, reason: Reason, has_store: bool, has_similar: bool) -> str:
    """The sentence with its gaps; it names another store, and another item of the deal that is here, where it can."""
    match outcome:
        case Outcome.HONOUR if reason == Reason.HONOUR_WINDOW:
            return _("It ended on %(ends)s, but we still give it to you: %(benefit)s on %(item)s.")
        case Outcome.HONOUR:
            return _("Yes, that's right: %(benefit)s on %(item)s, until %(ends)s.")
        case Outcome.HONOUR_AND_REPORT if reason == Reason.TILL_DIFFERS:
            return _(
                "Yes, it's %(price)s: %(benefit)s on %(item)s. The till has it wrong; I'll put that right."
            )
        case Outcome.HONOUR_AND_REPORT:
            return _("Yes, it's %(price)s: %(benefit)s on %(item)s. The sign is wrong; I'll put that right.")
        case Outcome.CHECK_SHELF:
            return _("The deal is right: %(benefit)s on %(item)s. Let me check the shelf for you.")
        case Outcome.OFFER_ALTERNATIVE:
            return alternative_sentence(reason, has_store=has_store, has_similar=has_similar)
        case Outcome.UNKNOWN if reason == Reason.MISREAD_CODE:
            return _("The scanner misread that. Let me scan it again.")
        case Outcome.UNKNOWN:
            return _("I don't find that one. Can you show me where you saw it?")
    return refusal_sentence(reason, has_store=has_store)


def alternative_sentence(reason: Reason, *, has_store: bool, has_similar: bool) -> str:
    """Not this, but that."""
    if reason == Reason.BEATEN:
        return _("You get even more here: %(other)s.")
    if reason == Reason.EXCLUDED_BY:
        return _("That deal doesn't add to the one already on %(item)s: %(other)s.")
    if not has_store:
        return _("The deal is right, but we are out of %(item)s. Here the same deal holds on %(similar)s.")
    if not has_similar:
        return _("The deal is right, but we are out of %(item)s. Our %(store)s store has it.")
    return _(
        "The deal is right, but we are out of %(item)s. Our %(store)s store has it, and here the same deal holds on "
        "%(similar)s."
    )


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
        Reason.MEMBERS_ONLY: _("That deal is for members; I can sign you up, and then it is yours."),
        Reason.OUTSIDE_HOURS: _("That deal holds at certain hours; the next begin on %(opens)s."),
        Reason.STORE_LIMIT_REACHED: _("I'm sorry, our store's share of this deal is used up."),
        Reason.CUSTOMER_LIMIT_REACHED: _("I'm sorry, you have used this deal as often as it allows."),
        Reason.CODE_USED: _("I'm sorry, this code has been used."),
        Reason.CODE_WRONG: _("I'm sorry, this code belongs to another deal."),
        Reason.PRICE_ABOVE_LIMIT: _("That deal is for items up to %(limit)s; %(item)s costs more."),
        Reason.ITEM_NOT_IN_DEAL: _("That deal is for other items, not for %(item)s."),
        Reason.NO_DEAL: _("There is no deal on %(item)s today; it is at its regular price."),
    }
    return texts.get(reason, _("I'm sorry, I can't give that deal here."))


NO_FACTS: dict[str, Any] = dict.fromkeys(
    (
        *("starts", "ends", "opens", "honoured_until", "quantity", "counted"),
        *("code", "minimum", "limit", "currency", "bought", "other", "price", "sign", "till"),
    ),
    "",
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
    Reason.THIN_STOCK: gettext_noop(
        "%(quantity)s at the last count (%(counted)s): too few to promise unseen."
    ),
    Reason.SIGN_DIFFERS: gettext_noop("The sign says %(sign)s; %(price)s is right."),
    Reason.TILL_DIFFERS: gettext_noop("The till says %(till)s; %(price)s is right."),
    Reason.CODE_NEEDED: gettext_noop("The shopper needs the code %(code)s."),
    Reason.MINIMUM_PURCHASE: gettext_noop("From a purchase of %(minimum)s."),
    Reason.MINIMUM_QUANTITY: gettext_noop("From %(bought)s pieces on."),
    Reason.MEMBERS_ONLY: gettext_noop("Only for members of the loyalty programme."),
    Reason.OUTSIDE_HOURS: gettext_noop("Only at its hours; the next begin on %(opens)s."),
    Reason.HONOUR_WINDOW: gettext_noop(
        "It ended on %(ends)s, and may still be honoured until %(honoured_until)s."
    ),
    Reason.STORE_LIMIT_REACHED: gettext_noop("This store's share of the promotion is used up."),
    Reason.CUSTOMER_LIMIT_REACHED: gettext_noop("This customer has used it as often as it allows."),
    Reason.CODE_USED: gettext_noop("The code %(code)s has been used."),
    Reason.CODE_WRONG: gettext_noop("The code %(code)s does not belong to this promotion."),
    Reason.PRICE_ABOVE_LIMIT: gettext_noop("Only for items up to %(limit)s."),
    Reason.BUNDLE_INCOMPLETE: gettext_noop("It takes every part of the bundle."),
    Reason.REWARD_MISSING: gettext_noop("The item it would discount is not in the basket."),
    Reason.NO_PRICE: gettext_noop("The item has no price."),
    Reason.BEATEN: gettext_noop("%(other)s saves more."),
    Reason.EXCLUDED_BY: gettext_noop("%(other)s cannot be combined with it."),
    Reason.NOTHING_LEFT_TO_TAKE_OFF: gettext_noop("Nothing is left to take off."),
}

# What is said where the one fact of the sentence is not known.
WITHOUT_FACT = {
    Reason.CODE_NEEDED: ("code", gettext_noop("The shopper needs a code of their own.")),
    Reason.OUTSIDE_HOURS: ("opens", gettext_noop("Only at its hours.")),
    Reason.MINIMUM_QUANTITY: ("bought", gettext_noop("From a number of pieces on.")),
}


def reason_text(reason: Reason, facts: Mapping[str, Any]) -> str:
    """A reason as a sentence with the fact in it. Facts as in `say`, and quantity, counted, code, minimum."""
    fact, without = WITHOUT_FACT.get(reason, ("", ""))
    text = without if without and not facts.get(fact) else REASONS[reason]
    return _translated(text, get_language()) % {**NO_FACTS, **facts}


@lru_cache(maxsize=1024)
def _translated(text: str, _language: str | None) -> str:
    return _(text)
