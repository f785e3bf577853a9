"""Where an item stands in a store, in the words people there use."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Trim


class StoreItemPlace(models.Model):
    """The place of one item in one store, such as "Aisle 4, shelf B". Said by a feed, or by who stands before it."""

    pk = models.CompositePrimaryKey("store_id", "item_id")
    store = models.ForeignKey("inventory.Store", on_delete=models.CASCADE, db_index=False, related_name="+")
    item = models.ForeignKey("inventory.Item", on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=60)
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(place="") & Q(place=Trim("place")), name="inventory_item_place_given"
            ),
        ]

    def __str__(self) -> str:
        return self.place
