"""Whatever somebody scans, types or pastes: an answer at once, and never a yes for what nobody knows."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnistore.staff.models import StaffMember
from tests.api_client import World, create_world, stopped_clock

pytestmark = pytest.mark.django_db
FIT = {200, 302, 400, 422}
texts = st.one_of(
    st.text(max_size=250),
    st.text(alphabet="0123456789 -]()%/\x1dCe", max_size=40),
    st.text(max_size=60).map(lambda text: f"https://{text}"),
    st.text(max_size=40).map(lambda text: f"https://shop.example/01/{text}"),
    st.sampled_from(
        [
            "x" * 5000,
            "9" * 5000,
            "https://a.example/" + "x/" * 2500,
            "\x1d" * 5000,
            "%" * 200,
            "https://" * 600,
        ]
    ),
)


@pytest.fixture
def world() -> Iterator[World]:
    with stopped_clock():
        yield create_world()


@pytest.fixture
def tablet(world: World) -> Client:
    tablet = Client(raise_request_exception=False)
    tablet.force_login(StaffMember.objects.get(username="maria"))
    return tablet


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts)
def test_any_text_is_answered_and_none_that_is_unknown_is_honoured(
    world: World, tablet: Client, text: str
) -> None:
    api = world.associate.client.get(
        "/api/v1/stores/here-1/verdict", {"code": text}, headers=world.associate.headers
    )
    assert api.status_code in FIT
    for address in ("/tablet/verdict/", "/tablet/search/"):
        page = tablet.get(address, {"code": text}, headers={"HX-Request": "true"})
        assert page.status_code in FIT
    known = {"oat", "save29", "oat-1", "4012345678901"}
    if api.status_code == 200 and api.json()["outcome"] != "UNKNOWN":
        assert any(name in text.casefold().replace(" ", "") for name in known)


def test_a_long_paste_costs_no_query_of_its_own(world: World) -> None:
    """5 kB are refused before anything is looked up, and in words."""
    world.associate.get("/stores/here-1/verdict?code=oat")
    with CaptureQueriesContext(connection) as queries:
        answer = world.associate.get(f"/stores/here-1/verdict?code={'x' * 5000}")
    assert answer.json()["errors"]["code"] == [
        "A code has at most 200 characters, a message with a link 2000."
    ]
    assert not any("promotion" in query["sql"] for query in queries)
