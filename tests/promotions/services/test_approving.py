"""The way to the stores: who may take which step, what voids an approval, and what is written down."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from inventory.models import Store
from omnistore.staff.models import Role, StaffMember
from promotions.models import Acknowledgement, Briefing, Promotion, PromotionRevision, PromotionStep
from promotions.rules.lifecycle import DONE, EDGES, STANDINGS, Action, Refused, Standing, take
from promotions.rules.words import UNPUBLISHED, PromotionState, RevisionState
from promotions.selectors.board import board_for
from promotions.services.approving import (
    approve_and_publish,
    approve_revision,
    publish_trusted,
    reject_revision,
    submit_revision,
    withdraw_revision,
)
from promotions.services.publishing import (
    create_promotion,
    publish_promotion,
    revise_promotion,
    stop_promotion,
)
from promotions.services.reading import acknowledge, mark_told
from promotions.services.refreshing import turn_offers
from promotions.services.steps import Conflict, actors_of
from tests.factories import create_item, create_store
from tests.factories_promotions import (
    NOW,
    TODAY,
    content_for,
    create_published_promotion,
    create_staff_member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Store:
    create_item()
    return create_store()


@pytest.fixture
def tom() -> StaffMember:
    return create_staff_member(username="tom", role=Role.MERCHANDISER)


@pytest.fixture
def ines() -> StaffMember:
    return create_staff_member(username="ines", role=Role.APPROVER)


def draft_of(author: StaffMember | None, **content: Any) -> Promotion:
    revision = create_promotion(promotion_id="tea", content=content_for(**content), author=author, now=NOW)
    return revision.promotion


def steps_of(promotion: Promotion) -> list[tuple[str, str, str | None]]:
    return [
        (step.action, f"{step.old_state}-{step.new_state}", step.by.username if step.by else None)
        for step in promotion.steps.select_related("by")
    ]


def test_author_and_approver_bring_it_to_the_stores(shop: Store, tom: StaffMember, ines: StaffMember) -> None:
    promotion = draft_of(tom)
    submit_revision(promotion=promotion, number=1, by=tom, now=NOW)
    published = approve_and_publish(promotion=promotion, number=1, by=ines, now=NOW)
    assert (published.state, published.revision_state) == ("LIVE", "PUBLISHED")
    assert steps_of(promotion) == [
        ("SUBMIT", "DRAFT-SUBMITTED", "tom"),
        ("APPROVE", "SUBMITTED-APPROVED", "ines"),
        ("PUBLISH", "APPROVED-PENDING", "ines"),
        ("OPEN", "PENDING-LIVE", None),
    ]


def test_nobody_approves_what_they_wrote_or_submitted(shop: Store, ines: StaffMember) -> None:
    ada = create_staff_member(role=Role.ADMIN)
    promotion = draft_of(ines)
    submit_revision(promotion=promotion, number=1, by=ada, now=NOW)
    for person, words in ((ines, "You wrote revision 1"), (ada, "You submitted revision 1")):
        for judge in (approve_revision, reject_revision):
            with pytest.raises(ValidationError, match=words) as refused:
                judge(promotion=promotion, number=1, by=person, why="So.", now=NOW)
            assert list(refused.value.message_dict) == ["revision"]
    assert Promotion.objects.get().state == "SUBMITTED"


def test_a_merchandiser_does_not_approve(shop: Store, tom: StaffMember) -> None:
    promotion = draft_of(create_staff_member(role=Role.MERCHANDISER))
    submit_revision(promotion=promotion, number=1, by=None, now=NOW)
    with pytest.raises(PermissionDenied):
        approve_revision(promotion=promotion, number=1, by=tom, now=NOW)


def test_a_rejection_says_why_and_is_answered_by_a_new_revision(
    shop: Store, tom: StaffMember, ines: StaffMember
) -> None:
    promotion = draft_of(tom)
    submit_revision(promotion=promotion, number=1, by=tom, now=NOW)
    for why in ("", "  ", "x" * 201):
        with pytest.raises(ValidationError) as refused:
            reject_revision(promotion=promotion, number=1, by=ines, why=why, now=NOW)
        assert list(refused.value.message_dict) == ["why"]
    reject_revision(promotion=promotion, number=1, by=ines, why=" Too much. ", now=NOW)
    assert PromotionStep.objects.get(action="REJECT").why == "Too much."
    revise_promotion(promotion=promotion, content=content_for(percent_off=20), author=tom, now=NOW)
    assert Promotion.objects.get().state == "DRAFT"


def test_an_action_means_the_revision_it_names(shop: Store, tom: StaffMember, ines: StaffMember) -> None:
    promotion = draft_of(tom)
    submit_revision(promotion=promotion, number=1, by=tom, now=NOW)
    revise_promotion(promotion=promotion, content=content_for(percent_off=30), author=tom, now=NOW)
    submit_revision(promotion=promotion, number=2, by=tom, now=NOW)
    with pytest.raises(Conflict, match="tom saved revision 2 after revision 1"):
        approve_revision(promotion=promotion, number=1, by=ines, now=NOW)
    with pytest.raises(Conflict, match="There is no revision 3"):
        approve_revision(promotion=promotion, number=3, by=ines, now=NOW)
    assert Promotion.objects.get().state == "SUBMITTED"


def test_who_saves_second_is_told_of_the_first(shop: Store, tom: StaffMember) -> None:
    promotion = draft_of(tom)
    first, second = content_for(percent_off=30), content_for(percent_off=31)
    for _twice in range(2):  # a retried request says the same: no conflict with itself
        revise_promotion(promotion=promotion, content=first, author=tom, based_on=1, now=NOW)
    with pytest.raises(Conflict, match="tom saved revision 2") as refused:
        revise_promotion(promotion=promotion, content=second, author=None, based_on=1, now=NOW)
    assert list(refused.value.message_dict) == ["based_on"]
    assert promotion.latest_revision().number == 2


def test_every_step_is_safe_to_ask_twice(shop: Store, tom: StaffMember, ines: StaffMember) -> None:
    promotion = draft_of(tom)
    steps: list[Callable[..., Promotion]] = [
        submit_revision, withdraw_revision, submit_revision, approve_revision, approve_and_publish,
    ]  # fmt: skip
    for step in steps:
        by = ines if step in (approve_revision, approve_and_publish) else tom
        for _twice in range(2):
            step(promotion=promotion, number=1, by=by, now=NOW)
    assert [action for action, _states, _by in steps_of(promotion)] == [
        "SUBMIT", "WITHDRAW", "SUBMIT", "APPROVE", "PUBLISH", "OPEN",
    ]  # fmt: skip


def test_what_cannot_be_published_is_neither_submitted_nor_approved(
    tom: StaffMember, ines: StaffMember
) -> None:
    create_item()
    promotion = draft_of(tom)
    with pytest.raises(ValidationError, match="No store is left"):
        submit_revision(promotion=promotion, number=1, by=tom, now=NOW)
    store = create_store()
    submit_revision(promotion=promotion, number=1, by=tom, now=NOW)
    store.delete()
    with pytest.raises(ValidationError, match="No store is left"):
        approve_and_publish(promotion=promotion, number=1, by=ines, now=NOW)
    assert Promotion.objects.get().state == "SUBMITTED"


def read_by_ten(promotion: Promotion, store: Store) -> None:
    revision = promotion.current_revision_id
    assert revision is not None
    for _person in range(10):
        reader = create_staff_member(stores=[store])
        acknowledge(store=store, revision_id=revision, staff_member=reader, now=NOW)


def receipts(promotion: Promotion) -> tuple[int, int, int]:
    """Readers, stores told and briefings of the store as the board has them."""
    board = board_for(promotion=Promotion.objects.get(pk=promotion.pk))
    return sum(cell.acknowledgements for cell in board.cells), board.told, Briefing.objects.count()


def test_a_typo_keeps_approval_and_the_ten_who_read_it(
    shop: Store, tom: StaffMember, ines: StaffMember
) -> None:
    promotion = draft_of(tom)
    submit_revision(promotion=promotion, number=1, by=tom, now=NOW)
    promotion = approve_and_publish(promotion=promotion, number=1, by=ines, now=NOW)
    read_by_ten(promotion, shop)
    for title in ("29 % off oat drinks", "29 % off all oat drinks"):
        revise_promotion(promotion=promotion, content=content_for(long_title=title), author=tom, now=NOW)
        promotion = publish_promotion(promotion=promotion, by=tom, now=NOW)
    assert promotion.store_offers.get().revision.number == 3
    assert receipts(promotion) == (10, 1, 1)
    mark_told(store=shop, revision_ids=[promotion.latest_revision().pk], now=NOW + timedelta(hours=1))
    assert Briefing.objects.get().told_at == NOW


def test_another_price_voids_the_approval_and_asks_all_ten_again(
    shop: Store, tom: StaffMember, ines: StaffMember
) -> None:
    promotion = create_published_promotion()
    read_by_ten(promotion, shop)
    revise_promotion(promotion=promotion, content=content_for(percent_off=Decimal(30)), author=tom, now=NOW)
    with pytest.raises(Conflict, match="revision 2 is a draft"):
        publish_promotion(promotion=promotion, by=tom, now=NOW)
    submit_revision(promotion=promotion, number=2, by=tom, now=NOW)
    promotion = approve_and_publish(promotion=promotion, number=2, by=ines, now=NOW)
    assert receipts(promotion) == (0, 0, 2)
    assert Acknowledgement.objects.count() == 10


def test_words_that_return_to_the_published_terms_are_approved(shop: Store, tom: StaffMember) -> None:
    promotion = create_published_promotion()
    dearer = content_for(percent_off=Decimal(10))
    revise_promotion(promotion=promotion, content=dearer, author=tom, now=NOW)
    assert Promotion.objects.get().revision_state == "DRAFT"
    back = revise_promotion(promotion=promotion, content=content_for(long_title="Back"), author=tom, now=NOW)
    assert (Promotion.objects.get().revision_state, back.basis) == ("APPROVED", promotion.current_revision)


def test_words_of_an_approved_draft_may_still_be_mended(
    shop: Store, tom: StaffMember, ines: StaffMember
) -> None:
    promotion = draft_of(tom)
    submit_revision(promotion=promotion, number=1, by=tom, now=NOW)
    approve_revision(promotion=promotion, number=1, by=ines, now=NOW)
    revise_promotion(promotion=promotion, content=content_for(long_title="Mended"), author=tom, now=NOW)
    assert publish_promotion(promotion=promotion, by=tom, now=NOW).state == "LIVE"
    assert Briefing.objects.get().revision.number == 1


def test_a_person_cannot_be_overruled_by_a_trusted_source(shop: Store, ines: StaffMember) -> None:
    promotion = draft_of(None)
    submit_revision(promotion=promotion, number=1, by=None, now=NOW)
    reject_revision(promotion=promotion, number=1, by=ines, why="No.", now=NOW)
    with pytest.raises(Conflict, match="revision 1 is rejected"):
        publish_trusted(promotion=promotion, why="promo-suite", now=NOW)


def test_the_clock_writes_its_steps_down_too(shop: Store) -> None:
    promotion = create_published_promotion(
        starts_on=TODAY + timedelta(days=1), ends_on=TODAY + timedelta(days=2)
    )
    for days in (1, 3):
        turn_offers(now=NOW + timedelta(days=days))
    assert steps_of(promotion)[-2:] == [("OPEN", "PENDING-LIVE", None), ("EXPIRE", "LIVE-EXPIRED", None)]
    assert promotion.steps.get(action="EXPIRE").at == NOW + timedelta(days=3)


def test_a_step_is_never_changed_and_outlives_the_account(shop: Store, tom: StaffMember) -> None:
    promotion = draft_of(tom)
    submit_revision(promotion=promotion, number=1, by=tom, now=NOW)
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        PromotionStep.objects.update(why="Somebody else's idea")
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        PromotionStep.objects.update(by=create_staff_member())
    tom.delete()
    assert steps_of(promotion) == [("SUBMIT", "DRAFT-SUBMITTED", None)]


def stand(standing: Standing) -> Promotion:
    """A promotion put there past all services: revision 1 is published where anything is, revision 2 is about to be."""
    is_published = standing.state not in UNPUBLISHED
    key = 10_000 + 10 * STANDINGS.index(standing)
    # The key of a revision that is written next: it is checked when the transaction ends.
    promotion = Promotion.objects.create(
        pk=key, promotion_id="-".join(standing), state=standing.state, revision_state=standing.revision_state,
        created_at=NOW, **beside(standing, revision=key + 1),
    )  # fmt: skip
    only_one = not is_published or standing.revision_state == RevisionState.PUBLISHED
    for number in (1,) if only_one else (1, 2):
        PromotionRevision.objects.create(
            pk=key + number, promotion=promotion, number=number, created_at=NOW,
            **content_for(percent_off=20 + number),
        )  # fmt: skip
    return promotion


def beside(standing: Standing, *, revision: int) -> dict[str, Any]:
    """What other constraints want beside a state."""
    is_published = standing.state not in UNPUBLISHED
    return {
        "current_revision_id": revision if is_published else None,
        "published_at": NOW if is_published else None,
        "stopped_at": NOW if standing.state == PromotionState.STOPPED else None,
    }


def database_takes(promotion: Promotion, new: Standing) -> bool:
    """Whether the row may be moved there past all services; it is put back either way."""
    moved = beside(new, revision=promotion.pk + 1)
    try:
        with transaction.atomic():
            Promotion.objects.filter(pk=promotion.pk).update(
                state=new.state, revision_state=new.revision_state, **moved
            )
            transaction.set_rollback(True)
    except IntegrityError as refused:
        if "cannot become" in str(refused):
            return False
        raise
    return True


def test_the_database_refuses_every_edge_that_is_not_listed() -> None:
    rows = {old: stand(old) for old in STANDINGS}
    taken = {
        (old, new)
        for old, new in product(STANDINGS, STANDINGS)
        if old != new and database_takes(rows[old], new)
    }
    assert taken == EDGES


def outcome(promotion: Promotion, action: Action, *, by: StaffMember | None) -> str | Standing:
    """Where the service leads, or what it raises; undone either way."""
    with transaction.atomic():
        number = 2 if promotion.state != promotion.revision_state != "PUBLISHED" else 1
        try:
            SERVICES[action](promotion=promotion, number=number, by=by, now=NOW)
        except (Conflict, PermissionDenied) as refused:
            transaction.set_rollback(True)
            return type(refused).__name__
        found = Promotion.objects.get(pk=promotion.pk)
        transaction.set_rollback(True)
        return Standing(PromotionState(found.state), RevisionState(found.revision_state))


def test_the_services_take_the_listed_steps_and_no_other(
    shop: Store, tom: StaffMember, ines: StaffMember
) -> None:
    """Every standing × action × person; the rule itself is held to a list written by hand."""
    rows = {old: stand(old) for old in STANDINGS}
    for old, action, by in product(STANDINGS, SERVICES, (tom, ines, None)):
        assert outcome(rows[old], action, by=by) == expected(old, action, by), (old, action, by)


def expected(old: Standing, action: Action, by: StaffMember | None) -> str | Standing:
    """Where the rule says it leads; asked for what is so already, it stays."""
    is_open = old.state not in (PromotionState.EXPIRED, PromotionState.STOPPED)
    if is_open and old.revision_state in SO_ALREADY.get(action, ()):
        return old
    if action == Action.STOP and old.state == PromotionState.STOPPED:
        return old
    if action == Action.REVISE and not is_open:
        return "Conflict"
    try:
        new = take(old, action, actors=actors_of(by))
    except Refused as refused:
        return "PermissionDenied" if refused.by_whom else "Conflict"
    # The window is open: publishing lets the clock speak in the same transaction.
    return Standing(PromotionState.LIVE, new.revision_state) if action == Action.PUBLISH else new


SO_ALREADY = DONE | {
    Action.PUBLISH: frozenset({RevisionState.PUBLISHED}),
    Action.REVISE: frozenset({RevisionState.DRAFT}),
}


def stop(*, number: int, **step: Any) -> Promotion:
    return stop_promotion(reason=f"Revision {number} is a misprint.", **step)


def revise(*, number: int, by: StaffMember | None, **step: Any) -> PromotionRevision:
    content = content_for(percent_off=50)
    return revise_promotion(content=content, author=by, based_on=number, **step)


def reject(**step: Any) -> Promotion:
    return reject_revision(why="Too much.", **step)


SERVICES: dict[Action, Callable[..., Any]] = {
    Action.SUBMIT: submit_revision,
    Action.WITHDRAW: withdraw_revision,
    Action.APPROVE: approve_revision,
    Action.REJECT: reject,
    Action.PUBLISH: publish_promotion,
    Action.STOP: stop,
    Action.REVISE: revise,
}
