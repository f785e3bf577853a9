"""What a verdict says: the parts that tablet and API show."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from inventory.models import Store
from promotions.models import RainCheck
from promotions.rules.stacking import Standing
from promotions.rules.verdict import DealFacts
from promotions.rules.words import Audience, OfferType, Outcome, Reason
from promotions.selectors.alternatives import AlternativeItem, AlternativeStore
from promotions.selectors.sentences import benefit_text, end_text, moment_text


@dataclass(frozen=True)
class ReasonLine:
    """A reason as a code for machines and a sentence for people."""

    code: Reason
    text: str


@dataclass(frozen=True)
class VerdictItem:
    pk: int
    sku: str
    title: str
    brand: str
    unit: str
    unit_decimals: int
    place: str  # where it stands in the store, in the store's own words; "" where nobody has said it


@dataclass(frozen=True)
class VerdictDeal:
    """The deal the verdict is about. Times are store-local; `say` is the merchandiser's own text."""

    promotion_pk: int
    promotion_id: str
    revision_id: int
    revision_number: int
    headline: str
    say: str
    code: str
    uses_left: int | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    honoured_until: dt.datetime
    facts: DealFacts
    standing: Standing

    @property
    def applies_by_itself(self) -> bool:
        """Everybody gets it without showing anything."""
        return self.facts.offer_type == OfferType.NO_CODE and self.facts.audience == Audience.EVERYONE

    @property
    def benefit_text(self) -> str:
        """What it gives, in words; put together only for the deals that are shown."""
        return benefit_text(self.facts.benefit)

    def by_single_code(self, code: str, *, is_used: bool) -> "VerdictDeal":
        """The deal as the code names it that was scanned, which is good for one use."""
        used = (Reason.CODE_USED,) if is_used else ()
        return replace(self, code=code, facts=replace(self.facts, refusals=(*used, *self.facts.refusals)))

    def by_rain_check(self, promised: RainCheck) -> "VerdictDeal":
        """The deal as it was promised to one shopper."""
        facts = promised.promised(self.facts)
        zone = self.starts_at.tzinfo
        return replace(
            self,
            facts=facts,
            ends_at=facts.ends_at.astimezone(zone),
            honoured_until=promised.valid_until.astimezone(zone),
        )

    def window_words(self, now: dt.datetime) -> dict[str, str]:
        """When it starts, ends, opens next and is honoured no longer; one with hours ends where these close."""
        zone = self.starts_at.tzinfo
        period = self.facts.period(now) if self.facts.hours else None
        is_open = period is not None and period[0] <= now
        return {
            "starts": moment_text(self.starts_at),
            "ends": end_text(period[1].astimezone(zone) if period and is_open else self.ends_at),
            "opens": moment_text(period[0].astimezone(zone)) if period and not is_open else "",
            "honoured_until": end_text(self.honoured_until),
        }


@dataclass(frozen=True)
class VerdictPrice:
    """Money for one unit; `deal` is None where the deal gives no price."""

    regular: Decimal
    deal: Decimal | None
    currency: str

    @property
    def discount(self) -> Decimal | None:
        return None if self.deal is None else self.regular - self.deal


@dataclass(frozen=True)
class VerdictStock:
    """What is here, and how old the figure is. `quantity` is what can be promised. Times are store-local."""

    quantity: int
    on_hand: int
    counted_at: dt.datetime
    sales_until: dt.datetime | None
    source: str
    source_name: str  # as people call it
    is_stale: bool
    age: dt.timedelta
    freshness_limit: dt.timedelta


@dataclass(frozen=True)
class Verdict:
    """What the associate may do and say about one scan. `elsewhere_pk` names a deal that holds in other stores only."""

    store: Store
    code: str
    outcome: Outcome
    reasons: tuple[ReasonLine, ...]
    say: str
    at: dt.datetime
    item: VerdictItem | None = None
    deal: VerdictDeal | None = None
    price: VerdictPrice | None = None
    stock: VerdictStock | None = None
    alternatives: tuple[AlternativeStore, ...] = ()
    similar: tuple[AlternativeItem, ...] = ()
    also: tuple[VerdictDeal, ...] = ()
    elsewhere_pk: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The body of the API's answer."""
        return {
            "store_code": self.store.store_code,
            "code": self.code,
            "outcome": str(self.outcome),
            "reasons": [{"code": str(line.code), "text": line.text} for line in self.reasons],
            "say": self.say,
            "item": self.item
            and {
                "sku": self.item.sku,
                "title": self.item.title,
                "brand": self.item.brand,
                "unit": self.item.unit,
                "unit_decimals": self.item.unit_decimals,
                "place": self.item.place,
            },
            "promotion": self.deal and deal_dict(self.deal),
            "price": self.price
            and {
                "regular": str(self.price.regular),
                "deal": None if self.price.deal is None else str(self.price.deal),
                "currency": self.price.currency,
            },
            "stock": self.stock
            and {
                "on_hand": self.stock.on_hand,
                "available": self.stock.quantity,
                "counted_at": self.stock.counted_at,
                "sales_until": self.stock.sales_until,
                "source": self.stock.source,
                "is_stale": self.stock.is_stale,
                "age_seconds": int(self.stock.age.total_seconds()),
            },
            "alternatives": [place.as_dict() for place in self.alternatives],
            "similar": [item.as_dict() for item in self.similar],
            "also": [deal_dict(deal) for deal in self.also],
            "at": self.at,
        }


def deal_dict(deal: VerdictDeal) -> dict[str, Any]:
    return {
        "promotion_id": deal.promotion_id,
        "revision": deal.revision_number,
        "headline": deal.headline,
        "benefit": deal.benefit_text,
        "code_needed": deal.facts.offer_type != OfferType.NO_CODE,
        "uses_left": deal.uses_left,
        "starts_at": deal.starts_at,
        "ends_at": deal.ends_at,
        "honoured_until": deal.honoured_until,
    }
