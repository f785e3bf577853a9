"""Everything that OmniStore has to show at once: the world of the walk over every screen."""

from datetime import UTC, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db.models import Model
from django.utils import timezone

from inventory.imports.places import say_places
from inventory.models import (
    CodeMapping,
    FeedAlert,
    FeedRun,
    FeedSource,
    RejectedRow,
    Reservation,
    StockConflict,
    Store,
    StoreGroup,
)
from omnistore.staff.enrolling import start_enrolment
from omnistore.staff.models import Role, StaffMember
from promotions.models import Promotion, SavedView, UploadRow
from promotions.services.holding import hold
from promotions.services.nudging import nudge
from promotions.services.publishing import stop_promotion
from promotions.services.reading import acknowledge, mark_told
from promotions.services.refusal_reports import raise_refusal_reports
from promotions.services.reporting import answer_report
from promotions.services.saved_views import save_view
from promotions.services.uploads import commit_batch, receive_upload
from tests.browser.shop import Shop, open_shop, publish
from tests.browser.test_desk import asked_to_give_more, open_night
from tests.browser.test_merchandising import draft, table
from tests.browser.test_quarantine import arrived
from tests.factories import create_source, gtin_for
from tests.factories_devices import Tablet, create_person
from tests.factories_promotions import create_campaign, create_conflict, create_staff_member
from tests.factories_reports import create_check, tell
from tests.inventory.imports.files import stock_file
from tests.omnistore.staff.codes import SECRET

DESK_ROLES = {"tom": Role.MERCHANDISER, "ines": Role.APPROVER, "nora": Role.OPERATOR, "ada": Role.ADMIN}


def open_everything() -> Shop:
    """A shop with its staff, plans, reports, holds, tablets, and a night with files in every state."""
    shop = open_shop()
    shop.people = {"maria": shop.maria, **staff_of(shop.elm)}
    Promotion.objects.update(owner=shop.people["tom"])
    tell_the_store(shop)
    plan(shop)
    talk_back(shop)
    shop.runs = run_the_night(shop)
    enrol_tablets(shop)
    return shop


def staff_of(store: Store) -> dict[str, StaffMember]:
    """A manager of the store, and one person for each desk; the operator has an app and recovery codes."""
    people = {"samira": create_staff_member(username="samira", role=Role.MANAGER, stores=[store])}
    people |= {name: create_staff_member(username=name, role=role) for name, role in DESK_ROLES.items()}
    TOTP.activate(people["nora"], SECRET)
    RecoveryCodes.activate(people["nora"])
    return people


def tell_the_store(shop: Shop) -> None:
    """Talk tracks, a question, places on the shelf, something read, and a nudge for the manager."""
    samira, now = shop.people["samira"], timezone.now()
    publish(
        shop.elm, long_title="Barista weekend, 40 % off", percent_off=40, item_id_inclusion=["OAT-2"],
        talk_track="It froths like milk.\nGood for two more days.", quiz_question="Which oat drink is it?",
        quiz_answers="Barista alone\nEvery oat drink", quiz_explanation="The plain one is in another deal.",
    )  # fmt: skip
    places = {"OAT-1": "Aisle 4, shelf B", "COF-1": "Aisle 7"}
    say_places(store=shop.elm, places=places, member=samira, now=now)
    revision = shop.oat_deal.latest_revision()
    mark_told(store=shop.elm, revision_ids=[revision.pk], now=now)
    acknowledge(store=shop.elm, revision_id=revision.pk, staff_member=shop.maria, now=now)
    nudge(store=shop.elm, promotion_pk=shop.oat_deal.pk, staff_member=samira, by=samira, now=now)
    hold(
        made_in=shop.elm, staff_member=shop.maria, key="ann", now=timezone.now(),
        request={"lines": [{"item": "OAT-1", "quantity": Decimal(2)}], "for_whom": "Ann"},
    )  # fmt: skip


def plan(shop: Shop) -> None:
    """Promotions of every lifecycle state, a group, a campaign, a view, and two uploads."""
    now, tom = timezone.now(), shop.people["tom"]
    group = StoreGroup.objects.create(code="north", name="North region")
    group.stores.add(shop.elm)
    create_campaign("Winter")
    for number, (title, sku) in enumerate((("Breakfast for two", "COF-1"), ("Tea time", "TEA-1"))):
        first = now.date() + timedelta(days=5 * number + 3)
        draft(f"PLAN-{number}", long_title=title, campaign="Winter", item_id_inclusion=[sku], starts_on=first,
              ends_on=first + timedelta(days=9))  # fmt: skip
    asked_to_give_more(shop, author=shop.people["ines"])
    misprint = publish(
        shop.far, promotion_id="MISPRINT", item_id_inclusion=["TEA-1"], store_codes_inclusion=["0365"]
    )
    stop_promotion(promotion=misprint, reason="The price was a misprint.", now=now, by=tom)
    save_view(owner=tom, name="Winter plans", query="campaign=Winter", now=now)
    shop.uploads = [
        receive_upload(content=content, file_name="winter.csv", author=tom, now=now)[0]
        for content in (table(shop), table(shop).replace(b"W-", b"V-"))
    ]
    commit_batch(batch=shop.uploads[1], author=tom, now=now)


def talk_back(shop: Shop) -> None:
    """Refusals enough for a chart; reports that wait, are overdue, have a photo, were answered."""
    now = timezone.now()
    for number in range(17):
        create_check(
            store=(shop.elm, shop.oak, shop.far)[number % 3 and number % 2],
            promotion=(shop.coffee_deal, shop.oat_deal)[number % 4 == 0], at=now - timedelta(minutes=number),
            reason=("OUT_OF_STOCK", "ENDED", "NOT_THIS_STORE")[number % 5 % 3],
        )  # fmt: skip
    raise_refusal_reports(now=now)
    told = partial(tell, store=shop.elm, member=shop.maria)
    told(kind="STOCK_WRONG", item="OAT-1", quantity="7", now=now)
    told(kind="CUSTOMER_VOICE", now=now - timedelta(days=3),
         words="The mail said Saturday, the shelf says Friday. She was nice about it.")  # fmt: skip
    answered = told(kind="SIGN_MISSING", now=now)
    answer_report(report=answered, answer="It comes with the truck at four.", by=shop.people["tom"], now=now)
    shop.reports = [answered]


def run_the_night(shop: Shop) -> list[FeedRun]:
    """A month of runs, one loading, one refused, one with rejected lines, one held, a conflict, a mapping."""
    now, night = timezone.now(), open_night(lines=12)
    west = create_source(code="west", name="Warehouse West")
    at = (now - timedelta(hours=1)).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    lines: list[tuple[object, ...]] = [
        ("0412", "04012345000016", "12 Stk", at), ("0412", gtin_for(77), 4, at), ("0413", "04012345000016", 5, at),
    ]  # fmt: skip
    rejected = arrived(west, stock_file(*lines), now)
    held = FeedRun.objects.create(
        source=west, sha256="9" * 64, file_name="full-tonight.csv", size=1_200_000, state="HELD", received_at=now,
        problem={"code": "drop_guard", "message": "The file lost 60 % of the items of store 0412 (600 of 1,000)."},
        preview={"counts": {"received": 17_000, "applied": 1_200, "unchanged": 15_800}, "absent": 600,
                 "stores": ["0412"], "examples": ["Oat Drink 1 L in 0412: 12 → 0"]},
    )  # fmt: skip
    FeedAlert.objects.create(
        source=west, run=held, kind="HELD", message=held.problem["message"], opened_at=now
    )
    FeedSource.objects.filter(code="pos").update(
        pull_problem={
            "code": "unreachable",
            "message": "sftp.tills.example did not answer within 20 s.",
        }
    )
    CodeMapping.objects.create(source=west, kind="ITEM", code="A-7", item=shop.oat, made_at=now)
    create_conflict(store=shop.elm, item=shop.oat, opened_at=now)
    return [night, rejected, held, *FeedRun.objects.filter(state__in=("LOADING", "REFUSED"))]


def enrol_tablets(shop: Shop) -> None:
    """One that nobody is on, and one that waits; two people with PINs and one without."""
    shop.anna = create_person(shop.elm, first_name="Anna-Katharina")
    create_person(shop.elm, first_name="Bo")
    waiting, _secret = start_enrolment(public_key=Tablet().public_key, now=timezone.now())
    shop.waiting = waiting


def places_in(shop: Shop) -> dict[str, list[Any]]:
    """What stands for an open part of an address: by the parameter, or for a `pk` by the start of the route's name."""
    promotions = [
        *(shop.coffee_deal.pk, shop.oat_deal.pk),
        *Promotion.objects.filter(promotion_id__in=("MISPRINT", "PLAN-0")).values_list("pk", flat=True),
    ]
    return {
        "promotion_pk": promotions[:2], "store_code": ["0412"], "sku": ["OAT-1"], "code": ["wms", "west"],
        "report_id": [report.pk for report in shop.reports], "member_pk": [shop.anna.pk],
        "hold_id": keys_of(Reservation), "redemption_id": [uuid4()], "provider_id": ["company"],
        "promotion": promotions, "upload": [batch.pk for batch in shop.uploads],
        "upload-row": keys_of(UploadRow), "view": keys_of(SavedView), "feed-run": [run.pk for run in shop.runs],
        "feed-row": keys_of(RejectedRow), "feed-mapping": keys_of(CodeMapping), "conflict": keys_of(StockConflict),
        "device": [shop.anna.pk], "mfa_remove_webauthn": [0], "sha256": ["0" * 64],  # a picture is no page
    }  # fmt: skip


def keys_of(model: type[Model]) -> list[Any]:
    """The newest row's."""
    return list(model._default_manager.order_by("-pk").values_list("pk", flat=True)[:1])
