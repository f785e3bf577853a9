import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0001_initial"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="devices",
                        to="inventory.store",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ENROLLING", "Waiting for approval"),
                            ("ACTIVE", "In use"),
                            ("REVOKED", "Revoked"),
                        ],
                        default="ENROLLING",
                        max_length=9,
                    ),
                ),
                ("public_key", models.BinaryField(max_length=200)),
                ("cookie_digest", models.BinaryField(max_length=32, unique=True)),
                ("code", models.CharField(max_length=8, null=True, unique=True)),
                ("code_expires_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("enrolled_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("last_seen_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="devices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("turn", models.PositiveIntegerField(default=0)),
                ("challenge", models.BinaryField(max_length=32, null=True)),
                ("challenged_at", models.DateTimeField(null=True)),
                ("wrong_pins", models.PositiveSmallIntegerField(default=0)),
                ("wrong_pins_since", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("revoked_why", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["ENROLLING", "ACTIVE", "REVOKED"])),
                        name="staff_device_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("code__isnull", False),
                                ("code_expires_at__isnull", False),
                                ("state", "ENROLLING"),
                            ),
                            models.Q(
                                models.Q(("state", "ENROLLING"), _negated=True),
                                ("code__isnull", True),
                                ("code_expires_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="staff_device_code_while_enrolling",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("enrolled_at__isnull", True), ("state", "ENROLLING"), ("store__isnull", True)
                            ),
                            models.Q(
                                models.Q(("state", "ENROLLING"), _negated=True),
                                ("enrolled_at__isnull", False),
                                ("store__isnull", False),
                                models.Q(("name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="staff_device_enrolled_into_a_store",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("revoked_at__isnull", False),
                                ("state", "REVOKED"),
                                models.Q(("revoked_why", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "REVOKED"), _negated=True),
                                ("revoked_at__isnull", True),
                                ("revoked_why", ""),
                            ),
                            _connector="OR",
                        ),
                        name="staff_device_revoked_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "ACTIVE"), ("person__isnull", True), _connector="OR"),
                        name="staff_device_person_on_active",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("wrong_pins__lte", 20)), name="staff_device_wrong_pins_limited"
                    ),
                    models.UniqueConstraint(
                        models.F("store"),
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("state", "ACTIVE")),
                        name="staff_device_name_once_a_store",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="staff.device"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("ENROL", "Asked to be enrolled"),
                            ("APPROVE", "Approved"),
                            ("REVOKE", "Revoked"),
                            ("LOCK_PIN", "PIN locked"),
                            ("UNLOCK_PIN", "PIN unlocked"),
                        ],
                        max_length=10,
                    ),
                ),
                ("old_state", models.CharField(blank=True, max_length=9)),
                ("new_state", models.CharField(max_length=9)),
                (
                    "staff_member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("action__in", ["ENROL", "APPROVE", "REVOKE", "LOCK_PIN", "UNLOCK_PIN"])
                        ),
                        name="staff_device_step_action_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("action__in", ("LOCK_PIN", "UNLOCK_PIN")),
                            models.Q(("old_state", models.F("new_state")), _negated=True),
                            _connector="OR",
                        ),
                        name="staff_device_step_changes_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("action", "REVOKE"), _negated=True),
                            models.Q(("why", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="staff_device_step_why_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PinTries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pin_tries",
                        to="staff.device",
                    ),
                ),
                (
                    "staff_member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField()),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("device", "staff_member"), name="staff_pin_tries_once_a_person"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tries__lte", 5)), name="staff_pin_tries_limited"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StoreMembership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "staff_member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="inventory.store",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("staff_member", "store"), name="staff_membership_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="staffmember",
            name="stores",
            field=models.ManyToManyField(
                blank=True, related_name="staff", through="staff.StoreMembership", to="inventory.store"
            ),
        ),
    ]
