"""What people decided about stock: which source comes first, and what they counted themselves."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q


class PrecedenceChangeQuerySet(models.QuerySet["PrecedenceChange"]):
    """Sets of changes."""

    def unfinished(self, *, older_than: datetime) -> Self:
        """Some stores' levels may still follow the old rule, and nobody has got on with it lately."""
        return self.filter(derived_at__isnull=True, touched_at__lt=older_than)


class PrecedenceChange(models.Model):
    """Somebody changed how far a source is believed; the levels of its stores are derived again, store by store.

    `holds_for` is the time in force: where the source leaves it open that is its freshness limit. `derived_to` is
    the last store done, so that a change broken off goes on where it stood.
    """

    source = models.ForeignKey(
        "inventory.FeedSource", on_delete=models.CASCADE, related_name="precedence_changes"
    )
    old_precedence = models.PositiveSmallIntegerField()
    new_precedence = models.PositiveSmallIntegerField()
    old_holds_for = models.DurationField()
    new_holds_for = models.DurationField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    derived_to = models.IntegerField(default=0)
    touched_at = models.DateTimeField()
    derived_at = models.DateTimeField(null=True, blank=True)
    levels_changed = models.BigIntegerField(default=0)

    objects = PrecedenceChangeQuerySet.as_manager()

    class Meta:
        ordering = ("-changed_at", "-pk")

    def __str__(self) -> str:
        return f"{self.source}: {self.old_precedence} to {self.new_precedence}"


class ManualCount(models.Model):
    """What a person counted at the shelf: an integer of the item's smallest unit, and the run that carries it.

    `key` is the caller's Idempotency-Key, "" from a form; `answer` is what it was told, kept for a repeat.
    """

    run = models.OneToOneField(
        "inventory.FeedRun", primary_key=True, on_delete=models.PROTECT, related_name="manual_count"
    )
    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, related_name="manual_counts")
    item = models.ForeignKey("inventory.Item", on_delete=models.CASCADE, related_name="manual_counts")
    quantity = models.IntegerField()
    counted_at = models.DateTimeField()
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    key = models.CharField(max_length=255, blank=True)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of what was asked
    answer = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["counted_by", "key"], condition=~Q(key=""), name="inventory_count_once_a_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of item {self.item_id} counted in store {self.store_id}"
