"""Every address of the API × every method × everybody: who gets in, and that a store sees only its own (G9).

A new address fails here until it says in RULES who may do what there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from inventory.models import CodeMapping, FeedRun, FeedSource, StockConflict
from promotions.models import Redemption
from tests.access import api_routes
from tests.api_client import World, create_world, stopped_clock
from tests.factories_promotions import NOW, content_for, create_conflict, create_published_promotion

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROLES = ("associate", "merchandiser", "operator", "admin")
EVERYBODY = frozenset(ROLES)
DESK = frozenset({"merchandiser", "admin"})
NIGHT_SHIFT = frozenset({"operator", "admin"})


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

RULES = {
    "api-verdict": Rule({"GET": EVERYBODY}),
    "api-stores": Rule({"GET": EVERYBODY}),
    "api-store": Rule({"GET": EVERYBODY}),
    "api-stock": Rule({"GET": EVERYBODY}),
    "api-stock-counts": Rule({"POST": NIGHT_SHIFT | {"associate"}}, body={"item": "OAT-1", "quantity": "11"}),
    "api-stock-explained": Rule({"GET": EVERYBODY}),
    "api-conflicts": Rule({"GET": EVERYBODY}),
    "api-conflict-resolve": Rule({"POST": NIGHT_SHIFT}, body={"resolution": "Counted twice: nine."}),
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
    "api-live-ticket": Rule({"POST": EVERYBODY}),
    "api-promotions": Rule({"GET": EVERYBODY, "POST": DESK}, body=DRAFT),
    "api-promotion": Rule({"GET": EVERYBODY}),
    "api-revisions": Rule({"POST": DESK}, body=DRAFT),
    "api-publish": Rule({"POST": DESK}),
    "api-stop": Rule({"POST": DESK}, body={"reason": "walked over"}),
    "api-board": Rule({"GET": EVERYBODY}),
    "api-tokens": Rule({"POST": EVERYBODY, "DELETE": EVERYBODY}, body=SIGN_IN, public=frozenset({"POST"})),
    "api-schema": Rule({"GET": EVERYBODY}, public=frozenset({"GET"})),
    "api-docs": Rule({"GET": EVERYBODY}, public=frozenset({"GET"})),
}
ROUTES = {route.name: route.path for route in api_routes()}


def cases_with(parameter: str) -> list[tuple[str, str]]:
    """Every (route, method) that somebody may use and that names such a thing in its path."""
    return [
        (name, method)
        for name in sorted(RULES)
        for method in RULES[name].allowed
        if parameter in ROUTES[name]
    ]


@pytest.fixture
def world(db: None, tmp_path: Any) -> Iterator[World]:
    with stopped_clock(), override_settings(MEDIA_ROOT=tmp_path):
        made = create_world()
        create_conflict(store=made.there, item=made.item)
        create_conflict(store=made.here, item=made.item)
        FeedRun.objects.update(keeps_raw=False)
        yield made


def address(name: str, *, store: str = "here-1", promotion: str = "oat") -> str:
    """The route with its parameters filled in."""
    values = {"store_code": store, "promotion_id": promotion, "sku": "OAT-1", "source": "wms"}
    path = re.sub(r"<\w+:(\w+)>", lambda found: values.get(found[1]) or key_of(found[1]), ROUTES[name])
    return path.removeprefix("/api/v1") + ("?code=SAVE29" if name == "api-verdict" else "")


def key_of(parameter: str) -> str:
    """The primary key that stands for such a parameter in the world."""
    run, mapping = FeedRun.objects.order_by("pk"), CodeMapping.objects.order_by("pk")
    conflict = StockConflict.objects.order_by("-pk")
    rows: Any = {"run_id": run, "mapping_id": mapping, "conflict_id": conflict}[parameter]
    return str(rows.values_list("pk", flat=True).first() or 1)


def arrange(world: World, name: str) -> None:
    """What stands before a request that changes it: a held file to decide about, a mapping to remove."""
    if name in ("api-feed-release", "api-feed-refuse"):
        FeedRun.objects.update(state="HELD", finished_at=None)
    if name == "api-feed-mapping":
        CodeMapping.objects.get_or_create(
            source=FeedSource.objects.get(code="wms"), kind="ITEM", code="A-7", item=world.item, made_at=NOW
        )


def send(world: World, who: str, *, name: str, method: str, **places: str) -> Any:
    """One request by one of them."""
    if method != "GET":
        arrange(world, name)
    path = address(name, **places)
    body: Any = b"" if method == "GET" else RULES[name].body
    if name == "api-promotions" and method == "POST":
        body = {**body, "promotion_id": f"of-{who}"}
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
    foreign = send(world, "associate", name=name, method=method, store="there-1")
    missing = send(world, "associate", name=name, method=method, store="nowhere")
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
    assert not Redemption.objects.exists()


def test_reading_changes_nothing(world: World) -> None:
    before = rows_written()
    for name, rule in RULES.items():
        if "GET" in rule.allowed:
            send(world, "admin", name=name, method="GET")
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
