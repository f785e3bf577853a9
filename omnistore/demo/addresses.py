"""How commands in another terminal reach the servers of a running demo."""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path


class AlreadyRunning(Exception):
    """A demo works with this data folder."""


@contextlib.contextmanager
def claimed(data: Path) -> Iterator[None]:
    """Work alone with the data folder; the kernel gives it up for us however we end."""
    descriptor = os.open(data, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise AlreadyRunning from None
    try:
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def published(data: Path, addresses: Mapping[str, str]) -> Iterator[None]:
    """Leave DATABASE_URL and REDIS_URL in `data`/env as KEY=VALUE lines while the block runs."""
    note = data / "env"
    note.unlink(missing_ok=True)
    note.touch(mode=0o600)
    note.write_text("".join(f"{name}={value}\n" for name, value in addresses.items()))
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def of_running_demo(data: Path) -> dict[str, str]:
    """The addresses that a running demo has left in `data`; a note left by a killed one does not count."""
    try:
        with claimed(data):
            return {}
    except AlreadyRunning:
        with contextlib.suppress(OSError):
            lines = (data / "env").read_text().splitlines()
            return {name: value for name, _, value in (line.partition("=") for line in lines)}
    return {}
