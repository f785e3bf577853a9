"""Template words for an offer's window, short enough for a card."""

from datetime import datetime, time

from django import template
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from inventory.models import Reservation
from promotions.selectors import briefing
from promotions.selectors.alternatives import AlternativeStore
from promotions.selectors.cards import OfferCard

register = template.Library()

MIDNIGHT = time(0)


def short_day(moment: datetime) -> str:
    """ "Sat 28 Nov" in the active language."""
    return date_format(moment, pgettext("format of a day", "D j M"))


def clock(moment: datetime) -> str:
    return time_format(moment, "H:i")


@register.filter
def belongs(card: OfferCard | None, now: datetime) -> bool:
    """Whether the list shows the card now."""
    return card is not None and briefing.belongs(card, now=now)


@register.filter
def window(card: OfferCard) -> str:
    """Until when an open offer holds, or from when a coming one does. Store-local; midnight is the day before."""
    if card.is_open:
        return until(card)
    return again(card) if card.is_between else since(card)


def until(card: OfferCard) -> str:
    whole_day = card.closes_at.time() == MIDNIGHT
    if card.closes_today:
        return _("until tonight") if whole_day else _("until %(time)s") % {"time": clock(card.closes_at)}
    day = short_day(card.closes_at - card.closes_at.resolution)
    if whole_day:
        return _("until %(day)s") % {"day": day}
    return _("until %(day)s, %(time)s") % {"day": day, "time": clock(card.closes_at)}


def since(card: OfferCard) -> str:
    day = _("tomorrow") if card.opens_tomorrow else short_day(card.opens_at)
    if card.opens_at.time() == MIDNIGHT:
        return _("from %(day)s") % {"day": day}
    return _("from %(day)s, %(time)s") % {"day": day, "time": clock(card.opens_at)}


def again(card: OfferCard) -> str:
    """Outside its hours: when these begin again."""
    if card.opens_today:
        return _("again from %(time)s") % {"time": clock(card.opens_at)}
    day = _("tomorrow") if card.opens_tomorrow else short_day(card.opens_at)
    return _("again from %(day)s, %(time)s") % {"day": day, "time": clock(card.opens_at)}


@register.filter
def order(card: OfferCard) -> str:
    """Where the card stands in the list, as text that sorts: open ones by their end, coming ones by their start."""
    return f"0 {card.closes_at.timestamp():.0f}" if card.is_open else f"1 {card.opens_at.timestamp():.0f}"


@register.filter
def moment(local: datetime, now: datetime) -> str:
    """A store-local time of today, with its weekday when it was another day's."""
    today = now.astimezone(local.tzinfo).date()
    return clock(local) if local.date() == today else f"{date_format(local, 'D')} {clock(local)}"


@register.filter
def opening(place: AlternativeStore, now: datetime) -> str:
    """Until when another store is open, or when it opens next, on its own clock; nothing where that is not known."""
    if place.opens_at is None:
        return ""
    if place.opens_at > now:
        return _("opens %(time)s") % {"time": moment(place.opens_at, now)}
    if place.closes_at is None:
        return _("open day and night")
    return _("open until %(time)s") % {"time": clock(place.closes_at)}


@register.filter
def waits_until(held: Reservation, now: datetime) -> str:
    """Until when a hold waits, on the clock of the store that holds."""
    return moment(held.store.local(held.expires_at), now)


@register.filter
def is_due(held: Reservation, now: datetime) -> bool:
    """Its time is over, and the next sweep gives it back."""
    return held.is_due(now)
