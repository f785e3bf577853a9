"""Talking back from the tablet: two taps, and what comes back."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inventory.models import Item, StockLevel, Store
from promotions.models import FieldReport, Promotion
from promotions.services.reporting import answer_report
from tests.factories import create_item, create_store
from tests.factories_promotions import create_published_promotion, create_staff_member, put_stock
from tests.factories_reports import picture, tell

pytestmark = pytest.mark.django_db

PIECE = {"HX-Request": "true"}
TELL = "/tablet/reports/tell/"


@pytest.fixture
def store(settings: Settings, tmp_path: Path) -> Store:
    settings.MEDIA_ROOT = tmp_path
    return create_store(store_code="0412", name="Elm Street")


@pytest.fixture
def item(store: Store) -> Item:
    item = create_item(sku="OAT-1", title="Oat Drink")
    put_stock(store=store, levels={item: 12}, counted_at=timezone.now() - timedelta(hours=2))
    return item


@pytest.fixture
def promotion(item: Item) -> Promotion:
    today = timezone.now().date()
    return create_published_promotion(
        now=timezone.now(), starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=3)
    )


@pytest.fixture
def maria(store: Store) -> Any:
    return create_staff_member(username="maria", stores=[store])


@pytest.fixture
def tablet(client: Client, maria: Any) -> Client:
    client.force_login(maria)
    return client


def told(promotion: Promotion | None = None, **fields: str) -> dict[str, Any]:
    """What the form of a page sends."""
    return {
        "key": str(uuid.uuid4()), "promotion_pk": promotion.pk if promotion else "", "item": "", "check": "",
        "kind": "SIGN_MISSING",
    } | fields  # fmt: skip


def test_a_verdict_and_an_offer_both_ask_what_is_wrong(tablet: Client, promotion: Promotion) -> None:
    verdict = tablet.get("/tablet/verdict/", {"code": "OAT-1"})
    page = verdict.content.decode()
    assert f'name="check" value="{verdict.context["check_id"]}"' in page
    assert "How many are there?" in page
    offer = tablet.get(f"/tablet/offers/{promotion.pk}/").content.decode()
    assert f'name="promotion_pk" value="{promotion.pk}"' in offer


def test_the_second_tap_sends_and_a_third_changes_nothing(tablet: Client, promotion: Promotion) -> None:
    asked = told(promotion)
    for _tap in range(2):
        page = tablet.post(TELL, asked, headers=PIECE).content.decode()
        assert "Sent. The answer comes back to this tablet." in page
    assert FieldReport.objects.get().promotion == promotion


def test_a_report_needs_the_key_of_its_page_and_a_kind(tablet: Client, promotion: Promotion) -> None:
    assert tablet.post(TELL, told(key="mine")).status_code == 400
    refused = tablet.post(TELL, told(kind="GOSSIP"), headers=PIECE)
    assert (refused.status_code, "Choose what is wrong" in refused.content.decode()) == (422, True)


def test_a_count_is_asked_for_and_then_believed(tablet: Client, item: Item) -> None:
    asked = told(kind="STOCK_WRONG", item="OAT-1", quantity="")
    page = tablet.post(TELL, asked, headers=PIECE)
    assert (page.status_code, "Count what is there" in page.content.decode()) == (422, True)
    assert "Counted: 7." in tablet.post(TELL, asked | {"quantity": "7"}, headers=PIECE).content.decode()
    assert StockLevel.objects.get(item=item).on_hand == 7


def test_words_and_a_photo_follow(tablet: Client, store: Store, maria: Any) -> None:
    report = tell(store=store, member=maria, now=timezone.now())
    form = {"words": "Aisle 4", "photo": SimpleUploadedFile("x.png", picture(form="PNG"))}
    page = tablet.post(f"/tablet/reports/{report.pk}/more/", form, headers=PIECE).content.decode()
    assert f"/reports/{report.pk}/photo/" in page
    assert FieldReport.objects.get().words == "Aisle 4"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"no picture", "This is not a photo we can read"), (bytes(9 * 2**20), "larger than 8 MB")],
)
def test_a_bad_photo_is_said_beside_its_field_and_the_words_stay(
    tablet: Client, store: Store, maria: Any, content: bytes, sentence: str
) -> None:
    report = tell(store=store, member=maria, now=timezone.now())
    form = {"words": "Aisle 4", "photo": SimpleUploadedFile("x.jpg", content)}
    response = tablet.post(f"/tablet/reports/{report.pk}/more/", form, headers=PIECE)
    page = response.content.decode()
    assert (response.status_code, sentence in page) == (422, True)
    assert 'id="report-photo-error"' in page
    assert ("Aisle 4" in page) == (len(content) < 100)  # what is far too long is not read at all


def test_a_forged_form_is_refused(store: Store, maria: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(maria)
    report = tell(store=store, member=maria, now=timezone.now())
    assert strict.post(f"/tablet/reports/{report.pk}/more/", {"words": "x"}).status_code == 403
    assert strict.post(TELL, told()).status_code == 403


def test_an_answer_is_counted_below_until_it_was_looked_at(tablet: Client, store: Store, maria: Any) -> None:
    report = tell(store=store, member=maria, now=timezone.now())
    tom = create_staff_member(username="tom")
    answer_report(report=report, answer="It is on its way.", by=tom, now=timezone.now())
    link = "/tablet/reports/link/"
    assert ">1<" in tablet.get(link).content.decode()
    page = tablet.get("/tablet/reports/", headers=PIECE).content.decode()
    assert "It is on its way." in page
    assert "New answer" in page
    assert ">1<" not in tablet.get(link).content.decode()
    again = tablet.post(
        f"/tablet/reports/{report.pk}/more/", {"reopen": "1", "words": "It is not."}, headers=PIECE
    )
    assert "Told again" in again.content.decode()


def test_another_stores_reports_do_not_exist(tablet: Client, store: Store) -> None:
    other = create_store()
    foreign = tell(
        store=other, member=create_staff_member(stores=[other]), now=timezone.now(), words="secret"
    )
    assert tablet.get(f"/tablet/reports/{foreign.pk}/").status_code == 404
    assert tablet.post(f"/tablet/reports/{foreign.pk}/more/", {"words": "x"}).status_code == 404
    assert "secret" not in tablet.get("/tablet/reports/").content.decode()


def test_nobody_tells_without_signing_in(client: Client) -> None:
    for path in ("/tablet/reports/", "/tablet/reports/link/", "/tablet/reports/1/", "/reports/1/photo/"):
        assert client.get(path)["Location"].startswith("/sign-in/"), path
    for path in (TELL, "/tablet/reports/1/more/"):
        assert client.post(path)["Location"].startswith("/sign-in/"), path
