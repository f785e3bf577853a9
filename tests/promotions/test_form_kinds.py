"""The form over every kind of deal: shown and sent back it says the same; rows come and go."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from promotions.forms import PromotionForm
from promotions.forms.kinds import FIELD_KINDS, KIND_CHOICES
from promotions.models import ItemList, PromotionRevision
from promotions.rules.content import canonical
from promotions.rules.words import CouponValueType
from promotions.selectors.sentences import benefit_text
from promotions.services.publishing import create_promotion, revise_promotion
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, content_for, create_campaign
from tests.promotions.rules.test_content_kinds import KINDS, SAMPLES, TIERS
from tests.promotions.typed import sent_by, typed_for

pytestmark = pytest.mark.django_db

# Everything that goes with any kind, said at once.
EXTRAS: dict[str, Any] = {
    "campaign": "spring", "audience": "MEMBERS", "minimum_purchase_amount": Decimal("12.5"), "currency": "USD",
    "limit_quantity": 3, "limit_value": Decimal(40), "priority": -7, "tags": ["fresh"], "concurrence": "COMPOUNDED",
    "combines_with": ["loyalty", "p-2"], "offer_type": "SINGLE_USE_CODES", "limit_uses": 9, "honour_hours": 24,
    "limits": [{"scope": "STORE", "period": "DAY", "unit": "USES", "limit": "20"},
               {"scope": "CUSTOMER", "period": "TOTAL", "unit": "MONEY", "limit": "15.5"}],
    "weekly_hours": [{"days": [1, 5], "from": "17:00", "until": "19:00"},
                     {"days": [7], "from": "22:00", "until": "02:00"}],
    "display_starts_on": date(2026, 11, 20), "display_starts_time": time(8), "display_ends_on": date(2026, 11, 28),
    "item_list_inclusion": ["best"], "product_type_exclusion": ["Dairy > Milk"],
}  # fmt: skip


def said(kind: str, **changes: Any) -> dict[str, Any]:
    return content_for(
        coupon_value_type=kind, **{"percent_off": None, "currency": "", **KINDS[kind], **changes}
    )


@pytest.mark.parametrize(
    "extras", [{}, EXTRAS | {"product_applicability": "SPECIFIC_PRODUCTS"}], ids=["plain", "all"]
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_revision_shown_and_saved_unchanged_says_the_same(kind: str, extras: dict[str, Any]) -> None:
    create_store()
    ItemList.objects.create(code="best", name="Best")
    create_campaign("spring")
    content = said(kind, **extras)
    revision = create_promotion(promotion_id="p", content=content, author=None, now=NOW)
    revision = PromotionRevision.objects.get(pk=revision.pk)
    form = PromotionForm(sent_by(PromotionForm(revision=revision)), revision=revision)
    assert form.is_valid(), form.errors
    assert canonical(form.content()) == {
        name: getattr(revision, name) for name in PromotionRevision.content_fields()
    }
    again = revise_promotion(promotion=revision.promotion, content=form.content(), author=None, now=NOW)
    assert again == revision


def test_every_kind_can_be_chosen() -> None:
    assert sorted(kind for kind, _label in KIND_CHOICES) == sorted(CouponValueType)


@pytest.mark.parametrize("kind", KINDS)
def test_terms_of_other_kinds_stay_on_the_page_and_out_of_the_words(kind: str) -> None:
    create_store()
    for sku in ("MUG-1", "1001", "1002"):
        create_item(sku=sku)
    content = said(kind)
    others = {name: value for name, value in SAMPLES.items() if kind not in FIELD_KINDS[name]}
    form = PromotionForm(typed_for({**content, **others, "currency": "USD"}))
    assert form.is_valid(), form.errors
    expected = PromotionRevision(**canonical(content))
    assert PromotionRevision(**canonical(form.content())).says(
        {name: getattr(expected, name) for name in PromotionRevision.content_fields()}
    )
    assert [form[name].value() not in (None, "", []) for name in others] == [True] * len(others)


def test_blank_rows_say_nothing_and_the_others_keep_the_order() -> None:
    data = typed_for(said("TIERED"))
    data.update({"tiers-5-start": "9", "tiers-5-amount": "30", "tiers-5-sort": "percent_off"})
    data.update({"tiers-3-start": " ", "tiers-3-amount": "", "tiers-3-sort": "money_off_amount"})
    form = PromotionForm(data)
    assert form.is_valid(), form.errors
    assert form.content()["tiers"] == [*TIERS, {"from": "9", "percent_off": "30"}]


def test_an_error_in_a_row_names_the_row_and_stands_in_it() -> None:
    data = typed_for(said("TIERED"))
    data["tiers-1-start"] = "2"
    form = PromotionForm(data)
    assert form.errors["tiers"] == ["Step 2: it starts at or below the step before."]
    assert [row.errors for row in form["tiers"].rows] == [[], form.errors["tiers"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("press", "starts"),
    [
        ({"add": "tiers"}, ["3", "6", None]),
        ({"remove": "tiers-0"}, ["6"]),
        ({"remove": "tiers-9"}, ["3", "6"]),
        ({"remove": "long_title-0"}, ["3", "6"]),
        ({"add": "nonsense"}, ["3", "6"]),
    ],
)
def test_a_row_more_or_less_changes_nothing_else(press: dict[str, str], starts: list[str | None]) -> None:
    data = typed_for(said("TIERED"))
    data["percent_off"] = "not yet a number"
    form = PromotionForm.typed_again(data, revision=None, **press)
    assert [row.cells.initial.get("start") for row in form["tiers"].rows] == starts  # type: ignore[attr-defined]
    assert (form.errors, form["percent_off"].value()) == ({}, "not yet a number")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("reward_item_id_inclusion", {"reward_item_id_inclusion": "NOPE", "reward_items": "NAMED"}),
        ("bundle_parts", {"bundle_parts-0-item_id": "NOPE", "bundle_parts-0-quantity": "1"}),
        ("free_gift_item_id", {"free_gift_item_id": "NOPE"}),
    ],
)
def test_a_name_that_no_item_has_is_told(field: str, typed: dict[str, str]) -> None:
    kinds = {"reward_item_id_inclusion": "BUY_M_GET_N_PERCENT_OFF", "bundle_parts": "BUNDLE_PRICE",
             "free_gift_item_id": "FREE_GIFT_WITH_ITEM_ID"}  # fmt: skip
    data = typed_for(said(kinds[field]) | ({"bundle_parts": []} if field == "bundle_parts" else {}))
    for name, value in typed.items():
        data[name] = value
    (message,) = PromotionForm(data).errors[field]
    assert str(message).endswith("No item has the code NOPE.")


@pytest.mark.parametrize(
    "name", ["tiers-0-start", "bundle_parts-0-brand", "weekly_hours-0-start", "limits-0-limit"]
)
def test_a_null_character_in_a_row_is_an_error_and_not_a_failure(name: str) -> None:
    data = QueryDict(mutable=True)
    data[name] = "a\x00b"
    field = name.split("-")[0]
    assert PromotionForm(data).errors[field] == ["Null characters are not allowed."]


def test_steps_off_the_basket_say_so() -> None:
    tiers = [{"from": "50", "money_off_amount": "10"}]
    revision = PromotionRevision(
        coupon_value_type="TIERED", applies_to="BASKET", tier_basis="AMOUNT", tiers=tiers, currency="USD"
    )
    assert benefit_text(revision.benefit) == "the more, the cheaper: from $50.00: $10.00 off all of it"
