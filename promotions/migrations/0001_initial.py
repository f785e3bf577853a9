import datetime
import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import promotions.models.reports


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("inventory", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),  # equal keys beside overlapping periods: one nudge an hour
        migrations.CreateModel(
            name="Promotion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("promotion_id", models.CharField(max_length=60, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("SUBMITTED", "Submitted"),
                            ("APPROVED", "Approved"),
                            ("REJECTED", "Rejected"),
                            ("PENDING", "Pending"),
                            ("LIVE", "Live"),
                            ("EXPIRED", "Expired"),
                            ("STOPPED", "Stopped"),
                        ],
                        default="DRAFT",
                        max_length=9,
                    ),
                ),
                (
                    "revision_state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("SUBMITTED", "Submitted"),
                            ("APPROVED", "Approved"),
                            ("REJECTED", "Rejected"),
                            ("PUBLISHED", "Published"),
                        ],
                        default="DRAFT",
                        max_length=9,
                    ),
                ),
                ("open_code", models.CharField(blank=True, max_length=60, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="promotions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ("-created_at", "-id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("revision_state", "SUBMITTED")),
                        fields=["id"],
                        name="promotions_promotion_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "DRAFT",
                                    "SUBMITTED",
                                    "APPROVED",
                                    "REJECTED",
                                    "PENDING",
                                    "LIVE",
                                    "EXPIRED",
                                    "STOPPED",
                                ],
                            )
                        ),
                        name="promotions_promotion_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "revision_state__in",
                                [
                                    "DRAFT",
                                    "SUBMITTED",
                                    "APPROVED",
                                    "REJECTED",
                                    "PUBLISHED",
                                ],
                            )
                        ),
                        name="promotions_promotion_revision_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "state__in",
                                    [
                                        "APPROVED",
                                        "DRAFT",
                                        "REJECTED",
                                        "SUBMITTED",
                                    ],
                                ),
                                _negated=True,
                            ),
                            ("state", models.F("revision_state")),
                            _connector="OR",
                        ),
                        name="promotions_promotion_states_agree",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("promotion_id", ""), _negated=True),
                        name="promotions_promotion_id_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "STOPPED"), ("stopped_at__isnull", False)),
                            models.Q(
                                models.Q(("state", "STOPPED"), _negated=True), ("stopped_at__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="promotions_promotion_stopped_at_paired",
                    ),
                    models.UniqueConstraint(
                        fields=("open_code",), name="promotions_promotion_code_names_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PromotionRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="promotions.promotion",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "basis",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="promotions.promotionrevision",
                    ),
                ),
                ("campaign", models.CharField(blank=True, max_length=60)),
                ("long_title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "operator_display_name",
                    models.CharField(blank=True, max_length=120, verbose_name="headline on the tablet"),
                ),
                (
                    "customer_display_name",
                    models.CharField(blank=True, max_length=120, verbose_name="name the shopper sees"),
                ),
                ("operator_text", models.TextField(blank=True, verbose_name="what to say")),
                ("talk_track", models.TextField(blank=True, verbose_name="talk track")),
                (
                    "urgency",
                    models.CharField(
                        choices=[("NOW", "Now"), ("SHIFT", "Shift"), ("TODAY", "Today")],
                        default="SHIFT",
                        max_length=5,
                    ),
                ),
                ("quiz_question", models.CharField(blank=True, max_length=200, verbose_name="question")),
                ("quiz_answers", models.TextField(blank=True, verbose_name="answers")),
                (
                    "quiz_explanation",
                    models.CharField(blank=True, max_length=300, verbose_name="why it is so"),
                ),
                ("promotion_url", models.URLField(blank=True, verbose_name="web page")),
                (
                    "coupon_value_type",
                    models.CharField(
                        choices=[
                            ("PERCENT_OFF", "Percent off"),
                            ("MONEY_OFF", "Money off"),
                            ("FIXED_PRICE", "Fixed price"),
                            ("BUY_M_GET_N_PERCENT_OFF", "Buy m get n percent off"),
                            ("BUY_M_GET_N_MONEY_OFF", "Buy m get n money off"),
                            ("BUY_M_GET_PERCENT_OFF", "Buy m get percent off"),
                            ("BUY_M_GET_MONEY_OFF", "Buy m get money off"),
                            ("BUNDLE_PRICE", "Bundle price"),
                            ("TIERED", "Tiered"),
                            ("FREE_GIFT", "Free gift"),
                            ("FREE_GIFT_WITH_VALUE", "Free gift with value"),
                            ("FREE_GIFT_WITH_ITEM_ID", "Free gift with item id"),
                            ("FREE_SHIPPING_STANDARD", "Free shipping standard"),
                            ("FREE_SHIPPING_OVERNIGHT", "Free shipping overnight"),
                            ("FREE_SHIPPING_TWO_DAY", "Free shipping two day"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "applies_to",
                    models.CharField(
                        choices=[("EACH_ITEM", "Each item"), ("BASKET", "Basket")],
                        default="EACH_ITEM",
                        max_length=9,
                    ),
                ),
                ("percent_off", models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                (
                    "money_off_amount",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True),
                ),
                (
                    "fixed_price_amount",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True),
                ),
                (
                    "minimum_purchase_amount",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("minimum_purchase_quantity", models.PositiveIntegerField(blank=True, null=True)),
                ("get_this_quantity_discounted", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "reward_items",
                    models.CharField(
                        choices=[("CHEAPEST", "Cheapest"), ("NAMED", "Named")],
                        default="CHEAPEST",
                        max_length=8,
                    ),
                ),
                (
                    "reward_item_id_inclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                ("bundle_parts", models.JSONField(blank=True, default=list)),
                ("tiers", models.JSONField(blank=True, default=list)),
                (
                    "tier_basis",
                    models.CharField(
                        choices=[("QUANTITY", "Quantity"), ("AMOUNT", "Amount")],
                        default="QUANTITY",
                        max_length=8,
                    ),
                ),
                ("free_gift_item_id", models.CharField(blank=True, max_length=200)),
                ("free_gift_description", models.CharField(blank=True, max_length=200)),
                (
                    "free_gift_value",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True),
                ),
                ("limit_quantity", models.PositiveIntegerField(blank=True, null=True)),
                ("limit_value", models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True)),
                (
                    "audience",
                    models.CharField(
                        choices=[("EVERYONE", "Everyone"), ("MEMBERS", "Members")],
                        default="EVERYONE",
                        max_length=8,
                    ),
                ),
                (
                    "concurrence",
                    models.CharField(
                        choices=[
                            ("EXCLUSIVE", "Exclusive"),
                            ("BEST_PRICE", "Best price"),
                            ("COMPOUNDED", "Compounded"),
                        ],
                        default="BEST_PRICE",
                        max_length=10,
                    ),
                ),
                ("priority", models.SmallIntegerField(default=0)),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "combines_with",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "offer_type",
                    models.CharField(
                        choices=[
                            ("NO_CODE", "No code"),
                            ("GENERIC_CODE", "Generic code"),
                            ("SINGLE_USE_CODES", "Single use codes"),
                            ("GS1_COUPON", "Gs1 coupon"),
                        ],
                        default="NO_CODE",
                        max_length=16,
                    ),
                ),
                ("generic_redemption_code", models.CharField(blank=True, max_length=60)),
                ("limit_uses", models.PositiveIntegerField(blank=True, null=True)),
                ("limits", models.JSONField(blank=True, default=list)),
                (
                    "redemption_channel",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("IN_STORE", "In store"), ("ONLINE", "Online")], max_length=8
                        ),
                        size=None,
                    ),
                ),
                (
                    "product_applicability",
                    models.CharField(
                        choices=[
                            ("ALL_PRODUCTS", "All products"),
                            ("SPECIFIC_PRODUCTS", "Specific products"),
                        ],
                        max_length=17,
                    ),
                ),
                (
                    "item_id_inclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "item_id_exclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "brand_inclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "brand_exclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "product_type_inclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "product_type_exclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "item_group_id_inclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "item_group_id_exclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "item_list_inclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "item_list_exclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "store_applicability",
                    models.CharField(
                        choices=[("ALL_STORES", "All stores"), ("SPECIFIC_STORES", "Specific stores")],
                        max_length=15,
                    ),
                ),
                (
                    "store_codes_inclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "store_codes_exclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "store_groups_inclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "store_groups_exclusion",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                ("starts_on", models.DateField()),
                ("starts_time", models.TimeField(default=datetime.time(0, 0))),
                ("ends_on", models.DateField()),
                ("ends_time", models.TimeField(default=datetime.time(0, 0))),
                ("window_timezone", models.CharField(blank=True, max_length=64)),
                ("weekly_hours", models.JSONField(blank=True, default=list)),
                ("display_starts_on", models.DateField(blank=True, null=True)),
                ("display_starts_time", models.TimeField(default=datetime.time(0, 0))),
                ("display_ends_on", models.DateField(blank=True, null=True)),
                ("display_ends_time", models.TimeField(default=datetime.time(0, 0))),
                ("honour_hours", models.PositiveSmallIntegerField(default=0)),
                ("minimum_stock", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ("promotion", "number"),
                "indexes": [
                    models.Index(
                        django.db.models.functions.text.Upper("generic_redemption_code"),
                        condition=models.Q(("generic_redemption_code", ""), _negated=True),
                        name="promotions_revision_by_code",
                    ),
                    models.Index(
                        models.Func(
                            models.F("promotion_url"),
                            template="lower(rtrim(split_part(split_part(regexp_replace(%(expressions)s, '^[a-zA-Z]+://([wW]{3}\\.)?', ''), '?', 1), '#', 1), '/'))",
                        ),
                        condition=models.Q(("promotion_url", ""), _negated=True),
                        name="promotions_revision_by_page",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            models.Func(
                                models.F("long_title"),
                                models.F("operator_display_name"),
                                models.F("customer_display_name"),
                                models.F("campaign"),
                                models.F("generic_redemption_code"),
                                arg_joiner=" || ' ' || ",
                                template="%(expressions)s",
                            ),
                            name="gin_trgm_ops",
                        ),
                        name="promotions_revision_by_words",
                    ),
                    models.Index(
                        condition=models.Q(("campaign", ""), _negated=True),
                        fields=["campaign"],
                        name="promotions_revision_campaign",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("promotion", "number"), name="promotions_revision_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "coupon_value_type__in",
                                    ("PERCENT_OFF", "BUY_M_GET_N_PERCENT_OFF", "BUY_M_GET_PERCENT_OFF"),
                                ),
                                ("fixed_price_amount__isnull", True),
                                ("money_off_amount__isnull", True),
                                ("percent_off__gt", 0),
                                ("percent_off__isnull", False),
                                ("percent_off__lte", 100),
                            ),
                            models.Q(
                                (
                                    "coupon_value_type__in",
                                    ("MONEY_OFF", "BUY_M_GET_N_MONEY_OFF", "BUY_M_GET_MONEY_OFF"),
                                ),
                                ("fixed_price_amount__isnull", True),
                                ("money_off_amount__gt", 0),
                                ("money_off_amount__isnull", False),
                                ("percent_off__isnull", True),
                                models.Q(("currency", ""), _negated=True),
                            ),
                            models.Q(
                                ("coupon_value_type__in", ("FIXED_PRICE", "BUNDLE_PRICE")),
                                ("fixed_price_amount__gte", 0),
                                ("fixed_price_amount__isnull", False),
                                ("money_off_amount__isnull", True),
                                ("percent_off__isnull", True),
                                models.Q(("currency", ""), _negated=True),
                            ),
                            models.Q(
                                ("coupon_value_type", "TIERED"),
                                ("fixed_price_amount__isnull", True),
                                ("money_off_amount__isnull", True),
                                ("percent_off__isnull", True),
                                models.Q(("tiers", []), _negated=True),
                            ),
                            models.Q(
                                ("coupon_value_type__startswith", "FREE_"),
                                ("fixed_price_amount__isnull", True),
                                ("money_off_amount__isnull", True),
                                ("percent_off__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="promotions_revision_value_fits_type",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("coupon_value_type__startswith", "BUY_M_GET_"), _negated=True),
                            models.Q(
                                ("minimum_purchase_quantity__gte", 1),
                                ("minimum_purchase_quantity__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="promotions_revision_buy_m_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("coupon_value_type__startswith", "BUY_M_GET_N_"), _negated=True),
                            models.Q(
                                ("get_this_quantity_discounted__gte", 1),
                                ("get_this_quantity_discounted__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="promotions_revision_get_n_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("coupon_value_type", "BUNDLE_PRICE"), _negated=True),
                            models.Q(
                                ("bundle_parts", []),
                                ("minimum_purchase_quantity__gte", 1),
                                ("minimum_purchase_quantity__isnull", False),
                            ),
                            models.Q(
                                ("minimum_purchase_quantity__isnull", True),
                                models.Q(("bundle_parts", []), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="promotions_revision_bundle_has_parts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("generic_redemption_code", ""),
                                ("offer_type__in", ["NO_CODE", "SINGLE_USE_CODES"]),
                            ),
                            models.Q(
                                ("offer_type__in", ["GENERIC_CODE", "GS1_COUPON"]),
                                models.Q(("generic_redemption_code", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="promotions_revision_code_fits_type",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on__lt", models.F("ends_on")),
                            models.Q(
                                ("starts_on", models.F("ends_on")), ("starts_time__lt", models.F("ends_time"))
                            ),
                            _connector="OR",
                        ),
                        name="promotions_revision_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minimum_stock__gte", 1)),
                        name="promotions_revision_minimum_stock_1",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("limit_uses__isnull", True), ("limit_uses__gte", 1), _connector="OR"
                        ),
                        name="promotions_revision_limit_1",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("redemption_channel__len__gte", 1)),
                        name="promotions_revision_channel_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "urgency__in",
                                [
                                    "NOW",
                                    "SHIFT",
                                    "TODAY",
                                ],
                            )
                        ),
                        name="promotions_revision_urgency_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiz_answers", ""), ("quiz_explanation", ""), ("quiz_question", "")),
                            models.Q(
                                models.Q(("quiz_question", ""), _negated=True),
                                models.Q(("quiz_answers", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="promotions_revision_quiz_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="promotions_revision_number_from_1"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("basis__isnull", True), ("basis__lt", models.F("id")), _connector="OR"
                        ),
                        name="promotions_revision_basis_older",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PromotionRecord",
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
                        to="promotions.promotion",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("promotion_id", models.CharField(max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("SUBMITTED", "Submitted"),
                            ("APPROVED", "Approved"),
                            ("REJECTED", "Rejected"),
                            ("PENDING", "Pending"),
                            ("LIVE", "Live"),
                            ("EXPIRED", "Expired"),
                            ("STOPPED", "Stopped"),
                        ],
                        default="DRAFT",
                        max_length=9,
                    ),
                ),
                (
                    "revision_state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("SUBMITTED", "Submitted"),
                            ("APPROVED", "Approved"),
                            ("REJECTED", "Rejected"),
                            ("PUBLISHED", "Published"),
                        ],
                        default="DRAFT",
                        max_length=9,
                    ),
                ),
                (
                    "current_revision",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="promotions.promotionrevision",
                    ),
                ),
                ("open_code", models.CharField(blank=True, max_length=60, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ("pgh_id",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HonourCheck",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("counted_at", models.DateTimeField(null=True)),
                (
                    "store",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.store",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="inventory.item",
                    ),
                ),
                (
                    "staff_member",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="promotions.promotion",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="promotions.promotionrevision",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("HONOUR", "Honour"),
                            ("HONOUR_AND_REPORT", "Honour and report"),
                            ("CHECK_SHELF", "Check shelf"),
                            ("OFFER_ALTERNATIVE", "Offer alternative"),
                            ("REFUSE", "Refuse"),
                            ("UNKNOWN", "Unknown"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), size=None
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=200)),
                ("price_amount", models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ("discount_amount", models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome__in", ["REFUSE", "OFFER_ALTERNATIVE"])),
                        fields=["at"],
                        name="promotions_check_refusals",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    "HONOUR",
                                    "HONOUR_AND_REPORT",
                                    "CHECK_SHELF",
                                    "OFFER_ALTERNATIVE",
                                    "REFUSE",
                                    "UNKNOWN",
                                ],
                            )
                        ),
                        name="promotions_check_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reasons__len__gte", 1)), name="promotions_check_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("discount_amount__isnull", True), ("price_amount__isnull", True)),
                            models.Q(
                                ("price_amount__isnull", False), models.Q(("currency", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="promotions_check_price_has_currency",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Shopper",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("member_number", models.CharField(blank=True, max_length=40, null=True, unique=True)),
                ("created_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("erased_at__isnull", True),
                                ("member_number__isnull", False),
                                models.Q(("member_number", ""), _negated=True),
                            ),
                            models.Q(("erased_at__isnull", False), ("member_number__isnull", True)),
                            _connector="OR",
                        ),
                        name="promotions_shopper_known_or_erased",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Budget",
            fields=[
                (
                    "promotion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="budget",
                        serialize=False,
                        to="promotions.promotion",
                    ),
                ),
                ("limit_uses", models.IntegerField(blank=True, null=True)),
                ("used", models.IntegerField(default=0)),
                ("is_open", models.BooleanField(default=False)),
                ("version", models.IntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used__gte", 0),
                            models.Q(
                                ("limit_uses__isnull", True),
                                ("used__lte", models.F("limit_uses")),
                                _connector="OR",
                            ),
                        ),
                        name="promotions_budget_never_over",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Redemption",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redemptions",
                        to="promotions.promotion",
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
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redemptions",
                        to="inventory.store",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.item",
                    ),
                ),
                (
                    "redeemed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shopper",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redemptions",
                        to="promotions.shopper",
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=60)),
                ("quantity", models.PositiveIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[("REDEEMED", "Redeemed"), ("ROLLED_BACK", "Rolled back")],
                        default="REDEEMED",
                        max_length=11,
                    ),
                ),
                (
                    "discount_amount",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("redeemed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-redeemed_at",),
                "indexes": [
                    models.Index(fields=["store", "redeemed_at"], name="promotions_redemption_by_store")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("discount_amount__isnull", True),
                            models.Q(("discount_amount__gte", 0), models.Q(("currency", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="promotions_redemption_discount_has_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "REDEEMED",
                                    "ROLLED_BACK",
                                ],
                            )
                        ),
                        name="promotions_redemption_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)), name="promotions_redemption_quantity_1"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RedemptionChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "redemption",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="promotions.redemption",
                    ),
                ),
                ("old_state", models.CharField(max_length=11)),
                ("new_state", models.CharField(max_length=11)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("why", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("at", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("redemption", "new_state"), name="promotions_redemption_rolled_back_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("new_state", "ROLLED_BACK"),
                            ("old_state", "REDEEMED"),
                            models.Q(("why", ""), _negated=True),
                        ),
                        name="promotions_redemption_change_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
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
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("answer", models.JSONField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("staff_member", "key"), name="promotions_idempotency_key_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CodeBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="code_batches",
                        to="promotions.promotion",
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("quantity", models.PositiveIntegerField()),
                ("is_uploaded", models.BooleanField(default=False)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-created_at", "-id"),
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["name"], name="promotions_batch_by_words", opclasses=["gin_trgm_ops"]
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("promotion", "name"), name="promotions_batch_named_once"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1), models.Q(("name", ""), _negated=True)),
                        name="promotions_batch_has_name_and_codes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SingleUseCode",
            fields=[
                ("code", models.CharField(max_length=60, primary_key=True, serialize=False)),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="promotions.codebatch",
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="promotions.promotion",
                    ),
                ),
                (
                    "redemption",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="single_use_code",
                        to="promotions.redemption",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("batch__isnull", False), ("code__regex", "^[0-9A-Z]{4,40}$")),
                            models.Q(("batch__isnull", True), ("code__regex", "^\\(255\\)[0-9]{13,25}$")),
                            _connector="OR",
                        ),
                        name="promotions_single_code_has_its_form",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("items", models.ManyToManyField(blank=True, related_name="lists", to="inventory.item")),
            ],
            options={
                "ordering": ("name",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        name="promotions_item_list_code_given",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemListMembership",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("promotions.itemlist_items",),
        ),
        migrations.CreateModel(
            name="ItemListChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "itemlist",
                    models.ForeignKey(
                        db_constraint=False,
                        db_tablespace="",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="promotions.itemlist",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_tablespace="",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.item",
                    ),
                ),
            ],
            options={
                "ordering": ("pgh_id",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("campaign_id", models.CharField(max_length=60, unique=True)),
                ("title", models.CharField(max_length=200)),
                ("limits", models.JSONField(blank=True, default=list)),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-created_at", "-id"),
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["title"], name="promotions_campaign_by_words", opclasses=["gin_trgm_ops"]
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("campaign_id", ""), _negated=True),
                            models.Q(("title", ""), _negated=True),
                        ),
                        name="promotions_campaign_has_a_name",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="promotions.campaign",
                    ),
                ),
                ("old_limits", models.JSONField()),
                ("new_limits", models.JSONField()),
                ("old_currency", models.CharField(blank=True, max_length=3)),
                ("new_currency", models.CharField(blank=True, max_length=3)),
                ("why", models.CharField(max_length=200)),
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
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-at", "-id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True),
                        name="promotions_campaign_change_says_why",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LimitCounter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="promotions.promotion",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="promotions.campaign",
                    ),
                ),
                (
                    "shopper",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="promotions.shopper",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.store",
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[("TOTAL", "Total"), ("DAY", "Day"), ("WEEK", "Week"), ("MONTH", "Month")],
                        max_length=5,
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("unit", models.CharField(choices=[("USES", "Uses"), ("MONEY", "Money")], max_length=5)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("limit_amount", models.BigIntegerField()),
                ("used", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("shopper__isnull", True)),
                        fields=["starts_on"],
                        name="promotions_counter_by_period",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("promotion", "campaign", "shopper", "store", "starts_on", "period", "unit"),
                        name="promotions_counter_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("used__gte", 0), ("used__lte", models.F("limit_amount"))),
                        name="promotions_counter_never_over",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("campaign__isnull", True), ("promotion__isnull", False)),
                            models.Q(("campaign__isnull", False), ("promotion__isnull", True)),
                            _connector="OR",
                        ),
                        name="promotions_counter_has_one_owner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("shopper__isnull", True), ("store__isnull", True), _connector="OR"
                        ),
                        name="promotions_counter_has_one_scope",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("period", "TOTAL"), ("starts_on__isnull", True)),
                            models.Q(("period__in", ["DAY", "WEEK", "MONTH"]), ("starts_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="promotions_counter_period_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("currency", ""), ("unit", "USES")),
                            models.Q(("unit", "MONEY"), models.Q(("currency", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="promotions_counter_money_has_currency",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TargetMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ANY_STORE", "Any store"),
                            ("STORE", "Store"),
                            ("STORE_GROUP", "Store group"),
                            ("ANY_ITEM", "Any item"),
                            ("ITEM", "Item"),
                            ("BRAND", "Brand"),
                            ("PRODUCT_TYPE", "Product type"),
                            ("ITEM_GROUP", "Item group"),
                            ("ITEM_LIST", "Item list"),
                        ],
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=200)),
                ("marked_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "ANY_STORE",
                                    "STORE",
                                    "STORE_GROUP",
                                    "ANY_ITEM",
                                    "ITEM",
                                    "BRAND",
                                    "PRODUCT_TYPE",
                                    "ITEM_GROUP",
                                    "ITEM_LIST",
                                ],
                            )
                        ),
                        name="promotions_target_mark_kind_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferItem",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "item_id",
                        "minimum_stock",
                        "promotion_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.item",
                    ),
                ),
                ("minimum_stock", models.IntegerField()),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offer_items",
                        to="promotions.promotion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("promotion", "item"), name="promotions_offer_item_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StoreOffer",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "store_id",
                        "promotion_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offers",
                        to="inventory.store",
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="store_offers",
                        to="promotions.promotion",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="promotions.promotionrevision",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("READY", "Ready"),
                            ("LIVE", "Live"),
                            ("LOW_STOCK", "Low stock"),
                            ("OUT_OF_STOCK", "Out of stock"),
                            ("NOT_STOCKED", "Not stocked"),
                            ("BLOCKED", "Blocked"),
                            ("STOPPED", "Stopped"),
                            ("EXPIRED", "Expired"),
                        ],
                        max_length=12,
                    ),
                ),
                ("issues", models.JSONField(blank=True, default=list)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("honoured_until", models.DateTimeField()),
                ("turns_at", models.DateTimeField(null=True)),
                ("items_stocked", models.IntegerField(default=0)),
                ("items_available", models.IntegerField(default=0)),
                ("items_enough", models.IntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("turns_at__isnull", False)),
                        fields=["turns_at"],
                        name="promotions_store_offer_turns",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("issues__contains", [{"code": "BUDGET_SPENT"}]),
                            ("issues__contains", [{"code": "STORE_LIMIT_REACHED"}]),
                            _connector="OR",
                        ),
                        fields=["promotion"],
                        name="promotions_store_offer_spent",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "READY",
                                    "LIVE",
                                    "LOW_STOCK",
                                    "OUT_OF_STOCK",
                                    "NOT_STOCKED",
                                    "BLOCKED",
                                    "STOPPED",
                                    "EXPIRED",
                                ],
                            )
                        ),
                        name="promotions_store_offer_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                        name="promotions_store_offer_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closes_at__gt", models.F("opens_at")),
                            ("closes_at__lte", models.F("ends_at")),
                            ("opens_at__gte", models.F("starts_at")),
                        ),
                        name="promotions_store_offer_period_in_window",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("honoured_until__gte", models.F("ends_at"))),
                        name="promotions_store_offer_honoured_to_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("items_available__lte", models.F("items_stocked")),
                            ("items_enough__gte", 0),
                            ("items_enough__lte", models.F("items_available")),
                        ),
                        name="promotions_store_offer_counts_nest",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StoreStream",
            fields=[
                (
                    "store",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="stream",
                        serialize=False,
                        to="inventory.store",
                    ),
                ),
                ("epoch", models.BigIntegerField()),
                ("seq", models.BigIntegerField(default=0)),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=7), db_default=[], default=list, size=None
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("seq__gte", 0)), name="promotions_stream_seq_from_0"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "store_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
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
                ("seq", models.BigIntegerField()),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="promotions.promotion",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="promotions.promotionrevision",
                    ),
                ),
                ("old_state", models.CharField(blank=True, max_length=12)),
                ("new_state", models.CharField(max_length=12)),
                (
                    "reason",
                    models.CharField(
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
                            ("NUDGED", "Nudged"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "urgency",
                    models.CharField(
                        choices=[("NOW", "Now"), ("SHIFT", "Shift"), ("TODAY", "Today")],
                        db_default="SHIFT",
                        max_length=5,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("urgency", "NOW")),
                        fields=["store", "at"],
                        name="promotions_change_interrupting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "PUBLISHED",
                                    "REVISED",
                                    "STOPPED",
                                    "NO_LONGER_TARGETED",
                                    "WINDOW_OPENED",
                                    "WINDOW_CLOSED",
                                    "STOCK",
                                    "BUDGET_SPENT",
                                    "RETARGETED",
                                    "BUDGET_FREED",
                                    "RECONCILED",
                                    "HELD",
                                    "NUDGED",
                                ],
                            )
                        ),
                        name="promotions_change_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seq__gte", 1)), name="promotions_change_seq_from_1"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "urgency__in",
                                [
                                    "NOW",
                                    "SHIFT",
                                    "TODAY",
                                ],
                            )
                        ),
                        name="promotions_change_urgency_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RelayCursor",
            fields=[
                (
                    "store",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="inventory.store",
                    ),
                ),
                ("relayed_seq", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Briefing",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "store_id",
                        "revision_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="briefings",
                        to="inventory.store",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="briefings",
                        to="promotions.promotionrevision",
                    ),
                ),
                ("briefed_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("told_at__isnull", True),
                            ("told_at__gte", models.F("briefed_at")),
                            _connector="OR",
                        ),
                        name="promotions_briefing_told_after_briefed",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Acknowledgement",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="inventory.store"
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="acknowledgements",
                        to="promotions.promotionrevision",
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
                ("acknowledged_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("revision", "store", "staff_member"), name="promotions_acknowledged_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slot", models.DateField(null=True, unique=True)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("offers", models.IntegerField(default=0)),
                ("differences", models.IntegerField(default=0)),
                ("details", models.JSONField(blank=True, default=list)),
            ],
        ),
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
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="promotions.promotionrevision",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.item"
                    ),
                ),
                ("price", models.DecimalField(decimal_places=3, max_digits=12)),
                ("currency", models.CharField(max_length=3)),
                ("valid_until", models.DateTimeField()),
                (
                    "made_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rain_checks",
                        to="inventory.store",
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
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("why", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
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
        migrations.CreateModel(
            name="FieldReport",
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
                        related_name="reports",
                        to="inventory.store",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("SIGN_MISSING", "Sign missing"),
                            ("PRICE_MISMATCH", "Price mismatch"),
                            ("STOCK_WRONG", "Stock wrong"),
                            ("DEAL_UNKNOWN", "Deal unknown"),
                            ("DEAL_REFUSED", "Deal refused"),
                            ("CUSTOMER_VOICE", "Customer voice"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("ANSWERED", "Answered"),
                            ("REOPENED", "Reopened"),
                            ("CLOSED", "Closed"),
                        ],
                        default="OPEN",
                        max_length=8,
                    ),
                ),
                (
                    "queue",
                    models.CharField(
                        choices=[("MERCHANDISING", "Merchandising"), ("OPERATORS", "Operators")],
                        max_length=13,
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reported_at", models.DateTimeField()),
                ("words", models.TextField(blank=True)),
                ("photo", models.FileField(blank=True, upload_to=promotions.models.reports.photo_path)),
                (
                    "promotion",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports",
                        to="promotions.promotion",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="promotions.promotionrevision",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="inventory.item",
                    ),
                ),
                (
                    "check_made",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="promotions.honourcheck",
                    ),
                ),
                (
                    "manual_count",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="inventory.manualcount",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("MISREAD_CODE", "Misread code"),
                            ("UNKNOWN_CODE", "Unknown code"),
                            ("NO_DEAL", "No deal"),
                            ("NOT_STARTED", "Not started"),
                            ("ENDED", "Ended"),
                            ("STOPPED", "Stopped"),
                            ("NOT_THIS_STORE", "Not this store"),
                            ("ONLINE_ONLY", "Online only"),
                            ("BUDGET_SPENT", "Budget spent"),
                            ("CURRENCY_MISMATCH", "Currency mismatch"),
                            ("ITEM_NOT_IN_DEAL", "Item not in deal"),
                            ("NOT_STOCKED", "Not stocked"),
                            ("OUT_OF_STOCK", "Out of stock"),
                            ("STALE_STOCK", "Stale stock"),
                            ("LOW_STOCK", "Low stock"),
                            ("THIN_STOCK", "Thin stock"),
                            ("SIGN_DIFFERS", "Sign differs"),
                            ("TILL_DIFFERS", "Till differs"),
                            ("CODE_NEEDED", "Code needed"),
                            ("MINIMUM_PURCHASE", "Minimum purchase"),
                            ("MINIMUM_QUANTITY", "Minimum quantity"),
                            ("MEMBERS_ONLY", "Members only"),
                            ("OUTSIDE_HOURS", "Outside hours"),
                            ("HONOUR_WINDOW", "Honour window"),
                            ("STORE_LIMIT_REACHED", "Store limit reached"),
                            ("CUSTOMER_LIMIT_REACHED", "Customer limit reached"),
                            ("CODE_USED", "Code used"),
                            ("CODE_WRONG", "Code wrong"),
                            ("PRICE_ABOVE_LIMIT", "Price above limit"),
                            ("BUNDLE_INCOMPLETE", "Bundle incomplete"),
                            ("REWARD_MISSING", "Reward missing"),
                            ("NO_PRICE", "No price"),
                            ("BEATEN", "Beaten"),
                            ("EXCLUDED_BY", "Excluded by"),
                            ("NOTHING_LEFT_TO_TAKE_OFF", "Nothing left to take off"),
                            ("VALID", "Valid"),
                        ],
                        max_length=30,
                    ),
                ),
                ("refusals", models.IntegerField(blank=True, null=True)),
                (
                    "value_at_risk",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=14, null=True),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("last_check", models.UUIDField(blank=True, null=True)),
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
                ("due_at", models.DateTimeField()),
                ("answer", models.TextField(blank=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("answer_seen_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-reported_at", "-id"),
                "indexes": [
                    models.Index(fields=["store", "-reported_at"], name="promotions_report_by_store"),
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "OPEN",
                                    "REOPENED",
                                ],
                            )
                        ),
                        fields=["due_at"],
                        name="promotions_report_waiting",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "SIGN_MISSING",
                                    "PRICE_MISMATCH",
                                    "STOCK_WRONG",
                                    "DEAL_UNKNOWN",
                                    "DEAL_REFUSED",
                                    "CUSTOMER_VOICE",
                                ],
                            )
                        ),
                        name="promotions_report_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "OPEN",
                                    "ANSWERED",
                                    "REOPENED",
                                    "CLOSED",
                                ],
                            )
                        ),
                        name="promotions_report_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "queue__in",
                                [
                                    "MERCHANDISING",
                                    "OPERATORS",
                                ],
                            )
                        ),
                        name="promotions_report_queue_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("reported_at"))),
                        name="promotions_report_due_after_told",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("words"), 1000
                            ),
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("answer"), 1000
                            ),
                        ),
                        name="promotions_report_words_short",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_at__isnull", True),
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            "ANSWERED",
                                            "REOPENED",
                                        ],
                                    ),
                                    _negated=True,
                                ),
                            ),
                            models.Q(("answered_at__isnull", False), models.Q(("answer", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="promotions_report_answered_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("last_check__isnull", True),
                                ("reason", ""),
                                ("refusals__isnull", True),
                                ("value_at_risk__isnull", True),
                            ),
                            models.Q(
                                ("kind", "DEAL_REFUSED"),
                                ("last_check__isnull", False),
                                ("refusals__gte", 1),
                                ("refusals__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                                models.Q(("currency", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="promotions_report_raised_is_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("refusals__isnull", False),
                            (
                                "state__in",
                                [
                                    "OPEN",
                                    "REOPENED",
                                ],
                            ),
                        ),
                        fields=("store", "promotion", "reason"),
                        name="promotions_report_raised_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "store_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
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
                ("seq", models.BigIntegerField()),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="promotions.fieldreport",
                    ),
                ),
                ("old_state", models.CharField(blank=True, max_length=8)),
                ("new_state", models.CharField(max_length=8)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("why", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "new_state__in",
                                [
                                    "OPEN",
                                    "ANSWERED",
                                    "REOPENED",
                                    "CLOSED",
                                ],
                            ),
                            models.Q(("old_state", models.F("new_state")), _negated=True),
                        ),
                        name="promotions_report_change_moves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("old_state", ""), models.Q(("why", ""), _negated=True), _connector="OR"
                        ),
                        name="promotions_report_change_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seq__gte", 1)), name="promotions_report_change_seq_from_1"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("query", models.CharField(blank=True, max_length=1000)),
                ("is_default", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("name",),
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "name"), name="promotions_saved_view_name_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("owner",),
                        name="promotions_saved_view_one_default",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="promotions_saved_view_name_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Look",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="looks",
                        to="inventory.store",
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
                ("previous_at", models.DateTimeField(null=True)),
                ("looked_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store", "staff_member"), name="promotions_look_one_a_person"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("previous_at__isnull", True),
                            ("previous_at__lte", models.F("looked_at")),
                            _connector="OR",
                        ),
                        name="promotions_look_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadingStep",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.store",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="promotions.promotionrevision",
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
                ("action", models.CharField(choices=[("READ", "Read"), ("UNDONE", "Undone")], max_length=6)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "action__in",
                                [
                                    "READ",
                                    "UNDONE",
                                ],
                            )
                        ),
                        name="promotions_reading_action_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QuizAnswer",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.store",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quiz_tries",
                        to="promotions.promotionrevision",
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
                ("answer", models.CharField(max_length=200)),
                ("is_right", models.BooleanField()),
                ("answered_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("answer", ""), _negated=True), name="promotions_quiz_answer_given"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Nudge",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.store",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="nudges",
                        to="promotions.promotionrevision",
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
                (
                    "nudged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("nudged_at", models.DateTimeField()),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("dismissed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("store", "="),
                            ("revision", "="),
                            ("staff_member", "="),
                            ("period", "&&"),
                        ],
                        name="promotions_nudge_one_an_hour",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__startswith", models.F("nudged_at"))),
                        name="promotions_nudge_period_from_nudge",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dismissed_at__isnull", True),
                            ("dismissed_at__gte", models.F("nudged_at")),
                            _connector="OR",
                        ),
                        name="promotions_nudge_dismissed_after",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeDismissal",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.store",
                    ),
                ),
                ("seq", models.BigIntegerField()),
                (
                    "staff_member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("dismissed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store", "staff_member", "seq"), name="promotions_notice_dismissed_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PromotionStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="promotions.promotion",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="promotions.promotionrevision",
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("SUBMIT", "Submit"),
                            ("WITHDRAW", "Withdraw"),
                            ("APPROVE", "Approve"),
                            ("REJECT", "Reject"),
                            ("REVISE", "Revise"),
                            ("REWORD", "Reword"),
                            ("PUBLISH", "Publish"),
                            ("OPEN", "Open"),
                            ("POSTPONE", "Postpone"),
                            ("EXPIRE", "Expire"),
                            ("STOP", "Stop"),
                        ],
                        max_length=8,
                    ),
                ),
                ("old_state", models.CharField(max_length=9)),
                ("new_state", models.CharField(max_length=9)),
                ("old_revision_state", models.CharField(max_length=9)),
                ("new_revision_state", models.CharField(max_length=9)),
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
                ("why", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "action__in",
                                [
                                    "SUBMIT",
                                    "WITHDRAW",
                                    "APPROVE",
                                    "REJECT",
                                    "REVISE",
                                    "REWORD",
                                    "PUBLISH",
                                    "OPEN",
                                    "POSTPONE",
                                    "EXPIRE",
                                    "STOP",
                                ],
                            )
                        ),
                        name="promotions_step_action_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("old_revision_state", models.F("new_revision_state")),
                            ("old_state", models.F("new_state")),
                            _negated=True,
                        ),
                        name="promotions_step_changes_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("action__in", ["REJECT", "STOP"]), _negated=True),
                            models.Q(("why", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="promotions_step_why_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_name", models.CharField(max_length=255)),
                ("sha256", models.CharField(max_length=64)),
                ("is_workbook", models.BooleanField(default=False)),
                ("columns", models.JSONField(default=list)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="uploads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("uploaded_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked",
                    models.CharField(
                        blank=True, choices=[("COMMIT", "take over"), ("UNDO", "undo")], max_length=6
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ("-uploaded_at", "-id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("asked", ""), ("asked_at__isnull", True), ("attempts", 0)),
                            models.Q(
                                ("asked__in", ["COMMIT", "UNDO"]),
                                ("asked_at__isnull", False),
                                ("attempts__lte", 3),
                            ),
                            _connector="OR",
                        ),
                        name="promotions_upload_asked_at_paired",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("undone_at__isnull", True),
                            ("undone_at__gte", models.F("uploaded_at")),
                            _connector="OR",
                        ),
                        name="promotions_upload_undone_after_uploaded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="promotions_upload_sha256",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="promotions.uploadbatch",
                    ),
                ),
                ("line_number", models.PositiveIntegerField()),
                ("public_id", models.CharField(blank=True, max_length=200)),
                ("cells", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("NEW", "New"),
                            ("CHANGED", "Changed"),
                            ("UNCHANGED", "Unchanged"),
                            ("ERROR", "With errors"),
                            ("COMMITTED", "Taken over"),
                            ("UNDONE", "Undone"),
                            ("KEPT", "Not undone"),
                        ],
                        max_length=9,
                    ),
                ),
                ("errors", models.JSONField(blank=True, default=dict)),
                ("changes", models.JSONField(blank=True, default=list)),
                ("base_number", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "revision",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="uploaded_in",
                        to="promotions.promotionrevision",
                    ),
                ),
                ("told", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ("line_number",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("batch", "line_number"), name="promotions_upload_row_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["NEW", "CHANGED", "UNCHANGED", "ERROR", "COMMITTED", "UNDONE", "KEPT"],
                            )
                        ),
                        name="promotions_upload_row_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "ERROR"), models.Q(("errors", {}), _negated=True)),
                            models.Q(models.Q(("state", "ERROR"), _negated=True), ("errors", {})),
                            _connector="OR",
                        ),
                        name="promotions_upload_row_errors_told",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "KEPT"), models.Q(("told", ""), _negated=True)),
                            models.Q(models.Q(("state", "KEPT"), _negated=True), ("told", "")),
                            _connector="OR",
                        ),
                        name="promotions_upload_row_kept_told",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="promotions.uploadbatch",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("UPLOADED", "Uploaded"),
                            ("MENDED", "Mended"),
                            ("COMMITTED", "Taken over"),
                            ("UNDONE", "Undone"),
                        ],
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField()),
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
                ("rows", models.PositiveIntegerField()),
                ("details", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "ordering": ("at", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["UPLOADED", "MENDED", "COMMITTED", "UNDONE"])),
                        name="promotions_upload_event_kind_known",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="promotion",
            name="current_revision",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="current_of",
                to="promotions.promotionrevision",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("current_revision__isnull", True),
                        ("published_at__isnull", True),
                        (
                            "state__in",
                            [
                                "APPROVED",
                                "DRAFT",
                                "REJECTED",
                                "SUBMITTED",
                            ],
                        ),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                [
                                    "APPROVED",
                                    "DRAFT",
                                    "REJECTED",
                                    "SUBMITTED",
                                ],
                            ),
                            _negated=True,
                        ),
                        ("current_revision__isnull", False),
                        ("published_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="promotions_promotion_published_has_revision",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="itemlistchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="c2005ce0c5e49abb83ae2f2e674024dbf5d92bc5",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_134d1",
                    table="promotions_itemlistchange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promotionrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e5e8af1fce29eff2a52ec83a6fc83bbd53953f26",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_63f31",
                    table="promotions_promotionrecord",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promotion",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "promotions_promotionrecord" ("created_at", "current_revision_id", "id", "open_code", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "promotion_id", "published_at", "revision_state", "state", "stopped_at", "stopped_reason") SELECT new_values."created_at", new_values."current_revision_id", new_values."id", new_values."open_code", new_values."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', new_values."id", new_values."promotion_id", new_values."published_at", new_values."revision_state", new_values."state", new_values."stopped_at", new_values."stopped_reason" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="7aac7e21e3e30e1ea8460dcfa33b676689522838",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_83643",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="promotions_promotion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promotion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "promotions_promotionrecord" ("created_at", "current_revision_id", "id", "open_code", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "promotion_id", "published_at", "revision_state", "state", "stopped_at", "stopped_reason") SELECT new_values."created_at", new_values."current_revision_id", new_values."id", new_values."open_code", new_values."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', new_values."id", new_values."promotion_id", new_values."published_at", new_values."revision_state", new_values."state", new_values."stopped_at", new_values."stopped_reason" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="3b92b7a6f9da91d34e382db031fa4832585f4d97",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e4c3f",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="promotions_promotion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promotion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "promotions_promotionrecord" ("created_at", "current_revision_id", "id", "open_code", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "promotion_id", "published_at", "revision_state", "state", "stopped_at", "stopped_reason") SELECT old_values."created_at", old_values."current_revision_id", old_values."id", old_values."open_code", old_values."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', old_values."id", old_values."promotion_id", old_values."published_at", old_values."revision_state", old_values."state", old_values."stopped_at", old_values."stopped_reason" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="5fb94711073769943151b3831ef00c3cc2fd0398",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_9db80",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="promotions_promotion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="itemlistmembership",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "promotions_itemlistchange" ("id", "item_id", "itemlist_id", "pgh_context", "pgh_created_at", "pgh_label") SELECT new_values."id", new_values."item_id", new_values."itemlist_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\' FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="b4b017b5d5d7024cd402c276848b03ed3033b29c",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ffa84",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="promotions_itemlist_items",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="itemlistmembership",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "promotions_itemlistchange" ("id", "item_id", "itemlist_id", "pgh_context", "pgh_created_at", "pgh_label") SELECT new_values."id", new_values."item_id", new_values."itemlist_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\' FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="25c06186d42c34c7986b98f539d5bf620975ec9f",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_59821",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="promotions_itemlist_items",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="itemlistmembership",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "promotions_itemlistchange" ("id", "item_id", "itemlist_id", "pgh_context", "pgh_created_at", "pgh_label") SELECT old_values."id", old_values."item_id", old_values."itemlist_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\' FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="66981745bd0f72691f6fce2268f4452ef3912d1a",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_5ffa4",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="promotions_itemlist_items",
                    when="AFTER",
                ),
            ),
        ),
    ]
