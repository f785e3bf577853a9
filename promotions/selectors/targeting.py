"""Which stores and items a revision means."""

from collections.abc import Sequence

from django.db.models import Q

from inventory.models import Item, ItemIdentifier, Store, StoreGroup, StoreQuerySet
from promotions.models import ItemList, PromotionRevision
from promotions.rules.words import ProductApplicability, StoreApplicability


def groups_with_children(codes: Sequence[str]) -> set[int]:
    """The ids of the named groups and of every group below them."""
    children: dict[int | None, list[int]] = {}
    wanted: list[int] = []
    for pk, code, parent in StoreGroup.objects.values_list("pk", "code", "parent"):
        children.setdefault(parent, []).append(pk)
        if code in codes:
            wanted.append(pk)
    found: set[int] = set()
    while wanted:
        group = wanted.pop()
        if group not in found:
            found.add(group)
            wanted += children.get(group, [])
    return found


def targeted_stores(revision: PromotionRevision) -> StoreQuerySet:
    """The selling stores of a revision: its codes and groups, or all where it includes none, less the excluded."""
    stores = Store.objects.all().selling()
    is_specific = revision.store_applicability == StoreApplicability.SPECIFIC_STORES
    if is_specific and (revision.store_codes_inclusion or revision.store_groups_inclusion):
        included = groups_with_children(revision.store_groups_inclusion)
        members = StoreGroup.stores.through.objects.filter(storegroup__in=included).values("store_id")
        stores = stores.filter(Q(store_code__in=revision.store_codes_inclusion) | Q(pk__in=members))
    excluded = groups_with_children(revision.store_groups_exclusion)
    if excluded:
        stores = stores.exclude(
            pk__in=StoreGroup.stores.through.objects.filter(storegroup__in=excluded).values("store_id")
        )
    return stores.exclude(store_code__in=revision.store_codes_exclusion)


def items_named(names: Sequence[str]) -> Q:
    """Items by SKU or by any of their identifiers; GTINs also in their shorter forms."""
    padded = [name.zfill(14) for name in names if name.isascii() and name.isdigit() and len(name) <= 14]
    identified = ItemIdentifier.objects.filter(value__in=[*names, *padded]).values("item_id")
    return Q(sku__in=names) | Q(pk__in=identified)


def targeted_items(revision: PromotionRevision) -> list[int]:
    """The ids of a revision's items: the union of its inclusion lists, or all where it has none, less the excluded.

    A product type includes everything below it ("Dairy" includes "Dairy > Milk").
    """
    items = Item.objects.all()
    included = {
        "names": revision.item_id_inclusion,
        "brands": revision.brand_inclusion,
        "types": revision.product_type_inclusion,
        "groups": revision.item_group_id_inclusion,
        "lists": revision.item_list_inclusion,
    }
    if revision.product_applicability == ProductApplicability.SPECIFIC_PRODUCTS and any(included.values()):
        items = items.filter(scope(**included))
    excluded = scope(
        names=revision.item_id_exclusion,
        brands=revision.brand_exclusion,
        types=revision.product_type_exclusion,
        groups=revision.item_group_id_exclusion,
        lists=revision.item_list_exclusion,
    )
    return list(items.exclude(excluded).order_by("pk").values_list("pk", flat=True))


def scope(
    *,
    names: Sequence[str] = (),
    brands: Sequence[str] = (),
    types: Sequence[str] = (),
    groups: Sequence[str] = (),
    lists: Sequence[str] = (),
) -> Q:
    """Items that any of the lists names; empty lists name none."""
    condition = Q(pk__in=[])
    if names:
        condition |= items_named(names)
    if brands:
        condition |= Q(brand__in=brands)
    for product_type in types:
        condition |= Q(product_type=product_type) | Q(product_type__startswith=f"{product_type} > ")
    if groups:
        condition |= Q(item_group_id__in=groups)
    if lists:
        members = ItemList.items.through.objects.filter(itemlist__code__in=lists)
        condition |= Q(pk__in=members.values("item_id"))
    return condition
