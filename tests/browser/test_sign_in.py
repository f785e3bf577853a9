"""Signing in at the desk in a real browser, with a passkey and with an app."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import BrowserContext, Page, expect

from omnistore.staff.models import CodeTries, Role
from tests.browser.fixtures import DESK, Shoot
from tests.factories_promotions import create_staff_member
from tests.omnistore.staff.codes import PASSWORD, code_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Check = Callable[[Page], None]
# A laptop with a fingerprint reader, whose owner always touches it.
READER = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
          "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip


def enter_password(page: Page) -> None:
    page.get_by_label("User name").fill("nora")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm(page: Page) -> None:
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_a_passkey_and_an_app(
    contexts: Callable[..., BrowserContext], web_server: str, shoot: Shoot, accessible: Check
) -> None:
    nora = create_staff_member(username="nora", role=Role.OPERATOR)
    context = contexts(size=DESK)
    page = context.new_page()
    reader = context.new_cdp_session(page)
    reader.send("WebAuthn.enable")
    reader.send("WebAuthn.addVirtualAuthenticator", {"options": READER})

    def look(name: str) -> None:
        shoot(page, f"security-{name}")
        accessible(page)

    page.goto(web_server.replace("127.0.0.1", "localhost"))  # a passkey belongs to a name, not to a number
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    look("sign-in")
    enter_password(page)
    page.get_by_role("link", name="Sign-in security").click()
    look("off")

    page.get_by_role("link", name="Add a passkey").click()
    confirm(page)
    page.get_by_label("Name of the passkey").fill("Office laptop")
    look("add-passkey")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    look("recovery-codes")
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("link", name="Remove Office laptop")).to_be_visible()

    page.get_by_role("link", name="Set up an app").click()
    look("set-up-app")
    secret = re.sub(r"\s", "", page.locator(".factor-secret").inner_text())
    page.get_by_label("Code", exact=True).fill(code_at(datetime.now(UTC), secret=secret))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_text("The authenticator app is set up.")).to_be_visible()
    look("on")

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()  # and nothing else
    expect(page.get_by_role("link", name="Feeds")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    enter_password(page)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("This code is wrong")).to_be_visible()
    look("code")
    assert CodeTries.objects.get(staff_member=nora).tries == 1
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("link", name="Feeds")).to_be_visible()

    page.get_by_role("link", name="Sign-in security").click()
    page.get_by_role("link", name="Remove Office laptop").click()
    confirm(page)
    look("remove")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    assert not Authenticator.objects.filter(type="webauthn").exists()
