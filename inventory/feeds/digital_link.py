"""GS1 Digital Link: a web address of any domain that carries application identifiers.

https://shop.example/some/shelf/01/04006381333931/10/LOT7?17=270101 says GTIN (01), batch (10) and expiry (17).
"""

import re
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, urlsplit

LONGEST_LINK = 2_000

# The primary keys that mean something at a shop's counter, and what their values look like. A date in a blog's
# address (/2026/01/25/) is none of them.
_PRIMARY_KEYS = {
    "01": re.compile(r"\d{8,14}", re.ASCII),  # GTIN
    "255": re.compile(r"\d{13,25}", re.ASCII),  # coupon: number and serial
    "414": re.compile(r"\d{13}", re.ASCII),  # GLN of a place
    "8006": re.compile(r"\d{18}", re.ASCII),  # piece of a trade item: GTIN and two counts
}
_AI = re.compile(r"\d{2,4}", re.ASCII)


def read_digital_link(text: str) -> dict[str, str]:
    """The application identifiers and their values, the primary key first; {} for what is no Digital Link.

    Values are percent-decoded after the path is split, so that a serial may hold a slash (%2F).
    """
    if len(text) > LONGEST_LINK or text[:4].lower() != "http":
        return {}
    try:
        parts = urlsplit(text)
    except ValueError:  # brackets that hold no IPv6 address
        return {}
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return {}
    segments = [unquote(segment) for segment in parts.path.split("/")]
    for place, (key, value) in enumerate(pairwise(segments)):
        if key in _PRIMARY_KEYS and _PRIMARY_KEYS[key].fullmatch(value):
            qualifiers = segments[place + 2 :]
            pairs = [*zip(qualifiers[::2], qualifiers[1::2], strict=False), *parse_qsl(parts.query)]
            return {key: value} | {ai: content for ai, content in pairs if _AI.fullmatch(ai) and ai != key}
    return {}
