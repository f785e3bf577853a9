"""The language a person reads in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0003_manager"),
    ]

    operations = [
        migrations.AddField(
            model_name="staffmember",
            name="language",
            field=models.CharField(
                blank=True,
                choices=[("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français")],
                max_length=7,
            ),
        ),
        migrations.AddConstraint(
            model_name="staffmember",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ["", "en", "de", "es", "fr"])),
                name="staff_member_language_known",
            ),
        ),
    ]
