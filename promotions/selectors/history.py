"""What became of a promotion: its revisions, its steps, and the changes of what it points at, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection

from promotions.models import Promotion, PromotionRevision, PromotionStep
from promotions.selectors.targeting import groups_with_children

NAMES_TOLD = 20


class HistoryKind(StrEnum):
    """What an entry is about."""

    REVISION = "REVISION"  # new words
    STEP = "STEP"  # another state
    TARGETING = "TARGETING"  # a list or group that a revision names holds something else
    RECORD = "RECORD"  # the promotion's own row, such as its owner


@dataclass(frozen=True)
class Change:
    """One field before and after, as the field holds it."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class HistoryEntry:
    """One thing that happened. `by` is a person, or None for feeds, jobs and the clock.

    A change of targeting says which list or group (`target`, its code) and what came or went: how many, and the
    first twenty by SKU or store code.
    """

    at: datetime
    kind: HistoryKind
    by: Any | None
    revision: PromotionRevision | None = None
    action: str = ""  # of a step its Action; of targeting ADDED, REMOVED or MOVED
    changes: tuple[Change, ...] = ()
    why: str = ""
    target_kind: str = ""  # item_list or store_group
    target: str = ""
    count: int = 0
    names: tuple[str, ...] = ()


def history_for(*, promotion: Promotion) -> list[HistoryEntry]:
    """Everything that is known, newest first; the same number of queries for any promotion."""
    revisions = list(promotion.revisions.select_related("created_by").order_by("number"))
    entries = [
        *revision_entries(revisions),
        *step_entries(promotion),
        *record_entries(promotion),
        *targeting_entries(promotion, revisions=revisions),
    ]
    # Sorting keeps the order above for what happened at one instant: words first, then what became of them.
    return sorted(entries, key=lambda entry: entry.at)[::-1]


def revision_entries(revisions: Iterable[PromotionRevision]) -> list[HistoryEntry]:
    """Each revision with what it changed against the one before."""
    entries, before = [], None
    fields = [
        field.name
        for field in PromotionRevision._meta.concrete_fields
        if field.name in PromotionRevision.content_fields()
    ]
    for revision in revisions:
        changes = tuple(
            Change(name, getattr(before, name), getattr(revision, name))
            for name in fields
            if before and getattr(before, name) != getattr(revision, name)
        )
        entries.append(
            HistoryEntry(
                revision.created_at, HistoryKind.REVISION, revision.created_by, revision, changes=changes
            )
        )
        before = revision
    return entries


def step_entries(promotion: Promotion) -> list[HistoryEntry]:
    """Each step with the states it changed."""
    return [
        HistoryEntry(
            step.at,
            HistoryKind.STEP,
            step.by,
            step.revision,
            action=step.action,
            changes=state_changes(step),
            why=step.why,
        )
        for step in promotion.steps.select_related("by", "revision").order_by("pk")
    ]


def state_changes(step: PromotionStep) -> tuple[Change, ...]:
    pairs = (
        Change("state", step.old_state, step.new_state),
        Change("revision_state", step.old_revision_state, step.new_revision_state),
    )
    return tuple(change for change in pairs if change.old != change.new)


# What neither a revision nor a step tells.
RECORDS = """
SELECT pgh_created_at, (pgh_context ->> 'by')::bigint, pgh_context ->> 'why', promotion_id, was_id, owner_id, was_owner
FROM (SELECT *, lag(promotion_id) OVER w AS was_id, lag(owner_id) OVER w AS was_owner, row_number() OVER w AS version
      FROM promotions_promotionrecord WHERE pgh_obj_id = %s WINDOW w AS (ORDER BY pgh_id)) r
WHERE version > 1 AND (promotion_id <> was_id OR owner_id IS DISTINCT FROM was_owner)
ORDER BY pgh_id
"""


def record_entries(promotion: Promotion) -> list[HistoryEntry]:
    """Changes of the promotion's own row: its id and its owner."""
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, [promotion.pk])
        rows = cursor.fetchall()
    people = people_by_key({key for row in rows for key in (row[1], row[5], row[6])})
    return [
        HistoryEntry(
            at,
            HistoryKind.RECORD,
            people.get(by),
            why=why or "",
            changes=tuple(
                change
                for change in (
                    Change("promotion_id", was_id, is_id),
                    Change("owner", username(people, was_owner), username(people, owner)),
                )
                if change.old != change.new
            ),
        )
        for at, by, why, is_id, was_id, owner, was_owner in rows
    ]


def people_by_key(keys: set[int | None]) -> dict[int | None, Any]:
    return dict(get_user_model()._default_manager.in_bulk([key for key in keys if key is not None]))


def username(people: dict[int | None, Any], key: int | None) -> str | None:
    return people[key].get_username() if key in people else None


MEMBERS = """
SELECT 'item_list', l.code, c.pgh_label, c.pgh_created_at, (c.pgh_context ->> 'by')::bigint, count(*),
       (array_agg(i.sku ORDER BY i.sku))[1:%(most)s], '', ''
FROM promotions_itemlistchange c JOIN promotions_itemlist l ON l.id = c.itemlist_id
JOIN inventory_item i ON i.id = c.item_id
WHERE l.code = ANY(%(lists)s) AND c.pgh_created_at >= %(since)s
GROUP BY l.code, c.pgh_label, c.pgh_created_at, c.pgh_context ->> 'by'
UNION ALL
SELECT 'store_group', g.code, c.pgh_label, c.pgh_created_at, (c.pgh_context ->> 'by')::bigint, count(*),
       (array_agg(s.store_code ORDER BY s.store_code))[1:%(most)s], '', ''
FROM inventory_storegroupchange c JOIN inventory_storegroup g ON g.id = c.storegroup_id
JOIN inventory_store s ON s.id = c.store_id
WHERE g.id = ANY(%(groups)s) AND c.pgh_created_at >= %(since)s
GROUP BY g.code, c.pgh_label, c.pgh_created_at, c.pgh_context ->> 'by'
UNION ALL
SELECT 'store_group', r.code, 'move', r.pgh_created_at, (r.pgh_context ->> 'by')::bigint, 1, ARRAY[r.code]::varchar[],
       coalesce(o.code, ''), coalesce(n.code, '')
FROM (SELECT *, lag(parent_id) OVER w AS was, row_number() OVER w AS version
      FROM inventory_storegrouprecord WINDOW w AS (PARTITION BY pgh_obj_id ORDER BY pgh_id)) r
LEFT JOIN inventory_storegroup o ON o.id = r.was LEFT JOIN inventory_storegroup n ON n.id = r.parent_id
WHERE r.version > 1 AND r.parent_id IS DISTINCT FROM r.was AND r.pgh_created_at >= %(since)s
  AND (r.was = ANY(%(groups)s) OR r.parent_id = ANY(%(groups)s))
ORDER BY 4, 2
"""
ACTIONS = {"insert": "ADDED", "delete": "REMOVED", "update": "MOVED", "move": "MOVED"}


def targeting_entries(promotion: Promotion, *, revisions: Iterable[PromotionRevision]) -> list[HistoryEntry]:
    """What came into and went out of the lists and groups that any revision names, since the promotion was made."""
    lists: set[str] = set()
    groups: set[str] = set()
    for revision in revisions:
        lists.update(revision.item_list_inclusion, revision.item_list_exclusion)
        groups.update(revision.store_groups_inclusion, revision.store_groups_exclusion)
    if not lists and not groups:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            MEMBERS,
            {
                "lists": sorted(lists),
                "groups": sorted(groups_with_children(sorted(groups))),
                "since": promotion.created_at,
                "most": NAMES_TOLD,
            },
        )
        rows = cursor.fetchall()
    people = people_by_key({row[4] for row in rows})
    return [
        HistoryEntry(
            at,
            HistoryKind.TARGETING,
            people.get(by),
            action=ACTIONS[label],
            target_kind=kind,
            target=code,
            count=count,
            names=tuple(names),
            changes=(Change("parent", old, new),) if label == "move" else (),
        )
        for kind, code, label, at, by, count, names, old, new in rows
    ]
