"""The picture of a promotion: a file or a link, by form and API, for those who may see the offer."""

import io
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from omnistore.staff.models import Role
from promotions.models import Picture, Promotion, PromotionRevision
from promotions.selectors.pictures import bytes_kept
from promotions.services.pictures import keep_picture
from tests.api_client import create_world, stopped_clock
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, content_for, create_published_promotion, create_staff_member
from tests.factories_reports import picture
from tests.promotions.typed import typed_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: LazySettings, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def typed(promotion_id: str) -> dict[str, Any]:
    return dict(typed_for(content_for()).lists()) | {"promotion_id": promotion_id}


def with_camera() -> bytes:
    """A photo that knows where it was taken, lying on its side."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Acme Camera"
    return picture(size=(1_600, 800), exif=exif)


def test_a_picture_is_kept_once_upright_small_and_without_what_the_camera_knows() -> None:
    kept, is_new = keep_picture(content=with_camera(), by=None, now=NOW)
    again, is_new_again = keep_picture(content=with_camera(), by=None, now=NOW)
    assert (again, is_new, is_new_again) == (kept, True, False)
    content = bytes_kept(kept.file) or b""
    assert Image.open(io.BytesIO(content)).size == (400, 800)
    assert b"Acme" not in content
    assert keep_picture(content=picture(form="PNG", mode="RGBA"), by=None, now=NOW)[1]


def test_the_api_takes_names_and_shows_it() -> None:
    with stopped_clock():
        world = create_world()
        assert world.associate.ask("POST", "/pictures", picture()).status_code == 403
        made = world.merchandiser.ask("POST", "/pictures", picture(), Content_Type="image/jpeg")
        again = world.merchandiser.ask("POST", "/pictures", picture(), Content_Type="image/jpeg")
        assert (made.status_code, again.status_code, again.json()) == (201, 200, made.json())
        sha256 = made.json()["picture"]
        assert world.associate.get(f"/pictures/{sha256}").status_code == 404
        create_published_promotion(promotion_id="pictured", picture=sha256, store_codes_inclusion=["here-1"])
        offers = world.associate.get("/stores/here-1/offers").json()["results"]
        shown = next(offer["picture"] for offer in offers if offer["promotion_id"] == "pictured")
        assert world.associate.get(shown.removeprefix("/api/v1"))["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"%PDF-1.7 no picture", "not a photo we can read"), (b"\xff" * (8 * 2**20 + 1), "larger than 8 MB")],
    ids=["no picture", "too large"],
)
def test_what_is_no_picture_is_an_error_of_its_field(content: bytes, told: str) -> None:
    with stopped_clock():
        world = create_world()
        refused = world.merchandiser.ask("POST", "/pictures", content, Content_Type="image/jpeg")
    assert (refused.status_code, told in refused.json()["errors"]["picture"][0]) == (400, True)
    desk = desk_of()
    file = SimpleUploadedFile("deal.jpg", content, "image/jpeg")
    page = desk.post("/desk/promotions/new/", typed("fresh") | {"picture_file": file})
    assert (page.status_code, told in page.context["form"].errors["picture"][0]) == (422, True)
    assert not Promotion.objects.filter(promotion_id="fresh").exists()
    assert not Picture.objects.exists()


def desk_of() -> Client:
    create_item()
    desk = Client()
    desk.force_login(create_staff_member(role=Role.MERCHANDISER))
    return desk


def test_the_form_keeps_a_file_through_other_errors_and_takes_it_away() -> None:
    desk = desk_of()
    file = SimpleUploadedFile("deal.png", picture(form="PNG"), "image/png")
    page = desk.post("/desk/promotions/new/", typed("oat") | {"long_title": "", "picture_file": file})
    sha256 = Picture.objects.get().sha256
    assert (page.status_code, f'value="{sha256}"' in page.content.decode()) == (422, True)
    assert desk.get(f"/pictures/{sha256}.jpg")["Content-Type"] == "image/jpeg"
    desk.post("/desk/promotions/new/", typed("oat") | {"picture": sha256})
    promotion = Promotion.objects.get(promotion_id="oat")
    assert promotion.latest_revision().picture == sha256
    address = f"/desk/promotions/{promotion.pk}/edit/"
    desk.post(address, typed("oat") | {"based_on": 1, "picture": sha256, "picture_removed": "1"})
    assert list(PromotionRevision.objects.values_list("number", "picture")) == [(1, sha256), (2, "")]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("https://images.shop.example/oat.jpg", ""),
        ("http://images.shop.example/oat.jpg", "begins with https://"),
        ("javascript:alert(1)", "begins with https://"),
        ("a" * 64, "There is no such picture"),
    ],
)
def test_a_link_is_a_picture_too(said: str, told: str) -> None:
    with stopped_clock():
        world = create_world()
        body = content_for(picture=said) | {"promotion_id": "linked"}
        answer = world.merchandiser.post("/promotions", body)
    assert answer.status_code == (400 if told else 201)
    assert told in answer.json().get("errors", {}).get("picture", [""])[0]


def test_the_tablet_shows_it_beside_the_offer_and_no_link_to_a_foreign_server(
    client: Client, settings: LazySettings
) -> None:
    settings.IMAGE_HOSTS = ["images.shop.example"]
    store = create_store()
    create_item()
    kept, _is_new = keep_picture(content=picture(), by=None, now=NOW)
    client.force_login(create_staff_member(stores=[store]))
    for said, shown in (
        (kept.sha256, f"/pictures/{kept.sha256}.jpg"),
        ("https://images.shop.example/oat.jpg", "https://images.shop.example/oat.jpg"),
        ("https://elsewhere.example/oat.jpg", None),
    ):
        promotion = create_published_promotion(picture=said)
        page = client.get(f"/tablet/offers/{promotion.pk}/").content.decode()
        assert (f'src="{shown}"' in page) if shown else ("offer-picture" not in page)
    foreign = create_staff_member(stores=[create_store()])
    client.force_login(foreign)
    assert client.get(f"/pictures/{kept.sha256}.jpg").status_code == 404
