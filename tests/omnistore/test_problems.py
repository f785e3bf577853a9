"""Every error below /api/ is a problem document, whoever raised it."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from omnistore.problems import with_problems
from tests.api_client import World, create_world, is_problem, stopped_clock


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with stopped_clock():
        yield create_world()


def test_addresses_that_do_not_exist(client: Client) -> None:
    for address in ("/api/", "/api/v1/", "/api/v1/nothing", "/api/v2/stores", "/api/v1/stores/a/b/c"):
        assert is_problem(client.get(address), 404)


def test_outside_the_api_people_get_pages(client: Client) -> None:
    answer = client.get("/nothing-here")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_methods_that_do_not_exist(world: World) -> None:
    answer = world.admin.ask("PUT", "/stores", {})
    assert is_problem(answer, 405)
    assert answer.json()["title"] == "Method Not Allowed"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"null", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"7", 400),
        (b"NaN", 400),
        (b'{"code": "\\ud800"}', 400),
        (b'{"code": "a\\u0000b"}', 400),
        (b'{"code": ' + b"9" * 5000 + b"}", 400),
        (b"[" * 100_000, 400),
        (b'{"code": "' + b"x" * 3_000_000 + b'"}', 413),
    ],
)
def test_bodies_that_are_not_what_they_should_be(world: World, body: bytes, status: int) -> None:
    answer = world.associate.ask("POST", "/stores/here-1/redemptions", body, Idempotency_Key="k1")
    assert is_problem(answer, status)


def test_kinds_of_bodies_that_are_not_read(world: World) -> None:
    for kind in (
        "text/csv",
        "application/xml",
        "multipart/form-data; boundary=x",
        "nonsense",
        "application/json;;",
    ):
        answer = world.associate.ask("POST", "/stores/here-1/redemptions", b"{}", Content_Type=kind)
        assert is_problem(answer, 415) or answer.status_code == 400


def test_errors_name_their_fields(world: World) -> None:
    answer = world.associate.ask("POST", "/stores/here-1/redemptions", {"code": [1]}, Idempotency_Key="k1")
    assert is_problem(answer, 400)
    assert answer.json()["errors"] == {"code": ["Not a valid string."]}
    assert answer.json()["detail"] == "code: Not a valid string."


def test_who_is_not_signed_in_hears_how(world: World) -> None:
    answer = world.nobody.get("/stores")
    assert is_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_session_writes_only_with_its_token(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.login(username="maria", password="secret-enough")
    answer = browser.post("/api/v1/stores/here-1/redemptions", "{}", content_type="application/json")
    assert is_problem(answer, 403)


@pytest.mark.parametrize(
    "page", ["limit=0", "limit=501", "limit=x", "offset=-1", "offset=99999999999999999999"]
)
def test_pages_that_do_not_exist(world: World, page: str) -> None:
    assert is_problem(world.admin.get(f"/stores?{page}"), 400)


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError(request.path)


@login_not_required
@with_problems
def without_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError(request.path)


urlpatterns = [path("api/v1/broken", broken), path("api/v1/away", without_database)]
handler500 = "omnistore.problems.server_error"


@override_settings(ROOT_URLCONF=__name__)
def test_what_nobody_foresaw(caplog: pytest.LogCaptureFixture) -> None:
    answer = Client(raise_request_exception=False).get("/api/v1/broken")
    assert is_problem(answer, 500)
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivision" not in answer.content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_a_database_that_is_away_is_worth_another_try() -> None:
    answer = Client().get("/api/v1/away")
    assert is_problem(answer, 503)
    assert answer.headers["Retry-After"] == "2"
