"""Reports through the API: told once, answered once, photos as forms, refusals counted."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from promotions.models import FieldReport
from tests.api_client import V1, World, create_world, is_problem, stopped_clock
from tests.factories_promotions import NOW
from tests.factories_reports import picture, refuse

pytestmark = pytest.mark.django_db

REPORTS = "/stores/here-1/reports"


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = tmp_path
    with stopped_clock():
        yield create_world()


def photo(world: World, content: bytes, key: str = "photo") -> Any:
    """A report as a form with a picture."""
    form = {"kind": "PRICE_MISMATCH", "item": "OAT-1", "photo": SimpleUploadedFile("me at home.jpg", content)}
    return world.associate.client.post(
        f"{V1}{REPORTS}", form, headers=world.associate.headers | {"Idempotency-Key": key}
    )


def test_from_the_verdict_to_the_answer(world: World) -> None:
    check = world.associate.get("/stores/here-1/verdict?code=SAVE29").json()["check_id"]
    told = world.associate.post(REPORTS, {"kind": "SIGN_MISSING", "check_id": check}, Idempotency_Key="one")
    assert (told.status_code, told.json()["promotion_id"], told.json()["sku"]) == (201, "oat", "OAT-1")
    assert told.json()["due_at"] == (world.here.local(NOW) + timedelta(hours=4)).isoformat()
    number = told.json()["report_id"]
    answered = world.merchandiser.post(f"/reports/{number}/answer", {"answer": "Printed."})
    assert (answered.status_code, answered.json()["state"]) == (200, "ANSWERED")
    [listed] = world.associate.get(REPORTS).json()["results"]
    assert (listed["report_id"], listed["answer"]) == (number, "Printed.")


def test_the_same_key_gets_the_same_bytes_again(world: World) -> None:
    first, again = (
        world.associate.post(REPORTS, {"kind": "CUSTOMER_VOICE"}, Idempotency_Key="one") for _ in range(2)
    )
    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true"
    other = world.associate.post(REPORTS, {"kind": "SIGN_MISSING"}, Idempotency_Key="one")
    assert is_problem(other, 422)


def test_a_second_answer_is_a_conflict_and_an_empty_one_an_error(world: World) -> None:
    told = world.associate.post(REPORTS, {"kind": "CUSTOMER_VOICE"}, Idempotency_Key="one").json()
    path = f"/reports/{told['report_id']}/answer"
    assert "answer" in world.operator.post(path, {"answer": " "}).json()["errors"]
    assert world.operator.post(path, {"answer": "Thanks", "close": True}).json()["state"] == "CLOSED"
    assert is_problem(world.merchandiser.post(path, {"answer": "Thanks"}), 409)


def test_a_photo_is_seen_by_its_store_and_by_head_office_only(world: World) -> None:
    report = FieldReport.objects.get(pk=photo(world, picture()).json()["report_id"])
    assert "home" not in str(report.photo)
    path = f"/reports/{report.pk}/photo/"
    seen = {}
    for username in ("maria", "olga", "tom"):
        client = world.associate.client.__class__()
        client.force_login(world.here.staff.model.objects.get(username=username))
        seen[username] = client.get(path)
    assert [answer.status_code for answer in seen.values()] == [200, 404, 200]
    assert seen["maria"]["X-Content-Type-Options"] == "nosniff"
    assert seen["maria"]["Content-Type"] == "image/jpeg"
    assert seen["maria"].content.startswith(b"\xff\xd8")
    assert world.nobody.client.get(path)["Location"].startswith("/sign-in/")


def test_what_is_no_photo_or_too_large_is_an_error_of_its_field(world: World) -> None:
    not_one = photo(world, b"<svg onload=alert(1)>")
    assert not_one.json()["errors"]["photo"] == [
        "This is not a photo we can read. Send a JPEG, PNG or WebP picture."
    ]
    huge = photo(world, bytes(50 * 2**20))
    assert huge.json()["errors"]["photo"] == ["The photo is larger than 8 MB. Take a smaller one."]
    assert not FieldReport.objects.exists()


def test_refusals_by_three_ways(world: World) -> None:
    refuse(store=world.here, promotion=world.promotion)
    counted = world.merchandiser.get("/refusals?days=1").json()
    assert (counted["refusals"], counted["at_stake"]) == (3, [{"amount": "5.940", "currency": "USD"}])
    assert counted["by_reason"][0]["key"] == "ENDED"
    assert counted["by_store"][0] == {
        "key": "here-1", "name": "Broadway", "refusals": 3, "at_stake": counted["at_stake"],
    }  # fmt: skip
    assert counted["by_promotion"][0]["key"] == "oat"
    assert is_problem(world.merchandiser.get("/refusals?days=0"), 400)
