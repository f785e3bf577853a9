"""What stores have told: the desk's inbox, the store's own list, and one report as a machine reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When

from inventory.models import Store
from promotions.models import FieldReport
from promotions.rules.reports import WAITING, ReportQueue

# The inbox's tabs.
VIEWS = ("mine", "all", "overdue", "done")


def queues_of(person: Any) -> list[ReportQueue]:
    """The inboxes that this person works through."""
    queues = []
    if person.may_merchandise:
        queues.append(ReportQueue.MERCHANDISING)
    if person.may_operate:
        queues.append(ReportQueue.OPERATORS)
    return queues


def inbox_conditions(person: Any, *, now: datetime) -> Mapping[str, Q]:
    """What each tab shows. "mine" is what this person owns, and what nobody owns in its queues."""
    waiting = Q(state__in=sorted(WAITING))
    nobodys = Q(owner__isnull=True, queue__in=queues_of(person))
    return {
        "mine": waiting & (Q(owner=person) | nobodys),
        "all": waiting,
        "overdue": waiting & Q(due_at__lte=now),
        "done": ~waiting,
    }


def inbox(person: Any, *, view: str, now: datetime) -> QuerySet[FieldReport]:
    """The reports of a tab: overdue ones first, then the newest."""
    is_late = Q(state__in=sorted(WAITING), due_at__lte=now)
    late = Case(When(is_late, then=Value(True)), default=Value(False), output_field=BooleanField())
    found = FieldReport.objects.visible_to(person).filter(inbox_conditions(person, now=now)[view])
    return (
        found.with_names()
        .select_related("check_made", "promotion__current_revision")
        .annotate(late=late)
        .order_by("-late", "-reported_at", "-pk")
    )


def inbox_counts(person: Any, *, now: datetime) -> dict[str, int]:
    """How many reports each tab has but the last, in one query."""
    conditions = inbox_conditions(person, now=now)
    views = [view for view in VIEWS if view != "done"]
    counts = {view: Count("pk", filter=conditions[view]) for view in views}
    return FieldReport.objects.visible_to(person).waiting().aggregate(**counts)


@dataclass(frozen=True)
class InboxNews:
    """What a list of the inbox does not show yet: reports that would stand in it now, and shown ones that moved on."""

    arrived: int
    moved: int

    def __bool__(self) -> bool:
        return bool(self.arrived or self.moved)


def inbox_news(person: Any, *, view: str, first: int, shown: Mapping[int, str], now: datetime) -> InboxNews:
    """What has come since a list was shown. `shown` are the states of the reports on it by their id.

    Arrivals are looked for among the `first` reports of the tab; a later page passes 0.
    """
    standing = set(inbox(person, view=view, now=now).values_list("pk", flat=True)[:first]) if first else set()
    states = FieldReport.objects.visible_to(person).filter(pk__in=shown).values_list("pk", "state")
    return InboxNews(
        arrived=len(standing - set(shown)), moved=sum(shown[pk] != state for pk, state in states)
    )


def reports_of_store(store: Store) -> QuerySet[FieldReport]:
    """What this store has told and what was answered, the newest first."""
    return FieldReport.objects.filter(store=store).with_names().order_by("-reported_at", "-pk")


def unread_answers(*, store: Store, person: Any) -> int:
    """How many answers in this store wait for this person."""
    return FieldReport.objects.filter(store=store).unread_by(person).count()


def report_facts(report: FieldReport) -> dict[str, Any]:
    """One report as JSON; times on the store's clock, with offset."""
    local = report.store.local
    return {
        "report_id": report.pk,
        "store_code": report.store.store_code,
        "kind": report.kind,
        "state": report.state,
        "reported_at": local(report.reported_at).isoformat(),
        "reported_by": report.reported_by.get_username() if report.reported_by else None,
        "words": report.words,
        "has_photo": bool(report.photo),
        "promotion_id": report.promotion.promotion_id if report.promotion else None,
        "revision": report.revision.number if report.revision else None,
        "sku": report.item.sku if report.item else None,
        "quantity": count_text(report),
        "check_id": str(report.check_made_id) if report.check_made_id else None,
        "reason": report.reason or None,
        "refusals": report.refusals,
        "value_at_risk": None if report.value_at_risk is None else str(report.value_at_risk),
        "currency": report.currency or None,
        "owner": report.owner.get_username() if report.owner else None,
        "due_at": local(report.due_at).isoformat(),
        "answer": report.answer or None,
        "answered_at": local(report.answered_at).isoformat() if report.answered_at else None,
    }


def count_text(report: FieldReport) -> str | None:
    """What was counted, in the item's unit."""
    if report.manual_count is None or report.item is None:
        return None
    return report.item.in_unit(report.manual_count.quantity)
