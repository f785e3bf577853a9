"""A role for those who look after a store."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0002_approver"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="staffmember",
            name="staff_member_role_known",
        ),
        migrations.AlterField(
            model_name="staffmember",
            name="role",
            field=models.CharField(
                choices=[
                    ("ASSOCIATE", "Associate"),
                    ("MANAGER", "Store manager"),
                    ("MERCHANDISER", "Merchandiser"),
                    ("APPROVER", "Approver"),
                    ("OPERATOR", "Night-shift operator"),
                    ("ADMIN", "Administrator"),
                ],
                default="ASSOCIATE",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="staffmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__in", ["ASSOCIATE", "MANAGER", "MERCHANDISER", "APPROVER", "OPERATOR", "ADMIN"])
                ),
                name="staff_member_role_known",
            ),
        ),
    ]
