"""What somebody read, took back or answered is written once."""

from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER promotions_reading_step_never_changes BEFORE UPDATE ON promotions_readingstep
    FOR EACH ROW EXECUTE FUNCTION promotions_refuse_change();
CREATE TRIGGER promotions_quiz_answer_never_changes BEFORE UPDATE ON promotions_quizanswer
    FOR EACH ROW EXECUTE FUNCTION promotions_refuse_change();
"""

UNDO = """
DROP TRIGGER promotions_quiz_answer_never_changes ON promotions_quizanswer;
DROP TRIGGER promotions_reading_step_never_changes ON promotions_readingstep;
"""


class Migration(migrations.Migration):
    dependencies = [("promotions", "0080_telling")]
    operations = [migrations.RunSQL(APPEND_ONLY, UNDO)]
