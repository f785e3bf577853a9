"""Each named constraint of promotions and staff refuses the row it is there to refuse."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Model
from psycopg.types.range import Range

from inventory.models import Item, Store
from omnistore.staff.models import ApiKey, StaffMember, StoreMembership
from promotions.models import (
    Acknowledgement,
    Briefing,
    Budget,
    Campaign,
    CampaignChange,
    CodeBatch,
    FieldReport,
    HonourCheck,
    IdempotencyKey,
    ItemList,
    LimitCounter,
    Look,
    NoticeDismissal,
    Nudge,
    OfferChange,
    OfferItem,
    Picture,
    Promotion,
    PromotionRevision,
    PromotionStep,
    QuizAnswer,
    RainCheck,
    ReadingStep,
    Redemption,
    RedemptionChange,
    RedemptionOverride,
    ReportChange,
    SavedView,
    Shopper,
    SingleUseCode,
    StoreOffer,
    StoreStream,
    TargetMark,
    UploadBatch,
    UploadEvent,
    UploadRow,
)
from promotions.services.checks import time_ordered_id
from promotions.services.publishing import create_promotion
from promotions.services.reading import acknowledge, look
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, content_for, create_published_promotion, create_staff_member
from tests.promotions.services.uploads.tables import uploaded

pytestmark = pytest.mark.django_db


def again(model: Any, **changes: Any) -> None:
    """The model's one row once more under a new id."""
    row = model.objects.get()
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    values.pop("id", None)
    model.objects.create(**values | changes)


def revision(**content: Any) -> Callable[[], None]:
    """Another revision with these words, past all the checks before the database."""
    return lambda: again(PromotionRevision, **{"number": 2} | content)


def step(**changes: Any) -> None:
    """A step of the one promotion."""
    first = PromotionRevision.objects.get()
    PromotionStep.objects.create(
        **{
            "promotion": first.promotion, "revision": first, "action": "SUBMIT", "old_state": "LIVE",
            "new_state": "LIVE", "old_revision_state": "DRAFT", "new_revision_state": "SUBMITTED", "at": NOW,
        } | changes
    )  # fmt: skip


UNPUBLISHED: dict[str, Any] = {
    "promotion_id": "other", "state": "DRAFT", "revision_state": "DRAFT", "current_revision_id": None,
    "published_at": None,
}  # fmt: skip
BREAKS: dict[str, Callable[[], Any]] = {
    "promotions_saved_view_name_once": lambda: again(SavedView, is_default=False),
    "promotions_saved_view_one_default": lambda: again(SavedView, name="two"),
    "promotions_saved_view_name_given": lambda: SavedView.objects.update(name=""),
    "promotions_upload_row_once": lambda: again(UploadRow),
    "promotions_upload_row_state_known": lambda: UploadRow.objects.update(state="MAYBE"),
    "promotions_upload_row_errors_told": lambda: UploadRow.objects.update(errors={"a": ["b"]}),
    "promotions_upload_row_kept_told": lambda: UploadRow.objects.update(told="moved"),
    "promotions_upload_event_kind_known": lambda: UploadEvent.objects.update(kind="SOLD"),
    "promotions_upload_asked_at_paired": lambda: UploadBatch.objects.update(asked="COMMIT"),
    "promotions_upload_undone_after_uploaded": lambda: UploadBatch.objects.update(
        undone_at=NOW - timedelta(days=1)
    ),
    "promotions_upload_sha256": lambda: UploadBatch.objects.update(sha256="x"),
    "promotions_promotion_state_known": lambda: Promotion.objects.update(state="PAUSED"),
    "promotions_promotion_id_given": lambda: Promotion.objects.update(promotion_id=""),
    "promotions_promotion_published_has_revision": lambda: Promotion.objects.update(state="DRAFT"),
    "promotions_promotion_stopped_at_paired": lambda: Promotion.objects.update(state="STOPPED"),
    "promotions_promotion_code_names_one": lambda: again(Promotion, **UNPUBLISHED),
    "promotions_promotion_revision_state_known": lambda: Promotion.objects.update(revision_state="MAYBE"),
    "promotions_promotion_states_agree": lambda: again(
        Promotion, **UNPUBLISHED | {"open_code": None, "revision_state": "SUBMITTED"}
    ),
    "promotions_step_action_known": lambda: step(action="WHIM"),
    "promotions_step_changes_something": lambda: step(new_state="LIVE", new_revision_state="DRAFT"),
    "promotions_step_why_given": lambda: step(action="STOP"),
    "promotions_revision_number_once": revision(number=1),
    "promotions_revision_value_fits_type": revision(percent_off=Decimal(101)),
    "promotions_revision_buy_m_given": revision(coupon_value_type="BUY_M_GET_PERCENT_OFF"),
    "promotions_revision_get_n_given": revision(
        coupon_value_type="BUY_M_GET_N_PERCENT_OFF", minimum_purchase_quantity=2
    ),
    "promotions_revision_bundle_has_parts": revision(
        coupon_value_type="BUNDLE_PRICE", percent_off=None, fixed_price_amount=Decimal(5), currency="USD"
    ),
    "promotions_item_list_code_given": lambda: ItemList.objects.create(code="", name="Odd ones"),
    "promotions_revision_code_fits_type": revision(offer_type="NO_CODE"),
    "promotions_revision_ends_after_start": revision(ends_on=content_for()["starts_on"]),
    "promotions_revision_minimum_stock_1": revision(minimum_stock=0),
    "promotions_revision_limit_1": revision(limit_uses=0),
    "promotions_revision_channel_given": revision(redemption_channel=[]),
    "promotions_revision_number_from_1": revision(number=0),
    "promotions_revision_basis_older": revision(basis_id=2**40),
    "promotions_offer_item_once": lambda: again(OfferItem, minimum_stock=99),
    "promotions_store_offer_state_known": lambda: StoreOffer.objects.update(state="MAYBE"),
    "promotions_store_offer_ends_after_start": lambda: StoreOffer.objects.update(
        ends_at=NOW - timedelta(days=99)
    ),
    "promotions_store_offer_period_in_window": lambda: StoreOffer.objects.update(
        closes_at=F("ends_at") + timedelta(seconds=1)
    ),
    "promotions_store_offer_honoured_to_end": lambda: StoreOffer.objects.update(
        honoured_until=F("starts_at")
    ),
    "promotions_target_mark_kind_known": lambda: TargetMark.objects.update(kind="ANYTHING"),
    "promotions_store_offer_counts_nest": lambda: StoreOffer.objects.update(items_available=5),
    "promotions_stream_seq_from_0": lambda: StoreStream.objects.update(seq=-1),
    "promotions_change_reason_known": lambda: again(OfferChange, seq=2, reason="WHIM"),
    "promotions_change_seq_from_1": lambda: again(OfferChange, seq=0),
    "promotions_briefing_told_after_briefed": lambda: Briefing.objects.update(
        told_at=NOW - timedelta(days=1)
    ),
    "promotions_acknowledged_once": lambda: again(Acknowledgement),
    "promotions_budget_never_over": lambda: Budget.objects.update(used=4),
    "promotions_redemption_discount_has_currency": lambda: Redemption.objects.update(discount_amount=1),
    "promotions_redemption_state_known": lambda: Redemption.objects.update(state="LOST"),
    "promotions_redemption_quantity_1": lambda: Redemption.objects.update(quantity=0),
    "promotions_redemption_rolled_back_once": lambda: again(RedemptionChange),
    "promotions_redemption_change_says_why": lambda: again(RedemptionChange, why=""),
    "promotions_shopper_known_or_erased": lambda: Shopper.objects.update(member_number=None),
    "promotions_campaign_has_a_name": lambda: Campaign.objects.update(title=""),
    "promotions_campaign_change_says_why": lambda: again(CampaignChange, why=""),
    "promotions_counter_once": lambda: again(LimitCounter),
    "promotions_counter_never_over": lambda: LimitCounter.objects.update(used=21),
    "promotions_counter_has_one_owner": lambda: LimitCounter.objects.update(campaign=Campaign.objects.get()),
    "promotions_counter_has_one_scope": lambda: LimitCounter.objects.update(shopper=Shopper.objects.get()),
    "promotions_counter_period_starts": lambda: LimitCounter.objects.update(starts_on=None),
    "promotions_counter_money_has_currency": lambda: LimitCounter.objects.update(unit="MONEY"),
    "promotions_batch_named_once": lambda: again(CodeBatch),
    "promotions_batch_has_name_and_codes": lambda: CodeBatch.objects.update(quantity=0),
    "promotions_single_code_has_its_form": lambda: SingleUseCode.objects.update(code="abc-d"),
    "promotions_rain_check_price_has_currency": lambda: RainCheck.objects.update(currency=""),
    "promotions_rain_check_valid_for_a_while": lambda: RainCheck.objects.update(valid_until=NOW),
    "promotions_override_says_why": lambda: RedemptionOverride.objects.create(
        redemption=Redemption.objects.get(), reasons=["ENDED"], by=StaffMember.objects.get(), why="", at=NOW
    ),
    "promotions_idempotency_key_once": lambda: again(IdempotencyKey),
    "promotions_revision_urgency_known": revision(urgency="LOUD"),
    "promotions_revision_quiz_whole": revision(quiz_question="What?"),
    "promotions_change_urgency_known": lambda: again(OfferChange, seq=2, urgency="LOUD"),
    "promotions_look_one_a_person": lambda: again(Look),
    "promotions_look_in_order": lambda: Look.objects.update(previous_at=NOW + timedelta(hours=1)),
    "promotions_reading_action_known": lambda: again(ReadingStep, action="SKIM"),
    "promotions_quiz_answer_given": lambda: again(QuizAnswer, answer=""),
    "promotions_nudge_one_an_hour": lambda: again(Nudge),
    "promotions_nudge_period_from_nudge": lambda: Nudge.objects.update(nudged_at=NOW - timedelta(minutes=1)),
    "promotions_nudge_dismissed_after": lambda: Nudge.objects.update(dismissed_at=NOW - timedelta(minutes=1)),
    "promotions_notice_dismissed_once": lambda: again(NoticeDismissal),
    "promotions_check_outcome_known": lambda: HonourCheck.objects.update(outcome="MAYBE"),
    "promotions_check_says_why": lambda: HonourCheck.objects.update(reasons=[]),
    "promotions_check_price_has_currency": lambda: HonourCheck.objects.update(currency=""),
    "promotions_report_kind_known": lambda: FieldReport.objects.update(kind="GOSSIP"),
    "promotions_report_state_known": lambda: FieldReport.objects.update(state="LOST"),
    "promotions_report_queue_known": lambda: FieldReport.objects.update(queue="NOBODY"),
    "promotions_report_due_after_told": lambda: FieldReport.objects.update(due_at=NOW),
    "promotions_report_words_short": lambda: FieldReport.objects.update(words="w" * 1001),
    "promotions_report_answered_says_what": lambda: FieldReport.objects.update(state="ANSWERED"),
    "promotions_report_raised_is_whole": lambda: FieldReport.objects.update(reason=""),
    "promotions_report_raised_once": lambda: again(FieldReport),
    "promotions_report_change_moves": lambda: again(ReportChange, seq=9, old_state="OPEN", why="x"),
    "promotions_report_change_says_why": lambda: again(
        ReportChange, seq=9, old_state="OPEN", new_state="CLOSED"
    ),
    "promotions_report_change_seq_from_1": lambda: again(ReportChange, seq=0),
    "promotions_picture_named_by_content": lambda: Picture.objects.create(
        sha256="mine", file="a.jpg", added_at=NOW
    ),
    "staff_member_role_known": lambda: StaffMember.objects.update(role="BOSS"),
    "staff_membership_once": lambda: again(StoreMembership),
    "staff_api_key_revoked_after_created": lambda: ApiKey.objects.update(revoked_at=NOW - timedelta(days=1)),
}


@pytest.fixture
def one_of_each() -> None:
    """A published promotion with a code and three uses in one store, one associate, one use of everything."""
    store = create_store()
    create_item()
    person = create_staff_member(stores=[store])
    promotion = create_published_promotion(generic_redemption_code="SAVE", limit_uses=3)
    first = promotion.latest_revision()
    acknowledge(store=store, revision_id=first.pk, staff_member=person, now=NOW)
    redemption = Redemption.objects.create(
        promotion=promotion, revision=first, store=store, redeemed_by=person, redeemed_at=NOW
    )
    RedemptionChange.objects.create(
        redemption=redemption, old_state="REDEEMED", new_state="ROLLED_BACK", by=person, why="slip", at=NOW
    )
    SavedView.objects.create(owner=person, name="mine", is_default=True, created_at=NOW)
    uploaded({})
    Shopper.objects.create(member_number="M1", created_at=NOW)
    campaign = Campaign.objects.create(campaign_id="autumn", title="Autumn", created_at=NOW)
    CampaignChange.objects.create(campaign=campaign, old_limits=[], new_limits=[], why="more", at=NOW)
    LimitCounter.objects.create(
        promotion=promotion,
        store=store,
        period="DAY",
        starts_on=NOW.date(),
        unit="USES",
        limit_amount=20,
        used=1,
    )
    batch = CodeBatch.objects.create(promotion=promotion, name="mail", quantity=1, created_at=NOW)
    code = SingleUseCode.objects.create(code="ABCD", batch=batch, promotion=promotion)
    RainCheck.objects.create(
        code=code, revision=first, item=Item.objects.get(), price=1, currency="USD",
        valid_until=NOW + timedelta(days=1), made_in=Store.objects.get(), made_at=NOW,
    )  # fmt: skip
    IdempotencyKey.objects.create(
        staff_member=person, key="k", fingerprint="f", status=201, answer={}, created_at=NOW
    )
    ApiKey.issue(staff_member=person, name="till", now=NOW)
    look(store=store, staff_member=person, now=NOW)
    QuizAnswer.objects.create(
        store=store, revision=first, staff_member=person, answer="Yes", is_right=True, answered_at=NOW
    )
    Nudge.objects.create(
        store=store, revision=first, staff_member=person, nudged_at=NOW,
        period=Range(NOW, NOW + timedelta(hours=1)),
    )  # fmt: skip
    NoticeDismissal.objects.create(store=store, seq=1, staff_member=person, dismissed_at=NOW)
    check = HonourCheck.objects.create(
        id=time_ordered_id(NOW), at=NOW, store=store, outcome="REFUSE", reasons=["ENDED"], code="SAVE",
        price_amount=2, currency="USD",
    )  # fmt: skip
    report = FieldReport.objects.create(
        store=store, kind="DEAL_REFUSED", queue="MERCHANDISING", promotion=promotion, reason="ENDED", refusals=3,
        currency="USD", last_check=check.pk, reported_at=NOW, due_at=NOW + timedelta(hours=2),
    )  # fmt: skip
    ReportChange.objects.create(store=store, seq=8, report=report, new_state="OPEN", at=NOW)


@pytest.mark.parametrize("name", BREAKS)
def test_the_database_refuses(name: str, one_of_each: None) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BREAKS[name]()


@pytest.mark.parametrize("kind", ["PERCENT_OFF", "MONEY_OFF", "FIXED_PRICE"])
def test_a_deal_without_its_amount_is_refused(kind: str, one_of_each: None) -> None:
    with pytest.raises(IntegrityError, match="promotions_revision_value_fits_type"), transaction.atomic():
        again(PromotionRevision, number=2, coupon_value_type=kind, percent_off=None, currency="USD")


def test_no_constraint_is_left_untested() -> None:
    """Those of tablets and of languages are broken in tests/omnistore/staff."""
    models: list[type[Model]] = [
        *apps.get_app_config("promotions").get_models(),
        StaffMember,
        StoreMembership,
        ApiKey,
    ]
    named = {constraint.name for model in models for constraint in model._meta.constraints}
    named.remove("staff_member_language_known")

    assert named == set(BREAKS)


def test_every_migration_constraint_stands_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        standing = {name for (name,) in cursor.fetchall()}

    assert {name for name in BREAKS if name.startswith("promotions_")} <= standing


def test_a_draft_has_no_offers() -> None:
    create_store()
    create_item()
    create_promotion(promotion_id="draft", content=content_for(), author=None, now=NOW)

    assert not StoreOffer.objects.exists()
