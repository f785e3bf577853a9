"""Shopify's webhooks: only signed, only fresh, each once, and what is older never wins."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings

from inventory.imports import load_run
from inventory.models import FeedRun, ItemIdentifier, WebhookEvent
from tests.api_client import Api, is_problem, stopped_clock
from tests.factories import create_item, create_source, create_store
from tests.factories_promotions import NOW
from tests.inventory.imports.files import counts, levels

OLD, NEW = "whsec-of-last-year", "whsec-of-this-year"


@pytest.fixture
def shop(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """A source that is told by Shopify of one item in one store; two secrets are active."""
    monkeypatch.setenv("SHOPIFY_SECRET", NEW)
    monkeypatch.setenv("SHOPIFY_SECRET_OLD", OLD)
    create_source(
        code="shopify",
        profile={"format": "shopify_webhook"},
        transport={"kind": "webhook", "secret_env": ["SHOPIFY_SECRET", "SHOPIFY_SECRET_OLD"]},
    )
    create_store(store_code="24826418")
    item = create_item(sku="OAT-1")
    ItemIdentifier.objects.create(item=item, kind="INTERNAL", value="808950810")
    with stopped_clock(), override_settings(MEDIA_ROOT=tmp_path):
        yield Api()


def level(available: int | None = 12, *, seconds: int = 60) -> bytes:
    """The message that so much has been available since so many seconds ago."""
    at = (NOW - timedelta(seconds=seconds)).isoformat()
    body = {"inventory_item_id": 808950810, "location_id": 24826418, "available": available, "updated_at": at}
    return json.dumps(body).encode()


def send(
    shop: Api,
    body: bytes,
    *,
    secret: str = NEW,
    event: str = "e-1",
    age: float = 2,
    source: str = "shopify",
    **changed: str,
) -> Any:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    headers = {
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "X-Shopify-Webhook-Id": event,
        "X-Shopify-Triggered-At": (NOW - timedelta(seconds=age)).isoformat(),
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    return shop.ask("POST", f"/feeds/{source}/webhook", body, **headers)


def loaded() -> list[FeedRun]:
    """Every run in the order of arrival, loaded as a worker would."""
    for run in FeedRun.objects.order_by("pk"):
        load_run(run_id=run.pk, now=NOW)
    return list(FeedRun.objects.order_by("pk"))


def test_a_signed_message_becomes_the_stores_level(shop: Api) -> None:
    assert send(shop, level(12)).status_code == 202

    (run,) = loaded()
    assert (run.file_name, counts(run)) == ("e-1.json", (1, 0, 0, 0))
    assert levels() == {("24826418", "OAT-1"): 12}


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_while_a_secret_is_changed_both_are_good(shop: Api, secret: str) -> None:
    assert send(shop, level(), secret=secret).status_code == 202


@pytest.mark.parametrize(
    "refused",
    [
        {"secret": "somebody-elses"},
        {"secret": ""},
        {"X_Shopify_Hmac_Sha256": ""},
        {"X_Shopify_Hmac_Sha256": "not base64 ü"},
        {"X_Shopify_Hmac_Sha256": base64.b64encode(hashlib.sha256(level()).digest()).decode()},
        {"age": 301},
        {"age": -60},
        {"X_Shopify_Triggered_At": ""},
        {"X_Shopify_Triggered_At": "2026-11-22T12:00:00"},
        {"source": "nobody"},
    ],
)
def test_who_cannot_sign_or_comes_late_leaves_no_trace(shop: Api, refused: dict[str, Any]) -> None:
    answer = send(shop, level(), **refused)

    assert is_problem(answer, 401)
    assert (FeedRun.objects.count(), WebhookEvent.objects.count()) == (0, 0)


def test_another_body_under_the_same_signature_is_refused(shop: Api) -> None:
    digest = hmac.new(NEW.encode(), level(12), hashlib.sha256).digest()

    assert send(shop, level(13), X_Shopify_Hmac_Sha256=base64.b64encode(digest).decode()).status_code == 401


def test_without_its_secret_in_the_environment_the_door_stays_shut(
    shop: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOPIFY_SECRET")

    assert send(shop, level()).status_code == 401


def test_the_same_event_again_changes_nothing(shop: Api) -> None:
    send(shop, level(12))
    again = send(shop, level(7))

    assert again.status_code == 200
    assert [counts(run) for run in loaded()] == [(1, 0, 0, 0)]
    assert levels() == {("24826418", "OAT-1"): 12}


def test_the_database_itself_knows_each_event_once(shop: Api) -> None:
    send(shop, level())
    event = WebhookEvent.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookEvent.objects.create(source=event.source, event_id="e-1", received_at=NOW, run=event.run)


def test_one_event_may_change_several_levels(shop: Api) -> None:
    answers = [
        send(shop, level(available), event=message, X_Shopify_Event_Id="of both")
        for message, available in (("m-1", 5), ("m-2", 4))
    ]

    assert [answer.status_code for answer in answers] == [202, 202]


def test_out_of_order_by_its_own_time_is_stale(shop: Api) -> None:
    send(shop, level(3, seconds=10), event="later")
    send(shop, level(9, seconds=90), event="earlier")

    assert [counts(run) for run in loaded()] == [(1, 0, 0, 0), (0, 0, 1, 0)]
    assert levels() == {("24826418", "OAT-1"): 3}


def test_an_item_that_is_not_tracked_gets_no_level(shop: Api) -> None:
    send(shop, level(None))

    (run,) = loaded()
    assert [note["code"] for note in run.notes] == ["not_tracked"]
    assert levels() == {}


def test_more_than_a_mebibyte_is_not_read(shop: Api) -> None:
    assert is_problem(send(shop, b" " * (2**20 + 1)), 413)
    assert send(shop, level() + b" " * (2**20 - len(level()))).status_code == 202


def test_a_source_that_is_switched_off_takes_nothing(shop: Api) -> None:
    source = create_source(
        code="off", enabled=False, transport={"kind": "webhook", "secret_env": "SHOPIFY_SECRET"}
    )

    assert is_problem(send(shop, level(), source=source.code), 409)


def test_events_are_forgotten_when_their_age_refuses_them_anyway(shop: Api) -> None:
    send(shop, level(1), event="old")
    WebhookEvent.objects.update(received_at=NOW - timedelta(days=3))
    send(shop, level(2), event="new")

    assert list(WebhookEvent.objects.values_list("event_id", flat=True)) == ["new"]
