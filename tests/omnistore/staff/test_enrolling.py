"""A tablet becomes a store's, by a code that a manager approves."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from omnistore.staff import enrolling
from omnistore.staff.enrolling import approve_device, start_enrolment
from omnistore.staff.models import Device, Role
from tests.factories import create_store
from tests.factories_devices import Tablet, create_manager, create_tablet
from tests.factories_promotions import create_staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_counters() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def signed_in(member: object) -> Client:
    client = Client()
    client.force_login(member)  # type: ignore[arg-type]
    return client


def test_from_a_new_tablet_to_the_tiles_of_its_store() -> None:
    store = create_store(name="Elm Street")
    maria = create_staff_member(username="maria", stores=[store])
    manager, tablet = signed_in(create_manager(store)), Tablet()
    assert b"Set up this tablet" in tablet.browser.get("/device/").content
    code = tablet.ask().code or ""
    page = tablet.browser.get("/device/").content.decode()
    assert f"{code[:4]}-{code[4:]}" in page
    assert "<svg" in page
    assert tablet.browser.get("/device/status/").status_code == 204
    assert f'value="{code}"' in manager.get(f"/devices/approve/?code={code}").content.decode()
    form = {"code": f"{code[:4]}-{code[4:].lower()} ", "store_code": store.store_code, "name": "Checkout 2"}
    assert manager.post("/devices/approve/", form)["Location"] == "/devices/"
    assert tablet.browser.get("/device/status/")["HX-Refresh"] == "true"
    locked = tablet.browser.get("/device/")
    assert maria.username in locked.content.decode()
    assert "no-store" in locked["Cache-Control"]
    assert "Checkout 2" in manager.get("/devices/").content.decode()


def test_a_code_works_once_and_not_for_long() -> None:
    store = create_store()
    code = Tablet().ask().code or ""
    approve = partial(approve_device, code=code, store_code=store.store_code, by=create_manager(store))
    with pytest.raises(ValidationError) as late:
        approve(name="a", now=timezone.now() + timedelta(minutes=10))
    assert set(late.value.message_dict) == {"code"}
    approve(name="a", now=timezone.now())
    with pytest.raises(ValidationError):
        approve(name="b", now=timezone.now())


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": " "}, "name"), ({"name": "x" * 41}, "name"), ({"name": "checkout 2"}, "name"),
     ({"store_code": "far"}, "store_code"), ({"code": "NOSUCH"}, "code"), ({"code": "\0"}, "code")],
)  # fmt: skip
def test_a_tablet_goes_into_one_of_the_managers_stores_under_a_name_of_its_own(
    changes: dict[str, str], field: str
) -> None:
    store = create_store()
    create_store(store_code="far")
    create_tablet(store, name="Checkout 2")
    manager = signed_in(create_manager(store))
    form = {"code": Tablet().ask().code or "", "store_code": store.store_code, "name": "Lift"} | changes
    refused = manager.post("/devices/approve/", form)
    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.content.decode()
    assert Device.objects.filter(state="ENROLLING").count() == 1


@pytest.mark.parametrize("role", [Role.ASSOCIATE, Role.MERCHANDISER, Role.OPERATOR])
def test_only_managers_approve(role: Role) -> None:
    store = create_store()
    code = Tablet().ask().code or ""
    with pytest.raises(PermissionDenied):
        approve_device(
            code=code, store_code=store.store_code, name="x", now=timezone.now(),
            by=create_staff_member(role=role, stores=[store]),
        )  # fmt: skip


def test_only_a_key_of_the_right_kind_is_taken() -> None:
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    edwards = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(*form)
    longer = ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(*form)
    for key in (edwards, longer, b"", b"x" * 91):
        with pytest.raises(ValidationError):
            start_enrolment(public_key=key, now=timezone.now())
    for text in ("", "no base64!", "größe", "A" * 5000, "QUJD"):
        assert Client().post("/device/enrol/", {"public_key": text}).status_code == 400
    assert not Device.objects.exists()


def test_who_was_signed_in_on_it_is_signed_out() -> None:
    store, tablet = create_store(), Tablet()
    tablet.browser.force_login(create_staff_member(stores=[store]))
    assert tablet.shows() == 200
    tablet.ask()
    assert tablet.shows() == 302


def test_codes_that_ran_out_are_forgotten_and_a_flood_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolling, "MOST_WAITING", 2)
    key = Tablet().public_key
    for _ in range(2):
        start_enrolment(public_key=key, now=timezone.now())
    with pytest.raises(enrolling.TooManyWaiting):
        start_enrolment(public_key=key, now=timezone.now())
    start_enrolment(public_key=key, now=timezone.now() + timedelta(minutes=11))
    assert Device.objects.count() == 1


def test_one_address_does_not_ask_all_the_time() -> None:
    tablet = Tablet()
    for _ in range(20):
        tablet.browser.post("/device/enrol/", {"public_key": "QUJD"})
    assert tablet.browser.post("/device/enrol/", {"public_key": "QUJD"}).status_code == 429


def test_a_tablet_whose_code_ran_out_says_so() -> None:
    tablet = Tablet()
    tablet.ask()
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=False):
        assert tablet.browser.get("/device/status/")["HX-Refresh"] == "true"
        assert b"The last code has run out" in tablet.browser.get("/device/").content
