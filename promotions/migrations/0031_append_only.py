"""Why limits were changed and uses given back is written once."""

from django.db import migrations

# The account of who did it may be deleted: only that reference may fall away.
APPEND_ONLY = """
CREATE TRIGGER promotions_redemption_change_never_changes BEFORE UPDATE ON promotions_redemptionchange
    FOR EACH ROW EXECUTE FUNCTION promotions_refuse_change();
CREATE TRIGGER promotions_campaign_change_never_changes BEFORE UPDATE ON promotions_campaignchange
    FOR EACH ROW WHEN (OLD.by_id IS NOT DISTINCT FROM NEW.by_id)
    EXECUTE FUNCTION promotions_refuse_change();
ALTER TABLE promotions_limitcounter SET (fillfactor = 85);
"""

UNDO = """
DROP TRIGGER promotions_campaign_change_never_changes ON promotions_campaignchange;
DROP TRIGGER promotions_redemption_change_never_changes ON promotions_redemptionchange;
"""


class Migration(migrations.Migration):
    dependencies = [("promotions", "0030_limits")]
    operations = [migrations.RunSQL(APPEND_ONLY, UNDO)]
