"""Limits by promotion, campaign, store and customer, in uses and money, day by day: taken, reached, changed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promotions.models import Budget, LimitCounter, Promotion, Redemption, Shopper
from promotions.rules.limits import period_start
from promotions.rules.words import LimitPeriod
from promotions.services.approving import publish_trusted
from promotions.services.campaigns import change_campaign_limits, create_campaign
from promotions.services.limits import LimitsChanged
from promotions.services.publishing import revise_promotion
from promotions.services.redeeming import Asked, take_all, understand
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, content_for, create_published_promotion
from tests.promotions.services.till import Till, counters, limit, reasons

pytestmark = pytest.mark.django_db


@pytest.fixture
def till() -> Till:
    till = Till()
    create_item(sku="OAT-1")
    return till


def deal(**content: Any) -> Promotion:
    return create_published_promotion(promotion_id="deal", **content)


def republish(**content: Any) -> None:
    """The promotion in other words, published."""
    promotion = Promotion.objects.get(promotion_id="deal")
    revise_promotion(promotion=promotion, content=content_for(**content), author=None, now=NOW)
    publish_trusted(why="the test", promotion=promotion, now=NOW)


def test_a_store_has_its_share_a_day_and_hears_when_the_next_begins(till: Till) -> None:
    other = Till()
    deal(limits=[limit("STORE", "DAY", "2")])
    first, second, third = (till.redeem() for _ in range(3))
    assert reasons(first, second, third) == ["yes", "yes", "STORE_LIMIT_REACHED"]
    assert (first.body["uses_left"], second.body["uses_left"]) == (1, 0)
    assert third.body["limits"] == [
        {"scope": "STORE", "period": "DAY", "unit": "USES", "starts_again_at": "2026-11-23T00:00:00-05:00"}
    ]
    assert third.body["detail"].endswith("It starts again on Monday 23 November.")
    assert reasons(other.redeem(), till.redeem(now=NOW + timedelta(days=1))) == ["yes", "yes"]


def test_a_customer_has_a_share_whatever_the_store(till: Till) -> None:
    other = Till()
    deal(limits=[limit("CUSTOMER", "WEEK", "1")])
    answers = [till.redeem(customer="m 1"), other.redeem(customer="M1"), other.redeem(customer="M2")]
    assert reasons(*answers) == ["yes", "CUSTOMER_LIMIT_REACHED", "yes"]
    assert answers[1].body["limits"][0]["starts_again_at"] == "2026-11-23T00:00:00-05:00"
    assert set(Shopper.objects.values_list("member_number", flat=True)) == {"M1", "M2"}


def test_a_limit_per_customer_asks_who_it_is(till: Till) -> None:
    deal(limits=[limit("CUSTOMER", "TOTAL", "1")])
    with pytest.raises(ValidationError) as refused:
        till.redeem()
    assert set(refused.value.message_dict) == {"customer"}


def test_members_only_is_for_members_only(till: Till) -> None:
    deal(audience="MEMBERS")
    assert reasons(till.redeem(), till.redeem(customer="M1")) == ["MEMBERS_ONLY", "yes"]


def test_a_budget_in_money_is_spent_to_the_cent(till: Till) -> None:
    deal(limits=[limit("PROMOTION", "TOTAL", "2.00", "MONEY")], currency="USD")
    answers = [till.redeem(item="OAT-1"), till.redeem(item="OAT-1"), till.redeem(item="OAT-1")]  # 0.81 each
    assert reasons(*answers) == ["yes", "yes", "BUDGET_SPENT"]
    last = [till.redeem(discount_amount=Decimal(amount)) for amount in ("0.39", "0.38", "0.01")]
    assert reasons(*last) == ["BUDGET_SPENT", "yes", "BUDGET_SPENT"]
    assert counters() == [("TOTAL", 200, 200)]


def test_three_units_are_one_use_and_three_discounts(till: Till) -> None:
    deal(limits=[limit("PROMOTION", "TOTAL", "9.00", "MONEY")], currency="USD", limit_quantity=2)
    assert till.redeem(item="OAT-1", quantity=3).body["discount_amount"] == "1.620"  # two of them discounted
    assert counters() == [("TOTAL", 162, 900)]
    assert Budget.objects.get().used == 1


@pytest.mark.parametrize(
    ("request_", "field"),
    [({}, "discount_amount"), ({"discount_amount": Decimal("0.005")}, "discount_amount")],
)
def test_a_budget_in_money_asks_for_the_money(till: Till, request_: dict[str, Any], field: str) -> None:
    deal(limits=[limit("PROMOTION", "TOTAL", "2.00", "MONEY")], currency="USD")
    with pytest.raises(ValidationError) as refused:
        till.redeem(**request_)
    assert set(refused.value.message_dict) == {field}
    assert not Redemption.objects.exists()


def test_a_budget_in_dollars_does_not_pay_in_euros() -> None:
    till = Till(store=create_store(currency="EUR"))
    create_item()
    deal(limits=[limit("PROMOTION", "TOTAL", "2.00", "MONEY")], currency="USD")
    with pytest.raises(ValidationError, match="USD"):
        till.redeem(discount_amount=Decimal(1))


def test_where_one_limit_is_full_nothing_is_taken(till: Till) -> None:
    deal(
        limits=[limit("STORE", "DAY", "1"), limit("CUSTOMER", "TOTAL", "5"), limit("PROMOTION", "MONTH", "5")]
    )
    till.redeem(customer="M1")
    refused = till.redeem(customer="NEW")
    assert reasons(refused) == ["STORE_LIMIT_REACHED"]
    assert sorted(counters()) == [("DAY", 1, 1), ("MONTH", 1, 5), ("TOTAL", 1, 5)]
    assert (Budget.objects.get().used, Shopper.objects.count()) == (1, 1)


def test_all_uses_may_stand_among_the_limits(till: Till) -> None:
    deal(limits=[limit("PROMOTION", "TOTAL", "1")])
    first, second = till.redeem(), till.redeem()
    assert (first.body["uses_left"], reasons(second)) == (0, ["BUDGET_SPENT"])
    assert not LimitCounter.objects.exists()


def test_the_day_is_the_stores_own() -> None:
    """23:30 in Honolulu and 22:30 of the next day in Auckland are the same instant: two days, two counters."""
    honolulu, auckland = (
        Till(store=create_store(timezone=zone)) for zone in ("Pacific/Honolulu", "Pacific/Auckland")
    )
    create_item()
    deal(limits=[limit("PROMOTION", "DAY", "1")])
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert reasons(honolulu.redeem(now=at), auckland.redeem(now=at)) == ["yes", "yes"]
    assert reasons(honolulu.redeem(now=at), auckland.redeem(now=at)) == ["BUDGET_SPENT"] * 2
    assert reasons(honolulu.redeem(now=at + timedelta(minutes=31))) == [
        "BUDGET_SPENT"
    ]  # Auckland's 24th is taken
    assert sorted(str(day) for day in LimitCounter.objects.values_list("starts_on", flat=True)) == [
        "2026-11-23",
        "2026-11-24",
    ]


def test_a_campaign_is_one_budget_for_all_its_promotions(till: Till) -> None:
    create_campaign(
        campaign_id="autumn", author=None, now=NOW,
        content={"title": "Autumn", "limits": [limit("PROMOTION", "TOTAL", "2"), limit("STORE", "DAY", "2")]},
    )  # fmt: skip
    for name in ("one", "two"):
        create_published_promotion(promotion_id=name, campaign="autumn")
    answers = [till.redeem(promotion_id=name) for name in ("one", "two", "one")]
    assert reasons(*answers) == ["yes", "yes", "BUDGET_SPENT"]
    assert answers[2].body["reasons"] == ["BUDGET_SPENT", "STORE_LIMIT_REACHED"]
    assert list(Budget.objects.order_by("pk").values_list("used", flat=True)) == [1, 1]


def test_an_unknown_campaign_is_an_error_of_its_field() -> None:
    with pytest.raises(ValidationError) as refused:
        create_published_promotion(campaign="nowhere")
    assert set(refused.value.message_dict) == {"campaign"}


def test_a_new_limit_counts_what_was_taken_before(till: Till) -> None:
    deal()
    till.redeem(customer="M1")
    till.redeem(customer="M1")
    republish(limits=[limit("CUSTOMER", "TOTAL", "3"), limit("STORE", "DAY", "4")])
    assert sorted(counters()) == [("DAY", 2, 4), ("TOTAL", 2, 3)]
    assert reasons(*(till.redeem(customer="M1") for _ in range(2))) == ["yes", "CUSTOMER_LIMIT_REACHED"]


def test_a_raised_limit_holds_for_the_counters_there_are(till: Till) -> None:
    deal(limits=[limit("STORE", "DAY", "1")])
    assert reasons(till.redeem(), till.redeem()) == ["yes", "STORE_LIMIT_REACHED"]
    republish(limits=[limit("STORE", "DAY", "2")])
    assert reasons(till.redeem(), till.redeem()) == ["yes", "STORE_LIMIT_REACHED"]


@pytest.mark.parametrize(
    ("content", "field", "told"),
    [
        ({"limit_uses": 1}, "limit_uses", "2 uses are taken already."),
        ({"limits": [limit("PROMOTION", "TOTAL", "1")]}, "limits", "2 uses are taken already."),
        ({"limits": [limit("STORE", "WEEK", "1")]}, "limits", "STORE WEEK: 2 uses are taken already."),
        ({"limits": [limit("STORE", "DAY", "1.61", "MONEY")], "currency": "USD"}, "limits",
         "STORE DAY: 1.62 USD are given already."),
    ],
)  # fmt: skip
def test_a_limit_below_what_is_used_is_refused(
    till: Till, content: dict[str, Any], field: str, told: str
) -> None:
    deal()
    till.redeem(item="OAT-1")
    till.redeem(item="OAT-1")
    with pytest.raises(ValidationError) as refused:
        republish(**content)
    assert refused.value.message_dict == {field: [told]}


def test_a_campaigns_limits_change_with_who_and_why(till: Till) -> None:
    campaign = create_campaign(campaign_id="autumn", content={"title": "Autumn"}, author=None, now=NOW)
    create_published_promotion(promotion_id="deal", campaign="autumn")
    till.redeem(item="OAT-1")

    def change(*limits: dict[str, str]) -> None:
        change_campaign_limits(
            campaign=campaign, limits=list(limits), currency="USD", why="Sponsor", author=till.member, now=NOW
        )

    with pytest.raises(ValidationError, match=r"0\.81 USD are given already"):
        change(limit("PROMOTION", "TOTAL", "0.80", "MONEY"))
    change(limit("PROMOTION", "TOTAL", "1.62", "MONEY"))
    change(limit("PROMOTION", "TOTAL", "1.620", "MONEY"))
    assert reasons(till.redeem(item="OAT-1"), till.redeem(item="OAT-1")) == ["yes", "BUDGET_SPENT"]
    (row,) = campaign.changes.all()
    assert (row.old_limits, row.why, row.by) == ([], "Sponsor", till.member)


@pytest.mark.parametrize("whose", ["promotion", "campaign"])
def test_who_read_the_limits_before_they_changed_takes_nothing(till: Till, whose: str) -> None:
    """The interleaving by hand: one till has decided, head office adds a limit, the till goes on."""
    campaign = create_campaign(campaign_id="autumn", content={"title": "Autumn"}, author=None, now=NOW)
    deal(campaign="autumn")
    asked = understand(
        store=till.store,
        staff_member=till.member,
        request={"promotion_id": "deal", "customer": "M1"},
        now=NOW,
    )
    assert isinstance(asked, Asked)
    one = [limit("STORE", "DAY", "1")]
    if whose == "promotion":
        republish(campaign="autumn", limits=one)
    else:
        change_campaign_limits(campaign=campaign, limits=one, currency="", why="x", author=None, now=NOW)
    with pytest.raises(LimitsChanged):
        take_all(asked, now=NOW)
    assert (Redemption.objects.count(), Shopper.objects.count(), Budget.objects.get().used) == (0, 0, 0)
    assert reasons(till.redeem(), till.redeem()) == ["yes", "STORE_LIMIT_REACHED"]


actions = st.lists(
    st.tuples(
        st.sampled_from(["redeem", "roll back", "publish", "campaign"]), st.integers(0, 3), st.integers(0, 50)
    ),
    max_size=16,
)
LIMITS = (
    limit("STORE", "DAY", "40"), limit("CUSTOMER", "WEEK", "40"), limit("PROMOTION", "MONTH", "40", "MONEY"),
    limit("CUSTOMER", "TOTAL", "99", "MONEY"), limit("STORE", "TOTAL", "40"),
)  # fmt: skip


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=actions)
def test_every_counter_is_the_sum_of_what_it_counts(actions: list[tuple[str, int, int]], db: Any) -> None:
    act_and_add_up(actions)


@pytest.mark.long
@pytest.mark.timeout(900)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=actions)
def test_every_counter_is_the_sum_whatever_is_done(actions: list[tuple[str, int, int]], db: Any) -> None:
    act_and_add_up(actions)


def act_and_add_up(actions: list[tuple[str, int, int]]) -> None:
    """Brute force: whatever was taken, given back and changed, each counter is the sum over the redemptions."""
    name = f"world-{Promotion.objects.count()}"
    tills = [Till(store=create_store(timezone=zone)) for zone in ("Pacific/Auckland", "Pacific/Honolulu")]
    create_item()
    campaign = create_campaign(campaign_id=name, content={"title": "All"}, author=None, now=NOW)
    promotion = create_published_promotion(promotion_id=name, campaign=name, currency="USD")
    taken = []
    for action, which, hours in actions:
        now, till = NOW + timedelta(hours=hours), tills[which % 2]
        if action == "redeem":
            answer = till.redeem(
                promotion_id=name, customer=f"{name}-{which}", discount_amount=Decimal(which), now=now
            )
            taken += [(till, answer)] if answer.status == 201 else []
        elif action == "roll back" and taken:
            till, answer = taken[which % len(taken)]
            till.roll_back(answer, now=now)
        elif action == "publish":
            words = content_for(campaign=name, currency="USD", limits=[*LIMITS[which : which + 3]])
            revise_promotion(promotion=promotion, content=words, author=None, now=now)
            publish_trusted(why="the test", promotion=promotion, now=now)
        elif action == "campaign":
            change_campaign_limits(
                campaign=campaign,
                limits=[*LIMITS[which : which + 2]],
                currency="USD",
                why="x",
                author=None,
                now=now,
            )
    counted = {counter.pk: counter.used for counter in counters_of(name)}
    assert counted == {counter.pk: summed(counter, promotion) for counter in counters_of(name)}
    assert (
        Budget.objects.get(promotion=promotion).used
        == Redemption.objects.filter(promotion=promotion, state="REDEEMED").count()
    )


def counters_of(name: str) -> list[LimitCounter]:
    found = LimitCounter.objects.select_related("promotion", "campaign")
    return [row for row in found if name in (str(row.promotion), str(row.campaign))]


def summed(counter: LimitCounter, promotion: Promotion) -> int:
    """What a counter has to show, redemption by redemption."""
    redemptions = Redemption.objects.filter(promotion=promotion, state="REDEEMED").select_related("store")
    return sum(
        1 if counter.unit == "USES" else int((row.discount_amount or 0) * 100)
        for row in redemptions
        if counter.shopper_id in (None, row.shopper_id)
        and counter.store_id in (None, row.store_id)
        and counter.starts_on
        == period_start(LimitPeriod(counter.period), now=row.redeemed_at, timezone=row.store.timezone)
    )


def test_what_an_item_costs_in_other_money_is_no_discount_of_ours(till: Till) -> None:
    item = create_item(sku="OAT", price_currency="CHF")
    create_published_promotion(promotion_id="deal")
    assert till.redeem(item=item.sku).body["discount_amount"] is None


def test_the_till_says_the_last_day_and_not_the_midnight_after_it(till: Till) -> None:
    create_item()
    create_published_promotion(promotion_id="deal")
    refused = till.redeem(now=NOW + timedelta(days=9))
    assert refused.body["detail"] == "Ended here on Friday 27 November."
