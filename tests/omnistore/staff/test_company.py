"""The company's own sign-in: it says who somebody is, nobody is made, and nobody is taken for another."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client, override_settings

from omnistore.staff.models import Role, StaffMember
from tests.factories_promotions import create_staff_member
from tests.omnistore.staff.codes import create_person_with_app, is_signed_in
from tests.omnistore.staff.oidc_server import CLIENT_ID, CLIENT_SECRET, FORGED_KEY, Company, company_server

pytestmark = pytest.mark.django_db

START = "/sign-in/with/company/"


def settings_for(url: str) -> dict[str, Any]:
    app = {"provider_id": "company", "name": "Acme", "client_id": CLIENT_ID, "secret": CLIENT_SECRET,
           "settings": {"server_url": url}}  # fmt: skip
    providers = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    return {"OIDC_URL": url, "OIDC_NAME": "Acme", "SOCIALACCOUNT_PROVIDERS": providers}


@pytest.fixture
def company() -> Iterator[Company]:
    cache.clear()
    with company_server() as server, override_settings(**settings_for(server.url)):
        yield server


@pytest.fixture
def olga() -> StaffMember:
    member = create_staff_member(username="olga", role=Role.MERCHANDISER)
    member.email = "Olga@acme.example"
    member.save()
    return member


BY_EMAIL = {"email": "olga@acme.example", "email_verified": True}


def come_back(client: Client, *, wanted: str = "") -> Any:
    """To the company's server and back; what we say then."""
    there = client.get(f"{START}?next={wanted}")["Location"]
    back = urlsplit(httpx.get(there).headers["Location"])
    return client.get(f"{back.path}?{back.query}")


@pytest.mark.parametrize(
    "claims", [BY_EMAIL, {"preferred_username": "olga"}, {**BY_EMAIL, "preferred_username": "olga"}]
)
def test_a_person_is_known_by_address_or_user_name(
    client: Client, company: Company, olga: StaffMember, claims: dict[str, Any]
) -> None:
    company.claims = claims
    assert come_back(client, wanted="/desk/approvals/")["Location"] == "/desk/approvals/"
    assert int(client.session["_auth_user_id"]) == olga.pk
    olga.refresh_from_db()
    assert (olga.role, olga.has_usable_password(), olga.email) == ("MERCHANDISER", True, "Olga@acme.example")


def test_afterwards_by_the_subject_whatever_the_address(
    client: Client, company: Company, olga: StaffMember
) -> None:
    company.claims = BY_EMAIL
    come_back(client)
    client.post("/sign-out/")
    company.claims = {"email": "new@acme.example"}
    assert come_back(client)["Location"] == "/"
    assert SocialAccount.objects.get().user_id == olga.pk


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": "olga@acme.example"},
        {"email": "olga@acme.example", "email_verified": "false"},
        {"email": "nobody@acme.example", "email_verified": True, "preferred_username": "nobody"},
        {"preferred_username": "left"},
        {**BY_EMAIL, "preferred_username": "nora"},  # two people
        {"preferred_username": ["olga"]},
        {"preferred_username": "ol\0ga"},
    ],
)
def test_nobody_is_made_and_nobody_is_guessed(
    client: Client, company: Company, olga: StaffMember, claims: dict[str, Any]
) -> None:
    create_staff_member(username="nora")
    left = create_staff_member(username="left")
    StaffMember.objects.filter(pk=left.pk).update(is_active=False)
    company.claims = claims
    assert come_back(client).status_code == 403
    assert not is_signed_in(client)
    assert (StaffMember.objects.count(), SocialAccount.objects.count()) == (3, 0)


def test_an_address_of_two_people_is_of_neither(client: Client, company: Company, olga: StaffMember) -> None:
    twin = create_staff_member(username="twin")
    StaffMember.objects.filter(pk=twin.pk).update(email="olga@acme.example")
    company.claims = BY_EMAIL
    assert come_back(client).status_code == 403


def test_by_address_alone_when_names_are_not_to_be_trusted(
    client: Client, company: Company, olga: StaffMember
) -> None:
    company.claims = {"preferred_username": "olga"}
    with override_settings(OIDC_MATCH=["email"]):
        assert come_back(client).status_code == 403


@pytest.mark.parametrize(
    "changes", [{"iss": "https://elsewhere.example"}, {"aud": "another"}, {"exp": 1}, {"sub": "s-2"}]
)
def test_a_token_that_is_not_for_us_is_refused(
    client: Client, company: Company, olga: StaffMember, changes: dict[str, Any]
) -> None:
    company.claims, company.changes = BY_EMAIL, changes
    assert come_back(client).status_code in (401, 403)
    assert not is_signed_in(client)


def test_a_token_signed_by_somebody_else_is_refused(
    client: Client, company: Company, olga: StaffMember
) -> None:
    company.claims, company.key = BY_EMAIL, FORGED_KEY
    assert come_back(client).status_code == 401
    assert not is_signed_in(client)


def test_another_browsers_answer_is_refused(client: Client, company: Company, olga: StaffMember) -> None:
    company.claims = BY_EMAIL
    back = urlsplit(httpx.get(client.get(START)["Location"]).headers["Location"])
    assert Client().get(f"{back.path}?{back.query}").status_code == 401
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    assert client.get(f"{back.path}?{back.query}").status_code == 401  # once


def test_who_left_since_is_not_let_in(client: Client, company: Company, olga: StaffMember) -> None:
    company.claims = BY_EMAIL
    come_back(client)
    StaffMember.objects.filter(pk=olga.pk).update(is_active=False)
    browser = Client()
    assert come_back(browser).status_code == 403
    assert not is_signed_in(browser)


def test_a_second_factor_here_is_asked_for_too(client: Client, company: Company) -> None:
    create_person_with_app(username="nora")
    company.claims = {"preferred_username": "nora"}
    assert come_back(client)["Location"] == "/sign-in/code/"
    assert not is_signed_in(client)


def test_only_where_to_come_back_is_taken_from_the_address(client: Client, company: Company) -> None:
    there = client.get(f"{START}?process=connect&scope=admin&auth_params=prompt%3Dnone")["Location"]
    asked = dict(parse_qsl(urlsplit(there).query))
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert "prompt" not in asked
    client.force_login(create_staff_member())
    assert client.get(f"{START}?process=connect")["Location"] == "/"


def test_the_button_stands_there_when_it_is_set_up(client: Client, company: Company) -> None:
    assert "Sign in with Acme" in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/with/another/").status_code == 404


def test_without_a_company_there_is_no_button_and_no_address(client: Client) -> None:
    assert "/sign-in/with/" not in client.get("/sign-in/").content.decode()
    assert client.get(START).status_code == client.get(f"{START}answer/?code=1").status_code == 404


def test_a_server_that_is_away_is_said_so(client: Client) -> None:
    with override_settings(**settings_for("http://127.0.0.1:9")):
        answer = client.get(START)
    assert answer.status_code == 502
    assert "did not work" in answer.content.decode()
