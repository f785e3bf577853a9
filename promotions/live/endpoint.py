"""GET /live/<store_code>/: the ASGI application that opens a store's event stream."""

import functools
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from concurrent.futures import Executor
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.db import Error

from promotions.live.channel import Channel
from promotions.live.events import RETRY, EventId, LiveEvent, ping_event, problem
from promotions.live.fanout import Connection, Send, body, deliver, end
from promotions.live.hub import Hub
from promotions.live.tickets import Ticket, read_ticket
from promotions.live.turns import Over, Turn

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Headers = dict[str, str]
# For who comes without a ticket: (headers, store code) -> store id, or StreamRefused. May ask the database.
Admit = Callable[[Headers, str], int]

PATH = re.compile(r"/live/([^/]+)/")
FORMATS = ("html", "json")
STREAM_HEAD = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ],
}

REFUSAL_HEADERS = {
    HTTPStatus.METHOD_NOT_ALLOWED: [(b"allow", b"GET")],
    HTTPStatus.UNAUTHORIZED: [(b"www-authenticate", b"Bearer")],
    HTTPStatus.SERVICE_UNAVAILABLE: [(b"retry-after", b"2")],
}


class StreamRefused(Exception):
    """This client gets no stream; `status` and `detail` say why."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def live_application(
    *, admit: Admit, turns_over: Over, pool: Executor
) -> Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]:
    """The application with its own hub; database reads run in `pool`."""
    hub = Hub(pool=pool, turns_over=turns_over)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            store_code, options = read_address(scope)
            headers = {name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]}
            ticket = admitted_by_ticket(options.get("ticket", ""), store_code)
            if ticket is not None:
                store_id, turn = ticket.store_id, ticket.turn
                await refuse_when_over(hub, turn)
            else:
                store_id, turn = await hub.read(functools.partial(admit, headers, store_code)), None
            after = headers.get("last-event-id") or options.get("after")
            in_format, language = options["format"], options["language"]
            del headers, options  # a stream lasts for hours and keeps only what it needs
            channel = hub.enter(store_id)
            try:
                await stream(
                    hub,
                    channel,
                    turn=turn,
                    after=after,
                    in_format=in_format,
                    language=language,
                    receive=receive,
                    send=send,
                )
            finally:
                hub.leave(channel)
        except StreamRefused as refused:
            await refuse(send, refused)
        except Error as error:
            logger.warning("no stream while the database is away: %s", error)
            await refuse(
                send, StreamRefused(HTTPStatus.SERVICE_UNAVAILABLE, "The database is away; come back.")
            )

    return application


def read_address(scope: Scope) -> tuple[str, dict[str, str]]:
    """The store code and the query's options; `format` is one of FORMATS, `language` "" for the default one."""
    if scope["method"] != "GET":
        raise StreamRefused(HTTPStatus.METHOD_NOT_ALLOWED, "A stream is opened with GET.")
    match = PATH.fullmatch(scope["path"].removeprefix(scope.get("root_path", "")))
    if match is None:
        raise StreamRefused(HTTPStatus.NOT_FOUND, "A stream's address is /live/<store code>/.")
    query = parse_qs(scope["query_string"].decode("latin1"))
    options = {"format": "html", "language": ""} | {name: values[-1] for name, values in query.items()}
    if options["format"] not in FORMATS:
        raise StreamRefused(HTTPStatus.BAD_REQUEST, f"format is one of: {', '.join(FORMATS)}.")
    if options["language"] not in dict(settings.LANGUAGES) or options["language"] == settings.LANGUAGE_CODE:
        options["language"] = ""
    return match[1], options


def admitted_by_ticket(text: str, store_code: str) -> Ticket | None:
    """The ticket; None without a valid one: a signed-in tablet outlives its page's ticket."""
    ticket = read_ticket(text) if text else None
    if ticket is None:
        return None
    if ticket.store_code != store_code:
        raise StreamRefused(HTTPStatus.FORBIDDEN, "This ticket is for another store.")
    return ticket


async def refuse_when_over(hub: Hub, turn: Turn | None) -> None:
    """A shared tablet's ticket is good for the turn it was given in."""
    if turn is not None and await hub.turns.is_over(turn):
        raise StreamRefused(HTTPStatus.UNAUTHORIZED, "This tablet is locked or was revoked.")


async def stream(
    hub: Hub,
    channel: Channel,
    *,
    turn: Turn | None,
    after: str | None,
    in_format: str,
    language: str,
    receive: Receive,
    send: Send,
) -> None:
    """Everything after `after`, then whatever comes, until the client leaves."""
    place = EventId.parse(after) if after else None
    if after and place is None:
        missed: list[LiveEvent] | str = "unknown id"
    else:
        missed = await hub.backlog(channel, place)
    connection = Connection(send)
    # No await from here until the listener is added: an event in between would be lost.
    deliver(connection, STREAM_HEAD)
    if isinstance(missed, str) or channel.position is None:
        deliver(connection, body(RETRY))
        end(connection, missed if isinstance(missed, str) else "restarted")
        return
    events = [event.json if in_format == "json" else event.html_in(language) for event in missed]
    deliver(connection, body(b"".join([RETRY, *events, ping_event(channel.position)])))
    del missed, events  # up to a thousand cards, not to be held for as long as the stream lasts
    listeners = channel.listening(in_format=in_format, language=language)
    listeners.add(connection)
    if turn is not None:
        hub.turns.enter(turn, connection)
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        listeners.discard(connection)
        if turn is not None:
            hub.turns.leave(turn, connection)
        if connection.draining is not None:
            connection.draining.cancel()


async def refuse(send: Send, refused: StreamRefused) -> None:
    """A problem document instead of a stream."""
    data = problem(status=refused.status, title=refused.status.phrase, detail=refused.detail)
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(data)).encode()),
        (b"cache-control", b"no-store"),
    ]
    headers += REFUSAL_HEADERS.get(refused.status, [])
    await send({"type": "http.response.start", "status": int(refused.status), "headers": headers})
    await send({"type": "http.response.body", "body": data, "more_body": False})
