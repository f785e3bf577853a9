"""Many open event streams in one process: counts what arrives and how long it took, and comes back when cut off."""

import heapq
import json
import random
import re
import select
import socket
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"
# An event's data may begin with the time it was handed over, in nanoseconds of the monotonic clock.
EVENT = re.compile(rb"\nid: (\d+:(\d+))\ndata: (?:t=(\d{20}))?")
# What is asked, and what comes before the first event.
DIALECTS = {
    "sse": ("GET {path} HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: {place}\r\n\r\n", b"retry: 2000\n\n"),
    "valkey": ("SUBSCRIBE {path}\r\n", b"subscribe"),
}
WAIT_SECONDS = 60.0
# As live.js: up to so many seconds at random, doubled from the sixth attempt on.
JITTER_SECONDS = 2.0
SLOWEST_SECONDS = 15.0


@dataclass
class Group:
    """The streams to one server."""

    port: int = 0
    dialect: str = "sse"
    arrivals: list[int] = field(default_factory=list)  # nanoseconds of the monotonic clock
    stamps: list[int] = field(default_factory=list)
    comes_back: bool = False
    streams: "list[Stream]" = field(default_factory=list)
    attempts: int = 0
    doubled: int = 0
    lost: int = 0


@dataclass
class Stream:
    """One stream, its place in the store's history, and an event that has not come whole yet."""

    path: str
    group: Group
    connection: socket.socket
    rest: bytes = b""
    place: bytes = b""
    seq: int = 0
    wanted: int = 0  # the number that it has to come to
    failures: int = 0

    def read(self) -> bool:
        """Take what has come; False when the stream has ended."""
        try:
            arrived = self.connection.recv(2**18)
        except ConnectionError:
            arrived = b""
        if not arrived or (not self.rest and arrived.startswith(b"HTTP/1.1 5")):
            return False
        text, now = self.rest + arrived, time.monotonic_ns()
        whole = text.rfind(b"\n\n") + 2
        if whole < 2:
            self.rest = text
            return True
        self.failures = 0
        for event in EVENT.finditer(text, 0, whole):
            self.group.arrivals.append(now)
            self.group.stamps.append(int(event[3] or 0))
            self.follow(event[1], int(event[2]))
        self.rest = text[whole:]
        return True

    def follow(self, place: bytes, seq: int) -> None:
        """Note where we are; count what is missing before this event, or that it came before."""
        if self.seq:
            self.group.doubled += seq <= self.seq
            self.group.lost += max(0, seq - self.seq - 1)
        self.place, self.seq = place, max(self.seq, seq)

    def ask(self) -> None:
        """Connect and ask for what comes after our place; ConnectionError when nobody is there."""
        request, _opening = DIALECTS[self.group.dialect]
        self.connection = socket.create_connection((HOST, self.group.port), timeout=WAIT_SECONDS)
        self.connection.sendall(request.format(path=self.path, place=self.place.decode()).encode())

    def await_opening(self) -> None:
        """Read up to the stream's first words."""
        _request, opening = DIALECTS[self.group.dialect]
        said = b""
        while opening not in said:
            piece = self.connection.recv(2**16)
            if not piece or (b"\r\n" in said and said.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5", b"-"))):
                raise SystemExit(f"no stream: {said[:500].decode(errors='replace')}")
            said += piece


def percentile(values: list[int], share: float) -> float:
    """In milliseconds."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] / 1e6 if values else 0.0


class Clients:
    """All streams by file number, those that will try again by the time, and the tasks of standard input."""

    def __init__(self) -> None:
        self.groups: defaultdict[str, Group] = defaultdict(Group)
        self.streams: dict[int, Stream] = {}
        self.waiting: list[tuple[float, int, Stream]] = []
        self.poll = select.epoll()

    def open(self, task: dict[str, Any]) -> dict[str, Any]:
        """Open streams to a port, all of them before this returns."""
        group = self.groups[task["open"]]
        group.port, group.dialect = task["port"], task["dialect"]
        streams = [Stream(path, group, socket.socket()) for path in task["paths"]]
        for stream in streams:
            stream.connection.close()
            stream.ask()
        for stream in streams:
            stream.await_opening()
            self.listen(stream)
        group.streams += streams
        return {"open": len(streams)}

    def listen(self, stream: Stream) -> None:
        self.streams[stream.connection.fileno()] = stream
        self.poll.register(stream.connection.fileno(), select.EPOLLIN)

    def close(self, task: dict[str, Any]) -> dict[str, Any]:
        """Leave the servers of these groups."""
        for name in task["close"]:
            for stream in self.groups.pop(name).streams:
                self.leave(stream)
        return {}

    def leave(self, stream: Stream) -> None:
        self.poll.unregister(stream.connection.fileno())
        del self.streams[stream.connection.fileno()]
        stream.connection.close()

    def collect(self, task: dict[str, Any]) -> dict[str, Any]:
        """Read until so many events have come, or none is coming any more; forget the count.

        Delays are from each event's own stamp, or from `since`.
        """
        group = self.groups[task["collect"]]
        until = time.monotonic() + WAIT_SECONDS
        while len(group.arrivals) < task["events"] and time.monotonic() < until:
            self.read(timeout=1)
        since = task.get("since")
        delays = [
            arrival - (stamp if since is None else since)
            for arrival, stamp in zip(group.arrivals, group.stamps, strict=True)
        ]
        group.arrivals.clear()
        group.stamps.clear()
        return {
            "delivered": len(delays),
            "p50_ms": percentile(delays, 0.5),
            "p99_ms": percentile(delays, 0.99),
            "last_ms": percentile(delays, 1),
            "delays_ms": [delay / 1e6 for delay in delays] if since else [],
        }

    def come_back(self, task: dict[str, Any]) -> dict[str, Any]:
        """From now on a stream that ends is opened again; each has to hear `missed` more events."""
        group = self.groups[task["come_back"]]
        group.comes_back = True
        group.attempts = group.lost = group.doubled = 0
        for stream in group.streams:
            stream.wanted = stream.seq + task["missed"]
        return {}

    def settle(self, task: dict[str, Any]) -> dict[str, Any]:
        """Read until every stream has heard all that it missed; when the last one did."""
        group = self.groups[task["settle"]]
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until and any(stream.seq < stream.wanted for stream in group.streams):
            self.read(timeout=0.05)
        lost = group.lost + sum(max(0, stream.wanted - stream.seq) for stream in group.streams)
        return {
            "lost": lost,
            "doubled": group.doubled,
            "last_at": max(group.arrivals, default=0),
            "attempts": group.attempts,
        }

    def read(self, *, timeout: float) -> bool:
        """Whatever has come; whether there is a task."""
        has_task = False
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            self.try_again(heapq.heappop(self.waiting)[2])
        if self.waiting:
            timeout = min(timeout, 0.02)
        for number, _event in self.poll.poll(timeout):
            stream = self.streams.get(number)
            if stream is None:
                has_task = True
            elif not stream.read():
                self.cut_off(stream)
        return has_task

    def cut_off(self, stream: Stream) -> None:
        """A stream has ended: we come back after a while, never all at once."""
        if not stream.group.comes_back:
            raise SystemExit("a server has closed a stream")
        self.leave(stream)
        self.wait(stream)

    def wait(self, stream: Stream) -> None:
        stream.rest = b""
        stream.failures += 1
        longest = min(SLOWEST_SECONDS, JITTER_SECONDS * 2 ** max(0, stream.failures - 5))
        at = time.monotonic() + random.uniform(0, longest)  # noqa: S311 - no secret
        heapq.heappush(self.waiting, (at, id(stream), stream))

    def try_again(self, stream: Stream) -> None:
        stream.group.attempts += 1
        try:
            stream.ask()
        except ConnectionError:
            self.wait(stream)
        else:
            self.listen(stream)


def main() -> None:
    """Until standard input ends."""
    us = Clients()
    tasks = {
        "open": us.open,
        "close": us.close,
        "collect": us.collect,
        "come_back": us.come_back,
        "settle": us.settle,
    }
    us.poll.register(sys.stdin.fileno(), select.EPOLLIN)
    while True:
        if us.read(timeout=10):
            line = sys.stdin.readline()
            if not line:
                return
            task = json.loads(line)
            [work] = [work for name, work in tasks.items() if name in task]
            sys.stdout.write(json.dumps(work(task)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
