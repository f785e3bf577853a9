"""The public doors: HTTP requests, and the live stream of a store; nothing but the standard library."""

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

PATIENCE = 60.0  # seconds that anything may take on a slow machine


class WrongError(Exception):
    """Something did not come out as expected; the text says what was expected and what was found."""


def equal(what: str, *, expected: object, found: object) -> None:
    """Raise WrongError unless both are equal."""
    if expected != found:
        raise WrongError(f"{what}: expected {shortened(expected)}, found {shortened(found)}")


def shortened(value: object) -> str:
    text = str(value)
    return text if len(text) <= 300 else f"{text[:297]}..."


@dataclass(frozen=True)
class Answer:
    """What came back through the door."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Door:
    """One person's way in: an API token, or the cookies of a signed-in browser."""

    base_url: str
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        *,
        data: object = None,
        body: bytes | None = None,
        expect: tuple[int, ...] = (200,),
        **headers: str,
    ) -> Answer:
        """One request. `data` is sent as JSON, `body` as it is; another status than expected is wrong.

        Header names are given with underscores.
        """
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if data is not None:
            body, given["Content-Type"] = json.dumps(data).encode(), "application/json"
        connection = connect(self.base_url, seconds=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers=self.credentials() | given)
            response = connection.getresponse()
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    cookie, _, content = value.partition(";")[0].partition("=")
                    self.cookies[cookie] = content
            answer = Answer(response.status, dict(response.getheaders()), response.read())
        if answer.status not in expect:
            raise WrongError(f"{method} {path}: expected {expect}, found {answer.status} {answer.text[:300]}")
        return answer

    def credentials(self) -> dict[str, str]:
        """The headers that say who is asking."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return headers

    def get(self, path: str) -> Any:
        return self.ask("GET", path).json()

    def all_of(self, path: str) -> Iterator[dict[str, Any]]:
        """Every row of a list that comes in pages."""
        offset, joint = 0, "&" if "?" in path else "?"
        while True:
            page = self.get(f"{path}{joint}limit=500&offset={offset}")
            yield from page["results"]
            offset += len(page["results"])
            if not page["next"] or not page["results"]:
                return


def connect(base_url: str, *, seconds: float) -> http.client.HTTPConnection:
    address = urlsplit(base_url)
    return http.client.HTTPConnection(address.hostname or "", address.port, timeout=seconds)


def until(wanted: Callable[[], bool], *, what: str, seconds: float = PATIENCE) -> None:
    """Ask again and again until it is so; wrong when it is not in time."""
    deadline = time.monotonic() + seconds
    while not wanted():
        if time.monotonic() > deadline:
            raise WrongError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.1)


@dataclass(frozen=True)
class Event:
    """One server-sent event and when it arrived, on the monotonic clock."""

    kind: str
    id: str
    data: str
    arrived: float

    def facts(self) -> dict[str, Any]:
        """The change that an offer event tells of."""
        facts: dict[str, Any] = json.loads(self.data)
        return facts


class Listener(threading.Thread):
    """A client of one store's live stream, in a thread of its own; it does not reconnect by itself."""

    def __init__(self, door: Door, store_code: str, *, after: str = "") -> None:
        super().__init__(name=f"stream of {store_code}", daemon=True)
        self.store_code = store_code
        self.events: list[Event] = []
        self.news = threading.Condition()
        self.connection = connect(door.base_url, seconds=PATIENCE)
        self.connection.connect()
        self.socket: socket.socket = self.connection.sock
        headers = door.credentials() | ({"Last-Event-ID": after} if after else {})
        path = f"/live/{quote(store_code, safe='')}/?format=json"
        self.connection.request("GET", path, headers=headers)
        self.response = self.connection.getresponse()
        if self.response.status != http.client.OK:
            raise WrongError(f"GET {path}: expected 200, found {self.response.status}")
        self.start()
        # The server greets with a ping once it listens for us: nothing after this is missed.
        self.wait_for(lambda event: event.kind == "ping", what=f"first ping of {store_code}")

    def run(self) -> None:
        """Read events until somebody closes the stream."""
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):  # closed under our feet
            kind, event_id, data = "message", "", ""
            while line := self.response.readline():
                name, _, value = line.decode().rstrip("\n").partition(":")
                value = value.removeprefix(" ")
                if name == "event":
                    kind = value
                elif name == "id":
                    event_id = value
                elif name == "data":
                    data += value
                elif not name and data:
                    with self.news:
                        self.events.append(Event(kind, event_id, data, time.monotonic()))
                        self.news.notify_all()
                    kind, event_id, data = "message", "", ""

    def wait_for(self, wanted: Callable[[Event], bool], *, what: str) -> Event:
        """The first event that is wanted, also one that came before."""
        with self.news:
            if not self.news.wait_for(lambda: any(map(wanted, self.events)), timeout=PATIENCE):
                raise WrongError(f"{what}: no such event within {PATIENCE:.0f} s")
            return next(filter(wanted, self.events))

    def wait_for_state(self, promotion_id: str, state: str) -> Event:
        """The event that tells of a promotion's new state in this store."""

        def wanted(event: Event) -> bool:
            return event.kind == "offer" and (event.facts()["promotion_id"], event.facts()["new_state"]) == (
                promotion_id, state,
            )  # fmt: skip

        return self.wait_for(wanted, what=f"{promotion_id} {state} in {self.store_code}")

    def offers(self) -> list[Event]:
        """The changes heard so far."""
        with self.news:
            return [event for event in self.events if event.kind == "offer"]

    def close(self) -> None:
        """Hang up and wait for the thread."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.join(PATIENCE)
        self.connection.close()
