"""The manager's page of tablets, who may see it, and what it does; and one's own PIN at the desk."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from omnistore.staff.models import Device, Pin, PinTries, Role, StaffMember
from tests.factories import create_store
from tests.factories_devices import Tablet, create_manager, create_person, create_tablet
from tests.factories_promotions import create_staff_member

pytestmark = pytest.mark.django_db

# Who gets which pages: (path, method), with {pk} a tablet of the manager's store and {who} one of its people.
PAGES = [
    ("/devices/", "GET"),
    ("/devices/approve/", "GET"),
    ("/devices/approve/", "POST"),
    ("/devices/{pk}/revoke/", "POST"),
    ("/devices/{pk}/people/{who}/unlock/", "POST"),
]


@pytest.mark.parametrize(("path", "method"), PAGES)
def test_only_managers_get_in(path: str, method: str) -> None:
    store = create_store()
    tablet, maria = create_tablet(store), create_person(store)
    path = path.format(pk=tablet.device.pk, who=maria.pk)
    assert Client().generic(method, path)["Location"].startswith("/sign-in/")
    for role in (Role.ASSOCIATE, Role.MERCHANDISER, Role.APPROVER, Role.OPERATOR):
        client = Client()
        client.force_login(create_staff_member(role=role, stores=[store]))
        assert client.generic(method, path).status_code == 403, role
    for role in (Role.MANAGER, Role.ADMIN):
        client = Client()
        client.force_login(create_staff_member(role=role, stores=[store]))
        assert client.generic(method, path).status_code in (200, 302, 422), role


def test_a_foreign_stores_tablet_does_not_exist(client: Client) -> None:
    there = create_store(name="Far Away")
    device, stranger = create_tablet(there, name="Secret one").device, create_person(there)
    PinTries.objects.create(device=device, staff_member=stranger, tries=5, last_at=timezone.now())
    client.force_login(create_manager(create_store()))
    for path in (f"/devices/{device.pk}/revoke/", f"/devices/{device.pk}/people/{stranger.pk}/unlock/"):
        assert client.post(path, {"why": "Lost"}).status_code == 404
    assert "Secret one" not in client.get("/devices/").content.decode()
    assert (Device.objects.get().state, PinTries.objects.get().tries) == ("ACTIVE", 5)


def test_a_manager_revokes_with_a_reason_and_finds_it_in_the_list(client: Client) -> None:
    store = create_store()
    tablet, samira = create_tablet(store), create_manager(store)
    tablet.open(create_person(store))
    client.force_login(samira)
    path = f"/devices/{tablet.device.pk}/revoke/"
    for why in ("", "  ", "x" * 201):
        refused = client.post(path, {"why": why})
        assert refused.status_code == 422
        assert "Say in up to 200 characters why" in refused.content.decode()
    assert client.post(path, {"why": "Left on the bus"})["Location"] == "/devices/"
    assert client.post(path, {"why": "Again"})["Location"] == "/devices/"
    device = tablet.device
    assert (device.state, device.revoked_why, device.revoked_by, device.person) == (
        "REVOKED", "Left on the bus", samira, None,
    )  # fmt: skip
    assert "Left on the bus" in client.get("/devices/").content.decode()
    assert list(device.steps.values_list("action", flat=True)) == ["ENROL", "APPROVE", "REVOKE"]


def test_a_manager_sees_who_is_on_it_and_unlocks_a_pin(client: Client) -> None:
    store = create_store()
    tablet, maria = create_tablet(store), create_person(store)
    tablet.open(maria)
    PinTries.objects.update(tries=5)
    client.force_login(create_manager(store))
    page = client.get("/devices/").content.decode()
    assert "Maria" in page
    assert "five wrong PINs" in page
    client.post(f"/devices/{tablet.device.pk}/people/{maria.pk}/unlock/")
    assert "five wrong PINs" not in client.get("/devices/").content.decode()


def test_a_pin_is_not_enough_to_approve_a_tablet() -> None:
    store = create_store()
    tablet, code = create_tablet(store), Tablet().ask().code
    samira = create_person(store)
    StaffMember.objects.filter(pk=samira.pk).update(role=Role.MANAGER)
    tablet.open(samira)
    assert "A PIN is not enough" in tablet.browser.get("/devices/approve/").content.decode()
    form = {"code": code, "store_code": store.store_code, "name": "Mine"}
    assert tablet.browser.post("/devices/approve/", form).status_code == 422
    assert Device.objects.filter(state="ENROLLING").exists()


def test_a_tablet_that_waits_is_in_no_list(client: Client) -> None:
    Tablet().ask()
    client.force_login(create_staff_member(role=Role.ADMIN))
    assert "No tablet yet" in client.get("/devices/").content.decode()


def test_one_chooses_a_pin_at_the_desk_with_the_password(client: Client) -> None:
    cache.clear()
    member = create_staff_member(stores=[create_store()])
    client.force_login(member)
    form = {"password": "secret-enough", "pin": "8520", "again": "8520"}
    for changes, field in (({"password": "x"}, "password"), ({"pin": "1"}, "pin"), ({"again": ""}, "again")):
        refused = client.post("/pin/", form | changes)
        assert refused.status_code == 422
        assert f'id="{field}-error"' in refused.content.decode()
    assert not Pin.objects.exists()
    assert client.post("/pin/", form)["Location"] == "/pin/"
    assert Pin.objects.get().set_at > timezone.now() - timedelta(minutes=1)
    client.force_login(create_staff_member(role=Role.OPERATOR))
    assert client.get("/pin/").status_code == 403
