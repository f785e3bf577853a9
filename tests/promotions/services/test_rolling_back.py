"""A use is given back: once, in everything it took, with who and why."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError

from promotions.models import Budget, LimitCounter, Redemption, RedemptionChange, StoreOffer
from promotions.services.campaigns import create_campaign
from promotions.services.rolling_back import roll_back
from promotions.services.spent_limits import tell_spent_limits
from tests.factories import create_item
from tests.factories_promotions import NOW, create_published_promotion, put_stock
from tests.promotions.services.till import Till, counters, limit, reasons

pytestmark = pytest.mark.django_db


@pytest.fixture
def till() -> Till:
    till = Till()
    put_stock(store=till.store, levels={create_item(sku="OAT-1"): 12})
    return till


def test_everything_it_took_is_free_again(till: Till) -> None:
    shared = [limit("PROMOTION", "TOTAL", "0.81", "MONEY"), limit("STORE", "DAY", "1")]
    create_campaign(
        campaign_id="autumn",
        content={"title": "A", "limits": shared, "currency": "USD"},
        author=None,
        now=NOW,
    )
    create_published_promotion(
        promotion_id="deal", campaign="autumn", limit_uses=1, limits=[limit("CUSTOMER", "MONTH", "1")]
    )
    first = till.redeem(item="OAT-1", customer="M1")
    assert reasons(till.redeem(item="OAT-1", customer="M1"))[0] != "yes"
    till.roll_back(first)
    assert ([used for _period, used, _limit in counters()], Budget.objects.get().used) == ([0, 0, 0], 0)
    assert reasons(till.redeem(item="OAT-1", customer="M1")) == ["yes"]


def test_twice_is_once_with_the_first_reason(till: Till) -> None:
    create_published_promotion(promotion_id="deal", limit_uses=5)
    taken = till.redeem()
    first, second = till.roll_back(taken, reason="Slip"), till.roll_back(taken, reason="Other")
    assert first.body == second.body
    assert (first.status, first.body["state"], first.body["uses_left"]) == (200, "ROLLED_BACK", 5)
    change = RedemptionChange.objects.get()
    assert (change.old_state, change.new_state, change.by, change.why) == (
        "REDEEMED", "ROLLED_BACK", till.member, "Slip",
    )  # fmt: skip
    assert Budget.objects.get().used == 0


def test_yesterdays_use_does_not_make_room_today(till: Till) -> None:
    create_published_promotion(promotion_id="deal", limits=[limit("STORE", "DAY", "1")])
    tomorrow = NOW + timedelta(days=1)
    yesterday, _today = till.redeem(), till.redeem(now=tomorrow)
    till.roll_back(yesterday, now=tomorrow)
    assert list(LimitCounter.objects.order_by("starts_on").values_list("used", flat=True)) == [0, 1]
    assert reasons(till.redeem(now=tomorrow)) == ["STORE_LIMIT_REACHED"]


def test_another_store_does_not_undo_it(till: Till) -> None:
    create_published_promotion(promotion_id="deal")
    taken = till.redeem()
    answer = Till().roll_back(taken)
    assert (answer.status, answer.body["code"]) == (404, "unknown_redemption")
    assert Redemption.objects.get().state == "REDEEMED"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_undoing_says_why(till: Till, reason: str) -> None:
    create_published_promotion(promotion_id="deal")
    with pytest.raises(ValidationError, match="Say why"):
        till.roll_back(till.redeem(), reason=reason)


def test_a_key_undoes_one_thing(till: Till) -> None:
    create_published_promotion(promotion_id="deal")
    first, second = (till.redeem().body["redemption_id"] for _ in range(2))
    statuses = [
        roll_back(
            store=till.store, redemption_id=UUID(which), staff_member=till.member, key="k", reason="Slip", now=NOW
        ).status
        for which in (first, second, first)
    ]  # fmt: skip
    assert statuses == [200, 422, 200]


def test_a_spent_offer_comes_back_when_a_use_does(till: Till) -> None:
    create_published_promotion(promotion_id="deal", limit_uses=1)
    taken = till.redeem()
    tell_spent_limits(now=NOW)
    assert StoreOffer.objects.get().state == "BLOCKED"
    till.roll_back(taken)
    assert (tell_spent_limits(now=NOW), tell_spent_limits(now=NOW)) == (1, 0)
    offer = StoreOffer.objects.get()
    assert (offer.state, offer.issues) == ("LIVE", [])
