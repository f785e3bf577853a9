"""What the database is told about the tables beyond their columns."""

from django.db import migrations

STORAGE = """
-- Room on each page for a changed level's new version: every update stays on its page, no index is touched.
ALTER TABLE inventory_stocklevel SET (fillfactor = 85);
-- Packed arrays of integers compress badly and are read whole.
ALTER TABLE inventory_stockclaim
    ALTER item_ids SET STORAGE EXTERNAL, ALTER quantities SET STORAGE EXTERNAL, ALTER as_ofs SET STORAGE EXTERNAL;
ALTER TABLE inventory_stockclaim ADD CONSTRAINT inventory_claim_arrays_match CHECK (
    length(item_ids) = length(quantities) AND length(item_ids) % 4 = 0
    AND (as_ofs IS NULL OR length(as_ofs) = 2 * length(item_ids)));
-- Sales arrive in the order of time, so a block range index finds "after this count" for next to nothing.
CREATE INDEX inventory_movement_occurred ON inventory_stockmovement USING brin (occurred_at);
"""

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
DROP INDEX inventory_movement_occurred;
ALTER TABLE inventory_stockclaim DROP CONSTRAINT inventory_claim_arrays_match;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]
    operations = [migrations.RunSQL(STORAGE + APPEND_ONLY, UNDO)]
