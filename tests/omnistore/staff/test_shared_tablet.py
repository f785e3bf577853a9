"""One person's turn on a shared tablet, over HTTP: opened, proved, locked, copied, revoked, out of time."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone

from inventory.models import Store
from omnistore.staff import throttling
from omnistore.staff.enrolling import revoke_device
from omnistore.staff.models import Device, StaffMember
from promotions.live.tickets import read_ticket
from tests.factories import create_store
from tests.factories_devices import Tablet, create_manager, create_person, create_tablet
from tests.factories_promotions import create_staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_counters() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def store() -> Store:
    return create_store(name="Elm Street")


@pytest.fixture
def maria(store: Store) -> StaffMember:
    return create_person(store)


@pytest.fixture
def tablet(store: Store) -> Tablet:
    return create_tablet(store)


def copy_of(tablet: Tablet) -> Tablet:
    """Another browser with all the cookies, and a key of its own."""
    thief = Tablet()
    for name, cookie in tablet.browser.cookies.items():
        thief.browser.cookies[name] = cookie.value
    return thief


def revoke(tablet: Tablet) -> None:
    by = create_manager(create_store())
    assert revoke_device(device=tablet.device, why="Lost", by=by, now=timezone.now())


def test_a_name_and_a_pin_open_it_in_its_store(tablet: Tablet, maria: StaffMember, store: Store) -> None:
    other = create_store(name="Aaron Road")
    maria.memberships.create(store=other)
    assert tablet.shows() == 302
    opened = tablet.open(maria)
    assert opened["Location"] == "/tablet/"
    page = tablet.browser.get("/tablet/")
    assert "no-store" in page["Cache-Control"]
    assert "Elm Street" in page.content.decode()
    assert tablet.browser.post("/tablet/store/", {"store_code": other.store_code}).status_code == 404
    assert tablet.device.person == maria
    assert tablet.browser.get("/device/")["Location"] == "/tablet/"


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(tablet: Tablet, maria: StaffMember) -> None:
    tablet.open(maria)
    for name in ("omnistore_device", "omnistore_proof", "sessionid"):
        cookie = tablet.browser.cookies[name]
        assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Lax"), name


@pytest.mark.parametrize("pin", ["2581", "", "258", "x" * 5000, "2580\0", "２５８０"])
def test_a_wrong_pin_opens_nothing(tablet: Tablet, maria: StaffMember, pin: str) -> None:
    refused = tablet.open(maria, pin=pin)
    assert refused.status_code == 422
    assert "4 tries left" in refused.content.decode()
    assert tablet.shows() == 302


def test_the_sixth_pin_is_not_looked_at(tablet: Tablet, maria: StaffMember) -> None:
    statuses = [tablet.open(maria, pin="9999").status_code for _ in range(5)]
    assert statuses == [422, 422, 422, 422, 429]
    assert tablet.open(maria).status_code == 429
    assert b"PIN locked" in tablet.browser.get("/device/").content


def test_locking_leaves_nothing_for_the_next(tablet: Tablet, maria: StaffMember) -> None:
    tablet.open(maria)
    session = tablet.browser.cookies["sessionid"].value
    locked = tablet.browser.post("/device/lock/")
    assert (locked["Location"], locked["Clear-Site-Data"]) == ("/device/", '"cache"')
    assert tablet.shows() == 302
    tablet.browser.cookies["sessionid"] = session  # the cookie from before
    assert tablet.shows() == 302
    assert tablet.device.person is None
    assert tablet.browser.post("/device/lock/")["Location"] == "/device/"


def test_signing_out_locks_it_too(tablet: Tablet, maria: StaffMember) -> None:
    tablet.open(maria)
    assert tablet.browser.post("/sign-out/")["Location"] == "/device/"
    assert tablet.device.person is None


def test_one_tab_locks_the_other(tablet: Tablet, maria: StaffMember) -> None:
    tablet.open(maria)
    other_tab = copy_of(tablet)
    assert other_tab.shows() == 200
    tablet.browser.post("/device/lock/")
    assert other_tab.shows() == 302


def test_the_next_person_gets_a_session_of_their_own(
    tablet: Tablet, maria: StaffMember, store: Store
) -> None:
    tablet.open(maria)
    first = tablet.browser.cookies["sessionid"].value
    anna = create_person(store, first_name="Anna")
    tablet.open(anna)
    assert tablet.browser.cookies["sessionid"].value != first
    page = tablet.browser.get("/tablet/").content.decode()
    assert "Anna" in page
    assert "Maria" not in page


def test_copied_cookies_open_nothing_without_the_key(tablet: Tablet, maria: StaffMember) -> None:
    thief = copy_of(tablet)
    refused = thief.open(maria)
    assert refused.status_code == 403
    assert thief.shows() == 302
    assert not tablet.device.pin_tries.exists()  # nor can a copy use up somebody's tries


def test_a_copied_session_ends_when_its_proof_runs_out(tablet: Tablet, maria: StaffMember) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        tablet.open(maria)
        thief = copy_of(tablet)
    for minutes in (3, 6):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            purpose = f"go-on:{tablet.device.turn}"
            assert thief.browser.post("/device/proof/", thief.prove(purpose)).status_code in (302, 403)
            assert tablet.browser.post("/device/proof/", tablet.prove(purpose)).status_code == 204
    with time_machine.travel(start + timedelta(minutes=7), tick=False):
        assert (tablet.shows(), thief.shows()) == (200, 302)


def test_a_session_cookie_alone_is_worth_nothing(tablet: Tablet, maria: StaffMember) -> None:
    tablet.open(maria)
    thief = Client()
    thief.cookies["sessionid"] = tablet.browser.cookies["sessionid"].value
    assert thief.get("/tablet/").status_code == 302
    assert thief.get("/api/v1/stores").status_code == 401
    assert tablet.shows() == 200


def test_a_signature_works_once_for_one_person(tablet: Tablet, maria: StaffMember, store: Store) -> None:
    anna = create_person(store)
    proof = tablet.prove(f"open:{maria.pk}")
    assert tablet.browser.post(f"/device/people/{anna.pk}/", {"pin": "2580", **proof}).status_code == 403
    assert tablet.browser.post(f"/device/people/{maria.pk}/", {"pin": "2580", **proof}).status_code == 403
    with time_machine.travel(timezone.now(), tick=False) as clock:
        proof = tablet.prove(f"open:{maria.pk}")
        clock.shift(timedelta(minutes=1))
        assert tablet.browser.post(f"/device/people/{maria.pk}/", {"pin": "2580", **proof}).status_code == 403


def test_nobody_touches_it_and_it_locks_by_the_servers_clock(tablet: Tablet, maria: StaffMember) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        tablet.open(maria)
        clock.shift(timedelta(minutes=5))
        assert tablet.shows() == 200
        clock.shift(timedelta(minutes=1, seconds=1))
        assert tablet.shows() == 302
        assert tablet.browser.get("/api/v1/stores").status_code == 401


def test_a_revoked_tablet_gets_nothing_more(tablet: Tablet, maria: StaffMember) -> None:
    tablet.open(maria)
    revoke(tablet)
    assert tablet.shows() == 302
    assert tablet.browser.get("/api/v1/stores").status_code == 401
    assert b"shut out" in tablet.browser.get("/device/").content
    assert tablet.browser.post("/device/challenge/").status_code == 403
    assert tablet.browser.post(f"/device/people/{maria.pk}/", {"pin": "2580"})["Location"] == "/device/"


@pytest.mark.parametrize("how", ["left", "moved"])
def test_who_leaves_the_store_leaves_the_tablet(tablet: Tablet, maria: StaffMember, how: str) -> None:
    tablet.open(maria)
    if how == "left":
        StaffMember.objects.filter(pk=maria.pk).update(is_active=False)
    else:
        maria.memberships.all().delete()
    assert tablet.shows() == 302
    assert tablet.browser.get(f"/device/people/{maria.pk}/").status_code == 404


def test_people_of_other_stores_and_of_head_office_have_no_tile(tablet: Tablet, store: Store) -> None:
    strangers = [create_person(create_store()), create_staff_member(role="MERCHANDISER", stores=[store])]  # type: ignore[arg-type]
    for stranger in strangers:
        assert tablet.browser.get(f"/device/people/{stranger.pk}/").status_code == 404
        assert tablet.browser.get(f"/device/people/{stranger.pk}/password/").status_code == 404
    assert Client().get(f"/device/people/{strangers[0].pk}/")["Location"] == "/device/"


def first_time(tablet: Tablet, member: StaffMember, **form: str) -> Any:
    asked = {"password": "secret-enough", "pin": "8520", "again": "8520"} | form
    path = f"/device/people/{member.pk}/password/"
    return tablet.browser.post(path, asked | tablet.prove(f"open:{member.pk}"))


def test_the_first_time_a_password_opens_it_and_sets_the_pin(tablet: Tablet, store: Store) -> None:
    anna = create_staff_member(stores=[store])
    person = f"/device/people/{anna.pk}/"
    assert tablet.browser.get(person)["Location"] == f"{person}password/"
    assert first_time(tablet, anna)["Location"] == "/tablet/"
    tablet.browser.post("/device/lock/")
    assert tablet.open(anna, pin="8520")["Location"] == "/tablet/"


@pytest.mark.parametrize(
    ("form", "field"),
    [({"password": "wrong"}, "password"), ({"pin": "1111", "again": "1111"}, "pin"), ({"again": "1"}, "again"),
     ({"password": ""}, "password"), ({"pin": ""}, "pin")],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(
    tablet: Tablet, maria: StaffMember, form: dict[str, str], field: str
) -> None:
    refused = first_time(tablet, maria, **form)
    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.content.decode()
    assert tablet.shows() == 302


def test_a_copy_cannot_use_a_password_either(tablet: Tablet, maria: StaffMember) -> None:
    assert first_time(copy_of(tablet), maria).status_code == 422


def test_passwords_are_counted_for_each_tablet_not_for_the_stores_one_address(
    tablet: Tablet, maria: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttling, "MOST_FROM_A_PLACE", 6)
    for username in (*[maria.username] * 5, "nobody"):
        Client().post("/sign-in/", {"username": username, "password": "guess"})
    assert Client().post("/sign-in/", {"username": "tom", "password": "x"}).status_code == 429
    assert first_time(tablet, maria)["Location"] == "/tablet/"
    asked = {"username": maria.username, "password": "secret-enough", "name": "till"}
    for browser, status in ((Client(), 429), (tablet.browser, 201)):
        answer = browser.post("/api/v1/tokens", asked, content_type="application/json")
        assert answer.status_code == status


def test_guessing_passwords_on_a_tablet_is_slowed_down(tablet: Tablet, maria: StaffMember) -> None:
    for _ in range(5):
        first_time(tablet, maria, password="guess")
    assert "Too many wrong passwords" in first_time(tablet, maria).content.decode()


def test_a_tablets_stream_ticket_is_good_for_the_turn_only(
    tablet: Tablet, maria: StaffMember, store: Store
) -> None:
    tablet.open(maria)
    device = tablet.device
    answer = tablet.browser.post(f"/api/v1/stores/{store.store_code}/live-ticket")
    address = answer.json()["url"] if answer.status_code == 200 else ""
    page = tablet.browser.get("/tablet/").content.decode()
    for text in (page, address):
        if "ticket=" in text:
            ticket = read_ticket(text.split("ticket=")[1].split('"')[0].split("&")[0].replace("%3A", ":"))
            assert ticket is not None
            assert ticket.turn == (device.pk, device.turn)


def test_the_password_way_in_is_closed_on_a_shared_tablet(tablet: Tablet, maria: StaffMember) -> None:
    form = {"username": maria.username, "password": "secret-enough"}
    assert tablet.browser.post("/sign-in/", form)["Location"] == "/device/"
    assert tablet.browser.get("/sign-in/?desk")["Location"] == "/device/"
    assert tablet.shows() == 302


def test_tablet_pages_can_be_kept_to_enrolled_tablets(
    tablet: Tablet, maria: StaffMember, client: Client
) -> None:
    client.force_login(maria)
    assert client.get("/tablet/").status_code == 200
    tablet.open(maria)
    with override_settings(TABLETS_ENROLLED_ONLY=True):
        for path in ("/tablet/", "/tablet/store/", "/tablet/verdict/?code=x"):
            assert client.get(path)["Location"] == "/device/"
        assert tablet.shows() == 200


def test_a_managers_desk_opens_the_tablets_page_then(client: Client, store: Store) -> None:
    client.force_login(create_manager(store))
    with override_settings(TABLETS_ENROLLED_ONLY=True):
        assert client.get("/")["Location"] == "/devices/"


def test_a_request_of_a_tablet_costs_one_query_more(
    tablet: Tablet, maria: StaffMember, django_assert_max_num_queries: Any
) -> None:
    tablet.open(maria)
    with django_assert_max_num_queries(3):  # session, turn, person
        tablet.browser.get("/pin/nowhere/")


def test_a_turn_ends_only_once(tablet: Tablet, maria: StaffMember) -> None:
    tablet.open(maria)
    turn = tablet.device.turn
    for _ in range(2):
        tablet.browser.post("/device/lock/")
    assert Device.objects.get().turn == turn + 1
