"""A picture on its way from the editor to the tablet; places that a merchandiser sends by file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inventory.imports import load_run
from omnistore.staff.models import Role
from promotions.services.approving import publish_trusted
from tests.browser.fixtures import DESK, Shoot, SignIn
from tests.browser.shop import open_shop
from tests.factories import create_source
from tests.factories_promotions import create_staff_member
from tests.factories_reports import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Check = Callable[[Page], None]


@pytest.mark.slow
def test_from_the_editor_to_the_tablet(
    sign_in: SignIn, shoot: Shoot, accessible: Check, tmp_path: Path
) -> None:
    shop = open_shop()
    photo = tmp_path / "oat.jpg"
    photo.write_bytes(picture())
    desk = sign_in(create_staff_member(role=Role.MERCHANDISER), size=DESK)
    desk.goto(f"/desk/promotions/{shop.oat_deal.pk}/edit/")
    desk.get_by_label("A file").set_input_files(photo)
    desk.get_by_label("Title", exact=True).fill("")
    desk.get_by_role("button", name="Save", exact=False).last.click()
    expect(desk.get_by_role("img", name="The picture as it is")).to_be_visible()
    desk.get_by_role("img", name="The picture as it is").scroll_into_view_if_needed()
    shoot(desk, "desk-editor-picture")
    accessible(desk)
    desk.get_by_label("Title", exact=True).fill("Oat drinks, 29 % off")
    desk.get_by_role("button", name="Save", exact=False).last.click()
    expect(desk.get_by_text("Saved as revision 2.")).to_be_visible()
    publish_trusted(promotion=shop.oat_deal, why="", now=timezone.now())
    tablet = sign_in(shop.maria)
    tablet.goto(f"/tablet/offers/{shop.oat_deal.pk}/")
    shown = tablet.locator(".offer-picture")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 800
    shoot(tablet, "tablet-offer-picture")
    accessible(tablet)


def test_places_from_a_file(sign_in: SignIn, shoot: Shoot, accessible: Check, tmp_path: Path) -> None:
    shop = open_shop()
    places = create_source(code="places", name="Places", kind="PLACES", profile={"item_code": "SKU"})
    file = tmp_path / "places.csv"
    file.write_text(
        f"Store,SKU,Place\n{shop.elm.store_code},OAT-1,Aisle 4\n{shop.elm.store_code},OAT-9,Aisle 5\n"
    )
    desk = sign_in(create_staff_member(role=Role.MERCHANDISER), size=DESK)
    desk.goto("/desk/stock/")
    desk.get_by_role("link", name="Where items stand, by file").click()
    desk.get_by_text("Send a file").click()
    shoot(desk, "desk-places")
    accessible(desk)
    desk.get_by_label("File of Places").set_input_files(file)
    desk.get_by_role("button", name="Send").click()
    load_run(run_id=places.runs.get().pk, now=timezone.now())
    desk.reload()
    expect(desk.get_by_label("Line 3 as it should be")).to_be_visible()
    shoot(desk, "desk-places-run")
    accessible(desk)
