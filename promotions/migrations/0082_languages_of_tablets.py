"""The languages that a store's tablets are read in."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("promotions", "0081_reading_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="storestream",
            name="languages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=7), db_default=[], default=list, size=None
            ),
        ),
    ]
