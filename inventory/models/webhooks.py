"""What partners' systems told us one event at a time."""

from django.db import models

from inventory.models.feeds import FeedRun, FeedSource


class WebhookEvent(models.Model):
    """One event of a source. Its sender repeats what it believes unheard; the same id again changes nothing."""

    source = models.ForeignKey(FeedSource, on_delete=models.CASCADE, related_name="webhook_events")
    event_id = models.CharField(max_length=128)
    received_at = models.DateTimeField()
    run = models.ForeignKey(FeedRun, on_delete=models.CASCADE, related_name="webhook_events")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="inventory_webhook_event_once"),
            models.CheckConstraint(condition=~models.Q(event_id=""), name="inventory_webhook_event_named"),
        ]
        indexes = [models.Index(fields=["received_at"], name="inventory_webhook_received")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.event_id}"
