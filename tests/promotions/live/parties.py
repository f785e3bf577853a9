"""The parties of a live stream: stores with something to tell, a real web server, and who listens to it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from inventory.models import Store
from omnistore.demo.processes import end_child, start_child
from omnistore.demo.stack import free_port
from promotions.live.tickets import sign_ticket
from promotions.models import Promotion, PromotionRevision, StoreStream
from promotions.rules.words import ChangeReason
from promotions.services.changes import Transition, write_changes

PROJECT = Path(__file__).resolve().parents[3]


def create_revision(promotion_id: str = "SUMMER") -> PromotionRevision:
    """Words that no store has heard of yet: its changes are the first of their stores."""
    promotion = Promotion.objects.create(promotion_id=promotion_id, created_at=timezone.now())
    return PromotionRevision.objects.create(
        promotion=promotion,
        number=1,
        created_at=timezone.now(),
        long_title="Summer",
        operator_display_name="Ten off\nall summer",
        coupon_value_type="PERCENT_OFF",
        percent_off=10,
        redemption_channel=["IN_STORE"],
        product_applicability="ALL_PRODUCTS",
        store_applicability="ALL_STORES",
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 1, 1),
    )


def change(store: Store, revision: PromotionRevision, *, times: int = 1) -> None:
    """Committed changes of one store, in the shape of the services."""
    for _ in range(times):
        with transaction.atomic():
            step = Transition(
                store_id=store.pk,
                promotion_id=revision.promotion_id,
                revision_id=revision.pk,
                old_state="READY",
                new_state="LIVE",
                reason=ChangeReason.WINDOW_OPENED,
            )
            write_changes(transitions=[step], now=timezone.now())


def newest_id(store: Store) -> str:
    return str(StoreStream.objects.get(store=store))


def ticket_for(store: Store) -> str:
    return sign_ticket(user_id=1, store_id=store.pk, store_code=store.store_code)


def eventually(condition: Callable[[], bool], *, seconds: float = 10) -> None:
    """Wait for a condition; an AssertionError when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.01)


class WebServer:
    """uvicorn with the whole project on the test database, as its own process on a port that stays the same."""

    def __init__(self, *, folder: Path, redis_url: str = settings.REDIS_URL) -> None:
        self.port = free_port()
        self.log = folder / "web.log"
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        (folder / "static").mkdir(exist_ok=True)
        self.env = os.environ | {
            "DATABASE_URL": database.geturl(),
            "REDIS_URL": redis_url,
            "SECRET_KEY": settings.SECRET_KEY,
            "OMNISTORE_DATA": str(folder),
        }

    def start(self) -> None:
        self.launch()
        eventually(self.answers, seconds=30)

    def launch(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "omnistore.asgi:application", "--port", str(self.port)]
        options = ["--lifespan", "off", "--timeout-graceful-shutdown", "1", "--no-access-log"]
        with self.log.open("ab") as log:
            self.process: subprocess.Popen[bytes] = start_child(
                [*command, *options],
                last_signal=signal.SIGKILL,
                stdout=log,
                stderr=log,
                env=self.env,
                cwd=PROJECT,
            )

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        end_child(self.process, by=signal.SIGKILL, seconds=5)

    def stop(self) -> None:
        end_child(self.process, by=signal.SIGTERM, seconds=10)

    def address(self, store: Store, *, port: int | None = None, **options: str) -> str:
        """A stream's address with a ticket, through `port` when another than the server's own."""
        query = urlencode({"ticket": ticket_for(store)} | options)
        return f"http://127.0.0.1:{port or self.port}/live/{store.store_code}/?{query}"


@dataclass
class Heard:
    """One event as it came over the wire."""

    event: str = "message"
    id: str | None = None
    data: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.data)

    @property
    def seq(self) -> int:
        return int((self.id or "").split(":")[1])


async def heard(lines: AsyncIterator[str]) -> AsyncIterator[Heard]:
    """The events in the lines of a stream (WHATWG's rules, without the byte order mark)."""
    event, touched = Heard(), False
    async for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if touched:
                yield event
            event, touched = Heard(), False
        elif name == "event":
            event.event, touched = value, True
        elif name == "id":
            event.id, touched = value, True
        elif name == "data":
            event.data.append(value)
            touched = True


class Listener:
    """A client on one open stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.events = heard(response.aiter_lines())
        self.last: Heard | None = None

    async def next(self, kind: str = "offer", *, seconds: float = 8) -> Heard:
        """The next event of this kind; a TimeoutError when none comes."""
        async with asyncio.timeout(seconds):
            async for event in self.events:
                self.last = event
                if event.event == kind:
                    return event
        raise AssertionError(f"the stream ended before another {kind}, after {self.last}")

    async def take(self, count: int) -> list[Heard]:
        return [await self.next() for _ in range(count)]

    async def everything(self) -> list[Heard]:
        """All events up to the end of the stream."""
        async with asyncio.timeout(10):
            return [event async for event in self.events]


@asynccontextmanager
async def listening(url: str, **headers: str) -> AsyncIterator[Listener]:
    """An open stream that has said where it is, so that whatever is committed from now on must be heard."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        httpx.AsyncClient(timeout=15) as client,
        client.stream("GET", url, headers=named) as response,
    ):
        assert response.status_code == 200, await response.aread()
        yield Listener(response)


async def in_thread(work: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Run something that talks to the database beside the loop, and close its connection."""

    def run() -> Any:
        try:
            return work(*args, **options)
        finally:
            connection.close()

    return await asyncio.to_thread(run)


def story(coroutine: Coroutine[Any, Any, None]) -> None:
    """Tell an asynchronous story to its end."""
    asyncio.run(coroutine)
