"""Every address of the API × every method × everybody: who gets in, and that a store sees only its own (G9).

A new address fails here until it says in RULES who may do what there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.test import override_settings

from inventory.imports.holding import hold_stock
from inventory.models import CodeMapping, FeedRun, FeedSource, Reservation, StockConflict, StockLevel
from promotions.models import Campaign, CodeBatch, FieldReport, Picture, Redemption, UploadBatch
from promotions.services.approving import submit_revision
from promotions.services.codes import generate_codes
from promotions.services.pictures import keep_picture
from promotions.services.publishing import revise_promotion
from promotions.services.uploads import receive_upload
from tests.access import api_routes
from tests.api_client import World, create_world, stopped_clock
from tests.factories_promotions import NOW, content_for, create_conflict, create_published_promotion
from tests.factories_reports import picture

pytestmark = pytest.mark.django_db  # each test is rolled back within the world's own transaction

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROLES = ("associate", "manager", "merchandiser", "approver", "operator", "admin")
EVERYBODY = frozenset(ROLES)
DESK = frozenset({"merchandiser", "approver", "admin"})
JUDGES = frozenset({"approver", "admin"})
NIGHT_SHIFT = frozenset({"operator", "admin"})
FLOOR = frozenset({"associate", "manager"})


@dataclass(frozen=True)
class Rule:
    """Who may use which method. `body` is sent with writes; `public` methods need no key at all.

    `signed` methods open to a signature of the body and to nobody's key.
    """

    allowed: dict[str, frozenset[str]]
    body: Any = field(default_factory=dict)
    public: frozenset[str] = frozenset()
    signed: frozenset[str] = frozenset()


SIGN_IN = {"username": "maria", "password": "secret-enough", "name": "walker"}
DRAFT = content_for(starts_on="2026-11-20", ends_on="2026-12-01", percent_off="5")
PICTURE = picture(size=(8, 8))
TABLE = "promotion_id,Title\noat,29 % off oat drink\n"

RULES = {
    "api-verdict": Rule({"GET": EVERYBODY}),
    "api-stores": Rule({"GET": EVERYBODY}),
    "api-store": Rule({"GET": EVERYBODY}),
    "api-stock": Rule({"GET": EVERYBODY}),
    "api-stock-counts": Rule({"POST": NIGHT_SHIFT | FLOOR}, body={"item": "OAT-1", "quantity": "11"}),
    "api-stock-explained": Rule({"GET": EVERYBODY}),
    "api-conflicts": Rule({"GET": EVERYBODY}),
    "api-conflict-resolve": Rule({"POST": NIGHT_SHIFT}, body={"resolution": "Counted twice: nine."}),
    "api-places": Rule(
        {"GET": EVERYBODY, "PUT": NIGHT_SHIFT | FLOOR}, body={"places": {"OAT-1": "Aisle 4, shelf B"}}
    ),
    "api-items": Rule({"GET": EVERYBODY}),
    "api-item": Rule({"GET": EVERYBODY}),
    "api-feeds": Rule({"GET": NIGHT_SHIFT}),
    "api-feed-runs": Rule({"GET": NIGHT_SHIFT, "POST": NIGHT_SHIFT}),
    "api-feed-run": Rule({"GET": NIGHT_SHIFT}),
    "api-feed-webhook": Rule({}, signed=frozenset({"POST"})),
    "api-feed-rejected": Rule({"GET": NIGHT_SHIFT}),
    "api-feed-rejected-file": Rule({"GET": NIGHT_SHIFT}),
    "api-feed-replay": Rule({"POST": NIGHT_SHIFT}),
    "api-feed-drop": Rule({"POST": NIGHT_SHIFT}),
    "api-feed-release": Rule({"POST": NIGHT_SHIFT}),
    "api-feed-refuse": Rule({"POST": NIGHT_SHIFT}),
    "api-feed-unknown": Rule({"GET": NIGHT_SHIFT, "POST": NIGHT_SHIFT}),
    "api-feed-mappings": Rule(
        {"GET": NIGHT_SHIFT, "POST": NIGHT_SHIFT}, body={"kind": "ITEM", "code": "A-7", "target": "OAT-1"}
    ),
    "api-feed-mapping": Rule({"DELETE": NIGHT_SHIFT}),
    "api-offers": Rule({"GET": EVERYBODY}),
    "api-acknowledge": Rule({"POST": EVERYBODY}),
    "api-redemptions": Rule({"GET": EVERYBODY, "POST": EVERYBODY}, body={"code": "SAVE29"}),
    "api-roll-back": Rule({"POST": EVERYBODY}, body={"reason": "walked over"}),
    "api-holds": Rule({"GET": EVERYBODY, "POST": EVERYBODY}, body={"lines": [{"item": "OAT-1"}]}),
    "api-hold-release": Rule({"POST": EVERYBODY}),
    "api-hold-fulfil": Rule({"POST": EVERYBODY}),
    "api-rain-checks": Rule({"POST": EVERYBODY}, body={"item": "OAT-1", "promotion_id": "oat"}),
    "api-quote": Rule({"POST": EVERYBODY}, body={"lines": [{"item": "OAT-1"}]}),
    "api-live-ticket": Rule({"POST": EVERYBODY}),
    "api-pictures": Rule({"POST": DESK}, body=PICTURE),
    "api-picture": Rule({"GET": EVERYBODY}),
    "api-promotions": Rule({"GET": EVERYBODY, "POST": DESK}, body=DRAFT),
    "api-promotion": Rule({"GET": EVERYBODY}),
    "api-revisions": Rule({"POST": DESK}, body=DRAFT),
    "api-submit": Rule({"POST": DESK}, body={"revision": 2}),
    "api-withdraw": Rule({"POST": DESK}, body={"revision": 2}),
    "api-approve": Rule({"POST": JUDGES}, body={"revision": 2, "publish": True}),
    "api-reject": Rule({"POST": JUDGES}, body={"revision": 2, "why": "Too much."}),
    "api-history": Rule({"GET": DESK}),
    "api-publish": Rule({"POST": DESK}),
    "api-stop": Rule({"POST": DESK}, body={"reason": "walked over"}),
    "api-uploads": Rule({"GET": DESK, "POST": DESK}, body=TABLE),
    "api-upload": Rule({"GET": DESK}),
    "api-upload-rows": Rule({"GET": DESK}),
    "api-upload-commit": Rule({"POST": DESK}),
    "api-upload-undo": Rule({"POST": DESK}),
    "api-board": Rule({"GET": EVERYBODY}),
    "api-offer-graph": Rule({"GET": EVERYBODY}),
    "api-export-promotions-tsv": Rule({"GET": DESK | NIGHT_SHIFT}),
    "api-export-promotions-xml": Rule({"GET": DESK | NIGHT_SHIFT}),
    "api-export-left-out": Rule({"GET": DESK | NIGHT_SHIFT}),
    "api-export-inventory": Rule({"GET": DESK | NIGHT_SHIFT}),
    "api-code-batches": Rule({"GET": DESK, "POST": DESK}, body={"name": "mail", "quantity": 2}),
    "api-code-preview": Rule({"POST": DESK}, body=b"code\nABCD-1234\n"),
    "api-code-upload": Rule({"POST": DESK}, body=b"code\nABCD-1234\n"),
    "api-code-export": Rule({"GET": DESK}),
    "api-campaigns": Rule({"GET": DESK, "POST": DESK}, body={"title": "Autumn"}),
    "api-campaign": Rule({"GET": DESK}),
    "api-campaign-limits": Rule({"POST": DESK}, body={"limits": [], "why": "walked over"}),
    "api-reports": Rule({"GET": EVERYBODY, "POST": EVERYBODY}, body={"kind": "SIGN_MISSING"}),
    "api-report-answer": Rule(
        {"POST": DESK | NIGHT_SHIFT}, body={"answer": "A sign comes with the next truck."}
    ),
    "api-refusals": Rule({"GET": DESK}),
    "api-tokens": Rule({"POST": EVERYBODY, "DELETE": EVERYBODY}, body=SIGN_IN, public=frozenset({"POST"})),
    "api-schema": Rule({"GET": EVERYBODY}, public=frozenset({"GET"})),
    "api-docs": Rule({"GET": EVERYBODY}, public=frozenset({"GET"})),
}
QUERIES = {"api-verdict": "?code=SAVE29", "api-code-upload": "?name=list&only_good=1"}
ROUTES = {route.name: route.path for route in api_routes()}


def cases_with(parameter: str) -> list[tuple[str, str]]:
    """Every (route, method) that somebody may use and that names such a thing in its path."""
    return [
        (name, method)
        for name in sorted(RULES)
        for method in RULES[name].allowed
        if parameter in ROUTES[name]
    ]


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One world for the whole walk; what a test does to it is taken back."""
    folder = tmp_path_factory.mktemp("media")
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        stopped_clock(),
        override_settings(MEDIA_ROOT=folder),
    ):
        made = create_world()
        create_conflict(store=made.there, item=made.item)
        create_conflict(store=made.here, item=made.item)
        FeedRun.objects.update(keeps_raw=False)
        mailed = create_published_promotion(promotion_id="mailed", offer_type="SINGLE_USE_CODES")
        kept, _is_new = keep_picture(content=PICTURE, by=None, now=NOW)
        create_published_promotion(promotion_id="pictured", picture=kept.sha256)
        generate_codes(promotion=mailed, name="mail", quantity=1, author=None, now=NOW)
        Campaign.objects.create(campaign_id="autumn", title="Autumn", created_at=NOW)
        made.admin.post("/stores/here-1/redemptions", {"code": "SAVE29"}, Idempotency_Key="arranged")
        hold_one(made)
        receive_upload(content=TABLE.encode(), file_name="plan.csv", author=None, now=NOW)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World) -> World:
    """The world as it was built, whatever the test before has left in the rows at hand."""
    for part in vars(built).values():
        if isinstance(part, Model):
            part.refresh_from_db()
    return built


def address(name: str, *, store: str = "here-1", promotion: str = "") -> str:
    """The route with its parameters filled in."""
    values = {
        "store_code": store, "sku": "OAT-1", "source": "wms", "campaign_id": "autumn",
        "promotion_id": promotion or ("mailed" if "code-batches" in ROUTES[name] else "oat"),
    }  # fmt: skip
    path = re.sub(r"<\w+:(\w+)>", lambda found: values.get(found[1]) or key_of(found[1]), ROUTES[name])
    return path.removeprefix("/api/v1") + QUERIES.get(name, "")


def key_of(parameter: str) -> str:
    """The primary key that stands for such a parameter in the world."""
    rows: dict[str, Any] = {
        "run_id": FeedRun.objects.order_by("pk"),
        "conflict_id": StockConflict.objects.order_by("-pk"),
        "mapping_id": CodeMapping.objects.order_by("pk"),
        "upload_id": UploadBatch.objects.order_by("pk"),
        "redemption_id": Redemption.objects.order_by("redeemed_at"),
        "hold_id": Reservation.objects.order_by("made_at", "pk"),
        "report_id": FieldReport.objects.order_by("-pk"),
        "sha256": Picture.objects.all(),
        "batch_id": CodeBatch.objects.filter(name="mail"),
    }
    return str(rows[parameter].values_list("pk", flat=True).first() or 1)


def arrange(world: World, name: str) -> None:
    """What stands before a request that changes it: a held file to decide about, a mapping to remove."""
    if name in ("api-feed-release", "api-feed-refuse"):
        FeedRun.objects.update(state="HELD", finished_at=None)
    if name == "api-rain-checks":
        StockLevel.objects.update(on_hand=0)
    if name in ("api-hold-release", "api-hold-fulfil"):
        hold_one(world)
    if name in ("api-submit", "api-withdraw", "api-approve", "api-reject"):
        revise_oat(world)
    if name == "api-report-answer":  # each of them answers one that waits
        world.associate.post(
            "/stores/here-1/reports", {"kind": "SIGN_MISSING", "words": f"sign {FieldReport.objects.count()}"},
            Idempotency_Key=f"sign {FieldReport.objects.count()}",
        )  # fmt: skip
    if name == "api-feed-mapping":
        CodeMapping.objects.get_or_create(
            source=FeedSource.objects.get(code="wms"), kind="ITEM", code="A-7", item=world.item, made_at=NOW
        )


def hold_one(world: World) -> None:
    """One active hold, and no other."""
    Reservation.objects.all().delete()
    StockLevel.objects.update(reserved=0)
    hold_stock(
        store=world.here, quantities={world.item.pk: 1}, made_in=world.here, made_by=None, for_whom="",
        expires_at=NOW + timedelta(hours=1), revision_id=None, why="arranged", now=NOW,
    )  # fmt: skip


def revise_oat(world: World) -> None:
    """Revision 2 of "oat", by a feed and waiting for approval: a draft can be withdrawn and submitted all the same."""
    content = content_for(percent_off=5, generic_redemption_code="SAVE29")
    if world.promotion.latest_revision().number == 1:
        revise_promotion(promotion=world.promotion, content=content, author=None, now=NOW)
        submit_revision(promotion=world.promotion, number=2, by=None, now=NOW)


def send(world: World, who: str, *, name: str, method: str, **places: str) -> Any:
    """One request by one of them."""
    if method != "GET":
        arrange(world, name)
    path = address(name, **places)
    body: Any = b"" if method == "GET" else RULES[name].body
    if name == "api-promotions" and method == "POST":
        body = {**body, "promotion_id": f"of-{who}"}
    if name == "api-campaigns" and method == "POST":
        body = {**body, "campaign_id": f"of-{who}"}
    if name == "api-code-batches" and method == "POST":
        body = {**body, "name": f"of-{who}"}
    if name == "api-code-upload":
        CodeBatch.objects.filter(name="list").delete()
    api = getattr(world, who)
    if not ROUTES[name].startswith("/api/v1"):
        return api.client.generic(method, path, headers=api.headers)
    return api.ask(method, path, body, Idempotency_Key=f"{who} {name} {method}")


def test_every_address_has_its_rule() -> None:
    assert set(ROUTES) == set(RULES)


@pytest.mark.parametrize("name", sorted(RULES))
def test_each_role_gets_in_where_it_may_and_nowhere_else(world: World, name: str) -> None:
    rule = RULES[name]
    for method, role in product(METHODS, ROLES):
        status = send(world, role, name=name, method=method).status_code
        if role in rule.allowed.get(method, ()):
            assert status < 400, (method, role)
        elif method in rule.signed:
            assert status == 401, (method, role)
        else:
            assert status in (403, 405), (method, role)


@pytest.mark.parametrize("name", sorted(RULES))
def test_without_a_key_only_the_public_is_open(world: World, name: str) -> None:
    rule = RULES[name]
    for method in METHODS:
        status = send(world, "nobody", name=name, method=method).status_code
        if method in rule.public:
            assert status < 400, method
        else:
            assert status == 401 or (status == 405 and method not in rule.allowed), method


@pytest.mark.parametrize(("name", "method"), cases_with("store_code"))
def test_a_foreign_store_is_like_none(world: World, name: str, method: str) -> None:
    before = rows_written()
    for who in sorted(FLOOR):
        foreign = send(world, who, name=name, method=method, store="there-1")
        missing = send(world, who, name=name, method=method, store="nowhere")
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content
    assert rows_written() == before


@pytest.mark.parametrize(
    "name", [name for name in sorted(RULES) if "associate" in RULES[name].allowed.get("GET", ())]
)
def test_what_a_store_reads_names_no_other(world: World, name: str) -> None:
    create_published_promotion(promotion_id="faraway", store_codes_inclusion=["there-1"])
    seen = send(world, "associate", name=name, method="GET").content
    assert b"there-1" not in seen
    assert b"faraway" not in seen


@pytest.mark.parametrize(("name", "method"), cases_with("promotion_id"))
def test_a_promotion_of_other_stores_does_not_exist(world: World, name: str, method: str) -> None:
    create_published_promotion(promotion_id="faraway", store_codes_inclusion=["there-1"])
    assert send(world, "associate", name=name, method=method, promotion="faraway").status_code in (403, 404)


@pytest.mark.parametrize("place", ["code", "promotion_id"])
def test_a_promotion_of_other_stores_is_not_redeemed_through_the_body(world: World, place: str) -> None:
    create_published_promotion(
        promotion_id="far", generic_redemption_code="far", store_codes_inclusion=["there-1"]
    )
    answer = world.associate.post("/stores/here-1/redemptions", {place: "far"}, Idempotency_Key="k")
    assert answer.status_code == 404
    assert not Redemption.objects.filter(promotion__promotion_id="far").exists()


# Asking for a verdict is an event of its own: that it was asked is kept, and nothing else.
WRITTEN_BY_READING = {"api-verdict": "promotions_honourcheck"}


def test_reading_changes_nothing(world: World) -> None:
    before = rows_written()
    for name, rule in RULES.items():
        if "GET" in rule.allowed:
            send(world, "admin", name=name, method="GET")
            if name in WRITTEN_BY_READING:
                before[WRITTEN_BY_READING[name]] += 1
    assert rows_written() == before


def rows_written() -> dict[str, Any]:
    """How many rows every table of ours has."""
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.startswith(("promotions_", "inventory_"))
    ]
    with connection.cursor() as cursor:
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts
