"""Promotions, stock and people for tests: plain functions, every argument has a default."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

import numpy as np
from django.contrib.auth.hashers import make_password

from inventory.feeds.records import ABSENT, LevelChanges
from inventory.models import FeedRun, FeedSource, Item, StockClaim, StockConflict, StockLevel, Store
from omnistore.staff.models import Role, StaffMember, StoreMembership
from promotions.models import Campaign, Promotion
from promotions.services.approving import publish_trusted
from promotions.services.publishing import create_promotion

NOW = datetime(2026, 11, 22, 14, 7, tzinfo=UTC)
TODAY = date(2026, 11, 22)
_numbers = count(1)


def content_for(**changes: Any) -> dict[str, Any]:
    """The words of a promotion on everything everywhere, today and six days on."""
    content: dict[str, Any] = {
        "long_title": "29 % off oat drink",
        "coupon_value_type": "PERCENT_OFF",
        "percent_off": Decimal(29),
        "redemption_channel": ["IN_STORE", "ONLINE"],
        "product_applicability": "ALL_PRODUCTS",
        "store_applicability": "ALL_STORES",
        "starts_on": TODAY,
        "ends_on": TODAY + timedelta(days=6),
    }
    if changes.get("item_id_inclusion"):
        content["product_applicability"] = "SPECIFIC_PRODUCTS"
    if changes.get("store_codes_inclusion") or changes.get("store_groups_inclusion"):
        content["store_applicability"] = "SPECIFIC_STORES"
    if changes.get("generic_redemption_code"):
        content["offer_type"] = "GENERIC_CODE"
    if changes.get("coupon_value_type", "PERCENT_OFF") != "PERCENT_OFF":
        content |= {"percent_off": None, "currency": "USD"}
    return content | changes


def create_published_promotion(*, promotion_id: str = "", now: datetime = NOW, **content: Any) -> Promotion:
    """A promotion that stores see."""
    revision = create_promotion(
        promotion_id=promotion_id or f"promo-{next(_numbers)}",
        content=content_for(**content),
        author=None,
        now=now,
    )
    return publish_trusted(promotion=revision.promotion, why="", now=now)


def create_campaign(campaign_id: str) -> Campaign:
    """A campaign without limits; the one there is when it was made already."""
    return Campaign.objects.get_or_create(
        campaign_id=campaign_id, defaults={"title": campaign_id, "created_at": NOW}
    )[0]


@cache
def password_hash() -> str:
    """Made once, because hashing is slow on purpose."""
    return make_password("secret-enough")


def create_staff_member(
    *, username: str = "", role: Role = Role.ASSOCIATE, stores: list[Store] | None = None
) -> StaffMember:
    """A person who can sign in with the password "secret-enough"."""
    member = StaffMember(username=username or f"person-{next(_numbers)}", role=role, password=password_hash())
    member.save()
    for store in stores or []:
        StoreMembership.objects.create(staff_member=member, store=store)
    return member


def stock_source() -> FeedSource:
    """The one warehouse system of these tests."""
    return FeedSource.objects.get_or_create(
        code="wms", defaults={"name": "Warehouse", "kind": "STOCK", "freshness_limit": timedelta(hours=26)}
    )[0]


def put_stock(
    *, store: Store, levels: dict[Item, int], counted_at: datetime = NOW - timedelta(hours=2)
) -> None:
    """Levels with their claim, written without a feed; offers are not refreshed."""
    source = stock_source()
    run, _created = FeedRun.objects.get_or_create(
        source=source,
        sha256=f"{store.pk:064}",
        defaults={
            "file_name": "stock.csv", "size": 1, "state": "LOADED", "received_at": counted_at,
            "finished_at": counted_at,
        },
    )  # fmt: skip
    for item, quantity in levels.items():
        StockLevel.objects.filter(store=store, item=item).delete()
        StockLevel.objects.create(store=store, item=item, on_hand=quantity, source=source, as_of=counted_at)
    rows = sorted(StockLevel.objects.filter(store=store).values_list("item_id", "on_hand"))
    StockClaim.objects.filter(source=source, store=store).delete()
    StockClaim.objects.create(
        source=source,
        store=store,
        run=run,
        as_of=counted_at,
        item_ids=np.array([item for item, _quantity in rows], "<i4").tobytes(),
        quantities=np.array([quantity for _item, quantity in rows], "<i4").tobytes(),
    )


def create_conflict(*, store: Store, item: Item, opened_at: datetime = NOW, **fields: Any) -> StockConflict:
    """The warehouse says 12, the tills say 9."""
    other = FeedSource.objects.get_or_create(code="pos", defaults={"name": "Tills", "kind": "STOCK"})[0]
    defaults = {
        "winner": stock_source(), "winner_quantity": 12, "winner_as_of": opened_at - timedelta(hours=2),
        "other": other, "other_quantity": 9, "other_as_of": opened_at - timedelta(hours=5), "reason": "NEWER",
        "opened_at": opened_at, "changed_at": opened_at,
    }  # fmt: skip
    return StockConflict.objects.create(store=store, item=item, **defaults | fields)


def change_stock(
    *, store: Store, levels: dict[Item, int], counted_at: datetime = NOW - timedelta(hours=2)
) -> LevelChanges:
    """Set levels as a feed would and return what changed, for the refresh."""
    old = dict(StockLevel.objects.filter(store=store).values_list("item_id", "on_hand"))
    put_stock(store=store, levels=levels, counted_at=counted_at)
    changed = [(item.pk, quantity) for item, quantity in levels.items() if old.get(item.pk) != quantity]
    return LevelChanges(
        store_ids=np.full(len(changed), store.pk, np.int32),
        item_ids=np.array([pk for pk, _quantity in changed], np.int32),
        old=np.array([old.get(pk, ABSENT) for pk, _quantity in changed], np.int32),
        new=np.array([quantity for _pk, quantity in changed], np.int32),
    )
