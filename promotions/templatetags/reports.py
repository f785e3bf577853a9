"""Template words for what stores tell head office."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from inventory.models import Store
from promotions.models import FieldReport
from promotions.rules.reports import ReportKind, ReportState
from promotions.rules.words import Reason
from promotions.selectors.reports import count_text, inbox_counts, unread_answers
from promotions.selectors.sentences import money
from promotions.templatetags.look import word

register = template.Library()

KINDS = {
    ReportKind.SIGN_MISSING: ("empty", _("Sign missing")),
    ReportKind.PRICE_MISMATCH: ("low", _("Wrong price")),
    ReportKind.STOCK_WRONG: ("absent", _("Stock is wrong")),
    ReportKind.DEAL_UNKNOWN: ("question", _("Nobody knows this deal")),
    ReportKind.DEAL_REFUSED: ("bar", _("Deal refused")),
    ReportKind.CUSTOMER_VOICE: ("person", _("What the shopper says")),
}
STATES = {
    ReportState.OPEN: ("check", "clock", _("Waiting")),
    ReportState.REOPENED: ("check", "retry", _("Told again")),
    ReportState.ANSWERED: ("honour", "tick", _("Answered")),
    ReportState.CLOSED: ("unknown", "bar", _("Closed")),
}
REASONS = {
    Reason.MISREAD_CODE: _("Code was misread"),
    Reason.UNKNOWN_CODE: _("Nobody knows the code"),
    Reason.NO_DEAL: _("No deal on the item"),
    Reason.NOT_STARTED: _("Not started yet"),
    Reason.ENDED: _("Has ended"),
    Reason.STOPPED: _("Was stopped"),
    Reason.NOT_THIS_STORE: _("Holds in other stores"),
    Reason.ONLINE_ONLY: _("Online only"),
    Reason.BUDGET_SPENT: _("Budget is spent"),
    Reason.CURRENCY_MISMATCH: _("Another currency"),
    Reason.ITEM_NOT_IN_DEAL: _("Item is not in the deal"),
    Reason.NOT_STOCKED: _("Not stocked here"),
    Reason.OUT_OF_STOCK: _("Out of stock"),
    Reason.OUTSIDE_HOURS: _("Outside its hours"),
    Reason.STORE_LIMIT_REACHED: _("The store's limit is reached"),
    Reason.CUSTOMER_LIMIT_REACHED: _("The shopper's limit is reached"),
    Reason.CODE_USED: _("Code was used already"),
    Reason.PRICE_ABOVE_LIMIT: _("Too dear for the deal"),
    Reason.BEATEN: _("Another deal gives more"),
    Reason.EXCLUDED_BY: _("Another deal shuts it out"),
}


@register.filter
def kind_word(kind: str) -> Any:
    """What a report is about."""
    return KINDS[ReportKind(kind)][1]


@register.filter
def kind_icon(kind: str) -> str:
    return KINDS[ReportKind(kind)][0]


@register.filter
def report_word(report: FieldReport, now: datetime) -> SafeString:
    """How a report stands, in word, shape and colour; one that waits too long says so."""
    if report.is_overdue(now):
        return word("refuse", "low", _("Overdue"))
    return word(*STATES[ReportState(report.state)])


@register.filter
def reason_word(reason: str) -> Any:
    """A refusal's reason in two or three words."""
    return REASONS.get(Reason(reason)) or reason.replace("_", " ").capitalize()


@register.filter
def counted_text(report: FieldReport) -> str:
    """What was counted, in the item's unit."""
    return count_text(report) or ""


@register.filter
def amounts(found: Sequence[tuple[Decimal, str]]) -> str:
    """Sums of money, one a currency."""
    return " + ".join(money(amount, currency) for amount, currency in found)


@register.filter
def at_clock_of(moment: datetime, store: Store) -> datetime:
    """The moment on the store's own clock, for `moment:now`."""
    return store.local(moment)


@register.simple_tag
def unread_reports(store: Store, person: Any) -> int:
    """How many answers wait for this person, for the tablet's bottom bar."""
    return unread_answers(store=store, person=person)


@register.simple_tag
def reports_waiting(person: Any) -> int:
    """How many reports wait for this person at the desk, for the desk's bar."""
    return inbox_counts(person, now=timezone.now())["mine"]


@register.simple_tag
def kinds_for(item: Any) -> list[tuple[str, str, Any]]:
    """What can be told from here: (kind, shape, words); a wrong stock only where it is clear of what."""
    return [(str(kind), *look) for kind, look in KINDS.items() if item or kind != ReportKind.STOCK_WRONG]
