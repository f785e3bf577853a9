"""Holds on stock: what stands aside for a shopper, every step of it, and the sum on the level it is taken from."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A step is written once; only the reference to an account that is deleted may fall away.
APPEND_ONLY = """
CREATE FUNCTION inventory_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER inventory_reservation_change_never_changes BEFORE UPDATE ON inventory_reservationchange
    FOR EACH ROW WHEN (OLD.by_id IS NOT DISTINCT FROM NEW.by_id) EXECUTE FUNCTION inventory_refuse_change();
"""
UNDO = """
DROP TRIGGER inventory_reservation_change_never_changes ON inventory_reservationchange;
DROP FUNCTION inventory_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0050_store_group_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("quantity", models.IntegerField()),
                ("reference", models.CharField(max_length=8)),
                ("for_whom", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ACTIVE", "waiting"),
                            ("FULFILLED", "picked up"),
                            ("RELEASED", "given back"),
                            ("EXPIRED", "not fetched"),
                        ],
                        default="ACTIVE",
                        max_length=9,
                    ),
                ),
                ("is_withheld", models.BooleanField(default=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("revision_id", models.BigIntegerField(blank=True, null=True)),
            ],
            options={
                "ordering": ("expires_at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="ReservationChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("old_state", models.CharField(blank=True, max_length=9)),
                ("new_state", models.CharField(max_length=9)),
                ("why", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("at", "pk"),
            },
        ),
        migrations.AddField(
            model_name="stocklevel",
            name="reserved",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="stocklevel",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserved__gte", 0)), name="inventory_level_reserved_not_negative"
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.item"
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="made_in",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.store"
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="store",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reservations",
                to="inventory.store",
            ),
        ),
        migrations.AddField(
            model_name="reservationchange",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reservationchange",
            name="reservation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="inventory.reservation",
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("is_withheld", True)),
                fields=["store", "item"],
                name="inventory_hold_withheld",
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("state", "ACTIVE")), fields=["expires_at"], name="inventory_hold_expires"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 1)), name="inventory_hold_quantity_1"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("reference__regex", "^[2-9A-HJ-NP-Z]{5}$")),
                name="inventory_hold_reference_has_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("made_at"))),
                name="inventory_hold_expires_after_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("is_withheld", True), ("state", "ACTIVE")),
                    models.Q(("ended_at__isnull", False), ("state", "FULFILLED")),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("is_withheld", False),
                        ("state__in", ["RELEASED", "EXPIRED"]),
                    ),
                    _connector="OR",
                ),
                name="inventory_hold_ended_paired",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "ACTIVE"), ("for_whom", ""), _connector="OR"),
                name="inventory_hold_over_names_nobody",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.UniqueConstraint(
                fields=("store", "reference", "item"), name="inventory_hold_reference_once_an_item"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservationchange",
            constraint=models.UniqueConstraint(
                fields=("reservation", "old_state"), name="inventory_hold_leaves_a_state_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservationchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("new_state", "ACTIVE"), ("old_state", "")),
                    models.Q(
                        ("new_state__in", ["FULFILLED", "RELEASED", "EXPIRED"]), ("old_state", "ACTIVE")
                    ),
                    _connector="OR",
                ),
                name="inventory_hold_step_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservationchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True), name="inventory_hold_step_says_why"
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, UNDO),
    ]
