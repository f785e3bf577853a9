"""Approvals and history through the API."""

from typing import Any

from inventory.models.history import attribute_changes
from omnistore.staff.models import StaffMember
from promotions.api.lifecycle import HistoryEntrySerializer
from promotions.models import ItemList
from promotions.services.publishing import revise_promotion
from tests.api_client import World, is_problem, publish
from tests.factories import create_item
from tests.factories_promotions import NOW, content_for
from tests.promotions.api.test_promotions import NEW, content, written
from tests.promotions.api.test_verdicts import same_fields

OAT = content_for(generic_redemption_code="SAVE29")


def test_two_people_bring_it_to_the_stores(world: World) -> None:
    world.merchandiser.post("/promotions", NEW)
    submitted = world.merchandiser.post("/promotions/tea-5/submit", {"revision": 1}).json()
    assert (submitted["state"], submitted["revision_state"]) == ("SUBMITTED", "SUBMITTED")
    approved = world.approver.post("/promotions/tea-5/approve", {"revision": 1}).json()
    assert (approved["state"], approved["revision"]) == ("APPROVED", None)
    published = world.merchandiser.post("/promotions/tea-5/publish").json()
    assert (published["state"], published["revision_state"]) == ("LIVE", "PUBLISHED")


def test_nobody_approves_their_own(world: World) -> None:
    world.approver.post("/promotions", NEW)
    world.merchandiser.post("/promotions/tea-5/submit", {"revision": 1})
    answer = world.approver.post("/promotions/tea-5/approve", {"revision": 1})
    assert is_problem(answer, 400)
    assert answer.json()["errors"] == {"revision": ["You wrote revision 1: somebody else has to judge it."]}
    assert world.admin.post("/promotions/tea-5/approve", {"revision": 1}).status_code == 200


def test_a_rejection_needs_its_reason(world: World) -> None:
    world.merchandiser.post("/promotions", NEW)
    world.merchandiser.post("/promotions/tea-5/submit", {"revision": 1})
    for why in ("", None, "x" * 201):
        answer = world.approver.post("/promotions/tea-5/reject", {"revision": 1, "why": why})
        assert is_problem(answer, 400)
        assert list(answer.json()["errors"]) == ["why"]
    rejected = world.approver.post("/promotions/tea-5/reject", {"revision": 1, "why": "Too much."}).json()
    assert rejected["state"] == "REJECTED"


def test_an_action_on_a_revision_that_is_not_the_newest_is_a_conflict(world: World) -> None:
    world.merchandiser.post("/promotions", NEW)
    world.merchandiser.post("/promotions/tea-5/revisions", content(minimum_stock=9))
    for api, step in (
        (world.merchandiser, "submit"),
        (world.merchandiser, "withdraw"),
        (world.approver, "approve"),
    ):
        answer = api.post(f"/promotions/tea-5/{step}", {"revision": 1})
        assert is_problem(answer, 409)
        assert list(answer.json()["errors"]) == ["revision"]
        for number in (0, "one", None, 2**40):
            assert is_problem(api.post(f"/promotions/tea-5/{step}", {"revision": number}), 400)


def test_who_saves_second_is_told_so(world: World) -> None:
    words = written(content_for(percent_off=30))
    assert world.admin.post("/promotions/oat/revisions", words | {"based_on": 1}).status_code == 201
    answer = world.merchandiser.post(
        "/promotions/oat/revisions", words | {"based_on": 1, "percent_off": "31"}
    )
    assert is_problem(answer, 409)
    assert answer.json()["errors"] == {
        "based_on": ["ada saved revision 2 after revision 1; look at that one first."]
    }
    assert world.merchandiser.post("/promotions/oat/revisions", words | {"based_on": 2}).status_code == 200


def test_what_was_read_in_other_words_is_read(world: World) -> None:
    assert world.associate.post("/stores/here-1/offers/oat/acknowledge", {"revision": 1}).status_code == 200
    revise_promotion(promotion=world.promotion, content=OAT | {"long_title": "Oat!"}, author=None, now=NOW)
    (revision,) = [
        each
        for each in world.merchandiser.post("/promotions/oat/publish").json()["revisions"]
        if each["number"] == 2
    ]
    (offer,) = world.associate.get("/stores/here-1/offers").json()["results"]
    assert (revision["basis"], offer["revision"], offer["headline"], offer["acknowledged"]) == (
        1,
        2,
        "Oat!",
        True,
    )
    assert world.associate.post("/stores/here-1/offers/oat/acknowledge", {"revision": 1}).status_code == 200


def test_a_store_does_not_hear_that_something_waits(world: World) -> None:
    assert "revision_state" not in world.associate.get("/promotions/oat").json()
    assert "revision_state" not in world.associate.get("/promotions").json()["results"][0]


def entries(world: World, **wanted: Any) -> list[dict[str, Any]]:
    rows = world.merchandiser.get("/promotions/oat/history").json()
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def test_history_says_who_when_old_and_new(world: World) -> None:
    world.merchandiser.post("/promotions/oat/revisions", written(OAT | {"percent_off": "30"}))
    publish(world, "oat", number=2)
    same_fields(entries(world)[0], HistoryEntrySerializer())
    revision, first = entries(world, kind="REVISION")
    assert (revision["by"], revision["revision"], first["changes"]) == ("tom", 2, [])
    assert revision["changes"] == [{"field": "percent_off", "old": "29.00", "new": "30.00"}]
    assert [(row["action"], row["by"]) for row in entries(world, kind="STEP", revision=2)] == [
        ("PUBLISH", "ines"), ("APPROVE", "ines"), ("SUBMIT", "tom"), ("REVISE", "tom"),
    ]  # fmt: skip
    (approved,) = entries(world, action="APPROVE", revision=2)
    assert approved["changes"] == [{"field": "revision_state", "old": "SUBMITTED", "new": "APPROVED"}]
    assert approved["at"] == NOW.isoformat()


def test_history_knows_what_came_into_a_list_and_by_whom(world: World) -> None:
    summer = ItemList.objects.create(code="summer", name="Summer")
    words = OAT | {"product_applicability": "SPECIFIC_PRODUCTS", "item_list_inclusion": ["summer"]}
    revise_promotion(promotion=world.promotion, content=words, author=None, now=NOW)
    attribute_changes(by=StaffMember.objects.get(username="ada"), why="New goods")
    summer.items.set([create_item(sku=f"NEW-{number:02}") for number in range(25)])
    (entry,) = entries(world, kind="TARGETING")
    assert (entry["action"], entry["target_kind"], entry["target"], entry["by"], entry["count"]) == (
        "ADDED", "item_list", "summer", "ada", 25,
    )  # fmt: skip
    assert entry["names"] == [f"NEW-{number:02}" for number in range(20)]
