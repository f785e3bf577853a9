"""What the database itself refuses about tablets and PINs."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from omnistore.staff.models import Device, DeviceStep, Pin, PinTries
from tests.factories import create_store
from tests.factories_devices import create_person, create_tablet

pytestmark = pytest.mark.django_db
NOW = timezone.now()

BROKEN: dict[str, dict[str, Any]] = {
    "staff_device_state_known": {"state": "LOST", "name": "x"},
    "staff_device_code_while_enrolling": {"code": "ABCDEFGH"},
    "staff_device_enrolled_into_a_store": {"name": ""},
    "staff_device_revoked_with_a_reason": {"state": "REVOKED", "revoked_at": NOW},
    "staff_device_wrong_pins_limited": {"wrong_pins": 21},
}


@pytest.mark.parametrize("constraint", BROKEN)
def test_a_tablet_is_in_one_of_its_states(constraint: str) -> None:
    create_tablet(create_store())
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Device.objects.update(**BROKEN[constraint])


def test_nobody_is_on_a_revoked_tablet() -> None:
    store = create_store()
    device = create_tablet(store).device
    with pytest.raises(IntegrityError, match="staff_device_person_on_active"), transaction.atomic():
        Device.objects.filter(pk=device.pk).update(
            state="REVOKED", revoked_at=NOW, revoked_why="Lost", person=create_person(store)
        )


def test_two_tablets_of_a_store_are_told_apart() -> None:
    store = create_store()
    create_tablet(store)
    other = create_tablet(store, name="Checkout 3").device
    create_tablet(create_store())
    with pytest.raises(IntegrityError, match="staff_device_name_once_a_store"), transaction.atomic():
        Device.objects.filter(pk=other.pk).update(name="CHECKOUT 2")


def test_a_sixth_try_and_a_second_row_of_tries_cannot_be_kept() -> None:
    store = create_store()
    facts = {"device": create_tablet(store).device, "staff_member": create_person(store), "last_at": NOW}
    with pytest.raises(IntegrityError, match="staff_pin_tries_limited"), transaction.atomic():
        PinTries.objects.create(**facts, tries=6)
    PinTries.objects.create(**facts, tries=5)
    with pytest.raises(IntegrityError, match="staff_pin_tries_once_a_person"), transaction.atomic():
        PinTries.objects.create(**facts, tries=1)


def test_a_pin_is_kept_hashed() -> None:
    member = create_person(create_store(), pin="2580")
    kept = Pin.objects.get(staff_member=member)
    assert kept.password.startswith("argon2")
    assert "2580" not in kept.password
    with pytest.raises(IntegrityError, match="staff_pin_is_hashed"), transaction.atomic():
        Pin.objects.update(password="")


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("staff_device_step_action_known", {"action": "LOSE"}),
        ("staff_device_step_changes_something", {"new_state": ""}),
        ("staff_device_step_why_given", {"action": "REVOKE"}),
    ],
)
def test_a_step_says_what_changed_and_why(constraint: str, changes: dict[str, str]) -> None:
    device = create_tablet(create_store()).device
    step = {"device": device, "action": "ENROL", "old_state": "", "new_state": "ENROLLING", "at": NOW}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        DeviceStep.objects.create(**step | changes)


def test_what_was_done_to_a_tablet_is_never_rewritten() -> None:
    device = create_tablet(create_store()).device
    assert list(device.steps.values_list("old_state", "new_state")) == [
        ("", "ENROLLING"),
        ("ENROLLING", "ACTIVE"),
    ]
    with pytest.raises(IntegrityError, match="written once and never changed"), transaction.atomic():
        device.steps.update(why="nothing happened")
