"""The list on the desk: the filter in the address, saved views, the panel, the table to download."""

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from omnistore.staff.models import Role, StaffMember
from promotions.models import SavedView
from promotions.services.publishing import create_promotion
from promotions.services.saved_views import MOST_VIEWS, save_view
from promotions.services.uploads import receive_upload
from tests.factories import create_item, create_store
from tests.factories_promotions import (
    NOW,
    content_for,
    create_campaign,
    create_published_promotion,
    create_staff_member,
)

pytestmark = pytest.mark.django_db

LIST = "/desk/promotions/"


@pytest.fixture
def tom() -> StaffMember:
    return create_staff_member(username="tom", role=Role.MERCHANDISER)


@pytest.fixture
def desk(tom: StaffMember) -> Client:
    client = Client()
    client.force_login(tom)
    return client


@pytest.fixture(autouse=True)
def campaigns() -> None:
    for name in ("Spring", "Autumn", "other"):
        create_campaign(name)


def draft(promotion_id: str, **content: object) -> None:
    create_promotion(promotion_id=promotion_id, content=content_for(**content), author=None, now=NOW)


def listed(client: Client, query: str) -> list[str]:
    rows = client.get(f"{LIST}?{query}").context["rows"]
    return [row.promotion.promotion_id for row, _window in rows]


def test_the_address_says_the_filter(desk: Client) -> None:
    draft("spring", campaign="Spring")
    draft("autumn", campaign="Autumn")
    assert listed(desk, "campaign=Spring&state=DRAFT&state=LIVE") == ["spring"]
    assert listed(desk, "state=LIVE") == []
    page = desk.get(f"{LIST}?campaign=Spring").content.decode()
    assert "Campaign: <strong>Spring</strong>" in page
    assert 'href="?view=all"' in page


def test_what_makes_no_sense_is_told_and_asks_nothing(desk: Client) -> None:
    draft("p")
    page = desk.get(f"{LIST}?on=someday&owner=9999&state=ODD&sort=odd&kind=odd").content.decode()
    assert "Enter a valid date." in page
    assert listed(desk, "on=someday&owner=9999&sort=odd") == ["p"]
    assert desk.get(f"{LIST}?q=%00").status_code == 404


def test_a_view_is_kept_opens_first_and_is_deleted(desk: Client, tom: StaffMember) -> None:
    draft("spring", campaign="Spring")
    desk.post(reverse("view-save"), {"name": " Spring  week ", "query": "campaign=Spring"})
    view = SavedView.objects.get(owner=tom)
    assert (view.name, view.query) == ("Spring week", "campaign=Spring")
    assert desk.get(f"{LIST}?campaign=Spring").context["view"] == view
    desk.post(reverse("view-default", args=[view.pk]))
    assert desk.get(LIST).headers["Location"] == f"{LIST}?campaign=Spring"
    assert desk.get(f"{LIST}?view=all").status_code == 200
    desk.post(reverse("view-delete", args=[view.pk]))
    assert desk.get(LIST).status_code == 200


def test_views_are_their_owners_alone(desk: Client) -> None:
    other = create_staff_member(role=Role.MERCHANDISER)
    view = SavedView.objects.create(owner=other, name="Theirs", query="q=x", created_at=NOW)
    assert "Theirs" not in desk.get(f"{LIST}?view=all").content.decode()
    for name in ("view-default", "view-delete"):
        assert desk.post(reverse(name, args=[view.pk])).status_code == 404
    assert SavedView.objects.filter(pk=view.pk, is_default=False).exists()


def test_a_view_needs_a_name_and_there_are_not_endless_ones(tom: StaffMember) -> None:
    assert save_view(owner=tom, name=" ", query="", now=NOW) == "Enter a name of up to 40 characters."
    assert "too long" in save_view(owner=tom, name="v", query="q" * 1001, now=NOW)
    for number in range(MOST_VIEWS):
        assert not save_view(owner=tom, name=f"v{number}", query="", now=NOW)
    assert "delete one first" in save_view(owner=tom, name="more", query="", now=NOW)
    assert not save_view(owner=tom, name="v1", query="q=x", now=NOW)


@pytest.mark.parametrize("fields", [{"name": ""}, {"name": "one"}, {"name": "two", "is_default": True}])
def test_the_database_keeps_a_persons_views_apart(tom: StaffMember, fields: dict[str, object]) -> None:
    SavedView.objects.create(owner=tom, name="one", is_default=True, created_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(owner=tom, created_at=NOW, **fields)


def test_the_panel_is_a_piece_of_the_row(desk: Client) -> None:
    create_store()
    create_item()
    promotion = create_published_promotion(operator_text="Of course.", campaign="Spring")
    page = desk.get(reverse("promotion-panel", args=[promotion.pk])).content.decode()
    assert "<q>Of course.</q>" in page
    assert reverse("promotion-detail", args=[promotion.pk]) in page
    assert "<html" not in page


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_table_of_the_list_uploaded_again_changes_nothing(desk: Client, kind: str) -> None:
    create_store(store_code="0412")
    item = create_item(sku="=SUM(1)")
    create_published_promotion(item_id_inclusion=[item.sku], brand_exclusion=["Else, Sons"], limit_uses=7)
    draft(
        "-5", store_codes_inclusion=["0412"], coupon_value_type="MONEY_OFF", money_off_amount=Decimal("1.250")
    )
    draft("gone", campaign="other")
    content = desk.get(f"/desk/promotions/table/?campaign=&format={kind}").content
    batch, _new = receive_upload(content=content, file_name=f"x.{kind}", author=None, now=NOW)
    assert batch.state_counts() == {"UNCHANGED": 3}


def test_the_table_has_what_the_filter_leaves(desk: Client) -> None:
    draft("spring", campaign="Spring")
    draft("autumn")
    table = desk.get("/desk/promotions/table/?campaign=Spring&format=csv").content.decode()
    assert ("spring" in table, "autumn" in table) == (True, False)


@pytest.mark.parametrize("role", [Role.ASSOCIATE, Role.OPERATOR])
def test_others_see_none_of_it(role: Role, client: Client) -> None:
    draft("p")
    client.force_login(get_user_model().objects.create(username="x", role=role))
    for address in (LIST, f"{LIST}calendar/", f"{LIST}table/", f"{LIST}upload/", f"{LIST}upload/template/"):
        assert client.get(address).status_code == 403
    assert client.post(reverse("view-save"), {"name": "x"}).status_code == 403
