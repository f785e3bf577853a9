"""Many tills at once, over real HTTP against a real server: never over the limit, once per key."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import httpx
import pytest
from django.utils import timezone

from omnistore.staff.models import ApiKey
from promotions.models import Budget, IdempotencyKey, Redemption
from tests.factories import create_item, create_store
from tests.factories_promotions import create_published_promotion, create_staff_member
from tests.promotions.live.parties import WebServer

TILLS = 50
LATE = {"Idempotency-Key": "late till"}


@pytest.fixture
def tills(transactional_db: None, web: WebServer) -> Iterator[httpx.Client]:
    """A client of one store, where the code THREE has 3 uses left of 5 and RAIN any number."""
    now = timezone.now()
    store = create_store(store_code="0042")
    create_item(sku="OAT-1")
    days: dict[str, Any] = {
        "starts_on": now.date() - timedelta(days=2),
        "ends_on": now.date() + timedelta(days=2),
        "now": now,
    }
    three = create_published_promotion(generic_redemption_code="THREE", limit_uses=5, **days)
    Budget.objects.filter(promotion=three).update(used=2)
    create_published_promotion(generic_redemption_code="RAIN", **days)
    _key, token = ApiKey.issue(staff_member=create_staff_member(stores=[store]), name="tills", now=now)
    with httpx.Client(
        base_url=f"http://127.0.0.1:{web.port}/api/v1/stores/0042",
        headers={"Authorization": f"Bearer {token}"},
        limits=httpx.Limits(max_connections=TILLS),
        timeout=60,
    ) as client:
        yield client


def all_at_once(
    client: httpx.Client, requests: list[tuple[str, dict[str, Any]]], *, path: str = "/redemptions"
) -> list[httpx.Response]:
    """Writes (key, body) that start together; redemptions where no other path is said."""
    start = Barrier(len(requests))

    def redeem(request: tuple[str, dict[str, Any]]) -> httpx.Response:
        key, body = request
        start.wait()
        return client.post(path, json=body, headers={"Idempotency-Key": key})

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(redeem, requests))


def test_fifty_tills_and_three_uses_left(tills: httpx.Client) -> None:
    answers = all_at_once(tills, [(f"till {number}", {"code": "THREE"}) for number in range(TILLS)])
    assert Counter(answer.status_code for answer in answers) == {201: 3, 409: 47}
    refusals = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(refusal["code"], *refusal["reasons"]) for refusal in refusals} == {
        ("budget_spent", "BUDGET_SPENT")
    }
    redeemed = {answer.json()["redemption_id"] for answer in answers if answer.status_code == 201}
    assert redeemed == {str(key) for key in Redemption.objects.values_list("pk", flat=True)}
    assert Budget.objects.get(promotion__open_code="THREE").used == 5


def test_each_key_sent_four_times_at_once_is_one_use(tills: httpx.Client) -> None:
    asked = [(f"tap {number}", {"code": "RAIN", "item": "OAT-1"}) for number in range(12) for _ in range(4)]
    answers = all_at_once(tills, asked)
    assert {answer.status_code for answer in answers} == {201}
    taps = [answers[start : start + 4] for start in range(0, len(answers), 4)]
    assert all(len({answer.content for answer in tap}) == 1 for tap in taps)
    assert [sum("idempotent-replayed" in answer.headers for answer in tap) for tap in taps] == [3] * 12
    assert Redemption.objects.count() == Budget.objects.get(promotion__open_code="RAIN").used == 12


def test_a_key_means_one_thing_also_in_a_race(tills: httpx.Client) -> None:
    asked = [("one key", {"code": code}) for code in ("RAIN", "THREE", "RAIN", "THREE")]
    answers = all_at_once(tills, asked)
    assert Counter(answer.status_code for answer in answers) == {201: 2, 422: 2}
    assert Redemption.objects.count() == IdempotencyKey.objects.count() == 1


def test_after_a_refusal_the_same_key_hears_the_same(tills: httpx.Client) -> None:
    all_at_once(tills, [(f"till {number}", {"code": "THREE"}) for number in range(4)])
    first, second = (tills.post("/redemptions", json={"code": "THREE"}, headers=LATE) for _ in range(2))
    Budget.objects.update(limit_uses=100)
    third = tills.post("/redemptions", json={"code": "THREE"}, headers=LATE)
    assert first.content == second.content == third.content
    assert first.headers["content-type"] == "application/problem+json"
    assert (first.status_code, Redemption.objects.count()) == (409, 3)
