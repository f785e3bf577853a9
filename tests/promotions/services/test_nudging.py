"""Nudges and notices: who is interrupted by what, and until when."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from inventory.models import Store
from omnistore.staff.models import Role, StaffMember
from promotions.models import Nudge, OfferChange, Promotion
from promotions.selectors.notices import notices_for
from promotions.selectors.shift import shift_for
from promotions.services.nudging import dismiss_change, dismiss_nudge, nudge
from promotions.services.publishing import stop_promotion
from promotions.services.reading import acknowledge, look
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, create_published_promotion, create_staff_member

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store() -> Store:
    create_item()
    return create_store()


@pytest.fixture
def maria(store: Store) -> StaffMember:
    return create_staff_member(username="maria", stores=[store])


@pytest.fixture
def samira(store: Store) -> StaffMember:
    return create_staff_member(username="samira", role=Role.MANAGER, stores=[store])


@pytest.fixture
def promotion(store: Store) -> Promotion:
    return create_published_promotion(now=NOW - timedelta(days=1))


def titles(store: Store, person: StaffMember, *, minutes: int = 5) -> list[str]:
    found = notices_for(store=store, staff_member=person, now=NOW + minutes * MINUTE)
    return [notice.title for notice in found]


def test_a_nudge_is_one_an_hour_and_tells_the_stores_stream(
    store: Store, maria: StaffMember, samira: StaffMember, promotion: Promotion
) -> None:
    def ask(minutes: int) -> bool:
        at = NOW + minutes * MINUTE
        return nudge(store=store, promotion_pk=promotion.pk, staff_member=maria, by=samira, now=at)

    assert [ask(0), ask(0), ask(59), ask(60)] == [True, False, False, True]
    assert Nudge.objects.count() == OfferChange.objects.filter(reason="NUDGED").count() == 2


def test_only_who_works_here_and_has_not_read_it_is_nudged(
    store: Store, maria: StaffMember, samira: StaffMember, promotion: Promotion
) -> None:
    stranger = create_staff_member()
    acknowledge(store=store, revision_id=promotion.current_revision_id or 0, staff_member=maria, now=NOW)
    for whom, error in ((stranger, "does not work"), (maria, "has read it")):
        with pytest.raises(ValidationError, match=error):
            nudge(store=store, promotion_pk=promotion.pk, staff_member=whom, by=samira, now=NOW)
    assert not Nudge.objects.exists()


def test_a_nudge_shows_to_its_person_until_dismissed_or_read(
    store: Store, maria: StaffMember, samira: StaffMember, promotion: Promotion
) -> None:
    for whom in (maria, samira):
        nudge(store=store, promotion_pk=promotion.pk, staff_member=whom, by=samira, now=NOW)
    assert titles(store, maria) == titles(store, samira) == ["samira asks you to read this"]
    acknowledge(store=store, revision_id=promotion.current_revision_id or 0, staff_member=maria, now=NOW)
    hers = Nudge.objects.get(staff_member=samira)
    dismiss_nudge(store=store, pk=hers.pk, staff_member=maria, now=NOW + MINUTE)  # not hers to dismiss
    assert (titles(store, maria), len(titles(store, samira))) == ([], 1)
    dismiss_nudge(store=store, pk=hers.pk, staff_member=samira, now=NOW + MINUTE)
    assert titles(store, samira) == []


def test_a_stop_interrupts_each_person_once_and_only_this_shift(
    store: Store, maria: StaffMember, samira: StaffMember, promotion: Promotion
) -> None:
    stop_promotion(promotion=promotion, reason="misprint", now=NOW)
    (notice,) = notices_for(store=store, staff_member=maria, now=NOW + MINUTE)
    assert (notice.title, notice.text) == ("Stopped: don’t give it any more", "misprint")
    seq = int(notice.key.removeprefix("change-"))
    for _tap in range(2):
        dismiss_change(store=store, seq=seq, staff_member=maria, now=NOW + MINUTE)
    assert (titles(store, maria), len(titles(store, samira))) == ([], 1)
    assert titles(store, samira, minutes=12 * 60) == []


def test_the_shift_counts_what_each_person_has_seen_and_read(
    store: Store, maria: StaffMember, samira: StaffMember, promotion: Promotion
) -> None:
    other = create_published_promotion(promotion_id="other", now=NOW)
    look(store=store, staff_member=maria, now=NOW - MINUTE)  # before the other one was told
    acknowledge(store=store, revision_id=promotion.current_revision_id or 0, staff_member=samira, now=NOW)
    nudge(store=store, promotion_pk=other.pk, staff_member=maria, by=samira, now=NOW)
    shift = shift_for(store=store, now=NOW + MINUTE)
    reach = {
        (row.card.promotion_id, cell.person.username): (str(cell.reach), cell.nudged_at is not None)
        for row in shift.rows
        for cell in row.cells
    }
    assert reach == {
        (promotion.promotion_id, "maria"): ("SEEN", False),
        (promotion.promotion_id, "samira"): ("READ", False),
        ("other", "maria"): ("NOT_YET", True),
        ("other", "samira"): ("NOT_YET", False),
    }
    assert [(person.username, read) for person, read in shift.read] == [("maria", 0), ("samira", 1)]
