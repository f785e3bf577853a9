"""Today's price for later: given where the shelf is empty, honoured once, also after the deal has ended."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from inventory.models import Item
from omnistore.staff.models import Role
from promotions.models import Budget, LimitCounter, RainCheck, Redemption, RedemptionOverride
from promotions.rules.words import Outcome
from promotions.selectors.verdicts import verdict_for
from promotions.services.approving import publish_trusted
from promotions.services.campaigns import create_campaign
from promotions.services.idempotency import Answer
from promotions.services.publishing import revise_promotion, stop_promotion
from promotions.services.rain_checks import give_rain_check
from promotions.services.refreshing import turn_offers
from tests.factories import create_item
from tests.factories_promotions import (
    NOW,
    TODAY,
    content_for,
    create_published_promotion,
    create_staff_member,
    put_stock,
)
from tests.promotions.services.till import Till, limit

pytestmark = pytest.mark.django_db

AFTER = NOW + timedelta(days=9)  # the deal has ended six days on, its honour window too


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def oat(till: Till) -> Item:
    item = create_item(sku="OAT", title="Oat Drink")
    put_stock(store=till.store, levels={item: 0})
    return item


def ask(till: Till, *, key: str = "k", now: datetime = NOW, **request: Any) -> Answer:
    asked = {"item": "OAT", "promotion_id": "deal", **request}
    return give_rain_check(store=till.store, staff_member=till.member, key=key, request=asked, now=now)


def restock(till: Till, item: Item, *, now: datetime) -> None:
    put_stock(store=till.store, levels={item: 5}, counted_at=now - timedelta(hours=1))


def test_the_price_of_the_day_is_kept_and_told_once_a_key(till: Till, oat: Item) -> None:
    create_published_promotion(promotion_id="deal")
    first, second = ask(till), ask(till)
    made = RainCheck.objects.get()
    assert (first.status, first.body, second.is_repeat) == (201, second.body, True)
    assert (made.price, made.currency, made.code.batch.name) == (Decimal("1.98"), "USD", "Rain checks")  # type: ignore[union-attr]
    assert first.body["valid_until"] == "2026-12-07T00:00:00-05:00"
    assert first.body["printed"].replace("-", "") == made.code_id


def test_it_is_honoured_after_the_deal_has_ended_and_only_once(till: Till, oat: Item) -> None:
    create_published_promotion(promotion_id="deal", limit_uses=5)
    code = ask(till).body["code"]
    turn_offers(now=AFTER)
    assert not Budget.objects.get().is_open
    restock(till, oat, now=AFTER)
    Item.objects.filter(pk=oat.pk).update(regular_price=Decimal("3.49"))
    verdict = verdict_for(store=till.store, code=code.lower(), now=AFTER)
    assert (verdict.outcome, verdict.reasons[0].code) == (Outcome.HONOUR, "HONOUR_WINDOW")
    assert verdict.price is not None
    assert verdict.price.deal == Decimal("1.98")
    taken, again = till.redeem(code=code, now=AFTER), till.redeem(code=code, now=AFTER)
    assert (taken.status, taken.body["discount_amount"], taken.body["sku"]) == (201, "1.510", "OAT")
    assert (again.status, again.body["reasons"]) == (409, ["CODE_USED"])
    assert Budget.objects.get().used == 1
    till.roll_back(taken, now=AFTER)
    assert till.redeem(code=code, now=AFTER).status == 201


def test_it_is_bound_to_what_was_promised(till: Till, oat: Item) -> None:
    promotion = create_published_promotion(promotion_id="deal")
    create_item(sku="TEA")
    code = ask(till).body["code"]
    restock(till, oat, now=NOW)
    assert till.redeem(code=code, item="TEA").body["reasons"] == ["ITEM_NOT_IN_DEAL"]
    with pytest.raises(ValidationError) as error:
        till.redeem(code=code, quantity=2)
    assert set(error.value.message_dict) == {"quantity"}
    assert till.redeem(code=code).status == 201
    assert Redemption.objects.get().revision_id == promotion.current_revision_id


@pytest.mark.parametrize("against", ["stopped", "spent", "too late", "empty shelf"])
def test_no_false_yes(till: Till, oat: Item, against: str) -> None:
    promotion = create_published_promotion(promotion_id="deal", limit_uses=1)
    code = ask(till).body["code"]
    now = NOW + timedelta(days=15) if against == "too late" else AFTER
    if against == "stopped":
        stop_promotion(promotion=promotion, reason="recall", now=NOW)
    if against == "spent":
        assert till.redeem().status == 201
    put_stock(store=till.store, levels={oat: 0 if against == "empty shelf" else 5}, counted_at=now)
    turn_offers(now=now)
    assert verdict_for(store=till.store, code=code, now=now).outcome not in (
        Outcome.HONOUR,
        Outcome.CHECK_SHELF,
    )
    if against != "empty shelf":  # a till that has one in its hand knows better than a count
        assert till.redeem(code=code, now=now).status == 409


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"starts_on": TODAY + timedelta(days=1)}, "not_started"),
        ({"redemption_channel": ["ONLINE"]}, "online_only"),
        ({"item_id_inclusion": ["TEA"]}, "item_not_in_deal"),
        ({"offer_type": "SINGLE_USE_CODES"}, "has_own_code"),
        ({"coupon_value_type": "BUNDLE_PRICE", "fixed_price_amount": 4, "minimum_purchase_quantity": 2}, "no_price"),
    ],
)  # fmt: skip
def test_what_does_not_hold_today_is_not_promised(
    till: Till, oat: Item, content: dict[str, Any], code: str
) -> None:
    create_item(sku="TEA")
    create_published_promotion(promotion_id="deal", **content)
    assert ask(till).body["code"] == code
    assert not RainCheck.objects.exists()


def test_what_is_here_is_given_itself_and_what_nobody_knows_is_not_found(till: Till, oat: Item) -> None:
    create_published_promotion(promotion_id="deal")
    assert ask(till, key="1", item="NOPE").body["code"] == "unknown_item"
    assert ask(till, key="2", promotion_id="nope").body["code"] == "unknown_deal"
    restock(till, oat, now=NOW)
    assert ask(till, key="3").body["code"] == "in_stock"


def test_the_database_keeps_what_a_rain_check_and_an_override_are(
    till: Till, oat: Item, settings: Any
) -> None:
    settings.MANAGER_OVERRIDE = True
    create_published_promotion(promotion_id="deal")
    ask(till)
    till.member.role = Role.MANAGER
    till.redeem(now=AFTER, override="Came from far away")
    for breaking, name in (
        (lambda: RainCheck.objects.update(price=-1), "promotions_rain_check_price_has_currency"),
        (lambda: RainCheck.objects.update(valid_until=NOW), "promotions_rain_check_valid_for_a_while"),
        (lambda: RedemptionOverride.objects.update(why="another"), "written once"),
        (lambda: RedemptionOverride.objects.create(redemption=Redemption.objects.get(), by=till.member, why="",
                                                   reasons=["ENDED"], at=NOW), "promotions_override_says_why"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            breaking()


def test_a_manager_redeems_what_has_ended_with_a_reason(till: Till, oat: Item, settings: Any) -> None:
    settings.MANAGER_OVERRIDE = True
    create_published_promotion(promotion_id="deal", limit_uses=1)
    turn_offers(now=AFTER)
    till.member = create_staff_member(role=Role.MANAGER, stores=[till.store])
    assert till.redeem(now=AFTER).body["reasons"] == ["ENDED"]
    assert till.redeem(now=AFTER, override="Came from far away").status == 201
    kept = RedemptionOverride.objects.get()
    assert (kept.by, kept.reasons, kept.why) == (till.member, ["ENDED"], "Came from far away")
    # The limit holds for managers too.
    spent = till.redeem(now=AFTER, override="And another")
    assert (spent.status, "BUDGET_SPENT" in spent.body["reasons"]) == (409, True)
    assert Budget.objects.get().used == RedemptionOverride.objects.count() == 1


@pytest.mark.parametrize(("role", "is_allowed"), [(Role.ASSOCIATE, True), (Role.MANAGER, False)])
def test_nobody_else_overrides(till: Till, oat: Item, settings: Any, role: Role, is_allowed: bool) -> None:
    settings.MANAGER_OVERRIDE = is_allowed
    create_published_promotion(promotion_id="deal")
    till.member = create_staff_member(role=role, stores=[till.store])
    with pytest.raises(ValidationError) as error:
        till.redeem(now=AFTER, override="please")
    assert set(error.value.message_dict) == {"override"}
    assert not Redemption.objects.exists()


def test_a_stop_is_not_overridden(till: Till, oat: Item, settings: Any) -> None:
    settings.MANAGER_OVERRIDE = True
    stop_promotion(promotion=create_published_promotion(promotion_id="deal"), reason="recall", now=NOW)
    till.member = create_staff_member(role=Role.MANAGER, stores=[till.store])
    assert till.redeem(override="please").body["reasons"] == ["STOPPED"]


def test_a_managers_reason_is_a_sentence_and_no_story(till: Till, oat: Item, settings: Any) -> None:
    settings.MANAGER_OVERRIDE = True
    create_published_promotion(promotion_id="deal")
    till.member = create_staff_member(role=Role.MANAGER, stores=[till.store])
    with pytest.raises(ValidationError) as error:
        till.redeem(now=AFTER, override="x" * 201)
    assert error.value.message_dict == {"override": ["Say why, in up to 200 characters."]}


def test_a_price_in_other_money_is_no_price_to_promise(till: Till, oat: Item) -> None:
    Item.objects.filter(pk=oat.pk).update(price_currency="CHF")
    create_published_promotion(promotion_id="deal")
    assert ask(till).body["reasons"] == ["NO_PRICE"]


def test_nothing_is_promised_of_a_deal_whose_share_is_used_up(till: Till, oat: Item) -> None:
    create_published_promotion(promotion_id="deal", limits=[limit("STORE", "DAY", "1")])
    assert till.redeem().status == 201
    assert ask(till).body["reasons"] == ["STORE_LIMIT_REACHED"]
    assert ask(till, key="tomorrow", now=NOW + timedelta(days=1)).status == 201


def test_it_counts_for_the_campaign_it_was_promised_in(till: Till, oat: Item) -> None:
    limits = [limit("PROMOTION", "TOTAL", "5")]
    for campaign_id in ("then", "now"):
        create_campaign(
            campaign_id=campaign_id, content={"title": campaign_id, "limits": limits}, author=None, now=NOW
        )
    deal = create_published_promotion(promotion_id="deal", campaign="then")
    code = ask(till).body["code"]
    revise_promotion(promotion=deal, content=content_for(campaign="now"), author=None, now=NOW)
    publish_trusted(promotion=deal, why="", now=NOW)
    taken = till.redeem(code=code)
    used = LimitCounter.objects.values_list("campaign__campaign_id", "used").all
    assert list(used()) == [("then", 1)]
    assert (till.roll_back(taken).status, list(used())) == (200, [("then", 0)])
