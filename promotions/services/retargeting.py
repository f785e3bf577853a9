"""Promotions follow the groups, lists, stores and items they name.

Triggers mark what has changed (`TargetMark`); this works the marks off: only open promotions that name something marked
are looked at, and of those only offers and items that differ are written. Safe to run twice, or twice at once: marks
are taken away after the work is done, and work that is done leaves nothing to write.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from inventory.models import Store, StoreGroup
from inventory.selectors import JOIN_WITHHELD, PROMISED_JOINED
from promotions.models import Promotion, PromotionRevision, TargetMark
from promotions.rules.words import (
    ChangeReason,
    MarkKind,
    ProductApplicability,
    PromotionState,
    StoreApplicability,
)
from promotions.selectors.targeting import targeted_items, targeted_stores
from promotions.services.changes import Transition, transitions_from, write_changes
from promotions.services.offering import move_index, present_stores, stop_offers, write_offers
from promotions.services.refreshing import settle_promotions
from promotions.services.states import state_sql

OPEN = (PromotionState.PENDING, PromotionState.LIVE)

Names = Mapping[MarkKind, set[str]]

# Which lists of a revision name what.
LISTS = {
    MarkKind.STORE: ("store_codes_inclusion", "store_codes_exclusion"),
    MarkKind.STORE_GROUP: ("store_groups_inclusion", "store_groups_exclusion"),
    MarkKind.ITEM: ("item_id_inclusion", "item_id_exclusion"),
    MarkKind.BRAND: ("brand_inclusion", "brand_exclusion"),
    MarkKind.PRODUCT_TYPE: ("product_type_inclusion", "product_type_exclusion"),
    MarkKind.ITEM_GROUP: ("item_group_id_inclusion", "item_group_id_exclusion"),
    MarkKind.ITEM_LIST: ("item_list_inclusion", "item_list_exclusion"),
}
STORE_INCLUSIONS = ("store_codes_inclusion", "store_groups_inclusion")
ITEM_INCLUSIONS = (
    "item_id_inclusion", "brand_inclusion", "product_type_inclusion", "item_group_id_inclusion", "item_list_inclusion",
)  # fmt: skip


@dataclass(frozen=True)
class Retargeted:
    """What differed between the rows of a promotion and its targets."""

    items_added: int
    items_removed: int
    stores_added: int
    stores_removed: int
    offers_rewritten: int

    @property
    def differences(self) -> int:
        return sum(asdict(self).values())

    def as_dict(self) -> dict[str, Any]:
        return {name: count for name, count in asdict(self).items() if count}


def retarget_promotions(*, now: datetime) -> int:
    """Work off the marks; the number of promotions whose offers or items have changed.

    However many marks there are and however old, each promotion is looked at once.
    """
    marks = list(TargetMark.objects.values_list("pk", "kind", "name"))
    if not marks:
        return 0
    marked: dict[MarkKind, set[str]] = defaultdict(set)
    for _pk, kind, name in marks:
        marked[MarkKind(kind)].add(name)
    stores = marked[MarkKind.STORE]
    changed = [
        promotion_id
        for promotion_id in promotions_naming(marked)
        if retarget(promotion_id=promotion_id, now=now, rewrite=stores)
    ]
    with connection.cursor() as cursor:  # one parameter, however many: a bulk load marks every item
        cursor.execute(
            "DELETE FROM promotions_targetmark WHERE id = ANY(%s::int8[])",
            [[pk for pk, _kind, _name in marks]],
        )
    return len(changed)


def promotions_naming(marked: Names) -> list[int]:
    """The open promotions that mean something marked, by name, by what is above it, or by meaning everything."""
    names = {**marked, **names_above(marked)}
    fields = [field for kind, lists in LISTS.items() if names.get(kind) for field in lists]
    scopes = (*STORE_INCLUSIONS, *ITEM_INCLUSIONS, "store_applicability", "product_applicability")
    revisions = PromotionRevision.objects.filter(current_of__state__in=OPEN).order_by("promotion_id")
    return [
        row["promotion_id"]
        for row in revisions.values("promotion_id", *{*fields, *scopes})
        if means_any(row, marked) or names_any(row, names)
    ]


def means_any(row: Mapping[str, Any], marked: Names) -> bool:
    """Whether the revision includes whatever store, or whatever item, there is, and there are others now."""
    any_store, any_item = marked.get(MarkKind.ANY_STORE), marked.get(MarkKind.ANY_ITEM)
    every_store = row["store_applicability"] == StoreApplicability.ALL_STORES or not any(
        row[field] for field in STORE_INCLUSIONS
    )
    every_item = row["product_applicability"] == ProductApplicability.ALL_PRODUCTS or not any(
        row[field] for field in ITEM_INCLUSIONS
    )
    return bool((any_store and every_store) or (any_item and every_item))


def names_any(row: Mapping[str, Any], names: Names) -> bool:
    return any(
        not names[kind].isdisjoint(row[field])
        for kind, lists in LISTS.items()
        if names.get(kind)
        for field in lists
    )


def names_above(marked: Names) -> dict[MarkKind, set[str]]:
    """Every name under which a revision may mean what is marked: shorter GTINs, wider types, groups of groups."""
    groups = marked.get(MarkKind.STORE_GROUP, set()) | groups_of(marked.get(MarkKind.STORE, set()))
    return {
        MarkKind.ITEM: {name for item in marked.get(MarkKind.ITEM, ()) for name in shorter_forms(item)},
        MarkKind.PRODUCT_TYPE: {
            name for path in marked.get(MarkKind.PRODUCT_TYPE, ()) for name in wider_types(path)
        },
        MarkKind.STORE_GROUP: with_parents(groups),
    }


def shorter_forms(identifier: str) -> Iterable[str]:
    """The identifier, and without each of its leading zeros: targeting pads names to GTIN-14."""
    yield identifier
    while identifier.startswith("0"):
        identifier = identifier[1:]
        yield identifier


def wider_types(path: str) -> Iterable[str]:
    """ "Dairy > Milk > Oat", "Dairy > Milk" and "Dairy"."""
    parts = path.split(" > ")
    return (" > ".join(parts[:length]) for length in range(len(parts), 0, -1))


def groups_of(store_codes: set[str]) -> set[str]:
    """The codes of the groups these stores are in."""
    return set(StoreGroup.objects.filter(stores__store_code__in=store_codes).values_list("code", flat=True))


def with_parents(codes: set[str]) -> set[str]:
    """The codes and those of every group above them."""
    if not codes:
        return set()
    parents = dict(StoreGroup.objects.values_list("code", "parent__code"))
    found: set[str] = set()
    for code in codes:
        above: str | None = code
        while above is not None and above not in found:
            found.add(above)
            above = parents.get(above)
    return found


def retarget(*, promotion_id: int, now: datetime, rewrite: Collection[str] = ()) -> Retargeted | None:
    """Bring a published promotion's offers and items to what its revision means now; None where nothing differed.

    Offers of the stores `rewrite` (codes) are worked out anew, because a store's clock or money may be another one.
    """
    with transaction.atomic():
        promotion = Promotion.objects.select_for_update(no_key=True).filter(pk=promotion_id).first()
        if promotion is None or promotion.state not in OPEN or promotion.current_revision is None:
            return None
        revision = promotion.current_revision
        targets = {store.pk: store for store in targeted_stores(revision)}
        before, after = present_stores(promotion), set(targets)
        Store.objects.filter(pk__in=before | after).lock_in_order()
        added, removed = move_index(promotion=promotion, revision=revision, item_ids=targeted_items(revision))
        steps = count_moved_items(
            promotion=promotion, stores=sorted(before & after), added=added, removed=removed, now=now
        )
        gone = stop_offers(
            promotion=promotion, stores=before - after, reason=ChangeReason.NO_LONGER_TARGETED, now=now
        )
        again = {pk for pk, store in targets.items() if store.store_code in rewrite}
        written = write_offers(
            promotion=promotion,
            revision=revision,
            targets=[targets[pk] for pk in sorted(after - before | again)],
            fresh=ChangeReason.RETARGETED,
            standing=ChangeReason.RETARGETED,
            now=now,
        )
        if gone or written:
            settle_promotions(promotions=[promotion.pk], now=now)
        write_changes(transitions=steps + gone + written, now=now)
    fresh = sum(step.store_id not in before for step in written)
    found = Retargeted(len(added), len(removed), fresh, len(gone), len(written) - fresh)
    return found if found.differences else None


# What the items that came and went are in the stores that stay; cost follows those items.
COUNT_MOVED_ITEMS = f"""
WITH moved_item AS (
    SELECT unnest(%(added)s::int4[]) AS item_id, 1 AS sign UNION ALL SELECT unnest(%(removed)s::int4[]), -1
), delta AS (
    SELECT l.store_id, sum(m.sign) AS stocked, sum(m.sign * ({PROMISED_JOINED} > 0)::int) AS available,
           sum(m.sign * ({PROMISED_JOINED} >= %(minimum)s)::int) AS enough
    FROM unnest(%(stores)s::int4[]) AS s(store_id) CROSS JOIN moved_item m
    JOIN inventory_stocklevel l ON l.store_id = s.store_id AND l.item_id = m.item_id
    {JOIN_WITHHELD}
    GROUP BY 1
), moved AS (
    UPDATE promotions_storeoffer o
    SET items_stocked = o.items_stocked + d.stocked, items_available = o.items_available + d.available,
        items_enough = o.items_enough + d.enough, changed_at = %(now)s,
        state = {
    state_sql(
        offer="o",
        stocked="(o.items_stocked + d.stocked)",
        available="(o.items_available + d.available)",
        enough="(o.items_enough + d.enough)",
    )
}
    FROM delta d
    WHERE o.store_id = d.store_id AND o.promotion_id = %(promotion)s AND o.state NOT IN ('STOPPED', 'EXPIRED')
    RETURNING o.store_id, o.promotion_id, o.revision_id, old.state AS old_state, new.state AS new_state
)
SELECT * FROM moved WHERE old_state <> new_state
"""  # noqa: S608


def count_moved_items(
    *, promotion: Promotion, stores: list[int], added: list[int], removed: list[int], now: datetime
) -> list[Transition]:
    """Move the counts of the stores' offers by the items that came and went; the states that changed by it."""
    if not stores or not (added or removed) or promotion.current_revision is None:
        return []
    params: dict[str, Any] = {
        "promotion": promotion.pk,
        "minimum": promotion.current_revision.minimum_stock,
        "stores": stores,
        "added": added,
        "removed": removed,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT_MOVED_ITEMS, params)
        return transitions_from(cursor.fetchall(), reason=ChangeReason.RETARGETED)
