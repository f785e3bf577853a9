"""The calendar on the desk: weeks to turn, groups to choose, and the same as a list."""

from datetime import date, timedelta

import pytest
from django.test import Client

from inventory.models import StoreGroup
from omnistore.staff.models import Role
from promotions.services.publishing import create_promotion
from promotions.views.calendar import monday_of
from tests.factories import create_item, create_store
from tests.factories_promotions import (
    NOW,
    content_for,
    create_campaign,
    create_published_promotion,
    create_staff_member,
)

pytestmark = pytest.mark.django_db

CALENDAR = "/desk/promotions/calendar/"


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(create_staff_member(role=Role.MERCHANDISER))
    return client


def test_weeks_begin_on_a_monday_and_are_turned(desk: Client) -> None:
    context = desk.get(f"{CALENDAR}?first=2026-11-26&weeks=4").context
    assert (context["first_day"], context["last_day"]) == (date(2026, 11, 23), date(2026, 12, 20))
    assert (context["earlier"], context["later"]) == (date(2026, 10, 26), date(2026, 12, 21))


@pytest.mark.parametrize(
    "query", ["first=soon&weeks=99&group=none", "first=0001-01-01", "first=9999-12-31", "page=x"]
)
def test_what_makes_no_sense_is_taken_as_not_said(desk: Client, query: str) -> None:
    assert desk.get(f"{CALENDAR}?{query}").status_code == 200


def test_mondays() -> None:
    assert monday_of(date(2026, 11, 29)) == date(2026, 11, 23)
    assert monday_of(date(2026, 11, 23)) == date(2026, 11, 23)


def test_bars_stand_in_their_campaigns_and_the_list_says_who_meets_whom(desk: Client) -> None:
    create_store()
    items = [create_item(), create_item()]
    create_campaign("Spring")
    create_published_promotion(long_title="Oat week", campaign="Spring")
    create_published_promotion(long_title="Oat day", item_id_inclusion=[items[0].sku])
    answer = desk.get(f"{CALENDAR}?first=2026-11-22&weeks=4")
    campaigns = answer.context["campaigns"]
    lines = {name: [line.bar.revision.headline for line in lines] for name, lines in campaigns}
    assert lines == {"": ["Oat day"], "Spring": ["Oat week"]}
    page = answer.content.decode()
    assert page.count("1 item<") == 2
    assert "No campaign" in page


def test_a_group_shows_what_its_stores_have(desk: Client) -> None:
    east = StoreGroup.objects.create(code="east", name="East")
    east.stores.add(create_store(store_code="E"))
    create_store(store_code="W")
    for code in "EW":
        content = content_for(long_title=f"Only {code}", store_codes_inclusion=[code])
        create_promotion(promotion_id=code, content=content, author=None, now=NOW)
    page = desk.get(f"{CALENDAR}?first=2026-11-22&group=east").content.decode()
    assert ("Only E" in page, "Only W" in page) == (True, False)


def test_nothing_runs_in_an_empty_year(desk: Client) -> None:
    content = content_for(starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 1) + timedelta(days=3))
    create_promotion(promotion_id="p", content=content, author=None, now=NOW)
    assert "No promotion runs in these weeks." in desk.get(f"{CALENDAR}?first=2030-01-01").content.decode()
