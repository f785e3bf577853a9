"""Campaigns through the API: made, joined, used, changed."""

from typing import Any

import pytest

from promotions.api.campaigns import CampaignDetailSerializer
from tests.api_client import World, is_problem
from tests.factories_promotions import create_published_promotion
from tests.promotions.api.test_verdicts import same_fields
from tests.promotions.services.till import limit

TWO_USES = [limit("PROMOTION", "TOTAL", "2")]
AUTUMN = {"campaign_id": "autumn", "title": "Autumn", "limits": TWO_USES}


def test_a_campaign_is_made_used_and_changed(world: World) -> None:
    made = world.merchandiser.post("/campaigns", AUTUMN)
    assert (made.status_code, made.headers["Location"]) == (201, "/api/v1/campaigns/autumn")
    create_published_promotion(generic_redemption_code="LEAVES", campaign="autumn")
    world.associate.post("/stores/here-1/redemptions", {"code": "LEAVES"}, Idempotency_Key="k1")
    changed = world.merchandiser.post(
        "/campaigns/autumn/limits", {"limits": [limit("PROMOTION", "TOTAL", "9")], "why": "Sponsor"}
    ).json()
    assert [(row["used"], row["limit_amount"]) for row in changed["counters"]] == [(1, 9)]
    assert [(row["by"], row["why"], row["old_limits"]) for row in changed["changes"]] == [
        ("tom", "Sponsor", TWO_USES)
    ]
    assert world.merchandiser.get("/campaigns/autumn").json() == changed
    same_fields(changed, CampaignDetailSerializer())
    assert [row["campaign_id"] for row in world.merchandiser.get("/campaigns").json()["results"]] == [
        "autumn"
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"campaign_id": "a b"}, "campaign_id"),
        ({"limits": [limit("PLANET", "TOTAL", "2")]}, "limits"),
        ({"limits": [limit("STORE", "DAY", "2", "MONEY")]}, "currency"),
        ({"limits": "many"}, "limits"),
        ({"limits": ["many"]}, "limits.0"),
        ({"currency": "dollars"}, "currency"),
    ],
)
def test_what_no_campaign_may_say(world: World, changes: dict[str, Any], field: str) -> None:
    answer = world.merchandiser.post("/campaigns", AUTUMN | changes)
    assert is_problem(answer, 400)
    assert set(answer.json()["errors"]) == {field}


def test_an_id_names_one_campaign(world: World) -> None:
    world.merchandiser.post("/campaigns", AUTUMN)
    assert "campaign_id" in world.merchandiser.post("/campaigns", AUTUMN).json()["errors"]


def test_a_limit_below_what_is_used_is_refused(world: World) -> None:
    world.merchandiser.post("/campaigns", AUTUMN)
    create_published_promotion(generic_redemption_code="LEAVES", campaign="autumn")
    for key in ("k1", "k2"):
        world.associate.post("/stores/here-1/redemptions", {"code": "LEAVES"}, Idempotency_Key=key)
    body = {"limits": [limit("PROMOTION", "TOTAL", "1")], "why": "Less"}
    answer = world.merchandiser.post("/campaigns/autumn/limits", body)
    assert answer.json()["errors"] == {"limits": ["PROMOTION TOTAL: 2 uses are taken already."]}
    assert "why" in world.merchandiser.post("/campaigns/autumn/limits", {"limits": []}).json()["errors"]
