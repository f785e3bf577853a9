"""Outcomes and reasons that checks and reports may name."""

from django.conf import settings
from django.db import migrations, models

import promotions.rules.words


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0070_words"),
        ("promotions", "0070_words_and_pages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="honourcheck",
            name="promotions_check_outcome_known",
        ),
        migrations.AlterField(
            model_name="fieldreport",
            name="reason",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="honourcheck",
            name="outcome",
            field=models.CharField(
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
        migrations.AddConstraint(
            model_name="honourcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "outcome__in",
                        [
                            promotions.rules.words.Outcome["HONOUR"],
                            promotions.rules.words.Outcome["HONOUR_AND_REPORT"],
                            promotions.rules.words.Outcome["CHECK_SHELF"],
                            promotions.rules.words.Outcome["OFFER_ALTERNATIVE"],
                            promotions.rules.words.Outcome["REFUSE"],
                            promotions.rules.words.Outcome["UNKNOWN"],
                        ],
                    )
                ),
                name="promotions_check_outcome_known",
            ),
        ),
    ]
