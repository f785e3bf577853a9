import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import promotions.rules.words


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0040_keeps_raw"),
        ("promotions", "0021_target_triggers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-created_at", "-id"),
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
                ("old_limits", models.JSONField()),
                ("new_limits", models.JSONField()),
                ("old_currency", models.CharField(blank=True, max_length=3)),
                ("new_currency", models.CharField(blank=True, max_length=3)),
                ("why", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-at", "-id"),
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
                ("name", models.CharField(max_length=120)),
                ("quantity", models.PositiveIntegerField()),
                ("is_uploaded", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-created_at", "-id"),
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
                ("old_state", models.CharField(max_length=11)),
                ("new_state", models.CharField(max_length=11)),
                ("why", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("at", "id"),
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
        ),
        migrations.CreateModel(
            name="SingleUseCode",
            fields=[
                ("code", models.CharField(max_length=60, primary_key=True, serialize=False)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="offerchange",
            name="promotions_change_reason_known",
        ),
        migrations.AddField(
            model_name="budget",
            name="version",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="redemption",
            name="quantity",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="redemption",
            name="state",
            field=models.CharField(
                choices=[("REDEEMED", "Redeemed"), ("ROLLED_BACK", "Rolled back")],
                default=promotions.rules.words.RedemptionState["REDEEMED"],
                max_length=11,
            ),
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
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="promotionrevision",
            index=models.Index(
                condition=models.Q(("campaign", ""), _negated=True),
                fields=["campaign"],
                name="promotions_revision_campaign",
            ),
        ),
        migrations.AddIndex(
            model_name="storeoffer",
            index=models.Index(
                condition=models.Q(
                    ("issues__contains", [{"code": "BUDGET_SPENT"}]),
                    ("issues__contains", [{"code": "STORE_LIMIT_REACHED"}]),
                    _connector="OR",
                ),
                fields=["promotion"],
                name="promotions_store_offer_spent",
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
                        ],
                    )
                ),
                name="promotions_change_reason_known",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="campaignchange",
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
            model_name="campaignchange",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="promotions.campaign"
            ),
        ),
        migrations.AddField(
            model_name="codebatch",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="codebatch",
            name="promotion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="code_batches",
                to="promotions.promotion",
            ),
        ),
        migrations.AddField(
            model_name="limitcounter",
            name="campaign",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="promotions.campaign",
            ),
        ),
        migrations.AddField(
            model_name="limitcounter",
            name="promotion",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="promotions.promotion",
            ),
        ),
        migrations.AddField(
            model_name="limitcounter",
            name="store",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="inventory.store",
            ),
        ),
        migrations.AddField(
            model_name="redemptionchange",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="redemptionchange",
            name="redemption",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="promotions.redemption",
            ),
        ),
        migrations.AddConstraint(
            model_name="shopper",
            constraint=models.CheckConstraint(
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
            ),
        ),
        migrations.AddField(
            model_name="limitcounter",
            name="shopper",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="promotions.shopper",
            ),
        ),
        migrations.AddField(
            model_name="redemption",
            name="shopper",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="redemptions",
                to="promotions.shopper",
            ),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            promotions.rules.words.RedemptionState["REDEEMED"],
                            promotions.rules.words.RedemptionState["ROLLED_BACK"],
                        ],
                    )
                ),
                name="promotions_redemption_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 1)), name="promotions_redemption_quantity_1"
            ),
        ),
        migrations.AddField(
            model_name="singleusecode",
            name="batch",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="codes",
                to="promotions.codebatch",
            ),
        ),
        migrations.AddField(
            model_name="singleusecode",
            name="promotion",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="promotions.promotion",
            ),
        ),
        migrations.AddField(
            model_name="singleusecode",
            name="redemption",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="single_use_code",
                to="promotions.redemption",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("campaign_id", ""), _negated=True), models.Q(("title", ""), _negated=True)
                ),
                name="promotions_campaign_has_a_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True), name="promotions_campaign_change_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="codebatch",
            constraint=models.UniqueConstraint(
                fields=("promotion", "name"), name="promotions_batch_named_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="codebatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 1), models.Q(("name", ""), _negated=True)),
                name="promotions_batch_has_name_and_codes",
            ),
        ),
        migrations.AddConstraint(
            model_name="redemptionchange",
            constraint=models.UniqueConstraint(
                fields=("redemption", "new_state"), name="promotions_redemption_rolled_back_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="redemptionchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("new_state", "ROLLED_BACK"),
                    ("old_state", "REDEEMED"),
                    models.Q(("why", ""), _negated=True),
                ),
                name="promotions_redemption_change_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="limitcounter",
            index=models.Index(
                condition=models.Q(("shopper__isnull", True)),
                fields=["starts_on"],
                name="promotions_counter_by_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitcounter",
            constraint=models.UniqueConstraint(
                fields=("promotion", "campaign", "shopper", "store", "starts_on", "period", "unit"),
                name="promotions_counter_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="limitcounter",
            constraint=models.CheckConstraint(
                condition=models.Q(("used__gte", 0), ("used__lte", models.F("limit_amount"))),
                name="promotions_counter_never_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitcounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("campaign__isnull", True), ("promotion__isnull", False)),
                    models.Q(("campaign__isnull", False), ("promotion__isnull", True)),
                    _connector="OR",
                ),
                name="promotions_counter_has_one_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitcounter",
            constraint=models.CheckConstraint(
                condition=models.Q(("shopper__isnull", True), ("store__isnull", True), _connector="OR"),
                name="promotions_counter_has_one_scope",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitcounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("period", "TOTAL"), ("starts_on__isnull", True)),
                    models.Q(("period__in", ["DAY", "WEEK", "MONTH"]), ("starts_on__isnull", False)),
                    _connector="OR",
                ),
                name="promotions_counter_period_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitcounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("currency", ""), ("unit", "USES")),
                    models.Q(("unit", "MONEY"), models.Q(("currency", ""), _negated=True)),
                    _connector="OR",
                ),
                name="promotions_counter_money_has_currency",
            ),
        ),
        migrations.AddConstraint(
            model_name="singleusecode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("batch__isnull", False), ("code__regex", "^[0-9A-Z]{4,40}$")),
                    models.Q(("batch__isnull", True), ("code__regex", "^\\(255\\)[0-9]{13,25}$")),
                    _connector="OR",
                ),
                name="promotions_single_code_has_its_form",
            ),
        ),
    ]
