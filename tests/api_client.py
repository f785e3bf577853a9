"""An HTTP client of the API for tests, and the kinds of people that may stand behind it."""

import json
from dataclasses import dataclass
from typing import Any

import time_machine
from django.test import Client

from inventory.models import Item, Store
from omnistore.staff.models import ApiKey, Role, StaffMember
from promotions.models import Promotion
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, create_published_promotion, create_staff_member, put_stock

V1 = "/api/v1"


class Api:
    """Requests below /api/v1 with one person's key; answers stay answers, also when they are 500."""

    def __init__(self, member: StaffMember | None = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers: dict[str, str] = {}
        if member is not None:
            _key, token = ApiKey.issue(staff_member=member, name="test", now=NOW)
            self.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """`body` is sent as JSON unless it is bytes or text; headers are given as Idempotency_Key=…"""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method,
            f"{V1}{path}",
            data=body if isinstance(body, (bytes, str)) else json.dumps(body, default=str),
            content_type=named.pop("Content-Type", "application/json"),
            headers=self.headers | named,
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, b"", **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, {} if body is None else body, **headers)


@dataclass(frozen=True)
class World:
    """Two stores with one item each way, a promotion in both, and who asks about them."""

    here: Store
    there: Store
    item: Item
    promotion: Promotion
    associate: Api
    manager: Api
    foreign_associate: Api
    merchandiser: Api
    approver: Api
    operator: Api
    admin: Api
    nobody: Api


def create_world(**content: Any) -> World:
    """Store "here" has 12 of the item, store "there" none; the code SAVE29 gives 29 % off."""
    here = create_store(store_code="here-1", name="Broadway")
    there = create_store(store_code="there-1", name="Lake Street", timezone="America/Chicago")
    item = create_item(sku="OAT-1", title="Oat Drink", gtin="04012345678901")
    put_stock(store=here, levels={item: 12})
    put_stock(store=there, levels={item: 0})
    promotion = create_published_promotion(
        **{"promotion_id": "oat", "generic_redemption_code": "SAVE29", **content}
    )
    people = {
        "associate": create_staff_member(username="maria", stores=[here]),
        "manager": create_staff_member(username="samira", role=Role.MANAGER, stores=[here]),
        "foreign_associate": create_staff_member(username="olga", stores=[there]),
        "merchandiser": create_staff_member(username="tom", role=Role.MERCHANDISER),
        "approver": create_staff_member(username="ines", role=Role.APPROVER),
        "operator": create_staff_member(username="nora", role=Role.OPERATOR),
        "admin": create_staff_member(username="ada", role=Role.ADMIN),
    }
    clients = {name: Api(member) for name, member in people.items()}
    return World(here=here, there=there, item=item, promotion=promotion, nobody=Api(), **clients)


def publish(world: World, promotion_id: str, *, number: int = 1) -> Any:
    """What two people do: one submits, the other approves and publishes; the second answer."""
    world.merchandiser.post(f"/promotions/{promotion_id}/submit", {"revision": number})
    return world.approver.post(f"/promotions/{promotion_id}/approve", {"revision": number, "publish": True})


def stopped_clock() -> Any:
    """The moment that the promotion tests live in."""
    return time_machine.travel(NOW, tick=False)


def is_problem(answer: Any, status: int) -> bool:
    """Whether an answer is a problem document of that status."""
    kind = answer.headers["Content-Type"]
    return bool(
        kind == "application/problem+json" and answer.status_code == status == answer.json()["status"]
    )
