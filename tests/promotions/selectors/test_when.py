"""Hours, honour window and display window on the tablet and in a verdict, in words."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from inventory.models import ItemIdentifier, Store
from promotions.models import StoreOffer
from promotions.selectors.alternatives import items_of_deal
from promotions.selectors.briefing import StoreBriefing, belongs, briefing_for, card_for
from promotions.selectors.preview import draft_card
from promotions.selectors.verdicts import Verdict, verdict_for
from promotions.services.refreshing import turn_offers
from promotions.templatetags.moments import window
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, TODAY, create_published_promotion, create_staff_member, put_stock

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAILY = [1, 2, 3, 4, 5, 6, 7]
EVENINGS = [{"days": DAILY, "from": "17:00", "until": "19:00"}]
# NOW is Sunday 22 November, 09:07 in the store.
AT_17_30 = NOW + 8 * HOUR + timedelta(minutes=23)


@pytest.fixture
def store() -> Store:
    """A store with twelve of the one item."""
    store = create_store()
    put_stock(store=store, levels={create_item(sku="oat", title="Oat Drink"): 12})
    return store


def scan(store: Store, now: datetime = NOW) -> Verdict:
    return verdict_for(store=store, code=ItemIdentifier.objects.get(item__sku="oat").value, now=now)


def said(verdict: Verdict) -> tuple[str, list[str], str]:
    return verdict.outcome, [line.text for line in verdict.reasons], verdict.say


def briefing(store: Store, now: datetime = NOW) -> StoreBriefing:
    return briefing_for(store=store, staff_member=create_staff_member(), now=now)


def test_outside_its_hours_a_scan_says_when_it_opens_and_inside_until_when(store: Store) -> None:
    create_published_promotion(weekly_hours=EVENINGS)

    assert said(scan(store)) == (
        "REFUSE",
        ["Only at its hours; the next begin on Sunday 22 November, 17:00."],
        "That deal holds at certain hours; the next begin on Sunday 22 November, 17:00.",
    )
    assert said(scan(store, AT_17_30)) == (
        "HONOUR",
        ["Valid here until Sunday 22 November, 19:00."],
        "Yes, that's right: 29 % off on Oat Drink, until Sunday 22 November, 19:00.",
    )


def test_the_verdict_and_the_card_need_no_tick(store: Store) -> None:
    """Beat has been away since the publication; three openings and closings later it is Wednesday evening."""
    create_published_promotion(weekly_hours=EVENINGS)
    now = AT_17_30 + 3 * DAY
    put_stock(
        store=store,
        levels={line.item: 12 for line in briefing(store).cards[0].items},
        counted_at=now - HOUR,
    )

    card = briefing(store, now).cards[0]

    assert (scan(store, now).outcome, card.is_open, window(card)) == ("HONOUR", True, "until 19:00")


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(0), "again from 17:00"),
        (8 * HOUR, "until 19:00"),
        (10 * HOUR, "again from tomorrow, 17:00"),
        (6 * DAY + 8 * HOUR, None),
    ],
)
def test_the_card_says_until_when_or_from_when_again(store: Store, ahead: timedelta, words: str) -> None:
    create_published_promotion(weekly_hours=EVENINGS)
    turn_offers(now=NOW + ahead)

    assert [window(card) for card in briefing(store, NOW + ahead).cards] == ([words] if words else [])


def test_hours_that_have_not_begun_come_not_again_but_first(store: Store) -> None:
    create_published_promotion(weekly_hours=EVENINGS, starts_on=TODAY + 2 * DAY)

    assert window(briefing(store).cards[0]) == "from Tue 24 Nov, 17:00"


def test_what_ended_is_honoured_for_a_while_and_its_card_is_gone(store: Store) -> None:
    create_published_promotion(ends_on=TODAY, ends_time=time(8), starts_on=TODAY - DAY, honour_hours=24,
                               operator_text="Today only!")  # fmt: skip

    assert said(scan(store)) == (
        "HONOUR",
        ["It ended on Sunday 22 November, 08:00, and may still be honoured until Monday 23 November, 08:00."],
        "It ended on Sunday 22 November, 08:00, but we still give it to you: 29 % off on Oat Drink.",
    )
    assert briefing(store).cards == ()
    assert scan(store, NOW + 23 * HOUR).outcome == "REFUSE"


def test_a_deal_that_is_not_displayed_yet_or_any_more_is_not_briefed_but_honoured(store: Store) -> None:
    for promotion_id, first, last in (("yet", 1, 3), ("now", 0, 1), ("more", -3, 0)):
        create_published_promotion(
            promotion_id=promotion_id,
            display_starts_on=TODAY + first * DAY,
            display_ends_on=TODAY + last * DAY,
        )

    assert [card.promotion_id for card in briefing(store).cards] == ["now"]
    assert scan(store).outcome == "HONOUR"
    hidden = StoreOffer.objects.get(promotion__promotion_id="yet")
    card = card_for(store=store, promotion_pk=hidden.promotion_id, now=NOW)
    assert card is not None
    assert not belongs(card, now=NOW)


BUY_2_GET_1: dict[str, Any] = {
    "coupon_value_type": "BUY_M_GET_N_PERCENT_OFF", "percent_off": Decimal(100), "minimum_purchase_quantity": 2,
    "get_this_quantity_discounted": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "texts", "words"),
    [
        (BUY_2_GET_1, ["From 3 pieces on."], "buy 2, get 1 free"),
        ({"audience": "MEMBERS"}, ["Only for members of the loyalty programme."], "29 % off"),
        ({"offer_type": "SINGLE_USE_CODES"}, ["The shopper needs a code of their own."], "29 % off"),
        ({"offer_type": "GS1_COUPON", "generic_redemption_code": "9811234567891"},
         ["The shopper needs the code 9811234567891."], "29 % off"),
        ({"coupon_value_type": "BUNDLE_PRICE", "fixed_price_amount": Decimal(5),
          "bundle_parts": [{"quantity": 1, "item_id": ["oat"]}, {"quantity": 1, "brand": ["Own"]}]},
         ["It takes every part of the bundle."], "together $5.00"),
        ({"coupon_value_type": "TIERED", "tier_basis": "AMOUNT", "tiers": [{"from": "30", "percent_off": "10"}]},
         ["From a purchase of $30.00."], "the more, the cheaper: from $30.00: 10 % off"),
    ],
)  # fmt: skip
def test_what_is_needed_is_said(store: Store, content: dict[str, Any], texts: list[str], words: str) -> None:
    create_published_promotion(**content)

    verdict = scan(store)

    assert verdict.outcome == "HONOUR"
    assert [line.text for line in verdict.reasons[1:]] == texts
    assert words in verdict.say


def test_a_deal_on_several_pieces_has_no_price_for_one(store: Store) -> None:
    other = create_item(sku="rice")
    put_stock(store=store, levels={other: 12})
    promotion = create_published_promotion(**BUY_2_GET_1)

    (card,) = briefing(store).cards
    similar = items_of_deal(store=store, promotion_pk=promotion.pk, but=other.pk, now=NOW)

    assert [line.deal_price for line in card.items] == [None, None]
    assert [item.deal_price for item in similar] == [None]
    assert scan(store).price.deal is None  # type: ignore[union-attr]


def test_delivery_is_for_online_orders(store: Store) -> None:
    create_published_promotion(
        coupon_value_type="FREE_SHIPPING_STANDARD", redemption_channel=["ONLINE"], currency=""
    )

    assert said(scan(store)) == (
        "REFUSE",
        ["Only valid for online orders."],
        "That deal is for online orders. I can show you how to order it.",
    )


def test_the_preview_shows_the_hours(store: Store) -> None:
    revision = create_published_promotion(weekly_hours=EVENINGS).latest_revision()

    assert window(draft_card(revision=revision, store=store, now=NOW)) == "again from 17:00"


def test_another_store_is_named_only_while_it_is_open_there() -> None:
    item = create_item(sku="oat")
    here, there = (
        create_store(),
        create_store(name="There", timezone="Europe/London"),
    )  # 14:07 on Sunday there
    put_stock(store=here, levels={item: 0})
    put_stock(store=there, levels={item: 9})
    mornings = [{"days": [7], "from": "09:00", "until": "12:00"}]
    always = [{"days": [7], "from": "09:00", "until": "15:00"}]
    create_published_promotion(promotion_id="mornings", weekly_hours=mornings)
    assert [place.name for place in scan(here).alternatives] == []

    create_published_promotion(promotion_id="always", weekly_hours=always, percent_off=Decimal(50))
    assert [place.name for place in scan(here).alternatives] == ["There"]
