"""Who may open which stream."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from inventory.models import Store
from omnistore.staff.models import ApiKey, Role, StaffMember
from promotions.live.tickets import Ticket, read_ticket
from tests.factories import create_store
from tests.factories_promotions import create_staff_member
from tests.promotions.live.parties import WebServer, listening, story, ticket_for


def key_of(member: StaffMember) -> str:
    return ApiKey.issue(staff_member=member, name="till", now=timezone.now())[1]


def opens(web: WebServer, store_code: str, **options: Any) -> int:
    """The status of the attempt; a stream that opens is closed at once."""
    with (
        httpx.Client() as client,
        client.stream("GET", f"http://127.0.0.1:{web.port}/live/{store_code}/", **options) as response,
    ):
        if response.status_code != 200:
            assert response.headers["content-type"] == "application/problem+json"
            assert response.read().startswith(b'{"type":"about:blank"')
        return response.status_code


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_nobody_hears_without_a_name(web: WebServer, store: Store) -> None:
    assert opens(web, store.store_code) == 401
    assert opens(web, store.store_code, params={"ticket": "made-up"}) == 401
    assert opens(web, store.store_code, headers=bearer("oms_wrong")) == 401
    assert opens(web, store.store_code, headers={"Cookie": "sessionid=nosuchsession"}) == 401
    assert opens(web, "no-such-store") == 401


def test_an_associate_hears_its_own_store_only(web: WebServer, store: Store, other_store: Store) -> None:
    key = bearer(key_of(create_staff_member(stores=[store])))
    assert opens(web, store.store_code, headers=key) == 200
    assert opens(web, other_store.store_code, headers=key) == 403
    assert opens(web, "no-such-store", headers=key) == 403


def test_head_office_hears_every_store_there_is(web: WebServer, store: Store, other_store: Store) -> None:
    key = {"Authorization": f"Token {key_of(create_staff_member(role=Role.MERCHANDISER))}"}
    assert [opens(web, each.store_code, headers=key) for each in (store, other_store)] == [200, 200]
    assert opens(web, "no-such-store", headers=key) == 404


def test_a_revoked_key_and_a_dismissed_person_hear_nothing(web: WebServer, store: Store) -> None:
    member = create_staff_member(stores=[store])
    revoked, kept = key_of(member), key_of(member)
    ApiKey.objects.filter(digest=ApiKey.digest_of(revoked)).update(revoked_at=timezone.now())
    assert opens(web, store.store_code, headers=bearer(revoked)) == 401
    assert opens(web, store.store_code, headers=bearer(kept)) == 200
    StaffMember.objects.update(is_active=False)
    assert opens(web, store.store_code, headers=bearer(kept)) == 401


def test_a_signed_in_tablet_needs_no_ticket(web: WebServer, store: Store, other_store: Store) -> None:
    browser = Client()
    browser.force_login(create_staff_member(stores=[store]))
    cookie = {"Cookie": f"sessionid={browser.cookies['sessionid'].value}"}
    assert opens(web, store.store_code, headers=cookie) == 200
    assert opens(web, other_store.store_code, headers=cookie) == 403
    # A page that stood open for longer than its ticket lives falls back to the session.
    assert opens(web, store.store_code, headers=cookie, params={"ticket": "outlived"}) == 200


def test_a_ticket_opens_one_store(web: WebServer, store: Store, other_store: Store) -> None:
    assert opens(web, store.store_code, params={"ticket": ticket_for(store)}) == 200
    assert opens(web, other_store.store_code, params={"ticket": ticket_for(store)}) == 403


def test_a_ticket_lives_twelve_hours() -> None:
    store = Store(pk=7, store_code="a:b/ü")
    ticket, now = ticket_for(store), timezone.now()
    assert read_ticket(ticket) == Ticket(user_id=1, store_id=7, store_code="a:b/ü")
    assert httpx.URL("http://x", params={"ticket": ticket}).query == f"ticket={ticket}".encode().replace(
        b":", b"%3A"
    )
    with time_machine.travel(now + timedelta(hours=11, minutes=59), tick=False):
        assert read_ticket(ticket) is not None
    with time_machine.travel(now + timedelta(hours=12, minutes=1), tick=False):
        assert read_ticket(ticket) is None


def test_what_is_no_stream_is_said_so(web: WebServer, store: Store) -> None:
    base = f"http://127.0.0.1:{web.port}"
    posted = httpx.post(web.address(store))
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET")
    assert httpx.get(f"{base}/live/").status_code == 404
    assert httpx.get(f"{base}/live/a/b/").status_code == 404
    assert httpx.get(web.address(store, format="xml")).status_code == 400


@pytest.mark.parametrize("code", ["São Paulo 1", "07/3"])
def test_a_store_code_may_be_any_text(web: WebServer, transactional_db: None, code: str) -> None:
    """A slash cannot stand in a path's segment even when it is escaped; every other text can."""
    store = create_store(store_code=code)

    async def tell() -> None:
        async with listening(web.address(store)) as tablet:
            await tablet.next("ping")

    if "/" in code:
        assert opens(web, "07%2F3", params={"ticket": ticket_for(store)}) == 404
    else:
        story(tell())
