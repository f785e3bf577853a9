"""Whose POSLog it is. The standard leaves open how a void and a return are written, so each system has its rule.

ncr (ACS 2.1)
    A voided line is written a second time with VoidFlag, quantity and amount negative: both together are nothing.
    A customer gives something back in a Return, or in a Sale with a negative quantity and amount.
wincor (TP.net 2.2)
    Every figure is absolute. A Return has a positive quantity and amount; so has the second line with VoidFlag that
    takes back the one before it. Lines with CancelFlag or WN:StatisticFlag tell of a sale that was undone before it
    counted. A receipt that voids another has a number of its own, its lines look like the other's.
roqqio (Futura 6.0)
    What a customer gives back is a Sale with quantity -1 and a POSITIVE amount. A line voided at the till is not
    written at all; should VoidFlag occur, it marks that line itself.
plain (the standard)
    A Return has a positive quantity and amount, and VoidFlag marks the voided line itself: it is no sale.

Of all of them it is true that a Return, and a Sale with a negative quantity, brings goods into the store and takes
money out of it, whatever the amount's own sign. What differs is the void: read by another system's rule it would
be a sale too many or one too few.
"""

import re
from dataclasses import dataclass
from typing import Literal

from inventory.feeds.blocks import FeedFile

AUTO = "auto"
_HEAD_BYTES = 64 * 2**10
_DECLARED = re.compile(rb"""xmlns(?::[^\s=]+)?\s*=\s*["']([^"']*)["']""")


@dataclass(frozen=True)
class Variant:
    """One system's rules. `namespaces` are parts of the XML namespaces that only it declares.

    `void`: a voided line is either written a SECOND_TIME, or marked ITSELF. `void_is_negative`: the second line
    carries minus signs. `counts_replaced`: status Replaced marks the receipt that replaces another, not the
    replaced one.
    """

    name: str
    namespaces: tuple[str, ...] = ()
    void: Literal["SECOND_TIME", "ITSELF"] = "ITSELF"
    void_is_negative: bool = False
    counts_replaced: bool = False


PLAIN = Variant("plain")
VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("ncr", namespaces=("ncr.com",), void="SECOND_TIME", void_is_negative=True),
        Variant(
            "wincor",
            namespaces=("wincor-nixdorf", "wincornixdorf", "diebold", "tpdotnet"),
            void="SECOND_TIME",
            counts_replaced=True,
        ),
        Variant("roqqio", namespaces=("futura4retail", "roqqio")),
        PLAIN,
    )
}


def check_variant(value: object) -> str:
    """The profile's `variant`. Raises ValueError saying what is expected."""
    names = (AUTO, *VARIANTS)
    if value is None:
        return AUTO
    if not isinstance(value, str) or value not in names:
        raise ValueError(f"one of {', '.join(names)}")
    return value


def choose_variant(file: FeedFile, name: str) -> Variant:
    """The variant of that name; "auto" goes by the namespaces that the head of the file declares."""
    if name != AUTO:
        return VARIANTS[name]
    with file.stream() as stream:
        head = stream.read(_HEAD_BYTES).replace(b"\0", b"")
    declared = [found.decode("utf-8", "replace").lower() for found in _DECLARED.findall(head)]
    for variant in VARIANTS.values():
        if any(part in namespace for part in variant.namespaces for namespace in declared):
            return variant
    return PLAIN
