"""The doors beside the front door: addresses we do not serve, Django's administration, keys, tablets, passkeys."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.checks import run_checks
from django.test import Client, override_settings
from django.urls import NoReverseMatch, reverse

from omnistore.staff.models import ApiKey, Role
from omnistore.staff.urls_security import urlpatterns
from tests.api_client import Api
from tests.factories import create_store
from tests.factories_devices import create_tablet
from tests.factories_promotions import create_staff_member
from tests.omnistore.staff.codes import PASSWORD, create_person_with_app, enter_password, is_signed_in

pytestmark = pytest.mark.django_db

OWN_PAGES = [str(pattern.pattern) for pattern in urlpatterns if str(pattern.pattern).startswith("security/")]


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_email", "account_reset_password", "account_change_password", "account_logout",
     "socialaccount_signup", "socialaccount_connections", "mfa_signup_webauthn", "mfa_edit_webauthn",
     "mfa_download_recovery_codes"],
)  # fmt: skip
def test_what_we_do_not_need_has_no_address(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("page", OWN_PAGES)
def test_a_page_of_ones_own_is_for_head_office(client: Client, page: str) -> None:
    address = "/" + page.replace("<int:pk>", "1")
    assert client.get(address)["Location"].startswith("/sign-in/?next=")
    client.force_login(create_staff_member(role=Role.MANAGER))
    assert client.get(address).status_code == client.post(address).status_code == 403


def test_somebody_elses_passkey_does_not_exist(client: Client) -> None:
    nora = create_person_with_app()
    passkey = Authenticator.objects.create(user=nora, type="webauthn", data={"name": "x"})
    create_staff_member(username="olga", role=Role.ADMIN)
    enter_password(client, "olga")
    page = f"/security/passkeys/{passkey.pk}/remove/"
    client.post("/security/confirm/", {"password": PASSWORD, "next": page})
    assert client.get(page).status_code == client.post(page).status_code == 404


def test_the_administration_has_no_door_of_its_own(client: Client) -> None:
    create_staff_member(username="olga", role=Role.ADMIN)
    asked = {"username": "olga", "password": PASSWORD, "next": "/admin/"}
    for answer in (client.get("/admin/login/?next=/admin/"), client.post("/admin/login/", asked)):
        assert answer["Location"].startswith("/sign-in/?next=/admin/")
    assert not is_signed_in(client)
    client.force_login(create_staff_member(role=Role.MERCHANDISER))
    assert client.get("/admin/", follow=True).status_code == 403


def test_it_leads_back_to_our_own_pages_only(client: Client) -> None:
    create_staff_member(username="olga", role=Role.ADMIN)
    assert enter_password(client, "olga", next="https://elsewhere.example/") == "/"
    assert client.get("/sign-in/?next=//elsewhere.example/")["Location"] == "/"


def test_who_left_gets_in_no_more(client: Client) -> None:
    member = create_staff_member(username="olga", role=Role.ADMIN)
    member.is_active = False
    member.save()
    assert enter_password(client, "olga") == ""
    assert not is_signed_in(client)


def test_a_password_makes_no_key_past_a_second_factor() -> None:
    create_person_with_app()
    create_staff_member(username="olga", role=Role.ADMIN)
    asked = {"username": "nora", "password": PASSWORD, "name": "job"}
    refused = Api().post("/tokens", asked)
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor")
    assert Api().post("/tokens", asked | {"password": "wrong"}).status_code == 401
    with override_settings(DESK_MFA_REQUIRED=True):
        assert Api().post("/tokens", asked | {"username": "olga"}).status_code == 403
    assert not ApiKey.objects.exists()
    assert Api().post("/tokens", asked | {"username": "olga"}).status_code == 201


@pytest.mark.parametrize("address", ["/sign-in/passkey/", "/sign-in/code/", "/sign-in/with/company/"])
def test_a_shared_tablet_has_its_own_way_in(address: str) -> None:
    browser = create_tablet(create_store()).browser
    assert browser.get(address)["Location"] == browser.post(address)["Location"] == "/device/"


def test_a_passkey_is_asked_for_by_anybody(client: Client) -> None:
    asked = client.get("/sign-in/passkey/", headers={"Accept": "application/json"}).json()
    wanted = asked["request_options"]["publicKey"]
    assert (wanted["rpId"], wanted["userVerification"]) == ("testserver", "required")
    assert not wanted.get("allowCredentials")


@pytest.mark.parametrize("said", ["", "{", "[]", "7", '{"id": 1}', '{"response": {"userHandle": "AAAA"}}'])
def test_what_is_no_passkey_signs_nobody_in(client: Client, said: str) -> None:
    client.get("/sign-in/passkey/", headers={"Accept": "application/json"})
    assert client.post("/sign-in/passkey/", {"credential": said})["Location"] == "/sign-in/"
    assert not is_signed_in(client)


def test_the_checks_of_a_deployment_find_nothing_new() -> None:
    found = {str(issue.id) for issue in run_checks(include_deployment_checks=True)}
    of_this_run = {"async.E001"}  # browser tests in one process with the ORM
    assert {name for name in found if not name.startswith(("security.", "omnistore."))} <= of_this_run
