"""The promotion editor in a real browser: every kind of deal, rows, the live preview, by mouse and by keyboard."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from omnistore.staff.models import Role, StaffMember
from promotions.forms import PromotionForm
from promotions.forms.kinds import FIELD_KINDS
from promotions.models import Promotion
from promotions.rules.words import CouponValueType
from tests.browser.fixtures import DESK, PORTRAIT, Shoot, SignIn
from tests.browser.shop import Shop, open_shop
from tests.factories_promotions import create_staff_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop() -> Shop:
    return open_shop()


@pytest.fixture
def tom() -> StaffMember:
    return create_staff_member(username="tom", role=Role.ADMIN)


def write_breakfast_steps(page: Page) -> None:
    """A new promotion with two steps, ready to be saved."""
    today = timezone.now().date()
    page.goto("/desk/promotions/new/")
    page.get_by_label("Promotion id").fill("breakfast")
    page.get_by_label("Title", exact=True).fill("The more breakfast, the cheaper")
    page.get_by_role("radio", name="Steps").check()
    page.get_by_label("From", exact=True).fill("2")
    page.get_by_label("They get").fill("10")
    page.get_by_role("button", name="Add a step").click()
    second = page.get_by_role("group", name="Step 2")
    expect(second.get_by_label("From", exact=True)).to_be_focused()
    second.get_by_label("From", exact=True).fill("4")
    second.get_by_label("They get").fill("20")
    page.get_by_label("In store").check()
    page.get_by_label("Only these").first.check()
    page.get_by_role("textbox", name="Items", exact=True).fill("OAT-1\nCOF-1\nHON-1")
    page.get_by_label("Every store").check()
    page.get_by_label("First day", exact=True).fill(str(today - timedelta(days=1)))
    page.get_by_label("Last day", exact=True).fill(str(today + timedelta(days=3)))


def test_look(
    shop: Shop, tom: StaffMember, sign_in: SignIn, shoot: Shoot, accessible: Callable[[Page], None]
) -> None:
    page = sign_in(tom, size=DESK)
    write_breakfast_steps(page)
    expect(page.locator("#live-preview .card")).to_contain_text("The more breakfast")
    shoot(page, "editor-steps")
    page.screenshot(path="/tmp/shots/editor-full.png", full_page=True)
    page.set_viewport_size({"width": PORTRAIT[0], "height": PORTRAIT[1]})
    page.screenshot(path="/tmp/shots/editor-portrait-full.png", full_page=True)
    accessible(page)
