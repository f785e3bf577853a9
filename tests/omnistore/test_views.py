"""Where each role starts."""

import pytest
from django.test import Client

from omnistore.staff.models import Role
from tests.factories_promotions import create_staff_member

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (Role.ASSOCIATE, "/tablet/"),
        (Role.MANAGER, "/tablet/"),
        (Role.MERCHANDISER, "/desk/promotions/"),
        (Role.OPERATOR, "/desk/feeds/"),
        (Role.ADMIN, "/desk/promotions/"),
    ],
)
def test_everybody_starts_where_their_work_is(client: Client, role: Role, address: str) -> None:
    client.force_login(create_staff_member(role=role))
    assert client.get("/")["Location"] == address


def test_sign_in_leads_back_to_where_somebody_wanted_to_go(client: Client) -> None:
    create_staff_member(username="maria")
    asked = {"username": "maria", "password": "secret-enough", "next": "/tablet/store/"}
    assert client.post("/sign-in/", asked)["Location"] == "/tablet/store/"


def test_signing_out_ends_the_session(client: Client) -> None:
    client.force_login(create_staff_member())
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/")["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("path", ["/tablet/", "/sign-in/", "/api/v1/stores"])
def test_a_session_cookie_of_garbage_is_no_session(client: Client, path: str) -> None:
    answer = client.get(path, headers={"cookie": 'sessionid="\\000abcdefgh"'})  # a NUL, as cookies write it
    assert answer.status_code in (200, 302, 401)
