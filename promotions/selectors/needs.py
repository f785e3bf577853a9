"""What the limits and the audience of a deal ask of whoever redeems it."""

from dataclasses import dataclass

from promotions.models import Campaign, PromotionRevision
from promotions.rules.limits import Limit
from promotions.rules.words import Audience, LimitScope, LimitUnit, OfferType
from promotions.selectors.verdicts import VerdictDeal


@dataclass(frozen=True)
class Needs:
    """What has to be typed before a use can be taken: the member number, the money taken off, the shopper's code."""

    customer: bool
    discount: bool
    code: bool


def campaign_of(revision: PromotionRevision) -> Campaign | None:
    """The campaign that a revision names."""
    return Campaign.objects.get(campaign_id=revision.campaign) if revision.campaign else None


def limits_over(revision: PromotionRevision, campaign: Campaign | None) -> tuple[Limit, ...]:
    """Every limit a redemption is counted under, besides the uses in all."""
    return revision.all_limits + (campaign.all_limits if campaign else ())


def needs_of(deal: VerdictDeal) -> Needs:
    """What redeeming the deal of a verdict needs; two queries at most."""
    revision = PromotionRevision.objects.get(pk=deal.revision_id)
    limits = limits_over(revision, campaign_of(revision))
    counts_money = any(limit.unit == LimitUnit.MONEY for limit in limits)
    return Needs(
        customer=revision.audience == Audience.MEMBERS
        or any(limit.scope == LimitScope.CUSTOMER for limit in limits),
        discount=counts_money and not deal.facts.benefit.is_per_unit,
        code=revision.offer_type == OfferType.SINGLE_USE_CODES and not deal.code,
    )
