import datetime
import uuid

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import inventory.models.stores


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),  # a trusted one: the database's owner may create it
        migrations.CreateModel(
            name="Store",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("store_code", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("gln", models.CharField(blank=True, max_length=13, null=True, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("STORE", "Store"), ("DC", "Distribution centre")],
                        default="STORE",
                        max_length=5,
                    ),
                ),
                (
                    "timezone",
                    models.CharField(max_length=64, validators=[inventory.models.stores.validate_timezone]),
                ),
                ("currency", models.CharField(max_length=3)),
                ("street", models.CharField(blank=True, max_length=120)),
                ("city", models.CharField(blank=True, max_length=80)),
                ("region", models.CharField(blank=True, max_length=80)),
                ("postcode", models.CharField(blank=True, max_length=16)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("latitude", models.FloatField(blank=True, null=True)),
                ("longitude", models.FloatField(blank=True, null=True)),
                ("opening_hours", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("store_code", ""), _negated=True),
                        name="inventory_store_code_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["STORE", "DC"])), name="inventory_store_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("gln__isnull", True), ("gln__regex", "^\\d{13}$"), _connector="OR"
                        ),
                        name="inventory_store_gln_13_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="inventory_store_currency_iso_4217",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                            models.Q(
                                ("latitude__isnull", False),
                                ("latitude__range", (-90, 90)),
                                ("longitude__isnull", False),
                                ("longitude__range", (-180, 180)),
                            ),
                            _connector="OR",
                        ),
                        name="inventory_store_coordinates_paired",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StoreGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="inventory.storegroup",
                    ),
                ),
                ("stores", models.ManyToManyField(blank=True, related_name="groups", to="inventory.store")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent__isnull", True),
                            models.Q(("parent", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="inventory_store_group_not_its_own_parent",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StoreGroupRecord",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inventory.storegroup",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("code", models.SlugField(db_index=False, max_length=64)),
                ("name", models.CharField(max_length=120)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.storegroup",
                    ),
                ),
            ],
            options={
                "ordering": ("pgh_id",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StoreGroupMembership",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("inventory.storegroup_stores",),
        ),
        migrations.CreateModel(
            name="StoreGroupChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "storegroup",
                    models.ForeignKey(
                        db_constraint=False,
                        db_tablespace="",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.storegroup",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_constraint=False,
                        db_tablespace="",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.store",
                    ),
                ),
            ],
            options={
                "ordering": ("pgh_id",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FeedSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[("STOCK", "stock levels"), ("SALES", "sales"), ("PROMOTIONS", "promotions")],
                        max_length=10,
                    ),
                ),
                ("profile", models.JSONField(blank=True, default=dict)),
                ("enabled", models.BooleanField(default=True)),
                ("freshness_limit", models.DurationField(default=datetime.timedelta(days=1, seconds=7200))),
                ("precedence", models.PositiveSmallIntegerField(default=100)),
                ("holds_for", models.DurationField(blank=True, null=True)),
                ("conflict_tolerance", models.PositiveIntegerField(default=0)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("transport", models.JSONField(blank=True, default=dict)),
                ("pull_every", models.DurationField(blank=True, null=True)),
                ("pull_times", models.JSONField(blank=True, default=list)),
                (
                    "pull_timezone",
                    models.CharField(
                        default="UTC", max_length=64, validators=[inventory.models.stores.validate_timezone]
                    ),
                ),
                ("next_pull_at", models.DateTimeField(blank=True, null=True)),
                ("last_pull_at", models.DateTimeField(blank=True, null=True)),
                ("pull_problem", models.JSONField(blank=True, default=dict)),
                ("transport_state", models.JSONField(blank=True, default=dict)),
                ("pulling_until", models.DateTimeField(blank=True, null=True)),
                ("alert_email", models.EmailField(blank=True, max_length=254)),
                (
                    "alert_webhook",
                    models.CharField(
                        blank=True,
                        max_length=500,
                        validators=[django.core.validators.URLValidator(["https", "http"])],
                    ),
                ),
                ("expected_every", models.DurationField(default=datetime.timedelta(days=1))),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["STOCK", "SALES", "PROMOTIONS"])),
                        name="inventory_source_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("next_pull_at__isnull", True),
                                ("pull_every__isnull", True),
                                ("pull_times", []),
                            ),
                            models.Q(
                                ("next_pull_at__isnull", False),
                                ("pull_every__isnull", False),
                                ("pull_times", []),
                            ),
                            models.Q(
                                ("next_pull_at__isnull", False),
                                ("pull_every__isnull", True),
                                models.Q(("pull_times", []), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="inventory_source_schedule_paired",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="inventory.feedsource",
                    ),
                ),
                (
                    "replay_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replays",
                        to="inventory.feedrun",
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("file_name", models.CharField(max_length=255)),
                ("file", models.FileField(max_length=255, upload_to="feeds/%Y/%m/")),
                ("size", models.BigIntegerField()),
                ("keeps_raw", models.BooleanField(db_default=True, default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("RECEIVED", "received"),
                            ("LOADING", "loading"),
                            ("HELD", "held"),
                            ("LOADED", "loaded"),
                            ("LOADED_WITH_REJECTS", "loaded with rejected lines"),
                            ("REFUSED", "refused"),
                            ("FAILED", "failed"),
                        ],
                        default="RECEIVED",
                        max_length=20,
                    ),
                ),
                ("problem", models.JSONField(blank=True, default=dict)),
                ("notes", models.JSONField(blank=True, default=list)),
                ("preview", models.JSONField(blank=True, default=dict)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("document_format", models.CharField(blank=True, db_default="", default="", max_length=32)),
                ("control_number", models.CharField(blank=True, max_length=64)),
                ("completeness", models.CharField(blank=True, max_length=8)),
                ("file_as_of", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("progress_rows", models.BigIntegerField(default=0)),
                ("progress_bytes", models.BigIntegerField(default=0)),
                ("rows_received", models.BigIntegerField(default=0)),
                ("rows_applied", models.BigIntegerField(default=0)),
                ("rows_unchanged", models.BigIntegerField(default=0)),
                ("rows_stale", models.BigIntegerField(default=0)),
                ("rows_rejected", models.BigIntegerField(default=0)),
                ("rows_absent", models.BigIntegerField(default=0)),
                ("totals", models.JSONField(blank=True, default=dict)),
                ("received_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-received_at", "-id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["RECEIVED", "LOADING"])),
                        fields=["received_at"],
                        name="inventory_run_unfinished",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replay_of__isnull", True)),
                        fields=("source", "sha256"),
                        name="inventory_run_file_counts_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "RECEIVED",
                                    "LOADING",
                                    "HELD",
                                    "LOADED",
                                    "LOADED_WITH_REJECTS",
                                    "REFUSED",
                                    "FAILED",
                                ],
                            )
                        ),
                        name="inventory_run_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rows_received",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("rows_applied"), "+", models.F("rows_unchanged")
                                        ),
                                        "+",
                                        models.F("rows_stale"),
                                    ),
                                    "+",
                                    models.F("rows_rejected"),
                                ),
                            )
                        ),
                        name="inventory_run_every_line_accounted_for",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "LOADING"), _negated=True),
                            models.Q(("lease_until__isnull", False), ("started_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="inventory_run_loading_has_lease",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("finished_at__isnull", True), ("state__in", ["RECEIVED", "LOADING", "HELD"])
                            ),
                            models.Q(
                                ("finished_at__isnull", False),
                                ("state__in", ["LOADED", "LOADED_WITH_REJECTS", "REFUSED", "FAILED"]),
                            ),
                            _connector="OR",
                        ),
                        name="inventory_run_finished_at_paired",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rows_rejected", 0), ("state", "LOADED")),
                            models.Q(("rows_rejected__gt", 0), ("state", "LOADED_WITH_REJECTS")),
                            models.Q(("state__in", ["LOADED", "LOADED_WITH_REJECTS"]), _negated=True),
                            _connector="OR",
                        ),
                        name="inventory_run_state_tells_of_rejects",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedAlert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="inventory.feedsource",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("LATE", "late"),
                            ("EMPTY", "empty"),
                            ("HELD", "held"),
                            ("FAILED", "failed"),
                            ("UNREACHABLE", "unreachable"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="inventory.feedrun",
                    ),
                ),
                ("message", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("mailed_at", models.DateTimeField(blank=True, null=True)),
                ("posted_at", models.DateTimeField(blank=True, null=True)),
                ("telling_until", models.DateTimeField(blank=True, null=True)),
                ("telling_problem", models.TextField(blank=True)),
            ],
            options={
                "ordering": ("-opened_at", "-pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("source", "kind"),
                        name="inventory_alert_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["LATE", "EMPTY", "HELD", "FAILED", "UNREACHABLE"])),
                        name="inventory_alert_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PrecedenceChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="precedence_changes",
                        to="inventory.feedsource",
                    ),
                ),
                ("old_precedence", models.PositiveSmallIntegerField()),
                ("new_precedence", models.PositiveSmallIntegerField()),
                ("old_holds_for", models.DurationField()),
                ("new_holds_for", models.DurationField()),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("derived_to", models.IntegerField(default=0)),
                ("touched_at", models.DateTimeField()),
                ("derived_at", models.DateTimeField(blank=True, null=True)),
                ("levels_changed", models.BigIntegerField(default=0)),
            ],
            options={
                "ordering": ("-changed_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("sku", models.CharField(max_length=64, unique=True)),
                ("title", models.CharField(max_length=200)),
                ("brand", models.CharField(blank=True, max_length=120)),
                ("product_type", models.CharField(blank=True, max_length=200)),
                ("item_group_id", models.CharField(blank=True, max_length=64)),
                (
                    "unit",
                    models.CharField(
                        choices=[("EA", "each"), ("KGM", "kg"), ("LTR", "l")], default="EA", max_length=3
                    ),
                ),
                ("unit_decimals", models.PositiveSmallIntegerField(default=0)),
                (
                    "regular_price",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True),
                ),
                ("price_currency", models.CharField(blank=True, max_length=3)),
                ("image_link", models.URLField(blank=True, max_length=500)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            models.Func(
                                models.F("title"),
                                models.F("brand"),
                                models.F("sku"),
                                arg_joiner=" || ' ' || ",
                                template="%(expressions)s",
                            ),
                            name="gin_trgm_ops",
                        ),
                        name="inventory_item_by_words",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sku", ""), _negated=True), name="inventory_item_sku_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit__in", ["EA", "KGM", "LTR"])),
                        name="inventory_item_unit_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit_decimals__lte", 3)),
                        name="inventory_item_unit_decimals_0_to_3",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("price_currency", ""), ("regular_price__isnull", True)),
                            models.Q(
                                ("price_currency__regex", "^[A-Z]{3}$"),
                                ("regular_price__gte", 0),
                                ("regular_price__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="inventory_item_price_has_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("image_link", ""), ("image_link__startswith", "https://"), _connector="OR"
                        ),
                        name="inventory_item_image_by_https",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ManualCount",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="manual_count",
                        serialize=False,
                        to="inventory.feedrun",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="manual_counts",
                        to="inventory.store",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="manual_counts",
                        to="inventory.item",
                    ),
                ),
                ("quantity", models.IntegerField()),
                ("counted_at", models.DateTimeField()),
                (
                    "counted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("answer", models.JSONField(default=dict)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("counted_by", "key"),
                        name="inventory_count_once_a_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemIdentifier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identifiers",
                        to="inventory.item",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("GTIN", "GTIN"), ("PLU", "PLU"), ("INTERNAL", "internal")], max_length=8
                    ),
                ),
                ("value", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "value"), name="inventory_identifier_names_one_item"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["GTIN", "PLU", "INTERNAL"])),
                        name="inventory_identifier_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "GTIN"), _negated=True),
                            ("value__regex", "^\\d{14}$"),
                            _connector="OR",
                        ),
                        name="inventory_identifier_gtin_14_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value", ""), _negated=True),
                        name="inventory_identifier_value_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StoreItemPlace",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "store_id", "item_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.store",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="inventory.item"
                    ),
                ),
                ("place", models.CharField(max_length=60)),
                ("said_at", models.DateTimeField()),
                (
                    "said_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("place", ""), _negated=True),
                            ("place", django.db.models.functions.text.Trim("place")),
                        ),
                        name="inventory_item_place_given",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RejectedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rejected_rows",
                        to="inventory.feedrun",
                    ),
                ),
                ("line_number", models.IntegerField()),
                ("part", models.IntegerField(default=0)),
                ("code", models.CharField(max_length=40)),
                ("message", models.TextField()),
                ("raw", models.TextField()),
                ("field", models.CharField(blank=True, max_length=64)),
                ("unknown_code", models.CharField(blank=True, max_length=128)),
                ("record", models.JSONField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "waiting"),
                            ("REPLAYED", "sent in again"),
                            ("DROPPED", "given up"),
                        ],
                        db_default="WAITING",
                        default="WAITING",
                        max_length=8,
                    ),
                ),
                (
                    "replay",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replayed_rows",
                        to="inventory.feedrun",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("line_number", "part"),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("state", "WAITING"), models.Q(("unknown_code", ""), _negated=True)
                        ),
                        fields=["unknown_code"],
                        name="inventory_rejected_unknown",
                    ),
                    models.Index(
                        condition=models.Q(("state", "WAITING")),
                        fields=["run"],
                        name="inventory_rejected_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "line_number", "part"), name="inventory_rejected_line_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["WAITING", "REPLAYED", "DROPPED"])),
                        name="inventory_rejected_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("replay__isnull", False), ("state", "REPLAYED")),
                            models.Q(("replay__isnull", True), ("state__in", ["WAITING", "DROPPED"])),
                            _connector="OR",
                        ),
                        name="inventory_rejected_replay_paired",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CodeMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mappings",
                        to="inventory.feedsource",
                    ),
                ),
                ("kind", models.CharField(choices=[("STORE", "store"), ("ITEM", "item")], max_length=5)),
                ("code", models.CharField(max_length=128)),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.store",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.item",
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "kind", "code"), name="inventory_mapping_means_one_thing"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("item__isnull", True), ("kind", "STORE"), ("store__isnull", False)),
                            models.Q(("item__isnull", False), ("kind", "ITEM"), ("store__isnull", True)),
                            _connector="OR",
                        ),
                        name="inventory_mapping_kind_fits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True), name="inventory_mapping_code_given"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="inventory.store",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.item"
                    ),
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
                (
                    "made_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.store"
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
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("revision_id", models.BigIntegerField(blank=True, null=True)),
            ],
            options={
                "ordering": ("expires_at", "pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_withheld", True)),
                        fields=["store", "item"],
                        name="inventory_hold_withheld",
                    ),
                    models.Index(
                        condition=models.Q(("state", "ACTIVE")),
                        fields=["expires_at"],
                        name="inventory_hold_expires",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)), name="inventory_hold_quantity_1"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reference__regex", "^[2-9A-HJ-NP-Z]{5}$")),
                        name="inventory_hold_reference_has_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="inventory_hold_expires_after_made",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(("state", "ACTIVE"), ("for_whom", ""), _connector="OR"),
                        name="inventory_hold_over_names_nobody",
                    ),
                    models.UniqueConstraint(
                        fields=("store", "reference", "item"), name="inventory_hold_reference_once_an_item"
                    ),
                ],
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
                (
                    "reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="inventory.reservation",
                    ),
                ),
                ("old_state", models.CharField(blank=True, max_length=9)),
                ("new_state", models.CharField(max_length=9)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("why", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("at", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("reservation", "old_state"), name="inventory_hold_leaves_a_state_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("new_state", "ACTIVE"), ("old_state", "")),
                            models.Q(
                                ("new_state__in", ["FULFILLED", "RELEASED", "EXPIRED"]),
                                ("old_state", "ACTIVE"),
                            ),
                            _connector="OR",
                        ),
                        name="inventory_hold_step_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True), name="inventory_hold_step_says_why"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockLevel",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "store_id", "item_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inventory.store",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inventory.item",
                    ),
                ),
                ("on_hand", models.IntegerField()),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inventory.feedsource",
                    ),
                ),
                ("as_of", models.DateTimeField()),
                ("reserved", models.IntegerField(db_default=0, default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reserved__gte", 0)), name="inventory_level_reserved_not_negative"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StockClaim",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source_id", "store_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="inventory.feedsource",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claims",
                        to="inventory.store",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="inventory.feedrun",
                    ),
                ),
                ("as_of", models.DateTimeField()),
                ("item_ids", models.BinaryField()),
                ("quantities", models.BinaryField()),
                ("as_ofs", models.BinaryField(null=True)),
                ("full_as_of", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="StoreFeed",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source_id", "store_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="store_feeds",
                        to="inventory.feedsource",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feeds",
                        to="inventory.store",
                    ),
                ),
                ("as_of", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.feedrun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Workstation",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="workstations",
                        to="inventory.store",
                    ),
                ),
                ("code", models.CharField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store", "code"), name="inventory_workstation_once_a_store"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StockMovement",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "store_id",
                        "business_day",
                        "workstation_id",
                        "sequence",
                        "line",
                        "source_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inventory.store",
                    ),
                ),
                ("business_day", models.DateField()),
                (
                    "workstation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inventory.workstation",
                    ),
                ),
                ("sequence", models.BigIntegerField()),
                ("line", models.IntegerField()),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inventory.feedsource",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inventory.item",
                    ),
                ),
                ("quantity", models.IntegerField()),
                (
                    "kind",
                    models.SmallIntegerField(
                        choices=[
                            (1, "Sale"),
                            (2, "Return"),
                            (3, "Void"),
                            (4, "Receipt"),
                            (5, "Transfer In"),
                            (6, "Transfer Out"),
                            (7, "Adjustment"),
                        ]
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("amount", models.BigIntegerField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inventory.feedrun",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", [1, 6]), ("quantity__lte", 0)),
                            models.Q(("kind__in", [2, 4, 5]), ("quantity__gte", 0)),
                            ("kind__in", [3, 7]),
                            _connector="OR",
                        ),
                        name="inventory_movement_sign_fits_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SalesTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="totals",
                        to="inventory.feedsource",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="totals",
                        to="inventory.store",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="totals",
                        to="inventory.item",
                    ),
                ),
                ("period_start", models.DateField()),
                ("period_end", models.DateField()),
                (
                    "activity",
                    models.CharField(choices=[("SOLD", "sold"), ("RETURNED", "returned")], max_length=8),
                ),
                ("quantity", models.BigIntegerField()),
                ("amount", models.DecimalField(blank=True, decimal_places=3, max_digits=16, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("as_of", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="totals_written",
                        to="inventory.feedrun",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "store", "item", "period_start", "period_end", "activity"),
                        name="inventory_total_once_a_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period_start__lt", models.F("period_end"))),
                        name="inventory_total_period_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("activity__in", ["SOLD", "RETURNED"])),
                        name="inventory_total_activity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__isnull", True), ("currency", "")),
                            models.Q(("amount__isnull", False), ("currency__regex", "^[A-Z]{3}$")),
                            _connector="OR",
                        ),
                        name="inventory_total_amount_has_currency",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockWithheld",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "store_id",
                        "item_id",
                        "source_id",
                        "state",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="inventory.store"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="inventory.item"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.feedsource",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("COMMITTED", "committed"),
                            ("RESERVED", "reserved"),
                            ("SAFETY", "safety stock"),
                            ("DAMAGED", "damaged"),
                            ("QUALITY_CONTROL", "quality control"),
                            ("UNAVAILABLE", "unavailable"),
                        ],
                        max_length=15,
                    ),
                ),
                ("quantity", models.IntegerField()),
                ("as_of", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.feedrun"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "COMMITTED",
                                    "RESERVED",
                                    "SAFETY",
                                    "DAMAGED",
                                    "QUALITY_CONTROL",
                                    "UNAVAILABLE",
                                ],
                            )
                        ),
                        name="inventory_withheld_state_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StockConflict",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conflicts",
                        to="inventory.store",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conflicts",
                        to="inventory.item",
                    ),
                ),
                (
                    "winner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.feedsource",
                    ),
                ),
                ("winner_quantity", models.IntegerField()),
                ("winner_as_of", models.DateTimeField()),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.feedsource",
                    ),
                ),
                ("other_quantity", models.IntegerField()),
                ("other_as_of", models.DateTimeField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("PRECEDENCE", "its source comes first"),
                            ("NEWER", "its count is newer"),
                            ("OTHER_TOO_OLD", "the count of the source that comes first is too old"),
                            ("LATER_SOURCE", "equally old, its source was set up later"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("OPEN", "open"), ("RESOLVED", "resolved"), ("AGREED", "over")],
                        default="OPEN",
                        max_length=8,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("resolution", models.TextField(blank=True)),
            ],
            options={
                "ordering": ("-opened_at", "-pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "OPEN")),
                        fields=("store", "item", "winner", "other"),
                        name="inventory_conflict_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["OPEN", "RESOLVED", "AGREED"])),
                        name="inventory_conflict_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["PRECEDENCE", "NEWER", "OTHER_TOO_OLD", "LATER_SOURCE"])
                        ),
                        name="inventory_conflict_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "OPEN")),
                            models.Q(("closed_at__isnull", False), ("state__in", ["RESOLVED", "AGREED"])),
                            _connector="OR",
                        ),
                        name="inventory_conflict_closed_at_paired",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("winner", models.F("other")), _negated=True),
                        name="inventory_conflict_of_two_sources",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
        pgtrigger.migrations.AddTrigger(
            model_name="storegroup",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inventory_storegrouprecord" ("code", "id", "name", "parent_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."code", new_values."id", new_values."name", new_values."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="1b0b90199cb8c780a1a434adc26c20ea561505ce",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d1104",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="inventory_storegroup",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storegroup",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inventory_storegrouprecord" ("code", "id", "name", "parent_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."code", new_values."id", new_values."name", new_values."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', new_values."id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="98b104218513ceb3892690bc9ecd516b159998dc",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f3e17",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="inventory_storegroup",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storegroup",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inventory_storegrouprecord" ("code", "id", "name", "parent_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."code", old_values."id", old_values."name", old_values."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="66fdadca638829acfb43d7185fecb6163cc3df39",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d7596",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="inventory_storegroup",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storegroupchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2a17b849f04be420a5354d6073435533fd933cd7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5347e",
                    table="inventory_storegroupchange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storegrouprecord",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9fbb8a9f259182602885ad1163c17547fbabf2dd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_6b51a",
                    table="inventory_storegrouprecord",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storegroupmembership",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inventory_storegroupchange" ("id", "pgh_context", "pgh_created_at", "pgh_label", "store_id", "storegroup_id") SELECT new_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', new_values."store_id", new_values."storegroup_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="31fbf8414099dd7d9a7959272c3a980e0dc6f2f8",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_73fa2",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="inventory_storegroup_stores",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storegroupmembership",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inventory_storegroupchange" ("id", "pgh_context", "pgh_created_at", "pgh_label", "store_id", "storegroup_id") SELECT new_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', new_values."store_id", new_values."storegroup_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="f0c594781173d46620a7e296ee8dcae89e7bd432",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_80828",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="inventory_storegroup_stores",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storegroupmembership",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inventory_storegroupchange" ("id", "pgh_context", "pgh_created_at", "pgh_label", "store_id", "storegroup_id") SELECT old_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', old_values."store_id", old_values."storegroup_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="647d179c8974c39759d7ff92fb02e969903b977f",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_15b0d",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="inventory_storegroup_stores",
                    when="AFTER",
                ),
            ),
        ),
    ]
