"""Stores hear which limit is used up, and when it is not any more."""

from datetime import timedelta
from typing import Any

import pytest

from promotions.models import Budget, OfferChange, StoreOffer
from promotions.services.campaigns import change_campaign_limits, create_campaign
from promotions.services.spent_limits import tell_spent_limits
from tests.factories import create_item
from tests.factories_promotions import NOW, create_published_promotion, put_stock
from tests.promotions.services.till import Till, limit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def tills() -> list[Till]:
    tills, item = [Till(), Till()], create_item()
    for till in tills:
        put_stock(store=till.store, levels={item: 12})
    return tills


def shown() -> list[tuple[str, list[str]]]:
    """State and issues of every offer, store by store."""
    offers = StoreOffer.objects.order_by("promotion_id", "store_id")
    return [(offer.state, [issue["code"] for issue in offer.issues]) for offer in offers]


def test_a_spent_limit_is_told_to_every_store_once(tills: list[Till]) -> None:
    create_published_promotion(limit_uses=2)
    Budget.objects.update(used=2)
    assert [tell_spent_limits(now=NOW), tell_spent_limits(now=NOW)] == [2, 0]
    assert shown() == [("BLOCKED", ["BUDGET_SPENT"])] * 2
    assert list(OfferChange.objects.filter(seq=2).values_list("reason", flat=True)) == ["BUDGET_SPENT"] * 2


def test_a_stores_share_is_that_stores_until_its_midnight(tills: list[Till]) -> None:
    create_published_promotion(promotion_id="deal", limits=[limit("STORE", "DAY", "1")])
    tills[0].redeem()
    assert tell_spent_limits(now=NOW) == 1
    assert shown() == [("BLOCKED", ["STORE_LIMIT_REACHED"]), ("LIVE", [])]
    before_midnight, midnight = NOW.replace(hour=4, minute=59) + DAY, NOW.replace(hour=5, minute=0) + DAY
    assert [tell_spent_limits(now=at) for at in (before_midnight, midnight, midnight)] == [0, 1, 0]
    assert shown() == [("LIVE", [])] * 2
    assert list(OfferChange.objects.filter(seq=3).values_list("old_state", "new_state", "reason")) == [
        ("BLOCKED", "LIVE", "BUDGET_FREED")
    ]


def test_a_spent_campaign_blocks_its_promotions_and_no_other(tills: list[Till]) -> None:
    campaign = create_campaign(
        campaign_id="autumn", author=None, now=NOW,
        content={"title": "Autumn", "limits": [limit("PROMOTION", "TOTAL", "1")]},
    )  # fmt: skip
    create_published_promotion(promotion_id="deal", campaign="autumn")
    create_published_promotion(promotion_id="also", campaign="autumn")
    create_published_promotion(promotion_id="apart")
    tills[0].redeem()
    assert tell_spent_limits(now=NOW) == 4
    assert shown() == [("BLOCKED", ["BUDGET_SPENT"])] * 4 + [("LIVE", [])] * 2
    more: list[Any] = [limit("PROMOTION", "TOTAL", "2")]
    change_campaign_limits(campaign=campaign, limits=more, currency="", why="more", author=None, now=NOW)
    assert tell_spent_limits(now=NOW) == 4
    assert shown() == [("LIVE", [])] * 6


def test_a_customers_limit_stops_nobody_else(tills: list[Till]) -> None:
    create_published_promotion(promotion_id="deal", limits=[limit("CUSTOMER", "TOTAL", "1")])
    tills[0].redeem(customer="M1")
    assert tell_spent_limits(now=NOW) == 0


def test_other_issues_stay_and_keep_it_blocked(tills: list[Till]) -> None:
    promotion = create_published_promotion(limit_uses=1, redemption_channel=["ONLINE"])
    Budget.objects.update(used=1)
    tell_spent_limits(now=NOW)
    assert shown() == [("BLOCKED", ["ONLINE_ONLY", "BUDGET_SPENT"])] * 2
    Budget.objects.filter(promotion=promotion).update(used=0)
    tell_spent_limits(now=NOW)
    assert shown() == [("BLOCKED", ["ONLINE_ONLY"])] * 2
