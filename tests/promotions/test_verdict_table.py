"""The verdict table, through the API and on the tablet's page: outcome and reasons of every case."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import numpy as np
import pytest
import time_machine
from django.db import transaction
from django.test import Client

from inventory.models import FeedRun, Item, ItemIdentifier, StockClaim, StockWithheld, Store
from omnistore.staff.models import Role
from promotions.models import CodeBatch, Promotion, SingleUseCode
from promotions.rules.words import Outcome, Reason
from promotions.services.campaigns import create_campaign
from promotions.services.codes import generate_codes
from promotions.services.publishing import stop_promotion
from promotions.templatetags.look import OUTCOME_LOOKS
from tests.api_client import Api
from tests.factories import create_item, create_store
from tests.factories_promotions import (
    NOW,
    create_published_promotion,
    create_staff_member,
    put_stock,
    stock_source,
)
from tests.promotions.services.till import Till
from tests.promotions.verdict_cases import CASES, FLOOR, HOUR, MEETING, NEVER_OF_A_SCAN, Case, Deal, limit

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Floor:
    api: Api
    tablet: Client
    keys: dict[str, int]

    def code(self, case: Case) -> str:
        """The case's code with the key of the promotion it names."""
        before, mark, rest = case.code.partition("<pk:")
        name, _mark, after = rest.partition(">")
        return f"{before}{self.keys[name]}{after}" if mark else case.code


@pytest.fixture(scope="module")
def floor(django_db_setup: None, django_db_blocker: Any) -> Iterator[Floor]:
    """One floor for every case, which none of them changes."""
    with django_db_blocker.unblock(), transaction.atomic(), time_machine.travel(NOW, tick=False):
        stores = [
            create_store(store_code="here", latitude=40.0, longitude=-75.0),
            create_store(store_code="there", timezone="America/Chicago", latitude=41.8, longitude=-87.6),
            create_store(store_code="high", timezone="Asia/Kathmandu"),
            create_store(store_code="isle", timezone="Europe/London", currency="GBP"),
        ]
        lay_out(stores)
        member = create_staff_member(role=Role.ASSOCIATE, stores=stores)
        tablet = Client()
        tablet.force_login(member)
        yield Floor(Api(member), tablet, dict(Promotion.objects.values_list("promotion_id", "pk")))
        transaction.set_rollback(True)


def lay_out(stores: list[Store]) -> None:
    """Everything the table tells of."""
    here, there, high, isle = stores
    create_campaign(
        campaign_id="autumn", content={"title": "Autumn", "limits": limit("PROMOTION", "TOTAL", "1")},
        author=None, now=NOW,
    )  # fmt: skip
    for deal in FLOOR:
        lay_down(deal, here=here, there=there)
    for name in dict.fromkeys(item for item, _id, _content in MEETING):
        put_stock(store=here, levels={create_item(sku=name): 12})
    for name, promotion_id, content in MEETING:
        create_published_promotion(promotion_id=promotion_id, item_id_inclusion=[name], **content)
    put_stock(store=high, levels={create_item(sku="high-only"): 12}, counted_at=NOW - 20 * HOUR)
    create_published_promotion(
        promotion_id="P-high", item_id_inclusion=["high-only"], store_codes_inclusion=["high"]
    )
    put_stock(store=isle, levels={Item.objects.get(sku="dollars"): 12})
    for name in ("store-limit", "day-limit"):
        put_stock(store=there, levels={Item.objects.get(sku=name): 12})
    plain = Item.objects.get(sku="plain")
    for kind, value in (("PLU", "4011"), ("PLU", "0000"), ("INTERNAL", "INT-77")):
        ItemIdentifier.objects.create(item=plain, kind=kind, value=value)
    create_item(sku="0")
    StockWithheld.objects.create(
        store=here, item=Item.objects.get(sku="withheld"), source=stock_source(), state="DAMAGED", quantity=5,
        as_of=NOW, run=FeedRun.objects.earliest("pk"),
    )  # fmt: skip
    age(here)
    use_up(here)


def age(here: Store) -> None:
    """Every count of the store as old as its deal says."""
    counted = {deal.name: NOW - deal.counted for deal in FLOOR}
    claim = StockClaim.objects.get(store=here)
    skus = dict(Item.objects.values_list("pk", "sku"))
    items = np.frombuffer(claim.item_ids, "<i4").tolist()
    instants = [counted.get(skus[item], NOW - 2 * HOUR) for item in items]
    claim.as_ofs = np.array([int(at.timestamp()) * 1_000_000 for at in instants], "<i8").tobytes()
    claim.save()


def lay_down(deal: Deal, *, here: Store, there: Store) -> None:
    """One item with its stock and its promotion."""
    items = {create_item(sku=deal.name, gtin=deal.gtin): deal.quantity}
    if deal.sibling:
        items[create_item(sku=deal.sibling)] = 4
    levels = {item: quantity for item, quantity in items.items() if quantity is not None}
    put_stock(store=here, levels=levels)
    if deal.near is not None:
        put_stock(store=there, levels={next(iter(items)): deal.near})
    if not deal.content.get("content_free"):
        create_published_promotion(
            promotion_id=f"P-{deal.name}", item_id_inclusion=[item.sku for item in items], **deal.content
        )


def use_up(here: Store) -> None:
    """What has been stopped, redeemed and mailed by now."""
    for name in ("stopped", "stopped-late"):
        promotion = Promotion.objects.get(promotion_id=f"P-{name}")
        stop_promotion(promotion=promotion, reason="price error", now=NOW)
    mailed = Promotion.objects.get(promotion_id="P-mailed")
    generate_codes(promotion=mailed, name="mail", quantity=1, author=None, now=NOW)
    for code in ("MAILED2222", "MAILED3333"):
        SingleUseCode.objects.create(code=code, batch=CodeBatch.objects.get(), promotion=mailed)
    till = Till(store=here)
    for name in ("last-use", "store-limit", "day-limit", "campaign"):
        assert till.redeem(promotion_id=f"P-{name}").status == 201
    for code in ("GONE", "MAILED3333", "(255)54001230000107"):
        assert till.redeem(code=code).status == 201
    assert till.redeem(promotion_id="P-customers", customer="M1").status == 201


def by_name(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_through_the_api(floor: Floor, case: Case) -> None:
    with time_machine.travel(case.now, tick=False):
        answer = floor.api.client.get(
            f"/api/v1/stores/{case.store}/verdict", {"code": floor.code(case), **case.seen},
            headers=floor.api.headers,
        )  # fmt: skip
    found = answer.json()
    assert answer.status_code == 200, found
    assert (found["outcome"], [reason["code"] for reason in found["reasons"]]) == (
        case.outcome, list(case.reasons),
    )  # fmt: skip
    if case.promotion:
        assert found["promotion"]["promotion_id"] == case.promotion


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_on_the_tablet(floor: Floor, case: Case) -> None:
    with time_machine.travel(case.now, tick=False):
        floor.tablet.post("/tablet/store/", {"store_code": case.store})
        page = floor.tablet.get(
            "/tablet/verdict/", {"code": floor.code(case), **case.seen}, headers={"HX-Request": "true"}
        )
    verdict = page.context["verdict"]
    shown = " ".join(unescape(page.content.decode()).split())
    assert (verdict.outcome, [line.code for line in verdict.reasons]) == (case.outcome, list(case.reasons))
    assert f"</svg>{OUTCOME_LOOKS[Outcome(case.outcome)][2]}</h2>" in shown
    assert verdict.say in shown or page.context["matches"].total
    for line in verdict.reasons:
        assert f"<span>{' '.join(line.text.split())}</span>" in shown


def test_the_table_has_every_outcome_and_every_reason() -> None:
    assert len(CASES) >= 100
    assert len({case.name for case in CASES}) == len(CASES)
    assert {case.outcome for case in CASES} == set(Outcome)
    told = {reason for case in CASES for reason in case.reasons}
    assert told | NEVER_OF_A_SCAN == set(Reason)
    assert not told & NEVER_OF_A_SCAN
