"""Each person reads in their own language, also after somebody else on the same tablet."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from omnistore.staff.models import StaffMember
from tests.factories_promotions import create_staff_member

pytestmark = pytest.mark.django_db


def sign_in(client: Client, username: str) -> None:
    client.post("/sign-out/")
    client.post("/sign-in/", {"username": username, "password": "secret-enough"})


def language_of(client: Client) -> str:
    return client.get("/language/").headers["Content-Language"]


def test_what_is_chosen_stays_with_the_person(client: Client) -> None:
    for name in ("maria", "olga"):
        create_staff_member(username=name)
    sign_in(client, "maria")
    assert client.post("/language/", {"language": "de", "next": "/tablet/"})["Location"] == "/tablet/"
    assert language_of(client) == "de"
    sign_in(client, "olga")
    assert language_of(client) == "en"
    sign_in(client, "maria")
    assert language_of(client) == "de"


def test_before_signing_in_the_browser_keeps_it(client: Client) -> None:
    client.post("/language/", {"language": "fr"})
    assert language_of(client) == "fr"


@pytest.mark.parametrize("language", ["", "xx", "de\0"])
def test_an_unknown_language_is_refused(client: Client, language: str) -> None:
    assert client.post("/language/", {"language": language}).status_code == 400


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_it_leads_back_to_our_own_pages_only(client: Client, address: str) -> None:
    assert client.post("/language/", {"language": "de", "next": address})["Location"] == "/"


def test_the_database_knows_the_languages() -> None:
    member = create_staff_member()
    with pytest.raises(IntegrityError, match="staff_member_language_known"), transaction.atomic():
        StaffMember.objects.filter(pk=member.pk).update(language="xx")
