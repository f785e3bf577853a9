"""Named lists of items, for promotions whose items no brand or type describes."""

from django.db import models
from django.db.models import Q

from inventory.models.history import tracked


class ItemList(models.Model):
    """A named list of items. What a published promotion covers follows when the list changes and it is refreshed."""

    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    items = models.ManyToManyField("inventory.Item", related_name="lists", blank=True)

    class Meta:
        ordering = ("name",)
        constraints = [models.CheckConstraint(condition=~Q(code=""), name="promotions_item_list_code_given")]

    def __str__(self) -> str:
        return self.name


@tracked(model_name="ItemListChange", obj=False)
class ItemListMembership(ItemList.items.through):  # type: ignore[name-defined,misc]
    """An item in a list, as Django keeps it; here so that its changes are kept."""

    class Meta:
        proxy = True
