"""What the database is told about the hot tables beyond their columns."""

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

UNDO = """
DROP INDEX inventory_movement_occurred;
ALTER TABLE inventory_stockclaim DROP CONSTRAINT inventory_claim_arrays_match;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]
    operations = [migrations.RunSQL(STORAGE, UNDO)]
