"""The merchandising desk in a real browser: views of the list, the calendar, and a table uploaded, mended, undone."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inventory.models import StoreGroup
from omnistore.staff.models import Role, StaffMember
from promotions.models import Promotion
from promotions.services.publishing import create_promotion, revise_promotion
from promotions.services.uploads import commit_batch, receive_upload
from tests.browser.fixtures import DESK, PORTRAIT, Shoot, SignIn
from tests.browser.shop import Shop, open_shop
from tests.factories_promotions import content_for, create_campaign, create_staff_member
from tests.promotions.services.uploads.tables import csv_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/desk/promotions/?view=all"


@pytest.fixture
def tom() -> StaffMember:
    return create_staff_member(username="tom", role=Role.MERCHANDISER)


@pytest.fixture
def shop() -> Shop:
    """A Saturday's shop and what marketing plans for the weeks around it."""
    shop = open_shop()
    group = StoreGroup.objects.create(code="north", name="North region")
    group.stores.add(shop.elm)
    today = timezone.now().date()
    create_campaign("Winter")
    for number, (title, first, days, sku) in enumerate((
        ("Breakfast for two", 5, 9, "COF-1"), ("Honey harvest, every jar from the region", -9, 30, "HON-1"),
        ("Tea time", 12, 2, "TEA-1"), ("Soap Sunday", 3, 1, "SOA-1"),
    )):  # fmt: skip
        draft(
            f"PLAN-{number}", long_title=title, campaign="Winter", item_id_inclusion=[sku],
            starts_on=today + timedelta(days=first), ends_on=today + timedelta(days=first + days),
        )  # fmt: skip
    return shop


def draft(promotion_id: str, **content: Any) -> Promotion:
    now = timezone.now()
    return create_promotion(
        promotion_id=promotion_id, content=content_for(**content), author=None, now=now
    ).promotion


def row_of(promotion_id: str, **said: str) -> dict[str, str]:
    """A row as merchandisers write it."""
    today = timezone.now().date()
    return {
        "Promotion id": promotion_id, "Title": f"Deal {promotion_id}", "Campaign": "Winter",
        "What the shopper gets": "PERCENT_OFF", "Percentage off": "20", "Where it can be used": "in store",
        "Which items": "SPECIFIC_PRODUCTS", "Items": "OAT-1", "Which stores": "ALL_STORES",
        "First day": str(today), "Last day": str(today + timedelta(days=6)), **said,
    }  # fmt: skip


def table(shop: Shop) -> bytes:
    """Two new rows, one that changes a plan, and three with errors."""
    return csv_of(
        row_of("W-1"), row_of("W-2", Items="OAT-2, COF-1"),
        row_of("PLAN-0", Title="Breakfast for three", Items="COF-1"),
        row_of("W-3", **{"Percentage off": "200"}), row_of("W-4", **{"Last day": "24/12/26", "Items": "GONE-1"}),
        row_of("OAT"), row_of("OAT"),
    )  # fmt: skip


def test_a_table_with_errors_is_mended_taken_over_and_undone(
    shop: Shop, tom: StaffMember, sign_in: SignIn
) -> None:
    page = sign_in(tom, size=DESK)
    page.goto(LIST)
    page.get_by_role("link", name="Upload").click()
    page.get_by_label("A table of promotions").set_input_files(
        {"name": "winter.csv", "mimeType": "text/csv", "buffer": table(shop)}
    )
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("link", name="With errors 4")).to_be_visible()
    row = page.locator("li.upload-row", has_text="Deal W-3")
    expect(row).to_contain_text("Enter a percentage above 0 and up to 100.")
    row.get_by_label("Percentage off").fill("20")
    row.get_by_role("button", name="Save and check").click()
    expect(row).to_contain_text("20 % off")
    expect(page.get_by_role("link", name="With errors 3")).to_be_visible()
    page.get_by_role("button", name="Take over 4 rows").click()
    expect(page.get_by_role("status")).to_contain_text("4 rows were taken over as drafts.")
    assert Promotion.objects.filter(promotion_id__startswith="W-", state="DRAFT").count() == 3

    revise_promotion(
        promotion=Promotion.objects.get(promotion_id="W-2"),
        content=content_for(),
        author=tom,
        now=timezone.now(),
    )
    page.get_by_role("button", name="Undo 4 rows").click()
    expect(page.get_by_text("3 rows were undone.")).to_be_visible()
    expect(page.locator("li.upload-row", has_text="W-2")).to_contain_text("tom saved revision 2 after it")
    assert list(Promotion.objects.filter(promotion_id__startswith="W-").values_list("promotion_id")) == [
        ("W-2",)
    ]
    plan = Promotion.objects.get(promotion_id="PLAN-0").latest_revision()
    assert (plan.number, plan.long_title) == (3, "Breakfast for two")


def test_a_view_is_filtered_saved_and_opens_first(shop: Shop, tom: StaffMember, sign_in: SignIn) -> None:
    page = sign_in(tom, size=DESK)
    page.goto(LIST)
    page.get_by_text("Filter and order").click()
    page.get_by_label("Campaign").fill("Winter")
    page.get_by_label("Campaign").press("Tab")
    rows = page.locator("#promotions tbody tr")
    expect(rows).to_have_count(4)
    page.get_by_text("Save as view").click()
    page.get_by_label("Name", exact=True).fill("Winter plans")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Open it first").click()
    page.goto("/desk/promotions/")
    expect(rows).to_have_count(4)
    expect(page.get_by_role("link", name="Winter plans")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="All promotions").click()
    expect(rows).to_have_count(11)


def test_the_list_works_by_keys_alone(shop: Shop, tom: StaffMember, sign_in: SignIn) -> None:
    page = sign_in(tom, size=DESK)
    page.goto(LIST)
    links, panel = page.locator(".row-link"), page.locator("#panel")
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("heading")).to_be_focused()
    page.keyboard.press("Escape")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.get_by_label("Single keys do this here").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("/")
    expect(page).to_have_url(re.compile("view=all$"))
    expect(page.get_by_label("Search by title, id or code")).not_to_be_focused()


def test_the_calendar_turns_and_opens(shop: Shop, tom: StaffMember, sign_in: SignIn) -> None:
    page = sign_in(tom, size=DESK)
    page.goto(LIST)
    page.get_by_role("link", name="Calendar").click()
    oat = page.get_by_role("row", name="Oat drinks, 29 % off").first
    expect(oat.locator(".bar")).to_contain_text("Live")
    expect(oat.locator(".meets")).to_contain_text("1")
    page.get_by_label("Store group").select_option("North region")
    page.get_by_label("Weeks", exact=True).select_option("4")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".calendar thead .week")).to_have_count(4)
    page.get_by_role("link", name="Later").click()
    expect(page.get_by_text("Oat drinks, 29 % off")).to_have_count(0)
    page.get_by_role("link", name="This week").click()
    page.locator(".bar", has_text="Live").first.click()
    expect(page.locator("#promotion")).to_be_visible()


PAGES = {
    "list": LIST,
    "panel": LIST,
    "filtered": "/desk/promotions/?campaign=Winter&state=DRAFT&sort=starts",
    "calendar": "/desk/promotions/calendar/",
    "upload": "/desk/promotions/upload/",
    "rows": "/desk/promotions/upload/{batch}/",
    "undone": "/desk/promotions/upload/{batch}/",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_worth_looking_at(
    name: str, shop: Shop, tom: StaffMember, sign_in: SignIn, shoot: Shoot, accessible: Callable[[Page], None]
) -> None:
    now = timezone.now()
    batch, _new = receive_upload(content=table(shop), file_name="winter.csv", author=tom, now=now)
    page = sign_in(tom, size=DESK)
    if name == "undone":
        commit_batch(batch=batch, author=tom, now=now)
    page.goto(PAGES[name].format(batch=batch.pk))
    if name == "panel":
        page.locator(".row-link").nth(2).click()
        expect(page.locator("#panel").get_by_role("heading")).to_be_focused()
    if name == "undone":
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("This upload was undone.")).to_be_visible()
    shoot(page, f"merchandising-{name}")
    accessible(page)
    for width, height in (PORTRAIT, DESK):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
