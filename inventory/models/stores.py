"""Stores, warehouses and groups of them."""

import zoneinfo
from datetime import datetime
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models.history import tracked


def validate_timezone(name: str) -> None:
    """Store-local midnight decides what is valid, so the zone must be one the zone database knows."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValidationError(_("%(name)s is not an IANA time zone"), params={"name": name}) from error


class StoreQuerySet(models.QuerySet["Store"]):
    """Sets of stores."""

    def selling(self) -> Self:
        """Stores with a shop floor; warehouses are not."""
        return self.filter(kind=StoreKind.STORE)

    def lock_in_order(self) -> list[int]:
        """Lock these stores until the transaction ends, in the order of their ids, and return the ids.

        Every writer of stock levels and store offers takes these locks first: one order, so no deadlock.
        """
        locked = self.order_by("pk").select_for_update(no_key=True, of=("self",))
        return list(locked.values_list("pk", flat=True))

    def lock_idle(self) -> list[int]:
        """Like `lock_in_order`, for work that can wait: stores that somebody else has locked are left out."""
        locked = self.order_by("pk").select_for_update(no_key=True, skip_locked=True, of=("self",))
        return list(locked.values_list("pk", flat=True))


class StoreKind(models.TextChoices):
    STORE = "STORE", _("Store")
    DC = "DC", _("Distribution centre")


class Store(models.Model):
    """A place that holds stock. `store_code` is text and never changes: partners' codes have up to 20 digits."""

    id = models.AutoField(primary_key=True)  # int4: it stands in every row of the hot tables
    store_code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    gln = models.CharField(max_length=13, unique=True, null=True, blank=True)
    kind = models.CharField(max_length=5, choices=StoreKind.choices, default=StoreKind.STORE)
    timezone = models.CharField(max_length=64, validators=[validate_timezone])
    currency = models.CharField(max_length=3)
    street = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=80, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    country = models.CharField(max_length=2, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    # {"mon": ["08:00", "20:00"], …}; a missing day is closed. Store-local wall-clock times.
    opening_hours = models.JSONField(default=dict, blank=True)

    objects = StoreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(store_code=""), name="inventory_store_code_given"),
            models.CheckConstraint(condition=Q(kind__in=StoreKind.values), name="inventory_store_kind_known"),
            models.CheckConstraint(
                condition=Q(gln__isnull=True) | Q(gln__regex=r"^\d{13}$"),
                name="inventory_store_gln_13_digits",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="inventory_store_currency_iso_4217"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                # Said outright: a comparison with NULL is neither true nor false, and a CHECK lets it pass.
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="inventory_store_coordinates_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.store_code}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)

    def local(self, instant: datetime) -> datetime:
        """The instant on this store's own clock."""
        return instant.astimezone(self.zone)


@tracked(model_name="StoreGroupRecord", fields=["id", "code", "name", "parent"])
class StoreGroup(models.Model):
    """A named set of stores: region, banner, "buddies". Groups nest; a group holds its children's stores too."""

    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    stores = models.ManyToManyField(Store, related_name="groups", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")),
                name="inventory_store_group_not_its_own_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked(model_name="StoreGroupChange", obj=False)
class StoreGroupMembership(StoreGroup.stores.through):  # type: ignore[name-defined,misc]
    """A store in a group, as Django keeps it; here so that its changes are kept."""

    class Meta:
        proxy = True
