"""The operator's feed pages hear of what moves, from a real web server; nobody else does."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from inventory.live import changed_runs, changed_sources, look_at_feeds
from inventory.models import FeedAlert, FeedRun, FeedSource
from omnistore.feed_stream import FeedWatch, Listener
from omnistore.staff.models import ApiKey, Role, StaffMember
from promotions.live.fanout import MOST_PENDING, Connection, Message
from tests.factories_promotions import create_staff_member, stock_source
from tests.promotions.live.parties import Listener as Page
from tests.promotions.live.parties import WebServer, eventually, in_thread, listening, story

NOW = timezone.now()


@pytest.fixture
def run(transactional_db: None) -> FeedRun:
    """A file that is loading."""
    return FeedRun.objects.create(
        source=stock_source(), sha256="a" * 64, file_name="night.csv", size=4_000, state="LOADING",
        received_at=NOW, started_at=NOW, lease_until=NOW + timedelta(minutes=5), progress_rows=10,
    )  # fmt: skip


def finish(run: FeedRun) -> None:
    FeedRun.objects.filter(pk=run.pk).update(state="LOADED", finished_at=timezone.now(), lease_until=None)


def address(web: WebServer) -> str:
    return f"http://127.0.0.1:{web.port}/live/feeds"


def signed_in(member: StaffMember) -> dict[str, str]:
    browser = Client()
    browser.force_login(member)
    return {"Cookie": f"sessionid={browser.cookies['sessionid'].value}"}


def watched_by() -> int:
    """How many connections of web servers last asked what the feeds look like."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%r.progress_bytes%%' AND pid <> pg_backend_pid()"
            " AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


async def told(page: Page) -> tuple[str, str]:
    """The next run and the next feed that the page hears of."""
    return (await page.next("run")).text, (await page.next("feed")).text


def test_an_operator_hears_of_progress_and_of_the_end_and_then_nobody_asks(
    web: WebServer, run: FeedRun
) -> None:
    headers = signed_in(create_staff_member(role=Role.OPERATOR))

    async def tell() -> None:
        async with listening(address(web), **headers) as page, listening(address(web), **headers) as other:
            await page.next("ping")
            await other.next("ping")
            assert await in_thread(watched_by) == 1
            await in_thread(FeedRun.objects.update, progress_rows=20)
            assert await told(page) == await told(other) == (str(run.pk), "wms")
            await in_thread(finish, run)
            assert await told(page) == (str(run.pk), "wms")
        await in_thread(eventually, lambda: watched_by() == 0)

    story(tell())


def test_nobody_else_may_listen(web: WebServer, run: FeedRun) -> None:
    def status_for(**options: Any) -> int:
        with httpx.Client() as client, client.stream("GET", address(web), **options) as response:
            return response.status_code

    roles = (Role.ASSOCIATE, Role.MERCHANDISER, Role.OPERATOR, Role.ADMIN)
    members = [create_staff_member(role=role) for role in roles]
    assert [status_for(headers=signed_in(member)) for member in members] == [403, 403, 200, 200]
    key = ApiKey.issue(staff_member=members[2], name="wall screen", now=NOW)[1]
    assert status_for(headers={"Authorization": f"Bearer {key}"}) == 200
    assert status_for() == 401
    assert httpx.post(address(web)).status_code == 405


def test_who_may_no_longer_operate_is_cut_off_at_the_next_heartbeat(web: WebServer, run: FeedRun) -> None:
    member = create_staff_member(role=Role.OPERATOR)
    headers = signed_in(member)

    async def tell() -> None:
        async with listening(address(web), **headers) as page:
            await page.next("ping")
            await in_thread(StaffMember.objects.filter(pk=member.pk).update, role=Role.ASSOCIATE)
            assert (await page.everything())[-1].text == "no longer allowed"

    story(tell())


def test_whoever_does_not_read_is_let_go_and_the_watch_ends(transactional_db: None) -> None:
    full = asyncio.Event()  # never set: the socket has no room

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await full.wait()

    async def tell() -> None:
        watch, listener = FeedWatch(admit=lambda _headers: None), Listener(Connection(send), {})
        watch.enter(listener)
        async with asyncio.timeout(10):
            while listener not in watch.listeners:
                await asyncio.sleep(0.01)
        for _ in range(MOST_PENDING + 1):
            watch.tell([b"event: feed\ndata: wms\n\n"])
        assert listener.connection.ended
        assert [message["more_body"] for message in listener.connection.pending] == [False]
        async with asyncio.timeout(10):
            while watch.watching is not None:
                await asyncio.sleep(0.01)
        assert listener not in watch.listeners

    story(tell())


@pytest.mark.django_db
def test_what_changed_is_named_once_and_what_is_long_over_is_not() -> None:
    source, other = stock_source(), FeedSource.objects.create(code="pos", name="Tills", kind="SALES")
    FeedRun.objects.create(
        source=source, sha256="b" * 64, file_name="old.csv", size=1, state="LOADED",
        received_at=NOW, finished_at=NOW,
    )  # fmt: skip
    first = look_at_feeds(now=NOW)
    later = look_at_feeds(now=NOW + timedelta(minutes=5))
    assert (len(first.runs), len(later.runs)) == (1, 0)
    assert (changed_runs(first, later), changed_sources(first, later)) == ({}, set())

    FeedAlert.objects.create(source=other, kind="LATE", message="Late.", opened_at=NOW)
    alerted = look_at_feeds(now=NOW + timedelta(minutes=5))
    assert (changed_runs(later, alerted), changed_sources(later, alerted)) == ({}, {"pos"})

    held = FeedRun.objects.create(
        source=source, sha256="c" * 64, file_name="x.csv", size=1, state="HELD", received_at=NOW
    )
    waiting = look_at_feeds(now=NOW + timedelta(minutes=5))
    assert (changed_runs(alerted, waiting), changed_sources(alerted, waiting)) == ({held.pk: "wms"}, {"wms"})
    FeedRun.objects.filter(pk=held.pk).update(state="REFUSED", finished_at=NOW)
    decided = look_at_feeds(now=NOW + timedelta(minutes=5))
    assert (changed_runs(waiting, decided), changed_sources(waiting, decided)) == ({held.pk: "wms"}, {"wms"})
