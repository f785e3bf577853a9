"""Every connection at its own pace: in order, once each, and a full line gives way to one reset."""

import asyncio

from promotions.live.events import reset_event
from promotions.live.fanout import MOST_PENDING, Connection, Message, body, deliver, end
from tests.promotions.live.parties import story


class Socket:
    """A server's end of a connection: it waits for room before it writes, as uvicorn's does."""

    def __init__(self) -> None:
        self.room = asyncio.Event()
        self.room.set()
        self.written: list[bytes] = []
        self.open = True

    async def send(self, message: Message) -> None:
        if not self.room.is_set():
            await self.room.wait()
        self.written.append(message["body"])
        self.open = message["more_body"]


def numbered(first: int, last: int) -> list[bytes]:
    return [b"%d" % number for number in range(first, last + 1)]


async def settle() -> None:
    """Let every ready task run."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_client_with_room_gets_it_at_once() -> None:
    async def tell() -> None:
        pipe = Socket()
        connection = Connection(pipe.send)
        for data in numbered(1, 3):
            deliver(connection, body(data))
        assert pipe.written == numbered(1, 3)
        assert connection.draining is None

    story(tell())


def test_a_client_that_was_busy_gets_all_in_order_and_once() -> None:
    async def tell() -> None:
        pipe = Socket()
        connection = Connection(pipe.send)
        pipe.room.clear()
        for data in numbered(1, MOST_PENDING):
            deliver(connection, body(data))
        await settle()
        assert pipe.written == []
        pipe.room.set()
        deliver(connection, body(b"while it catches up"))
        await settle()
        assert pipe.written == [*numbered(1, MOST_PENDING), b"while it catches up"]
        assert connection.draining is None
        deliver(connection, body(b"at once again"))
        assert pipe.written[-1] == b"at once again"

    story(tell())


def test_a_full_line_gives_way_to_one_reset_and_the_end() -> None:
    async def tell() -> None:
        pipe = Socket()
        connection = Connection(pipe.send)
        pipe.room.clear()
        for data in numbered(1, 10 * MOST_PENDING):
            deliver(connection, body(data))
            assert len(connection.pending) <= MOST_PENDING
        pipe.room.set()
        await settle()
        deliver(connection, body(b"too late"))
        assert pipe.written == [reset_event("too slow")]
        assert not pipe.open

    story(tell())


def test_a_connection_that_breaks_hurts_no_other() -> None:
    async def broken(_message: Message) -> None:
        raise RuntimeError("unable to perform operation on a closed transport")

    async def tell() -> None:
        connection = Connection(broken)
        deliver(connection, body(b"lost"))
        assert connection.ended

    story(tell())


def test_nothing_follows_a_reset() -> None:
    async def tell() -> None:
        pipe = Socket()
        connection = Connection(pipe.send)
        end(connection, "another database")
        deliver(connection, body(b"too late"))
        assert pipe.written == [reset_event("another database")]
        assert not pipe.open

    story(tell())
