"""Keys of the API: given for a password, shown once, revoked for good."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from omnistore.staff import admission
from omnistore.staff.models import ApiKey, StaffMember
from omnistore.staff.throttling import count_wrong
from tests.api_client import World, create_world, is_problem, stopped_clock
from tests.factories_promotions import NOW

SIGN_IN = {"username": "maria", "password": "secret-enough", "name": "till 3"}


@pytest.fixture
def world(db: None) -> Iterator[World]:
    cache.clear()
    with stopped_clock():
        yield create_world()
    cache.clear()


def test_a_password_gets_a_key_that_works(world: World) -> None:
    answer = world.nobody.post("/tokens", SIGN_IN)
    body = answer.json()
    assert (answer.status_code, body["role"], body["store_codes"]) == (201, "ASSOCIATE", ["here-1"])
    for scheme in ("Bearer", "Token", "bearer"):
        assert world.nobody.get("/stores", Authorization=f"{scheme} {body['token']}").status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_token_itself_is_kept_nowhere(world: World) -> None:
    token = world.nobody.post("/tokens", SIGN_IN).json()["token"]
    key = ApiKey.objects.get(name="till 3")
    assert bytes(key.digest) == ApiKey.digest_of(token)
    assert token not in str(ApiKey.objects.values_list().get(pk=key.pk))


@pytest.mark.parametrize(
    "changes",
    [{"password": "wrong"}, {"username": "nobody"}, {"password": "Secret-enough"}, {"username": "x\ty"}],
)
def test_a_wrong_password_gets_none(world: World, changes: dict[str, str]) -> None:
    assert is_problem(world.nobody.post("/tokens", SIGN_IN | changes), 401)


@pytest.mark.parametrize(
    "changes",
    [
        {"password": ""},
        {"username": None},
        {"name": ""},
        {"name": "x" * 101},
        {"password": "x" * 5000},
        {"username": "a\0"},
    ],
)
def test_what_makes_no_sense_is_said_so(world: World, changes: dict[str, str]) -> None:
    answer = world.nobody.post("/tokens", SIGN_IN | changes)
    assert is_problem(answer, 400)
    assert set(answer.json()["errors"]) == set(changes)


def test_guessing_is_slowed_down_for_one_name_only(world: World) -> None:
    for _ in range(5):
        world.nobody.post("/tokens", SIGN_IN | {"password": "guess"})
    blocked = world.nobody.post("/tokens", SIGN_IN)
    assert is_problem(blocked, 429)
    assert blocked.headers["Retry-After"] == "60"
    assert world.nobody.post("/tokens", SIGN_IN | {"username": "tom"}).status_code == 201


def test_a_person_who_left_gets_none_and_has_none(world: World) -> None:
    StaffMember.objects.filter(username="maria").update(is_active=False)
    assert is_problem(world.nobody.post("/tokens", SIGN_IN), 401)
    assert is_problem(world.associate.get("/stores"), 401)
    assert is_problem(world.associate.get("/stores/here-1/verdict?code=oat"), 401)


def test_a_revoked_key_is_dead(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "REMEMBERED_SECONDS", 0.0)
    assert world.associate.get("/stores/here-1/verdict?code=oat").status_code == 200
    assert world.associate.ask("DELETE", "/tokens").status_code == 204
    assert is_problem(world.associate.get("/stores"), 401)
    assert is_problem(world.associate.get("/stores/here-1/verdict?code=oat"), 401)
    assert is_problem(world.associate.ask("DELETE", "/tokens"), 401)


def test_a_key_is_remembered_for_less_than_ten_seconds() -> None:
    assert admission.REMEMBERED_SECONDS <= 5


def test_the_memory_of_keys_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "REMEMBERED_MOST", 3)
    maria = StaffMember.objects.get(username="maria")
    for _ in range(9):
        _key, token = ApiKey.issue(staff_member=maria, name="x", now=NOW)
        answer = world.nobody.get("/stores/here-1/verdict?code=oat", Authorization=f"Bearer {token}")
        assert answer.status_code == 200
    assert len(admission.admitted) <= 3


def test_a_key_from_the_command_line(world: World) -> None:
    printed = StringIO()
    call_command("create_token", "nora", "night job", stdout=printed)
    assert world.nobody.get("/feeds", Authorization=f"Bearer {printed.getvalue().strip()}").status_code == 200
    for arguments in (("nobody", "x"), ("nora", "")):
        with pytest.raises(CommandError):
            call_command("create_token", *arguments)


def test_wrong_passwords_at_once_are_all_counted() -> None:
    cache.clear()
    counters = [("wrong", 5)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _time: count_wrong(counters), range(400)))
    assert cache.get("wrong") == 400
