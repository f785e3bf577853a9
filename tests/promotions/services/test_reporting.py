"""A report is taken once, goes to who can answer it, and its answer comes back."""

import threading
import uuid
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from inventory.models import StockLevel
from omnistore.staff.models import Role
from promotions.models import FieldReport, Promotion, ReportChange, StoreStream
from promotions.services.photos import photo_from
from promotions.services.reporting import (
    add_to_report,
    answer_report,
    mark_answers_seen,
    reopen_report,
    tell_report,
)
from promotions.services.steps import Conflict
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, create_published_promotion, create_staff_member, put_stock
from tests.factories_reports import create_check, tell

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def floor(db: None) -> Any:
    """Maria's store, its promotion of Tom's, and an item of which the books say 12."""
    store, item = create_store(), create_item(sku="OAT-1")
    put_stock(store=store, levels={item: 12})
    tom = create_staff_member(username="tom", role=Role.MERCHANDISER)
    promotion = create_published_promotion(promotion_id="oat")
    Promotion.objects.update(owner=tom)
    return SimpleNamespace(
        store=store,
        item=item,
        tom=tom,
        promotion=promotion,
        maria=create_staff_member(username="maria", stores=[store]),
    )


def steps(report: FieldReport) -> list[tuple[str, str, str]]:
    return list(
        ReportChange.objects.filter(report=report)
        .order_by("seq")
        .values_list("old_state", "new_state", "why")
    )


def test_it_goes_to_the_promotions_owner_with_a_due_time(floor: Any) -> None:
    report = tell(store=floor.store, member=floor.maria, promotion_id="oat")
    assert (report.state, report.owner, report.queue) == ("OPEN", floor.tom, "MERCHANDISING")
    assert report.due_at == NOW + timedelta(hours=4)
    assert report.revision_id == floor.promotion.current_revision_id
    assert steps(report) == [("", "OPEN", "")]


def test_a_check_knows_what_it_was_about(floor: Any) -> None:
    check = create_check(store=floor.store, promotion=floor.promotion, item=floor.item)
    report = tell(store=floor.store, member=floor.maria, kind="DEAL_REFUSED", check_id=check.pk)
    assert (report.promotion, report.item, report.check_made) == (floor.promotion, floor.item, check)


def test_a_foreign_stores_check_is_none(floor: Any) -> None:
    foreign = create_check(store=create_store(), promotion=floor.promotion)
    report = tell(store=floor.store, member=floor.maria, kind="DEAL_REFUSED", check_id=foreign.pk)
    assert (report.promotion, report.check_made_id) == (None, None)


def test_a_count_becomes_what_everybody_believes(floor: Any) -> None:
    report = tell(store=floor.store, member=floor.maria, kind="STOCK_WRONG", item="OAT-1", quantity="7")
    assert StockLevel.objects.get(store=floor.store, item=floor.item).on_hand == 7
    assert report.manual_count
    assert report.manual_count.counted_by == floor.maria
    assert (report.owner, report.queue) == (None, "OPERATORS")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": ""}, "kind"),
    ({"kind": "GOSSIP"}, "kind"),
    ({"words": "w" * 1001}, "words"),
    ({"promotion_id": "nowhere"}, "promotion_id"),
    ({"item": "no such"}, "item"),
    ({"kind": "STOCK_WRONG"}, "item"),
    ({"kind": "STOCK_WRONG", "item": "OAT-1"}, "quantity"),
    ({"kind": "STOCK_WRONG", "item": "OAT-1", "quantity": "-1"}, "quantity"),
    ({"kind": "STOCK_WRONG", "item": "OAT-1", "quantity": "1.5"}, "quantity"),
    ({"kind": "STOCK_WRONG", "item": "OAT-1", "quantity": "many"}, "quantity"),
    ({"kind": "STOCK_WRONG", "item": "OAT-1", "quantity": "1E999999"}, "quantity"),
]


@pytest.mark.parametrize(("told", "field"), WRONG)
def test_what_cannot_be_is_refused_by_field(floor: Any, told: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        tell(store=floor.store, member=floor.maria, **told)
    assert list(error.value.message_dict) == [field]
    assert not FieldReport.objects.exists()


def test_a_second_tap_is_the_same_report_and_so_is_a_second_tab(floor: Any) -> None:
    told = {"kind": "STOCK_WRONG", "item": "OAT-1", "quantity": "7"}
    first, tap, tab = (
        tell_report(store=floor.store, member=floor.maria, key=key, told=told, now=NOW)
        for key in ("one", "one", "two")
    )
    assert [first.status, tap.status, tab.status] == [201, 201, 200]
    assert first.body["report_id"] == tap.body["report_id"] == tab.body["report_id"]
    assert floor.store.manual_counts.count() == 1
    tell(store=floor.store, member=floor.maria, now=NOW + timedelta(minutes=10), **told)
    assert FieldReport.objects.count() == 2


def test_the_same_key_with_something_else_is_refused(floor: Any) -> None:
    tell(store=floor.store, member=floor.maria, key="one")
    other = tell_report(
        store=floor.store, member=floor.maria, key="one", told={"kind": "CUSTOMER_VOICE"}, now=NOW
    )
    assert (other.status, other.body["code"]) == (422, "key_reused")


@pytest.mark.django_db(transaction=True)
def test_ten_tabs_at_once_tell_once() -> None:
    store = create_store()
    maria, answers = create_staff_member(stores=[store]), []

    def one_tab() -> None:
        told = {"kind": "CUSTOMER_VOICE", "words": "They were kind about it."}
        answers.append(tell_report(store=store, member=maria, key=uuid.uuid4().hex, told=told, now=NOW))
        connection.close()

    tabs = [threading.Thread(target=one_tab) for _number in range(10)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert sorted(answer.status for answer in answers) == [200] * 9 + [201]
    assert FieldReport.objects.count() == ReportChange.objects.count() == 1


def test_an_answer_is_news_to_who_told_until_it_is_seen(floor: Any) -> None:
    report = tell(store=floor.store, member=floor.maria, promotion_id="oat")
    answered = answer_report(report=report, answer=" It comes with the truck. ", by=floor.tom, now=LATER)
    assert (answered.state, answered.answer, answered.answered_by) == (
        "ANSWERED", "It comes with the truck.", floor.tom,
    )  # fmt: skip
    unread = FieldReport.objects.filter(store=floor.store).unread_by(floor.maria)
    assert list(unread) == [report]
    assert mark_answers_seen(store=floor.store, member=floor.maria, now=LATER) == 1
    assert not unread.all()


def test_what_did_not_help_is_told_again_with_a_new_due_time(floor: Any) -> None:
    report = tell(store=floor.store, member=floor.maria)
    answered = answer_report(report=report, answer="Look in the back.", by=floor.tom, now=LATER)
    again = reopen_report(report=answered, why="", by=floor.maria, now=LATER)
    assert (again.state, again.due_at) == ("REOPENED", LATER + timedelta(hours=4))
    closed = answer_report(report=again, answer="Printed anew.", by=floor.tom, now=LATER, closes=True)
    assert steps(closed) == [
        ("", "OPEN", ""), ("OPEN", "ANSWERED", "Look in the back."), ("ANSWERED", "REOPENED", "Still not right."),
        ("REOPENED", "CLOSED", "Printed anew."),
    ]  # fmt: skip


def test_who_is_too_late_hears_so(floor: Any) -> None:
    report = tell(store=floor.store, member=floor.maria)
    answer_report(report=report, answer="One.", by=floor.tom, now=LATER)
    with pytest.raises(Conflict):
        answer_report(report=report, answer="Two.", by=floor.tom, now=LATER)
    with pytest.raises(Conflict):
        add_to_report(report=report, words="more", photo=None)
    with pytest.raises(ValidationError, match="Say what the store should know"):
        answer_report(report=report, answer=" \0 ", by=floor.tom, now=LATER)


def test_words_come_afterwards_and_an_empty_form_takes_nothing_away(floor: Any) -> None:
    report = tell(store=floor.store, member=floor.maria)
    add_to_report(report=report, words="In aisle 4", photo=None)
    assert add_to_report(report=report, words="", photo=photo_from(None)).words == "In aisle 4"


def test_steps_are_numbered_with_the_stores_offers_and_never_change(floor: Any) -> None:
    before = StoreStream.objects.get(store=floor.store).seq
    report = tell(store=floor.store, member=floor.maria)
    change = ReportChange.objects.get(report=report)
    assert change.seq == StoreStream.objects.get(store=floor.store).seq == before + 1
    with pytest.raises(DatabaseError, match="never"), transaction.atomic():
        ReportChange.objects.update(why="other")


def test_a_count_put_right_a_moment_later_is_another_report(floor: Any) -> None:
    told: dict[str, Any] = {"kind": "STOCK_WRONG", "item": "OAT-1"}
    for minutes, quantity in enumerate(("7", "9", "9", "7")):
        tell(
            store=floor.store,
            member=floor.maria,
            now=NOW + timedelta(minutes=minutes),
            quantity=quantity,
            **told,
        )
    assert StockLevel.objects.get(store=floor.store, item=floor.item).on_hand == 7
    assert FieldReport.objects.count() == 3


def test_a_report_that_is_sent_again_gets_its_answer_though_the_store_has_lost_the_deal(floor: Any) -> None:
    asked: dict[str, Any] = {
        "store": floor.store, "member": floor.maria, "key": "k", "now": NOW,
        "told": {"kind": "SIGN_MISSING", "promotion_id": "oat"},
    }  # fmt: skip
    first = tell_report(**asked)
    floor.promotion.store_offers.all().delete()
    again = tell_report(**asked)
    assert (again.body, again.is_repeat) == (first.body, True)
