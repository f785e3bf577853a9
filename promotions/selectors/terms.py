"""What a revision comes to in a store before anybody looks at the stock: its instants, and what stands against it."""

from datetime import datetime, timedelta

from promotions.models import PromotionRevision
from promotions.rules.price import money_fits
from promotions.rules.window import OfferTimes, Period, hours_of, offer_times, resolve_window
from promotions.rules.words import RedemptionChannel

# The codes of `issues_of`; other issues of an offer, such as a spent limit, come and go by themselves.
STANDING_ISSUES = ("ONLINE_ONLY", "CURRENCY_MISMATCH", "NEVER_OPEN")


def times_of(revision: PromotionRevision, *, timezone: str, now: datetime) -> OfferTimes:
    """The revision's instants (UTC) in a store of that zone, with the open period as of `now`."""
    window = resolve_window(
        starts_on=revision.starts_on,
        starts_time=revision.starts_time,
        ends_on=revision.ends_on,
        ends_time=revision.ends_time,
        window_timezone=revision.window_timezone,
        store_timezone=timezone,
    )
    return offer_times(
        window=window,
        hours=hours_of(revision.weekly_hours),
        timezone=timezone,
        honour=timedelta(hours=revision.honour_hours),
        now=now,
    )


def display_window(revision: PromotionRevision, *, timezone: str) -> Period | None:
    """When shoppers are shown it, in UTC for a store of that zone; None: as long as it is valid."""
    if revision.display_starts_on is None or revision.display_ends_on is None:
        return None
    return resolve_window(
        starts_on=revision.display_starts_on,
        starts_time=revision.display_starts_time,
        ends_on=revision.display_ends_on,
        ends_time=revision.display_ends_time,
        window_timezone=revision.window_timezone,
        store_timezone=timezone,
    )


def issues_of(revision: PromotionRevision, *, currency: str, times: OfferTimes) -> list[dict[str, str]]:
    """What keeps the offer from being honoured in a store with that money, as the rows of `StoreOffer.issues`."""
    issues = {}
    if RedemptionChannel.IN_STORE not in revision.channels:
        issues["ONLINE_ONLY"] = "Help the shopper order online."
    if not money_fits(revision.benefit, currency=currency):
        issues["CURRENCY_MISMATCH"] = f"Publish a promotion in {currency} for this store."
    if not times.is_ever_open:
        issues["NEVER_OPEN"] = "Its hours never come between its start and its end here; change one of them."
    return [
        {"code": code, "severity": "blocking", "resolution": resolution}
        for code, resolution in issues.items()
    ]
