"""One reader of the live stream per process, fanned out to the store's listeners; the database decides.

Valkey brings an event in milliseconds. Whatever does not follow on what the listeners have (a gap, another
epoch) is settled by reading the changes from PostgreSQL, and a poll every second finds what Valkey never
brought. No stream holds a thread or a database connection: the few reads run in a small pool.
"""

import asyncio
import functools
import logging
import random
from asyncio import CancelledError
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor
from typing import Any, TypeVar

import redis
import redis.asyncio
from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.utils import timezone
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from promotions.live.channel import BEGINNING, Channel
from promotions.live.events import EventId, LiveEvent, ping_event
from promotions.live.fanout import body, deliver
from promotions.live.memory import Memory
from promotions.live.relay import STREAM
from promotions.live.rendering import Span, render_changes, render_spans
from promotions.live.turns import Over, TurnWatch

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
BEAT_SECONDS = 1.0
QUIET_BEATS = 5  # after so many beats without an event the listeners are told that their link is alive
BLOCK_SECONDS = 2.0
GATHER_SECONDS = 0.01  # after events came: one read for fifty of them costs a tenth of fifty reads
ANSWER_SECONDS = 2.0  # beyond the block: a Valkey that is silent for longer is as good as gone
# A client further behind reloads its page, which costs one briefing instead of a thousand cards.
CATCH_UP_MOST = 1000
FETCH_AT_ONCE = 200
STORES_AT_ONCE = 50
# While Valkey brings events the relay is at work, and what a store waits for is on its way: so many polls.
PATIENT_POLLS = 3
# Read back at the start, so that all the tablets that come back after a restart ask the database for nothing.
REMEMBERED = 5000
REMEMBERED_AT_ONCE = 500
SENDS_BETWEEN_YIELDS = 500
PINGS_BETWEEN_YIELDS = 200
PLAIN_FIELDS = 5  # of an event in the default language alone, as the relay sends it
# A server that is away; anything else is a defect and logged with its traceback.
OUTAGES = (Error, redis.RedisError, TimeoutError)

POSITIONS = "SELECT store_id, epoch, seq FROM promotions_storestream WHERE store_id = ANY(%s::int4[])"

Read = TypeVar("Read")


class Hub:
    """The channels of this process and the loops that feed them."""

    def __init__(self, *, pool: Executor, turns_over: Over) -> None:
        self.pool = pool
        self.turns = TurnWatch(over=turns_over, read=self.read)
        self.channels: dict[int, Channel] = {}
        self.loops: list[asyncio.Task[None]] = []
        self.memory = Memory()
        self.started = asyncio.Event()  # Valkey was asked once what it has
        self.valkey_answers = False
        self.last_entry = b""
        self.heard_since_poll = False
        self.failing: set[str] = set()

    # Listeners

    def enter(self, store_id: int) -> Channel:
        """The store's channel; whoever enters must leave."""
        if not self.loops:
            self.loops = [
                asyncio.create_task(
                    self.repeat("the live stream", self.follow_valkey, pause=reconnect_pause)
                ),
                asyncio.create_task(self.repeat("the poll", self.poll, pause=lambda: POLL_SECONDS)),
                asyncio.create_task(self.repeat("the turns", self.turns.watch, pause=lambda: 0.0)),
                asyncio.create_task(self.repeat("the heartbeat", self.beat, pause=lambda: BEAT_SECONDS)),
            ]
        channel = self.channels.get(store_id)
        if channel is None:
            channel = self.channels[store_id] = Channel(store_id)
        channel.users += 1
        return channel

    def leave(self, channel: Channel) -> None:
        """The last one out closes the channel."""
        channel.users -= 1
        if not channel.users and self.channels.get(channel.store_id) is channel:
            del self.channels[channel.store_id]
            self.memory.keep(channel.store_id, channel.ring, now=self.time())

    def time(self) -> float:
        """Seconds of the loop's clock."""
        return asyncio.get_running_loop().time()

    async def backlog(self, channel: Channel, after: EventId | None) -> list[LiveEvent] | str:
        """What a client that has `after` missed, or the reason why it must load everything anew.

        The listener has to be added before the next await, or it misses what comes in meanwhile.
        """
        await self.open(channel)
        if after is None:
            return []
        if not channel.knows(after):
            # Another process may have told the client what we have not heard yet.
            await self.fetch(channel)
            if not channel.knows(after):
                return "unknown id"
        found: list[LiveEvent] = []
        seq = after.seq
        while channel.position is not None and channel.position.seq - after.seq <= CATCH_UP_MOST:
            newer = channel.since(seq)
            if newer is not None:
                return found + newer
            older = await self.read_older(channel, seq)
            if older is None:
                return "no longer kept"
            found += older
            seq = older[-1].id.seq if older else seq
        return "too far behind" if channel.position else "restarted"

    async def open(self, channel: Channel) -> None:
        """Ask the database where the store's stream is, once per channel."""
        await self.started.wait()
        async with channel.lock:
            if channel.position is None:
                positions = await self.read(functools.partial(positions_of, store_ids=[channel.store_id]))
                newest = positions.get(channel.store_id, BEGINNING)
                channel.begin(newest, remembered=self.memory.take(channel.store_id, upto=newest))
        if channel.stale:
            self.fetch_soon(channel)

    async def read_older(self, channel: Channel, seq: int) -> list[LiveEvent] | None:
        """The events between `seq` and the ring, [] when another read them meanwhile, None if pruned."""
        async with channel.lock:
            if channel.position is None or channel.since(seq) is not None:
                return []
            epoch = channel.position.epoch
            older = await self.read(
                functools.partial(
                    render_changes,
                    store_id=channel.store_id,
                    after=seq,
                    upto=channel.first_kept() - 1,
                    now=timezone.now(),
                )
            )
            if not older or older[0].id != EventId(epoch=epoch, seq=seq + 1):
                return None
            channel.keep_older(older)
            return older

    # The database

    async def read(self, question: Callable[[], Read]) -> Read:
        """Run a read of the database in the pool, on a connection that was looked after."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, in_database, question)

    def fetch_soon(self, channel: Channel) -> None:
        """Bring the channel up to date from the database in the background, one at a time per channel."""
        channel.stale = True
        if channel.fetching is None:
            channel.fetching = asyncio.create_task(self.fetch_while_stale(channel))
            channel.fetching.add_done_callback(functools.partial(self.fetched, channel))

    async def fetch_while_stale(self, channel: Channel) -> None:
        while channel.stale and channel.position is not None:
            channel.stale = False
            await self.fetch(channel)

    def fetched(self, channel: Channel, task: "asyncio.Task[None]") -> None:
        channel.fetching = None
        if not task.cancelled():
            self.report("reading changes", task.exception())  # the next poll tries again

    async def fetch(self, channel: Channel) -> None:
        """Give the listeners what the database has beyond the channel's position."""
        more = True
        while more and channel.position is not None:
            async with channel.lock:
                question = functools.partial(
                    render_changes,
                    store_id=channel.store_id,
                    after=channel.position.seq,
                    now=timezone.now(),
                    most=FETCH_AT_ONCE,
                )
                events = await self.read(question)
                for event in events:
                    self.take(channel, event, complete=True)
                more = len(events) == FETCH_AT_ONCE
                await asyncio.sleep(0)

    def take(self, channel: Channel, event: LiveEvent, *, complete: bool) -> int:
        """One event that came in; how many listeners got it. `complete`: the source itself has no gaps."""
        position = channel.position
        if position is None:
            channel.stale = True
        elif channel.follows(event.id):
            return channel.advance(event)
        elif event.id.epoch == position.epoch and event.id.seq <= position.seq:
            pass  # heard before
        elif complete:
            self.reset(channel, "the history has changed")
        else:
            self.fetch_soon(channel)
        return 0

    def reset(self, channel: Channel, reason: str) -> None:
        """Send every listener of the channel to load everything anew."""
        logger.warning("store %s: %s; its tablets load anew", channel.store_id, reason)
        channel.reset(reason)
        if self.channels.get(channel.store_id) is channel:
            del self.channels[channel.store_id]

    # The loops

    async def repeat(
        self, name: str, once: Callable[[], Coroutine[Any, Any, None]], *, pause: Callable[[], float]
    ) -> None:
        """Run `once` again and again; what it raises is reported once per outage and ends nothing."""
        while True:
            task = asyncio.create_task(once())
            try:
                await asyncio.wait([task])
            finally:
                task.cancel()
            self.report(name, CancelledError() if task.cancelled() else task.exception())
            await asyncio.sleep(pause())

    def report(self, name: str, error: BaseException | None) -> None:
        """Log the first failure and the recovery of something that is tried again and again."""
        if error is not None and name not in self.failing:
            self.failing.add(name)
            known = isinstance(error, OUTAGES)
            logger.warning("%s fails and is tried again: %r", name, error, exc_info=None if known else error)
        elif error is None and name in self.failing:
            self.failing.remove(name)
            logger.warning("%s works again", name)

    async def follow_valkey(self) -> None:
        """Take events from the stream until Valkey goes away."""
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL,
            protocol=2,  # replies of one shape
            socket_timeout=None,  # reads block on purpose; the timeouts here are ours
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        try:
            async with client:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self.find_place(client)
                self.valkey_answers = True
                self.started.set()
                self.report("the live stream", None)
                while True:
                    async with asyncio.timeout(BLOCK_SECONDS + ANSWER_SECONDS):
                        reply: Any = await client.xread(
                            {STREAM: self.last_entry}, count=500, block=int(BLOCK_SECONDS * 1000)
                        )
                    for _, entries in reply:
                        await self.take_entries(entries)
                    await asyncio.sleep(GATHER_SECONDS)
        finally:
            self.started.set()
            self.valkey_answers = False

    async def find_place(self, client: "redis.asyncio.Redis") -> None:
        """Read on from where we were; from the newest entry at the start; from the first one after a loss."""
        newest: Any = await client.xrevrange(STREAM, count=1)
        newest_id: bytes = newest[0][0] if newest else b"0-0"
        if not self.last_entry:
            self.last_entry = newest_id
            await self.remember(client)
        elif entry_order(newest_id) < entry_order(self.last_entry):
            self.last_entry = b"0-0"

    async def remember(self, client: "redis.asyncio.Redis") -> None:
        """Read back what was told before we came, the newest first."""
        upto, now = self.last_entry, self.time()
        for _ in range(REMEMBERED // REMEMBERED_AT_ONCE):
            entries: Any = await client.xrevrange(STREAM, max=upto, count=REMEMBERED_AT_ONCE)
            for _entry_id, fields in entries:
                if b"turns" not in fields:
                    self.memory.keep_older(int(fields[b"s"]), event_of(fields), now=now)
            if len(entries) < REMEMBERED_AT_ONCE:
                return
            upto = b"(" + entries[-1][0]

    async def take_entries(self, entries: Sequence[tuple[bytes, dict[bytes, bytes]]]) -> None:
        """Entries of the stream, in order."""
        self.heard_since_poll = True
        sent = 0
        for entry_id, fields in entries:
            self.last_entry = entry_id
            if b"turns" in fields:
                self.turns.look_soon()
                continue
            store_id = int(fields[b"s"])
            channel = self.channels.get(store_id)
            if channel is None:
                self.memory.add(store_id, event_of(fields))
                continue
            sent += self.take(channel, event_of(fields), complete=False)
            if sent >= SENDS_BETWEEN_YIELDS:
                sent = 0
                await asyncio.sleep(0)

    async def poll(self) -> None:
        """Compare every channel with the database: one query, whatever Valkey does."""
        self.memory.forget(now=self.time())
        before = {
            channel.store_id: (channel, channel.position)
            for channel in self.channels.values()
            if channel.position
        }
        if not before:
            return
        positions = await self.read(functools.partial(positions_of, store_ids=list(before)))
        behind = [
            channel
            for store_id, (channel, had) in before.items()
            if channel.position is not None
            and self.is_overdue(channel, had=had, position=positions.get(store_id, BEGINNING))
        ]
        self.heard_since_poll = False
        for start in range(0, len(behind), STORES_AT_ONCE):
            await self.fetch_each(behind[start : start + STORES_AT_ONCE])

    def is_overdue(self, channel: Channel, *, had: EventId, position: EventId) -> bool:
        """Whether Valkey should have brought what the database has by now.

        `had` is the channel's position before the database said `position`.
        """
        if had != BEGINNING and (position.epoch != had.epoch or position.seq < had.seq):
            self.reset(channel, "the database is another one")
            return False
        now_at = channel.position.seq if channel.position else 0
        # A moment behind the commit is nothing: it is late when it has not come in a whole second.
        is_late = now_at < channel.behind_seq
        channel.late_polls = channel.late_polls + 1 if is_late else 0
        channel.behind_seq = position.seq
        if not self.valkey_answers:
            return position.seq > now_at
        return channel.late_polls > (PATIENT_POLLS if self.heard_since_poll else 0)

    async def fetch_each(self, channels: Sequence[Channel]) -> None:
        """Give the listeners of several stores what the database has beyond their positions, in one read."""
        spans = [
            Span(channel.store_id, channel.position.seq, channel.position.seq + FETCH_AT_ONCE)
            for channel in channels
            if channel.position is not None
        ]
        if not spans:
            return
        for store_id, event in await self.read(functools.partial(render_spans, spans, now=timezone.now())):
            channel = self.channels.get(store_id)
            if channel is not None and channel.position is not None:
                self.take(channel, event, complete=channel in channels)
        await asyncio.sleep(0)

    async def beat(self) -> None:
        """Tell those who heard nothing for a while that their link is alive and how far their store's stream is."""
        sent = 0
        for channel in list(self.channels.values()):
            channel.quiet += 1
            if channel.quiet < QUIET_BEATS or channel.position is None:
                continue
            channel.quiet = 0
            message = body(ping_event(channel.position))
            for listener in channel.listeners:
                if listener.draining is None:
                    deliver(listener, message)
                sent += 1
                if sent % PINGS_BETWEEN_YIELDS == 0:
                    await asyncio.sleep(0)


def reconnect_pause() -> float:
    """Seconds; random, so that the processes do not return in step."""
    return random.uniform(0.2, 0.5)  # noqa: S311 - no secret


def event_of(fields: dict[bytes, bytes]) -> LiveEvent:
    """The event in an entry of the stream."""
    event = LiveEvent(EventId(int(fields[b"e"]), int(fields[b"q"])), fields[b"h"], fields[b"j"])
    if len(fields) == PLAIN_FIELDS:
        return event
    return event._replace(
        others={name[2:].decode(): html for name, html in fields.items() if name.startswith(b"h:")}
    )


def entry_order(entry_id: bytes) -> tuple[int, int]:
    """Entry ids of the stream (milliseconds-number) in their order."""
    milliseconds, _, number = entry_id.partition(b"-")
    return int(milliseconds), int(number or 0)


def in_database(question: Callable[[], Read]) -> Read:
    """Ask on this thread's connection, replaced when it is broken or old, as a request would have it."""
    close_old_connections()
    try:
        return question()
    finally:
        close_old_connections()


def positions_of(*, store_ids: Sequence[int]) -> dict[int, EventId]:
    """The newest event ids by store; a store without any change is left out."""
    with connection.cursor() as cursor:
        cursor.execute(POSITIONS, [list(store_ids)])
        return {store_id: EventId(epoch, seq) for store_id, epoch, seq in cursor.fetchall()}
