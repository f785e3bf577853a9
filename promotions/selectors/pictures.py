"""Pictures of promotions: who may see them, and where they lie."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from promotions.models import Picture, StoreOffer


def picture_for(person: Any, *, sha256: str) -> Picture | None:
    """An uploaded picture: for head office, and for people whose store has an offer that shows it (G9)."""
    found = Picture.objects.filter(pk=sha256)
    if not person.may_merchandise:
        offers = StoreOffer.objects.filter(store__in=person.visible_stores(), revision__picture=sha256)
        found = found.filter(pk__in=offers.values("revision__picture"))
    return found.first()


def bytes_kept(file: Any) -> bytes | None:
    """What is in a stored file; None where it is gone."""
    try:
        with file.open("rb") as content:
            found: bytes = content.read()
    except FileNotFoundError:
        return None
    return found


def picture_link(picture: str, *, route: str = "picture") -> str:
    """Where a page finds it; "" for none and for a server that the page may not ask (IMAGE_HOSTS)."""
    if picture.startswith("https://"):
        return picture if urlsplit(picture).hostname in settings.IMAGE_HOSTS else ""
    return reverse(route, args=[picture]) if picture else ""
