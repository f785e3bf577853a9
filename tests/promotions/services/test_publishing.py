"""Publishing, revising and stopping, as the stores see it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from promotions.models import Briefing, OfferChange, Promotion, PromotionRevision, StoreOffer, StoreStream
from promotions.services.approving import publish_trusted
from promotions.services.publishing import (
    create_promotion,
    revise_promotion,
    stop_promotion,
)
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, TODAY, content_for, create_published_promotion, put_stock

pytestmark = pytest.mark.django_db


def states(promotion: Promotion) -> dict[str, str]:
    return dict(StoreOffer.objects.filter(promotion=promotion).values_list("store__store_code", "state"))


def test_every_targeted_store_gets_an_offer_stock_or_not() -> None:
    item = create_item()
    stocked, low, out = (create_store(store_code=code) for code in ("has", "low", "out"))
    create_store(store_code="never-counted")
    create_store(store_code="warehouse", kind="DC")
    put_stock(store=stocked, levels={item: 12})
    put_stock(store=low, levels={item: 2})
    put_stock(store=out, levels={item: 0})

    promotion = create_published_promotion(minimum_stock=3)

    assert states(promotion) == {
        "has": "LIVE", "low": "LOW_STOCK", "out": "OUT_OF_STOCK", "never-counted": "NOT_STOCKED",
    }  # fmt: skip
    assert promotion.state == "LIVE"


def test_publishing_numbers_its_events_within_each_store_without_gaps() -> None:
    create_item()
    store = create_store()

    for _promotion in range(3):
        create_published_promotion()

    assert list(OfferChange.objects.filter(store=store).values_list("seq", flat=True)) == [1, 2, 3]
    assert StoreStream.objects.get(store=store).seq == 3


@pytest.mark.django_db(transaction=True)
def test_of_many_that_take_one_id_at_once_one_has_it_and_the_others_hear_so() -> None:
    create_item()
    content = content_for()

    def create(_number: int) -> str:
        try:
            create_promotion(promotion_id="SUMMER", content=content, author=None, now=NOW)
        except ValidationError as error:
            return next(iter(error.message_dict))
        finally:
            connection.close()
        return "made"

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(create, range(16))) == {"made": 1, "promotion_id": 15}
    assert PromotionRevision.objects.count() == 1


def test_publishing_again_changes_nothing() -> None:
    create_item()
    create_store()
    promotion = create_published_promotion()
    before = list(StoreOffer.objects.values())

    publish_trusted(promotion=promotion, why="", now=NOW + timedelta(hours=1))

    assert list(StoreOffer.objects.values()) == before
    assert OfferChange.objects.count() == 1


def test_a_new_revision_reaches_stores_when_it_is_published_and_briefs_them_again() -> None:
    create_item()
    store = create_store()
    promotion = create_published_promotion()

    revision = revise_promotion(
        promotion=promotion, content=content_for(percent_off=Decimal(40)), author=None, now=NOW
    )
    assert StoreOffer.objects.get().revision.number == 1
    publish_trusted(promotion=promotion, why="", now=NOW)

    assert StoreOffer.objects.get().revision == revision
    assert list(OfferChange.objects.values_list("reason", flat=True)) == ["PUBLISHED", "REVISED"]
    assert Briefing.objects.filter(store=store).count() == 2


def test_the_same_words_again_make_no_revision() -> None:
    create_item()
    create_store()
    promotion = create_published_promotion()

    same = revise_promotion(promotion=promotion, content=content_for(), author=None, now=NOW)

    assert same.number == 1


def test_a_store_that_is_no_longer_targeted_is_told_so() -> None:
    create_item()
    create_store(store_code="stays")
    create_store(store_code="goes")
    promotion = create_published_promotion()

    revise_promotion(
        promotion=promotion, content=content_for(store_codes_inclusion=["stays"]), author=None, now=NOW
    )
    publish_trusted(promotion=promotion, why="", now=NOW)

    assert states(promotion) == {"stays": "NOT_STOCKED", "goes": "STOPPED"}
    assert OfferChange.objects.get(new_state="STOPPED").reason == "NO_LONGER_TARGETED"


def test_stopping_reaches_every_store_once_and_closes_the_budget() -> None:
    create_item()
    create_store(store_code="a")
    create_store(store_code="b")
    promotion = create_published_promotion(generic_redemption_code="SAVE")

    for _twice in range(2):
        promotion = stop_promotion(promotion=promotion, reason="price error", now=NOW)

    assert (promotion.state, promotion.open_code, promotion.budget.is_open) == ("STOPPED", None, False)
    assert OfferChange.objects.filter(reason="STOPPED").count() == 2


def test_a_promotion_that_is_over_is_neither_edited_nor_published() -> None:
    create_item()
    create_store()
    promotion = stop_promotion(promotion=create_published_promotion(), reason="price error", now=NOW)

    with pytest.raises(ValidationError):
        revise_promotion(promotion=promotion, content=content_for(), author=None, now=NOW)
    with pytest.raises(ValidationError):
        publish_trusted(promotion=promotion, why="", now=NOW)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"store_codes_inclusion": ["nowhere"]}, "store_codes_inclusion"),
        ({"store_groups_inclusion": ["no-group"]}, "store_groups_inclusion"),
        ({"generic_redemption_code": "taken"}, "generic_redemption_code"),
        ({"percent_off": Decimal(0)}, "percent_off"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_does_not_exist_is_an_error_at_its_field(content: dict[str, object], field: str) -> None:
    create_item()
    create_store()
    create_published_promotion(generic_redemption_code="TAKEN")

    with pytest.raises(ValidationError) as caught:
        create_promotion(promotion_id="new", content=content_for(**content), author=None, now=NOW)

    assert list(caught.value.message_dict) == [field]


def test_an_empty_target_cannot_be_published() -> None:
    create_item()
    create_store(store_code="0412")
    revision = create_promotion(
        promotion_id="nobody",
        content=content_for(store_codes_exclusion=["0412"]),
        author=None,
        now=NOW,
    )

    with pytest.raises(ValidationError, match="No store is left"):
        publish_trusted(promotion=revision.promotion, why="", now=NOW)

    assert Promotion.objects.get().state == "DRAFT"


def test_windows_are_each_stores_own() -> None:
    create_item()
    create_store(store_code="hnl", timezone="Pacific/Honolulu")
    create_store(store_code="akl", timezone="Pacific/Auckland")

    promotion = create_published_promotion(starts_on=TODAY, ends_on=TODAY + timedelta(days=1))

    starts = dict(
        StoreOffer.objects.filter(promotion=promotion).values_list("store__store_code", "starts_at")
    )
    assert starts["hnl"] - starts["akl"] == timedelta(hours=23)  # UTC-10 against UTC+13


def test_a_revision_is_never_changed() -> None:
    create_item()
    create_store()
    revision = create_published_promotion().latest_revision()

    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        PromotionRevision.objects.filter(pk=revision.pk).update(long_title="Something else")
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        OfferChange.objects.update(reason="STOCK")


def test_exclusions_alone_mean_all_but_these() -> None:
    create_item(sku="in")
    create_item(sku="out")
    create_store(store_code="in")
    create_store(store_code="out")

    promotion = create_published_promotion(
        store_applicability="SPECIFIC_STORES",
        store_codes_exclusion=["out"],
        product_applicability="SPECIFIC_PRODUCTS",
        item_id_exclusion=["out"],
    )

    assert list(states(promotion)) == ["in"]
    assert list(promotion.offer_items.values_list("item__sku", flat=True)) == ["in"]
