"""Any number of promotions in one store: the first by the services, the others as copies of its rows."""

from datetime import timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from inventory.models import Item, Store
from promotions.models import Budget, OfferItem, Promotion, PromotionRevision, StoreOffer
from promotions.services.approving import publish_trusted
from promotions.services.publishing import create_promotion

DAYS = timedelta(days=10)


def publish(store: Store, number: int, *, percent: int, items: list[Item]) -> Promotion:
    """A promotion in one store, by the service."""
    now = timezone.now()
    content = {
        "long_title": f"{percent} % off",
        "coupon_value_type": "PERCENT_OFF",
        "percent_off": Decimal(percent),
        "redemption_channel": ["IN_STORE"],
        "product_applicability": "SPECIFIC_PRODUCTS",
        "item_id_inclusion": [item.sku for item in items],
        "store_applicability": "SPECIFIC_STORES",
        "store_codes_inclusion": [store.store_code],
        "starts_on": now.date() - DAYS,
        "ends_on": now.date() + DAYS,
    }
    revision = create_promotion(
        promotion_id=f"{store.store_code}-{number}", content=content, author=None, now=now
    )
    return publish_trusted(promotion=revision.promotion, why="benchmark", now=now)


def multiply(template: Promotion, *, copies: int, others: int) -> None:
    """Further promotions like this one, each on the next three items: what publishing writes, set by set.

    Publishing ten thousand one by one would take longer than all there is to measure.
    """
    numbers = {"copies": copies, "pk": template.pk, "revision": template.current_revision_id}
    promotion, revision = "%(pk)s + n", "%(revision)s + n"
    id_of = {"id": promotion, "promotion_id": "t.promotion_id || '-' || n", "current_revision_id": revision}
    with transaction.atomic(), connection.cursor() as cursor:
        for model, key, fresh in (
            (Promotion, "t.id = %(pk)s", id_of),
            (PromotionRevision, "t.id = %(revision)s", {"id": revision, "promotion_id": promotion}),
            (Budget, "t.promotion_id = %(pk)s", {"promotion_id": promotion}),
            (StoreOffer, "t.promotion_id = %(pk)s", {"promotion_id": promotion, "revision_id": revision}),
            (OfferItem, "t.promotion_id = %(pk)s", {
                "promotion_id": promotion,
                "item_id": "(t.item_id - %(first)s + 3 * n) %% %(others)s + %(first)s",
            }),
        ):  # fmt: skip
            columns = [str(field.column) for field in model._meta.concrete_fields]
            chosen = ", ".join(fresh.get(column, f"t.{column}") for column in columns)
            cursor.execute(
                f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {chosen}"  # noqa: S608
                f" FROM {model._meta.db_table} t, generate_series(1, %(copies)s) n WHERE {key}",
                numbers | {"others": others, "first": first_item(template)},
            )


def first_item(promotion: Promotion) -> int:
    """The lowest id of its items; the items' ids run on without a gap."""
    return promotion.offer_items.order_by("item_id").values_list("item_id", flat=True)[0]
