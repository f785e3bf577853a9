"""GET /stores/{store_code}/verdict."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from omnistore.staff.models import ApiKey
from promotions.api.verdicts import VerdictSerializer
from tests.api_client import V1, World, is_problem
from tests.factories_promotions import NOW


def test_a_gtin_as_any_scanner_reads_it_gets_the_deal(world: World) -> None:
    for code in ("4012345678901", "04012345678901", "]C10104012345678901", "OAT-1", "save29", "oat"):
        verdict = world.associate.get(f"/stores/here-1/verdict?code={code}").json()
        assert (verdict["outcome"], verdict["promotion"]["promotion_id"]) == ("HONOUR", "oat")
        assert verdict["price"] == {"regular": "2.790", "deal": "1.980", "currency": "USD"}  # 2.79 - 0.81
        assert verdict["stock"]["on_hand"] == 12


def test_where_it_stands_is_part_of_the_answer(world: World) -> None:
    places = [world.associate.get("/stores/here-1/verdict?code=OAT-1").json()["item"]["place"]]
    world.associate.ask("PUT", "/stores/here-1/places", {"places": {"OAT-1": "Aisle 4"}})
    places.append(world.associate.get("/stores/here-1/verdict?code=OAT-1").json()["item"]["place"])
    assert places == ["", "Aisle 4"]


def test_times_are_on_the_clock_of_the_store(world: World) -> None:
    verdict = world.associate.get("/stores/here-1/verdict?code=OAT-1").json()
    assert verdict["promotion"]["starts_at"] == "2026-11-22T00:00:00-05:00"
    assert verdict["at"] == "2026-11-22T09:07:00-05:00"
    assert datetime.fromisoformat(verdict["at"]) == NOW


def test_an_unknown_code_is_an_answer_and_not_an_error(world: World) -> None:
    answer = world.associate.get("/stores/here-1/verdict?code=nothing")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "UNKNOWN")


@pytest.mark.parametrize("query", ["", "?code=", "?code=%20%20", "?code=a%00b", f"?code={'x' * 5000}"])
def test_a_code_that_nobody_can_have_scanned_is_refused(world: World, query: str) -> None:
    answer = world.associate.get(f"/stores/here-1/verdict{query}")
    assert is_problem(answer, 400)
    assert "code" in answer.json()["errors"]


def test_a_foreign_store_and_none_at_all_are_alike(world: World) -> None:
    for store_code in ("there-1", "none", "h%00re", "x" * 300):
        assert is_problem(world.associate.get(f"/stores/{store_code}/verdict?code=oat"), 404)
    assert world.merchandiser.get("/stores/there-1/verdict?code=oat").status_code == 200


def test_without_a_good_key_nobody_is_answered(world: World) -> None:
    key = ApiKey.objects.get(staff_member__username="maria")
    for header in ("", "Bearer wrong", "Basic bWFyaWE6", "Bearer", "Bearer \xff"):
        answer = world.nobody.get("/stores/here-1/verdict?code=oat", Authorization=header)
        assert is_problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now())
    assert is_problem(world.associate.get("/stores/here-1/verdict?code=oat"), 401)


def test_a_signed_in_browser_may_ask_too(world: World) -> None:
    world.nobody.client.login(username="maria", password="secret-enough")
    assert world.nobody.get("/stores/here-1/verdict?code=oat").status_code == 200
    assert is_problem(world.nobody.get("/stores/there-1/verdict?code=oat"), 404)


def test_only_reading_is_possible(world: World) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert is_problem(world.associate.ask(method, "/stores/here-1/verdict?code=oat"), 405)
    head = world.associate.client.head(
        f"{V1}/stores/here-1/verdict?code=oat", headers=world.associate.headers
    )
    assert head.status_code == 200


def test_a_scan_costs_one_query_once_the_key_is_known(world: World) -> None:
    world.associate.get("/stores/here-1/verdict?code=4012345678901")
    with CaptureQueriesContext(connection) as queries:
        world.associate.get("/stores/here-1/verdict?code=4012345678901")
    # The account of the check is written by a thread of its own; in tests it stands here.
    assert len([query for query in queries if "promotions_honourcheck" not in query["sql"]]) == 1


def test_the_answer_is_what_the_schema_says(world: World) -> None:
    for path in ("here-1/verdict?code=oat", "there-1/verdict?code=oat", "here-1/verdict?code=zzz"):
        same_fields(world.admin.get(f"/stores/{path}").json(), VerdictSerializer())


def same_fields(answer: Any, serializer: Any) -> None:
    """Every field that is documented is there, and no other, all the way down."""
    child = getattr(serializer, "child", None)
    if answer is None:
        assert serializer.allow_null
    elif child is not None:
        for entry in answer:
            same_fields(entry, child)
    elif hasattr(serializer, "fields"):
        assert set(answer) == set(serializer.fields)
        for name, field in serializer.fields.items():
            same_fields(answer[name], field)
