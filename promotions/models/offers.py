"""One promotion in one store: the state now, every change, and how far each store has been told."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from promotions.models.promotions import Promotion, PromotionRevision, choices
from promotions.rules.words import ChangeReason, OfferState, Urgency


class OfferItem(models.Model):
    """Inverted index: the items of a published promotion. A lookup costs what the item's own offers cost.

    `minimum_stock` is copied into the key so that a changed level finds only the thresholds it crossed.
    """

    pk = models.CompositePrimaryKey("item_id", "minimum_stock", "promotion_id")
    item = models.ForeignKey("inventory.Item", on_delete=models.CASCADE, db_index=False, related_name="+")
    minimum_stock = models.IntegerField()
    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="offer_items")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promotion", "item"], name="promotions_offer_item_once"),
        ]

    def __str__(self) -> str:
        return f"item {self.item_id} in promotion {self.promotion_id}"


class StoreOffer(models.Model):
    """One published promotion in one targeted store, stock or not: the row's presence is the scope.

    The three counts say how many of the promotion's items this store has a level for, has more than none of, and
    has at least `minimum_stock` of; they move only when a level crosses one of these lines.

    Valid in [starts_at, ends_at); [opens_at, closes_at) is the current or next period of its weekly hours, without
    hours the whole. `turns_at` is the next instant at which time alone changes something, NULL when none is left.
    """

    pk = models.CompositePrimaryKey("store_id", "promotion_id")
    store = models.ForeignKey(
        "inventory.Store", on_delete=models.CASCADE, db_index=False, related_name="offers"
    )
    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="store_offers")
    revision = models.ForeignKey(
        PromotionRevision, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=12, choices=choices(OfferState))
    # [{"code": …, "severity": "blocking", "resolution": …}]
    issues = models.JSONField(default=list, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    honoured_until = models.DateTimeField()  # what the shopper saw may still be honoured before it
    turns_at = models.DateTimeField(null=True)
    items_stocked = models.IntegerField(default=0)
    items_available = models.IntegerField(default=0)
    items_enough = models.IntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(OfferState)), name="promotions_store_offer_state_known"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="promotions_store_offer_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(
                    opens_at__gte=F("starts_at"), closes_at__gt=F("opens_at"), closes_at__lte=F("ends_at")
                ),
                name="promotions_store_offer_period_in_window",
            ),
            models.CheckConstraint(
                condition=Q(honoured_until__gte=F("ends_at")), name="promotions_store_offer_honoured_to_end"
            ),
            models.CheckConstraint(
                condition=Q(
                    items_enough__gte=0,
                    items_enough__lte=F("items_available"),
                    items_available__lte=F("items_stocked"),
                ),
                name="promotions_store_offer_counts_nest",
            ),
        ]
        indexes = [
            models.Index(
                fields=["turns_at"], condition=Q(turns_at__isnull=False), name="promotions_store_offer_turns"
            ),
            # The few whose limit is used up, to be reopened.
            models.Index(
                fields=["promotion"],
                condition=Q(issues__contains=[{"code": "BUDGET_SPENT"}])
                | Q(issues__contains=[{"code": "STORE_LIMIT_REACHED"}]),
                name="promotions_store_offer_spent",
            ),
        ]

    def __str__(self) -> str:
        return f"promotion {self.promotion_id} in store {self.store_id}: {self.state}"


class StoreStream(models.Model):
    """A store's event counter. `seq` is taken inside the writing transaction, so it has no gaps and no races."""

    store = models.OneToOneField(
        "inventory.Store", primary_key=True, on_delete=models.CASCADE, related_name="stream"
    )
    epoch = models.BigIntegerField()  # another one after a restore: old ids then mean nothing
    seq = models.BigIntegerField(default=0)
    # In which languages its tablets were opened besides the default one: cards are rendered once in each.
    languages = ArrayField(models.CharField(max_length=7), default=list, db_default=[])

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(seq__gte=0), name="promotions_stream_seq_from_0")]

    def __str__(self) -> str:
        return f"{self.epoch}:{self.seq}"


class OfferChange(models.Model):
    """A transition of a store offer: history, outbox and event id in one row. Never updated."""

    pk = models.CompositePrimaryKey("store_id", "seq")
    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, db_index=False, related_name="+")
    seq = models.BigIntegerField()
    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="changes")
    revision = models.ForeignKey(
        PromotionRevision, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    old_state = models.CharField(max_length=12, blank=True)  # "" when the offer is new in the store
    new_state = models.CharField(max_length=12)
    reason = models.CharField(max_length=20, choices=choices(ChangeReason))
    urgency = models.CharField(max_length=5, choices=choices(Urgency), db_default=Urgency.SHIFT)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=list(ChangeReason)), name="promotions_change_reason_known"
            ),
            models.CheckConstraint(condition=Q(seq__gte=1), name="promotions_change_seq_from_1"),
            models.CheckConstraint(
                condition=Q(urgency__in=list(Urgency)), name="promotions_change_urgency_known"
            ),
        ]
        indexes = [
            # The few that interrupt, for whoever comes to the tablet after them.
            models.Index(
                fields=["store", "at"], condition=Q(urgency="NOW"), name="promotions_change_interrupting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_state or 'new'} → {self.new_state} ({self.reason})"


class RelayCursor(models.Model):
    """How far a store's changes were handed to the live stream; the relay locks it, so order is kept."""

    store = models.OneToOneField(
        "inventory.Store", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    relayed_seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"store {self.store_id} relayed to {self.relayed_seq}"


class Briefing(models.Model):
    """What a store is told of one revision, and when a tablet there first showed it."""

    pk = models.CompositePrimaryKey("store_id", "revision_id")
    store = models.ForeignKey(
        "inventory.Store", on_delete=models.CASCADE, db_index=False, related_name="briefings"
    )
    revision = models.ForeignKey(PromotionRevision, on_delete=models.CASCADE, related_name="briefings")
    briefed_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(told_at__isnull=True) | Q(told_at__gte=F("briefed_at")),
                name="promotions_briefing_told_after_briefed",
            ),
        ]

    def __str__(self) -> str:
        return f"store {self.store_id}, revision {self.revision_id}"


class Acknowledgement(models.Model):
    """One person in one store has read one revision. A new revision asks again."""

    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(PromotionRevision, on_delete=models.CASCADE, related_name="acknowledgements")
    staff_member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    acknowledged_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "store", "staff_member"], name="promotions_acknowledged_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_member} read revision {self.revision_id}"


class Reconciliation(models.Model):
    """One recomputation of every open offer from scratch, and how many differed.

    One a slot, whoever ticks; a run by hand has no slot.
    """

    slot = models.DateField(null=True, unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    offers = models.IntegerField(default=0)
    differences = models.IntegerField(default=0)
    details = models.JSONField(
        default=list, blank=True
    )  # the first hundred, for the person who looks into it

    def __str__(self) -> str:
        return f"{self.slot or 'by hand'}: {self.differences} differences in {self.offers} offers"
