"""The peer of the live stream: the barest ASGI application with the same fan-out. One reader, and send() by hand.

No ids to catch up from, no gaps noticed, no tickets, no heartbeat, nothing for slow clients.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import redis.asyncio

Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]

STREAM = "benchmark:bare"
HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}
listeners: defaultdict[bytes, set[Send]] = defaultdict(set)
readers: list["asyncio.Task[None]"] = []


async def follow_valkey() -> None:
    """Every entry to everybody who listens to its store."""
    last: bytes = b"0-0"
    async with redis.asyncio.Redis.from_url(
        os.environ["REDIS_URL"], protocol=2, socket_timeout=None
    ) as client:
        while True:
            reply: Any = await client.xread({STREAM: last}, count=500, block=2000)
            for _stream, entries in reply:
                for entry_id, fields in entries:
                    last = entry_id
                    message = {"type": "http.response.body", "body": fields[b"h"], "more_body": True}
                    for send in listeners[fields[b"s"]]:
                        step = send(message)
                        try:
                            step.send(None)
                        except StopIteration:
                            continue
                        step.close()  # the socket is full: lost, and the benchmark's count will show it


async def application(
    scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send
) -> None:
    """/live/<store id>/ is a stream, anything else an empty page."""
    if not readers:
        readers.append(asyncio.create_task(follow_valkey()))
    await send(HEAD)
    if not scope["path"].startswith("/live/"):
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
    audience = listeners[scope["path"].split("/")[2].encode()]
    audience.add(send)
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        audience.discard(send)
