"""A shop on a Saturday: offers in every state, for the browser tests to look at."""

from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.utils import timezone

from inventory.models import Item, Store
from omnistore.staff.models import StaffMember
from promotions.models import Promotion
from promotions.services.refreshing import refresh_after_stock_change
from tests.factories import create_item, create_store
from tests.factories_promotions import (
    change_stock,
    create_published_promotion,
    create_staff_member,
    put_stock,
)

LONG_TITLE = "Buy the whole breakfast: oat drink, filter coffee, blossom honey and two rolls, for less"


class Shop(SimpleNamespace):
    """One associate, her store, its neighbours and what is on offer."""

    maria: StaffMember
    elm: Store
    oat: Item
    barista: Item
    coffee: Item
    honey: Item
    tea: Item
    oat_deal: Promotion
    coffee_deal: Promotion
    now: datetime

    def stock(self, **levels: int) -> None:
        """A feed has counted: `shop.stock(oat=0)`."""
        now = timezone.now()
        with transaction.atomic():
            changes = change_stock(
                store=self.elm,
                levels={getattr(self, name): n for name, n in levels.items()},
                counted_at=now - timedelta(minutes=30),
            )
            refresh_after_stock_change(changes=changes, now=now)


def open_shop() -> Shop:
    """Everything a tablet can show, as of now."""
    now = timezone.now()
    hours = {day: ["00:00", "23:59"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    elm = create_store(
        store_code="0412",
        name="Elm Street",
        city="Dayton",
        latitude=39.76,
        longitude=-84.19,
        opening_hours=hours,
    )
    oak = create_store(
        store_code="0397",
        name="Oak Avenue",
        city="Kettering",
        latitude=39.69,
        longitude=-84.17,
        opening_hours=hours,
    )
    far = create_store(
        store_code="0365", name="Harbour Road", city="Cincinnati", latitude=39.10, longitude=-84.51,
        opening_hours=hours,
    )  # fmt: skip
    items = {
        "oat": create_item(sku="OAT-1", title="Oat Drink 1 L", gtin="04012345000016"),
        "barista": create_item(sku="OAT-2", title="Oat Drink Barista 1 L", gtin="04012345000023"),
        "coffee": create_item(sku="COF-1", title="Filter Coffee 500 g", regular_price=Decimal("8.49")),
        "honey": create_item(sku="HON-1", title="Blossom Honey 250 g", regular_price=Decimal("5.99")),
        "tea": create_item(sku="TEA-1", title="Green Tea, 25 bags", regular_price=Decimal("3.19")),
        "soap": create_item(sku="SOA-1", title="Olive Soap", regular_price=Decimal("2.29")),
    }
    for store, levels in ((elm, (12, 7, 3, 0, 40)), (oak, (9, 2, 8, 6, 0)), (far, (5, 5, 5, 14, 5))):
        named = dict(zip(("oat", "barista", "coffee", "honey", "tea"), levels, strict=True))
        put_stock(
            store=store,
            levels={items[name]: quantity for name, quantity in named.items()},
            counted_at=now - timedelta(hours=3, minutes=4),
        )
    shop = Shop(elm=elm, oak=oak, far=far, now=now, **items)
    shop.maria = create_staff_member(username="maria", stores=[elm])
    publish_offers(shop)
    return shop


def publish(store: Store, *, promotion_id: str = "", **content: Any) -> Promotion:
    """A promotion that is open in the store today and for four days more."""
    now = timezone.now()
    today = store.local(now).date()
    window = {"starts_on": today - timedelta(days=1), "ends_on": today + timedelta(days=4)}
    return create_published_promotion(promotion_id=promotion_id, now=now, **(window | content))


def publish_offers(shop: Shop) -> None:
    """One offer for each state of a card."""
    today = shop.elm.local(shop.now).date()
    shop.oat_deal = publish(
        shop.elm, promotion_id="OAT", long_title="Oat drinks, 29 % off", item_id_inclusion=["OAT-1", "OAT-2"],
        operator_text="Yes, all our oat drinks are 29 % off until tonight, here and online.",
        ends_on=today + timedelta(days=1),
    )  # fmt: skip
    shop.coffee_deal = publish(
        shop.elm, promotion_id="COFFEE", long_title="Filter coffee $2 off with the code from the mail",
        coupon_value_type="MONEY_OFF", money_off_amount=Decimal(2), item_id_inclusion=["COF-1"], minimum_stock=5,
        generic_redemption_code="SAVE2", limit_uses=42,
    )  # fmt: skip
    publish(shop.elm, long_title="Blossom honey for $4.49", coupon_value_type="FIXED_PRICE",
            fixed_price_amount=Decimal("4.49"), item_id_inclusion=["HON-1"])  # fmt: skip
    publish(
        shop.elm, long_title="Olive soap, half price", percent_off=Decimal(50), item_id_inclusion=["SOA-1"]
    )
    publish(shop.elm, long_title=LONG_TITLE, percent_off=Decimal(15),
            item_id_inclusion=["OAT-1", "COF-1", "HON-1", "TEA-1"])  # fmt: skip
    publish(shop.elm, promotion_id="ONLINE", long_title="Green tea, online only", item_id_inclusion=["TEA-1"],
            redemption_channel=["ONLINE"])  # fmt: skip
    publish(shop.elm, long_title="Tea week", item_id_inclusion=["TEA-1"], starts_on=today + timedelta(days=1),
            ends_on=today + timedelta(days=6))  # fmt: skip
