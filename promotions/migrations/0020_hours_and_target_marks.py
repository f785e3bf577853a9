from django.db import migrations, models
from django.db.models import F, Q

REASONS = [
    "PUBLISHED", "REVISED", "STOPPED", "NO_LONGER_TARGETED", "WINDOW_OPENED", "WINDOW_CLOSED", "STOCK",
    "BUDGET_SPENT", "RETARGETED", "RECONCILED",
]  # fmt: skip
KINDS = [
    "ANY_STORE", "STORE", "STORE_GROUP", "ANY_ITEM", "ITEM", "BRAND", "PRODUCT_TYPE", "ITEM_GROUP", "ITEM_LIST",
]  # fmt: skip

# No offer has hours or an honour window yet.
FILL = """
UPDATE promotions_storeoffer SET opens_at = starts_at, closes_at = ends_at, honoured_until = ends_at
"""


def choices(words: list[str]) -> list[tuple[str, str]]:
    return [(word, word.replace("_", " ").capitalize()) for word in words]


def instants(*, null: bool) -> list[tuple[str, models.Field]]:
    return [(name, models.DateTimeField(null=null)) for name in ("opens_at", "closes_at", "honoured_until")]


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0040_keeps_raw"),
        ("promotions", "0011_lifecycle_triggers"),
    ]

    operations = [
        migrations.CreateModel(
            name="TargetMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(choices=choices(KINDS), max_length=12)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("marked_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(kind__in=KINDS), name="promotions_target_mark_kind_known"
                    )
                ]
            },
        ),
        *(migrations.AddField("storeoffer", name, field) for name, field in instants(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        *(migrations.AlterField("storeoffer", name, field) for name, field in instants(null=False)),
        migrations.AddConstraint(
            "storeoffer",
            models.CheckConstraint(
                condition=Q(
                    opens_at__gte=F("starts_at"), closes_at__gt=F("opens_at"), closes_at__lte=F("ends_at")
                ),
                name="promotions_store_offer_period_in_window",
            ),
        ),
        migrations.AddConstraint(
            "storeoffer",
            models.CheckConstraint(
                condition=Q(honoured_until__gte=F("ends_at")), name="promotions_store_offer_honoured_to_end"
            ),
        ),
        migrations.RemoveConstraint("offerchange", "promotions_change_reason_known"),
        migrations.AlterField(
            "offerchange", "reason", models.CharField(choices=choices(REASONS), max_length=20)
        ),
        migrations.AddConstraint(
            "offerchange",
            models.CheckConstraint(condition=Q(reason__in=REASONS), name="promotions_change_reason_known"),
        ),
    ]
