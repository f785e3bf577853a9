"""Reminding people of what they have not read, and putting notices aside."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from inventory.models import Store
from promotions.models import Acknowledgement, NoticeDismissal, Nudge, OfferChange, StoreOffer
from promotions.rules.words import ChangeReason
from promotions.services.changes import Transition, write_changes

QUIET_FOR = timedelta(hours=1)

# Two managers at once are one nudge: the constraint lets one in.
NUDGE = """
INSERT INTO promotions_nudge (store_id, revision_id, staff_member_id, nudged_by_id, nudged_at, period)
VALUES (%(store)s, %(revision)s, %(member)s, %(by)s, %(now)s, tstzrange(%(now)s, %(until)s))
ON CONFLICT ON CONSTRAINT promotions_nudge_one_an_hour DO NOTHING
"""


def nudge(*, store: Store, promotion_pk: int, staff_member: Any, by: Any, now: datetime) -> bool:
    """Ask a person of the store to read an offer's present terms: once an hour. Whether this was a new nudge.

    Their open tablet hears of it at once through the store's stream, any other at its next look. Raises
    ValidationError for an offer the store does not have, a person who does not work there, and what was read.
    """
    if not staff_member.memberships.filter(store=store).exists():
        raise ValidationError({"staff_member": [_("This person does not work in this store.")]})
    with transaction.atomic():
        Store.objects.filter(pk=store.pk).lock_in_order()
        offers = StoreOffer.objects.filter(store=store, promotion=promotion_pk).select_related("revision")
        offer = offers.first()
        if offer is None:
            raise ValidationError({"promotion": [_("This store does not have this offer.")]})
        receipt = offer.revision.receipts_id
        if Acknowledgement.objects.filter(store=store, revision=receipt, staff_member=staff_member).exists():
            raise ValidationError({"staff_member": [_("This person has read it already.")]})
        with connection.cursor() as cursor:
            cursor.execute(
                NUDGE,
                {
                    "store": store.pk,
                    "revision": receipt,
                    "member": staff_member.pk,
                    "by": by.pk,
                    "now": now,
                    "until": now + QUIET_FOR,
                },
            )
            if not cursor.rowcount:
                return False
        step = Transition(
            store.pk, promotion_pk, offer.revision_id, offer.state, offer.state, ChangeReason.NUDGED
        )
        write_changes(transitions=[step], now=now)
    return True


def dismiss_change(*, store: Store, seq: int, staff_member: Any, now: datetime) -> None:
    """This person has seen an interrupting change; twice is once, one that never was is nothing."""
    if OfferChange.objects.filter(store=store, seq=seq).exists():
        NoticeDismissal.objects.bulk_create(
            [NoticeDismissal(store=store, seq=seq, staff_member=staff_member, dismissed_at=now)],
            ignore_conflicts=True,
        )


def dismiss_nudge(*, store: Store, pk: int, staff_member: Any, now: datetime) -> None:
    """This person has seen that nudge, and the earlier ones about the same terms."""
    seen = Nudge.objects.filter(store=store, staff_member=staff_member, pk=pk).values("revision")
    Nudge.objects.filter(
        store=store, staff_member=staff_member, revision__in=seen, dismissed_at__isnull=True
    ).update(dismissed_at=Greatest(F("nudged_at"), Value(now)))
