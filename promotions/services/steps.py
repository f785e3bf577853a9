"""Steps of a promotion's life: taken only where rules.lifecycle lists them, and each leaves a row."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.models.history import attribute_changes
from promotions.models import Promotion, PromotionRevision, PromotionStep
from promotions.rules.lifecycle import Action, Actor, Refused, Standing, take
from promotions.rules.words import PromotionState, RevisionState

CLOSED = (PromotionState.EXPIRED, PromotionState.STOPPED)

NOT_FROM_THERE = {
    Action.SUBMIT: gettext_lazy("Only a draft can be submitted; revision %(number)s is %(standing)s."),
    Action.WITHDRAW: gettext_lazy("Only what is submitted can be withdrawn; revision %(number)s is %(standing)s."),
    Action.APPROVE: gettext_lazy("Only what is submitted can be approved; revision %(number)s is %(standing)s."),
    Action.REJECT: gettext_lazy("Only what is submitted can be rejected; revision %(number)s is %(standing)s."),
    Action.PUBLISH: gettext_lazy("Only what is approved can be published; revision %(number)s is %(standing)s."),
}  # fmt: skip
STANDING_WORDS = {
    RevisionState.DRAFT: gettext_lazy("a draft"),
    RevisionState.SUBMITTED: gettext_lazy("waiting for approval"),
    RevisionState.APPROVED: gettext_lazy("approved"),
    RevisionState.REJECTED: gettext_lazy("rejected"),
    RevisionState.PUBLISHED: gettext_lazy("published"),
}


class Conflict(ValidationError):
    """What was asked does not fit how things stand: by field, and 409 in the API."""


def locked(promotion: Promotion) -> Promotion:
    """The promotion as it stands, locked until the transaction ends."""
    return Promotion.objects.select_for_update(no_key=True).get(pk=promotion.pk)


def newest_revision(
    promotion: Promotion, *, number: int | None, field: str = "revision"
) -> PromotionRevision:
    """The newest revision. Raises Conflict at `field` when somebody meant another (None: whichever it is)."""
    newest = promotion.latest_revision()
    if number is None or number == newest.number:
        return newest
    if number > newest.number:
        raise Conflict({field: [_("There is no revision %(number)s.") % {"number": number}]})
    sentence = _("%(who)s saved revision %(newest)s after revision %(number)s; look at that one first.")
    who = newest.created_by or _("A feed")
    raise Conflict({field: [sentence % {"who": who, "newest": newest.number, "number": number}]})


def actors_of(by: Any | None) -> frozenset[Actor]:
    """The capacities of a person; None is a feed or an unattended job."""
    if by is None:
        return frozenset({Actor.FEED})
    return frozenset(
        actor for actor, may in ((Actor.AUTHOR, by.may_merchandise), (Actor.APPROVER, by.may_approve)) if may
    )


def standing_of(promotion: Promotion) -> Standing:
    return Standing(PromotionState(promotion.state), RevisionState(promotion.revision_state))


def leads_to(
    promotion: Promotion, action: Action, *, revision: PromotionRevision, by: Any | None
) -> Standing:
    """Where the step leads. Raises Conflict when it is not listed from there, PermissionDenied when not for them."""
    try:
        return take(standing_of(promotion), action, actors=actors_of(by))
    except Refused as refused:
        if refused.by_whom:
            raise PermissionDenied from refused
        raise Conflict(refusal(promotion, action, revision=revision)) from refused


def advance(
    promotion: Promotion,
    action: Action,
    *,
    revision: PromotionRevision,
    by: Any | None,
    why: str = "",
    now: datetime,
) -> None:
    """Take a step of a locked promotion, save the promotion and write the step down; raises what `leads_to` raises."""
    old = standing_of(promotion)
    new = leads_to(promotion, action, revision=revision, by=by)
    attribute_changes(by=by, why=why)
    promotion.state, promotion.revision_state = new
    promotion.save()
    PromotionStep.objects.create(
        promotion=promotion,
        revision=revision,
        action=action,
        old_state=old.state,
        new_state=new.state,
        old_revision_state=old.revision_state,
        new_revision_state=new.revision_state,
        by=by,
        why=why,
        at=now,
    )


def refusal(promotion: Promotion, action: Action, *, revision: PromotionRevision) -> dict[str, list[str]]:
    """Why the step cannot be taken, at the field it is about."""
    if promotion.state in CLOSED:
        sentence = _("%(promotion)s is over: it is neither edited, approved nor published again.")
        return {"promotion_id": [sentence % {"promotion": promotion.promotion_id}]}
    if action == Action.STOP:
        sentence = _("Only a published promotion can be stopped; %(promotion)s is not.")
        return {"promotion_id": [sentence % {"promotion": promotion.promotion_id}]}
    words = STANDING_WORDS[RevisionState(promotion.revision_state)]
    return {"revision": [str(NOT_FROM_THERE[action]) % {"number": revision.number, "standing": words}]}
