"""Where items stand, said by a store's systems."""

import pytest

from inventory.models import StoreItemPlace
from tests.api_client import create_world, stopped_clock

pytestmark = pytest.mark.django_db


def test_places_are_said_changed_forgotten_and_all_or_none() -> None:
    with stopped_clock():
        world = create_world()

        def say(places: dict[str, str]) -> int:
            status: int = world.associate.ask("PUT", "/stores/here-1/places", {"places": places}).status_code
            return status

        assert say({"OAT-1": "Aisle 4"}) == say({"OAT-1": "Aisle 5"}) == 200
        assert say({"OAT-1": "Aisle 6", "NONE": "Aisle 7"}) == say({"OAT-1": "", "N\0NE": ""}) == 400
        listed = world.associate.get("/stores/here-1/places").json()["results"]
        assert [(row["sku"], row["place"]) for row in listed] == [("OAT-1", "Aisle 5")]
        offer = world.associate.get("/stores/here-1/offers").json()["results"][0]
        assert offer["items"][0]["place"] == "Aisle 5"
        assert say({"OAT-1": ""}) == 200
        assert not StoreItemPlace.objects.exists()
