import datetime

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models

import promotions.rules.words


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0040_keeps_raw"),
        ("promotions", "0005_amounts_given"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.RemoveConstraint(
            model_name="promotion",
            name="promotions_promotion_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="promotion",
            name="promotions_promotion_published_has_revision",
        ),
        migrations.RemoveConstraint(
            model_name="promotionrevision",
            name="promotions_revision_code_fits_type",
        ),
        migrations.RemoveConstraint(
            model_name="promotionrevision",
            name="promotions_revision_value_fits_type",
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="applies_to",
            field=models.CharField(
                choices=[("EACH_ITEM", "Each item"), ("BASKET", "Basket")],
                default=promotions.rules.words.AppliesTo["EACH_ITEM"],
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="audience",
            field=models.CharField(
                choices=[("EVERYONE", "Everyone"), ("MEMBERS", "Members")],
                default=promotions.rules.words.Audience["EVERYONE"],
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="bundle_parts",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="campaign",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="combines_with",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="concurrence",
            field=models.CharField(
                choices=[
                    ("EXCLUSIVE", "Exclusive"),
                    ("BEST_PRICE", "Best price"),
                    ("COMPOUNDED", "Compounded"),
                ],
                default=promotions.rules.words.Concurrence["BEST_PRICE"],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="display_ends_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="display_ends_time",
            field=models.TimeField(default=datetime.time(0, 0)),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="display_starts_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="display_starts_time",
            field=models.TimeField(default=datetime.time(0, 0)),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="free_gift_description",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="free_gift_item_id",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="free_gift_value",
            field=models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="get_this_quantity_discounted",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="honour_hours",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="item_list_exclusion",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="item_list_inclusion",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="limit_quantity",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="limit_value",
            field=models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="limits",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="minimum_purchase_quantity",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="priority",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="reward_item_id_inclusion",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="reward_items",
            field=models.CharField(
                choices=[("CHEAPEST", "Cheapest"), ("NAMED", "Named")],
                default=promotions.rules.words.RewardItems["CHEAPEST"],
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="tier_basis",
            field=models.CharField(
                choices=[("QUANTITY", "Quantity"), ("AMOUNT", "Amount")],
                default=promotions.rules.words.TierBasis["QUANTITY"],
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="tiers",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="promotionrevision",
            name="weekly_hours",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AlterField(
            model_name="promotion",
            name="state",
            field=models.CharField(
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
                default=promotions.rules.words.PromotionState["DRAFT"],
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="promotionrevision",
            name="coupon_value_type",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="promotionrevision",
            name="offer_type",
            field=models.CharField(
                choices=[
                    ("NO_CODE", "No code"),
                    ("GENERIC_CODE", "Generic code"),
                    ("SINGLE_USE_CODES", "Single use codes"),
                    ("GS1_COUPON", "Gs1 coupon"),
                ],
                default=promotions.rules.words.OfferType["NO_CODE"],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            promotions.rules.words.PromotionState["DRAFT"],
                            promotions.rules.words.PromotionState["SUBMITTED"],
                            promotions.rules.words.PromotionState["APPROVED"],
                            promotions.rules.words.PromotionState["REJECTED"],
                            promotions.rules.words.PromotionState["PENDING"],
                            promotions.rules.words.PromotionState["LIVE"],
                            promotions.rules.words.PromotionState["EXPIRED"],
                            promotions.rules.words.PromotionState["STOPPED"],
                        ],
                    )
                ),
                name="promotions_promotion_state_known",
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
                                promotions.rules.words.PromotionState["APPROVED"],
                                promotions.rules.words.PromotionState["DRAFT"],
                                promotions.rules.words.PromotionState["REJECTED"],
                                promotions.rules.words.PromotionState["SUBMITTED"],
                            ],
                        ),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                [
                                    promotions.rules.words.PromotionState["APPROVED"],
                                    promotions.rules.words.PromotionState["DRAFT"],
                                    promotions.rules.words.PromotionState["REJECTED"],
                                    promotions.rules.words.PromotionState["SUBMITTED"],
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
        migrations.AddConstraint(
            model_name="promotionrevision",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="promotionrevision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("coupon_value_type__startswith", "BUY_M_GET_"), _negated=True),
                    models.Q(
                        ("minimum_purchase_quantity__gte", 1), ("minimum_purchase_quantity__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="promotions_revision_buy_m_given",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotionrevision",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="promotionrevision",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="promotionrevision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("generic_redemption_code", ""), ("offer_type__in", ["NO_CODE", "SINGLE_USE_CODES"])
                    ),
                    models.Q(
                        ("offer_type__in", ["GENERIC_CODE", "GS1_COUPON"]),
                        models.Q(("generic_redemption_code", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="promotions_revision_code_fits_type",
            ),
        ),
        migrations.AddField(
            model_name="itemlist",
            name="items",
            field=models.ManyToManyField(blank=True, related_name="lists", to="inventory.item"),
        ),
        migrations.AddConstraint(
            model_name="itemlist",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", ""), _negated=True), name="promotions_item_list_code_given"
            ),
        ),
    ]
