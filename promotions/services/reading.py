"""Who has been told, who has looked, and who has read it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from inventory.models import Store
from promotions.models import (
    Acknowledgement,
    Briefing,
    PromotionRevision,
    QuizAnswer,
    ReadingStep,
    StoreStream,
)
from promotions.rules.words import ReadingAction

# Who comes back within this time is still at the same look; after it, what was told meanwhile is new.
A_LOOK_LASTS = timedelta(minutes=30)

LOOK = """
INSERT INTO promotions_look AS l (store_id, staff_member_id, previous_at, looked_at)
VALUES (%(store)s, %(member)s, NULL, %(now)s)
ON CONFLICT (store_id, staff_member_id) DO UPDATE
SET previous_at = CASE WHEN l.looked_at < %(over)s THEN l.looked_at ELSE l.previous_at END,
    looked_at = greatest(l.looked_at, excluded.looked_at)
"""

NOTE_LANGUAGE = """
INSERT INTO promotions_storestream AS s (store_id, epoch, seq, languages)
VALUES (%(store)s, (extract(epoch FROM clock_timestamp()) * 1000)::int8, 0, ARRAY[%(language)s])
ON CONFLICT (store_id) DO UPDATE SET languages = array_append(s.languages, %(language)s)
WHERE NOT %(language)s = ANY(s.languages)
"""


def mark_told(*, store: Store, revision_ids: Sequence[int], now: datetime) -> int:
    """A tablet of the store has shown these revisions; only the first time counts. How many were news.

    Whoever read `now` a moment before another process briefed the store has told it no earlier than that.
    """
    receipts = PromotionRevision.objects.filter(pk__in=revision_ids).receipts()
    untold = Briefing.objects.filter(store=store, revision_id__in=receipts, told_at__isnull=True)
    return untold.update(told_at=Greatest(F("briefed_at"), Value(now)))


def note_language(*, store: Store, language: str) -> None:
    """A tablet of the store reads in this language: what the store is told live is rendered in it, too."""
    if language == settings.LANGUAGE_CODE or language not in dict(settings.LANGUAGES):
        return
    # Asked first, for the row is the one that every change of the store counts on.
    if not StoreStream.objects.filter(store=store, languages__contains=[language]).exists():
        with connection.cursor() as cursor:
            cursor.execute(NOTE_LANGUAGE, {"store": store.pk, "language": language})


def look(*, store: Store, staff_member: Any, now: datetime) -> None:
    """This person looks at the store's briefing. Where the last look is over, another one begins."""
    with connection.cursor() as cursor:
        began = {"store": store.pk, "member": staff_member.pk, "now": now, "over": now - A_LOOK_LASTS}
        cursor.execute(LOOK, began)


def acknowledge(*, store: Store, revision_id: int, staff_member: Any, now: datetime) -> None:
    """This person has read this revision in this store; twice is once. Reading means having been told.

    The receipt is kept under the revision's basis: it holds for every revision with the same terms. Raises
    ValidationError for terms the store was not told, and at `answer` while the revision's question is open.
    """
    revision = PromotionRevision.objects.filter(pk=revision_id).first()
    if not revision or not Briefing.objects.filter(store=store, revision=revision.receipts_id).exists():
        raise ValidationError("This store was not briefed on that revision.")
    if revision.quiz_choices and not has_answered(store=store, revision=revision, staff_member=staff_member):
        raise ValidationError({"answer": [_("Answer the question first.")]})
    receipt = revision.receipts_id
    mark_told(store=store, revision_ids=[revision.pk], now=now)
    with transaction.atomic():
        _row, is_new = Acknowledgement.objects.get_or_create(
            store=store, revision_id=receipt, staff_member=staff_member, defaults={"acknowledged_at": now}
        )
        if is_new:
            ReadingStep.objects.create(
                store=store, revision_id=receipt, staff_member=staff_member, action=ReadingAction.READ, at=now
            )


def has_answered(*, store: Store, revision: PromotionRevision, staff_member: Any) -> bool:
    """Whether this person has found the right answer to the revision's question, once, in this store."""
    tries = QuizAnswer.objects.filter(store=store, revision=revision, staff_member=staff_member)
    return tries.filter(is_right=True).exists()


def take_back(*, store: Store, revision_id: int, staff_member: Any, now: datetime) -> bool:
    """The tap was a slip: this person has not read it. Whether there was anything to take back."""
    revision = PromotionRevision.objects.filter(pk=revision_id).first()
    if revision is None:
        return False
    receipt = revision.receipts_id
    read = Acknowledgement.objects.filter(store=store, revision_id=receipt, staff_member=staff_member)
    with transaction.atomic():
        taken, _models = read.delete()
        if taken:
            ReadingStep.objects.create(
                store=store,
                revision_id=receipt,
                staff_member=staff_member,
                action=ReadingAction.UNDONE,
                at=now,
            )
    return bool(taken)


def answer_quiz(
    *, store: Store, revision: PromotionRevision, staff_member: Any, answer: str, now: datetime
) -> bool:
    """Whether the answer to the revision's question is right; every try is kept, the right one is a reading.

    Raises ValidationError at `answer` for what is none of the answers.
    """
    if answer not in revision.quiz_choices:
        raise ValidationError({"answer": [_("Choose one of the answers.")]})
    is_right = answer == revision.quiz_choices[0]
    with transaction.atomic():
        QuizAnswer.objects.create(
            store=store,
            revision=revision,
            staff_member=staff_member,
            answer=answer,
            is_right=is_right,
            answered_at=now,
        )
        if is_right:
            acknowledge(store=store, revision_id=revision.pk, staff_member=staff_member, now=now)
    return is_right
