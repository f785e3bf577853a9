"""What the tablet shows of an offer."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from promotions.selectors.briefing import briefing_for
from promotions.services.publishing import stop_promotion
from promotions.services.reading import acknowledge, mark_told
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, TODAY, create_published_promotion, create_staff_member, put_stock

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_the_briefing_sorts_what_is_on_ending_coming_and_leaves_out_what_is_over() -> None:
    store, person = create_store(), create_staff_member()
    put_stock(store=store, levels={create_item(): 12})
    create_published_promotion(promotion_id="week")
    create_published_promotion(promotion_id="today", ends_on=TODAY + DAY)
    create_published_promotion(promotion_id="tomorrow", starts_on=TODAY + DAY)
    create_published_promotion(promotion_id="over", starts_on=TODAY - 2 * DAY, ends_on=TODAY)
    stop_promotion(
        promotion=create_published_promotion(promotion_id="stopped"), reason="price error", now=NOW
    )

    briefing = briefing_for(store=store, staff_member=person, now=NOW)

    assert [card.promotion_id for card in briefing.cards] == ["today", "week", "tomorrow"]
    assert [card.promotion_id for card in briefing.ending] == ["today"]
    assert briefing.position.endswith(":6")


def test_new_is_what_this_person_has_not_read() -> None:
    store, maria, tom = create_store(), create_staff_member(), create_staff_member()
    create_item()
    revision = create_published_promotion().current_revision
    assert revision is not None
    for _twice in range(2):
        acknowledge(store=store, revision_id=revision.pk, staff_member=maria, now=NOW)

    new = [len(briefing_for(store=store, staff_member=person, now=NOW).new) for person in (maria, tom)]

    assert new == [0, 1]


def test_told_counts_the_first_time_only() -> None:
    store = create_store()
    create_item()
    revision = create_published_promotion().current_revision
    assert revision is not None

    told = [mark_told(store=store, revision_ids=[revision.pk], now=NOW) for _twice in range(2)]

    assert told == [1, 0]


def test_a_card_names_what_is_there_first_with_its_price_and_age() -> None:
    store = create_store()
    out, there = create_item(title="A"), create_item(title="B")
    put_stock(store=store, levels={out: 0, there: 4}, counted_at=NOW - timedelta(hours=30))
    create_published_promotion(minimum_stock=5)

    card = briefing_for(store=store, staff_member=create_staff_member(), now=NOW).cards[0]

    assert [(line.item.title, line.quantity, line.deal_price) for line in card.items] == [
        ("B", 4, Decimal("1.98")), ("A", 0, Decimal("1.98")),
    ]  # fmt: skip
    assert (card.items[0].is_low, card.is_stale, card.items_total) == (True, True, 2)


@pytest.mark.parametrize("offers", [1, 12])
def test_a_briefing_takes_the_same_queries_however_long(offers: int, django_assert_num_queries: Any) -> None:
    store, person = create_store(), create_staff_member()
    put_stock(store=store, levels={create_item(): 12, create_item(): 3})
    for _number in range(offers):
        create_published_promotion()

    with django_assert_num_queries(8):
        briefing_for(store=store, staff_member=person, now=NOW)


def test_a_card_gives_no_price_to_what_is_too_dear_for_the_deal_or_priced_in_other_money() -> None:
    store, covered = create_store(), create_item()
    dear, foreign = create_item(regular_price=Decimal("9.99")), create_item(price_currency="CHF")
    put_stock(store=store, levels=dict.fromkeys((covered, dear, foreign), 5))
    create_published_promotion(limit_value=Decimal(5), currency="USD")
    (card,) = briefing_for(store=store, staff_member=create_staff_member(), now=NOW).cards
    prices = {line.item: (line.regular_price, line.deal_price) for line in card.items}
    assert prices[covered] == (Decimal("2.79"), Decimal("1.98"))
    assert prices[dear] == (Decimal("9.99"), None)
    assert prices[foreign] == (None, None)
