"""Revisions and changes are written once: the database refuses to alter them."""

from django.db import migrations

APPEND_ONLY = """
ALTER TABLE promotions_storeoffer SET (fillfactor = 70);
CREATE FUNCTION promotions_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are written once and never changed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER promotions_revision_never_changes BEFORE UPDATE ON promotions_promotionrevision
    FOR EACH ROW
    -- The author's account may be deleted: only that reference may fall away.
    WHEN (OLD.created_by_id IS NOT DISTINCT FROM NEW.created_by_id)
    EXECUTE FUNCTION promotions_refuse_change();
CREATE TRIGGER promotions_change_never_changes BEFORE UPDATE ON promotions_offerchange
    FOR EACH ROW EXECUTE FUNCTION promotions_refuse_change();
"""

UNDO = """
DROP TRIGGER promotions_change_never_changes ON promotions_offerchange;
DROP TRIGGER promotions_revision_never_changes ON promotions_promotionrevision;
DROP FUNCTION promotions_refuse_change;
"""


class Migration(migrations.Migration):
    dependencies = [("promotions", "0002_current_revision")]
    operations = [migrations.RunSQL(APPEND_ONLY, UNDO)]
