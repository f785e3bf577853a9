"""Stock: what each source claims, what moved, and what we believe.

The hot tables carry integer keys, a composite primary key, no second index and no foreign keys checked row by
row: the load resolves every store and item from the two small tables in the same transaction, which proves the
same for a whole file at once (docs/decisions/0002).
"""

from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import models


class StockLevel(models.Model):
    """What we believe stands in a store: the winning claim, moved by every sale since its count.

    `on_hand` is an integer of the item's smallest unit and may be negative (a till sold what no count had seen).
    `as_of` is when the figure last changed; how fresh it is stands once per store and feed in `StoreFeed`.
    """

    pk = models.CompositePrimaryKey("store_id", "item_id")
    store = models.ForeignKey(
        "inventory.Store", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    item = models.ForeignKey(
        "inventory.Item", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    on_hand = models.IntegerField()
    source = models.ForeignKey(
        "inventory.FeedSource",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    as_of = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.on_hand} of item {self.item_id} in store {self.store_id}"


class StockClaim(models.Model):
    """What one source says about one store: every item with its quantity and the instant of its count.

    One row holds the whole store, packed as little-endian arrays of equal length sorted by item, so that an
    unchanged night costs one row a store and not one a stock row. `as_ofs` is NULL when all items share `as_of`.
    """

    pk = models.CompositePrimaryKey("source_id", "store_id")
    source = models.ForeignKey("inventory.FeedSource", on_delete=models.PROTECT, related_name="claims")
    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, related_name="claims")
    run = models.ForeignKey("inventory.FeedRun", on_delete=models.PROTECT, related_name="claims")
    as_of = models.DateTimeField()  # the newest count in it
    item_ids = models.BinaryField()  # int32 each
    quantities = models.BinaryField()  # int32 each, smallest unit
    as_ofs = models.BinaryField(null=True)  # int64 each, microseconds since 1970 UTC

    def __str__(self) -> str:
        return f"claim of source {self.source_id} on store {self.store_id}"

    def counted_at(self, item_id: int) -> datetime:
        """When this source counted one item. Raises KeyError where it never did."""
        items = np.frombuffer(self.item_ids, "<i4")
        place = int(np.searchsorted(items, item_id))
        if place == len(items) or items[place] != item_id:
            raise KeyError(item_id)
        if self.as_ofs is None:
            return self.as_of
        microseconds = int(np.frombuffer(self.as_ofs, "<i8")[place])
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)


class StoreFeed(models.Model):
    """How far a source's facts reach in a store: the newest count or sale it has told us of."""

    pk = models.CompositePrimaryKey("source_id", "store_id")
    source = models.ForeignKey("inventory.FeedSource", on_delete=models.CASCADE, related_name="store_feeds")
    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, related_name="feeds")
    as_of = models.DateTimeField()
    run = models.ForeignKey("inventory.FeedRun", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"source {self.source_id} in store {self.store_id} up to {self.as_of:%Y-%m-%d %H:%M}"


class Workstation(models.Model):
    """A till. Its own code is text; the ledger of movements carries its number."""

    id = models.AutoField(primary_key=True)
    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, related_name="workstations")
    code = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "code"], name="inventory_workstation_once_a_store"),
        ]

    def __str__(self) -> str:
        return self.code


class StockMovement(models.Model):
    """A ledger line: stock that left or entered a store. Its natural key makes a second arrival a no-op.

    `quantity` is signed from the store's view (a sale is negative), an integer of the item's smallest unit.
    """

    class Kind(models.IntegerChoices):
        SALE = 1
        RETURN = 2

    pk = models.CompositePrimaryKey(
        "store_id", "business_day", "workstation_id", "sequence", "line", "source_id"
    )
    store = models.ForeignKey(
        "inventory.Store", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    business_day = models.DateField()
    workstation = models.ForeignKey(
        Workstation, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    sequence = models.BigIntegerField()
    line = models.IntegerField()
    source = models.ForeignKey(
        "inventory.FeedSource",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    item = models.ForeignKey(
        "inventory.Item", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    quantity = models.IntegerField()
    kind = models.SmallIntegerField(choices=Kind.choices)
    occurred_at = models.DateTimeField()
    run = models.ForeignKey(
        "inventory.FeedRun",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind=1, quantity__lte=0) | models.Q(kind=2, quantity__gte=0),
                name="inventory_movement_sign_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of item {self.item_id} in store {self.store_id} at {self.occurred_at:%H:%M}"
