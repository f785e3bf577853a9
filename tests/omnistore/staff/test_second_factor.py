"""A second factor at the desk: set up, asked for, counted, used once, and wanted of everybody when we say so."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client, override_settings

from omnistore.live_access import member_of
from omnistore.staff.accounts import cipher
from omnistore.staff.models import CodeTries, Role, StaffMember
from omnistore.staff.second_factor import has_second_factor, try_code
from tests.factories_promotions import NOW, create_staff_member
from tests.omnistore.staff.codes import (
    PASSWORD,
    SECRET,
    code_at,
    create_person_with_app,
    enter_code,
    enter_password,
    is_signed_in,
)

pytestmark = pytest.mark.django_db

HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    cache.clear()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
    cache.clear()


def test_the_second_opinion_agrees_with_the_rfc() -> None:
    assert code_at(datetime.fromtimestamp(59, UTC)) == "287082"
    assert code_at(datetime.fromtimestamp(1111111109, UTC)) == "081804"


def confirm(client: Client, page: str) -> str:
    """Show the password once more before this page; what the page says then."""
    assert client.get(page)["Location"] == f"/security/confirm/?next={page.replace('/', '%2F')}"
    assert client.post("/security/confirm/", {"password": "wrong", "next": page}).status_code == 200
    assert client.post("/security/confirm/", {"password": PASSWORD, "next": page})["Location"] == page
    return client.get(page).content.decode()


def test_an_app_is_set_up_and_asked_for_from_then_on(client: Client, clock: time_machine.Traveller) -> None:
    nora = create_staff_member(username="nora", role=Role.OPERATOR)
    enter_password(client)
    page = confirm(client, "/security/app/")
    secret = re.sub(r"\s", "", re.findall(r"factor-secret\">([^<]+)<", page)[0])
    assert client.post("/security/app/", {"code": "000000"}).status_code == 200
    assert client.post("/security/app/", {"code": code_at(NOW, secret=secret)})["Location"] == (
        "/security/recovery-codes/"
    )
    assert len(re.findall(r"<li>\d{8}</li>", client.get("/security/recovery-codes/").content.decode())) == 10
    assert "<li>" not in client.get("/security/recovery-codes/").content.decode().split("<main")[1]
    assert has_second_factor(nora)
    client.post("/sign-out/")
    assert enter_password(client) == "/sign-in/code/"
    assert enter_code(client, code_at(NOW, secret=secret)) == ""  # set up with it
    clock.shift(HALF_MINUTE)
    assert enter_code(client, code_at(NOW + HALF_MINUTE, secret=secret)) == "/"


def test_a_password_alone_opens_nothing(client: Client) -> None:
    create_person_with_app()
    assert enter_password(client, next="/desk/feeds/") == "/sign-in/code/"
    assert not is_signed_in(client)
    assert client.get("/api/v1/stores").status_code == 401
    assert enter_code(client, code_at(NOW)) == "/desk/feeds/"
    assert is_signed_in(client)


def test_a_code_leads_nowhere_without_the_password(client: Client) -> None:
    create_person_with_app()
    assert enter_code(client, code_at(NOW)) == "/sign-in/"
    assert not is_signed_in(client)


def test_the_session_is_a_new_one(client: Client) -> None:
    create_person_with_app()
    enter_password(client)
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    enter_code(client, code_at(NOW))
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phone_may_be_half_a_minute_off(steps: int, is_taken: bool) -> None:
    nora = create_person_with_app()
    code = code_at(NOW + steps * HALF_MINUTE)
    assert (try_code(member=nora, code=code, now=NOW) is not None) is is_taken


def test_a_code_is_taken_once_and_none_before_it(client: Client) -> None:
    nora = create_person_with_app()
    assert try_code(member=nora, code=code_at(NOW), now=NOW)
    for code in (code_at(NOW), code_at(NOW - HALF_MINUTE)):
        assert try_code(member=nora, code=code, now=NOW) is None
    assert CodeTries.objects.get().tries == 2
    assert try_code(member=nora, code=code_at(NOW + HALF_MINUTE), now=NOW)
    assert CodeTries.objects.get().tries == 0


def test_after_five_wrong_codes_a_right_one_waits(client: Client, clock: time_machine.Traveller) -> None:
    create_person_with_app()
    enter_password(client)
    for _ in range(6):
        assert enter_code(client, "000000") == ""
    for browser in (client, Client()):  # in whatever browser
        enter_password(browser)
        assert enter_code(browser, code_at(NOW)) == ""
    later = NOW + timedelta(minutes=16)
    clock.move_to(later)
    enter_password(client)
    assert enter_code(client, code_at(later)) == "/"


def test_a_recovery_code_works_once(client: Client) -> None:
    nora = create_person_with_app()
    first, second, *_rest = RecoveryCodes.activate(nora).generate_codes()
    for code, leads_to in ((first, "/"), (first, ""), (second, "/")):
        client.post("/sign-out/")
        enter_password(client)
        assert enter_code(client, code) == leads_to


def test_who_left_meanwhile_is_not_signed_in(client: Client) -> None:
    nora = create_person_with_app()
    enter_password(client)
    StaffMember.objects.filter(pk=nora.pk).update(is_active=False)
    enter_code(client, code_at(NOW))
    assert not is_signed_in(client)


def test_removing_it_asks_again_who_it_is(client: Client) -> None:
    nora = create_person_with_app()
    RecoveryCodes.activate(nora)
    enter_password(client)
    enter_code(client, code_at(NOW))
    page = "/security/app/remove/"
    assert client.post(page)["Location"].startswith("/security/confirm/")
    assert client.post("/security/confirm/", {"password": "wrong", "next": page}).status_code == 200
    assert has_second_factor(nora)
    client.post("/security/confirm/", {"password": PASSWORD, "next": page})  # it goes on with the removal
    assert not Authenticator.objects.exists()


def test_the_database_does_not_tell_the_secret() -> None:
    create_person_with_app()
    kept = Authenticator.objects.get().data["secret"]
    assert SECRET not in str(Authenticator.objects.values_list("data"))
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert cipher().decrypt(kept).decode() == SECRET


def test_the_database_counts_to_five() -> None:
    nora = create_staff_member()
    with pytest.raises(IntegrityError, match="staff_code_tries_limited"), transaction.atomic():
        CodeTries.objects.create(staff_member=nora, tries=6, since=NOW)


# Wanted of everybody at head office


@pytest.fixture
def wanted() -> Iterator[None]:
    with override_settings(DESK_MFA_REQUIRED=True):
        yield


@pytest.mark.usefixtures("wanted")
@pytest.mark.parametrize("address", ["/", "/desk/feeds/", "/admin/", "/tablet/", "/api/docs"])
def test_without_one_there_is_one_page(client: Client, address: str) -> None:
    nora = create_staff_member(role=Role.OPERATOR)
    client.force_login(nora)
    answer = client.get(address)
    assert answer.status_code == 403 if address.startswith("/api/") else answer["Location"] == "/security/"
    assert client.get("/security/").status_code == 200
    Authenticator.objects.create(user=nora, type="totp", data={})
    assert client.get("/desk/feeds/").status_code == 200


@pytest.mark.usefixtures("wanted")
def test_without_one_there_is_no_stream_either(client: Client) -> None:
    nora = create_staff_member(role=Role.OPERATOR)
    client.force_login(nora)
    name = settings.SESSION_COOKIE_NAME
    headers = {"cookie": f"{name}={client.cookies[name].value}"}
    assert member_of(headers) is None
    Authenticator.objects.create(user=nora, type="totp", data={})
    assert member_of(headers) == nora


@pytest.mark.usefixtures("wanted")
def test_the_shop_floor_is_not_asked(client: Client) -> None:
    client.force_login(create_staff_member())
    assert client.get("/")["Location"] == "/tablet/"
