"""The desk's form: what is typed, as the fields of a revision, and back again."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from inventory.models import StoreGroup
from promotions.forms import PromotionForm
from promotions.models import PromotionRevision
from promotions.rules.last_day import half_open_end, last_day_and_time
from promotions.services.publishing import create_promotion
from tests.factories import create_item, create_store, gtin_for
from tests.factories_promotions import NOW, content_for

pytestmark = pytest.mark.django_db

TYPED: dict[str, Any] = {
    "promotion_id": "oat-29",
    "long_title": "29 % off oat drink",
    "coupon_value_type": "PERCENT_OFF",
    "percent_off": "29",
    "redemption_channel": ["IN_STORE"],
    "product_applicability": "ALL_PRODUCTS",
    "store_applicability": "ALL_STORES",
    "starts_on": "2026-11-28",
    "ends_on": "2026-11-30",
    "offer_type": "NO_CODE",
    "minimum_stock": "1",
}


def filled(**changes: Any) -> PromotionForm:
    """The form as a browser sends it."""
    data = QueryDict(mutable=True)
    for name, value in (TYPED | changes).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return PromotionForm(data)


@pytest.mark.parametrize(
    ("last_day", "until", "stored"),
    [
        (date(2026, 11, 30), None, (date(2026, 12, 1), time(0))),
        (date(2026, 12, 31), None, (date(2027, 1, 1), time(0))),
        (date(2026, 11, 30), time(18), (date(2026, 11, 30), time(18))),
        (date(2026, 11, 30), time(0), (date(2026, 12, 1), time(0))),
    ],
)
def test_the_last_day_counts_whole_unless_a_time_is_given(
    last_day: date, until: time | None, stored: Any
) -> None:
    assert half_open_end(last_day, until) == stored
    assert last_day_and_time(*stored) == (last_day, None if until == time(0) else until)


def test_the_content_has_every_field_of_a_revision() -> None:
    form = filled()
    assert form.is_valid(), form.errors
    assert set(form.content()) == PromotionRevision.content_fields()
    assert (form.content()["ends_on"], form.content()["ends_time"]) == (date(2026, 12, 1), time(0))


def test_a_revision_shown_and_saved_unchanged_says_the_same() -> None:
    store = create_store(timezone="Pacific/Honolulu")
    StoreGroup.objects.create(code="north", name="North")
    item = create_item()
    content = content_for(
        coupon_value_type="MONEY_OFF", money_off_amount=Decimal("1.500"), item_id_inclusion=[item.sku],
        store_codes_inclusion=[store.store_code], store_groups_exclusion=["north"], brand_inclusion=["Ben, Jerry"],
        starts_time=time(9), ends_time=time(18), window_timezone="Asia/Kathmandu", limit_uses=3, minimum_stock=2,
        generic_redemption_code="SPRING", operator_text="Yes.", promotion_url="https://shop.example/oat",
    )  # fmt: skip
    revision = create_promotion(promotion_id="p", content=content, author=None, now=NOW)
    revision = PromotionRevision.objects.get(pk=revision.pk)
    shown = PromotionForm(revision=revision)
    data = QueryDict(mutable=True)
    for field in shown:
        value = field.field.widget.format_value(field.value()) if field.value() is not None else ""
        data.setlist(field.name, value if isinstance(value, list) else [str(value or "")])
    form = PromotionForm(data, revision=revision)
    assert form.is_valid(), form.errors
    assert form.content() == {name: getattr(revision, name) for name in PromotionRevision.content_fields()}


def test_lists_are_parted_by_lines_and_commas_but_brands_only_by_lines() -> None:
    for sku in ("A1", "B2", "C3"):
        create_item(sku=sku)
    form = filled(
        product_applicability="SPECIFIC_PRODUCTS",
        item_id_inclusion=" A1, B2;C3\r\nA1\n\n",
        brand_inclusion="Ben, Jerry\r\nOatly",
    )
    assert form.is_valid(), form.errors
    assert form.content()["item_id_inclusion"] == ["A1", "B2", "C3"]
    assert form.content()["brand_inclusion"] == ["Ben, Jerry", "Oatly"]


def test_items_are_known_by_sku_and_by_gtin_in_its_short_form() -> None:
    create_item(sku="A1", gtin=gtin_for(77))
    good = f"A1\n{gtin_for(77)}\n{gtin_for(77).lstrip('0')}"
    assert filled(product_applicability="SPECIFIC_PRODUCTS", item_id_inclusion=good).errors == {}
    form = filled(product_applicability="SPECIFIC_PRODUCTS", item_id_inclusion="A1\nNOPE\n12345")
    assert form.errors["item_id_inclusion"] == ["No item has the code NOPE, 12345."]


def test_an_amount_of_another_kind_is_kept_on_the_page_and_left_out_of_the_words() -> None:
    form = filled(money_off_amount="2.50", percent_off="29")
    assert form.is_valid(), form.errors
    assert (form.content()["percent_off"], form.content()["money_off_amount"]) == (Decimal(29), None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("percent_off", "lots"),
        ("starts_on", "31/11/2026"),
        ("ends_time", "25:00"),
        ("limit_uses", "1.5"),
        ("minimum_stock", ""),
        ("window_timezone", "Mars/Olympus"),
        ("redemption_channel", []),
        ("store_groups_inclusion", ["nowhere"]),
        ("promotion_url", "javascript:alert(1)"),
        ("brand_inclusion", "x" * 201),
        ("long_title", "a\x00b"),
        ("brand_inclusion", "a\x00b"),
    ],
)
def test_what_cannot_be_read_is_an_error_at_its_field(field: str, value: Any) -> None:
    assert list(filled(**{field: value}).errors) == [field]
