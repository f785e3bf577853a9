"""A shared tablet in a real browser: enrolled, opened, locked, given to the next, lost."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from omnistore.staff.models import Device, Role, StaffMember
from tests.browser.fixtures import LANDSCAPE, Shoot, SignIn
from tests.browser.shop import Shop, open_shop
from tests.factories_devices import create_person
from tests.factories_promotions import create_staff_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Check = Callable[[Page], None]
PHONE = (390, 844)


def open_floor() -> tuple[Shop, StaffMember, StaffMember]:
    """The shop, Anna beside Maria, and their manager."""
    shop = open_shop()
    maria = create_person(shop.elm)
    anna = create_person(shop.elm, first_name="Anna", pin="8520")
    shop.maria.delete()
    samira = create_staff_member(username="samira", role=Role.MANAGER, stores=[shop.elm])
    shop.samira = samira
    return shop, maria, anna


def enrol(page: Page, manager: Page, *, name: str = "Checkout 2") -> None:
    """The tablet shows a code; the manager follows the QR code's address and approves it."""
    page.goto("/device/")
    page.get_by_role("button", name="Ask for a code").click()
    code = page.locator(".device-code").inner_text()
    manager.goto(f"/devices/approve/?code={code}")
    manager.get_by_label("Name of the tablet").fill(name)
    manager.get_by_role("button", name="Approve").click()
    expect(manager.get_by_text("is enrolled in Elm Street")).to_be_visible()
    expect(page.get_by_role("heading", name="Who is here?")).to_be_visible()


def unlock(page: Page, name: str, pin: str) -> None:
    page.bring_to_front()  # a tab behind another is drawn too seldom for quick fingers
    page.get_by_role("link", name=name).click()
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="Open").click()


def test_from_hand_to_hand(
    contexts: Callable[..., BrowserContext], sign_in: SignIn, shoot: Shoot, accessible: Check
) -> None:
    shop, _maria, _anna = open_floor()
    manager, page = sign_in(shop.samira, size=PHONE), contexts().new_page()
    enrol(page, manager)
    shoot(page, "device-locked")
    accessible(page)
    unlock(page, "Maria", "2580")
    expect(page.locator(".card").first).to_be_visible()
    expect(page.locator("#link-word")).to_have_text("Live")
    expect(page.locator(".top-person")).to_contain_text("Maria")
    page.get_by_role("button", name="Got it").first.click()
    expect(page.get_by_text("You read this").first).to_be_visible()
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_role("heading", name="Who is here?")).to_be_visible()
    for _ in range(3):
        page.go_back()
        page.wait_for_load_state()
        expect(page.locator(".device-page")).to_be_visible()
        expect(page.locator("body")).not_to_contain_text("You read this")
    page.goto("/device/")
    unlock(page, "Anna", "8520")
    expect(page.locator(".top-person")).to_contain_text("Anna")
    expect(page.get_by_text("You read this")).to_have_count(0)
    page.locator(".person-menu summary").click()
    shoot(page, "device-open")
    accessible(page)


def test_two_tabs_and_a_lost_tablet(
    contexts: Callable[..., BrowserContext], sign_in: SignIn, shoot: Shoot, accessible: Check
) -> None:
    shop, _maria, _anna = open_floor()
    manager, device = sign_in(shop.samira), contexts()
    page, other = device.new_page(), device.new_page()
    enrol(page, manager)
    unlock(page, "Maria", "2580")
    expect(page.locator("#link-word")).to_have_text("Live")
    other.goto("/tablet/")
    expect(other.locator("#link-word")).to_have_text("Live")
    page.get_by_role("button", name="Lock").click()
    expect(other.get_by_role("heading", name="Who is here?")).to_be_visible()
    unlock(page, "Maria", "2580")
    expect(other.locator(".top-person")).to_contain_text("Maria")
    manager.goto("/devices/")
    expect(manager.locator(".device-row .word")).to_contain_text("Maria")
    manager.get_by_text("What happened").click()
    shoot(manager, "tablets")
    accessible(manager)
    manager.locator(".device-revoke summary").click()
    manager.get_by_label("Why?").fill("Left on the bus")
    manager.get_by_role("button", name="Shut this tablet out").click()
    for lost in (page, other):
        expect(lost.get_by_role("heading", name="This tablet was shut out")).to_be_visible()
    shoot(page, "device-revoked")
    accessible(page)
    manager.locator(".revoked > summary").click()
    shoot(manager, "tablets-revoked")
    accessible(manager)


def test_wrong_pins_and_a_first_time(
    contexts: Callable[..., BrowserContext], sign_in: SignIn, shoot: Shoot, accessible: Check
) -> None:
    shop, maria, _anna = open_floor()
    maria.pin.delete()
    manager, page = sign_in(shop.samira), contexts().new_page()
    page.goto("/device/")
    shoot(page, "device-new")
    accessible(page)
    page.get_by_role("button", name="Ask for a code").click()
    expect(page.locator(".device-code")).to_be_visible()
    shoot(page, "device-waiting")
    accessible(page)
    page.goto("/device/")
    manager.goto(f"/devices/approve/?code={page.locator('.device-code').inner_text()}")
    shoot(manager, "tablet-approve")
    accessible(manager)
    manager.get_by_label("Name of the tablet").fill("Checkout 2")
    manager.get_by_role("button", name="Approve").click()
    page.get_by_role("link", name="Anna").click()
    for left in (4, 3, 2, 1):
        page.locator("#pin").fill("9999")
        page.locator("#pin").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(f"{left} tr")
    shoot(page, "device-pin-wrong")
    accessible(page)
    page.locator("#pin").fill("9999")
    page.locator("#pin").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Too many wrong PINs")
    shoot(page, "device-pin-locked")
    page.get_by_role("link", name="Not you?").click()
    shoot(page, "device-tile-locked")
    accessible(page)
    page.get_by_role("link", name="Maria").click()
    page.get_by_label("Your password").fill("secret-enough")
    page.get_by_label("New PIN", exact=True).fill("1111")
    page.get_by_label("New PIN once more").fill("1111")
    page.get_by_role("button", name="Save the PIN and open").click()
    expect(page.locator("#pin-error")).to_be_visible()
    shoot(page, "device-password")
    accessible(page)
    page.get_by_label("Your password").fill("secret-enough")
    page.get_by_label("New PIN", exact=True).fill("2580")
    page.get_by_label("New PIN once more").fill("2580")
    page.get_by_role("button", name="Save the PIN and open").click()
    expect(page.locator(".top-person")).to_contain_text("Maria")
    manager.goto("/devices/")
    shoot(manager, "tablets-pin-locked")
    manager.get_by_role("button", name="Unlock").click()
    expect(manager.get_by_text("The PIN is unlocked")).to_be_visible()


def test_left_alone_and_a_clock_a_day_off(contexts: Callable[..., BrowserContext], sign_in: SignIn) -> None:
    shop, _maria, _anna = open_floor()
    context = contexts(size=LANDSCAPE)
    page = context.new_page()
    enrol(page, sign_in(shop.samira))
    page.clock.install(time="2020-01-01T00:00:00Z")  # a tablet that thinks it is long ago
    unlock(page, "Maria", "2580")
    expect(page.locator(".top-person")).to_contain_text("Maria")
    page.clock.fast_forward("04:00")
    page.locator("#code").press("a")
    page.clock.fast_forward("04:00")
    expect(page).to_have_url(re.compile("/tablet/"))
    page.clock.fast_forward("02:00")
    expect(page.get_by_role("heading", name="Who is here?")).to_be_visible()
    assert Device.objects.get().person is None
