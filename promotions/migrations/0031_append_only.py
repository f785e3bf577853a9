"""Why limits were changed and uses given back is written once; a million codes need one index, not two."""

from django.db import migrations

# The account of who did it may be deleted: only that reference may fall away.
APPEND_ONLY = """
CREATE TRIGGER promotions_redemption_change_never_changes BEFORE UPDATE ON promotions_redemptionchange
    FOR EACH ROW EXECUTE FUNCTION promotions_refuse_change();
CREATE TRIGGER promotions_campaign_change_never_changes BEFORE UPDATE ON promotions_campaignchange
    FOR EACH ROW WHEN (OLD.by_id IS NOT DISTINCT FROM NEW.by_id)
    EXECUTE FUNCTION promotions_refuse_change();
ALTER TABLE promotions_limitcounter SET (fillfactor = 85);
-- Nobody looks for codes by their beginning.
DROP INDEX promotions_singleusecode_code_b7c41fb1_like;
"""

UNDO = """
CREATE INDEX promotions_singleusecode_code_b7c41fb1_like ON promotions_singleusecode (code varchar_pattern_ops);
DROP TRIGGER promotions_campaign_change_never_changes ON promotions_campaignchange;
DROP TRIGGER promotions_redemption_change_never_changes ON promotions_redemptionchange;
"""


class Migration(migrations.Migration):
    dependencies = [("promotions", "0030_limits")]
    operations = [migrations.RunSQL(APPEND_ONLY, UNDO)]
