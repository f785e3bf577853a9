"""Weekly hours and the honour window as the clock goes on, or jumps."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from promotions.models import Budget, OfferChange, Promotion, StoreOffer
from promotions.services.publishing import stop_promotion
from promotions.services.refreshing import turn_offers
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, TODAY, create_published_promotion, put_stock

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENINGS = [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "17:00", "until": "19:00"}]


def new_york(day: int, hour: int) -> datetime:
    """An instant of November 2026 after the change to winter time."""
    return datetime(2026, 11, day, hour, tzinfo=UTC) + 5 * HOUR


def stocked_store(**fields: Any) -> None:
    put_stock(store=create_store(**fields), levels={create_item(): 12})


def told() -> list[tuple[str, str, str]]:
    """What the stores were told since the publication."""
    changes = OfferChange.objects.exclude(reason="PUBLISHED").order_by("store", "seq")
    return list(changes.values_list("old_state", "new_state", "reason"))


def test_an_offer_opens_and_closes_with_its_hours_and_ends_with_its_last() -> None:
    stocked_store()
    create_published_promotion(
        weekly_hours=EVENINGS, ends_on=TODAY + 2 * DAY
    )  # NOW is Sunday, 09:07 in New York
    seen = []
    for day, hour in ((22, 16), (22, 17), (22, 18), (22, 19), (23, 17), (23, 19)):
        turn_offers(now=new_york(day, hour))
        offer = StoreOffer.objects.get()
        seen.append((offer.state, offer.opens_at))

    assert seen == [
        ("READY", new_york(22, 17)), ("LIVE", new_york(22, 17)), ("LIVE", new_york(22, 17)),
        ("READY", new_york(23, 17)), ("LIVE", new_york(23, 17)), ("EXPIRED", new_york(23, 17)),
    ]  # fmt: skip
    assert told() == [
        ("READY", "LIVE", "WINDOW_OPENED"), ("LIVE", "READY", "WINDOW_CLOSED"),
        ("READY", "LIVE", "WINDOW_OPENED"), ("LIVE", "EXPIRED", "WINDOW_CLOSED"),
    ]  # fmt: skip


def test_several_turns_missed_in_one_go_tell_only_what_holds_now() -> None:
    """Beat stopped from Sunday morning; each jump passes openings and closings that nobody was told of."""
    stocked_store()
    create_published_promotion(weekly_hours=EVENINGS, honour_hours=24)

    for day, hour in ((24, 18), (26, 12), (27, 12), (28, 12), (29, 12)):
        turn_offers(now=new_york(day, hour))

    assert told() == [
        ("READY", "LIVE", "WINDOW_OPENED"), ("LIVE", "READY", "WINDOW_CLOSED"),
        ("READY", "READY", "WINDOW_CLOSED"), ("READY", "EXPIRED", "WINDOW_CLOSED"),
    ]  # fmt: skip
    assert StoreOffer.objects.get().turns_at is None


def test_beat_stopped_across_starts_and_ends_of_many_kinds_is_right_after_one_tick() -> None:
    stocked_store(timezone="America/New_York")
    stocked_store(timezone="Pacific/Honolulu")
    tomorrow = TODAY + DAY
    create_published_promotion(promotion_id="starts", starts_on=tomorrow)
    create_published_promotion(promotion_id="ends", ends_on=tomorrow)
    create_published_promotion(promotion_id="both", starts_on=tomorrow, ends_on=tomorrow, ends_time=time(1))
    create_published_promotion(promotion_id="hours", weekly_hours=EVENINGS)
    create_published_promotion(promotion_id="later", starts_on=TODAY + 3 * DAY)

    # Monday 01:30 in New York, Sunday 20:30 in Honolulu: past the start in one, past the hours in both.
    turn_offers(now=new_york(23, 1) + HOUR / 2)

    states = StoreOffer.objects.order_by("store_id", "promotion_id").values_list("state", flat=True)
    assert list(states) == ["LIVE", "EXPIRED", "EXPIRED", "READY", "READY",
                            "READY", "LIVE", "READY", "READY", "READY"]  # fmt: skip
    assert turn_offers(now=new_york(23, 1) + HOUR / 2) == 0


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        ("Pacific/Honolulu", date(2026, 11, 1), "2026-11-01T10:00Z"),
        ("Pacific/Honolulu", date(2027, 3, 14), "2027-03-14T10:00Z"),
        ("America/New_York", date(2026, 11, 2), "2026-11-02T05:00Z"),
        ("America/New_York", date(2027, 3, 15), "2027-03-15T04:00Z"),
        ("Europe/London", date(2026, 10, 26), "2026-10-26T00:00Z"),
        ("Europe/London", date(2027, 3, 29), "2027-03-28T23:00Z"),
        ("Asia/Kathmandu", date(2026, 10, 25), "2026-10-24T18:15Z"),
        ("Asia/Kathmandu", date(2027, 3, 28), "2027-03-27T18:15Z"),
        ("Pacific/Auckland", date(2026, 9, 28), "2026-09-27T11:00Z"),
        ("Pacific/Auckland", date(2027, 4, 5), "2027-04-04T12:00Z"),
    ],
)
def test_live_exactly_from_the_stores_own_midnight(zone: str, day: date, utc: str) -> None:
    stocked_store(timezone=zone)
    midnight = datetime.fromisoformat(utc)
    create_published_promotion(starts_on=day, ends_on=day + DAY, now=midnight - 9 * DAY)

    seen = []
    for now in (midnight - timedelta(microseconds=1), midnight):
        turn_offers(now=now)
        seen.append(StoreOffer.objects.get().state)

    assert seen == ["READY", "LIVE"]


def test_code_and_budget_live_as_long_as_the_last_store_honours() -> None:
    stocked_store()
    create_published_promotion(ends_on=TODAY + DAY, honour_hours=24, generic_redemption_code="SAVE")
    ended = new_york(23, 0)

    seen = []
    for now in (ended, ended + 24 * HOUR - HOUR, ended + 24 * HOUR):
        turn_offers(now=now)
        promotion = Promotion.objects.get()
        open_now = (StoreOffer.objects.get().state, promotion.state, promotion.open_code)
        seen.append((*open_now, Budget.objects.get().is_open))

    assert seen == [
        ("EXPIRED", "LIVE", "SAVE", True), ("EXPIRED", "LIVE", "SAVE", True), ("EXPIRED", "EXPIRED", None, False),
    ]  # fmt: skip
    assert told() == [("LIVE", "EXPIRED", "WINDOW_CLOSED")]


def test_a_stop_ends_the_honour_window_too() -> None:
    stocked_store()
    promotion = create_published_promotion(ends_on=TODAY + DAY, honour_hours=24)
    turn_offers(now=new_york(23, 0))

    stop_promotion(promotion=promotion, reason="price error", now=new_york(23, 1))

    assert StoreOffer.objects.get().state == "STOPPED"


def test_sold_out_hours_still_open_on_the_card() -> None:
    put_stock(store=create_store(), levels={create_item(): 0})
    create_published_promotion(weekly_hours=EVENINGS, now=NOW)

    turn_offers(now=new_york(22, 17))

    assert told() == [("OUT_OF_STOCK", "OUT_OF_STOCK", "WINDOW_OPENED")]


def test_hours_the_clock_skips_on_the_only_day_block_the_offer() -> None:
    stocked_store()
    night = date(2027, 3, 14)
    skipped = [{"days": [7], "from": "02:00", "until": "03:00"}]
    create_published_promotion(starts_on=night, ends_on=night + DAY, weekly_hours=skipped)

    offer = StoreOffer.objects.get()
    assert (offer.state, [issue["code"] for issue in offer.issues]) == ("BLOCKED", ["NEVER_OPEN"])
