"""What runs when: promotions over some weeks, and which of them meet on the same items in the same stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q, QuerySet

from promotions.models import OfferItem, PromotionRevision, StoreOffer
from promotions.rules.last_day import last_day_and_time
from promotions.rules.overlaps import shared_counts
from promotions.rules.words import OVER, UNPUBLISHED, PromotionState
from promotions.selectors.listing import in_group, shown_revisions
from promotions.selectors.targeting import targeted_items, targeted_stores

# The scope of what is not published has no index yet: two questions each, so only of so many.
DRAFTS_COMPARED = 20


@dataclass(frozen=True)
class Meeting:
    """Another promotion that runs at the same time in at least one same store, and how many items both have."""

    revision: PromotionRevision
    items: int


@dataclass(frozen=True)
class Bar:
    """One promotion over the days of the calendar: `first` counts from 0, `days` is how many of them it covers."""

    revision: PromotionRevision
    first: int
    days: int
    last_day: date
    began_before: bool
    goes_on: bool
    meetings: tuple[Meeting, ...]
    is_compared: bool

    @property
    def shared_items(self) -> int:
        """The most items that any one other promotion has too."""
        return max((meeting.items for meeting in self.meetings), default=0)


def running_revisions(*, first_day: date, days: int, group: str = "") -> QuerySet[PromotionRevision]:
    """The shown words of promotions whose window touches these days, by campaign; rejected ones run nowhere."""
    after = first_day + timedelta(days=days)
    found = shown_revisions().exclude(promotion__state=PromotionState.REJECTED)
    found = found.filter(starts_on__lt=after, ends_on__gte=first_day).exclude(
        ends_on=first_day, ends_time="00:00"
    )
    if group:
        found = found.filter(in_group(group))
    return found.select_related("promotion").order_by("campaign", "starts_on", "ends_on", "pk")


def bars_of(revisions: Sequence[PromotionRevision], *, first_day: date, days: int) -> list[Bar]:
    """Each of these as a bar with whom it meets: four questions, and two for each draft."""
    compared = comparable(revisions)
    meetings = meetings_of(compared)
    return [
        bar_of(
            revision,
            first_day=first_day,
            days=days,
            meetings=tuple(meetings.get(revision.pk, ())),
            is_compared=revision in compared,
        )
        for revision in revisions
    ]


def bar_of(
    revision: PromotionRevision,
    *,
    first_day: date,
    days: int,
    meetings: tuple[Meeting, ...],
    is_compared: bool,
) -> Bar:
    last_day, _until = last_day_and_time(revision.ends_on, revision.ends_time)
    start = (revision.starts_on - first_day).days
    end = (last_day - first_day).days + 1
    first = max(start, 0)
    return Bar(
        revision=revision,
        first=first,
        days=max(min(end, days) - first, 1),
        last_day=last_day,
        began_before=start < 0,
        goes_on=end > days,
        meetings=meetings,
        is_compared=is_compared,
    )


def comparable(revisions: Sequence[PromotionRevision]) -> list[PromotionRevision]:
    """Those that can still meet: what is published and not over, and the first so many others."""
    is_over = (PromotionState.STOPPED, PromotionState.EXPIRED)
    running = [revision for revision in revisions if revision.promotion.state not in is_over]
    drafts = [revision for revision in running if revision.promotion.state in UNPUBLISHED]
    left_out = {revision.pk for revision in drafts[DRAFTS_COMPARED:]}
    return [revision for revision in running if revision.pk not in left_out]


def meetings_of(revisions: Sequence[PromotionRevision]) -> dict[int, list[Meeting]]:
    """By the key of a revision whom it meets, the most items first."""
    items, stores = shared_counts(items_of(revisions)), shared_counts(stores_of(revisions))
    windows = [window_of(revision) for revision in revisions]
    found: dict[int, list[Meeting]] = {}
    for place, revision in enumerate(revisions):
        meets = [
            Meeting(other, int(items[place, beside]))
            for beside, other in enumerate(revisions)
            if beside != place
            and items[place, beside]
            and stores[place, beside]
            and windows[place][0] < windows[beside][1]
            and windows[beside][0] < windows[place][1]
        ]
        found[revision.pk] = sorted(meets, key=lambda meeting: (-meeting.items, meeting.revision.pk))
    return found


def window_of(revision: PromotionRevision) -> tuple[datetime, datetime]:
    """Half-open, by the stores' own clocks."""
    return (
        datetime.combine(revision.starts_on, revision.starts_time),
        datetime.combine(revision.ends_on, revision.ends_time),
    )


def items_of(revisions: Sequence[PromotionRevision]) -> list[list[int]]:
    """The ids of each one's items: by the index, of a draft by its scope."""
    index = OfferItem.objects.filter(promotion__in=[revision.promotion_id for revision in revisions])
    published = dict(index.order_by().values_list("promotion_id").annotate(members=ArrayAgg("item_id")))
    return [
        targeted_items(revision)
        if revision.promotion.state in UNPUBLISHED
        else published.get(revision.promotion_id, [])
        for revision in revisions
    ]


def stores_of(revisions: Sequence[PromotionRevision]) -> list[list[int]]:
    """The ids of each one's stores: by their offers, of a draft by its scope."""
    offers = StoreOffer.objects.filter(
        ~Q(state__in=sorted(OVER)),
        promotion__in=[revision.promotion_id for revision in revisions],
        revision=F("promotion__current_revision"),
    )
    published = dict(offers.order_by().values_list("promotion_id").annotate(members=ArrayAgg("store_id")))
    return [
        list(targeted_stores(revision).values_list("pk", flat=True))
        if revision.promotion.state in UNPUBLISHED
        else published.get(revision.promotion_id, [])
        for revision in revisions
    ]
