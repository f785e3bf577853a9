"""Where items stand in a store: said by its systems, or by who stands before them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from inventory.models import Item, Store

LONGEST_PLACE = 60

# In the order of items, so that two who say many at once do not wait for each other in a ring.
LOCK = """
SELECT FROM inventory_storeitemplace p
JOIN unnest(%(stores)s::int4[], %(items)s::int4[]) AS t(store_id, item_id) USING (store_id, item_id)
ORDER BY p.store_id, p.item_id
FOR UPDATE OF p
"""
# A place that stays is not written.
SAY = """
INSERT INTO inventory_storeitemplace AS p (store_id, item_id, place, said_at, said_by_id)
SELECT t.store_id, t.item_id, t.place, %(at)s, %(by)s
FROM unnest(%(stores)s::int4[], %(items)s::int4[], %(places)s::text[]) AS t(store_id, item_id, place)
WHERE t.place <> ''
ORDER BY t.store_id, t.item_id
ON CONFLICT (store_id, item_id) DO UPDATE
SET place = excluded.place, said_at = excluded.said_at, said_by_id = excluded.said_by_id
WHERE p.place <> excluded.place AND p.said_at <= %(until)s::timestamptz
RETURNING p.store_id, p.item_id
"""
FORGET = """
DELETE FROM inventory_storeitemplace p
USING unnest(%(stores)s::int4[], %(items)s::int4[], %(places)s::text[]) AS t(store_id, item_id, place)
WHERE t.place = '' AND p.store_id = t.store_id AND p.item_id = t.item_id AND p.said_at <= %(until)s::timestamptz
RETURNING p.store_id, p.item_id
"""


def tidy_place(text: str) -> str | None:
    """The words without needless blanks; None for what is too long or cannot be printed."""
    place = " ".join(text.split())
    return place if len(place) <= LONGEST_PLACE and place.isprintable() else None


def write_places(
    *, said: Mapping[tuple[int, int], str], by_id: int | None, at: datetime, but_not_newer: bool = False
) -> set[tuple[int, int]]:
    """Write tidy places by store and item (ids), "" forgetting one; the keys of those that changed.

    `but_not_newer` leaves alone what was said after `at`.
    """
    values: dict[str, Any] = {
        "stores": [store for store, _item in said],
        "items": [item for _store, item in said],
        "places": list(said.values()),
        "by": by_id,
        "at": at,
        "until": at if but_not_newer else "infinity",
    }
    changed: set[tuple[int, int]] = set()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, values)
        for statement in (SAY, FORGET):
            cursor.execute(statement, values)
            changed.update(cursor.fetchall())
    return changed


def say_places(*, store: Store, places: Mapping[str, str], member: Any | None, now: datetime) -> int:
    """Take where items stand, by SKU; an empty place forgets it. How many items were named.

    All or none: raises ValidationError by SKU for an unknown item or a place that is too long.
    """
    said = {sku: tidy_place(place) for sku, place in places.items()}
    named = [sku for sku in said if "\0" not in sku]  # which the database would not even look for
    known = dict(Item.objects.filter(sku__in=named).values_list("sku", "pk"))
    errors = {}
    for sku, place in said.items():
        if sku not in known:
            errors[sku] = [_("There is no item with this SKU.")]
        elif place is None:
            errors[sku] = [_("Enter a place of up to %(most)s characters.") % {"most": LONGEST_PLACE}]
    if errors:
        raise ValidationError(errors)
    by_id = member.pk if member is not None else None
    write_places(
        said={(store.pk, known[sku]): place or "" for sku, place in said.items()}, by_id=by_id, at=now
    )
    return len(said)
