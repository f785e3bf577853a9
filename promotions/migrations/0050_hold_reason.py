"""A hold rings the tablets through the changes of its deal."""

from django.db import migrations, models

import promotions.rules.words


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0060_reservations"),
        ("promotions", "0061_reports_append_only"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="offerchange",
            name="promotions_change_reason_known",
        ),
        migrations.AlterField(
            model_name="offerchange",
            name="reason",
            field=models.CharField(
                choices=[
                    ("PUBLISHED", "Published"),
                    ("REVISED", "Revised"),
                    ("STOPPED", "Stopped"),
                    ("NO_LONGER_TARGETED", "No longer targeted"),
                    ("WINDOW_OPENED", "Window opened"),
                    ("WINDOW_CLOSED", "Window closed"),
                    ("STOCK", "Stock"),
                    ("BUDGET_SPENT", "Budget spent"),
                    ("RETARGETED", "Retargeted"),
                    ("BUDGET_FREED", "Budget freed"),
                    ("RECONCILED", "Reconciled"),
                    ("HELD", "Held"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="offerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        [
                            promotions.rules.words.ChangeReason["PUBLISHED"],
                            promotions.rules.words.ChangeReason["REVISED"],
                            promotions.rules.words.ChangeReason["STOPPED"],
                            promotions.rules.words.ChangeReason["NO_LONGER_TARGETED"],
                            promotions.rules.words.ChangeReason["WINDOW_OPENED"],
                            promotions.rules.words.ChangeReason["WINDOW_CLOSED"],
                            promotions.rules.words.ChangeReason["STOCK"],
                            promotions.rules.words.ChangeReason["BUDGET_SPENT"],
                            promotions.rules.words.ChangeReason["RETARGETED"],
                            promotions.rules.words.ChangeReason["BUDGET_FREED"],
                            promotions.rules.words.ChangeReason["RECONCILED"],
                            promotions.rules.words.ChangeReason["HELD"],
                        ],
                    )
                ),
                name="promotions_change_reason_known",
            ),
        ),
    ]
