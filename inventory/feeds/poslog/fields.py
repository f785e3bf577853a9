"""Single fields of a POSLog: elements by their local name, figures, days, times, flags.

Only elements that are asked for by name are ever looked at; operators, customers, loyalty and signatures are not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from xml.etree.ElementTree import Element

from inventory.feeds.numbers import NotANumber, read_decimal

_ARTS = "nrf-arts.org"
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,12})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9:.]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?")
_WHOLE = re.compile(r"[0-9]{1,18}")
_TRUE = ("true", "1", "yes", "y")


class BadField(Exception):
    """A field that cannot be used; what it says becomes the rejection of the lines it belongs to."""

    def __init__(self, code: str, name: str, value: str, expected: str) -> None:
        super().__init__(f"{name} is {value!r}; expected {expected}")
        self.code = code
        self.name = name
        self.value = value
        self.expected = expected


@dataclass
class Names:
    """Local names of the standard's elements. Extensions of a system, which may reuse its words, have none.

    A log may use any of the standard's namespaces, any prefix, none at all, or put its transactions in the
    namespace of a wrapper: `own` is that of the transaction at hand.
    """

    own: str = ""
    _known: dict[str, str] = field(default_factory=dict)

    def enter(self, transaction: Element) -> None:
        """Read names as that transaction means them."""
        own = _split(transaction.tag)[0]
        if own != self.own:
            self.own = own
            self._known.clear()

    def of(self, element: Element) -> str:
        """The element's local name, "" for an extension."""
        tag = element.tag
        name = self._known.get(tag)
        if name is None:
            namespace, local = _split(tag)
            is_standard = namespace in ("", self.own) or _ARTS in namespace
            name = self._known[tag] = local if is_standard else ""
        return name

    def children(self, parent: Element) -> dict[str, Element]:
        """The first child of each name."""
        found: dict[str, Element] = {}
        for child in parent:
            found.setdefault(self._known.get(child.tag) or self.of(child), child)
        return found

    def all(self, parent: Element, name: str) -> Iterator[Element]:
        """The children of that name."""
        return (child for child in parent if self.of(child) == name)

    def first(self, parent: Element | None, *names: str) -> Element | None:
        """The first child that has the first of the names, or else the next."""
        if parent is None:
            return None
        for name in names:
            for child in parent:
                if self.of(child) == name:
                    return child
        return None

    def text(self, parent: Element | None, *names: str) -> str:
        """The text of that child, "" where there is none."""
        return text_of(self.first(parent, *names))


def _split(tag: str) -> tuple[str, str]:
    namespace, bracket, local = tag.rpartition("}")
    return (namespace[1:], local) if bracket else ("", tag)


def local_name(element: Element) -> str:
    """The element's name without its namespace, whatever that is."""
    return _split(element.tag)[1]


def text_of(element: Element | None) -> str:
    """The element's own text, blanks around it taken off."""
    return (element.text or "").strip() if element is not None else ""


def attribute(element: Element | None, name: str) -> str:
    """An attribute by its local name, "" where there is none."""
    if element is None:
        return ""
    attributes = element.attrib
    if not attributes:
        return ""
    value = attributes.get(name)
    if value is None:
        ending = "}" + name
        for key in attributes:
            if key.endswith(ending):
                return attributes[key].strip()
        return ""
    return value.strip()


def is_flagged(element: Element | None, *names: str) -> bool:
    """Whether one of the attributes says true."""
    return any(attribute(element, name).lower() in _TRUE for name in names)


def read_figure(text: str, *, name: str) -> Decimal:
    """A figure as XML writes it. Raises BadField."""
    if not text:
        raise BadField("missing_value", name, "", "a number")
    try:
        return read_decimal(text, decimal_sign=".")
    except NotANumber as error:
        raise BadField(error.code, name, text, error.expected) from error


def read_whole(text: str, *, name: str) -> int:
    """A number that counts something. Raises BadField."""
    if not text:
        raise BadField("missing_value", name, "", "a whole number")
    if not _WHOLE.fullmatch(text):
        raise BadField("not_a_number", name, text, "a whole number of at most 18 digits")
    return int(text)


def read_time(text: str, *, name: str) -> datetime:
    """A time; without an offset it stays naive, to be read on the store's clock. Raises BadField."""
    if _TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise BadField("bad_time", name, text, "an ISO 8601 time such as 2026-11-22T18:30:00")


def read_day(text: str, *, name: str) -> date:
    """A day; a time or offset behind it says nothing. Raises BadField."""
    if found := _DAY.fullmatch(text):
        try:
            return date.fromisoformat(found[1])
        except ValueError:
            pass
    raise BadField("bad_time", name, text, "a day such as 2026-11-22")
