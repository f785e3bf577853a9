"""A client that does not read costs nothing, hears nothing twice, and holds up nobody."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import redis

from inventory.models import Store
from omnistore.benchmarks.measuring import memory_bytes
from promotions.live.relay import STREAM
from promotions.models import PromotionRevision, StoreStream
from tests.promotions.live.parties import WebServer, change, in_thread, listening, story

EVENTS = 600
LAZY = 20
CARD = b"x" * 16_384  # together far more than the sockets' buffers hold


def fill(valkey: "redis.Redis", store: Store, *, first: int, last: int) -> None:
    """Large events straight into the stream; the counter moves first, so that they are nothing unheard-of."""
    epoch = StoreStream.objects.get(store=store).epoch
    StoreStream.objects.filter(store=store).update(seq=last)
    with valkey.pipeline(transaction=False) as pipeline:
        for seq in range(first, last + 1):
            data = b"event: offer\nid: %d:%d\ndata: %s\n\n" % (epoch, seq, CARD)
            pipeline.xadd(STREAM, {"s": store.pk, "e": epoch, "q": seq, "h": data, "j": data})
        pipeline.execute()


@asynccontextmanager
async def lazily(web: WebServer, store: Store) -> AsyncIterator[asyncio.StreamReader]:
    """A connection that reads only when it is asked to."""
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**14)
    small.connect(("127.0.0.1", web.port))
    reader, writer = await asyncio.open_connection(sock=small, limit=2**12)
    address = web.address(store).removeprefix(f"http://127.0.0.1:{web.port}")
    writer.write(f"GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    await reader.readuntil(b"event: ping")
    try:
        yield reader
    finally:
        writer.close()
        await writer.wait_closed()


async def seqs_until_reset(reader: asyncio.StreamReader) -> list[int]:
    """What the lazy client finds when it reads at last, up to the reset that must end it."""
    text = b""
    async with asyncio.timeout(10):
        while not text.endswith(b"0\r\n\r\n"):  # the last chunk: the stream has ended
            text += await reader.read(65536)
    assert text.count(b"event: reset") == 1
    assert text.index(b"event: reset") > text.rindex(b"event: offer")
    return [int(seq) for seq in re.findall(rb"\nid: \d+:(\d+)\n", text)]


def test_clients_that_do_not_read_get_a_reset_and_no_doubles_and_take_no_memory(
    web: WebServer, store: Store, revision: PromotionRevision, valkey: "redis.Redis"
) -> None:
    change(store, revision)

    async def tell() -> None:
        async with AsyncExitStack() as open_streams:
            quick = await open_streams.enter_async_context(listening(web.address(store)))
            lazy = [await open_streams.enter_async_context(lazily(web, store)) for _ in range(LAZY)]
            await quick.next("ping")
            before = memory_bytes(web.process.pid)
            for first in range(2, EVENTS, 10):
                await in_thread(fill, valkey, store, first=first, last=first + 9)
                assert [event.seq for event in await quick.take(10)] == list(range(first, first + 10))
            # A ring of both formats, what lay in between, and no more, however many do not read.
            assert memory_bytes(web.process.pid) - before < len(CARD) * EVENTS * 2
            for reader in lazy:
                seqs = await seqs_until_reset(reader)
                assert seqs == list(range(2, len(seqs) + 2))
                assert len(seqs) < EVENTS

    story(tell())
