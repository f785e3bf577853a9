"""The promotions feed: what Google is told and by which rules, and that our own import reads it back as it stood."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.management import call_command

from inventory.imports import load_run, receive_file
from inventory.models import FeedRun, FeedSource, Item, StoreGroup
from promotions.models import Budget, ItemList, Promotion, PromotionRevision
from promotions.rules.google import REPEATED, promotion_problems
from promotions.rules.words import CouponValueType
from promotions.selectors.google import LeftOut, promotions_for_google
from promotions.selectors.google_feed import left_out_lines, promotion_pieces
from promotions.services.publishing import revise_promotion, stop_promotion
from promotions.sources.google_columns import ALIASES, REQUIRED
from promotions.sources.google_feeds import FeedRow, read_feed
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, TODAY, content_for, create_published_promotion
from tests.inventory.feeds.reading import feed_file
from tests.promotions.contents import TERMS, ZONES

URL: dict[str, Any] = {"promotion_url": "https://example.com/deals"}


def publish_each_kind() -> None:
    """A promotion of every kind, their windows on the stores' own clocks and on those of five zones in turn."""
    for number, (kind, terms) in enumerate(TERMS.items()):
        code = {"generic_redemption_code": f"CODE{number}"} if "offer_type" in terms else {}
        create_published_promotion(
            promotion_id=f"deal-{number}",
            coupon_value_type=kind,
            window_timezone=ZONES[number % len(ZONES)],
            **URL | terms | code,
        )


def said(text: str) -> list[dict[str, list[str]]]:
    """The rows of a feed with the lists taken apart."""
    found = []
    for row in read_feed(feed_file(text.encode()), required=REQUIRED, aliases=ALIASES):
        assert isinstance(row, FeedRow), row
        found.append(
            {
                name: next(csv.reader(texts)) if name in REPEATED and len(texts) == 1 else texts
                for name, texts in row.values.items()
            }
        )
    return found


def exported(variant: str = "google", form: str = "tsv") -> str:
    return "".join(promotion_pieces(variant=variant, form=form, now=NOW))


@pytest.fixture
def load(db: None) -> Callable[[str], FeedRun]:
    source = FeedSource.objects.create(code="self", name="Ourselves", kind="PROMOTIONS")

    def load_text(text: str) -> FeedRun:
        content = BytesIO(text.encode())
        run, _is_new = receive_file(source=source, file_name="own.tsv", content=content, now=NOW)
        loaded = load_run(run_id=run.pk, now=NOW)
        assert loaded is not None
        return loaded

    return load_text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["tsv", "xml"])
def test_our_own_export_read_again_changes_nothing(load: Callable[[str], FeedRun], form: str) -> None:
    create_store(timezone="Pacific/Honolulu")
    create_store(timezone="Asia/Kathmandu")
    create_item(sku="1001", brand="Oat, Corn & Co")
    publish_each_kind()
    before = list(PromotionRevision.objects.order_by("pk").values())

    run = load(exported("full", form))

    assert (run.state, run.rows_received, run.rows_applied, run.rows_unchanged) == ("LOADED", 15, 0, 15)
    assert list(PromotionRevision.objects.order_by("pk").values()) == before


@pytest.mark.django_db(transaction=True)
def test_groups_lists_and_words_on_their_way_stay_as_they_are(load: Callable[[str], FeedRun]) -> None:
    item, store = create_item(), create_store()
    ItemList.objects.create(code="summer", name="Summer").items.add(item)
    StoreGroup.objects.create(code="west", name="West").stores.add(store)
    promotion = create_published_promotion(
        item_list_inclusion=["summer"], product_applicability="SPECIFIC_PRODUCTS",
        store_groups_inclusion=["west"], weekly_hours=[{"days": [1], "from": "17:00", "until": "19:00"}],
        limits=[{"scope": "STORE", "period": "DAY", "unit": "USES", "limit": "20"}], limit_uses=3, honour_hours=24,
        operator_text='First line\r\n\r\n"Yes, here too."', display_starts_on=TODAY, display_ends_on=TODAY + DAY,
    )  # fmt: skip
    revise_promotion(promotion=promotion, content=content_for(long_title="Next week"), author=None, now=NOW)

    run = load(exported("full"))

    assert (run.rows_applied, run.rows_unchanged, run.rows_rejected) == (0, 1, 0)
    assert Promotion.objects.get().revisions.count() == 2


DAY = timedelta(days=1)


@pytest.mark.django_db
def test_what_google_is_told_breaks_none_of_its_rules() -> None:
    create_store(timezone="America/New_York")
    create_store(timezone="America/Toronto")
    create_item(sku="1001", brand="Oat, Corn & Co")
    publish_each_kind()

    rows = said(exported())

    assert [problem.sentence for row in rows for problem in promotion_problems(row)] == []
    assert {row["coupon_value_type"][0].upper() for row in rows} == {
        kind for kind in TERMS if kind not in ("FIXED_PRICE", "BUNDLE_PRICE", "TIERED")
    }
    assert said(exported(form="xml")) == rows


@pytest.mark.django_db
def test_a_row_names_the_items_the_stores_and_the_stores_own_times() -> None:
    create_store(store_code="0412", timezone="America/New_York")
    create_store(store_code="0413", timezone="America/New_York")
    for sku in ("A", "B", "C"):
        create_item(sku=sku, brand="Oat")
    create_published_promotion(
        promotion_id="oat", product_applicability="SPECIFIC_PRODUCTS", brand_inclusion=["Oat"],
        item_id_exclusion=["C"], store_codes_inclusion=["0412"], ends_on=TODAY + 2 * DAY, limit_quantity=4,
        minimum_purchase_amount=Decimal(20), currency="USD",
        display_starts_on=TODAY - DAY, display_ends_on=TODAY + DAY, **URL,
    )  # fmt: skip

    assert said(exported()) == [
        {
            "promotion_id": ["oat"],
            "product_applicability": ["specific_products"],
            "offer_type": ["no_code"],
            "long_title": ["29 % off oat drink"],
            "coupon_value_type": ["percent_off"],
            "percent_off": ["29"],
            "minimum_purchase_amount": ["20.00 USD"],
            "limit_quantity": ["4"],
            "promotion_effective_dates": ["2026-11-22T00:00:00-05:00/2026-11-24T00:00:00-05:00"],
            "promotion_display_dates": ["2026-11-22T00:00:00-05:00/2026-11-23T00:00:00-05:00"],
            "redemption_channel": ["in_store", "online"],
            "store_applicability": ["specific_stores"],
            "store_codes_inclusion": ["0412"],
            "item_id_inclusion": ["A", "B"],
            "promotion_url": ["https://example.com/deals"],
        }
    ]


@pytest.mark.django_db
def test_stores_of_two_midnights_are_a_row_each_and_the_web_shop_has_the_time_common_to_both() -> None:
    create_store(store_code="hnl", timezone="Pacific/Honolulu")
    create_store(store_code="ktm", timezone="Asia/Kathmandu")
    create_item()
    create_published_promotion(promotion_id="oat", ends_on=TODAY + 2 * DAY, **URL)

    rows = said(exported())

    keys = ("redemption_channel", "store_codes_inclusion", "promotion_effective_dates")
    assert [tuple(",".join(row.get(key, [""])) for key in keys) for row in rows] == [
        ("online", "", "2026-11-22T15:45:00+05:45/2026-11-24T00:00:00+05:45"),
        ("in_store", "ktm", "2026-11-22T00:00:00+05:45/2026-11-24T00:00:00+05:45"),
        ("in_store", "hnl", "2026-11-22T00:00:00-10:00/2026-11-24T00:00:00-10:00"),
    ]
    assert len({row["promotion_id"][0] for row in rows}) == 3
    assert [problem for row in rows for problem in promotion_problems(row)] == []


LEFT_OUT: list[tuple[str, dict[str, Any]]] = [
    ("kind_not_known", {"coupon_value_type": "FIXED_PRICE", "fixed_price_amount": Decimal(1)}),
    ("kind_not_known", {"coupon_value_type": "TIERED", "tiers": [{"from": "3", "percent_off": "10"}]}),
    ("weekly_hours", {"weekly_hours": [{"days": [1], "from": "17:00", "until": "19:00"}]}),
    ("members_only", {"audience": "MEMBERS"}),
    ("code_not_generic", {"offer_type": "SINGLE_USE_CODES"}),
    ("named_reward", TERMS[CouponValueType.BUY_M_GET_N_PERCENT_OFF] | {"coupon_value_type": "BUY_M_GET_N_PERCENT_OFF",
                      "reward_items": "NAMED", "reward_item_id_inclusion": ["A"]}),
    ("too_long", {"long_title": "x" * 61}),
    ("percent_not_whole", {"percent_off": Decimal("12.5")}),
    ("period_too_long", {"ends_on": TODAY + 184 * DAY}),
    ("promotion_url_missing", {"promotion_url": ""}),
    ("delivery_without_code", {"coupon_value_type": "FREE_SHIPPING_STANDARD", "redemption_channel": ["ONLINE"]}),
    ("display_outside", {"display_starts_on": TODAY - 9 * DAY, "display_ends_on": TODAY - 8 * DAY}),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "content"), LEFT_OUT)
def test_what_google_has_no_words_for_is_left_out_with_its_reason(code: str, content: dict[str, Any]) -> None:
    create_store()
    create_item()
    create_published_promotion(**URL | content)

    [found] = promotions_for_google(now=NOW)

    assert isinstance(found, LeftOut)
    assert found.problem.code == code
    assert said(exported()) == []


@pytest.mark.django_db
def test_what_is_spent_stopped_or_a_draft_is_not_told() -> None:
    create_store()
    create_item()
    create_published_promotion(promotion_id="spent", limit_uses=1, **URL)
    Budget.objects.update(used=1)
    stop_promotion(promotion=create_published_promotion(promotion_id="stopped"), reason="price", now=NOW)

    assert [line.split("\t")[:2] for line in left_out_lines(now=NOW)] == [
        ["promotion_id", "code"],
        ["spent", "budget_spent"],
    ]
    assert said(exported("full")) != []
    assert {row["promotion_id"][0] for row in said(exported("full"))} == {"spent"}


@pytest.mark.django_db
def test_more_items_than_google_takes_are_left_out() -> None:
    create_store()
    Item.objects.bulk_create(Item(sku=f"S{number}", title="Tea", brand="Oat") for number in range(1001))
    create_published_promotion(product_applicability="SPECIFIC_PRODUCTS", brand_inclusion=["Oat"], **URL)

    assert [found.problem.code for found in promotions_for_google(now=NOW) if isinstance(found, LeftOut)] == [
        "too_many_values"
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("promotions", [2, 30])
def test_any_number_of_promotions_takes_the_same_queries(
    promotions: int, django_assert_num_queries: Any
) -> None:
    create_store()
    create_item()
    for _number in range(promotions):
        create_published_promotion(**URL)

    with django_assert_num_queries(5):
        assert len(said(exported())) == promotions


@pytest.mark.django_db
def test_the_command_writes_the_feed_and_names_what_is_missing(capsys: Any) -> None:
    create_store()
    create_item()
    create_published_promotion(promotion_id="oat", ends_on=TODAY + 3000 * DAY, **URL)
    create_published_promotion(promotion_id="members", audience="MEMBERS", ends_on=TODAY + 3000 * DAY)
    out, err = io.StringIO(), io.StringIO()

    call_command("export_google", "promotions", "--variant", "full", stdout=out, stderr=err)
    full, quiet = out.getvalue(), err.getvalue()
    call_command("export_google", "promotions", stdout=out, stderr=err)

    assert {row["promotion_id"][0] for row in said(full)} == {"oat", "members"}
    assert quiet == ""
    assert [line.split("\t")[:2] for line in err.getvalue().splitlines()] == [
        ["oat", "period_too_long"], ["members", "members_only"],
    ]  # fmt: skip
