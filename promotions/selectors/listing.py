"""The desk's list: which promotions a filter leaves, in which order, and how many are in each state.

A promotion is listed by the words it shows: the published revision, or the newest one before it is published.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, time

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from inventory.models import Item, ItemIdentifier, Store, StoreGroup
from promotions.models import ItemList, OfferItem, PromotionRevision, StoreOffer
from promotions.rules.words import UNPUBLISHED, OfferState, PromotionState
from promotions.selectors.targeting import groups_with_children

# A store in one of these states cannot give the deal although it is meant to.
PROBLEMS = (OfferState.OUT_OF_STOCK, OfferState.NOT_STOCKED, OfferState.BLOCKED)
SORTS = {
    "newest": ("-promotion__created_at", "-promotion_id"),
    "starts": ("starts_on", "starts_time", "promotion_id"),
    "ends": ("ends_on", "ends_time", "promotion_id"),
    "title": ("long_title", "promotion_id"),
    "id": ("promotion__promotion_id",),
}
MOST_SKUS = 2_000


@dataclass(frozen=True)
class PromotionFilter:
    """What is asked of the list; empty values ask nothing. `store`, `group` and `item` are codes."""

    search: str = ""
    states: tuple[str, ...] = ()
    campaign: str = ""
    store: str = ""
    group: str = ""
    item: str = ""
    brand: str = ""
    on: date | None = None
    kind: str = ""
    owner: int | None = None
    problems: bool = False
    sort: str = "newest"


def shown_revisions() -> QuerySet[PromotionRevision]:
    """The revision each promotion is listed by, one a promotion."""
    newer = PromotionRevision.objects.filter(promotion=OuterRef("promotion"), number__gt=OuterRef("number"))
    return PromotionRevision.objects.filter(
        Q(pk=F("promotion__current_revision")) | Q(promotion__current_revision__isnull=True) & ~Exists(newer)
    )


def listed_revisions(asked: PromotionFilter) -> QuerySet[PromotionRevision]:
    """The shown revisions that the filter leaves, in its order, with their promotions, budgets and owners."""
    return in_order(filtered(asked), asked)


def in_order(found: QuerySet[PromotionRevision], asked: PromotionFilter) -> QuerySet[PromotionRevision]:
    """Of what `filtered` has left the asked states, in the asked order."""
    if asked.states:
        found = found.filter(promotion__state__in=asked.states)
    return found.select_related("promotion__budget", "promotion__owner").order_by(*SORTS[asked.sort])


def state_counts(found: QuerySet[PromotionRevision]) -> Counter[str]:
    """How many promotions of each state `filtered` has left; their sum is the tab "All"."""
    return Counter(dict(found.order_by().values_list("promotion__state").annotate(Count("pk"))))


def filtered(asked: PromotionFilter) -> QuerySet[PromotionRevision]:
    """What all of the filter but its states leaves."""
    found = shown_revisions()
    if asked.search:
        found = found.filter(matching(asked.search))
    if asked.campaign:
        found = found.filter(campaign__iexact=asked.campaign)
    if asked.kind:
        found = found.filter(coupon_value_type=asked.kind)
    if asked.owner is not None:
        found = found.filter(promotion__owner=asked.owner)
    if asked.on:
        found = found.filter(valid_on(asked.on))
    if asked.store:
        found = found.filter(in_store(asked.store))
    if asked.group:
        found = found.filter(in_group(asked.group))
    if asked.item:
        found = found.filter(with_item(asked.item))
    if asked.brand:
        found = found.filter(with_brand(asked.brand))
    if asked.problems:
        found = found.filter(with_problems())
    return found


def matching(search: str) -> Q:
    """Id, title, headline or code; of the newest words too, which may not be published yet."""
    words = (
        Q(long_title__icontains=search)
        | Q(operator_display_name__icontains=search)
        | Q(generic_redemption_code__iexact=search)
    )
    saying = PromotionRevision.objects.filter(words, promotion__current_revision__isnull=False)
    unpublished = saying.filter(number__gt=F("promotion__current_revision__number"))
    return (
        words
        | Q(promotion__promotion_id__icontains=search)
        | Q(promotion__in=unpublished.values("promotion"))
    )


def valid_on(day: date) -> Q:
    """Valid at some time of this day, by its own clock."""
    return Q(starts_on__lte=day) & (Q(ends_on__gt=day) | Q(ends_on=day, ends_time__gt=time(0)))


def with_problems() -> Q:
    """Published, not over, and a store that it is meant for cannot give it.

    Looked up here and now, because a list is counted and shown from the same answer: every offer of what is open is
    read for it. An index by state would make each flip of a state dearer, and there are far more of these.
    """
    open_ones = StoreOffer.objects.filter(
        promotion__state__in=(PromotionState.PENDING, PromotionState.LIVE),
        revision=F("promotion__current_revision"),
        state__in=PROBLEMS,
    )
    return Q(promotion__in=list(open_ones.order_by().values_list("promotion_id", flat=True).distinct()))


def in_store(code: str) -> Q:
    """Meant for this store: by its offer, or before there is one by the scope."""
    offers = StoreOffer.objects.filter(
        store__store_code=code, promotion=OuterRef("promotion"), revision=OuterRef("pk")
    )
    return published() & Q(Exists(offers)) | unpublished() & store_scope([code], within=groups_of([code]))


def in_group(code: str) -> Q:
    """Meant for any store of a group, or of the groups below it."""
    members = Store.objects.filter(groups__in=groups_with_children([code]))
    codes = list(members.values_list("store_code", flat=True).distinct())
    offers = StoreOffer.objects.filter(
        store__in=members.values("pk"), promotion=OuterRef("promotion"), revision=OuterRef("pk")
    )
    whole = groups_above(StoreGroup.objects.filter(code=code))
    scope = store_scope(codes, within=groups_of(codes)) & ~Q(store_groups_exclusion__overlap=[*whole, ""])
    return published() & Q(Exists(offers)) | unpublished() & scope


def published() -> Q:
    return ~Q(promotion__state__in=sorted(UNPUBLISHED))


def unpublished() -> Q:
    return Q(promotion__state__in=sorted(UNPUBLISHED))


def store_scope(codes: list[str], *, within: list[str]) -> Q:
    """Of unpublished words: including any of these stores, and with a single store not excluding it.

    `within` are the codes of all groups that hold one of them.
    """
    everywhere = Q(store_applicability="ALL_STORES") | Q(store_codes_inclusion=[], store_groups_inclusion=[])
    scope = (
        everywhere
        | Q(store_codes_inclusion__overlap=[*codes, ""])
        | Q(store_groups_inclusion__overlap=[*within, ""])
    )
    if len(codes) == 1:
        scope &= ~Q(store_codes_exclusion__overlap=codes)
        scope &= ~Q(store_groups_exclusion__overlap=[*within, ""])
    return scope


def groups_of(codes: list[str]) -> list[str]:
    """The codes of the groups that hold any of these stores, with the groups above them."""
    return groups_above(StoreGroup.objects.filter(stores__store_code__in=codes))


def groups_above(groups: QuerySet[StoreGroup]) -> list[str]:
    """The codes of these groups and of those above them."""
    parents = {
        pk: (code, parent) for pk, code, parent in StoreGroup.objects.values_list("pk", "code", "parent")
    }
    found: dict[int, str] = {}
    for start in groups.values_list("pk", flat=True).distinct():
        pk: int | None = start
        while pk is not None and pk not in found:
            found[pk], pk = parents[pk]
    return sorted(found.values())


def with_item(name: str) -> Q:
    """Covering an item by SKU or barcode: by the index, or before it is published by the scope."""
    item = item_named(name)
    if item is None:
        return Q(pk__in=[])
    covered = OfferItem.objects.filter(item=item, promotion=OuterRef("promotion"))
    return published() & Q(Exists(covered)) | unpublished() & item_scope(item)


def item_named(name: str) -> Item | None:
    """The item of a SKU or of a barcode in any of its lengths."""
    padded = name.zfill(14) if name.isascii() and name.isdigit() and len(name) <= 14 else name
    identified = ItemIdentifier.objects.filter(value__in=[name, padded]).values("item_id")
    return Item.objects.filter(Q(sku=name) | Q(pk__in=identified)).order_by("pk").first()


def item_scope(item: Item) -> Q:
    """Of unpublished words: including the item and not excluding it."""
    codes = list(item.identifiers.values_list("value", flat=True))
    names = {item.sku, *codes, *(code.lstrip("0").zfill(length) for code in codes for length in (8, 12, 13))}
    lists = list(ItemList.objects.filter(items=item).values_list("code", flat=True))
    parts = item.product_type.split(" > ")
    types = [" > ".join(parts[: number + 1]) for number in range(len(parts))]
    named = {
        "item_id": sorted(names), "brand": [item.brand], "product_type": types,
        "item_group_id": [item.item_group_id], "item_list": lists,
    }  # fmt: skip
    scope = Q(product_applicability="ALL_PRODUCTS") | Q(**{f"{name}_inclusion": [] for name in named})
    for name, values in named.items():
        scope |= Q(**{f"{name}_inclusion__overlap": [*values, ""]})
    for name, values in named.items():
        scope &= ~Q(**{f"{name}_exclusion__overlap": [*values, ""]})
    return scope


def with_brand(brand: str) -> Q:
    """Naming the brand, or an item of it, or every item."""
    skus = list(Item.objects.filter(brand__iexact=brand).values_list("sku", flat=True)[:MOST_SKUS])
    brands = list(Item.objects.filter(brand__iexact=brand).values_list("brand", flat=True).distinct())
    return (
        Q(product_applicability="ALL_PRODUCTS")
        | Q(brand_inclusion__overlap=[brand, *brands])
        | Q(item_id_inclusion__overlap=[*skus, ""])
    )
