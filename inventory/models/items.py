"""Items and the codes they are found by."""

from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

# The words somebody may remember of an item: the expression of an index, which whoever asks writes alike.
SEARCHED = ("title", "brand", "sku")
BETWEEN_WORDS = " || ' ' || "


class Unit(models.TextChoices):
    """UN/ECE Recommendation 20 codes of the units goods are counted in."""

    EACH = "EA", _("each")
    KILOGRAM = "KGM", _("kg")
    LITRE = "LTR", _("l")


class Item(models.Model):
    """Something that is sold. Quantities of it are integers of 10^-unit_decimals of its unit."""

    id = models.AutoField(primary_key=True)  # int4: it stands in every row of the hot tables
    sku = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    brand = models.CharField(max_length=120, blank=True)
    product_type = models.CharField(max_length=200, blank=True)
    item_group_id = models.CharField(max_length=64, blank=True)
    unit = models.CharField(max_length=3, choices=Unit.choices, default=Unit.EACH)
    unit_decimals = models.PositiveSmallIntegerField(default=0)
    regular_price = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    price_currency = models.CharField(max_length=3, blank=True)
    image_link = models.URLField(max_length=500, blank=True)  # https; shown from the hosts in IMAGE_HOSTS

    class Meta:
        indexes = [
            # Keywords in the order of their names: as a migration writes them, or it would see a change.
            GinIndex(
                OpClass(
                    Func(*map(F, SEARCHED), arg_joiner=BETWEEN_WORDS, template="%(expressions)s"),
                    name="gin_trgm_ops",
                ),
                name="inventory_item_by_words",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(sku=""), name="inventory_item_sku_given"),
            models.CheckConstraint(condition=Q(unit__in=Unit.values), name="inventory_item_unit_known"),
            models.CheckConstraint(
                condition=Q(unit_decimals__lte=3), name="inventory_item_unit_decimals_0_to_3"
            ),
            models.CheckConstraint(
                condition=Q(regular_price__isnull=True, price_currency="")
                # A comparison with NULL is neither true nor false, and a CHECK lets it pass.
                | Q(regular_price__isnull=False, regular_price__gte=0, price_currency__regex=r"^[A-Z]{3}$"),
                name="inventory_item_price_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(image_link="") | Q(image_link__startswith="https://"),
                name="inventory_item_image_by_https",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.sku})"

    def in_unit(self, quantity: int) -> str:
        """A quantity in the item's unit as text: 12500 of an item counted in grams are "12.500" kg."""
        return f"{Decimal(quantity).scaleb(-self.unit_decimals):f}"

    def in_smallest(self, quantity: Decimal) -> int | None:
        """A quantity in the item's unit as an integer of the smallest one; None where it is finer than that."""
        scaled = quantity.scaleb(self.unit_decimals)
        return int(scaled) if scaled == scaled.to_integral_value() else None


class ItemIdentifier(models.Model):
    """A code an item is found by. GTINs of every length are kept as GTIN-14 with their check digit verified."""

    class Kind(models.TextChoices):
        GTIN = "GTIN", "GTIN"
        PLU = "PLU", "PLU"
        INTERNAL = "INTERNAL", _("internal")

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="inventory_identifier_names_one_item"),
            models.CheckConstraint(
                condition=Q(kind__in=["GTIN", "PLU", "INTERNAL"]), name="inventory_identifier_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind="GTIN") | Q(value__regex=r"^\d{14}$"),
                name="inventory_identifier_gtin_14_digits",
            ),
            models.CheckConstraint(condition=~Q(value=""), name="inventory_identifier_value_given"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
