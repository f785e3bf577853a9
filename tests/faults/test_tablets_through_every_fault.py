"""Two hundred tablets through every fault of the list, on an installation of its own; every event is counted."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGCONT, SIGHUP, SIGKILL, SIGSTOP
from typing import Any

import httpx
import pytest
from django.conf import settings

from omnistore.demo.folders import PROJECT, throw_away_folder
from omnistore.demo.processes import end_child
from promotions.live.tickets import sign_ticket
from tests.faults.ground import Ground, ground
from tests.faults.proxy import Proxy, network_to
from tests.promotions.live.parties import heard

pytestmark = [pytest.mark.faults, pytest.mark.long, pytest.mark.timeout(400)]

TABLETS = 200
AWAY = 2  # stores whose tablets are away until their place is no longer kept
SETTLED_SECONDS = 5.0
OVER_SECONDS = 90  # a fault that is not over by then is a failure
SILENCE = 12.0  # as live.js: without a word for so long the link is dead
JITTER_SECONDS = 2.0

HAPPENED = """
WITH moved AS (
    UPDATE promotions_storestream s SET seq = s.seq + 100 FROM inventory_store i
    WHERE i.id = s.store_id AND i.store_code = ANY(%s)
    RETURNING s.store_id, s.seq
)
INSERT INTO promotions_offerchange
    (store_id, seq, promotion_id, revision_id, old_state, new_state, reason, at)
SELECT m.store_id, m.seq - 100 + number, o.promotion_id, o.revision_id, o.state, o.state, 'STOCK', now()
FROM moved m, generate_series(1, 100) AS number,
    LATERAL (SELECT * FROM promotions_storeoffer o WHERE o.store_id = m.store_id LIMIT 1) o
"""
PRUNED = """
DELETE FROM promotions_offerchange c USING promotions_storestream s, inventory_store i
WHERE s.store_id = c.store_id AND i.id = c.store_id AND i.store_code = ANY(%s) AND c.seq <= s.seq - 30
"""

Board = tuple[str, dict[str, str]]  # the stream's position, and the state of each promotion


@dataclass
class Tablet:
    """A client as live.js: it has a board, goes on from its place, and loads anew when it is told to."""

    store_id: int
    code: str
    origin: str
    token: str
    place: str = ""
    states: dict[str, str] = field(default_factory=dict)
    heard: int = 0
    missing: int = 0
    doubled: int = 0
    foreign: int = 0
    boards: int = 0
    connections: int = 0

    async def live(self) -> None:
        async with httpx.AsyncClient(timeout=httpx.Timeout(5, read=SILENCE), trust_env=False) as client:
            while True:
                with suppress(httpx.TransportError):
                    await self.listen(client)
                await asyncio.sleep(JITTER_SECONDS * int.from_bytes(os.urandom(2)) / 2**16)

    async def listen(self, client: httpx.AsyncClient) -> None:
        if not self.place:
            board = await fetch_board(client, origin=self.origin, code=self.code, token=self.token)
            if board is None:
                return
            self.place, self.states = board
            self.boards += 1
        ticket = sign_ticket(user_id=1, store_id=self.store_id, store_code=self.code)
        query = {"ticket": ticket, "format": "json", "after": self.place}
        async with client.stream("GET", f"{self.origin}/live/{self.code}/", params=query) as response:
            self.connections += response.status_code == 200
            async for event in heard(response.aiter_lines()):
                if event.event == "offer":
                    self.take(event.id or "", json.loads(event.text))
                elif event.event == "reset":
                    self.place = ""

    def take(self, place: str, facts: dict[str, Any]) -> None:
        before, seq = (int(each.split(":")[1]) for each in (self.place, place))
        self.missing += max(0, seq - before - 1)
        self.doubled += seq <= before  # twice, or out of order
        self.foreign += facts["store_code"] != self.code
        self.place = place
        self.states[facts["promotion_id"]] = facts["new_state"]
        self.heard += 1


async def fetch_board(client: httpx.AsyncClient, *, origin: str, code: str, token: str) -> Board | None:
    """A store's offers as a page load would bring them; None when the server is away or has no database."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = await client.get(f"{origin}/api/v1/stores/{code}/offers", headers=headers)
    if answer.status_code != 200:
        return None
    rows = answer.json()
    return rows["position"], {row["promotion_id"]: row["state"] for row in rows["results"]}


class Teller:
    """The process that changes offers."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.made = self.listen()

    def listen(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        return said

    async def obey(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        await asyncio.to_thread(self.listen)


@contextmanager
def telling(on: Ground) -> Iterator[Teller]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.teller"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=on.env, cwd=PROJECT,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield Teller(process)
    finally:
        end_child(process, by=SIGKILL, seconds=5)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()


@pytest.fixture
def installation() -> Iterator[Ground]:
    with throw_away_folder("faults") as folder, ground(folder) as made:
        (made.folder / "static").mkdir()
        made.env |= {"SECRET_KEY": settings.SECRET_KEY, "DJANGO_SETTINGS_MODULE": "omnistore.settings"}
        for part in ("worker", "beat", "web"):
            made.start(part)
        yield made


class Story:
    """The faults, and what has to hold after each of them."""

    def __init__(self, on: Ground, teller: Teller, network: Proxy) -> None:
        self.ground, self.teller, self.network = on, teller, network
        self.direct = f"http://127.0.0.1:{on.web_port}"
        origin, token = f"http://127.0.0.1:{network.port}", teller.made["token"]
        stores = teller.made["stores"]
        self.tablets = [
            Tablet(store_id=pk, code=code, origin=origin, token=token)
            for number in range(TABLETS)
            for pk, code in [stores[number % len(stores)]]
        ]
        self.away = {code for _pk, code in stores[:AWAY]}
        self.took: dict[str, float] = {}

    async def answers(self) -> None:
        """Wait for the web server."""
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                with suppress(httpx.TransportError):
                    if (await client.get(f"{self.direct}/readyz")).json()["database"]:
                        return
                await asyncio.sleep(0.05)

    async def fresh(self) -> dict[str, Board]:
        """Every store's board, fetched anew."""
        token, found = self.teller.made["token"], {}
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            for _pk, code in self.teller.made["stores"]:
                board = None
                while board is None:
                    with suppress(httpx.TransportError):
                        board = await fetch_board(client, origin=self.direct, code=code, token=token)
                found[code] = board
        return found

    async def those_that_differ(self, tablets: list[Tablet]) -> list[Tablet]:
        """The tablets that have not what a page load would bring."""
        fresh = await self.fresh()
        return [tablet for tablet in tablets if (tablet.place, tablet.states) != fresh[tablet.code]]

    async def settled(self, name: str, *, without: set[str], seconds: float = SETTLED_SECONDS) -> None:
        """Writers pause; within a few seconds of the fault's end every tablet has what a page load would bring."""
        ended = time.monotonic()
        await self.teller.obey("stop")
        fresh = await self.fresh()
        asked = [tablet for tablet in self.tablets if tablet.code not in without]
        while wrong := [tablet for tablet in asked if (tablet.place, tablet.states) != fresh[tablet.code]]:
            late = time.monotonic() - ended > seconds
            assert not late, (
                f"{name}: {len(wrong)} of {len(asked)} differ, as {wrong[0]}: {fresh[wrong[0].code]}"
            )
            await asyncio.sleep(0.02)
        self.took[name] = time.monotonic() - ended
        self.ground.start_what_ended()
        await self.teller.obey("go")

    # The faults: each returns when it is over

    async def web_killed(self) -> None:
        self.ground.kill("web")
        self.ground.start("web")
        await self.answers()

    async def rolling_restart(self) -> None:
        parent = self.ground.processes["web"]
        before = web_workers(parent.pid)
        assert len(before) == 2
        parent.send_signal(SIGHUP)
        while len(after := web_workers(parent.pid)) != 2 or after & before:
            await asyncio.sleep(0.1)

    async def valkey_killed(self) -> None:
        self.ground.kill("valkey")
        await asyncio.sleep(3)
        self.ground.start("valkey")

    async def valkey_frozen(self) -> None:
        self.ground.processes["valkey"].send_signal(SIGSTOP)
        await asyncio.sleep(20)
        self.ground.processes["valkey"].send_signal(SIGCONT)

    async def database_restarted(self) -> None:
        self.ground.kill("postgres")
        self.ground.start("postgres")
        await self.answers()

    async def network_cut(self) -> None:
        self.network.cut()
        await asyncio.sleep(3)
        self.network.heal()

    def forget_what_the_absent_saw(self) -> None:
        """As long after: more has happened in their stores than a ring holds, and the outbox was pruned."""
        self.ground.sql(HAPPENED, sorted(self.away))
        self.ground.sql(PRUNED, sorted(self.away))


def web_workers(parent: int) -> set[int]:
    """The processes that serve, without multiprocessing's own helper."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return {int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()}


async def tell(on: Ground, teller: Teller) -> Story:
    """All faults, one after the other, while the teller goes on."""
    async with network_to(on.web_port) as network:
        story = Story(on, teller, network)
        await story.answers()
        lives = {tablet.code: [] for tablet in story.tablets}  # type: dict[str, list[asyncio.Task[None]]]
        for tablet in story.tablets:
            lives[tablet.code].append(asyncio.create_task(tablet.live()))
        try:
            await story.settled("the beginning", without=set(), seconds=OVER_SECONDS)
            del story.took["the beginning"]
            for code in story.away:
                await stopped(lives[code])
            faults: dict[str, Callable[[], Awaitable[None]]] = {
                "web killed": story.web_killed,
                "rolling restart": story.rolling_restart,
                "Valkey killed": story.valkey_killed,
                "Valkey frozen": story.valkey_frozen,
                "database restarted": story.database_restarted,
                "network cut": story.network_cut,
            }
            for name, fault in faults.items():
                await asyncio.sleep(2)
                async with asyncio.timeout(OVER_SECONDS):
                    await fault()
                await story.settled(name, without=story.away)
            await teller.obey("stop")
            story.forget_what_the_absent_saw()
            await teller.obey("go")
            for tablet in story.tablets:
                if tablet.code in story.away:
                    lives[tablet.code].append(asyncio.create_task(tablet.live()))
            await story.settled("away for long", without=set())
            return story
        finally:
            await stopped([life for group in lives.values() for life in group])


async def stopped(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_two_hundred_tablets_through_every_fault(installation: Ground) -> None:
    with telling(installation) as teller:
        story = asyncio.run(tell(installation, teller))
    tablets = story.tablets
    present = [tablet for tablet in tablets if tablet.code not in story.away]
    absent = [tablet for tablet in tablets if tablet.code in story.away]
    print({name: round(seconds, 2) for name, seconds in story.took.items()}, sum(t.heard for t in tablets))  # noqa: T201
    assert max(story.took.values()) < SETTLED_SECONDS, story.took
    assert sum(tablet.missing for tablet in tablets) == 0
    assert sum(tablet.doubled for tablet in tablets) == 0
    assert sum(tablet.foreign for tablet in tablets) == 0
    assert {tablet.boards for tablet in present} == {1}  # whoever was there was never sent to load anew
    assert {tablet.boards for tablet in absent} == {2}  # who was away for long was, once
    assert min(tablet.connections for tablet in present) >= 4  # cut off by three faults, and the beginning
    assert min(tablet.heard for tablet in present) > 30
