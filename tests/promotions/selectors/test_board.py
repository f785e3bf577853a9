"""The desk's list and board: counts against the rows, and a fixed number of queries."""

from collections import Counter
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from promotions.models import Promotion
from promotions.selectors.board import board_for, promotion_rows
from promotions.selectors.listing import PromotionFilter, filtered, listed_revisions, state_counts
from promotions.selectors.preview import draft_board
from promotions.services.approving import publish_trusted
from promotions.services.publishing import create_promotion, revise_promotion
from promotions.services.reading import acknowledge, mark_told
from tests.factories import create_item, create_store
from tests.factories_promotions import (
    NOW,
    content_for,
    create_published_promotion,
    create_staff_member,
    put_stock,
)

pytestmark = pytest.mark.django_db


def publish_to(stores: int) -> Promotion:
    """A promotion in that many stores: the first is told and has read it twice, the second is told."""
    item = create_item()
    shops = [create_store() for _ in range(stores)]
    put_stock(store=shops[0], levels={item: 5})
    put_stock(store=shops[1], levels={item: 0})
    promotion = create_published_promotion()
    revision = promotion.latest_revision()
    for shop in shops[:2]:
        mark_told(store=shop, revision_ids=[revision.pk], now=NOW)
    for _ in range(2):
        acknowledge(store=shops[0], revision_id=revision.pk, staff_member=create_staff_member(), now=NOW)
    return promotion


def test_the_board_has_a_cell_for_every_store_and_counts_who_was_told() -> None:
    board = board_for(promotion=publish_to(3))
    assert [cell.state for cell in board.cells] == ["LIVE", "OUT_OF_STOCK", "NOT_STOCKED"]
    assert [cell.acknowledgements for cell in board.cells] == [2, 0, 0]
    assert (board.stores, board.told, board.acknowledged, board.can_honour) == (3, 2, 1, 1)


@pytest.mark.parametrize("stores", [2, 12])
def test_the_board_asks_the_same_questions_for_any_number_of_stores(
    stores: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    promotion = publish_to(stores)
    with django_assert_num_queries(5):
        assert len(board_for(promotion=promotion).cells) == stores


def test_a_store_that_is_no_longer_targeted_stays_on_the_board_but_out_of_the_sum() -> None:
    promotion = publish_to(3)
    gone = promotion.store_offers.order_by("store__store_code")[0].store
    content = content_for(store_codes_exclusion=[gone.store_code])
    revise_promotion(promotion=promotion, content=content, author=None, now=NOW)
    board = board_for(promotion=publish_trusted(promotion=promotion, why="", now=NOW + timedelta(hours=1)))
    assert (board.cells[0].state, board.cells[0].is_targeted) == ("STOPPED", False)
    assert (board.stores, board.told, board.acknowledged) == (2, 0, 0)


def test_the_list_agrees_with_the_boards(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    publish_to(3)
    create_published_promotion()
    with django_assert_num_queries(5):
        rows = promotion_rows(revisions=listed_revisions(PromotionFilter()))
    for row in rows:
        board = board_for(promotion=row.promotion)
        assert (row.stores, row.told, row.acknowledged) == (board.stores, board.told, board.acknowledged)
        assert row.states == Counter(cell.state for cell in board.cells)


def test_the_list_shows_the_published_words_and_says_that_newer_ones_wait() -> None:
    promotion = publish_to(2)
    revise_promotion(promotion=promotion, content=content_for(long_title="Newer"), author=None, now=NOW)
    (row,) = promotion_rows(revisions=listed_revisions(PromotionFilter(search="newer")))
    assert (row.revision.number, row.has_unpublished) == (1, True)


def test_the_tabs_count_what_the_search_leaves() -> None:
    publish_to(2)
    create_promotion(promotion_id="spring", content=content_for(), author=None, now=NOW)
    assert state_counts(filtered(PromotionFilter())) == {"LIVE": 1, "DRAFT": 1}
    assert state_counts(filtered(PromotionFilter(search="SPRING"))) == {"DRAFT": 1}


def test_the_board_of_a_draft_is_what_publishing_it_gives() -> None:
    item, rare = create_item(), create_item()
    stores = [
        create_store(),
        create_store(),
        create_store(currency="CAD"),
        create_store(timezone="Asia/Tokyo"),
    ]
    put_stock(store=stores[0], levels={item: 9, rare: 1})
    put_stock(store=stores[3], levels={item: 0, rare: 2})
    content = content_for(coupon_value_type="MONEY_OFF", money_off_amount=1, minimum_stock=3)
    revision = create_promotion(promotion_id="p", content=content, author=None, now=NOW)
    planned = draft_board(revision=revision, now=NOW)
    published = board_for(promotion=publish_trusted(promotion=revision.promotion, why="", now=NOW))
    facts = ("store_id", "state", "starts_at", "ends_at", "items_stocked", "items_available", "items_enough")
    assert [[getattr(cell.offer, name) for name in facts] for cell in planned.cells] == [
        [getattr(cell.offer, name) for name in facts] for cell in published.cells
    ]
    assert planned.items_total == published.items_total == 2
