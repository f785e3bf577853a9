"""What was done to a tablet is written once: the database refuses to alter it."""

from django.db import migrations

# The account of whom it names may be deleted: only those references may fall away.
APPEND_ONLY = """
CREATE FUNCTION staff_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are written once and never changed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER staff_device_step_never_changes BEFORE UPDATE ON staff_devicestep
    FOR EACH ROW WHEN (OLD.by_id IS NOT DISTINCT FROM NEW.by_id
        AND OLD.staff_member_id IS NOT DISTINCT FROM NEW.staff_member_id)
    EXECUTE FUNCTION staff_refuse_change();
"""

UNDO = """
DROP TRIGGER staff_device_step_never_changes ON staff_devicestep;
DROP FUNCTION staff_refuse_change;
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_devices")]
    operations = [migrations.RunSQL(APPEND_ONLY, UNDO)]
