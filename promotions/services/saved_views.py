"""Views of the list that people keep for themselves."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from promotions.models import SavedView

MOST_VIEWS = 20
MOST_NAME, MOST_QUERY = 40, 1_000


def save_view(*, owner: Any, name: str, query: str, now: datetime) -> str:
    """Keep a filter under a name; the same name again is the same view with the new filter.

    Returns what keeps it from being saved, "" where nothing does.
    """
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > MOST_NAME:
        return _("Enter a name of up to %(most)s characters.") % {"most": MOST_NAME}
    if len(query) > MOST_QUERY or "\0" in query:
        return _("This filter is too long to be kept.")
    with transaction.atomic():
        names = list(SavedView.objects.filter(owner=owner).values_list("name", flat=True))
        if name not in names and len(names) >= MOST_VIEWS:
            return _("You have %(most)s views; delete one first.") % {"most": MOST_VIEWS}
        SavedView.objects.update_or_create(
            owner=owner,
            name=name,
            defaults={"query": query},
            create_defaults={"query": query, "created_at": now},
        )
    return ""


def make_default(*, view: SavedView, is_default: bool) -> None:
    """The one view that the list opens with; its owner's others are it no longer."""
    with transaction.atomic():
        views = SavedView.objects.filter(owner=view.owner_id)
        list(views.order_by("pk").select_for_update().values_list("pk", flat=True))
        views.filter(is_default=True).update(is_default=False)
        views.filter(pk=view.pk).update(is_default=is_default)


def delete_view(*, view: SavedView) -> None:
    SavedView.objects.filter(pk=view.pk).delete()
