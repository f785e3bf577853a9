import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0004_feeds_at_full_strength"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_id", models.CharField(max_length=128)),
                ("received_at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="webhook_events",
                        to="inventory.feedrun",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="webhook_events",
                        to="inventory.feedsource",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["received_at"], name="inventory_webhook_received")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "event_id"), name="inventory_webhook_event_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("event_id", ""), _negated=True),
                        name="inventory_webhook_event_named",
                    ),
                ],
            },
        ),
    ]
