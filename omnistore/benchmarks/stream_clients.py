"""Many open event streams in one process: counts what arrives and how long it took since its time stamp."""

import json
import select
import socket
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

OPENING = b"retry: 2000\n\n"  # what both servers say first
# An event's data begins with the time it was handed over, in nanoseconds of the monotonic clock.
STAMP = b"\ndata: t="
DIGITS = 20
WAIT_SECONDS = 30.0


@dataclass
class Group:
    """The streams to one server."""

    delivered: int = 0
    delays: list[int] = field(default_factory=list)  # nanoseconds


@dataclass
class Stream:
    """One open stream and the end of what it brought, where a stamp may be cut in two."""

    connection: socket.socket
    group: Group
    rest: bytes = b""

    def read(self, now: int) -> None:
        """Take what has come."""
        arrived = self.connection.recv(2**18)
        if not arrived:
            raise SystemExit("a server has closed a stream")
        text = self.rest + arrived
        place, done = text.find(STAMP), 0
        while place >= 0 and place + len(STAMP) + DIGITS <= len(text):
            done = place + len(STAMP) + DIGITS
            self.group.delivered += 1
            self.group.delays.append(now - int(text[done - DIGITS : done]))
            place = text.find(STAMP, done)
        self.rest = text[max(done, len(text) - len(STAMP) - DIGITS) :]


def open_stream(port: int, path: str) -> socket.socket:
    """Ask for a stream."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    return connection


def await_opening(connection: socket.socket) -> None:
    """Read up to the stream's first words."""
    said = b""
    while OPENING not in said:
        piece = connection.recv(2**16)
        if not piece or (b"\r\n" in said and not said.startswith(b"HTTP/1.1 200")):
            raise SystemExit(f"no stream: {said[:500].decode(errors='replace')}")
        said += piece


def percentile(values: list[int], share: float) -> float:
    """In milliseconds."""
    return sorted(values)[int(len(values) * share)] / 1e6 if values else 0.0


class Clients:
    """All streams by file number, and the tasks that come on standard input."""

    def __init__(self) -> None:
        self.groups: defaultdict[str, Group] = defaultdict(Group)
        self.streams: dict[int, Stream] = {}
        self.poll = select.epoll()

    def open(self, task: dict[str, Any]) -> dict[str, Any]:
        """Open streams to a port, all of them before this returns."""
        connections = [open_stream(task["port"], path) for path in task["paths"]]
        for connection in connections:
            await_opening(connection)
            self.streams[connection.fileno()] = Stream(connection, self.groups[task["open"]])
            self.poll.register(connection.fileno(), select.EPOLLIN)
        return {"open": len(connections)}

    def collect(self, task: dict[str, Any]) -> dict[str, Any]:
        """Read until so many events have come, or none is coming any more; forget the count."""
        group = self.groups[task["collect"]]
        until = time.monotonic() + WAIT_SECONDS
        while group.delivered < task["events"] and time.monotonic() < until:
            self.read(timeout=1)
        answer = {
            "delivered": group.delivered,
            "p50_ms": percentile(group.delays, 0.5),
            "p99_ms": percentile(group.delays, 0.99),
        }
        group.delivered, group.delays = 0, []
        return answer

    def read(self, *, timeout: float) -> bool:
        """Whatever has come; whether there is a task."""
        has_task = False
        for number, _event in self.poll.poll(timeout):
            if stream := self.streams.get(number):
                stream.read(time.monotonic_ns())
            else:
                has_task = True
        return has_task


def main() -> None:
    """Until standard input ends."""
    us = Clients()
    us.poll.register(sys.stdin.fileno(), select.EPOLLIN)
    while True:
        if us.read(timeout=10):
            line = sys.stdin.readline()
            if not line:
                return
            task = json.loads(line)
            answer = us.open(task) if "open" in task else us.collect(task)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
