"""Promotions through the API: written, published, revised, stopped, and looked at."""

from typing import Any

import pytest

from omnistore.staff.models import StaffMember
from promotions.models import Promotion
from promotions.services.reading import acknowledge
from tests.api_client import World, is_problem, publish
from tests.factories_promotions import NOW, content_for, create_published_promotion

NEW: dict[str, Any] = {
    "promotion_id": "tea-5",
    "long_title": "Five off tea",
    "operator_text": "Five dollars off, one a shopper.",
    "coupon_value_type": "MONEY_OFF",
    "money_off_amount": "0.50",
    "currency": "USD",
    "offer_type": "GENERIC_CODE",
    "generic_redemption_code": "TEA5",
    "limit_uses": 100,
    "redemption_channel": ["IN_STORE"],
    "product_applicability": "SPECIFIC_PRODUCTS",
    "item_id_inclusion": ["OAT-1"],
    "store_applicability": "SPECIFIC_STORES",
    "store_codes_inclusion": ["here-1"],
    "starts_on": "2026-11-20",
    "ends_on": "2026-12-01",
    "ends_time": "18:00",
    "minimum_stock": 2,
}


def content(**changes: Any) -> dict[str, Any]:
    """NEW without its id, changed."""
    words = NEW | changes
    return {name: value for name, value in words.items() if name != "promotion_id"}


def test_from_the_first_word_to_the_last_store(world: World) -> None:
    created = world.merchandiser.post("/promotions", NEW)
    assert (created.status_code, created.json()["state"], created.json()["revision"]) == (201, "DRAFT", None)
    assert created.headers["Location"] == "/api/v1/promotions/tea-5"
    assert is_problem(world.merchandiser.post("/promotions/tea-5/publish"), 409)
    published = publish(world, "tea-5").json()
    assert (published["state"], published["revision"]["number"]) == ("LIVE", 1)
    verdict = world.associate.get("/stores/here-1/verdict?code=TEA5").json()
    assert (verdict["outcome"], verdict["price"]["deal"]) == ("HONOUR", "2.290")  # 2.79 - 0.50
    stopped = world.merchandiser.post("/promotions/tea-5/stop", {"reason": "misprint"}).json()
    assert (stopped["state"], stopped["stopped_reason"]) == ("STOPPED", "misprint")
    assert world.associate.get("/stores/here-1/verdict?code=tea-5").json()["outcome"] == "REFUSE"


def test_what_is_written_is_what_is_read(world: World) -> None:
    world.merchandiser.post("/promotions", NEW)
    revision = world.merchandiser.get("/promotions/tea-5").json()["revisions"][0]
    read = {name: revision[name] for name in content()}
    assert read == content(money_off_amount="0.500", ends_time="18:00:00")
    assert (revision["number"], revision["created_by"]) == (1, "tom")


def test_a_revision_waits_until_it_is_published(world: World) -> None:
    world.merchandiser.post("/promotions", NEW)
    publish(world, "tea-5")
    same = world.merchandiser.post("/promotions/tea-5/revisions", content())
    other = world.merchandiser.post("/promotions/tea-5/revisions", content(money_off_amount="0.60"))
    assert (same.status_code, other.status_code) == (200, 201)
    assert world.associate.get("/promotions/tea-5").json()["revision"]["money_off_amount"] == "0.500"
    published = publish(world, "tea-5", number=2).json()
    assert published["revision"]["money_off_amount"] == "0.600"
    assert [revision["number"] for revision in published["revisions"]] == [1, 2]


def test_publishing_and_stopping_twice_is_once(world: World) -> None:
    for path, body in (
        ("publish", None),
        ("publish", None),
        ("stop", {"reason": "x"}),
        ("stop", {"reason": "y"}),
    ):
        assert world.merchandiser.post(f"/promotions/oat/{path}", body).status_code == 200
    assert world.merchandiser.get("/promotions/oat").json()["stopped_reason"] == "x"
    assert is_problem(world.merchandiser.post("/promotions/oat/publish"), 409)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"long_title": ""}, "long_title"),
        ({"long_title": None}, "long_title"),
        ({"long_title": "a\0b"}, "long_title"),
        ({"long_title": "x" * 5000}, "long_title"),
        ({"coupon_value_type": "FREE"}, "coupon_value_type"),
        ({"money_off_amount": "NaN"}, "money_off_amount"),
        ({"money_off_amount": "1e999"}, "money_off_amount"),
        ({"money_off_amount": -1}, "money_off_amount"),
        ({"percent_off": 10}, "percent_off"),
        ({"currency": "usd"}, "currency"),
        ({"limit_uses": 2**70}, "limit_uses"),
        ({"limit_uses": "many"}, "limit_uses"),
        ({"redemption_channel": "IN_STORE"}, "redemption_channel"),
        ({"redemption_channel": ["MARS"]}, "redemption_channel.0"),
        ({"item_id_inclusion": [{"a": 1}]}, "item_id_inclusion.0"),
        ({"store_codes_inclusion": ["nowhere"]}, "store_codes_inclusion"),
        ({"starts_on": "31.12.2026"}, "starts_on"),
        ({"starts_on": "0001-01-01"}, "starts_on"),
        ({"ends_on": "9999-12-31"}, "ends_on"),
        ({"ends_on": "2026-11-20", "ends_time": "00:00"}, "ends_on"),
        ({"ends_time": "25:00"}, "ends_time"),
        ({"window_timezone": "../../etc/passwd"}, "window_timezone"),
        ({"window_timezone": "America"}, "window_timezone"),
        ({"promotion_url": "javascript:alert(1)"}, "promotion_url"),
        ({"minimum_stock": 0}, "minimum_stock"),
        ({"generic_redemption_code": "SAVE29"}, "generic_redemption_code"),
        ({"promotion_id": "oat"}, "promotion_id"),
        ({"promotion_id": "a/b"}, "promotion_id"),
        ({"promotion_id": "x" * 61}, "promotion_id"),
        ({"long_titel": "x"}, "long_titel"),
    ],
)
def test_words_that_no_promotion_may_have(world: World, changes: dict[str, Any], field: str) -> None:
    answer = world.merchandiser.post("/promotions", NEW | changes)
    assert is_problem(answer, 400)
    assert field in answer.json()["errors"]
    assert Promotion.objects.count() == 1


def test_stopping_needs_a_reason(world: World) -> None:
    for body in ({}, {"reason": ""}, {"reason": None}, {"reason": "x" * 201}, {"reason": ["a"]}):
        assert is_problem(world.merchandiser.post("/promotions/oat/stop", body), 400)


NOWHERE = {
    "store_applicability": "ALL_STORES", "store_codes_inclusion": [], "store_codes_exclusion": ["here-1", "there-1"],
}  # fmt: skip


def test_a_target_without_stores_is_not_published(world: World) -> None:
    world.merchandiser.post("/promotions", NEW | NOWHERE)
    answer = world.merchandiser.post("/promotions/tea-5/submit", {"revision": 1})
    assert is_problem(answer, 400)
    assert "store_applicability" in answer.json()["errors"]


def test_drafts_are_the_desks_own(world: World) -> None:
    world.merchandiser.post("/promotions", NEW)
    for api in (world.associate, world.operator):
        assert [row["promotion_id"] for row in api.get("/promotions").json()["results"]] == ["oat"]
        assert is_problem(api.get("/promotions/tea-5"), 404)
        assert is_problem(api.get("/promotions/tea-5/board"), 404)


def test_an_associate_sees_what_is_on_in_its_store_and_not_where_else(world: World) -> None:
    create_published_promotion(promotion_id="far", store_codes_inclusion=["there-1"])
    assert is_problem(world.associate.get("/promotions/far"), 404)
    assert world.associate.get("/promotions").json()["count"] == 1
    own = world.foreign_associate.get("/promotions/far").json()
    assert own["revision"]["long_title"] == "29 % off oat drink"
    assert not [name for name in own["revision"] if name.startswith("store_codes")]
    world.merchandiser.post("/promotions/far/revisions", written(content_for(long_title="secret")))
    assert [row["number"] for row in world.foreign_associate.get("/promotions/far").json()["revisions"]] == [
        1
    ]


def written(words: dict[str, Any]) -> dict[str, Any]:
    """Content as JSON has it."""
    return {name: value if isinstance(value, list) else str(value) for name, value in words.items()}


def test_the_list_can_be_searched(world: World) -> None:
    create_published_promotion(promotion_id="soap", long_title="Soap week")
    for query, found in (("search=SOAP", ["soap"]), ("state=LIVE", ["soap", "oat"]), ("state=DRAFT", [])):
        rows = world.merchandiser.get(f"/promotions?{query}").json()["results"]
        assert [row["promotion_id"] for row in rows] == found
    for query in ("state=live", "search=a%00b", f"search={'x' * 101}"):
        assert is_problem(world.merchandiser.get(f"/promotions?{query}"), 400)


def test_the_board_counts_the_stores_one_sees(world: World) -> None:
    revision = world.promotion.latest_revision()
    member = StaffMember.objects.get(username="maria")
    acknowledge(store=world.here, revision_id=revision.pk, staff_member=member, now=NOW)
    board = world.merchandiser.get("/promotions/oat/board").json()
    assert (board["stores"], board["told"], board["acknowledged"]) == (2, 1, 1)
    assert {cell["store_code"]: cell["state"] for cell in board["cells"]} == {
        "here-1": "LIVE",
        "there-1": "OUT_OF_STOCK",
    }
    own = world.foreign_associate.get("/promotions/oat/board").json()
    assert (own["stores"], own["told"], [cell["store_code"] for cell in own["cells"]]) == (1, 0, ["there-1"])


def test_who_is_asked_a_question_is_not_given_its_answer(world: World) -> None:
    quiz = {"quiz_question": "Which?", "quiz_answers": "This\nThat", "quiz_explanation": "It says so."}
    world.merchandiser.post("/promotions", NEW | quiz)
    publish(world, "tea-5")
    for api, is_told in ((world.associate, False), (world.merchandiser, True)):
        found = api.get("/promotions/tea-5").json()
        for revision in (found["revision"], found["revisions"][0]):
            assert revision["quiz_question"] == "Which?"
            assert {"quiz_answers", "quiz_explanation"} <= set(revision) or not is_told
            assert not {"quiz_answers", "quiz_explanation"} & set(revision) or is_told
