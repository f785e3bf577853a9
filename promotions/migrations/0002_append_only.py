"""What is written once the database refuses to alter; and what it is told about the hot tables."""

from django.db import migrations

STORAGE = """
-- Room on each page for a changed row's new version.
ALTER TABLE promotions_storeoffer SET (fillfactor = 70);
ALTER TABLE promotions_limitcounter SET (fillfactor = 85);
-- Nobody looks for codes by their beginning, and a million of them need one index, not two.
DROP INDEX promotions_singleusecode_code_b7c41fb1_like;
"""

# Where a row names an account, the account may be deleted: only that reference may fall away.
APPEND_ONLY = """
CREATE FUNCTION promotions_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are written once and never changed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER promotions_revision_never_changes BEFORE UPDATE ON promotions_promotionrevision
    FOR EACH ROW WHEN (OLD.created_by_id IS NOT DISTINCT FROM NEW.created_by_id)
    EXECUTE FUNCTION promotions_refuse_change();
CREATE TRIGGER promotions_change_never_changes BEFORE UPDATE ON promotions_offerchange
    FOR EACH ROW EXECUTE FUNCTION promotions_refuse_change();
CREATE TRIGGER promotions_redemption_change_never_changes BEFORE UPDATE ON promotions_redemptionchange
    FOR EACH ROW EXECUTE FUNCTION promotions_refuse_change();
CREATE TRIGGER promotions_campaign_change_never_changes BEFORE UPDATE ON promotions_campaignchange
    FOR EACH ROW WHEN (OLD.by_id IS NOT DISTINCT FROM NEW.by_id)
    EXECUTE FUNCTION promotions_refuse_change();
CREATE TRIGGER promotions_override_never_changes BEFORE UPDATE ON promotions_redemptionoverride
    FOR EACH ROW EXECUTE FUNCTION promotions_refuse_change();
CREATE TRIGGER promotions_report_change_never_changes BEFORE UPDATE ON promotions_reportchange
    FOR EACH ROW WHEN (OLD.by_id IS NOT DISTINCT FROM NEW.by_id)
    EXECUTE FUNCTION promotions_refuse_change();
CREATE TRIGGER promotions_reading_step_never_changes BEFORE UPDATE ON promotions_readingstep
    FOR EACH ROW EXECUTE FUNCTION promotions_refuse_change();
CREATE TRIGGER promotions_quiz_answer_never_changes BEFORE UPDATE ON promotions_quizanswer
    FOR EACH ROW EXECUTE FUNCTION promotions_refuse_change();
"""

UNDO = """
DROP TRIGGER promotions_quiz_answer_never_changes ON promotions_quizanswer;
DROP TRIGGER promotions_reading_step_never_changes ON promotions_readingstep;
DROP TRIGGER promotions_report_change_never_changes ON promotions_reportchange;
DROP TRIGGER promotions_override_never_changes ON promotions_redemptionoverride;
DROP TRIGGER promotions_campaign_change_never_changes ON promotions_campaignchange;
DROP TRIGGER promotions_redemption_change_never_changes ON promotions_redemptionchange;
DROP TRIGGER promotions_change_never_changes ON promotions_offerchange;
DROP TRIGGER promotions_revision_never_changes ON promotions_promotionrevision;
DROP FUNCTION promotions_refuse_change;
CREATE INDEX promotions_singleusecode_code_b7c41fb1_like ON promotions_singleusecode (code varchar_pattern_ops);
"""


class Migration(migrations.Migration):
    dependencies = [("promotions", "0001_initial")]
    operations = [migrations.RunSQL(STORAGE + APPEND_ONLY, UNDO)]
