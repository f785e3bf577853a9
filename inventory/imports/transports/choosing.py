"""Which of the files a server lists are wanted: by name, and by the marker that says a file is finished."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from inventory.imports.transports.declared import Choice

UNFINISHED = (".part", ".tmp")
# A folder with more than this is an archive, not an inbox.
MOST_NAMES = 10_000
_PLAIN = re.compile(r"[^/\\\x00-\x1f\x7f]{1,255}")


def wanted_files(names: Iterable[str], choice: Choice) -> Iterator[tuple[str, str]]:
    """(name, its marker or "") of each finished file, in the order of their names.

    Hidden and unfinished files, markers, and names that are no plain names are left alone. Without a marker rule
    every file counts as finished here.
    """
    there = set(names)
    for name in sorted(there):
        if not _PLAIN.fullmatch(name) or name.startswith(".") or name.endswith(UNFINISHED):
            continue
        if not fnmatchcase(name, choice.pattern):
            continue
        if not choice.marker:
            yield name, ""
        elif not name.endswith(choice.marker) and (marker := _marker(name, there, choice.marker)):
            yield name, marker


def _marker(name: str, there: set[str], ending: str) -> str:
    for marker in (name + ending, f"{name}.zip{ending}"):
        if marker in there:
            return marker
    return ""
