"""What interrupts one person at the tablet: changes that cannot wait, and nudges; newest first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from inventory.models import Store
from promotions.models import Acknowledgement, NoticeDismissal, Nudge, OfferChange, StoreOffer
from promotions.rules.words import ChangeReason, Urgency
from promotions.selectors.sentences import benefit_text

SHOWN_FOR = timedelta(hours=12)  # later it is no longer this shift's business
MOST_NOTICES = 5


@dataclass(frozen=True)
class Notice:
    """One thing to dismiss. `key` names it in the address that does so; `at` is store-local."""

    key: str
    tone: str
    shape: str
    title: str
    headline: str
    text: str
    promotion_pk: int
    is_open: bool  # whether there is an offer to look at
    at: datetime


def notice_of(change: OfferChange, *, store: Store) -> Notice | None:
    """A change as an interruption; None where it is none. Reads `promotion` and `revision` of the change."""
    if change.urgency != Urgency.NOW:
        return None
    stopped = change.reason == ChangeReason.STOPPED
    revision = change.revision
    if stopped:
        title, text = _("Stopped: don’t give it any more"), change.promotion.stopped_reason
    elif change.reason == ChangeReason.REVISED:
        title, text = (
            _("The deal has changed"),
            _("It is now: %(deal)s") % {"deal": benefit_text(revision.benefit)},
        )
    else:
        title, text = _("Read this now"), revision.operator_text
    return Notice(
        key=f"change-{change.seq}",
        tone="refuse" if stopped else "check",
        shape="stop" if stopped else "low",
        title=title,
        headline=revision.headline,
        text=text,
        promotion_pk=change.promotion_id,
        is_open=not stopped,
        at=store.local(change.at),
    )


def notices_for(*, store: Store, staff_member: Any, now: datetime) -> list[Notice]:
    """What this person has not dismissed yet, of the last twelve hours; of one offer the newest only."""
    put_aside = NoticeDismissal.objects.filter(store=store, staff_member=staff_member, seq=OuterRef("seq"))
    changes = (
        OfferChange.objects.filter(store=store, urgency=Urgency.NOW, at__gt=now - SHOWN_FOR, at__lte=now)
        .filter(~Exists(put_aside))
        .select_related("promotion", "revision")
        .order_by("-seq")[: MOST_NOTICES * 2]
    )
    newest: dict[int, Notice] = {}
    for change in changes:
        notice = notice_of(change, store=store)
        if notice is not None:
            newest.setdefault(change.promotion_id, notice)
    found = [*newest.values(), *nudges_for(store=store, staff_member=staff_member, now=now)]
    return sorted(found, key=lambda notice: notice.at, reverse=True)[:MOST_NOTICES]


def nudges_for(*, store: Store, staff_member: Any, now: datetime) -> list[Notice]:
    """What somebody reminds this person of, as far as it still stands on offer and was not read meanwhile."""
    read = Acknowledgement.objects.filter(
        store=store, staff_member=staff_member, revision=OuterRef("revision")
    )
    nudges = (
        Nudge.objects.filter(
            store=store, staff_member=staff_member, dismissed_at__isnull=True, nudged_at__gt=now - SHOWN_FOR
        )
        .filter(~Exists(read))
        .select_related("revision", "nudged_by")
        .order_by("-nudged_at")[:MOST_NOTICES]
    )
    promotions = [one.revision.promotion_id for one in nudges]
    offers = StoreOffer.objects.filter(store=store, promotion__in=promotions).select_related("revision")
    standing = {offer.revision.receipts_id: offer for offer in offers}
    return [
        Notice(
            key=f"nudge-{one.pk}",
            tone="alternative",
            shape="bell",
            title=_("%(name)s asks you to read this") % {"name": name_of(one.nudged_by)},
            headline=standing[one.revision_id].revision.headline,
            text="",
            promotion_pk=one.revision.promotion_id,
            is_open=True,
            at=store.local(one.nudged_at),
        )
        for one in nudges
        if one.revision_id in standing
    ]


def name_of(person: Any | None) -> str:
    """What colleagues call somebody; a person who is gone was the store's management."""
    return (person.first_name or person.get_username()) if person else _("Your manager")
