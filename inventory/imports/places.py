"""Where items stand in a store: said by its systems, or by who stands before them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from inventory.models import Item, Store, StoreItemPlace

LONGEST_PLACE = 60

# A place that stays is not written.
SAY = """
INSERT INTO inventory_storeitemplace AS p (store_id, item_id, place, said_at, said_by_id)
SELECT %(store)s, t.item_id, t.place, %(now)s, %(by)s
FROM unnest(%(items)s::int4[], %(places)s::text[]) AS t(item_id, place)
ON CONFLICT (store_id, item_id) DO UPDATE
SET place = excluded.place, said_at = excluded.said_at, said_by_id = excluded.said_by_id
WHERE p.place <> excluded.place
"""


def say_places(*, store: Store, places: Mapping[str, str], member: Any | None, now: datetime) -> int:
    """Take where items stand, by SKU; an empty place forgets it. How many items were named.

    All or none: raises ValidationError by SKU for an unknown item or a place that is too long.
    """
    said = {sku: " ".join(place.split()) for sku, place in places.items()}
    named = [sku for sku in said if "\0" not in sku]  # which the database would not even look for
    known = dict(Item.objects.filter(sku__in=named).values_list("sku", "pk"))
    errors = {}
    for sku, place in said.items():
        if sku not in known:
            errors[sku] = [_("There is no item with this SKU.")]
        elif len(place) > LONGEST_PLACE or not place.isprintable():
            errors[sku] = [_("Enter a place of up to %(most)s characters.") % {"most": LONGEST_PLACE}]
    if errors:
        raise ValidationError(errors)
    forgotten = [known[sku] for sku, place in said.items() if not place]
    # In the order of items, so that two who say many at once do not wait for each other in a ring.
    kept = sorted((known[sku], place) for sku, place in said.items() if place)
    standing = StoreItemPlace.objects.filter(store=store, item__in=known.values())
    with transaction.atomic(), connection.cursor() as cursor:
        list(standing.order_by("item_id").select_for_update().values_list("item_id"))
        standing.filter(item__in=forgotten).delete()
        cursor.execute(
            SAY,
            {
                "store": store.pk,
                "items": [item for item, _place in kept],
                "places": [place for _item, place in kept],
                "by": member.pk if member is not None else None,
                "now": now,
            },
        )
    return len(said)
