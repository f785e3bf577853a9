"""Telling head office what is wrong on the floor: once, with an owner and a due time; and hearing back."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from inventory.feeds.records import FeedRefused
from inventory.imports.manual_counts import count_by_hand, smallest_units, typed_count
from inventory.models import Item, ManualCount, Store
from inventory.selectors import find_item
from promotions.models import FieldReport, HonourCheck, Promotion, StoreOffer
from promotions.models.reports import LONGEST_WORDS
from promotions.rules.reports import SAME_WITHIN, WAITING, ReportKind, ReportState, due_at, may_step, queue_of
from promotions.selectors.reports import report_facts
from promotions.services.idempotency import CREATED, OK, Answer, answer_once
from promotions.services.report_changes import ReportStep, write_report_changes
from promotions.services.steps import Conflict


def tell_report(
    *, store: Store, member: Any, key: str, told: Mapping[str, Any], photo: bytes | None = None, now: datetime
) -> Answer:
    """Take a report from the floor, once per key.

    `told` holds the `kind`, and optionally `words` (at most 1,000 characters), `promotion_id` of a promotion of
    this store, the `item` (GTIN, PLU or SKU), `check_id` of the verdict it is told from, and for STOCK_WRONG the
    `quantity` that was counted in the item's unit, which becomes a stock claim. `photo` is what `photo_from` gives.
    The same again within ten minutes by the same person is the same report (200 instead of 201). ValidationError
    by field for what cannot be.
    """
    name = f"report {hashlib.sha256(key.encode()).hexdigest()}"  # keys of redemptions are others
    asked = {"store": store.store_code, **told, "photo": hashlib.sha256(photo or b"").hexdigest()}

    def act() -> Answer:
        report = understood(store=store, member=member, told=told, now=now)
        quantity = counted(told.get("quantity"), report=report)
        Store.objects.filter(pk=store.pk).lock_in_order()
        before = told_before(report, quantity=quantity)
        if before is not None:
            return Answer(OK, report_facts(before))
        if quantity is not None:
            report.manual_count = count_of(report, quantity=quantity, key=name)
        if photo:
            report.photo.save("photo.jpg", ContentFile(photo), save=False)
        report.save()
        step = ReportStep(store.pk, report.pk, "", ReportState.OPEN, member.pk, report.words)
        write_report_changes(steps=[step], now=now)
        return Answer(CREATED, report_facts(report))

    return answer_once(staff_member=member, key=name, asked=asked, now=now, act=act)


def understood(*, store: Store, member: Any, told: Mapping[str, Any], now: datetime) -> FieldReport:
    """The report that is told, not yet written; the check it comes from knows what it is about."""
    kind = told.get("kind", "")
    if kind not in list(ReportKind):
        expected = ", ".join(ReportKind)
        raise ValidationError({"kind": [_("Choose what is wrong: one of %(kinds)s.") % {"kinds": expected}]})
    kind = ReportKind(kind)
    check_id = told.get("check_id")
    check = HonourCheck.objects.filter(pk=check_id, store=store).first() if check_id else None
    promotion, revision_pk = promotion_of(store, promotion_id=str(told.get("promotion_id", "")), check=check)
    item = item_of(str(told.get("item", "")), check=check)
    if kind == ReportKind.STOCK_WRONG and item is None:
        raise ValidationError({"item": [_("Say which item was counted.")]})
    return FieldReport(
        store=store,
        kind=kind,
        queue=queue_of(kind),
        reported_by=member,
        reported_at=now,
        words=words_in(told.get("words", ""), name="words"),
        promotion=promotion,
        revision_id=revision_pk,
        item=item,
        check_made_id=check_id if check_id and (check or is_to_come(check_id)) else None,
        owner=None if kind == ReportKind.STOCK_WRONG or promotion is None else owner_of(promotion),
        due_at=due_at(kind, at=now),
    )


def is_to_come(check_id: uuid.UUID) -> bool:
    """Whether no store has such a check yet: it is written a moment after its answer."""
    return not HonourCheck.objects.filter(pk=check_id).exists()


def promotion_of(
    store: Store, *, promotion_id: str, check: HonourCheck | None
) -> tuple[Promotion | None, int | None]:
    """The promotion and its revision as the store has it, or had it when the check was made."""
    if promotion_id:
        offers = StoreOffer.objects.filter(store=store).select_related("promotion__current_revision")
        offer = offers.filter(promotion__promotion_id=promotion_id).first()
        if offer is None:
            raise ValidationError({"promotion_id": [_("This store has no such promotion.")]})
        is_checked = check is not None and check.promotion_id == offer.promotion_id and check.revision_id
        return offer.promotion, check.revision_id if check and is_checked else offer.revision_id
    if check is None or check.promotion_id is None:
        return None, None
    promotion = Promotion.objects.select_related("current_revision").filter(pk=check.promotion_id).first()
    return promotion, check.revision_id if promotion else None


def item_of(code: str, *, check: HonourCheck | None) -> Item | None:
    """The item that is named, or that the check was about."""
    if not code:
        return check.item if check else None
    item = find_item(code)
    if item is None:
        raise ValidationError({"item": [_("No item has this code.")]})
    return item


def owner_of(promotion: Promotion) -> Any:
    """Who answers for a promotion: its owner, else who wrote what the stores see."""
    revision = promotion.current_revision
    return promotion.owner or (revision.created_by if revision else None)


def words_in(text: Any, *, name: str) -> str:
    """A text of at most 1,000 characters; PostgreSQL takes no NUL."""
    words = str(text).replace("\x00", "").replace("\r\n", "\n").strip()
    if len(words) > LONGEST_WORDS:
        raise ValidationError(
            {
                name: [
                    _("At most %(most)s characters; this has %(n)s.")
                    % {"most": LONGEST_WORDS, "n": len(words)}
                ]
            }
        )
    return words


def counted(quantity: Any, *, report: FieldReport) -> Decimal | None:
    """What was counted, in the item's unit; only a wrong stock comes with it, and always does."""
    if report.kind != ReportKind.STOCK_WRONG or report.item is None:
        return None
    try:
        amount = typed_count(str("" if quantity is None else quantity), item=report.item)
    except FeedRefused as refusal:
        raise ValidationError({"quantity": [refusal.message]}) from refusal
    if amount is None:
        raise ValidationError({"quantity": [_("Count what is there and enter a number such as 12.")]})
    return amount


def count_of(report: FieldReport, *, quantity: Decimal, key: str) -> ManualCount:
    """The count as a stock claim, believed until somebody's newer fact."""
    assert report.item is not None
    return count_by_hand(
        store=report.store, item=report.item, quantity=quantity, member=report.reported_by, now=report.reported_at,
        key=key,
    ).count  # fmt: skip


def told_before(report: FieldReport, *, quantity: Decimal | None) -> FieldReport | None:
    """The same report by the same person a moment ago: a second tap, or a second tab. Another count is another."""
    newest = (
        FieldReport.objects.waiting()
        .with_names()
        .filter(
            store=report.store, reported_by=report.reported_by, kind=report.kind, promotion=report.promotion,
            item=report.item, words=report.words, reported_at__gt=report.reported_at - SAME_WITHIN,
        )
        .first()
    )  # fmt: skip
    if newest and newest.manual_count and report.item and quantity is not None:
        return newest if newest.manual_count.quantity == smallest_units(quantity, item=report.item) else None
    return newest


def add_to_report(*, report: FieldReport, words: str, photo: bytes | None) -> FieldReport:
    """Put words and a photo to a report that waits; what is not given stays. ValidationError, or Conflict."""
    words = words_in(words, name="words")
    with transaction.atomic():
        locked = FieldReport.objects.select_for_update(no_key=True).get(pk=report.pk)
        if locked.state not in WAITING:
            raise Conflict(_("This was answered meanwhile."))
        locked.words = words or locked.words
        if photo:
            storage, old = locked.photo.storage, locked.photo.name
            locked.photo.save("photo.jpg", ContentFile(photo), save=False)
            transaction.on_commit(lambda: storage.delete(old) if old else None)
        locked.save(update_fields=["words", "photo"])
    return FieldReport.objects.with_names().get(pk=report.pk)


def answer_report(
    *, report: FieldReport, answer: str, by: Any, now: datetime, closes: bool = False
) -> FieldReport:
    """Answer a report: the store that told it hears so. `closes`: there is nothing more to say.

    ValidationError under `answer`; Conflict where somebody else was faster.
    """
    text = words_in(answer, name="answer")
    if not text:
        raise ValidationError({"answer": [_("Say what the store should know or do.")]})
    new = ReportState.CLOSED if closes else ReportState.ANSWERED
    answered = {"answer": text, "answered_by": by, "answered_at": now, "answer_seen_at": None}
    return moved(report, new, why=text, by=by, now=now, **answered)


def reopen_report(*, report: FieldReport, why: str, by: Any, now: datetime) -> FieldReport:
    """The store says that the answer did not help: the report waits again, with a new due time.

    One that refusals raised is not opened again: three more of them raise the next.
    """
    if report.refusals is not None:
        raise Conflict(_("Refusals raised this one; if they go on, they raise another."))
    text = words_in(why, name="why") or _("Still not right.")
    due = due_at(ReportKind(report.kind), at=now)
    return moved(report, ReportState.REOPENED, why=text, by=by, now=now, due_at=due)


def moved(
    report: FieldReport, new: ReportState, *, why: str, by: Any, now: datetime, **columns: Any
) -> FieldReport:
    """The report in its new state, with the row that says who took the step and why."""
    with transaction.atomic():
        Store.objects.filter(pk=report.store_id).lock_in_order()
        locked = FieldReport.objects.select_for_update(no_key=True).get(pk=report.pk)
        old = ReportState(locked.state)
        if not may_step(old, new):
            raise Conflict(_("Somebody was faster: look at how the report stands."))
        FieldReport.objects.filter(pk=locked.pk).update(state=new, **columns)
        step = ReportStep(locked.store_id, locked.pk, old, new, by.pk, why)
        write_report_changes(steps=[step], now=now)
    return FieldReport.objects.with_names().get(pk=report.pk)


def mark_answers_seen(*, store: Store, member: Any, now: datetime) -> int:
    """This person has looked at the store's reports; how many answers were news."""
    unread = FieldReport.objects.filter(store=store).unread_by(member)
    return unread.update(answer_seen_at=now)
