"""Web pages of offers: which promotion a link stands for, whatever a newsletter has hung onto it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlsplit

# What says where a click came from, not what is shown.
_TRACKING = re.compile(
    r"(?:utm|mtm|pk|matomo|hsa)_.*|_{1,2}hs\w*|_ga|_gl|mc_[ce]id|gclid|gbraid|wbraid|fbclid|msclkid|dclid|yclid|ttclid"
    r"|twclid|sccid|srsltid|igshid|igsh|epik|mkt_tok|vero_id|li_fat_id|s_kwcid|ef_id|cmpid|ref_src",
    re.IGNORECASE,
)
_CODE_PARAMETERS = (
    "code", "coupon", "coupon_code", "couponcode", "discount", "discount_code", "promo", "promo_code", "promocode",
    "promotion", "promotion_id", "voucher", "vouchercode",
)  # fmt: skip
_OWN_OFFER = re.compile(r"/(?:tablet/offers|desk/promotions)/(\d{1,18})(?:/.*)?", re.ASCII)
_OWN_PROMOTION = re.compile(r"/api/v1/promotions/([^/]+)(?:/.*)?")
_DISCOUNT_PATH = re.compile(r"(?:/[^/]+)?/discount/([^/]+)/?")
_OFFER_GRAPH = re.compile(r".*/offers\.jsonld")


@dataclass(frozen=True)
class Page:
    """A web address as far as it says what is shown: without scheme, "www." and whatever tracks a click.

    `host` and `path` are in small letters; `parameters` holds those of the query, and the route of a page that is
    one long script (#/deal/7) under "#".
    """

    host: str
    path: str
    parameters: frozenset[tuple[str, str]]

    def shows(self, offer: "Page") -> bool:
        """Whether somebody on this page sees that offer: the same place, and every parameter that the offer names."""
        return self.host == offer.host and self.path == offer.path and offer.parameters <= self.parameters

    @property
    def keys(self) -> tuple[str, ...]:
        """Host and path in the spellings that a database may have kept."""
        hosts, paths = [self.host], [self.path, quote(self.path, safe="/:@!$&'()*+,;=~").lower()]
        try:
            hosts.append(self.host.encode("ascii").decode("idna"))
        except UnicodeError:  # written in letters beyond ASCII, or no name that can be
            hosts.append(ascii_host(self.host))
        return tuple(dict.fromkeys(f"{host}{path}" for host in hosts for path in paths))


def page_of(link: str) -> Page | None:
    """The page of a web address; None for what is none."""
    try:
        parts = urlsplit(link)
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:  # a port or an IPv6 address that cannot be
        return None
    if not host or parts.scheme.lower() not in ("http", "https"):
        return None
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    route = {("#", parts.fragment)} if parts.fragment.startswith(("/", "!")) else set()
    named = {(key, value) for key, value in parse_qsl(parts.query) if not _TRACKING.fullmatch(key)}
    return Page(ascii_host(host), unquote(parts.path).rstrip("/").lower(), frozenset(named | route))


def ascii_host(host: str) -> str:
    """A name in other letters as the network knows it (xn--…)."""
    try:
        return host.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return host.lower()


def most_alike(page: Page, offers: Iterable[tuple[int, str]]) -> list[int]:
    """Of promotions and the addresses of their pages those that the page shows, the most exactly named alone.

    A shop's page of all offers (/offers) stands for each promotion that gives it; /offers?deal=7 for that one.
    """
    found = []
    for promotion_pk, address in offers:
        offer = page_of(address)
        if offer and page.shows(offer):
            found.append((len(offer.parameters), promotion_pk))
    most = max((named for named, _pk in found), default=0)
    return list(dict.fromkeys(promotion_pk for named, promotion_pk in found if named == most))


def own_promotion(link: str) -> int | None:
    """The promotion whose offer or desk page of ours a link opens; None for every other link."""
    found = _OWN_OFFER.fullmatch(_path(link))
    return int(found[1]) if found else None


def codes_in(link: str) -> tuple[str, ...]:
    """The codes and promotion ids that a link carries along: ?coupon=SAVE5, /discount/SAVE5, our own addresses."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ()
    given = {key.lower(): value for key, value in parse_qsl(parts.query)}
    codes = [given[name] for name in _CODE_PARAMETERS if given.get(name)]
    for form in (_OWN_PROMOTION, _DISCOUNT_PATH):
        if found := form.fullmatch(parts.path):
            codes.insert(0, unquote(found[1]))
    if _OFFER_GRAPH.fullmatch(parts.path) and parts.fragment:  # an Offer's @id: #promotion/sku
        codes.insert(0, unquote(parts.fragment.rsplit("/", 1)[0]))
    return tuple(code for code in dict.fromkeys(codes) if len(code) <= 60 and "\0" not in code)


def _path(link: str) -> str:
    try:
        return urlsplit(link).path
    except ValueError:
        return ""
