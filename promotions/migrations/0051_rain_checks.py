"""Rain checks, and what a manager redeems against the rule."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0060_reservations"),
        ("promotions", "0050_hold_reason"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RainCheck",
            fields=[
                (
                    "code",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="rain_check",
                        serialize=False,
                        to="promotions.singleusecode",
                    ),
                ),
                ("price", models.DecimalField(decimal_places=3, max_digits=12)),
                ("currency", models.CharField(max_length=3)),
                ("valid_until", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.item"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rain_checks",
                        to="inventory.store",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="promotions.promotionrevision",
                    ),
                ),
            ],
            options={
                "ordering": ("-made_at",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$"), ("price__gte", 0)),
                        name="promotions_rain_check_price_has_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gt", models.F("made_at"))),
                        name="promotions_rain_check_valid_for_a_while",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RedemptionOverride",
            fields=[
                (
                    "redemption",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="override",
                        serialize=False,
                        to="promotions.redemption",
                    ),
                ),
                ("reasons", models.JSONField()),
                ("why", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("why", ""), _negated=True), models.Q(("reasons", []), _negated=True)
                        ),
                        name="promotions_override_says_why",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            """
            CREATE TRIGGER promotions_override_never_changes BEFORE UPDATE ON promotions_redemptionoverride
                FOR EACH ROW EXECUTE FUNCTION promotions_refuse_change();
            """,
            "DROP TRIGGER promotions_override_never_changes ON promotions_redemptionoverride;",
        ),
    ]
