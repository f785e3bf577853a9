"""Every check is kept, once, with what was asked and answered; the old ones go."""

import logging
import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from promotions.models import HonourCheck
from promotions.selectors.verdicts import verdict_for
from promotions.services import checks
from promotions.services.checks import CheckWriter, check_row, first_id, prune_checks, time_ordered_id
from tests.api_client import World, create_world, stopped_clock
from tests.factories import create_store
from tests.factories_promotions import NOW, create_published_promotion, create_staff_member
from tests.factories_reports import create_check, tell


@pytest.mark.django_db
def test_a_check_says_who_asked_what_and_was_told_what() -> None:
    with stopped_clock():
        world = create_world()
        answer = world.associate.get("/stores/here-1/verdict?code=4012345678901").json()
    check = HonourCheck.objects.get(pk=answer["check_id"])
    assert (check.store, check.item, check.promotion) == (world.here, world.item, world.promotion)
    assert check.staff_member
    assert check.staff_member.username == "maria"
    assert (check.at, check.counted_at) == (NOW, NOW - timedelta(hours=2))
    assert (check.outcome, check.reasons, check.code) == ("HONOUR", ["VALID", "CODE_NEEDED"], "4012345678901")
    assert (check.price_amount, check.discount_amount, check.currency) == (
        Decimal("1.980"), Decimal("0.810"), "USD",
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "outcome"), [("9999", "UNKNOWN"), ("4012345678902", "UNKNOWN"), ("far", "REFUSE")]
)
def test_what_is_unknown_misread_or_elsewhere_is_kept_too(code: str, outcome: str) -> None:
    with stopped_clock():
        world = create_world()
        far = create_published_promotion(promotion_id="far", store_codes_inclusion=["there-1"])
        world.associate.get(f"/stores/here-1/verdict?code={code}")
    check = HonourCheck.objects.get()
    assert (check.outcome, check.code, check.revision) == (outcome, code, None)
    assert check.promotion_id == (far.pk if code == "far" else None)


@pytest.mark.django_db
def test_head_and_refusals_of_the_question_are_no_checks() -> None:
    world = create_world()
    world.associate.ask("HEAD", "/stores/here-1/verdict?code=OAT-1", b"")
    assert world.associate.get("/stores/there-1/verdict?code=OAT-1").status_code == 404
    assert world.associate.get(f"/stores/here-1/verdict?code={'9' * 201}").status_code == 400
    assert not HonourCheck.objects.exists()


@pytest.mark.django_db
def test_the_tablets_own_refresh_is_no_shoppers_question(client: Client) -> None:
    store = create_store()
    client.force_login(create_staff_member(stores=[store]))
    shown = client.get("/tablet/verdict/", {"code": "x" * 200}).context["check_id"]
    again = client.get("/tablet/verdict/", {"code": "x" * 200, "check": shown})
    assert again.context["check_id"] == shown
    assert HonourCheck.objects.get().code == "x" * 200


def row(world: World) -> Any:
    return check_row(verdict_for(store=world.here, code="OAT-1", now=NOW), staff_member_id=None, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_the_writer_brings_all_of_many_threads_to_the_database(settings: Settings) -> None:
    settings.CHECK_FLUSH_SECONDS = 0.01
    world, writer = create_world(), CheckWriter()
    rows = [row(world) for _number in range(200)]

    def add(part: list[Any]) -> None:
        for each in part:
            writer.add(each)

    adders = [threading.Thread(target=add, args=(rows[number::4],)) for number in range(4)]
    for adder in adders:
        adder.start()
    for adder in adders:
        adder.join()
    writer.close()
    assert set(HonourCheck.objects.values_list("pk", flat=True)) == {each[0] for each in rows}


@pytest.mark.django_db(transaction=True)
def test_what_came_in_just_before_the_end_is_written(settings: Settings) -> None:
    writer = CheckWriter()
    writer.rows.append(row(create_world()))
    writer.is_closing = True
    writer.wake.set()
    last = threading.Thread(target=writer.write_until_closed)
    last.start()
    last.join()
    assert HonourCheck.objects.count() == 1


@pytest.mark.django_db
def test_a_batch_that_was_written_and_not_confirmed_is_written_once() -> None:
    writer = CheckWriter()
    again = row(create_world())
    writer.rows.extend([again, again])
    assert writer.flush()
    assert HonourCheck.objects.count() == 1


@pytest.mark.django_db
def test_more_than_can_wait_is_counted_and_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(checks, "MOST_WAITING", 2)
    monkeypatch.setattr(CheckWriter, "start", lambda _writer: None)
    world, writer = create_world(), CheckWriter()
    for _number in range(5):
        writer.add(row(world))
    with caplog.at_level(logging.ERROR):
        writer.flush()
    assert HonourCheck.objects.count() == 2
    assert "3 checks were not kept" in caplog.text


def test_ids_are_in_the_order_of_time_and_of_version_7() -> None:
    early, late = time_ordered_id(NOW), time_ordered_id(NOW + timedelta(milliseconds=1))
    assert first_id(NOW) <= early < late
    assert (early.version, early.variant) == (7, "specified in RFC 4122")
    assert len({time_ordered_id(NOW) for _number in range(1000)}) == 1000


@pytest.mark.django_db
def test_checks_go_after_their_days_unless_a_report_names_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHECK_DAYS = 10
    monkeypatch.setattr(checks, "PRUNED_AT_ONCE", 2)
    store = create_store()
    old = [create_check(store=store, at=NOW - timedelta(days=10, seconds=n + 1)) for n in range(5)]
    young = create_check(store=store, at=NOW - timedelta(days=10))
    tell(store=store, member=create_staff_member(stores=[store]), check_id=old[3].pk)
    assert [prune_checks(now=NOW), prune_checks(now=NOW)] == [4, 0]
    assert set(HonourCheck.objects.all()) == {old[3], young}
