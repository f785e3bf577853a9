"""Pictures that head office adds to its promotions."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Picture(models.Model):
    """A JPEG known by its content: the same picture is kept once, and never changes. Revisions name it."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    file = models.FileField(upload_to="pictures/", max_length=120)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="promotions_picture_named_by_content"
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]
