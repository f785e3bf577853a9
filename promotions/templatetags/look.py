"""Template words for every screen: icons, money, quantities and the age of a number."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from django import template
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from inventory.models.items import Item, Unit
from promotions.rules.words import OfferState, Outcome, Reason
from promotions.selectors import sentences
from promotions.selectors.pictures import picture_link

register = template.Library()

# The client counts on with the same words: they stand on the page's body as data-age-… attributes.
AGE_WORDS = {
    "now": gettext_noop("just now"),
    "minutes": gettext_noop("%s min ago"),
    "hours": gettext_noop("%s h ago"),
    "days": gettext_noop("%s d ago"),
}
# Past this share of its source's freshness limit a number is ageing: still good, worth a look.
AGEING_FROM = 0.5

# Tone, shape and word of everything that has a colour: the three always go together.
STATE_LOOKS = {
    OfferState.READY: ("unknown", "clock", gettext_lazy("Ready")),
    OfferState.LIVE: ("honour", "tick", gettext_lazy("Live")),
    OfferState.LOW_STOCK: ("check", "low", gettext_lazy("Low")),
    OfferState.OUT_OF_STOCK: ("refuse", "empty", gettext_lazy("Out")),
    OfferState.NOT_STOCKED: ("unknown", "absent", gettext_lazy("Not stocked")),
    OfferState.BLOCKED: ("refuse", "bar", gettext_lazy("Blocked")),
    OfferState.STOPPED: ("refuse", "stop", gettext_lazy("Stopped")),
    OfferState.EXPIRED: ("unknown", "clock", gettext_lazy("Ended")),
}
OUTCOME_LOOKS = {
    Outcome.HONOUR: ("honour", "tick", gettext_lazy("Honour")),
    Outcome.HONOUR_AND_REPORT: ("honour", "flag", gettext_lazy("Honour and report")),
    Outcome.CHECK_SHELF: ("check", "eye", gettext_lazy("Check the shelf")),
    Outcome.OFFER_ALTERNATIVE: ("alternative", "arrow", gettext_lazy("Offer an alternative")),
    Outcome.REFUSE: ("refuse", "bar", gettext_lazy("Can’t honour")),
    Outcome.UNKNOWN: ("unknown", "question", gettext_lazy("Unknown")),
}
GOOD_REASONS = {Reason.VALID, Reason.HONOUR_WINDOW}
REASONS_TO_MIND = {
    Reason.LOW_STOCK, Reason.THIN_STOCK, Reason.STALE_STOCK, Reason.SIGN_DIFFERS, Reason.TILL_DIFFERS,
    Reason.CODE_NEEDED, Reason.MEMBERS_ONLY, Reason.MINIMUM_PURCHASE, Reason.MINIMUM_QUANTITY,
    Reason.BUNDLE_INCOMPLETE,
}  # fmt: skip
TONES_OF_MESSAGES = {"success": "honour", "warning": "check", "error": "refuse"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """One shape of the sprite; always beside a word, so it is silent for a screen reader."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


def word(tone: str, shape: str, text: str | Promise) -> SafeString:
    """A status word: colour, shape and the word itself."""
    return format_html('<span class="word" data-tone="{}">{}{}</span>', tone, icon(shape), text)


@register.filter
def state_word(state: str) -> SafeString:
    """A store offer's state as people on the floor say it."""
    return word(*STATE_LOOKS[OfferState(state)])


@register.filter
def outcome_look(outcome: Outcome) -> dict[str, str | Promise]:
    """Tone, shape and word of a verdict."""
    tone, shape, text = OUTCOME_LOOKS[outcome]
    return {"tone": tone, "shape": shape, "word": text}


@register.filter
def reason_look(reason: Reason) -> dict[str, str]:
    """Tone and shape of one reason: a tick for what fits, a triangle for what to mind, a cross for what forbids."""
    if reason in GOOD_REASONS:
        return {"tone": "honour", "shape": "tick"}
    return (
        {"tone": "check", "shape": "low"}
        if reason in REASONS_TO_MIND
        else {"tone": "refuse", "shape": "cross"}
    )


@register.filter
def issue_text(issue: dict[str, str], currency: str) -> str:
    """What keeps an offer from being honoured, for the floor; its `resolution` is head office's, in their language.

    `currency` is the deal's.
    """
    reason = Reason.OUTSIDE_HOURS if issue["code"] == "NEVER_OPEN" else Reason(issue["code"])
    return sentences.reason_text(reason, {"currency": currency})


@register.filter
def money(amount: Decimal | str | None, currency: str) -> str:
    """A price as the active language writes it; nothing for an unknown one."""
    return "" if amount is None else sentences.money(Decimal(amount), currency)


@register.filter
def picture(item: Item) -> str:
    """The address of an item's picture; nothing where it lies on a server that the page may not ask."""
    return picture_link(item.image_link)


@register.filter
def shown_picture(text: str) -> str:
    """The address of a promotion's picture, likewise."""
    return picture_link(text)


class Figure(Protocol):
    """A quantity's age and how old it may get."""

    @property
    def counted_at(self) -> datetime: ...

    @property
    def freshness_limit(self) -> timedelta: ...


class Counted(Protocol):
    """An item as far as its quantities go."""

    @property
    def unit(self) -> str: ...

    @property
    def unit_decimals(self) -> int: ...


@register.filter
def quantity(units: int, item: Counted | None) -> str:
    """A quantity of the item's smallest unit as people say it: 12 pieces are "12", 1500 g are "1.5 kg"."""
    amount = Decimal(units).scaleb(-item.unit_decimals if item else 0)
    places = max(0, -int(amount.normalize().as_tuple().exponent))
    text = number_format(amount, decimal_pos=places, use_l10n=True, force_grouping=True)
    return text if item is None or item.unit == Unit.EACH else f"{text} {Unit(item.unit).label}"


@register.filter
def hold_quantity(units: int, item: Counted | None) -> str:
    """So many whole units of an item: "1", "1 kg"."""
    return quantity(units * 10 ** (item.unit_decimals if item else 0), item)


@register.filter
def age(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest whole unit: "4 min ago". The future counts as just now."""
    minutes = int((now - moment) / timedelta(minutes=1))
    if minutes < 1:
        return _(AGE_WORDS["now"])
    if minutes < 60:
        return _(AGE_WORDS["minutes"]) % minutes
    hours = minutes // 60
    return _(AGE_WORDS["hours"]) % hours if hours < 48 else _(AGE_WORDS["days"]) % (hours // 24)


@register.filter
def freshness(figure: Figure, now: datetime) -> str:
    """How far to trust a figure: fresh, ageing or stale; a stale one is shown struck through."""
    old = now - figure.counted_at
    if old > figure.freshness_limit:
        return "stale"
    return "ageing" if old > figure.freshness_limit * AGEING_FROM else "fresh"


@register.simple_tag
def age_words() -> SafeString:
    """Attributes with which the page's own clock writes ages exactly as `age` does."""
    pairs = [format_html('data-age-{}="{}"', unit, _(words)) for unit, words in AGE_WORDS.items()]
    return SafeString(" ".join(pairs))


@register.filter
def message_tone(level: str) -> str:
    """The colour of one of Django's messages."""
    return TONES_OF_MESSAGES.get(level, "unknown")
