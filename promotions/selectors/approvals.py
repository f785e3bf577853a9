"""What waits for approval, and how far the newest words of a promotion have come."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet

from promotions.models import Promotion, PromotionRevision, PromotionStep
from promotions.rules.lifecycle import PUBLISHED, Action, may_judge
from promotions.rules.words import UNPUBLISHED, RevisionState

OPEN = sorted(UNPUBLISHED | PUBLISHED)


@dataclass(frozen=True)
class Way:
    """How the newest revision of a promotion stands, for one person.

    `judged` is its approval or rejection; of words that keep approved terms, the approval of those terms.
    """

    submitted: PromotionStep | None
    judged: PromotionStep | None
    may_judge: bool
    is_own: bool
    keeps_receipts: bool  # what the stores have acknowledged holds for these words too


@dataclass(frozen=True)
class Waiting:
    """One entry of the approve queue."""

    promotion: Promotion
    revision: PromotionRevision
    submitted: PromotionStep | None
    may_judge: bool


def waiting_promotions() -> QuerySet[Promotion]:
    """Promotions whose newest revision waits for approval, the longest waiting first."""
    waiting = Promotion.objects.filter(revision_state=RevisionState.SUBMITTED, state__in=OPEN)
    asked = Max("steps__pk", filter=Q(steps__action=Action.SUBMIT))
    return waiting.select_related("current_revision").annotate(asked=asked).order_by("asked", "pk")


def waiting_rows(*, promotions: Iterable[Promotion], person: Any) -> list[Waiting]:
    """The given promotions as entries of the queue: two queries more, however many, oldest submission first."""
    promotions = list(promotions)
    newest = {
        revision.promotion_id: revision
        for revision in PromotionRevision.objects.filter(promotion__in=promotions)
        .select_related("created_by")
        .order_by("promotion_id", "-number")
        .distinct("promotion_id")
    }
    submitted = {
        step.promotion_id: step
        for step in PromotionStep.objects.filter(promotion__in=promotions, action=Action.SUBMIT)
        .select_related("by")
        .order_by("promotion_id", "-pk")
        .distinct("promotion_id")
    }
    return [
        Waiting(
            promotion=promotion,
            revision=newest[promotion.pk],
            submitted=submitted.get(promotion.pk),
            may_judge=person_may_judge(person, newest[promotion.pk], submitted.get(promotion.pk)),
        )
        for promotion in promotions
    ]


def way_of(*, promotion: Promotion, newest: PromotionRevision, person: Any) -> Way:
    """How the newest revision stands; two queries."""
    steps = {step.action: step for step in promotion.steps.filter(revision=newest).select_related("by")}
    submitted = steps.get(Action.SUBMIT)
    judged = steps.get(Action.APPROVE) or steps.get(Action.REJECT)
    if newest.basis_id:
        approvals = promotion.steps.filter(revision=newest.basis_id, action=Action.APPROVE)
        judged = approvals.select_related("by").last()
    published = promotion.current_revision
    return Way(
        submitted=submitted,
        judged=judged,
        may_judge=person_may_judge(person, newest, submitted),
        is_own=person.pk in (newest.created_by_id, submitted.by_id if submitted else None),
        keeps_receipts=published is not None and published.receipts_id == newest.receipts_id,
    )


def person_may_judge(person: Any, revision: PromotionRevision, submitted: PromotionStep | None) -> bool:
    """By role, and not their own."""
    submitter = submitted.by_id if submitted else None
    return bool(person.may_approve) and may_judge(
        person.pk, author=revision.created_by_id, submitter=submitter
    )
