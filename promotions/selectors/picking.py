"""Finding items while a promotion is written."""

from collections.abc import Sequence

from django.db.models import Case, IntegerField, Q, Value, When

from inventory.models import Item, ItemIdentifier
from promotions.selectors.targeting import items_named


def search_items(*, text: str, limit: int = 12) -> list[Item]:
    """Items by SKU, GTIN or words of their title or brand; exact codes first."""
    if not text:
        return []
    words = Q()
    for word in text.split()[:8]:
        words &= Q(title__icontains=word) | Q(brand__icontains=word) | Q(sku__istartswith=word)
    exact = items_named([text])
    rank = Case(When(exact, then=Value(0)), default=Value(1), output_field=IntegerField())
    return list(Item.objects.filter(exact | words).order_by(rank, "title", "sku")[:limit])


def unknown_item_names(names: Sequence[str]) -> list[str]:
    """The names that no item has, neither as SKU nor as an identifier, in their order."""
    padded = {name: name.zfill(14) for name in names if name.isascii() and name.isdigit() and len(name) <= 14}
    known = set(Item.objects.filter(sku__in=names).values_list("sku", flat=True))
    known.update(
        ItemIdentifier.objects.filter(value__in=[*names, *padded.values()]).values_list("value", flat=True)
    )
    return [name for name in names if name not in known and padded.get(name) not in known]
