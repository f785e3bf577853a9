"""The one table that knows a person (G12): everything else carries the random id."""

import uuid

from django.db import models
from django.db.models import Q


class Shopper(models.Model):
    """A member of the loyalty programme under a random id; erased, the id stays and the number is gone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member_number = models.CharField(max_length=40, null=True, blank=True, unique=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(member_number__isnull=False, erased_at__isnull=True) & ~Q(member_number="")
                | Q(member_number__isnull=True, erased_at__isnull=False),
                name="promotions_shopper_known_or_erased",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
