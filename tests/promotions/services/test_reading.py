"""What somebody has looked at, read, taken back and answered; and what voids it (issue 5, done when 5)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from inventory.models import Store
from omnistore.staff.models import StaffMember
from promotions.models import Acknowledgement, Briefing, OfferChange, Promotion, QuizAnswer, ReadingStep
from promotions.selectors.briefing import StoreBriefing, briefing_for
from promotions.services.approving import publish_trusted
from promotions.services.publishing import revise_promotion, stop_promotion
from promotions.services.reading import acknowledge, answer_quiz, look, mark_told, take_back
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, content_for, create_published_promotion, create_staff_member

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
QUIZ: dict[str, Any] = {
    "quiz_question": "Which ones?",
    "quiz_answers": "All\nSome",
    "quiz_explanation": "Each size.",
}


@pytest.fixture
def store() -> Store:
    create_item()
    return create_store()


@pytest.fixture
def maria(store: Store) -> StaffMember:
    return create_staff_member(username="maria", stores=[store])


def revised(promotion: Promotion, **content: Any) -> Promotion:
    """Published anew with these words."""
    said = content_for(**content)
    revise_promotion(promotion=promotion, content=said, author=None, now=NOW + HOUR)
    return publish_trusted(promotion=promotion, why="", now=NOW + HOUR)


def read(store: Store, person: StaffMember, promotion: Promotion) -> None:
    revision = promotion.current_revision_id
    assert revision
    acknowledge(store=store, revision_id=revision, staff_member=person, now=NOW)


def briefing(store: Store, person: StaffMember) -> StoreBriefing:
    return briefing_for(store=store, staff_member=person, now=NOW + 2 * HOUR)


def urgencies() -> list[str]:
    return list(OfferChange.objects.order_by("seq").values_list("urgency", flat=True))


def test_a_price_edit_voids_all_ten_readings_and_interrupts_a_typo_edit_does_neither(store: Store) -> None:
    promotion = create_published_promotion()
    people = [create_staff_member(stores=[store]) for _number in range(10)]
    for person in people:
        read(store, person, promotion)
    revised(promotion, long_title="29 % off oat drinks")
    assert [len(briefing(store, person).unread) for person in people] == [0] * 10
    revised(promotion, percent_off=35)
    assert [len(briefing(store, person).unread) for person in people] == [1] * 10
    assert urgencies() == ["SHIFT", "SHIFT", "NOW"]


def test_a_stop_interrupts_where_it_had_begun(store: Store) -> None:
    stop_promotion(promotion=create_published_promotion(), reason="misprint", now=NOW)
    later = create_published_promotion(starts_on=NOW.date() + timedelta(days=1))
    stop_promotion(promotion=later, reason="misprint", now=NOW)
    assert urgencies() == ["SHIFT", "NOW", "SHIFT", "SHIFT"]


def test_what_its_author_calls_urgent_interrupts_in_every_store(store: Store) -> None:
    create_store()
    create_published_promotion(urgency="NOW")
    assert urgencies() == ["NOW", "NOW"]


def test_new_is_told_since_this_persons_last_look(store: Store, maria: StaffMember) -> None:
    create_published_promotion(promotion_id="old", now=NOW - 3 * HOUR)
    look(store=store, staff_member=maria, now=NOW - 2 * HOUR)
    create_published_promotion(promotion_id="fresh", now=NOW)
    look(store=store, staff_member=maria, now=NOW + HOUR)
    look(store=store, staff_member=maria, now=NOW + HOUR + timedelta(minutes=10))  # still the same look
    seen = briefing(store, maria)
    assert (seen.since, [card.promotion_id for card in seen.new]) == (NOW - 2 * HOUR, ["fresh"])
    assert len(briefing(store, create_staff_member()).new) == 2  # who never looked has seen nothing


def test_a_slip_is_taken_back_and_both_steps_are_kept(store: Store, maria: StaffMember) -> None:
    promotion = create_published_promotion()
    revision = promotion.current_revision_id or 0
    for _tap in range(2):
        read(store, maria, promotion)
    taken = [take_back(store=store, revision_id=revision, staff_member=maria, now=NOW) for _tap in range(2)]
    assert (taken, Acknowledgement.objects.count()) == ([True, False], 0)
    assert list(ReadingStep.objects.values_list("action", flat=True)) == ["READ", "UNDONE"]


def test_a_question_is_read_by_the_right_answer_and_every_try_is_kept(
    store: Store, maria: StaffMember
) -> None:
    promotion = create_published_promotion(**QUIZ)
    revision = promotion.current_revision
    assert revision
    who: dict[str, Any] = {"store": store, "revision": revision, "staff_member": maria, "now": NOW}
    with pytest.raises(ValidationError):
        read(store, maria, promotion)
    assert not answer_quiz(answer="Some", **who)
    assert not Acknowledgement.objects.exists()
    assert answer_quiz(answer="All", **who)
    assert Acknowledgement.objects.get().staff_member == maria
    assert list(QuizAnswer.objects.values_list("answer", "is_right")) == [("Some", False), ("All", True)]
    with pytest.raises(ValidationError, match="Choose one of the answers"):
        answer_quiz(answer="None", **who)


@pytest.mark.parametrize("table", ["promotions_readingstep", "promotions_quizanswer"])
def test_what_was_read_and_answered_is_never_rewritten(store: Store, maria: StaffMember, table: str) -> None:
    promotion = create_published_promotion(**QUIZ)
    revision = promotion.current_revision
    assert revision
    answer_quiz(store=store, revision=revision, staff_member=maria, answer="All", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET id = id + 1000")


def test_a_page_that_began_before_the_store_was_told_tells_it_all_the_same() -> None:
    store = create_store()
    create_item()
    revision = create_published_promotion().current_revision
    assert revision is not None
    assert mark_told(store=store, revision_ids=[revision.pk], now=NOW - timedelta(seconds=1)) == 1
    assert Briefing.objects.get(store=store).told_at == NOW
