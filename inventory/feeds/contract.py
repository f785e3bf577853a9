"""What a dialect is: a name, a reader, and the keys of a profile that only it understands."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from inventory.feeds.blocks import FeedFile
from inventory.feeds.facts import Found
from inventory.feeds.profiles import Profile

# A reader is a generator with constant memory. It raises FeedRefused for a file that cannot be used as a whole,
# yields a BadRow for a line that cannot, and raises nothing else whatever the bytes are.
Reader = Callable[[FeedFile, Profile], Iterator[Found]]
# Checks one option of a profile and gives it back in its final form; raises ValueError saying what is expected.
Option = Callable[[object], object]


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One way to write a feed. `kinds` are the FeedSource kinds it can serve, the usual one first."""

    name: str
    title: str
    kinds: tuple[str, ...]
    read: Reader
    options: Mapping[str, Option] = field(default_factory=dict)
    # What the common keys are when the profile does not say, e.g. {"completeness": "FULL", "item_code": "SKU"}.
    defaults: Mapping[str, object] = field(default_factory=dict)
    # What its tables may be parted by besides the profile's delimiter.
    delimiters: str = ""
    # False: the raw file carries personal data, so after loading only its facts are kept.
    keeps_raw: bool = True
    # The form its rejected lines can be downloaded, mended and sent in again: their own lines, or JSON lines.
    is_line_oriented: bool = False
