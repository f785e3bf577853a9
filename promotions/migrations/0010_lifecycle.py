"""Approval, wording edits that keep it, and the history of promotions and item lists."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import promotions.rules.lifecycle
import promotions.rules.words

# What was published stands as it did; newer words of it were drafts.
STATES_OF_OLD_ROWS = """
UPDATE promotions_promotion p
SET revision_state = CASE WHEN p.current_revision_id IS NULL THEN p.state
                          WHEN p.current_revision_id = (SELECT r.id FROM promotions_promotionrevision r
                                                        WHERE r.promotion_id = p.id ORDER BY r.number DESC LIMIT 1)
                          THEN 'PUBLISHED' ELSE 'DRAFT' END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0050_store_group_history"),
        ("promotions", "0006_every_kind_of_deal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ItemListChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
            ],
            options={
                "ordering": ("pgh_id",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PromotionRecord",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
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
                        default=promotions.rules.words.PromotionState["DRAFT"],
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
                        default=promotions.rules.words.RevisionState["DRAFT"],
                        max_length=9,
                    ),
                ),
                ("open_code", models.CharField(blank=True, max_length=60, null=True)),
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
            name="PromotionStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                ("why", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
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
        migrations.AddField(
            model_name="promotion",
            name="revision_state",
            field=models.CharField(
                choices=[
                    ("DRAFT", "Draft"),
                    ("SUBMITTED", "Submitted"),
                    ("APPROVED", "Approved"),
                    ("REJECTED", "Rejected"),
                    ("PUBLISHED", "Published"),
                ],
                default=promotions.rules.words.RevisionState["DRAFT"],
                max_length=9,
            ),
        ),
        migrations.RunSQL(STATES_OF_OLD_ROWS, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="promotionrevision",
            name="basis",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="promotions.promotionrevision",
            ),
        ),
        migrations.AddIndex(
            model_name="promotion",
            index=models.Index(
                condition=models.Q(("revision_state", "SUBMITTED")),
                fields=["id"],
                name="promotions_promotion_waiting",
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
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "revision_state__in",
                        [
                            promotions.rules.words.RevisionState["DRAFT"],
                            promotions.rules.words.RevisionState["SUBMITTED"],
                            promotions.rules.words.RevisionState["APPROVED"],
                            promotions.rules.words.RevisionState["REJECTED"],
                            promotions.rules.words.RevisionState["PUBLISHED"],
                        ],
                    )
                ),
                name="promotions_promotion_revision_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.CheckConstraint(
                condition=models.Q(
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
                    ("state", models.F("revision_state")),
                    _connector="OR",
                ),
                name="promotions_promotion_states_agree",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotionrevision",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis__isnull", True), ("basis__lt", models.F("id")), _connector="OR"),
                name="promotions_revision_basis_older",
            ),
        ),
        migrations.AddField(
            model_name="itemlistchange",
            name="item",
            field=models.ForeignKey(
                db_constraint=False,
                db_tablespace="",
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="inventory.item",
            ),
        ),
        migrations.AddField(
            model_name="itemlistchange",
            name="itemlist",
            field=models.ForeignKey(
                db_constraint=False,
                db_tablespace="",
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="promotions.itemlist",
            ),
        ),
        migrations.AddField(
            model_name="promotionrecord",
            name="current_revision",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="promotions.promotionrevision",
            ),
        ),
        migrations.AddField(
            model_name="promotionrecord",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="promotionrecord",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="promotions.promotion",
            ),
        ),
        migrations.AddField(
            model_name="promotionstep",
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
            model_name="promotionstep",
            name="promotion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="promotions.promotion"
            ),
        ),
        migrations.AddField(
            model_name="promotionstep",
            name="revision",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="steps",
                to="promotions.promotionrevision",
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
        migrations.AddConstraint(
            model_name="promotionstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "action__in",
                        [
                            promotions.rules.lifecycle.Action["SUBMIT"],
                            promotions.rules.lifecycle.Action["WITHDRAW"],
                            promotions.rules.lifecycle.Action["APPROVE"],
                            promotions.rules.lifecycle.Action["REJECT"],
                            promotions.rules.lifecycle.Action["REVISE"],
                            promotions.rules.lifecycle.Action["REWORD"],
                            promotions.rules.lifecycle.Action["PUBLISH"],
                            promotions.rules.lifecycle.Action["OPEN"],
                            promotions.rules.lifecycle.Action["POSTPONE"],
                            promotions.rules.lifecycle.Action["EXPIRE"],
                            promotions.rules.lifecycle.Action["STOP"],
                        ],
                    )
                ),
                name="promotions_step_action_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotionstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("old_revision_state", models.F("new_revision_state")),
                    ("old_state", models.F("new_state")),
                    _negated=True,
                ),
                name="promotions_step_changes_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotionstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action__in", ["REJECT", "STOP"]), _negated=True),
                    models.Q(("why", ""), _negated=True),
                    _connector="OR",
                ),
                name="promotions_step_why_given",
            ),
        ),
    ]
