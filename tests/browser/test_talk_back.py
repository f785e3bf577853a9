"""Talking back: the associate tells what is wrong, head office answers, the open tablet shows it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from omnistore.staff.models import Role
from promotions.models import FieldReport, HonourCheck, Promotion
from promotions.services.refusal_reports import raise_refusal_reports
from tests.browser.fixtures import DESK, Shoot, SignIn
from tests.browser.shop import open_shop
from tests.factories_promotions import create_staff_member
from tests.factories_reports import create_check, picture, tell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Check = Callable[[Page], None]


def test_from_a_missing_sign_to_the_answer_on_the_open_tablet(
    sign_in: SignIn, shoot: Shoot, accessible: Check, tmp_path: Path
) -> None:
    shop = open_shop()
    tom = create_staff_member(username="tom", role=Role.MERCHANDISER)
    Promotion.objects.update(owner=tom)
    tablet = sign_in(shop.maria)
    expect(tablet.locator("#link-word")).to_have_text("Live")
    tablet.locator("#code").fill("OAT-1")
    tablet.keyboard.press("Enter")
    tablet.get_by_text("Not right?").click()
    shoot(tablet, "tablet-not-right")
    accessible(tablet)
    tablet.get_by_role("button", name="Sign missing").click()
    expect(tablet.get_by_text("Sent. The answer comes back to this tablet.")).to_be_visible()
    photo = tmp_path / "aisle.jpg"
    photo.write_bytes(picture())
    tablet.get_by_label("In your words").fill("Aisle 4, left side")
    tablet.get_by_label("A photo").set_input_files(photo)
    tablet.get_by_role("button", name="Add to the report").click()
    expect(tablet.get_by_role("img", name="Photo of the report")).to_be_visible()
    accessible(tablet)

    desk = sign_in(tom, size=DESK)
    desk.get_by_role("link", name="Reports 1").click()
    report = desk.get_by_role("article", name="Sign missing")
    expect(report).to_contain_text("Aisle 4, left side")
    report.get_by_role("button", name="Answer", exact=False).first.click()
    expect(report).to_contain_text("Say what the store should know or do.")
    report.get_by_label("What should the store know or do?").fill("It comes with the truck at four.")
    report.get_by_role("button", name="Answer", exact=False).first.click()
    expect(report.locator(".word")).to_have_text("Answered")
    accessible(desk)
    shoot(desk, "desk-report-answered")

    expect(tablet.locator("#pane")).to_contain_text("It comes with the truck at four.")
    expect(tablet.locator("#reports-link")).to_contain_text("Reports 1")
    shoot(tablet, "tablet-report-answered")
    tablet.get_by_role("link", name="Reports 1").click()
    expect(tablet.locator("#pane h2").first).to_have_text("Reports of this store")
    expect(tablet.locator("#reports-link .count")).to_have_count(0)
    accessible(tablet)
    assert FieldReport.objects.get().check_made == HonourCheck.objects.get()


def test_what_stores_refuse_on_the_board_and_in_the_inbox(
    sign_in: SignIn, shoot: Shoot, accessible: Check
) -> None:
    shop = open_shop()
    tom = create_staff_member(username="tom", role=Role.MERCHANDISER)
    Promotion.objects.update(owner=tom)
    for number in range(14):
        create_check(
            store=(shop.elm, shop.oak, shop.far)[number % 3 and number % 2],
            promotion=(shop.coffee_deal, shop.oat_deal)[number % 4 == 0],
            at=shop.now - timedelta(minutes=number),
            reason=("OUT_OF_STOCK", "ENDED", "NOT_THIS_STORE")[number % 5 % 3],
        )
    tell(store=shop.elm, member=shop.maria, kind="STOCK_WRONG", item="OAT-1", quantity="7", now=shop.now)
    tell(store=shop.elm, member=shop.maria, kind="CUSTOMER_VOICE", now=shop.now - timedelta(days=3),
         words="The mail said Saturday, the shelf says Friday. She was nice about it.")  # fmt: skip
    for _number in range(3):
        create_check(store=shop.elm, promotion=shop.coffee_deal, at=shop.now)
    assert raise_refusal_reports(now=timezone.now()) >= 1
    desk = sign_in(tom, size=DESK)
    desk.goto("/desk/reports/?view=all")
    expect(desk.get_by_role("article").first).to_contain_text("Overdue")
    shoot(desk, "desk-reports-all")
    accessible(desk)
    desk.goto("/desk/refusals/")
    expect(desk.locator(".refusal-sum")).to_contain_text("17 shoppers did not get a deal")
    shoot(desk, "desk-refusals")
    desk.get_by_text("As a table").first.click()
    expect(desk.get_by_role("cell", name="$").first).to_be_visible()
    shoot(desk, "desk-refusals-table")
    accessible(desk)
    tablet = sign_in(shop.maria)
    tablet.get_by_role("link", name="Reports").click()
    expect(tablet.locator(".report-list > .report").first).to_be_visible()
    shoot(tablet, "tablet-reports")
    accessible(tablet)
