"""Codes X12 and EDIFACT documents use for items, places, units and quantities, and the options that amend them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import get_args

from inventory.feeds.facts import Activity, Code, CountState, Note, WithheldState
from inventory.feeds.gtin import LENGTHS, check_digit, normalise_gtin

IGNORE = "IGNORE"
_NOTED_LIMIT = 50
STOCK_STATES = (*get_args(CountState), *get_args(WithheldState))
ACTIVITIES = get_args(Activity)

# X12 data element 235. UP, EN, UK, UI, UD: the GTIN's forms; buyer's codes before the vendor's and the maker's.
X12_GTINS = ("UK", "EN", "UP", "UI", "UD", "UA", "UN", "EO", "IB")
X12_SKUS = (
    "SK",
    "IN",
    "BP",
    "CB",
    "PI",
    "VN",
    "VP",
    "VC",
    "MG",
    "MF",
    "MP",
    "MN",
    "ND",
    "N1",
    "N2",
    "N3",
    "N4",
)
# EDIFACT data element 7143.
EDIFACT_GTINS = ("SRV", "EN", "UP", "EU", "EAN", "IB")
EDIFACT_SKUS = ("SK", "IN", "BP", "SA", "VN", "VP", "MF", "MP", "PZN", "ND", "IZ", "CC")

# UN/ECE Recommendation 20, by X12 data element 355 and by what EDIFACT senders write. A piece is EA here.
UNITS = {
    **dict.fromkeys(("EA", "PC", "PCE", "PCS", "ST", "UN", "UNT", "NAR", "NMP", "H87", "C62", "PE", "E"), "EA"),
    "LB": "LBR", "OZ": "ONZ", "KG": "KGM", "KGS": "KGM", "GR": "GRM", "ML": "MLT", "LT": "LTR", "GA": "GLL",
    "QT": "QTL", "PT": "PTL", "FT": "FOT", "IN": "INH", "YD": "YRD", "MR": "MTR", "CM": "CMT", "SF": "FTK",
    "SM": "MTK", "TN": "STN", "MP": "TNE", "DZ": "DZN", "CA": "XCS", "CS": "XCS", "CT": "XCT", "BX": "XBX",
    "PK": "XPK", "PL": "XPX", "BG": "XBG", "RL": "XRO", "CN": "XCX",
}  # fmt: skip


def unit_of(text: str) -> str | None:
    """The unit by Recommendation 20; None where the document does not say. Codes not known here stay as they are."""
    code = text.upper()
    return UNITS.get(code, code) or None


def item_codes(
    pairs: Iterable[tuple[str, str]], *, gtins: tuple[str, ...], skus: tuple[str, ...]
) -> tuple[Code, ...]:
    """The codes an item may be found by, the best first, from (qualifier, code) pairs of a line.

    A code without a qualifier is a GTIN when it can be one and its check digit holds, else an SKU.
    """
    found: dict[Code, int] = {}
    for qualifier, text in pairs:
        if not text:
            continue
        if qualifier in gtins:
            found.setdefault(_gtin(qualifier, text), gtins.index(qualifier))
        elif qualifier in skus:
            found.setdefault(Code("SKU", text), len(gtins) + skus.index(qualifier))
        elif not qualifier:
            is_gtin = normalise_gtin(text) is not None
            found.setdefault(Code("GTIN" if is_gtin else "SKU", text), 0 if is_gtin else len(gtins))
    return tuple(sorted(found, key=lambda code: found[code]))


def _gtin(qualifier: str, text: str) -> Code:
    """ISBN-10 and UPC without its check digit are given what the GTIN has besides; all else stays as written."""
    digits = text.replace("-", "").replace(" ", "")
    if not digits[:-1].isascii() or not digits[:-1].isdigit():
        return Code("GTIN", text)
    if qualifier == "IB" and len(digits) == 10:
        body = f"978{digits[:-1]}"
        return Code("GTIN", f"{body}{check_digit(body)}")
    if qualifier == "UI" and len(digits) == 11 and digits.isdigit():
        return Code("GTIN", f"{digits}{check_digit(digits)}")
    return Code("GTIN", digits if len(digits) in LENGTHS else text)


@dataclass
class Parties:
    """Who a document's header names, by role."""

    named: dict[str, Code | None] = field(default_factory=dict)

    def add(self, role: str, code: Code | None) -> None:
        """Two codes for one role leave it open which is meant."""
        if code is not None:
            self.named[role] = code if self.named.get(role, code) == code else None

    def pick(self, roles: Iterable[str]) -> Code | None:
        """The code of the first of these roles that is named."""
        return next((code for role in roles if (code := self.named.get(role))), None)


def note_once(noted: set[str], code: str, *, line_number: int, what: str) -> Iterator[Note]:
    """A note on the first line that carries a code not read here; `noted` remembers which were told."""
    if code not in noted and len(noted) < _NOTED_LIMIT:
        noted.add(code)
        yield Note(
            line_number=line_number, code="quantity_ignored", message=f'{what} "{code[:10]}" is left out.'
        )


def text_option(value: object) -> object:
    """A text, "" by default."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError("a text")  # noqa: TRY004 - the contract of an option is ValueError
    return value


def currency_option(value: object) -> object:
    """A currency of ISO 4217, "" by default."""
    text = str(text_option(value))
    if text and not (len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()):
        raise ValueError("a currency such as EUR")
    return text


def terminator_option(value: object) -> object:
    r"""One character, such as "\n"; "" by default: as UNA or the standard says."""
    text = str(text_option(value))
    if len(text) > 1 or text.isalnum() or (text and (not text.isascii() or text in "+:? \0")):
        raise ValueError(r'one character such as "\n"')
    return text


def codes_option(defaults: Mapping[str, str], meanings: tuple[str, ...]) -> Callable[[object], object]:
    """An option that maps a partner's codes to meanings, over the defaults; "IGNORE" takes one away."""

    def check(value: object) -> object:
        known = (*meanings, IGNORE)
        said = {} if value is None else value
        if not isinstance(said, Mapping) or not all(meaning in known for meaning in said.values()):
            raise ValueError(f"codes and their meanings, each one of {', '.join(known)}")
        return {str(code): str(meaning) for code, meaning in {**defaults, **said}.items()}

    return check
