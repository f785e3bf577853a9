"""The open inbox hears of what stores tell, and nothing on it moves by itself."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from omnistore.staff.models import Role
from promotions.models import Promotion
from tests.browser.fixtures import DESK, Shoot, SignIn
from tests.browser.shop import open_shop
from tests.factories_promotions import create_staff_member
from tests.factories_reports import tell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What the page does by itself every 15 seconds.
TICK = "document.getElementById('reports-head').dispatchEvent(new CustomEvent('tick'))"


def test_news_waits_for_a_hand(sign_in: SignIn, shoot: Shoot, accessible: Callable[[Page], None]) -> None:
    shop = open_shop()
    tom = create_staff_member(username="tom", role=Role.MERCHANDISER)
    Promotion.objects.update(owner=tom)
    desk = sign_in(tom, size=DESK)
    desk.goto("/desk/reports/")
    expect(desk.get_by_text("No store waits for an answer.")).to_be_visible()
    tell(store=shop.elm, member=shop.maria, kind="CUSTOMER_VOICE", words="Where is it?", now=timezone.now())
    desk.evaluate(TICK)
    first = desk.get_by_role("article").filter(has_text="Where is it?")
    box = first.get_by_label("What should the store know or do?")
    box.fill("In aisle")
    stood = box.bounding_box()

    tell(store=shop.oak, member=shop.maria, kind="CUSTOMER_VOICE", words="And here?", now=timezone.now())
    desk.evaluate(TICK)
    expect(desk.get_by_role("status")).to_have_text("Show 1 more report")
    expect(desk.locator("#reports-count")).to_have_text("2")
    expect(box).to_be_focused()
    assert box.bounding_box() == stood
    shoot(desk, "desk-inbox-news")
    accessible(desk)
    desk.get_by_role("link", name="Show 1 more report").click()
    expect(desk.get_by_role("article")).to_have_count(2)
    expect(desk.get_by_role("article").first).to_contain_text("And here?")
    expect(box).to_have_value("In aisle")
