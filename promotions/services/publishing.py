"""Writing, publishing and stopping promotions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from inventory.models import Store
from inventory.models.history import attribute_changes
from promotions.models import Budget, Promotion, PromotionRevision
from promotions.rules.content import canonical, content_errors
from promotions.rules.lifecycle import Action
from promotions.rules.urgency import urgency_of_publishing, urgency_of_stopping
from promotions.rules.words import ChangeReason, PromotionState, RevisionState, Urgency
from promotions.selectors.targeting import targeted_items, targeted_stores
from promotions.services.changes import Transition, write_changes
from promotions.services.limits import apply_revision
from promotions.services.naming import Known, code_taken, known_names, naming_errors
from promotions.services.offering import move_index, present_stores, stop_offers, write_offers
from promotions.services.refreshing import settle_promotions
from promotions.services.steps import CLOSED, Conflict, advance, locked, newest_revision, refusal


def check_content(
    content: Mapping[str, Any], *, promotion: Promotion | None = None, known: Known | None = None
) -> None:
    """Raise ValidationError by field when a revision may not say this: its own words, then what it names.

    Who checks many asks for what they name at once and passes it as `known`.
    """
    errors = content_errors(content)
    unknown_fields = set(content) - PromotionRevision.content_fields()
    for field in unknown_fields:
        errors.setdefault(field, []).append("This is not a field of a promotion.")
    if not errors:
        errors = naming_errors(content, promotion=promotion, known=known or known_names([content]))
    if errors:
        raise ValidationError(errors)


def create_promotion(
    *, promotion_id: str, content: Mapping[str, Any], author: Any | None, now: datetime
) -> PromotionRevision:
    """A new draft with its first revision. Raises ValidationError by field."""
    promotion_id = promotion_id.strip()
    if not promotion_id or len(promotion_id) > 60:
        raise ValidationError({"promotion_id": ["Enter an id of up to 60 characters."]})
    taken = {"promotion_id": ["There is already a promotion with this id."]}
    if Promotion.objects.filter(promotion_id=promotion_id).exists():
        raise ValidationError(taken)
    content = canonical(content)
    check_content(content)
    with transaction.atomic():
        attribute_changes(by=author)
        promotion, is_new = Promotion.objects.get_or_create(
            promotion_id=promotion_id, defaults={"owner": author, "created_at": now}
        )
        if not is_new:  # somebody was a moment faster
            raise ValidationError(taken)
        return PromotionRevision.objects.create(
            promotion=promotion, number=1, created_by=author, created_at=now, **content
        )


def revise_promotion(
    *,
    promotion: Promotion,
    content: Mapping[str, Any],
    author: Any | None,
    now: datetime,
    based_on: int | None = None,
) -> PromotionRevision:
    """The next revision; stores see it once it is approved and published. The same words make no new revision.

    `based_on` is the number of the revision that the author started from. Where only the wording differs from terms
    that are approved, their approval and their readers' acknowledgements hold on (`basis`). Raises ValidationError by
    field; Conflict at `based_on` when somebody saved a newer revision meanwhile.
    """
    content = canonical(content)
    check_content(content, promotion=promotion)
    with transaction.atomic():
        promotion = locked(promotion)
        latest = promotion.latest_revision()
        if promotion.state in CLOSED:
            raise Conflict(refusal(promotion, Action.REVISE, revision=latest))
        if latest.says(content):
            return latest
        newest_revision(promotion, number=based_on, field="based_on")
        basis = approved_terms(promotion, latest=latest, content=content)
        revision = PromotionRevision.objects.create(
            promotion=promotion,
            number=latest.number + 1,
            created_by=author,
            created_at=now,
            basis=basis,
            **content,
        )
        action, state = (
            (Action.REWORD, RevisionState.APPROVED) if basis else (Action.REVISE, RevisionState.DRAFT)
        )
        if promotion.revision_state != state:
            advance(promotion, action, revision=revision, by=author, now=now)
        return revision


def approved_terms(
    promotion: Promotion, *, latest: PromotionRevision, content: Mapping[str, Any]
) -> PromotionRevision | None:
    """The revision whose approval holds for these words too: the published one's, or the approved newest one's."""
    approved = [promotion.current_revision]
    if promotion.revision_state == RevisionState.APPROVED:
        approved.append(latest)
    same = next((each for each in approved if each and each.keeps_terms(content)), None)
    return (same.basis or same) if same else None


def publish_promotion(
    *, promotion: Promotion, now: datetime, by: Any | None = None, number: int | None = None
) -> Promotion:
    """Make the newest revision the one that stores see: offers, index, budget, briefings and events together.

    Publishing what is already published changes nothing. Raises ValidationError when no store or no item is left to
    offer; Conflict when the promotion is over, the revision is not approved, or `number` is not the newest.
    """
    with transaction.atomic():
        promotion = locked(promotion)
        revision = newest_revision(promotion, number=number)
        if promotion.state in CLOSED:
            raise Conflict(refusal(promotion, Action.PUBLISH, revision=revision))
        if promotion.current_revision_id == revision.pk:
            return promotion
        if promotion.revision_state != RevisionState.APPROVED:
            raise Conflict(refusal(promotion, Action.PUBLISH, revision=revision))
        targets, item_ids = check_publishable(promotion=promotion, revision=revision)
        before, after = present_stores(promotion), {store.pk for store in targets}
        Store.objects.filter(pk__in=before | after).lock_in_order()
        former = promotion.current_revision
        added, removed = move_index(promotion=promotion, revision=revision, item_ids=item_ids)
        open_promotion(promotion=promotion, revision=revision, by=by, now=now)
        transitions = write_offers(
            promotion=promotion,
            revision=revision,
            targets=targets,
            recount=bool(added or removed),
            fresh=ChangeReason.PUBLISHED,
            standing=ChangeReason.REVISED,
            now=now,
        )
        transitions += stop_offers(
            promotion=promotion, stores=before - after, reason=ChangeReason.NO_LONGER_TARGETED, now=now
        )
        settle_promotions(promotions=[promotion.pk], now=now)
        urgency = urgency_of_publishing(
            own=Urgency(revision.urgency), changed=former.differences(revision.content()) if former else None
        )
        write_changes(transitions=told_with(urgency, transitions), now=now)
        promotion.refresh_from_db()
        return promotion


def told_with(urgency: Urgency, transitions: Sequence[Transition]) -> list[Transition]:
    """The steps of the stores that get the revision, told with its urgency; the others keep theirs."""
    about_it = (ChangeReason.PUBLISHED, ChangeReason.REVISED)
    return [replace(step, urgency=urgency) if step.reason in about_it else step for step in transitions]


def check_publishable(*, promotion: Promotion, revision: PromotionRevision) -> tuple[list[Store], list[int]]:
    """The stores and items it would reach now. Raises ValidationError when there are none, or its code is taken."""
    check_code_is_free(promotion=promotion, revision=revision)
    stores, item_ids = list(targeted_stores(revision)), targeted_items(revision)
    if not stores:
        raise ValidationError({"store_applicability": ["No store is left: the target is empty."]})
    if not item_ids:
        raise ValidationError({"product_applicability": ["No item is left: the target is empty."]})
    return stores, item_ids


def check_code_is_free(*, promotion: Promotion, revision: PromotionRevision) -> None:
    known = known_names([{"generic_redemption_code": revision.generic_redemption_code}])
    code = revision.generic_redemption_code.upper()
    if taken := code_taken(code, promotion=promotion, known=known):
        raise ValidationError({"generic_redemption_code": [taken]})


def open_promotion(
    *, promotion: Promotion, revision: PromotionRevision, by: Any | None, now: datetime
) -> None:
    """Point at the revision and put it under its limits; a limit below what is used already is an error."""
    apply_revision(promotion=promotion, revision=revision, now=now)
    promotion.published_at = promotion.published_at or now
    promotion.current_revision = revision
    promotion.open_code = revision.generic_redemption_code.upper() or None
    advance(promotion, Action.PUBLISH, revision=revision, by=by, now=now)


def stop_promotion(*, promotion: Promotion, reason: str, now: datetime, by: Any | None = None) -> Promotion:
    """Withdraw a published promotion everywhere at once; stopping it twice changes nothing."""
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": [_("Say why: the stores will ask.")]})
    with transaction.atomic():
        promotion = locked(promotion)
        if promotion.state == PromotionState.STOPPED:
            return promotion
        revision = promotion.current_revision or promotion.latest_revision()
        stores = Store.objects.filter(offers__promotion=promotion).lock_in_order()
        promotion.stopped_at, promotion.stopped_reason, promotion.open_code = now, reason, None
        advance(promotion, Action.STOP, revision=revision, by=by, why=reason, now=now)
        transitions = stop_offers(promotion=promotion, stores=stores, reason=ChangeReason.STOPPED, now=now)
        Budget.objects.filter(promotion=promotion).update(is_open=False)
        begun = set(promotion.store_offers.filter(starts_at__lte=now).values_list("store_id", flat=True))
        steps = [
            replace(step, urgency=urgency_of_stopping(has_begun=step.store_id in begun))
            for step in transitions
        ]
        write_changes(transitions=steps, now=now)
        return promotion
