"""Good rows go in once, bad ones stay, and a whole table can be taken back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from promotions.models import Promotion, UploadBatch
from promotions.services.approving import publish_trusted
from promotions.services.publishing import create_promotion, revise_promotion
from promotions.services.uploads import ask, carry_out_waiting, commit_batch, mend_row, undo_batch
from promotions.services.uploads.asking import AT_ONCE
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, content_for, create_staff_member
from tests.promotions.services.uploads.tables import only_row, uploaded

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
COMMIT, UNDO = UploadBatch.Asked.COMMIT, UploadBatch.Asked.UNDO


def states(batch: UploadBatch) -> list[str]:
    return list(batch.rows.values_list("state", flat=True))


def test_the_good_rows_become_drafts_and_revisions_and_the_bad_ones_wait() -> None:
    tom = create_staff_member()
    create_promotion(promotion_id="old", content=content_for(), author=None, now=NOW)
    batch = uploaded(
        {}, {"promotion_id": "bad", "Percentage off": "0"}, {"promotion_id": "old", "Percentage off": "31"}
    )
    assert commit_batch(batch=batch, author=tom, now=LATER) == 2
    assert states(batch) == ["COMMITTED", "ERROR", "COMMITTED"]
    new, old = Promotion.objects.get(promotion_id="oat-29"), Promotion.objects.get(promotion_id="old")
    assert (new.state, new.owner, new.latest_revision().percent_off) == ("DRAFT", tom, Decimal(29))
    assert (old.latest_revision().number, old.latest_revision().percent_off) == (2, Decimal(31))
    assert not Promotion.objects.filter(promotion_id="bad").exists()


def test_committing_twice_takes_nothing_twice_and_a_mended_row_follows() -> None:
    batch = uploaded({}, {"promotion_id": "bad", "Percentage off": "0"})
    assert [commit_batch(batch=batch, author=None, now=NOW) for _ in range(2)] == [1, 0]
    mend_row(row=batch.rows.get(state="ERROR"), cells={"percent_off": "10"}, author=None, now=LATER)
    assert commit_batch(batch=batch, author=None, now=LATER) == 1
    assert sorted(Promotion.objects.values_list("promotion_id", flat=True)) == ["bad", "oat-29"]


def test_a_row_somebody_else_was_faster_with_stays_and_says_who() -> None:
    promotion = create_promotion(promotion_id="oat-29", content=content_for(), author=None, now=NOW).promotion
    batch = uploaded({"Percentage off": "31"})
    ann = create_staff_member(username="ann")
    revise_promotion(promotion=promotion, content=content_for(priority=3), author=ann, now=NOW)
    assert commit_batch(batch=batch, author=None, now=LATER) == 0
    row = only_row(batch)
    assert row.errors == {
        "promotion_id": ["ann saved revision 2 since this was shown; look at the row again."]
    }
    mend_row(row=row, cells={}, author=None, now=LATER)
    assert commit_batch(batch=batch, author=None, now=LATER) == 1
    assert promotion.latest_revision().priority == 3


def test_a_row_that_has_gone_in_is_no_longer_mended() -> None:
    batch = uploaded({})
    commit_batch(batch=batch, author=None, now=NOW)
    with pytest.raises(ValidationError, match="gone in already"):
        mend_row(row=only_row(batch), cells={"percent_off": "5"}, author=None, now=NOW)


def test_undoing_removes_the_drafts_and_brings_back_the_words_before() -> None:
    promotion = create_promotion(promotion_id="old", content=content_for(), author=None, now=NOW).promotion
    batch = uploaded({}, {"promotion_id": "old", "Percentage off": "31"})
    commit_batch(batch=batch, author=None, now=NOW)
    assert undo_batch(batch=batch, author=None, now=LATER) == 2
    assert states(batch) == ["UNDONE", "UNDONE"]
    assert not Promotion.objects.filter(promotion_id="oat-29").exists()
    assert promotion.latest_revision().number == 3
    assert promotion.latest_revision().says(content_for())


def test_undoing_twice_is_once() -> None:
    promotion = create_promotion(promotion_id="old", content=content_for(), author=None, now=NOW).promotion
    batch = uploaded({"promotion_id": "old", "Percentage off": "31"})
    commit_batch(batch=batch, author=None, now=NOW)
    assert [undo_batch(batch=batch, author=None, now=LATER) for _ in range(2)] == [1, 0]
    assert promotion.revisions.count() == 3
    with pytest.raises(ValidationError, match="was undone"):
        commit_batch(batch=batch, author=None, now=LATER)


def test_what_was_published_or_edited_since_is_kept_and_says_why() -> None:
    create_store()
    create_item()
    ann = create_staff_member(username="ann")
    batch = uploaded({"promotion_id": "shown"}, {"promotion_id": "edited"}, {"promotion_id": "untouched"})
    commit_batch(batch=batch, author=None, now=NOW)
    publish_trusted(why="the test", promotion=Promotion.objects.get(promotion_id="shown"), now=NOW)
    edited = Promotion.objects.get(promotion_id="edited")
    revise_promotion(promotion=edited, content=content_for(priority=1), author=ann, now=NOW)
    assert undo_batch(batch=batch, author=None, now=LATER) == 1
    assert list(batch.rows.values_list("state", "told")) == [
        ("KEPT", "It is no longer a draft: it was handed on or published."),
        ("KEPT", "ann saved revision 2 after it; undo that by hand."),
        ("UNDONE", ""),
    ]


def test_every_step_is_told_with_who_and_how_many() -> None:
    tom = create_staff_member()
    batch = uploaded({}, {"promotion_id": "b", "Percentage off": "0"}, author=tom)
    commit_batch(batch=batch, author=tom, now=NOW)
    undo_batch(batch=batch, author=tom, now=LATER)
    assert list(batch.events.values_list("kind", "rows", "by", "at")) == [
        ("UPLOADED", 2, tom.pk, NOW), ("COMMITTED", 1, tom.pk, NOW), ("UNDONE", 1, tom.pk, LATER),
    ]  # fmt: skip


def test_a_short_table_is_done_at_once() -> None:
    batch = uploaded({})
    assert ask(batch=batch, what=COMMIT, author=None, now=NOW) == 1
    assert ask(batch=batch, what=UNDO, author=None, now=NOW) == 1


def test_a_long_table_waits_for_a_worker_who_does_it_once() -> None:
    tom = create_staff_member()
    batch = uploaded(*({"promotion_id": f"p{n}"} for n in range(AT_ONCE + 1)), author=tom)
    assert ask(batch=batch, what=COMMIT, author=tom, now=NOW) is None
    assert not Promotion.objects.exists()
    with pytest.raises(ValidationError, match="being worked on"):
        ask(batch=batch, what=UNDO, author=tom, now=NOW)
    assert [carry_out_waiting() for _ in range(2)] == [AT_ONCE + 1, 0]
    assert Promotion.objects.filter(owner=tom).count() == AT_ONCE + 1
    batch.refresh_from_db()
    assert (batch.is_busy, batch.asked_by, batch.attempts) == (False, None, 0)
