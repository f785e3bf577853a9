"""Template words of the pages about stock."""

from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from inventory.models import StockWithheld, Store
from inventory.selectors import HELD
from inventory.templatetags.days import dated

register = template.Library()


@register.filter
def at_store(moment: datetime, store: Store) -> str:
    """A moment on the store's own clock: "Sat 21 Nov, 14:07"."""
    return dated(store.local(moment), "D j M, H:i")


@register.filter
def withheld_word(state: str) -> str:
    """What a state of withheld stock is called."""
    return _("on hold for shoppers") if state == HELD else str(StockWithheld.State(state).label)
