"""Offers of a store through the API."""

from promotions.api.offers import OfferSerializer
from promotions.live.tickets import read_ticket
from promotions.models import Acknowledgement, Briefing
from promotions.services.publishing import revise_promotion, stop_promotion
from tests.api_client import World, is_problem, publish
from tests.factories_promotions import NOW, content_for, create_published_promotion
from tests.promotions.api.test_verdicts import same_fields


def test_an_offer_says_everything_the_tablet_shows(world: World) -> None:
    (offer,) = world.associate.get("/stores/here-1/offers").json()["results"]
    same_fields(offer, OfferSerializer())
    assert (offer["promotion_id"], offer["revision"], offer["state"]) == ("oat", 1, "LIVE")
    assert (offer["starts_at"], offer["ends_at"]) == (
        "2026-11-22T00:00:00-05:00",
        "2026-11-28T00:00:00-05:00",
    )
    assert offer["items"][0]["quantity"] == "12"
    assert (offer["items"][0]["regular_price"], offer["items"][0]["deal_price"]) == ("2.790", "1.980")
    assert offer["counts"] == {"total": 1, "stocked": 1, "available": 1, "enough": 1}


def test_each_store_has_its_own_state_and_clock(world: World) -> None:
    (offer,) = world.admin.get("/stores/there-1/offers").json()["results"]
    assert (offer["state"], offer["starts_at"]) == ("OUT_OF_STOCK", "2026-11-22T00:00:00-06:00")


def test_the_position_moves_with_every_change(world: World) -> None:
    def position() -> list[int]:
        return [
            int(part) for part in world.associate.get("/stores/here-1/offers").json()["position"].split(":")
        ]

    epoch, seq = position()
    create_published_promotion()
    assert position() == [epoch, seq + 1]


def test_over_offers_are_there_for_who_asks(world: World) -> None:
    stop_promotion(promotion=world.promotion, reason="misprint", now=NOW)
    found = {
        query: world.associate.get(f"/stores/here-1/offers{query}").json()["count"]
        for query in ("", "?state=STOPPED", "?promotion_id=oat", "?promotion_id=none")
    }
    assert found == {"": 0, "?state=STOPPED": 1, "?promotion_id=oat": 1, "?promotion_id=none": 0}
    assert is_problem(world.associate.get("/stores/here-1/offers?state=nothing"), 400)


def test_reading_is_noted_once_a_person_and_revision(world: World) -> None:
    for _ in range(2):
        answer = world.associate.post("/stores/here-1/offers/oat/acknowledge", {"revision": 1})
        assert answer.json() == {"promotion_id": "oat", "revision": 1, "acknowledged": True}
    assert Acknowledgement.objects.count() == 1
    assert Briefing.objects.get(store=world.here).told_at == NOW
    assert world.associate.get("/stores/here-1/offers").json()["results"][0]["acknowledged"]
    assert not world.admin.get("/stores/here-1/offers").json()["results"][0]["acknowledged"]


def test_what_was_revised_meanwhile_must_be_read_again(world: World) -> None:
    world.associate.post("/stores/here-1/offers/oat/acknowledge")
    words = content_for(generic_redemption_code="SAVE29", percent_off=30)
    revise_promotion(promotion=world.promotion, content=words, author=None, now=NOW)
    publish(world, "oat", number=2)
    assert not world.associate.get("/stores/here-1/offers").json()["results"][0]["acknowledged"]
    assert is_problem(world.associate.post("/stores/here-1/offers/oat/acknowledge", {"revision": 1}), 409)


def test_only_offers_of_ones_own_store_are_read(world: World) -> None:
    for path in ("there-1/offers/oat", "here-1/offers/none", "here-1/offers/%00"):
        assert is_problem(world.associate.post(f"/stores/{path}/acknowledge"), 404)
    for number in (0, -1, 2**40, "one", None, [1]):
        body = {"revision": number}
        assert is_problem(world.associate.post("/stores/here-1/offers/oat/acknowledge", body), 400)
    assert not Acknowledgement.objects.exists()


def test_a_ticket_opens_one_store(world: World) -> None:
    body = world.associate.post("/stores/here-1/live-ticket").json()
    path, _, text = body["url"].partition("?ticket=")
    ticket = read_ticket(text.replace("%3A", ":"))
    assert (path, ticket and ticket.store_id) == ("/live/here-1/", world.here.pk)
    assert body["position"] == world.associate.get("/stores/here-1/offers").json()["position"]
    assert is_problem(world.associate.post("/stores/there-1/live-ticket"), 404)
