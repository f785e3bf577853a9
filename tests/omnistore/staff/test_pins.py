"""A PIN is right or wrong five times a person and tablet, twenty times a tablet and hour, however many guess."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from omnistore.staff import pins
from omnistore.staff.enrolling import unlock_pin
from omnistore.staff.models import Device, PinTries, StaffMember
from omnistore.staff.pins import PinResult, check_new_pin, save_pin, try_pin
from tests.factories import create_store
from tests.factories_devices import create_manager, create_person, create_tablet
from tests.promotions.live.parties import eventually

NOW = timezone.now()


def guess(device: Device, member: StaffMember, pin: str = "1111") -> PinResult:
    return try_pin(device=device, member=member, pin=pin, now=NOW).result


@pytest.fixture
def quick_hash(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Counts the PINs that are looked at, and spares this test their hashes."""
    looked_at: list[str] = []

    def look(_member: StaffMember, pin: str, *, kept: str) -> bool:
        looked_at.append(pin)
        return pin == "2580"

    monkeypatch.setattr(pins, "is_pin", look)
    return looked_at


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_guesses_at_once_stop_at_the_sixth(quick_hash: list[str]) -> None:
    store = create_store()
    device, maria = create_tablet(store).device, create_person(store)

    def many(start: int) -> list[PinResult]:
        try:
            return [guess(device, maria, f"{number:04}") for number in range(start, 10_000, 8)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        results = [result for found in threads.map(many, range(8)) for result in found]
    assert len(results) == 10_000
    assert len(quick_hash) == 5
    assert results.count(PinResult.LOCKED) == 9_996
    assert PinTries.objects.get().tries == 5
    assert guess(device, maria, "2580") is PinResult.LOCKED
    assert list(device.steps.filter(action="LOCK_PIN").values_list("staff_member", flat=True)) == [maria.pk]


@pytest.mark.django_db
def test_a_right_pin_gives_the_tries_back() -> None:
    store = create_store()
    device, maria = create_tablet(store).device, create_person(store)
    for _ in range(3):
        assert [guess(device, maria) for _ in range(4)] == [PinResult.WRONG] * 4
        assert guess(device, maria, "2580") is PinResult.RIGHT
    device.refresh_from_db()
    assert (PinTries.objects.get().tries, device.wrong_pins) == (0, 12)


@pytest.mark.django_db
def test_a_manager_unlocks_and_says_so_in_the_history(quick_hash: list[str]) -> None:
    store = create_store()
    device, maria, samira = create_tablet(store).device, create_person(store), create_manager(store)
    for _ in range(5):
        guess(device, maria)
    assert guess(device, maria, "2580") is PinResult.LOCKED
    assert unlock_pin(device=device, member=maria, by=samira, now=NOW)
    assert not unlock_pin(device=device, member=maria, by=samira, now=NOW)
    assert guess(device, maria, "2580") is PinResult.RIGHT
    assert list(device.steps.values_list("action", "by"))[-2:] == [
        ("LOCK_PIN", None),
        ("UNLOCK_PIN", samira.pk),
    ]


@pytest.mark.django_db
def test_twenty_wrong_pins_of_anybody_lock_the_tablet_for_an_hour(quick_hash: list[str]) -> None:
    store = create_store()
    device = create_tablet(store).device
    people = [create_person(store) for _ in range(6)]
    for member in people[:5]:
        for _ in range(4):
            guess(device, member)
    assert guess(device, people[5], "2580") is PinResult.DEVICE_LOCKED
    assert not PinTries.objects.filter(staff_member=people[5]).exists()
    later = NOW + timedelta(hours=1)
    assert try_pin(device=device, member=people[5], pin="2580", now=later).result is PinResult.RIGHT


@pytest.mark.django_db
def test_other_tablets_and_other_people_go_on(quick_hash: list[str]) -> None:
    store = create_store()
    device, other = create_tablet(store).device, create_tablet(store, name="Lift").device
    maria, anna = create_person(store), create_person(store)
    for _ in range(5):
        guess(device, maria)
    assert guess(device, anna, "2580") is PinResult.RIGHT
    assert guess(other, maria, "2580") is PinResult.RIGHT


@pytest.mark.django_db
def test_a_pin_belongs_to_its_person_and_to_this_server() -> None:
    store = create_store()
    device = create_tablet(store).device
    maria, anna = create_person(store), create_person(store)
    anna.pin.password = maria.pin.password
    anna.pin.save()
    assert guess(device, anna, "2580") is PinResult.WRONG
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        assert guess(device, maria, "2580") is PinResult.WRONG


@pytest.mark.django_db
def test_a_replaced_server_key_still_knows_the_pins(settings: object) -> None:
    store = create_store()
    device, maria = create_tablet(store).device, create_person(store)
    old = settings.SECRET_KEY  # type: ignore[attr-defined]
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[old]):
        assert guess(device, maria, "2580") is PinResult.RIGHT


@pytest.mark.django_db
def test_without_a_pin_there_is_nothing_to_guess() -> None:
    store = create_store()
    maria = create_person(store)
    maria.pin.delete()
    assert guess(create_tablet(store).device, maria) is PinResult.NOT_SET
    assert not PinTries.objects.exists()


@pytest.mark.parametrize(
    "pin", ["", "123", "1234567", "12a4", "１２５８", "0000", "1234", "98765", "7890", "25 8"]
)
def test_what_anybody_would_guess_is_no_pin(pin: str) -> None:
    with pytest.raises(ValidationError) as refused:
        check_new_pin(pin=pin, again=pin)
    assert set(refused.value.message_dict) == {"pin"}


def test_a_pin_is_typed_twice() -> None:
    check_new_pin(pin="2580", again="2580")
    with pytest.raises(ValidationError) as refused:
        check_new_pin(pin="2580", again="2508")
    assert set(refused.value.message_dict) == {"again"}


@pytest.mark.django_db
def test_a_new_pin_replaces_the_old() -> None:
    store = create_store()
    device, maria = create_tablet(store).device, create_person(store)
    save_pin(member=maria, pin="8520", now=NOW)
    assert [guess(device, maria, pin) for pin in ("2580", "8520")] == [PinResult.WRONG, PinResult.RIGHT]


@pytest.mark.django_db(transaction=True)
def test_a_manager_who_unlocks_and_a_guess_lock_in_one_order(quick_hash: list[str]) -> None:
    store = create_store()
    device, maria, samira = create_tablet(store).device, create_person(store), create_manager(store)
    guess(device, maria)

    def unlock() -> bool:
        try:
            return unlock_pin(device=device, member=maria, by=samira, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            Device.objects.select_for_update().get(pk=device.pk)  # as a guess does first …
            unlocked = thread.submit(unlock)
            eventually(waits_for_a_lock)
            PinTries.objects.filter(device=device).update(tries=2)  # … and this then
        assert unlocked.result()
    assert PinTries.objects.get().tries == 0


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
