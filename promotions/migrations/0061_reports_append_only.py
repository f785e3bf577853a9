"""Steps of a report are written once."""

from django.db import migrations

# The account of who did it may be deleted: only that reference may fall away.
APPEND_ONLY = """
CREATE TRIGGER promotions_report_change_never_changes BEFORE UPDATE ON promotions_reportchange
    FOR EACH ROW WHEN (OLD.by_id IS NOT DISTINCT FROM NEW.by_id)
    EXECUTE FUNCTION promotions_refuse_change();
"""

UNDO = """
DROP TRIGGER promotions_report_change_never_changes ON promotions_reportchange;
"""


class Migration(migrations.Migration):
    dependencies = [("promotions", "0060_reports")]
    operations = [migrations.RunSQL(APPEND_ONLY, UNDO)]
