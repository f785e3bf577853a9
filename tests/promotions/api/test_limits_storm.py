"""Fifty clients over real HTTP against limits by campaign, store and customer at once: never over, never under."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.utils import timezone

from omnistore.staff.models import ApiKey, Role
from promotions.models import Budget, LimitCounter, Redemption, SingleUseCode
from promotions.services.campaigns import create_campaign
from promotions.services.codes import generate_codes
from tests.factories import create_item, create_store
from tests.factories_promotions import create_published_promotion, create_staff_member
from tests.promotions.live.parties import WebServer
from tests.promotions.services.till import limit

CLIENTS = 50
STORES = ("0001", "0002", "0003", "0004", "0005")
Call = tuple[str, dict[str, Any]]


@pytest.fixture
def tills(transactional_db: None, web: WebServer) -> Iterator[httpx.Client]:
    """One client of five stores."""
    for store_code in STORES:
        create_store(store_code=store_code)
    create_item(sku="OAT-1")
    member = create_staff_member(role=Role.ADMIN)
    _key, token = ApiKey.issue(staff_member=member, name="tills", now=timezone.now())
    with httpx.Client(
        base_url=f"http://127.0.0.1:{web.port}/api/v1/stores",
        headers={"Authorization": f"Bearer {token}"},
        limits=httpx.Limits(max_connections=CLIENTS),
        timeout=60,
    ) as client:
        yield client


def running(promotion_id: str, **content: Any) -> Any:
    """A promotion open everywhere on earth now."""
    now = timezone.now()
    days = {"starts_on": now.date() - timedelta(days=2), "ends_on": now.date() + timedelta(days=2)}
    return create_published_promotion(promotion_id=promotion_id, now=now, **days, **content)


def campaign(campaign_id: str, *limits: dict[str, str]) -> None:
    content = {"title": campaign_id, "limits": list(limits), "currency": "USD"}
    create_campaign(campaign_id=campaign_id, content=content, author=None, now=timezone.now())


def all_at_once(client: httpx.Client, calls: list[Call]) -> list[httpx.Response]:
    """Requests (path, body) that start together, each with a key of its own."""
    start = Barrier(len(calls))

    def call(asked: Call) -> httpx.Response:
        path, body = asked
        start.wait()
        return client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_exactly_what_the_limits_leave_is_taken(tills: httpx.Client) -> None:
    """Ten tills in each of 5 stores; 9 in all, 4 a store: each limit is met, some exactly."""
    campaign("autumn", limit("PROMOTION", "TOTAL", "9"), limit("STORE", "DAY", "4"))
    running("one", campaign="autumn")
    running("two", campaign="autumn", limits=[limit("CUSTOMER", "WEEK", "3")])
    calls = [
        (
            f"/{STORES[number % 5]}/redemptions",
            {"promotion_id": ("one", "two")[number % 2], "customer": f"M{number % 3}"},
        )
        for number in range(CLIENTS)
    ]
    answers = all_at_once(tills, calls)
    assert statuses(answers) == {201: 9, 409: 41}
    assert Redemption.objects.count() == sum(Budget.objects.values_list("used", flat=True)) == 9
    by_store = Counter(Redemption.objects.values_list("store__store_code", flat=True))
    assert max(by_store.values()) <= 4
    assert LimitCounter.objects.get(campaign__isnull=False, store=None).used == 9


@pytest.mark.parametrize(
    ("found", "reason", "taken"),
    [
        (limit("STORE", "DAY", "3"), "STORE_LIMIT_REACHED", 15),
        (limit("CUSTOMER", "MONTH", "2"), "CUSTOMER_LIMIT_REACHED", 8),
        (limit("PROMOTION", "TOTAL", "10.00", "MONEY"), "BUDGET_SPENT", 20),
    ],
)
def test_each_kind_of_limit_is_reached_to_the_last_use(
    tills: httpx.Client, found: dict[str, str], reason: str, taken: int
) -> None:
    """3 in each of 5 stores; 2 for each of 4 customers; 10 dollars in halves."""
    running("deal", limits=[found], currency="USD")
    calls = [
        (f"/{STORES[number % 5]}/redemptions",
         {"promotion_id": "deal", "customer": f"M{number % 4}", "discount_amount": "0.50"})
        for number in range(CLIENTS)
    ]  # fmt: skip
    answers = all_at_once(tills, calls)
    assert statuses(answers) == {201: taken, 409: CLIENTS - taken}
    assert {answer.json()["reasons"][0] for answer in answers if answer.status_code == 409} == {reason}
    assert all(row.used == row.limit_amount for row in LimitCounter.objects.all())


def test_uses_come_back_while_others_take_them_and_nobody_waits_for_ever(tills: httpx.Client) -> None:
    """Limits written in opposite orders, taken and given back at once: no deadlock, and the sums hold."""
    shared = (limit("STORE", "DAY", "40"), limit("PROMOTION", "TOTAL", "40"), limit("CUSTOMER", "DAY", "40"))
    campaign("forth", *shared)
    campaign("back", *reversed(shared))
    for name, of in (("one", "forth"), ("two", "back"), ("three", "forth")):
        running(name, campaign=of, limits=list(reversed(shared)))
    names = ("one", "two", "three")
    first = all_at_once(
        tills, [("/0001/redemptions", {"promotion_id": names[n % 3], "customer": "M1"}) for n in range(24)]
    )
    back: list[Call] = [
        (f"/0001/redemptions/{answer.json()['redemption_id']}/roll-back", {"reason": "storm"})
        for answer in first
    ]
    more: list[Call] = [
        ("/0001/redemptions", {"promotion_id": names[n % 3], "customer": "M1"}) for n in range(24)
    ]
    answers = all_at_once(tills, [call for pair in zip(back, more, strict=True) for call in pair])
    assert statuses(first) == {201: 24}
    assert statuses(answers) == {200: 24, 201: 24}
    assert Redemption.objects.filter(state="REDEEMED").count() == 24
    # Two counters of each promotion, whose uses in all are its budget's, and three of each campaign.
    assert Counter(LimitCounter.objects.values_list("used", flat=True)) == {8: 2 * 3 + 3, 16: 3}
    assert list(Budget.objects.values_list("used", flat=True)) == [8, 8, 8]


def test_the_last_use_that_is_given_back_is_taken_once(tills: httpx.Client) -> None:
    running("deal", limits=[limit("STORE", "DAY", "1")])
    (taken,) = all_at_once(tills, [("/0001/redemptions", {"promotion_id": "deal"})])
    undo = f"/0001/redemptions/{taken.json()['redemption_id']}/roll-back"
    undone = all_at_once(tills, [(undo, {"reason": "slip"}) for _ in range(10)])
    assert statuses(undone) == {200: 10}
    answers = all_at_once(tills, [("/0001/redemptions", {"promotion_id": "deal"}) for _ in range(CLIENTS)])
    assert statuses(answers) == {201: 1, 409: 49}


def test_a_code_in_fifty_hands_is_used_once(tills: httpx.Client) -> None:
    promotion = running("deal", offer_type="SINGLE_USE_CODES")
    generate_codes(promotion=promotion, name="mail", quantity=1, author=None, now=timezone.now())
    code = SingleUseCode.objects.get().code
    answers = all_at_once(tills, [(f"/{STORES[n % 5]}/redemptions", {"code": code}) for n in range(CLIENTS)])
    assert statuses(answers) == {201: 1, 409: 49}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"code_used"}
