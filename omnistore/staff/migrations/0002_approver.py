"""A role for those who approve what others wrote."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
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
                    ("role__in", ["ASSOCIATE", "MERCHANDISER", "APPROVER", "OPERATOR", "ADMIN"])
                ),
                name="staff_member_role_known",
            ),
        ),
    ]
