"""GET /live/feeds: tells the operator's pages which feed and which run moved on, so that they ask for it at once.

An event carries a name and no content: the page fetches the same partial that its timer would. One task per
process looks at the database once a second, and only while somebody listens.
"""

import asyncio
import functools
import logging
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.db import Error, connections
from django.utils import timezone

from inventory.live import FeedsSeen, changed_runs, changed_sources, look_at_feeds
from promotions.live.endpoint import STREAM_HEAD, Headers, Receive, Scope, StreamRefused, refuse
from promotions.live.events import RETRY
from promotions.live.fanout import Connection, Send, body, deliver, end
from promotions.live.hub import in_database

logger = logging.getLogger(__name__)

PATH = "/live/feeds"
LOOK_SECONDS = 1.0
LOOKS_BETWEEN_HEARTBEATS = 5
# An event and no comment: a page cannot hear comments, and has to notice a link that died silently.
PING = b"event: ping\ndata:\n\n"

# Whether who sent these headers may listen; StreamRefused if not. May ask the database.
Admit = Callable[[Headers], None]


@dataclass(eq=False, slots=True)
class Listener:
    """One open page. It must go on being allowed to listen, so what it came with is kept."""

    connection: Connection
    headers: Headers


class FeedWatch:
    """Who listens in this process, and the task that looks at the database for them."""

    def __init__(self, *, admit: Admit) -> None:
        self.admit = admit
        self.newcomers: set[Listener] = set()
        self.listeners: set[Listener] = set()
        self.watching: asyncio.Task[None] | None = None

    def enter(self, listener: Listener) -> None:
        """The listener's stream opens with the next look; whoever enters must leave."""
        self.newcomers.add(listener)
        if self.watching is None or self.watching.done():
            self.watching = asyncio.create_task(self.watch())

    def leave(self, listener: Listener) -> None:
        """The last one out ends the watch. Leaving twice is leaving once."""
        self.newcomers.discard(listener)
        self.listeners.discard(listener)
        if not self.newcomers and not self.listeners and self.watching is not None:
            self.watching.cancel()
            self.watching = None

    async def watch(self) -> None:
        """Look every second until cancelled, in a thread of its own with its own connection."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="feeds")
        loop = asyncio.get_running_loop()
        seen: FeedsSeen | None = None
        failing, looks = False, 0
        try:
            while True:
                looks += 1
                try:
                    look = functools.partial(look_at_feeds, now=timezone.now())
                    now_seen = await loop.run_in_executor(thread, in_database, look)
                    if looks % LOOKS_BETWEEN_HEARTBEATS == 0:
                        await self.beat(thread)
                    failing = False
                except Error as error:
                    if not failing:
                        logger.warning("the feeds cannot be looked at, tried again every second: %s", error)
                    failing = True
                else:
                    self.tell(messages_of(seen, now_seen))
                    seen = now_seen
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            thread.submit(connections.close_all)  # of that thread
            thread.shutdown(wait=False)

    def tell(self, messages: Sequence[bytes]) -> None:
        """What changed to those who listen, and the beginning of the stream to those who came since.

        A page asks for everything once when its stream opens, so newcomers miss nothing that was before.
        """
        if messages:
            message = body(b"".join(messages))
            for listener in self.listeners:
                deliver(listener.connection, message)
        for listener in self.newcomers:
            deliver(listener.connection, STREAM_HEAD)
            deliver(listener.connection, body(RETRY + PING))
        self.listeners |= self.newcomers
        self.newcomers.clear()

    async def beat(self, thread: Executor) -> None:
        """Send the heartbeat to those who may still listen; end the streams of the others."""
        for listener in list(self.listeners):
            if listener.connection.ended:  # it was too slow, and may never read its last words
                self.leave(listener)
                continue
            question = functools.partial(self.admit, listener.headers)
            try:
                await asyncio.get_running_loop().run_in_executor(thread, in_database, question)
            except StreamRefused:
                end(listener.connection, "no longer allowed")
                self.leave(listener)
            else:
                deliver(listener.connection, body(PING))


def messages_of(before: FeedsSeen | None, after: FeedsSeen) -> list[bytes]:
    """One event for each run and each source that changed; none after the first look."""
    if before is None:
        return []
    runs = [f"event: run\ndata: {key}\n\n" for key in sorted(changed_runs(before, after))]
    feeds = [f"event: feed\ndata: {code}\n\n" for code in sorted(changed_sources(before, after))]
    return [event.encode() for event in runs + feeds]


def feed_application(
    *, admit: Admit, pool: Executor
) -> Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]:
    """The application with its own watch; who may listen is asked in `pool` before a stream opens."""
    feeds = FeedWatch(admit=admit)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            headers = read_headers(scope)
            question = functools.partial(admit, headers)
            await asyncio.get_running_loop().run_in_executor(pool, in_database, question)
        except StreamRefused as refused:
            await refuse(send, refused)
        except Error as error:
            logger.warning("no stream while the database is away: %s", error)
            away = StreamRefused(HTTPStatus.SERVICE_UNAVAILABLE, "The database is away; come back.")
            await refuse(send, away)
        else:
            await listen(feeds, Listener(Connection(send), headers), receive)

    return application


def read_headers(scope: Scope) -> Headers:
    """What the client says of itself; StreamRefused 405 for anything but a GET."""
    if scope["method"] != "GET":
        raise StreamRefused(HTTPStatus.METHOD_NOT_ALLOWED, "A stream is opened with GET.")
    return {name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]}


async def listen(feeds: FeedWatch, listener: Listener, receive: Receive) -> None:
    """Stay until the client leaves."""
    feeds.enter(listener)
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        feeds.leave(listener)
        if listener.connection.draining is not None:
            listener.connection.draining.cancel()
