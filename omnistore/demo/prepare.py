"""Find or build the Python environment a command needs, with nothing but the standard library.

The pins in `pyproject.toml` are compared with the versions that are installed, so an environment made by hand
or by uv is used as it is, and a changed pin is noticed at the next start.
"""

import contextlib
import fcntl
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from omnistore.demo.folders import PROJECT, fingerprint, private_folder, spare_folder, writable

PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*==\s*([^\s;]+)\s*(;.*)?")
UNFINISHED = "being-installed"  # lies in an environment while pip works on it, and after pip was killed


class PreparationError(Exception):
    """The environment could not be made; the text says why in plain words."""


def ensure(groups: Sequence[str]) -> None:
    """Return if this interpreter has the packages of `groups`; otherwise go on in one that has them."""
    if not missing(groups, folders=sys.path):
        return
    try:
        python = environment(groups)
    except PreparationError as error:
        sys.exit(f"OmniStore could not prepare its Python environment.\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted while preparing the Python environment; the next start goes on.")
    os.execv(python, [str(python), *sys.argv])  # noqa: S606 - the same command, in the right interpreter


def environment(groups: Sequence[str]) -> Path:
    """The interpreter of a virtual environment that has the packages of `groups`; built if there is none."""
    for place in _places():
        if python := _ready(place, groups=groups):
            return python
    for place in _places():
        if _may_build(place):
            return _build(place, groups=groups)
    tried = "\n".join(f"  {place}" for place in _places())
    raise PreparationError(f"None of these places can be written:\n{tried}")


def missing(groups: Iterable[str], *, folders: Iterable[str]) -> list[str]:
    """The pins of the project and of `groups`, as "name==version", that `folders` do not have installed."""
    have = installed(folders)
    return [f"{name}=={version}" for name, version in pins(groups).items() if have.get(name) != version]


def pins(groups: Iterable[str]) -> dict[str, str]:
    """Package name to exact version, of the project and of the named dependency groups.

    A requirement with a marker (`; python_version < "3.12"`) is left to pip.
    """
    exact = {}
    for line in requirements(groups):
        parts = PIN.fullmatch(line.strip())
        if not parts:
            raise PreparationError(f"pyproject.toml: {line!r} is not pinned as name==version")
        if not parts[3]:
            exact[_normal(parts[1])] = parts[2]
    return exact


def requirements(groups: Iterable[str]) -> list[str]:
    """The requirement lines of the project and of the named groups, as `pyproject.toml` has them."""
    declared = _pyproject()
    lines: list[str] = list(declared["project"]["dependencies"])
    for group in groups:
        lines += declared["dependency-groups"][group]
    return lines


def constraints() -> list[str]:
    """The exact versions of what our packages need in turn."""
    lines: list[str] = _pyproject().get("tool", {}).get("uv", {}).get("constraint-dependencies", [])
    return lines


def installed(folders: Iterable[str]) -> dict[str, str]:
    """Package name to version, read from the names of `*.dist-info` folders; the first folder wins."""
    found: dict[str, str] = {}
    for folder in folders:
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder or "."):
                if entry.name.endswith(".dist-info"):
                    name, _, version = entry.name.removesuffix(".dist-info").partition("-")
                    found.setdefault(_normal(name), version)
    return found


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))


def _normal(name: str) -> str:
    """A package name in the one spelling that PEP 503 compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _places() -> Iterator[Path]:
    """The project's own `.venv`; where that is somebody else's, this user's cache folder, then /var/tmp."""
    yield PROJECT / ".venv"
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() fails for a user without one
    if os.access(home, os.W_OK) and home.stat().st_uid == os.geteuid():
        cache = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
        yield cache / f"omnistore-{fingerprint(PROJECT)}" / "venv"
    with contextlib.suppress(PermissionError):
        yield spare_folder() / "venv"


def _may_build(place: Path) -> bool:
    if place.parent == PROJECT:
        return writable(PROJECT) and writable(place)
    try:
        private_folder(place.parent)
    except OSError:
        return False
    return True


def _ready(place: Path, *, groups: Sequence[str]) -> Path | None:
    """The interpreter in `place` if this user can run it and it has every pin."""
    python = place / "bin" / "python"
    version = _version(python)
    if version is None or (place / UNFINISHED).exists():
        return None
    site = place / "lib" / f"python{version}" / "site-packages"
    return None if missing(groups, folders=[str(site)]) else python


def _version(python: Path) -> str | None:
    """Such as "3.11"; None if it is too old or not runnable by this user (in a closed home, say)."""
    ask = "import sys; print('%d.%d' % sys.version_info[:2] if sys.version_info >= (3, 11) else '')"
    try:
        answer = subprocess.run([python, "-ISc", ask], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip() or None


def _build(place: Path, *, groups: Sequence[str]) -> Path:
    """Make or complete the environment in `place`, while everybody else who wants to waits."""
    python = place / "bin" / "python"
    with _alone_in(place.parent) as lock:
        if ready := _ready(place, groups=groups):
            return ready  # somebody else has built it while we waited
        lines = requirements(groups)
        _say(f"Preparing the Python environment in {place}: {len(lines)} packages, a minute or two, once.")
        if _version(python) is None:
            _make(place)
        repair = (place / UNFINISHED).exists()
        (place / UNFINISHED).touch()
        _install(python, lines=lines, repair=repair, lock=lock)
        (place / UNFINISHED).unlink()
        if not _ready(place, groups=groups):
            raise PreparationError(f"pip reported success, but packages are missing in {place}; remove it.")
    _say("The Python environment is ready.")
    return python


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[int]:
    """Hold the lock of `folder`; gives the descriptor so that pip can hold it on after our own death."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another command is preparing the Python environment; waiting for it.")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _make(place: Path) -> None:
    """An empty environment; without pip of its own where Debian has left `ensurepip` out."""
    command = [sys.executable, "-m", "venv", "--clear"]
    if _works([*command, str(place)]):
        return
    plain = subprocess.run([*command, "--without-pip", place], capture_output=True, text=True, check=False)
    if plain.returncode != 0:
        raise PreparationError(f"{sys.executable} -m venv failed:\n{plain.stdout}{plain.stderr}")


def _install(python: Path, *, lines: list[str], repair: bool, lock: int) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as limits:
        limits.write("\n".join(constraints()))
        limits.flush()
        options = ["--no-input", "--progress-bar=off", f"--constraint={limits.name}"]
        if repair:
            options.append("--force-reinstall")
        command = [*_pip(python), "install", *options, *lines]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, pass_fds=[lock]
        ) as pip:
            last = _follow(pip)
    if pip.returncode != 0:
        words = "\n".join(f"  {line}" for line in last)
        raise PreparationError(
            f"pip could not install the packages (status {pip.returncode}). Its last lines:\n{words}\n"
            "Usual causes: no network, a proxy or index that pip does not know (pip config), a full disk."
        )


def _pip(python: Path) -> list[str]:
    """The command that installs into the environment of `python`."""
    own = [str(python), "-m", "pip"]
    if _works([*own, "--version"]) or _works([str(python), "-m", "ensurepip"]):
        return own
    ours = [sys.executable, "-m", "pip", "--python", str(python)]
    if _works([*ours, "--version"]):
        return ours
    raise PreparationError(
        "This Python has neither pip nor ensurepip. On Debian or Ubuntu: apt-get install python3-venv"
    )


def _works(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _follow(pip: "subprocess.Popen[str]") -> deque[str]:
    """Show on one line what pip is at; return its last lines."""
    last: deque[str] = deque(maxlen=12)
    terminal = sys.stderr.isatty()
    for line in pip.stdout or ():
        last.append(line.rstrip())
        if terminal and line.lstrip().startswith(("Collecting", "Downloading", "Installing", "Building")):
            sys.stderr.write(f"\r\x1b[K  {line.strip()[:76]}")
            sys.stderr.flush()
    if terminal:
        sys.stderr.write("\r\x1b[K")
    return last


def _say(sentence: str) -> None:
    """To stderr: stdout belongs to the command, which may promise JSON there."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":  # python3 -m omnistore.demo.prepare demo dev: prints the interpreter's path
    try:
        print(environment(sys.argv[1:]))
    except PreparationError as trouble:
        sys.exit(str(trouble))
