"""The approve queue and the buttons of a promotion's page, by role and state."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omnistore.staff.models import Role, StaffMember
from promotions.models import Promotion
from promotions.services.approving import submit_revision
from promotions.services.publishing import create_promotion, revise_promotion
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, content_for, create_published_promotion, create_staff_member

pytestmark = pytest.mark.django_db

PIECE = {"HX-Request": "true"}
QUEUE = "/desk/promotions/approvals/"


@pytest.fixture(autouse=True)
def shop() -> None:
    create_store()
    create_item()


@pytest.fixture
def tom() -> StaffMember:
    return create_staff_member(username="tom", role=Role.MERCHANDISER)


@pytest.fixture
def ines() -> StaffMember:
    return create_staff_member(username="ines", role=Role.APPROVER)


def signed_in(person: StaffMember) -> Client:
    client = Client()
    client.force_login(person)
    return client


def submitted(author: StaffMember | None, *, promotion_id: str = "tea", **content: Any) -> Promotion:
    revision = create_promotion(
        promotion_id=promotion_id, content=content_for(**content), author=author, now=NOW
    )
    return submit_revision(promotion=revision.promotion, number=1, by=author, now=NOW)


def ask(client: Client, promotion: Promotion, step: str, **data: Any) -> Any:
    headers = PIECE if data.pop("piece", False) else {}
    return client.post(
        reverse(f"promotion-{step}", args=[promotion.pk]), {"revision": 1} | data, headers=headers
    )


def page(client: Client, promotion: Promotion) -> str:
    return client.get(reverse("promotion-detail", args=[promotion.pk])).content.decode()


def test_author_submits_approver_publishes_without_javascript(tom: StaffMember, ines: StaffMember) -> None:
    revision = create_promotion(promotion_id="tea", content=content_for(), author=tom, now=NOW)
    promotion = revision.promotion
    assert "Submit for approval" in page(signed_in(tom), promotion)
    answer = ask(signed_in(tom), promotion, "submit")
    assert answer.headers["Location"] == reverse("promotion-detail", args=[promotion.pk])
    assert "Approve and publish" in page(signed_in(ines), promotion)
    answer = ask(signed_in(ines), promotion, "approve", publish="1", queue="1")
    assert answer.headers["Location"] == QUEUE
    assert Promotion.objects.get().state == "LIVE"


def test_the_author_sees_why_there_is_no_button_and_may_withdraw(ines: StaffMember) -> None:
    promotion = submitted(ines)
    shown = page(signed_in(ines), promotion)
    assert "It is yours, so somebody else has to approve it" in shown
    assert "Approve and publish" not in shown
    ask(signed_in(ines), promotion, "withdraw")
    assert Promotion.objects.get().state == "DRAFT"


def test_merchandisers_look_at_the_queue_and_judge_nothing(tom: StaffMember) -> None:
    promotion = submitted(None)
    shown = signed_in(tom).get(QUEUE).content.decode()
    assert "Approvers and administrators approve what others wrote." in shown
    assert {ask(signed_in(tom), promotion, step).status_code for step in ("approve", "reject")} == {403}


def test_the_queue_says_who_asks_for_what_and_is_answered_in_place(
    tom: StaffMember, ines: StaffMember
) -> None:
    promotion = create_published_promotion(promotion_id="oat")
    revise_promotion(promotion=promotion, content=content_for(percent_off=40), author=tom, now=NOW)
    submit_revision(promotion=promotion, number=2, by=tom, now=NOW)
    submitted(tom, long_title="Tea week")
    queue = signed_in(ines).get(QUEUE).content.decode()
    assert "<del>29 % off</del>" in queue
    assert "<ins>40 % off</ins>" in queue
    assert "tom asks" in queue
    assert 'id="approvals-count">2<' in queue
    piece = ask(signed_in(ines), promotion, "approve", revision=2, publish="1", queue="1", piece=True)
    left = piece.content.decode()
    assert "<html" not in left
    assert ("Tea week" in left, "40 % off" in left) == (True, False)
    assert 'id="approvals-count" hx-swap-oob="true">1<' in left


def test_a_rejection_without_a_reason_is_asked_again_in_place(tom: StaffMember, ines: StaffMember) -> None:
    promotion = submitted(tom)
    answer = ask(signed_in(ines), promotion, "reject", why=" ", queue="1", piece=True)
    assert answer.status_code == 422
    assert "Say why: the author has to know what to change." in answer.content.decode()
    ask(signed_in(ines), promotion, "reject", why="Too <b>much</b>.", queue="1")
    shown = page(signed_in(tom), promotion)
    assert "Revision 1 was rejected" in shown
    assert "Too &lt;b&gt;much&lt;/b&gt;." in shown


def test_whoever_comes_second_is_told_so(tom: StaffMember, ines: StaffMember) -> None:
    promotion = submitted(tom)
    ask(signed_in(ines), promotion, "reject", why="Too much.")
    answer = ask(signed_in(ines), promotion, "approve", queue="1", piece=True)
    assert answer.status_code == 422
    assert "Only what is submitted can be approved; revision 1 is rejected." in answer.content.decode()


@pytest.mark.parametrize(("revision", "status"), [("", 400), ("one", 404), ("2", 422), ("9" * 30, 404)])
def test_a_button_means_a_revision(tom: StaffMember, revision: str, status: int) -> None:
    promotion = submitted(None)
    assert ask(signed_in(tom), promotion, "withdraw", revision=revision).status_code == status
    assert Promotion.objects.get().state == "SUBMITTED"


def test_a_wording_edit_is_published_without_asking_anybody(tom: StaffMember) -> None:
    promotion = create_published_promotion()
    revise_promotion(promotion=promotion, content=content_for(long_title="Mended"), author=tom, now=NOW)
    shown = page(signed_in(tom), promotion)
    assert "Only the wording differs from revision 1: nobody is asked to read it again." in shown
    ask(signed_in(tom), promotion, "publish", revision=2)
    assert Promotion.objects.get().current_revision.number == 2  # type: ignore[union-attr]


def test_the_timeline_tells_steps_with_who_and_why(tom: StaffMember, ines: StaffMember) -> None:
    promotion = submitted(tom)
    ask(signed_in(ines), promotion, "reject", why="Ends on a Sunday.")
    shown = page(signed_in(tom), promotion)
    for words in ("Submitted for approval", "Rejected", "Ends on a Sunday.", "ines", "First words"):
        assert words in shown


def test_the_queue_asks_the_same_questions_for_any_number(
    ines: StaffMember, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        submitted(None, promotion_id=f"p{number}")
    client = signed_in(ines)
    with django_assert_max_num_queries(10):
        assert client.get(QUEUE).status_code == 200
