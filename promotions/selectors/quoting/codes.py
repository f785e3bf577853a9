"""The codes that a shopper shows with a basket, and which deals they open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from promotions.models import SingleUseCode
from promotions.rules.words import OfferType, Reason
from promotions.selectors.codes import names_in
from promotions.selectors.verdicts.shapes import VerdictDeal


@dataclass(frozen=True)
class ShownCodes:
    """Generic codes and coupon numbers in capitals; of codes good for one use, each promotion's: all used or not.

    A coupon's serial counts for its number: `used` holds the numbers that were only shown with used serials.
    """

    generic: frozenset[str]
    used: frozenset[str]
    single: Mapping[int, bool]

    def refusals(self, deal: VerdictDeal) -> list[Reason]:
        """Why these codes do not open the deal; empty when they do, or none is needed."""
        match deal.facts.offer_type:
            case OfferType.NO_CODE:
                return []
            case OfferType.SINGLE_USE_CODES if deal.promotion_pk in self.single:
                return [Reason.CODE_USED] if self.single[deal.promotion_pk] else []
            case OfferType.SINGLE_USE_CODES:
                return [Reason.CODE_NEEDED]
        if deal.code.upper() not in self.generic:
            return [Reason.CODE_NEEDED]
        return [Reason.CODE_USED] if deal.code.upper() in self.used else []


def shown_codes(codes: Iterable[str]) -> ShownCodes:
    """What the codes of a basket are: one query, none without codes."""
    names = [names_in(code) for code in codes]
    singles = {name["single"] for name in names if name["single"]}
    rows = SingleUseCode.objects.filter(pk__in=singles).values_list("pk", "promotion_id", "redemption_id")
    found = (
        {code: (promotion, redemption is not None) for code, promotion, redemption in rows} if singles else {}
    )
    single: dict[int, bool] = {}
    for promotion, is_used in found.values():
        single[promotion] = single.get(promotion, True) and is_used
    usable = {name["value"].upper() for name in names if not found.get(name["single"], (0, False))[1]}
    generic = frozenset(name["value"].upper() for name in names)
    return ShownCodes(generic=generic, used=generic - usable, single=single)
