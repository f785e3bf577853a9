"""Where the demo and the tests may write: in the project, else in a folder of this user alone."""

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def fingerprint(path: Path) -> str:
    """Eight characters that stand for one path, to keep two clones' folders apart."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]


def private_folder(path: Path) -> Path:
    """Create `path` for this user alone and return it; PermissionError if somebody else made it first.

    `/var/tmp` is open to all, so what we find there is trusted only when it is ours. Root's folders can be
    read by others, because PostgreSQL runs as another user then.
    """
    path.mkdir(mode=0o755 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise PermissionError(f"{path} belongs to somebody else; remove it or choose another place")
    return path


def spare_folder() -> Path:
    """The folder for this user and this clone outside of both the project and the home folder."""
    name = f"omnistore-{os.geteuid()}-{fingerprint(PROJECT)}"
    return private_folder(Path("/var/tmp", name))  # noqa: S108 - checked to be ours


def writable(path: Path) -> bool:
    """Whether this user can write into `path`, or create it where it is missing."""
    return os.access(path if path.exists() else path.parent, os.W_OK | os.X_OK)


def open_to_others(path: Path) -> bool:
    """Whether users other than the owner can reach what lies under `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents) if folder.exists())


def data_folder() -> Path:
    """The folder that keeps the demo's data: OMNISTORE_DATA, `.omnistore/` in the project, or a spare one."""
    if given := os.environ.get("OMNISTORE_DATA"):
        folder = Path(given).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    folder = PROJECT / ".omnistore"
    # Root hands PostgreSQL to another user, who cannot pass through a closed folder such as /root.
    if writable(folder) and (os.geteuid() != 0 or open_to_others(PROJECT)):
        folder.mkdir(exist_ok=True)
        return folder
    return private_folder(spare_folder() / "data")


@contextlib.contextmanager
def throw_away_folder(name: str) -> Iterator[Path]:
    """A new empty folder that is removed at the end."""
    place = Path(tempfile.gettempdir())
    if os.geteuid() == 0 and not open_to_others(place):
        place = Path("/var/tmp")  # noqa: S108 - mkdtemp makes a new folder of our own in it
    folder = Path(tempfile.mkdtemp(prefix=f"omnistore-{name}-", dir=place))
    if os.geteuid() == 0:
        folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
