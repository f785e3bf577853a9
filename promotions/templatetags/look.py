"""Template words for every screen: icons, money, quantities and the age of a number."""

from datetime import datetime, timedelta
from decimal import Decimal

from django import template
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.models import Item
from inventory.models.items import Unit
from promotions.selectors import sentences

register = template.Library()

# The client counts on with the same words: they stand on the page's body as data-age-… attributes.
AGE_WORDS = {
    "now": gettext_noop("just now"),
    "minutes": gettext_noop("%s min ago"),
    "hours": gettext_noop("%s h ago"),
    "days": gettext_noop("%s d ago"),
}
TONES_OF_MESSAGES = {"success": "honour", "warning": "check", "error": "refuse"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """One shape of the sprite; always beside a word, so it is silent for a screen reader."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """A price as the active language writes it; nothing for an unknown one."""
    return "" if amount is None else sentences.money(amount, currency)


@register.filter
def quantity(units: int, item: Item) -> str:
    """A quantity of the item's smallest unit as people say it: 12 pieces are "12", 1500 g are "1.5 kg"."""
    amount = Decimal(units).scaleb(-item.unit_decimals)
    places = max(0, -int(amount.normalize().as_tuple().exponent))
    text = number_format(amount, decimal_pos=places, use_l10n=True, force_grouping=True)
    return text if item.unit == Unit.EACH else f"{text} {item.get_unit_display()}"


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


@register.simple_tag
def age_words() -> SafeString:
    """Attributes with which the page's own clock writes ages exactly as `age` does."""
    pairs = [format_html('data-age-{}="{}"', unit, _(words)) for unit, words in AGE_WORDS.items()]
    return SafeString(" ".join(pairs))


@register.filter
def message_tone(level: str) -> str:
    """The colour of one of Django's messages."""
    return TONES_OF_MESSAGES.get(level, "unknown")
