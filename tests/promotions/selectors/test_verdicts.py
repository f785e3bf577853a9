"""What a scan says, from rows in the database."""

from datetime import timedelta
from decimal import Decimal

import pytest

from inventory.models import Item, ItemIdentifier, Store
from promotions.models import Budget
from promotions.rules.words import Outcome, Reason
from promotions.selectors.alternatives import items_of_deal
from promotions.selectors.verdicts import Verdict, verdict_for
from promotions.services.publishing import stop_promotion
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, TODAY, create_published_promotion, put_stock

pytestmark = pytest.mark.django_db


def scan(store: Store, item: Item | None = None, code: str = "") -> Verdict:
    return verdict_for(store=store, code=code or ItemIdentifier.objects.get(item=item).value, now=NOW)


def said(verdict: Verdict) -> tuple[str, list[str]]:
    return verdict.outcome, [line.code for line in verdict.reasons]


def test_a_deal_in_stock_is_honoured_with_price_and_age() -> None:
    store, item = create_store(), create_item(title="Oat Drink 1 L")
    put_stock(store=store, levels={item: 12}, counted_at=NOW - timedelta(hours=2))
    create_published_promotion()

    verdict = scan(store, item)

    assert said(verdict) == ("HONOUR", ["VALID"])
    assert verdict.price is not None
    assert verdict.stock is not None
    assert (verdict.price.regular, verdict.price.deal) == (Decimal("2.79"), Decimal("1.98"))
    assert (verdict.stock.quantity, verdict.stock.age, verdict.stock.is_stale) == (
        12,
        timedelta(hours=2),
        False,
    )
    assert verdict.say == "Yes, that's right: 29 % off on Oat Drink 1 L, until Friday 27 November."


@pytest.mark.parametrize(
    "digits",
    ["4006381333931", "04006381333931", "4 006381 333931", "]E04006381333931",
                                    "https://id.example.com/01/04006381333931/10/ABC", "(01)04006381333931"],
)  # fmt: skip
def test_a_gtin_is_found_in_every_form(digits: str) -> None:
    store, item = create_store(), create_item(gtin="04006381333931")
    put_stock(store=store, levels={item: 1})
    create_published_promotion()

    assert scan(store, code=digits).outcome == Outcome.HONOUR


@pytest.mark.parametrize(
    ("code", "reason"),
    [("4006381333932", "MISREAD_CODE"), ("4006381333931", "UNKNOWN_CODE"), ("0000", "UNKNOWN_CODE"),
     ("GIBBERISH", "UNKNOWN_CODE"), ("x" * 5000, "UNKNOWN_CODE"), ("", "UNKNOWN_CODE"), ("a\x00b", "UNKNOWN_CODE")],
)  # fmt: skip
def test_what_nobody_knows_is_unknown_and_a_wrong_check_digit_is_a_misread(code: str, reason: str) -> None:
    store = create_store()

    assert said(verdict_for(store=store, code=code, now=NOW)) == ("UNKNOWN", [reason])


def test_sold_out_here_names_the_nearest_store_that_can() -> None:
    item = create_item()
    here = create_store(latitude=40.0, longitude=-75.0)
    near = create_store(name="Near", latitude=40.1, longitude=-75.0)
    far = create_store(name="Far", latitude=41.0, longitude=-75.0)
    empty = create_store(latitude=40.01, longitude=-75.0)
    stale = create_store(latitude=40.02, longitude=-75.0)
    put_stock(store=here, levels={item: 0})
    for store in (near, far):
        put_stock(store=store, levels={item: 3})
    put_stock(store=empty, levels={item: 0})
    put_stock(store=stale, levels={item: 9}, counted_at=NOW - timedelta(days=3))
    create_published_promotion()

    verdict = scan(here, item)

    assert said(verdict) == ("OFFER_ALTERNATIVE", ["OUT_OF_STOCK"])
    # A tenth of a degree of latitude is 11.1 km.
    assert [(place.name, place.distance_km) for place in verdict.alternatives] == [
        ("Near", 11.1),
        ("Far", 111.2),
    ]
    assert "Near" in verdict.say


def test_sold_out_here_offers_another_item_of_the_same_deal() -> None:
    store, item, other = create_store(), create_item(), create_item(title="Oat Drink Barista")
    put_stock(store=store, levels={item: 0, other: 4})
    create_published_promotion()

    verdict = scan(store, item)

    assert verdict.outcome == Outcome.OFFER_ALTERNATIVE
    assert [(found.title, found.deal_price) for found in verdict.similar] == [
        ("Oat Drink Barista", Decimal("1.98"))
    ]


def test_what_a_deal_leaves_out_or_no_longer_gives_is_no_way_out() -> None:
    store, item, dear = create_store(), create_item(), create_item(regular_price=Decimal("9.90"))
    put_stock(store=store, levels={item: 0, dear: 4})
    promotion = create_published_promotion(limit_value=Decimal(5), currency="USD")
    assert scan(store, item).similar == ()
    ended = create_published_promotion(ends_on=TODAY + timedelta(days=1), honour_hours=1)
    for later, names in ((timedelta(hours=15), [dear.title]), (timedelta(hours=16), [])):
        found = items_of_deal(store=store, promotion_pk=ended.pk, but=item.pk, now=NOW + later)
        assert [other.title for other in found] == names
    assert items_of_deal(store=store, promotion_pk=promotion.pk, but=item.pk, now=NOW) == ()


def test_sold_out_everywhere_is_a_friendly_no() -> None:
    store, item = create_store(), create_item()
    put_stock(store=store, levels={item: 0})
    create_published_promotion()

    assert said(scan(store, item)) == ("REFUSE", ["OUT_OF_STOCK"])


def test_a_count_too_old_asks_to_look_at_the_shelf() -> None:
    store, item = create_store(), create_item()
    put_stock(store=store, levels={item: 12}, counted_at=NOW - timedelta(hours=27))
    create_published_promotion()

    assert said(scan(store, item)) == ("CHECK_SHELF", ["STALE_STOCK"])


def test_an_item_without_a_deal_is_told_so() -> None:
    store, item = create_store(), create_item(sku="plain")
    create_item(sku="promoted")
    put_stock(store=store, levels={item: 12})
    create_published_promotion(item_id_inclusion=["promoted"])

    assert said(scan(store, item)) == ("REFUSE", ["NO_DEAL"])


def test_a_deal_of_other_stores_names_one() -> None:
    item = create_item()
    here, there = create_store(), create_store(store_code="there", name="There")
    put_stock(store=here, levels={item: 12})
    put_stock(store=there, levels={item: 12})
    create_published_promotion(store_codes_inclusion=["there"], generic_redemption_code="SAVE")

    assert said(scan(here, item)) == ("REFUSE", ["NOT_THIS_STORE"])
    assert said(scan(here, code="save")) == ("REFUSE", ["NOT_THIS_STORE"])
    assert [place.name for place in scan(here, item).alternatives] == ["There"]


def test_a_code_in_any_case_is_judged_on_what_is_here() -> None:
    store, item = create_store(), create_item()
    put_stock(store=store, levels={item: 12})
    create_published_promotion(generic_redemption_code="Save5", limit_uses=3)

    verdict = scan(store, code=" sAVE5 ")

    assert said(verdict) == ("HONOUR", ["VALID", "CODE_NEEDED"])
    assert verdict.deal is not None
    assert verdict.deal.uses_left == 3


def test_a_spent_code_and_a_stopped_one_are_refused() -> None:
    store, item = create_store(), create_item()
    put_stock(store=store, levels={item: 12})
    promotion = create_published_promotion(generic_redemption_code="SAVE", limit_uses=1)
    Budget.objects.update(used=1)
    assert said(scan(store, code="SAVE")) == ("REFUSE", ["BUDGET_SPENT"])

    stop_promotion(promotion=promotion, reason="price error", now=NOW)
    assert said(scan(store, code="SAVE")) == ("REFUSE", ["STOPPED", "BUDGET_SPENT"])


def test_the_better_of_two_deals_is_told_and_the_other_named() -> None:
    store, item = create_store(), create_item()
    put_stock(store=store, levels={item: 12})
    create_published_promotion(promotion_id="small", percent_off=Decimal(10))
    create_published_promotion(promotion_id="big", percent_off=Decimal(50))
    create_published_promotion(
        promotion_id="tomorrow", percent_off=Decimal(90), starts_on=TODAY + timedelta(days=1)
    )

    verdict = scan(store, item)

    assert verdict.deal is not None
    assert (verdict.deal.promotion_id, [deal.promotion_id for deal in verdict.also]) == ("big", ["small"])


def test_an_online_deal_is_explained_not_honoured() -> None:
    store, item = create_store(), create_item()
    put_stock(store=store, levels={item: 12})
    create_published_promotion(redemption_channel=["ONLINE"])

    assert said(scan(store, item)) == ("REFUSE", [Reason.ONLINE_ONLY])


def test_a_promotion_is_judged_on_an_item_that_is_not_too_dear_for_it() -> None:
    store, cheap = create_store(), create_item(regular_price=Decimal("1.99"))
    put_stock(store=store, levels={cheap: 3, create_item(regular_price=Decimal("9.99")): 50})
    create_published_promotion(promotion_id="cheap", limit_value=Decimal(2), currency="USD")

    verdict = scan(store, code="cheap")

    assert said(verdict) == ("HONOUR", ["VALID"])
    assert verdict.item is not None
    assert verdict.item.pk == cheap.pk
