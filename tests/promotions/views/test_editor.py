"""The promotion editor: rows without JavaScript, a preview of unsaved words, errors by row, revisions compared."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omnistore.staff.models import Role
from promotions.models import Promotion
from promotions.services.publishing import create_promotion, revise_promotion
from tests.factories import create_item, create_store
from tests.factories_promotions import (
    NOW,
    TODAY,
    content_for,
    create_published_promotion,
    create_staff_member,
    put_stock,
)
from tests.promotions.rules.test_content_kinds import KINDS
from tests.promotions.typed import typed_for

pytestmark = pytest.mark.django_db

NEW, PREVIEW = reverse("promotion-new"), reverse("promotion-new-preview")
STEPS = {"coupon_value_type": "TIERED", "percent_off": None, "currency": ""} | KINDS["TIERED"]


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(create_staff_member(username="tom", role=Role.MERCHANDISER))
    return client


def typed(**content: Any) -> dict[str, Any]:
    return dict(typed_for(content_for(**content)).lists())


def test_a_row_is_added_without_judging_or_losing_anything(desk: Client) -> None:
    answer = desk.post(NEW, typed(**STEPS, long_title="Kept") | {"percent_off": "x", "add": "tiers"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="tiers-2-start"' in page
    assert page.count("autofocus") == 1
    assert 'value="Kept"' in page
    assert not Promotion.objects.exists()


def test_an_error_of_a_row_leads_to_the_row_and_stands_beside_it(desk: Client) -> None:
    page = desk.post(NEW, typed(**STEPS) | {"tiers-1-start": "2"}).content.decode()
    assert '<a href="#id_tiers-1-start">Steps: Step 2: it starts at or below the step before.</a>' in page
    assert 'aria-labelledby="tiers-1-title" aria-describedby="tiers-1-error"' in page
    assert 'id="tiers-1-error"><span class="visually-hidden">Error:</span> Step 2: it starts at' in page


def test_every_error_is_told_in_one_round(desk: Client) -> None:
    answer = desk.post(
        NEW, typed(percent_off=Decimal(101), limit_uses=0) | {"long_title": "", "starts_on": "soon"}
    )
    assert set(answer.context["form"].errors) == {"long_title", "starts_on", "percent_off", "limit_uses"}


def test_a_row_asked_for_in_an_old_page_does_not_hide_that_somebody_saved(desk: Client) -> None:
    create_store()
    promotion = create_promotion(promotion_id="p", content=content_for(), author=None, now=NOW).promotion
    revise_promotion(promotion=promotion, content=content_for(long_title="Theirs"), author=None, now=NOW)
    page = desk.post(
        reverse("promotion-edit", args=[promotion.pk]), typed() | {"based_on": "1", "add": "tiers"}
    )
    assert 'name="based_on" value="1"' in page.content.decode()


def test_the_preview_shows_unsaved_words_as_the_chosen_store_at_the_chosen_moment(desk: Client) -> None:
    item = create_item(title="Oat Drink Barista", regular_price=Decimal("2.00"))
    stores = [create_store(name="Here"), create_store(name="There")]
    put_stock(store=stores[1], levels={item: 7})
    asked = {"preview_store": stores[1].store_code, "preview_at": f"{TODAY + timedelta(days=2)}T09:00"}
    page = desk.post(
        PREVIEW, typed(long_title="Half of everything", percent_off=Decimal(50)) | asked
    ).content.decode()
    assert "Half of everything" in page
    assert "<strong>7</strong>" in page
    assert "Tue 24 Nov 2026, 09:00" in page
    assert "1 × Oat Drink Barista" in page
    assert "<strong>$1.00</strong>" in page
    assert not Promotion.objects.exists()


def test_the_preview_says_what_is_still_missing_and_waits_for_nothing_else(desk: Client) -> None:
    create_store()
    create_item()
    halfway = typed() | {"starts_on": "", "generic_redemption_code": "A B", "offer_type": "GENERIC_CODE"}
    page = desk.post(PREVIEW, halfway).content.decode()
    assert '<a href="#id_starts_on">First day</a>: Enter the first day.' in page
    assert "A code has up to 60 characters" not in page
    assert (
        "offer-0"
        in desk.post(PREVIEW, halfway | {"starts_on": str(TODAY), "long_title": ""}).content.decode()
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_deal_has_a_preview(kind: str, desk: Client) -> None:
    store = create_store()
    put_stock(store=store, levels={create_item(sku=sku): 3 for sku in ("1001", "1002", "MUG-1")})
    content = {"coupon_value_type": kind, "percent_off": None, "currency": ""} | KINDS[kind]
    answer = desk.post(PREVIEW, typed(**content))
    assert answer.status_code == 200
    assert 'id="offer-0"' in answer.content.decode()


@pytest.mark.parametrize("at", ["", "soon", "0001-01-01T00:00", "2026-11-24T09:00+05:00", "9999-12-31T23:59"])
def test_a_moment_that_cannot_be_read_is_now(at: str, desk: Client) -> None:
    create_store()
    create_item()
    assert 'id="offer-0"' in desk.post(PREVIEW, typed() | {"preview_at": at}).content.decode()


def test_without_javascript_a_button_shows_the_preview_and_saves_nothing(desk: Client) -> None:
    create_store()
    create_item()
    page = desk.post(NEW, typed(long_title="Look at me") | {"look": "1"}).content.decode()
    assert 'id="offer-0"' in page
    assert "There is a problem" not in page
    assert not Promotion.objects.exists()


def test_two_revisions_are_compared_field_by_field(desk: Client) -> None:
    create_store()
    create_item()
    promotion = create_published_promotion()
    for percentage, hours in ((30, []), (35, [{"days": [1, 5], "from": "17:00", "until": "19:00"}])):
        content = content_for(percent_off=Decimal(percentage), weekly_hours=hours)
        revise_promotion(promotion=promotion, content=content, author=None, now=NOW)
    address = reverse("promotion-compare", args=[promotion.pk])
    changes = desk.get(address, {"old": "1", "new": "3"}).context["changes"]
    assert [(str(one.label), one.old, one.new) for one in changes] == [
        ("What the shopper gets", "29 % off", "35 % off"),
        ("Only at these hours", "", "Mon, Fri 17:00–19:00"),
    ]
    assert "They say the same." in desk.get(address, {"old": "2", "new": "2"}).content.decode()
    first = desk.get(address)  # the newest against what is published
    assert (first.context["old"].number, first.context["new"].number) == (1, 3)
    assert "<html" not in desk.get(address, headers={"HX-Request": "true"}).content.decode()


def test_a_title_with_markup_is_text_in_preview_and_comparison(desk: Client) -> None:
    create_store()
    create_item()
    title = "<script>alert(1)</script>"
    assert title not in desk.post(PREVIEW, typed(long_title=title)).content.decode()


@pytest.mark.parametrize("role", [Role.ASSOCIATE, Role.OPERATOR])
def test_others_may_not_look(role: Role, client: Client) -> None:
    promotion = create_promotion(promotion_id="p", content=content_for(), author=None, now=NOW).promotion
    client.force_login(create_staff_member(role=role))
    edit = reverse("promotion-edit-preview", args=[promotion.pk])
    compare = reverse("promotion-compare", args=[promotion.pk])
    assert [client.post(PREVIEW).status_code, client.post(edit).status_code] == [403, 403]
    assert client.get(compare).status_code == 403
