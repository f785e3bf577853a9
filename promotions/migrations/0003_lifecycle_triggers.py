"""The database refuses a step that no promotion may take, and a change of a step that was taken.

The list is that of promotions.rules.lifecycle as it stood when this was written; a test holds the two together.
"""

from django.db import migrations

EDGES = """
CREATE FUNCTION promotions_refuse_edge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- "state/state of the newest revision", before and after
    IF concat(OLD.state, '/', OLD.revision_state, ' ', NEW.state, '/', NEW.revision_state) <> ALL (ARRAY[
        'APPROVED/APPROVED DRAFT/DRAFT',
        'APPROVED/APPROVED PENDING/PUBLISHED',
        'DRAFT/DRAFT SUBMITTED/SUBMITTED',
        'LIVE/APPROVED EXPIRED/APPROVED',
        'LIVE/APPROVED LIVE/DRAFT',
        'LIVE/APPROVED LIVE/PUBLISHED',
        'LIVE/APPROVED PENDING/APPROVED',
        'LIVE/APPROVED STOPPED/APPROVED',
        'LIVE/DRAFT EXPIRED/DRAFT',
        'LIVE/DRAFT LIVE/APPROVED',
        'LIVE/DRAFT LIVE/SUBMITTED',
        'LIVE/DRAFT PENDING/DRAFT',
        'LIVE/DRAFT STOPPED/DRAFT',
        'LIVE/PUBLISHED EXPIRED/PUBLISHED',
        'LIVE/PUBLISHED LIVE/APPROVED',
        'LIVE/PUBLISHED LIVE/DRAFT',
        'LIVE/PUBLISHED PENDING/PUBLISHED',
        'LIVE/PUBLISHED STOPPED/PUBLISHED',
        'LIVE/REJECTED EXPIRED/REJECTED',
        'LIVE/REJECTED LIVE/APPROVED',
        'LIVE/REJECTED LIVE/DRAFT',
        'LIVE/REJECTED PENDING/REJECTED',
        'LIVE/REJECTED STOPPED/REJECTED',
        'LIVE/SUBMITTED EXPIRED/SUBMITTED',
        'LIVE/SUBMITTED LIVE/APPROVED',
        'LIVE/SUBMITTED LIVE/DRAFT',
        'LIVE/SUBMITTED LIVE/REJECTED',
        'LIVE/SUBMITTED PENDING/SUBMITTED',
        'LIVE/SUBMITTED STOPPED/SUBMITTED',
        'PENDING/APPROVED EXPIRED/APPROVED',
        'PENDING/APPROVED LIVE/APPROVED',
        'PENDING/APPROVED PENDING/DRAFT',
        'PENDING/APPROVED PENDING/PUBLISHED',
        'PENDING/APPROVED STOPPED/APPROVED',
        'PENDING/DRAFT EXPIRED/DRAFT',
        'PENDING/DRAFT LIVE/DRAFT',
        'PENDING/DRAFT PENDING/APPROVED',
        'PENDING/DRAFT PENDING/SUBMITTED',
        'PENDING/DRAFT STOPPED/DRAFT',
        'PENDING/PUBLISHED EXPIRED/PUBLISHED',
        'PENDING/PUBLISHED LIVE/PUBLISHED',
        'PENDING/PUBLISHED PENDING/APPROVED',
        'PENDING/PUBLISHED PENDING/DRAFT',
        'PENDING/PUBLISHED STOPPED/PUBLISHED',
        'PENDING/REJECTED EXPIRED/REJECTED',
        'PENDING/REJECTED LIVE/REJECTED',
        'PENDING/REJECTED PENDING/APPROVED',
        'PENDING/REJECTED PENDING/DRAFT',
        'PENDING/REJECTED STOPPED/REJECTED',
        'PENDING/SUBMITTED EXPIRED/SUBMITTED',
        'PENDING/SUBMITTED LIVE/SUBMITTED',
        'PENDING/SUBMITTED PENDING/APPROVED',
        'PENDING/SUBMITTED PENDING/DRAFT',
        'PENDING/SUBMITTED PENDING/REJECTED',
        'PENDING/SUBMITTED STOPPED/SUBMITTED',
        'REJECTED/REJECTED DRAFT/DRAFT',
        'SUBMITTED/SUBMITTED APPROVED/APPROVED',
        'SUBMITTED/SUBMITTED DRAFT/DRAFT',
        'SUBMITTED/SUBMITTED REJECTED/REJECTED'
    ]) THEN
        RAISE EXCEPTION 'promotion %: % / % cannot become % / %', NEW.promotion_id, OLD.state, OLD.revision_state,
            NEW.state, NEW.revision_state
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
-- AFTER, so that the constraints of the row itself speak first.
CREATE TRIGGER promotions_promotion_edge_listed AFTER UPDATE ON promotions_promotion
    FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.revision_state IS DISTINCT FROM NEW.revision_state)
    EXECUTE FUNCTION promotions_refuse_edge();
CREATE TRIGGER promotions_step_never_changes BEFORE UPDATE ON promotions_promotionstep
    FOR EACH ROW
    -- An account may be deleted: only that reference may fall away.
    WHEN ((OLD.promotion_id, OLD.revision_id, OLD.action, OLD.old_state, OLD.new_state, OLD.old_revision_state,
           OLD.new_revision_state, OLD.why, OLD.at)
          IS DISTINCT FROM
          (NEW.promotion_id, NEW.revision_id, NEW.action, NEW.old_state, NEW.new_state, NEW.old_revision_state,
           NEW.new_revision_state, NEW.why, NEW.at)
          OR NEW.by_id IS NOT NULL)
    EXECUTE FUNCTION promotions_refuse_change();
"""

UNDO = """
DROP TRIGGER promotions_step_never_changes ON promotions_promotionstep;
DROP TRIGGER promotions_promotion_edge_listed ON promotions_promotion;
DROP FUNCTION promotions_refuse_edge;
"""


class Migration(migrations.Migration):
    dependencies = [("promotions", "0002_append_only")]
    operations = [migrations.RunSQL(EDGES, UNDO)]
