"""Days and times on the pages of the desk, in the order and with the dots of the active language."""

from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.translation import pgettext

register = template.Library()


def in_words(pattern: str) -> str:
    """A pattern of Django's, whose "D j M" or "j M" is a day as the active language writes it: "Sa, 28. Nov"."""
    if "D j M" in pattern:
        return pattern.replace("D j M", pgettext("format of a day", "D j M"))
    return pattern.replace("j M", pgettext("format of a day", "j M"))


@register.filter(expects_localtime=True)
def dated(moment: date | None, pattern: str) -> str:
    """A day or a time by such a pattern; nothing for none."""
    return date_format(moment, in_words(pattern)) if moment else ""
