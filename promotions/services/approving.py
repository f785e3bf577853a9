"""The way of new words to the stores: submitted by who wrote them, approved or rejected by somebody else.

Each action names the number of the revision it means and is safe to ask twice. All raise ValidationError by field;
its subclass Conflict when the promotion stands elsewhere by now or somebody saved a newer revision, and
PermissionDenied for a person whose role may not.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from promotions.models import Promotion, PromotionRevision
from promotions.rules.lifecycle import DONE, Action, may_judge
from promotions.rules.words import RevisionState
from promotions.services.publishing import check_publishable, publish_promotion
from promotions.services.steps import CLOSED, advance, leads_to, locked, newest_revision

WHY_LENGTH = 200


def submit_revision(*, promotion: Promotion, number: int, by: Any | None, now: datetime) -> Promotion:
    """Ask for approval of the newest revision. What could not be published is not worth an approver's time."""
    with transaction.atomic():
        promotion = move(promotion, Action.SUBMIT, number=number, by=by, why="", now=now)
        check_publishable(promotion=promotion, revision=promotion.latest_revision())
        return promotion


def withdraw_revision(*, promotion: Promotion, number: int, by: Any | None, now: datetime) -> Promotion:
    """Take back what was submitted: it is a draft again."""
    return move(promotion, Action.WITHDRAW, number=number, by=by, why="", now=now)


def approve_revision(
    *, promotion: Promotion, number: int, by: Any | None, why: str = "", now: datetime
) -> Promotion:
    """Approve what somebody else wrote and submitted; `by` None is a feed that is its own approver."""
    return move(promotion, Action.APPROVE, number=number, by=by, why=why, now=now)


def reject_revision(
    *, promotion: Promotion, number: int, by: Any | None, why: str, now: datetime
) -> Promotion:
    """Send it back with a reason of up to 200 characters; its author answers with a new revision."""
    why = why.strip()
    if not why:
        raise ValidationError({"why": [_("Say why: the author has to know what to change.")]})
    if len(why) > WHY_LENGTH:
        raise ValidationError({"why": [_("Say it in up to %(most)s characters.") % {"most": WHY_LENGTH}]})
    return move(promotion, Action.REJECT, number=number, by=by, why=why, now=now)


def approve_and_publish(*, promotion: Promotion, number: int, by: Any | None, now: datetime) -> Promotion:
    """Both or neither: what cannot be published is not approved either."""
    with transaction.atomic():
        approve_revision(promotion=promotion, number=number, by=by, now=now)
        return publish_promotion(promotion=promotion, number=number, by=by, now=now)


def publish_trusted(*, promotion: Promotion, why: str, now: datetime) -> Promotion:
    """Publish the newest revision of a source that is its own approver; the steps have no person, and say why.

    Raises Conflict where a person has rejected that revision.
    """
    with transaction.atomic():
        promotion = locked(promotion)
        revision = promotion.latest_revision()
        if promotion.state not in CLOSED:
            if promotion.revision_state == RevisionState.DRAFT:
                advance(promotion, Action.SUBMIT, revision=revision, by=None, why=why, now=now)
            if promotion.revision_state == RevisionState.SUBMITTED:
                advance(promotion, Action.APPROVE, revision=revision, by=None, why=why, now=now)
        return publish_promotion(promotion=promotion, by=None, now=now)


def move(
    promotion: Promotion, action: Action, *, number: int, by: Any | None, why: str, now: datetime
) -> Promotion:
    """Take one step of the newest revision, unless that is where it stands already."""
    with transaction.atomic():
        promotion = locked(promotion)
        revision = newest_revision(promotion, number=number)
        if promotion.revision_state in DONE[action] and promotion.state not in CLOSED:
            return promotion
        if action in (Action.APPROVE, Action.REJECT) and by is not None:
            leads_to(
                promotion, action, revision=revision, by=by
            )  # the wrong moment and the wrong role speak first
            check_judge(promotion, revision=revision, by=by)
        advance(promotion, action, revision=revision, by=by, why=why, now=now)
        return promotion


def check_judge(promotion: Promotion, *, revision: PromotionRevision, by: Any) -> None:
    """Raise ValidationError when this person wrote or submitted what is to be judged."""
    submission = promotion.steps.filter(action=Action.SUBMIT, revision=revision).last()
    submitter = submission.by_id if submission else None
    if may_judge(by.pk, author=revision.created_by_id, submitter=submitter):
        return
    sentence = (
        _("You wrote revision %(number)s: somebody else has to judge it.")
        if by.pk == revision.created_by_id
        else _("You submitted revision %(number)s: somebody else has to judge it.")
    )
    raise ValidationError({"revision": [sentence % {"number": revision.number}]})
