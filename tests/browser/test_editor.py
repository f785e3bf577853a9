"""The promotion editor in a real browser: every kind of deal, rows, the live preview; with and without JavaScript."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from omnistore.staff.models import Role, StaffMember
from promotions.forms.kinds import FIELD_KINDS
from promotions.models import Promotion
from promotions.rules.words import CouponValueType
from promotions.services.publishing import revise_promotion
from tests.browser.fixtures import DESK, LANDSCAPE, PORTRAIT, Shoot, SignIn
from tests.browser.shop import Shop, open_shop
from tests.factories_promotions import content_for, create_staff_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HIDDEN_UNLESS_NAMED = "reward_item_id_inclusion"


@pytest.fixture
def shop() -> Shop:
    return open_shop()


@pytest.fixture
def tom() -> StaffMember:
    return create_staff_member(username="tom", role=Role.ADMIN)


def begin(page: Page, *, kind: str, title: str) -> None:
    """A new promotion of that kind on three items everywhere, with its terms still to be written."""
    today = timezone.now().date()
    page.goto("/desk/promotions/new/")
    page.get_by_label("Promotion id").fill("breakfast")
    page.get_by_label("Title", exact=True).fill(title)
    page.locator(f"input[value={kind}]").check()
    page.get_by_label("In store").check()
    page.locator("input[value=SPECIFIC_PRODUCTS]").check()
    page.get_by_role("textbox", name="Items", exact=True).fill("OAT-1\nCOF-1\nHON-1")
    page.get_by_label("Every store").check()
    page.get_by_label("First day", exact=True).fill(str(today - timedelta(days=1)))
    page.get_by_label("Last day", exact=True).fill(str(today + timedelta(days=3)))


def write_step(page: Page, number: int, *, start: str, percent: str) -> None:
    step = page.get_by_role("group", name=f"Step {number}")
    step.get_by_label("From").fill(start)
    step.get_by_label("They get").fill(percent)


def looks_right(page: Page, accessible: Callable[[Page], None]) -> None:
    """No complaint of axe-core, and nothing sticks out at any size."""
    accessible(page)
    for width, height in (PORTRAIT, LANDSCAPE, DESK):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_steps_are_written_row_by_row_and_the_card_follows(
    shop: Shop, tom: StaffMember, sign_in: SignIn, shoot: Shoot, accessible: Callable[[Page], None]
) -> None:
    page = sign_in(tom, size=DESK)
    begin(page, kind="TIERED", title="The more breakfast, the cheaper")
    write_step(page, 1, start="2", percent="10")
    card = page.locator("#live-preview .card")
    expect(card).to_contain_text("from 2: 10 % off")
    page.get_by_role("button", name="Add a step").click()
    expect(page.get_by_role("group", name="Step 2").get_by_label("From")).to_be_focused()
    page.keyboard.type("4")
    page.keyboard.press("Tab")
    page.keyboard.type("60")
    expect(card).to_contain_text("from 4: 60 % off")
    expect(page.locator(".contests")).to_contain_text("saves more")
    shoot(page, "editor-steps")
    looks_right(page, accessible)
    page.get_by_label("Title", exact=True).press("Enter")
    expect(page.get_by_text("Saved as a draft.")).to_be_visible()
    revision = Promotion.objects.get(promotion_id="breakfast").latest_revision()
    assert revision.tiers == [{"from": "2", "percent_off": "10"}, {"from": "4", "percent_off": "60"}]


def test_each_kind_shows_its_own_fields_and_no_others(tom: StaffMember, sign_in: SignIn) -> None:
    page = sign_in(tom, size=DESK)
    page.goto("/desk/promotions/new/")
    for kind in CouponValueType:
        page.locator(f"input[value={kind}]").check()
        shown = {
            name
            for name in FIELD_KINDS
            if page.locator(f".promotion-form [data-field={name}]").first.is_visible()
        }
        expected = {name for name, kinds in FIELD_KINDS.items() if kind in kinds}
        assert shown == expected - {HIDDEN_UNLESS_NAMED}, kind
    page.locator("input[value=BUY_M_GET_N_PERCENT_OFF]").check()
    page.locator("input[value=NAMED]").check()
    expect(page.get_by_label("Items that are reduced")).to_be_visible()


def test_errors_of_rows_are_met_on_top_and_lead_to_the_row(
    shop: Shop, tom: StaffMember, sign_in: SignIn, shoot: Shoot, accessible: Callable[[Page], None]
) -> None:
    page = sign_in(tom, size=DESK)
    begin(page, kind="BUNDLE_PRICE", title="A breakfast for $9")
    page.get_by_label("Price", exact=True).fill("9")
    for number, sku in ((1, "TEA-1"), (2, "OAT-1"), (3, "NOPE")):
        page.get_by_role("button", name="Add a part").click()
        part = page.get_by_role("group", name=f"Part {number}")
        part.get_by_label("How many").fill(str(number - 1))
        part.get_by_label("Of these items (SKU or GTIN)").fill(sku)
    page.get_by_role("button", name="Remove Part 1").click()
    expect(page.get_by_role("group", name="Part 3")).to_have_count(0)
    expect(page.get_by_role("button", name="Add a part")).to_be_focused()
    page.get_by_role("button", name="Save draft").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    shoot(page, "editor-errors")
    summary.get_by_role("link", name="Part 2: No item has the code NOPE.").click()
    second = page.get_by_role("group", name="Part 2")
    expect(second.get_by_label("How many")).to_be_focused()
    expect(second).to_contain_text("No item has the code NOPE.")
    looks_right(page, accessible)
    second.get_by_label("Of these items (SKU or GTIN)").fill("COF-1")
    expect(page.locator(".contest-basket")).to_contain_text("Oat Drink 1 L + 2 × Filter Coffee 500 g")
    shoot(page, "editor-bundle")


def test_the_preview_is_of_the_store_and_moment_that_one_chooses(
    shop: Shop, tom: StaffMember, sign_in: SignIn, shoot: Shoot, accessible: Callable[[Page], None]
) -> None:
    page = sign_in(tom, size=DESK)
    page.goto(f"/desk/promotions/{shop.oat_deal.pk}/edit/")
    preview = page.get_by_role("complementary", name="On the tablet")
    expect(preview.locator(".card")).to_contain_text("Oat Drink")
    preview.get_by_label("As store").select_option("0412")
    day = shop.elm.local(shop.now).date() - timedelta(days=2)
    preview.get_by_label("On its clock").fill(f"{day}T09:00")
    expect(preview).to_contain_text("Starts here on")
    expect(preview.get_by_label("As store")).to_have_value("0412")
    page.get_by_label("Percentage off", exact=True).fill("35")
    expect(preview.locator(".card")).to_contain_text("35 % off")
    shoot(page, "editor-edit")
    looks_right(page, accessible)
    page.get_by_label("Percentage off", exact=True).fill("350")
    expect(preview).to_contain_text("The card is shown as soon as this is right")
    assert shop.oat_deal.latest_revision().percent_off == Decimal(29)


def test_without_javascript_rows_preview_and_saving_work_all_the_same(
    shop: Shop, tom: StaffMember, sign_in: SignIn
) -> None:
    page = sign_in(tom, size=DESK, java_script_enabled=False)
    begin(page, kind="TIERED", title="The more breakfast, the cheaper")
    write_step(page, 1, start="2", percent="10")
    page.get_by_role("button", name="Add a step").click()
    write_step(page, 2, start="4", percent="20")
    page.get_by_role("button", name="Show the preview").click()
    expect(page.locator("#live-preview .card")).to_contain_text("from 4: 20 % off")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved as a draft.")).to_be_visible()
    assert len(Promotion.objects.get(promotion_id="breakfast").latest_revision().tiers) == 2


def test_two_revisions_side_by_side(
    shop: Shop, tom: StaffMember, sign_in: SignIn, shoot: Shoot, accessible: Callable[[Page], None]
) -> None:
    evenings = [{"days": [5, 6], "from": "17:00", "until": "19:00"}]
    for percent, hours in ((35, []), (40, evenings)):
        content = content_for(
            long_title=f"Oat drinks, {percent} % off", percent_off=Decimal(percent), weekly_hours=hours,
            item_id_inclusion=["OAT-1"],
        )  # fmt: skip
        revise_promotion(promotion=shop.oat_deal, content=content, author=tom, now=timezone.now())
    page = sign_in(tom, size=DESK)
    page.goto(f"/desk/promotions/{shop.oat_deal.pk}/")
    page.get_by_role("link", name="Compare any two revisions").click()
    table = page.locator("#comparison")
    expect(table).to_contain_text("Oat drinks, 29 % off")
    page.get_by_label("From revision").select_option("2")
    expect(table).to_contain_text("Oat drinks, 35 % off")
    expect(table).to_contain_text("Fri, Sat 17:00–19:00")
    shoot(page, "editor-compare")
    looks_right(page, accessible)


@pytest.mark.slow
def test_the_empty_form_is_worth_looking_at(
    shop: Shop, tom: StaffMember, sign_in: SignIn, shoot: Shoot, accessible: Callable[[Page], None]
) -> None:
    page = sign_in(tom, size=DESK)
    page.goto("/desk/promotions/new/")
    shoot(page, "editor-new")
    page.locator("input[value=BUY_M_GET_N_PERCENT_OFF]").check()
    page.get_by_text("When it is shown").click()
    page.get_by_role("button", name="Add hours").click()
    page.get_by_role("button", name="Add a limit").click()
    expect(page.get_by_role("group", name="Limit 1")).to_be_visible()
    page.get_by_role("group", name="Hours 1").scroll_into_view_if_needed()
    shoot(page, "editor-when")
    page.get_by_role("group", name="Limit 1").scroll_into_view_if_needed()
    shoot(page, "editor-limits")
    looks_right(page, accessible)
