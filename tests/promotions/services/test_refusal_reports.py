"""Three equal refusals within an hour raise one report, with what they were worth together."""

import threading
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from omnistore.staff.models import Role
from promotions.models import FieldReport, Promotion, ReportChange
from promotions.services.refusal_reports import raise_refusal_reports
from promotions.services.reporting import answer_report, reopen_report
from promotions.services.steps import Conflict
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, create_published_promotion, create_staff_member
from tests.factories_reports import create_check, refuse


def arranged() -> Any:
    tom = create_staff_member(role=Role.MERCHANDISER)
    store = create_store()
    create_item()
    promotion = create_published_promotion(promotion_id="oat")
    Promotion.objects.update(owner=tom)
    return SimpleNamespace(tom=tom, store=store, promotion=promotion)


@pytest.fixture
def desk(db: None) -> Any:
    return arranged()


def raised(now: datetime = NOW) -> int:
    return raise_refusal_reports(now=now)


def test_the_third_raises_one_report_to_the_owner(desk: Any) -> None:
    checks = refuse(store=desk.store, promotion=desk.promotion)
    assert [raised(), raised()] == [1, 0]
    report = FieldReport.objects.get()
    assert (report.kind, report.owner, report.reason, report.refusals) == (
        "DEAL_REFUSED",
        desk.tom,
        "ENDED",
        3,
    )
    assert (report.value_at_risk, report.currency) == (Decimal("5.94"), "USD")
    assert (report.last_check, report.reported_by) == (checks[-1].pk, None)
    assert ReportChange.objects.get().report == report


NOT_EQUAL: dict[str, list[dict[str, Any]]] = {
    "only two": [{}, {}],
    "over more than an hour": [{"at": NOW - timedelta(minutes=60)}, {}, {}],
    "two reasons": [{}, {}, {"reason": "STOPPED"}],
    "no promotion": [{"promotion": None}] * 3,
    "honoured": [{}, {}, {"outcome": "HONOUR"}],
    "still to come": [{}, {}, {"at": NOW + timedelta(seconds=1)}],
}


@pytest.mark.parametrize("case", NOT_EQUAL)
def test_anything_less_raises_none(desk: Any, case: str) -> None:
    for fields in NOT_EQUAL[case]:
        create_check(**{"store": desk.store, "promotion": desk.promotion, **fields})
    create_check(store=create_store(), promotion=desk.promotion)
    assert raised() == 0


def test_an_hour_less_a_second_is_within_and_a_late_worker_still_sees_it(desk: Any) -> None:
    for ago in (timedelta(minutes=59, seconds=59), timedelta(0), timedelta(0)):
        create_check(store=desk.store, promotion=desk.promotion, at=NOW - ago)
    assert raised(NOW + timedelta(minutes=50)) == 1


def test_money_of_another_currency_and_unknown_prices_do_not_count(desk: Any) -> None:
    refuse(
        store=desk.store, promotion=desk.promotion, minutes=(9, 8), price_amount=None, discount_amount=None
    )
    refuse(store=desk.store, promotion=desk.promotion, minutes=(7,), currency="EUR")
    raised()
    assert FieldReport.objects.get().value_at_risk is None


def test_no_second_one_while_it_waits_and_a_new_one_needs_three_more(desk: Any) -> None:
    refuse(store=desk.store, promotion=desk.promotion)
    raised()
    refuse(store=desk.store, promotion=desk.promotion, minutes=(5, 4, 3))
    assert raised() == 0
    answer_report(report=FieldReport.objects.get(), answer="It ended on Sunday.", by=desk.tom, now=NOW)
    assert raised() == 1  # the three that came meanwhile
    answer_report(report=FieldReport.objects.latest("pk"), answer="So it is.", by=desk.tom, now=NOW)
    refuse(store=desk.store, promotion=desk.promotion, minutes=(2, 1))
    assert raised() == 0


def test_one_that_refusals_raised_is_not_opened_again(desk: Any) -> None:
    refuse(store=desk.store, promotion=desk.promotion)
    raised()
    report = answer_report(report=FieldReport.objects.get(), answer="It ended.", by=desk.tom, now=NOW)
    with pytest.raises(Conflict):
        reopen_report(report=report, why="", by=desk.tom, now=NOW)


def test_stores_and_promotions_are_counted_apart_in_one_run(desk: Any) -> None:
    other, tea = create_store(), create_published_promotion(promotion_id="tea")
    for store, promotion in ((desk.store, desk.promotion), (desk.store, tea), (other, tea)):
        refuse(store=store, promotion=promotion, outcome="OFFER_ALTERNATIVE", reason="OUT_OF_STOCK")
    assert raised() == 3
    assert set(FieldReport.objects.values_list("store", "promotion")) == {
        (desk.store.pk, desk.promotion.pk), (desk.store.pk, tea.pk), (other.pk, tea.pk),
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_raise_one() -> None:
    desk = arranged()
    refuse(store=desk.store, promotion=desk.promotion)
    counts: list[int] = []

    def work() -> None:
        counts.append(raised())
        connection.close()

    workers = [threading.Thread(target=work) for _number in range(8)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    raised()
    assert sum(counts) == 1
    assert FieldReport.objects.count() == 1
