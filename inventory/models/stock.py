"""Stock: what each source claims, what moved, and what we believe.

The hot tables carry integer keys, a composite primary key, no second index and no foreign keys checked row by
row: the load resolves every store and item from the two small tables in the same transaction, which proves the
same for a whole file at once (docs/decisions/0002).
"""

from datetime import UTC, datetime, timedelta
from typing import Self

import numpy as np
from django.conf import settings
from django.db import models
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _


class StockLevelQuerySet(models.QuerySet["StockLevel"]):
    """Sets of levels."""

    def with_available(self) -> Self:
        """With `available`: what can be promised, on hand less holds and what the believed source withholds."""
        same = {name: models.OuterRef(name) for name in ("store_id", "item_id", "source_id")}
        held = StockWithheld.objects.filter(**same).order_by().values("store_id")
        withheld = held.annotate(total=Sum("quantity")).values("total")
        return self.annotate(available=F("on_hand") - F("reserved") - Coalesce(models.Subquery(withheld), 0))


class StockLevel(models.Model):
    """What we believe stands in a store: the winning claim, moved by every sale since its count.

    `on_hand` is an integer of the item's smallest unit and may be negative (a till sold what no count had seen).
    `as_of` is when the figure last changed; how fresh it is stands once per store and feed in `StoreFeed`.
    `reserved` is what our own holds keep back (`Reservation.is_withheld`): on the same row as what it is taken from,
    so that one statement decides who gets the last unit. No feed writes it.
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
    reserved = models.IntegerField(default=0, db_default=0)

    objects = StockLevelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0), name="inventory_level_reserved_not_negative"
            ),
        ]

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
    # The newest FULL document: what it did not name is absent since then, also in older files yet to come.
    full_as_of = models.DateTimeField(null=True)

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
        VOID = 3
        RECEIPT = 4
        TRANSFER_IN = 5
        TRANSFER_OUT = 6
        ADJUSTMENT = 7

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
    # Thousandths of the store's currency paid for the line, a sale positive; NULL where the source does not say.
    amount = models.BigIntegerField(null=True)
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
                condition=models.Q(kind__in=[1, 6], quantity__lte=0)
                | models.Q(kind__in=[2, 4, 5], quantity__gte=0)
                | models.Q(kind__in=[3, 7]),
                name="inventory_movement_sign_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of item {self.item_id} in store {self.store_id} at {self.occurred_at:%H:%M}"


class SalesTotal(models.Model):
    """What a store sold of an item in a period, as a partner adds it up. It moves no level; a newer one replaces it.

    The period runs from `period_start` to before `period_end`, days of the store. `quantity` is an integer of the
    item's smallest unit, positive for what the activity names.
    """

    class Activity(models.TextChoices):
        SOLD = "SOLD", _("sold")
        RETURNED = "RETURNED", _("returned")

    source = models.ForeignKey("inventory.FeedSource", on_delete=models.PROTECT, related_name="totals")
    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, related_name="totals")
    item = models.ForeignKey("inventory.Item", on_delete=models.CASCADE, related_name="totals")
    period_start = models.DateField()
    period_end = models.DateField()
    activity = models.CharField(max_length=8, choices=Activity.choices)
    quantity = models.BigIntegerField()
    amount = models.DecimalField(max_digits=16, decimal_places=3, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    as_of = models.DateTimeField()  # of the document that said so
    run = models.ForeignKey("inventory.FeedRun", on_delete=models.PROTECT, related_name="totals_written")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "store", "item", "period_start", "period_end", "activity"],
                name="inventory_total_once_a_period",
            ),
            models.CheckConstraint(
                condition=models.Q(period_start__lt=models.F("period_end")),
                name="inventory_total_period_ordered",
            ),
            models.CheckConstraint(
                condition=models.Q(activity__in=["SOLD", "RETURNED"]), name="inventory_total_activity_known"
            ),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True, currency="")
                | models.Q(amount__isnull=False, currency__regex=r"^[A-Z]{3}$"),
                name="inventory_total_amount_has_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of item {self.item_id} in store {self.store_id}"


class StockWithheld(models.Model):
    """Stock that is on hand and cannot be sold: what is promised = on hand less all of these of the same source.

    Integers of the item's smallest unit. A source that says nothing of a state withholds nothing by it.
    """

    class State(models.TextChoices):
        COMMITTED = "COMMITTED", _("committed")
        RESERVED = "RESERVED", _("reserved")
        SAFETY = "SAFETY", _("safety stock")
        DAMAGED = "DAMAGED", _("damaged")
        QUALITY_CONTROL = "QUALITY_CONTROL", _("quality control")
        UNAVAILABLE = "UNAVAILABLE", _("unavailable")

    pk = models.CompositePrimaryKey("store_id", "item_id", "source_id", "state")
    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey("inventory.Item", on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey("inventory.FeedSource", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=15, choices=State.choices)
    quantity = models.IntegerField()
    as_of = models.DateTimeField()
    run = models.ForeignKey("inventory.FeedRun", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["COMMITTED", "RESERVED", "SAFETY", "DAMAGED", "QUALITY_CONTROL", "UNAVAILABLE"]
                ),
                name="inventory_withheld_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.state} of item {self.item_id} in store {self.store_id}"


class StockConflictQuerySet(models.QuerySet["StockConflict"]):
    """Sets of conflicts."""

    def with_names(self) -> Self:
        """With everything a page or an answer says of each."""
        return self.select_related("store", "item", "winner", "other", "owner", "closed_by")


class StockConflict(models.Model):
    """Two sources disagree about an item of a store beyond the tolerance: both figures, who won and why.

    Figures are those of each source's count moved by every sale since, integers of the item's smallest unit.
    """

    class Reason(models.TextChoices):
        PRECEDENCE = "PRECEDENCE", _("its source comes first")
        NEWER = "NEWER", _("its count is newer")
        OTHER_TOO_OLD = "OTHER_TOO_OLD", _("the count of the source that comes first is too old")
        LATER_SOURCE = "LATER_SOURCE", _("equally old, its source was set up later")

    class State(models.TextChoices):
        OPEN = "OPEN", _("open")
        RESOLVED = "RESOLVED", _("resolved")  # by a person
        AGREED = "AGREED", _("over")  # the sources agree again

    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, related_name="conflicts")
    item = models.ForeignKey("inventory.Item", on_delete=models.CASCADE, related_name="conflicts")
    winner = models.ForeignKey("inventory.FeedSource", on_delete=models.CASCADE, related_name="+")
    winner_quantity = models.IntegerField()
    winner_as_of = models.DateTimeField()
    other = models.ForeignKey("inventory.FeedSource", on_delete=models.CASCADE, related_name="+")
    other_quantity = models.IntegerField()
    other_as_of = models.DateTimeField()
    reason = models.CharField(max_length=13, choices=Reason.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    resolution = models.TextField(blank=True)

    objects = StockConflictQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "item", "winner", "other"],
                condition=models.Q(state="OPEN"),
                name="inventory_conflict_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["OPEN", "RESOLVED", "AGREED"]),
                name="inventory_conflict_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=["PRECEDENCE", "NEWER", "OTHER_TOO_OLD", "LATER_SOURCE"]),
                name="inventory_conflict_reason_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="OPEN", closed_at__isnull=True)
                | models.Q(state__in=["RESOLVED", "AGREED"], closed_at__isnull=False),
                name="inventory_conflict_closed_at_paired",
            ),
            models.CheckConstraint(
                condition=~models.Q(winner=models.F("other")), name="inventory_conflict_of_two_sources"
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.winner_quantity} or {self.other_quantity} of item {self.item_id} in store {self.store_id}"
        )
