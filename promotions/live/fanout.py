"""One message to many connections, each at its own pace, without a task or a queue for those that keep up."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, MutableMapping
from typing import Any

from promotions.live.events import reset_event

Message = MutableMapping[str, Any]
Send = Callable[[Message], Coroutine[Any, Any, None]]

# A client further behind than this starts anew: its stream ends with `reset`.
MOST_PENDING = 16


class Connection:
    """One open stream. `draining` is the task that feeds a client whose socket is full."""

    __slots__ = ("draining", "ended", "pending", "send")

    def __init__(self, send: Send) -> None:
        self.send = send
        self.pending: list[Message] = []  # a deque takes ten times the memory, and most never need it
        self.draining: asyncio.Task[None] | None = None
        self.ended = False


def body(data: bytes) -> Message:
    """A piece of a stream's body; shared by all connections that get it."""
    return {"type": "http.response.body", "body": data, "more_body": True}


def deliver(connection: Connection, message: Message) -> None:
    """Give one message to one connection."""
    deliver_to_all((connection,), message)


def deliver_to_all(connections: Iterable[Connection], message: Message) -> None:
    """Give one message to every connection, now when its socket has room.

    uvicorn's send() waits for room before it writes, so a send() that does not finish at its first step has
    written nothing: it is dropped, and a task takes over until the client has caught up. A test with a slow
    client counts doubles, because this rests on the server's order of things.
    """
    for connection in connections:
        if connection.draining is not None or connection.ended:
            stand_in_line(connection, message)
            continue
        step = connection.send(message)
        try:
            step.send(None)
        except StopIteration:
            continue
        except (RuntimeError, OSError):  # it broke under our hands; nobody else's delivery may suffer
            connection.ended = True
            continue
        step.close()
        connection.pending.append(message)
        connection.draining = asyncio.get_running_loop().create_task(drain(connection))


def stand_in_line(connection: Connection, message: Message) -> None:
    """Keep a message for a slow client; when the line is full, all of it gives way to one `reset`."""
    if connection.ended:
        return
    if len(connection.pending) < MOST_PENDING:
        connection.pending.append(message)
        return
    connection.pending.clear()
    connection.pending.append(last_words("too slow"))
    connection.ended = True


def end(connection: Connection, reason: str) -> None:
    """Tell the client to load everything anew, and end its stream: nothing may follow a reset."""
    deliver(connection, last_words(reason))
    connection.ended = True


def last_words(reason: str) -> Message:
    return {"type": "http.response.body", "body": reset_event(reason), "more_body": False}


async def drain(connection: Connection) -> None:
    """Feed a slow client until nothing is pending."""
    while connection.pending:
        await connection.send(connection.pending.pop(0))
    connection.draining = None
