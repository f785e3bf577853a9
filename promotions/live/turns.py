"""Streams of shared tablets end with the turn of the person they were opened for (G10).

A ticket may carry whose turn on which tablet it was given for. Every heartbeat asks the database in one query which
of this process's turns are over, and Valkey can ask for that look at once. No stream holds a connection.
"""

import asyncio
import contextlib
import functools
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import NamedTuple, Protocol, TypeVar

import redis
from django.conf import settings
from django.http import HttpRequest
from redis.backoff import NoBackoff
from redis.retry import Retry

from promotions.live.fanout import Connection, end
from promotions.live.relay import STREAM, STREAM_LENGTH

logger = logging.getLogger(__name__)

LOOK_SECONDS = 5.0  # a revoked tablet hears nothing after this, with or without Valkey

Answer = TypeVar("Answer")


class Turn(NamedTuple):
    """One person's time on one tablet."""

    device_id: int
    number: int


def turn_of(request: HttpRequest) -> Turn | None:
    """The turn that this request's session was opened in; None off the shared tablets."""
    turn = request.session.get("turn")
    return Turn(*turn) if turn else None


# Which of these turns are over. May ask the database.
Over = Callable[[Iterable[Turn]], set[Turn]]


class Read(Protocol):
    """Runs a question to the database beside the loop."""

    def __call__(self, question: Callable[[], Answer], /) -> Coroutine[object, object, Answer]: ...


class TurnWatch:
    """The open streams of this process by turn."""

    def __init__(self, *, over: Over, read: Read) -> None:
        self.over = over
        self.read = read
        self.connections: dict[Turn, set[Connection]] = {}
        self.asking: asyncio.Task[set[Turn]] | None = None
        self.asked: set[Turn] = set()
        self.rung = asyncio.Event()

    async def is_over(self, turn: Turn) -> bool:
        """Whether a newcomer's turn is over. Many that come at once are one query."""
        if self.asking is None:
            self.asking = asyncio.create_task(self.ask_for_newcomers())
        self.asked.add(turn)
        return turn in await asyncio.shield(self.asking)

    async def ask_for_newcomers(self) -> set[Turn]:
        """Those of the newcomers whose turn is over; whoever comes after the question is in the next one."""
        await asyncio.sleep(0)
        turns, self.asked, self.asking = self.asked, set(), None
        return await self.read(functools.partial(self.over, turns))

    def enter(self, turn: Turn, connection: Connection) -> None:
        """Cut this stream off when the turn ends; whoever enters must leave."""
        self.connections.setdefault(turn, set()).add(connection)

    def leave(self, turn: Turn, connection: Connection) -> None:
        connections = self.connections.get(turn, set())
        connections.discard(connection)
        if not connections:
            self.connections.pop(turn, None)

    def look_soon(self) -> None:
        """A tablet was revoked somewhere."""
        self.rung.set()

    async def watch(self) -> None:
        """Wait for the next heartbeat or for the bell, then end the streams of all turns that are over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self.rung.wait()
        self.rung.clear()
        if not self.connections:
            return
        for turn in await self.read(functools.partial(self.over, list(self.connections))):
            for connection in self.connections.pop(turn, set()):
                connection.pending.clear()  # a slow tablet gets nothing more
                end(connection, "locked")


def ring_turns() -> None:
    """Ask all processes to look now; without Valkey they do at their next heartbeat."""
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )
    try:
        with client:
            # Store 0 is nobody's: a process that does not know this entry passes it over.
            client.xadd(STREAM, {"s": 0, "turns": 1}, maxlen=STREAM_LENGTH, approximate=True)
    except (redis.ConnectionError, redis.TimeoutError, redis.ResponseError) as error:
        logger.warning("Valkey took no word of a lock: %s; the heartbeat finds it", error)
