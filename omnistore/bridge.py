"""A WSGI application as an ASGI one; requests run in a few permanent threads, each with its connection."""

import asyncio
import io
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any
from urllib.parse import unquote_to_bytes

import orjson

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Coroutine[Any, Any, None]]
WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

logger = logging.getLogger(__name__)

IN_MEMORY_BYTES = 2**20  # a larger body waits on disk
CHUNK_BYTES = 2**16


class BodyTooLarge(Exception):
    """The request's body is larger than this server reads."""


class ClientGone(Exception):
    """The client hung up before its request was complete."""


class Answer:
    """What the WSGI application said: the head, and the body in memory or, when long, on disk.

    The body is taken whole before the first byte leaves, so that a slow reader holds neither a thread nor a
    database connection, and a failure half-way is a clean 500 instead of a torn download.
    """

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body: IO[bytes] = io.BytesIO()

    def start_response(
        self, status: str, headers: list[tuple[str, str]], _exc_info: object = None
    ) -> Callable[[bytes], object]:
        self.status = int(status[:3])
        self.headers = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers]
        return self.body.write

    def fill(self, chunks: Iterable[bytes]) -> None:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > IN_MEMORY_BYTES and isinstance(self.body, io.BytesIO):
                self.body = on_disk(self.body)
            self.body.write(chunk)
        self.body.seek(0)

    def pieces(self) -> Iterator[bytes]:
        while piece := self.body.read(CHUNK_BYTES):
            yield piece


def on_disk(body: IO[bytes]) -> IO[bytes]:
    """The same bytes in an unnamed file, ready to be written on."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the request
    body.seek(0)
    file.write(body.read())
    return file


def wsgi_as_asgi(application: WsgiApplication, *, threads: int, most_body_bytes: int) -> Callable[..., Any]:
    """The ASGI callable. A body above `most_body_bytes` is answered 413 and not read to its end."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="page")

    def run(environ: dict[str, Any]) -> Answer:
        answer = Answer()
        chunks = application(environ, answer.start_response)
        try:
            answer.fill(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        return answer

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body, size = await read_body(scope, receive, most_bytes=most_body_bytes)
        except ClientGone:
            return
        except BodyTooLarge:
            await send_problem(send, 413, f"The body is larger than {most_body_bytes} bytes.", closing=True)
            return
        with body:
            job = asyncio.get_running_loop().run_in_executor(pool, run, environ_of(scope, body, size))
            # wait() instead of await: whatever the application raised is looked at, not caught.
            await asyncio.wait([job])
            if error := job.exception():
                logger.error("%s %s failed", scope["method"], scope["path"], exc_info=error)
                await send_problem(send, 500, "Something went wrong here; it has been logged.")
                return
            await send_answer(scope, send, job.result())

    return asgi


async def read_body(scope: Scope, receive: Receive, *, most_bytes: int) -> tuple[IO[bytes], int]:
    """The request's body and its size in bytes, refused by its declared length before anything is read."""
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    if declared.isdigit() and int(declared) > most_bytes:
        raise BodyTooLarge
    body: IO[bytes] = io.BytesIO()
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            body.close()
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most_bytes:
            body.close()
            raise BodyTooLarge
        if size > IN_MEMORY_BYTES and isinstance(body, io.BytesIO):
            body = on_disk(body)
        body.write(chunk)
        more = message.get("more_body", False)
    body.seek(0)
    return body, size


def environ_of(scope: Scope, body: IO[bytes], size: int) -> dict[str, Any]:
    """The WSGI environment (PEP 3333) of an ASGI request."""
    root = scope.get("root_path", "")
    raw_path = scope.get("raw_path") or scope["path"].encode()
    path = unquote_to_bytes(raw_path).decode("latin1")
    host, port = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": root,
        "PATH_INFO": path.removeprefix(root),
        "QUERY_STRING": scope["query_string"].decode("latin1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 0),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if client := scope.get("client"):
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = client[0], str(client[1])
    for name, value in scope["headers"]:
        add_header(environ, name.decode("latin1"), value.decode("latin1"))
    # A chunked body has no declared length, and WSGI applications read no further than this.
    environ["CONTENT_LENGTH"] = str(size)
    return environ


def add_header(environ: dict[str, Any], name: str, value: str) -> None:
    """One request header; names with an underscore would pass for another's and are dropped."""
    if "_" in name or name in ("content-length", "transfer-encoding"):
        return
    if name == "content-type":
        environ["CONTENT_TYPE"] = value
        return
    key = "HTTP_" + name.upper().replace("-", "_")
    if key in environ:
        value = environ[key] + ("; " if name == "cookie" else ",") + value
    environ[key] = value


async def send_answer(scope: Scope, send: Send, answer: Answer) -> None:
    """The head and the body; after the last piece the response is complete."""
    with answer.body:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if scope["method"] != "HEAD":
            for piece in answer.pieces():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def send_problem(send: Send, status: int, detail: str, *, closing: bool = False) -> None:
    """A problem document (RFC 9457) from the server itself, before or instead of Django."""
    title = {413: "Content Too Large", 500: "Internal Server Error"}[status]
    body = orjson.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if closing:  # the rest of the request still comes in, so this connection is of no further use
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
