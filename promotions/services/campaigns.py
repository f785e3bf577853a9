"""Campaigns: promotions under shared limits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from promotions.models import Campaign, CampaignChange
from promotions.rules.content import canonical
from promotions.rules.content.campaigns import campaign_errors
from promotions.services.limits import apply_campaign


def create_campaign(
    *, campaign_id: str, content: Mapping[str, Any], author: Any | None, now: datetime
) -> Campaign:
    """A campaign with its `title`, `limits` and `currency`. Raises ValidationError by field."""
    campaign_id = campaign_id.strip()
    if not campaign_id or len(campaign_id) > 60:
        raise ValidationError({"campaign_id": ["Enter an id of up to 60 characters."]})
    if Campaign.objects.filter(campaign_id=campaign_id).exists():
        raise ValidationError({"campaign_id": ["There is already a campaign with this id."]})
    if errors := campaign_errors(content):
        raise ValidationError(errors)
    return Campaign.objects.create(
        campaign_id=campaign_id, created_by=author, created_at=now, **canonical(content)
    )


def change_campaign_limits(
    *, campaign: Campaign, limits: Any, currency: str, why: str, author: Any | None, now: datetime
) -> Campaign:
    """Put the campaign under other limits from now on; what is used counts. The same limits again change nothing.

    Raises ValidationError by field, also where more is used than a limit allows.
    """
    why = why.strip()
    if not why or len(why) > 200:
        raise ValidationError({"why": ["Say why, in up to 200 characters."]})
    content = canonical({"title": campaign.title, "limits": limits, "currency": currency})
    if errors := campaign_errors(content):
        raise ValidationError(errors)
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        if (campaign.limits, campaign.currency) == (content["limits"], currency):
            return campaign
        CampaignChange.objects.create(
            campaign=campaign, old_limits=campaign.limits, new_limits=content["limits"],
            old_currency=campaign.currency, new_currency=currency, why=why, by=author, at=now,
        )  # fmt: skip
        campaign.limits, campaign.currency = content["limits"], currency
        campaign.save(update_fields=["limits", "currency"])
        apply_campaign(campaign=campaign, now=now)
        return campaign
