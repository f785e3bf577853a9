"""Holds: stock of a store that waits for a shopper, and every step of each."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ReservationQuerySet(models.QuerySet["Reservation"]):
    """Sets of holds."""

    def active(self) -> Self:
        """Those somebody may still come for."""
        return self.filter(state=Reservation.State.ACTIVE)

    def concerning(self, store_id: int) -> Self:
        """Those that stand in a store, and those its people made elsewhere."""
        return self.filter(Q(store=store_id) | Q(made_in=store_id))

    def count_by_store(self, store_ids: Iterable[int]) -> dict[int, int]:
        """How many there are in each of these stores; a store without any is left out."""
        rows = (
            self.filter(store__in=set(store_ids)).values_list("store_id").annotate(holds=models.Count("pk"))
        )
        return dict(rows.order_by())

    def with_names(self) -> Self:
        """With everything a page or an answer says of each."""
        return self.select_related("store", "item", "made_in", "made_by")


class Reservation(models.Model):
    """A hold on stock: `quantity` (integer of the item's smallest unit) of an item stands aside in a store.

    `made_in` is where the shopper stood. `reference` is what they say when they come; of several items held together
    each has its row, all with the same reference. `for_whom` is at most a first name, and gone once the hold is over.
    What `is_withheld` is part of `StockLevel.reserved`: an active hold, and one that was fetched until a sale or a
    count is heard of since, because until then the level still has the unit that left.
    """

    class State(models.TextChoices):
        ACTIVE = "ACTIVE", _("waiting")
        FULFILLED = "FULFILLED", _("picked up")
        RELEASED = "RELEASED", _("given back")
        EXPIRED = "EXPIRED", _("not fetched")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(
        "inventory.Store", on_delete=models.PROTECT, related_name="reservations", db_index=False
    )
    item = models.ForeignKey("inventory.Item", on_delete=models.PROTECT, related_name="+")
    quantity = models.IntegerField()
    reference = models.CharField(max_length=8)
    for_whom = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.ACTIVE)
    is_withheld = models.BooleanField(default=True)
    made_in = models.ForeignKey("inventory.Store", on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # The revision of the deal it was made for; an id without a foreign key, because promotions are above us.
    revision_id = models.BigIntegerField(null=True, blank=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        ordering = ("expires_at", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="inventory_hold_quantity_1"),
            models.CheckConstraint(
                condition=Q(reference__regex=r"^[2-9A-HJ-NP-Z]{5}$"), name="inventory_hold_reference_has_form"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="inventory_hold_expires_after_made"
            ),
            models.CheckConstraint(
                condition=Q(state="ACTIVE", ended_at__isnull=True, is_withheld=True)
                | Q(state="FULFILLED", ended_at__isnull=False)
                | Q(state__in=["RELEASED", "EXPIRED"], ended_at__isnull=False, is_withheld=False),
                name="inventory_hold_ended_paired",
            ),
            models.CheckConstraint(
                condition=Q(state="ACTIVE") | Q(for_whom=""), name="inventory_hold_over_names_nobody"
            ),
            models.UniqueConstraint(
                fields=["store", "reference", "item"], name="inventory_hold_reference_once_an_item"
            ),
        ]
        indexes = [
            models.Index(
                fields=["store", "item"], condition=Q(is_withheld=True), name="inventory_hold_withheld"
            ),
            models.Index(fields=["expires_at"], condition=Q(state="ACTIVE"), name="inventory_hold_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.quantity} of item {self.item_id} in store {self.store_id}"

    def may_be_ended_in(self, store_id: int, *, state: str) -> bool:
        """Who holds it hands it out; who holds it and who made it may give it back to the shelf."""
        if state == self.State.RELEASED:
            return store_id in (self.store_id, self.made_in_id)
        return store_id == self.store_id

    def is_due(self, now: datetime) -> bool:
        """Its time is over; the next sweep gives it back."""
        return self.state == self.State.ACTIVE and self.expires_at <= now


class ReservationChange(models.Model):
    """A hold's step from one state to another: who (None: the clock), why and when. Never updated."""

    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name="changes")
    old_state = models.CharField(max_length=9, blank=True)  # "" when it is made
    new_state = models.CharField(max_length=9)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    why = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["reservation", "old_state"], name="inventory_hold_leaves_a_state_once"
            ),
            models.CheckConstraint(
                condition=Q(old_state="", new_state="ACTIVE")
                | Q(old_state="ACTIVE", new_state__in=["FULFILLED", "RELEASED", "EXPIRED"]),
                name="inventory_hold_step_known",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="inventory_hold_step_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.old_state or 'new'} → {self.new_state}: {self.why}"
