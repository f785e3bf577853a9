"""The bridge carries requests to a WSGI application and its answers back, whole or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any

import httpx

from omnistore.bridge import CHUNK_BYTES, IN_MEMORY_BYTES, Message, wsgi_as_asgi

Environ = dict[str, Any]
MOST = 4 * IN_MEMORY_BYTES


def ask(
    application: Callable[..., Iterable[bytes]], method: str = "GET", path: str = "/", **options: Any
) -> httpx.Response:
    async def talk() -> httpx.Response:
        bridged = wsgi_as_asgi(application, threads=1, most_body_bytes=MOST)
        transport = httpx.ASGITransport(app=bridged, client=("192.0.2.7", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.request(method, path, **options)

    return asyncio.run(talk())


def saying(*parts: bytes, seen: Environ | None = None) -> Callable[..., Iterable[bytes]]:
    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if seen is not None:
            seen.update(environ)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return parts

    return application


def digest(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("200 OK", [])
    return [hashlib.sha256(body).hexdigest().encode()]


def test_the_application_sees_the_request() -> None:
    seen: Environ = {}
    ask(
        saying(seen=seen),
        "PUT",
        "/caf%C3%A9?a=%20b",
        content=b"x",
        headers={"Content-Type": "text/x", "X-A": "1"},
    )
    assert seen["REQUEST_METHOD"] == "PUT"
    assert seen["PATH_INFO"].encode("latin1").decode() == "/café"
    assert seen["QUERY_STRING"] == "a=%20b"
    assert (seen["CONTENT_TYPE"], seen["CONTENT_LENGTH"]) == ("text/x", "1")
    assert (seen["REMOTE_ADDR"], seen["HTTP_HOST"], seen["HTTP_X_A"]) == ("192.0.2.7", "shop", "1")


def test_repeated_headers_are_joined_and_disguised_ones_dropped() -> None:
    seen: Environ = {}
    headers = [
        ("Cookie", "a=1"),
        ("Cookie", "b=2"),
        ("X-A", "1"),
        ("X-A", "2"),
        ("X_Forwarded_For", "8.8.8.8"),
    ]
    ask(saying(seen=seen), headers=headers)
    assert (seen["HTTP_COOKIE"], seen["HTTP_X_A"]) == ("a=1; b=2", "1,2")
    assert "HTTP_X_FORWARDED_FOR" not in seen


def test_a_long_body_without_a_declared_length_arrives_whole() -> None:
    body = bytes(range(256)) * (3 * IN_MEMORY_BYTES // 256)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    assert ask(digest, "POST", content=pieces()).text == hashlib.sha256(body).hexdigest()


def test_a_body_that_grows_too_large_is_refused() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        while True:  # would never end if it were read to its end
            yield b"x" * IN_MEMORY_BYTES

    answer = ask(digest, "POST", content=pieces())
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert answer.headers["connection"] == "close"


def test_a_body_declared_too_large_is_not_read_at_all() -> None:
    assert spoken(headers=[(b"content-length", str(MOST + 1).encode())], incoming=[])[0]["status"] == 413


def test_a_client_that_hangs_up_reaches_no_application() -> None:
    incoming: list[Message] = [
        {"type": "http.request", "body": b"half", "more_body": True},
        {"type": "http.disconnect"},
    ]
    assert spoken(headers=[], incoming=incoming) == []


def test_a_long_answer_comes_in_pieces_and_is_closed() -> None:
    parts = [b"a" * 700_000, b"b" * 700_000]
    assert ask(saying(*parts)).content == b"".join(parts)
    sent = spoken(headers=[], incoming=[{"type": "http.request"}], application=saying(*parts))
    assert max(len(message.get("body", b"")) for message in sent) == CHUNK_BYTES


def test_an_application_that_fails_half_way_is_one_clean_500() -> None:
    closed = []

    class Torn:
        def __iter__(self) -> Iterator[bytes]:
            yield b"half of it"
            raise ZeroDivisionError

        def close(self) -> None:
            closed.append(True)

    def application(_environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return Torn()

    answer = ask(application)
    assert (answer.status_code, answer.json()["title"], closed) == (500, "Internal Server Error", [True])


def test_head_has_the_head_only() -> None:
    sent = spoken(method="HEAD", headers=[], incoming=[{"type": "http.request"}], application=saying(b"body"))
    assert [message.get("body") for message in sent] == [None, b""]


def spoken(
    *,
    method: str = "POST",
    headers: list[tuple[bytes, bytes]],
    incoming: list[Message],
    application: Callable[..., Iterable[bytes]] = digest,
) -> list[Message]:
    """The ASGI messages answered to these; reading more than `incoming` is an IndexError."""
    sent: list[Message] = []

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": "/",
        "query_string": b"",
        "http_version": "1.1",
        "headers": headers,
    }
    asyncio.run(wsgi_as_asgi(application, threads=1, most_body_bytes=MOST)(scope, receive, send))
    return sent
