"""A few keep-alive connections in one process, each asking again as soon as it has its answer."""

import json
import select
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

LENGTH = b"\r\ncontent-length: "
OUTCOME = b'"outcome":"'
WAIT_SECONDS = 30.0


@dataclass
class Caller:
    """One connection with at most one request under way."""

    connection: socket.socket
    asked_at: int = 0
    answer: bytes = b""

    def ask(self, path: str, headers: str) -> None:
        """Send the next request."""
        self.answer = b""
        self.asked_at = time.monotonic_ns()
        self.connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode())

    def is_answered(self) -> bool:
        """Take what has come; whether the answer is whole."""
        piece = self.connection.recv(2**16)
        if not piece:
            raise SystemExit("the server has closed a connection")
        self.answer += piece
        head, found, body = self.answer.partition(b"\r\n\r\n")
        if not found:
            return False
        place = head.lower().index(LENGTH) + len(LENGTH)
        return len(body) >= int(head[place:].split(b"\r\n")[0])


@dataclass
class Tally:
    """What came of the requests of one task."""

    outcomes: Counter[str] = field(default_factory=Counter)
    delays: list[int] = field(default_factory=list)  # nanoseconds

    def count(self, caller: Caller) -> None:
        """An answer: its verdict, or its status where it has none."""
        self.delays.append(time.monotonic_ns() - caller.asked_at)
        answer = caller.answer
        place = answer.find(OUTCOME)
        if place >= 0:
            start = place + len(OUTCOME)
            name = answer[start : answer.index(b'"', start)]
        else:
            name = answer.split(b" ", 2)[1]
        self.outcomes[name.decode()] += 1


def ask_all(task: dict[str, Any]) -> dict[str, Any]:
    """Every path once, over so many connections."""
    paths = iter(task["paths"])
    poll = select.epoll()
    callers: dict[int, Caller] = {}
    tally = Tally()
    for path in [path for _number, path in zip(range(task["connections"]), paths, strict=False)]:
        caller = Caller(socket.create_connection(("127.0.0.1", task["port"]), timeout=WAIT_SECONDS))
        callers[caller.connection.fileno()] = caller
        poll.register(caller.connection.fileno(), select.EPOLLIN)
        caller.ask(path, task["headers"])
    while callers:
        ready = poll.poll(WAIT_SECONDS)
        if not ready:
            raise SystemExit(f"no answer within {WAIT_SECONDS:.0f} s")
        for number, _event in ready:
            caller = callers[number]
            if not caller.is_answered():
                continue
            tally.count(caller)
            path = next(paths, "")
            if path:
                caller.ask(path, task["headers"])
            else:
                poll.unregister(number)
                callers.pop(number).connection.close()
    delays = sorted(tally.delays)
    return {
        "outcomes": tally.outcomes,
        "p50_ms": delays[len(delays) // 2] / 1e6,
        "p99_ms": delays[int(len(delays) * 0.99)] / 1e6,
    }


def main() -> None:
    """Until standard input ends."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(ask_all(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
