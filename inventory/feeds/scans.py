"""What a scanner, a finger or a pasted message gives, taken apart: GTINs, codes and web addresses."""

import re
import unicodedata
from dataclasses import dataclass

from inventory.feeds.barcodes import WRONG_CHECK_DIGIT, read_barcode
from inventory.feeds.digital_link import LONGEST_LINK, read_digital_link

LONGEST_CODE = 200
MOST_LINKS = 3  # of a pasted message; what comes after is a footer

# Separators of element strings (GS, 0x1D) are part of a code; other control characters, and the invisible marks that
# come along when people copy, are of none.
_NOISE = re.compile("[\x00-\x1c\x1e\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_BLANKS = re.compile(r"[ \t\r\n\xa0\u2028\u2029]+")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"\x1d]+", re.IGNORECASE)
_BARE_LINK = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,24}(?::\d+)?/[^\s<>\"\x1d]*", re.IGNORECASE | re.ASCII)
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z](?=https?://)", re.IGNORECASE | re.ASCII)
_AFTER_A_LINK = ".,;:!?)]}'’”»"
_NAUGHT = re.compile(r"[0 .-]*")


@dataclass(frozen=True)
class Scan:
    """What one scan may be, the likeliest first.

    `gtins` are GTIN-14s; `codes` what else may be a coupon, a promotion's code or id, a PLU or a SKU; `links` web
    addresses with their scheme. `is_misread`: a GTIN in form, but with a wrong check digit.
    """

    text: str = ""
    gtins: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    is_misread: bool = False


def scan_problem(text: str) -> str:
    """Why a text cannot be looked up, as a code: EMPTY, NUL, TOO_LONG; "" when it can."""
    text = text.strip(" \t\r\n")
    if not text:
        return "EMPTY"
    if "\0" in text:
        return "NUL"
    longest = LONGEST_LINK if _LINK.search(text) or _BARE_LINK.match(text) else LONGEST_CODE
    return "TOO_LONG" if len(text) > longest else ""


def read_scan(text: str) -> Scan:
    """Everything a shopper can show, taken apart; never an error, whatever the text.

    A number with a weight or price in it stands for itself first, then for the item it is reduced to. What only
    a spreadsheet does to a code, losing its leading zeros, is not repaired: short digits are a PLU or a SKU. Noughts
    alone are what a scanner sends when it saw nothing: they name nothing.
    """
    text = cleaned(text[:LONGEST_LINK])
    if "/" in text or "." in text:
        links = links_in(text)
        if links:
            return of_links(text, links)
    text = text[:LONGEST_CODE]
    if _NAUGHT.fullmatch(text):
        return Scan(text)
    barcode = read_barcode(text)
    gtins = () if barcode.note else barcode.candidates
    return Scan(text, gtins, (text,), is_misread=barcode.problem == WRONG_CHECK_DIGIT)


def cleaned(text: str) -> str:
    """A text without what nobody typed on purpose, on one line."""
    text = _BLANKS.sub(lambda run: run[0] if run[0].strip(" ") == "" else " ", text)
    text = _NOISE.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", "".join(map(plain, text)))
    return text.strip(" ")


def plain(character: str) -> str:
    """A character as a keyboard has it, such as a full-width digit; by itself, whatever stands beside it."""
    typed = unicodedata.normalize("NFKC", character)
    return typed if typed.isascii() else character


def links_in(text: str) -> tuple[str, ...]:
    """The web addresses in a text, each with its scheme; an address alone needs none."""
    text = _SYMBOLOGY.sub("", text)
    found = _LINK.findall(text)
    if not found and _BARE_LINK.fullmatch(text):
        found = [text]
    links = (link.rstrip(_AFTER_A_LINK) for link in found[:MOST_LINKS])
    return tuple(link if link[:4].lower() == "http" else f"https://{link}" for link in links)


def of_links(text: str, links: tuple[str, ...]) -> Scan:
    """What web addresses say by themselves: the GTINs and coupons of GS1 Digital Links."""
    gtins: list[str] = []
    codes: list[str] = []
    is_misread = False
    for link in links:
        identifiers = read_digital_link(link)
        if digits := identifiers.get("01") or identifiers.get("8006", "")[:14]:
            gtins += scanned_gtins(digits)
            is_misread |= looks_misread(digits)
        if number := identifiers.get("255"):
            codes.append(f"(255){number}")
    return Scan(text, tuple(gtins), tuple(codes), links, is_misread)


def looks_misread(text: str) -> bool:
    """A GTIN in form, but its check digit is wrong."""
    return read_barcode(text).problem == WRONG_CHECK_DIGIT


def scanned_gtins(text: str) -> tuple[str, ...]:
    """The GTIN-14s to look for, the best first; () when the scan is none."""
    barcode = read_barcode(text)
    return () if barcode.note else barcode.candidates


def names_nothing(code: str) -> bool:
    """Noughts alone: never an item, even where some feed has one of that number."""
    return _NAUGHT.fullmatch(code) is not None
