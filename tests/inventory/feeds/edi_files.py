"""X12 and EDIFACT interchanges written by hand for the tests, their counts and numbers right unless told otherwise."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inventory.feeds.blocks import FeedFile
from inventory.feeds.dialects import DIALECTS
from inventory.feeds.facts import BadRow, Document, Note, SalesTotal, StockCount, StockMovement
from inventory.feeds.profiles import read_profile
from tests.inventory.feeds.reading import Trickle

GROUPS = {"846": "IB", "852": "PD", "997": "FA"}


@dataclass
class Read:
    """What a dialect made of a file, by kind of fact."""

    counts: list[StockCount] = field(default_factory=list)
    movements: list[StockMovement] = field(default_factory=list)
    totals: list[SalesTotal] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)

    @property
    def stock(self) -> list[tuple[str, str, str, str]]:
        """(place, first item code, state, quantity) of each count."""
        return [(one.place.text, one.items[0].text, one.state, str(one.quantity)) for one in self.counts]

    @property
    def sold(self) -> list[tuple[str, str, str, str]]:
        """(place, first item code, activity, quantity) of each total."""
        return [(one.place.text, one.items[0].text, one.activity, str(one.quantity)) for one in self.totals]

    @property
    def reasons(self) -> list[str]:
        return [one.code for one in self.bad]

    @property
    def noted(self) -> list[str]:
        return [one.code for one in self.notes]

    @property
    def document(self) -> Document:
        """The last word."""
        return self.documents[-1]


def read(
    name: str, content: str | bytes, options: Mapping[str, object] | None = None, *, trickles: bool = False
) -> Read:
    """A file read by a dialect, whole or as it trickles in. Raises FeedRefused."""
    dialect = DIALECTS[name]
    profile = read_profile(dialect.kinds[0], {"format": name, **(options or {})}, dialects=DIALECTS)
    data = content if isinstance(content, bytes) else content.encode()
    found = Read()
    kinds: dict[type, list] = {  # type: ignore[type-arg]
        StockCount: found.counts,
        StockMovement: found.movements,
        SalesTotal: found.totals,
        BadRow: found.bad,
        Note: found.notes,
        Document: found.documents,
    }
    file = FeedFile(lambda: Trickle(data) if trickles else io.BytesIO(data), 10**9, profile.encoding)
    for fact in dialect.read(file, profile):
        kinds[type(fact)].append(fact)
    return found


def isa(separator: str = "*", component: str = ">", terminator: str = "~", number: str = "000000421") -> str:
    """An ISA header of 106 characters."""
    blank, sender, receiver = " " * 10, "SHOPSUPPLY".ljust(15), "BRIGHTSTORES".ljust(15)
    elements = ["ISA", "00", blank, "00", blank, "ZZ", sender, "12", receiver, "260312", "0215", "U", "00401"]
    return separator.join([*elements, number, "0", "P", component]) + terminator


def x12(
    kind: str,
    *transactions: Sequence[str],
    separator: str = "*",
    component: str = ">",
    terminator: str = "~",
    line_end: str = "\n",
) -> str:
    """An interchange with one group of these transaction sets; segments are written with `*`."""
    lines = [f"GS*{GROUPS[kind]}*SHOPSUPPLY*BRIGHTSTORES*20260312*0215*77*X*004010"]
    for number, segments in enumerate(transactions, 1):
        lines += [f"ST*{kind}*{number:04d}", *segments, f"SE*{len(segments) + 2}*{number:04d}"]
    lines += [f"GE*{len(transactions)}*77", "IEA*1*000000421"]
    text = "".join(line.replace("*", separator) + terminator + line_end for line in lines)
    return isa(separator, component, terminator) + line_end + text


def edifact(
    kind: str,
    *messages: Sequence[str],
    una: str = "UNA:+.? '",
    syntax: str = "UNOC:3",
    prepared: str = "260312:0215",
    version: str = "D:96A:UN:EAN004",
    line_end: str = "",
) -> str:
    """An interchange of these messages; segments are written with the standard marks."""
    lines = [f"UNB+{syntax}+4099200000015:14+4099200000022:14+{prepared}+R0451"]
    for number, segments in enumerate(messages, 1):
        lines += [f"UNH+{number}+{kind}:{version}", *segments, f"UNT+{len(segments) + 2}+{number}"]
    lines.append(f"UNZ+{len(messages)}+R0451")
    return una + "".join(f"{line}'{line_end}" for line in lines)
