"""Views of the list of promotions that people keep."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class SavedView(models.Model):
    """A person's own filter and order of the list under a name; `query` is the address's query string."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000, blank=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="promotions_saved_view_name_once"),
            models.UniqueConstraint(
                fields=["owner"], condition=Q(is_default=True), name="promotions_saved_view_one_default"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="promotions_saved_view_name_given"),
        ]

    def __str__(self) -> str:
        return self.name
