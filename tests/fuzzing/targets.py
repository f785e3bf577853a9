"""What is fed with spoilt files: a reader under a declared profile, small valid files for it, its format's words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from inventory.feeds.dialects import DIALECTS
from inventory.feeds.profiles import Profile, read_profile
from tests.inventory.feeds.reading import feed_file

INFLATED_LIMIT = 2**23
Found = object


@dataclass(frozen=True)
class Variant:
    """One profile of a reader and files that are good under it. `read` runs the reader to its end, item by item."""

    read: Callable[[bytes], Iterable[Found]]
    files: tuple[bytes, ...]
    profile: Profile | None = None
    told: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A reader with its variants. `is_archive`: its files are archives whose members are spoilt as well."""

    name: str
    variants: tuple[Variant, ...]
    marks: tuple[bytes, ...]
    tokens: tuple[bytes, ...] = ()
    is_archive: bool = False


def of_dialect(
    name: str, *files: str | bytes, kind: str = "", encoding: str = "utf-8", **declared: object
) -> Variant:
    """A variant of a registered dialect."""
    dialect = DIALECTS[name]
    told = {**declared, "encoding": encoding, "format": name}
    profile = read_profile(kind or dialect.kinds[0], told, dialects=DIALECTS)

    def read(content: bytes) -> Iterator[Found]:
        return dialect.read(feed_file(content, encoding=encoding, limit=INFLATED_LIMIT), profile)

    return Variant(read, tuple(as_bytes(file, encoding) for file in files), profile, told)


def as_bytes(file: str | bytes, encoding: str = "utf-8") -> bytes:
    """A file as it is sent."""
    return file if isinstance(file, bytes) else file.encode(encoding)
