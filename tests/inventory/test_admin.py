"""A source is only saved with a transport and a schedule that lead somewhere."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from inventory.admin import FeedSourceAdmin, FeedSourceForm
from inventory.models import FeedSource, PrecedenceChange
from omnistore.staff.models import Role
from tests.factories import create_source
from tests.factories_promotions import create_staff_member

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
FIELDS: dict[str, Any] = {
    "code": "wms", "name": "Depot", "kind": "STOCK", "profile": "{}", "enabled": "on", "freshness_limit": "26:00:00",
    "transport": "{}", "pull_every": "", "pull_times": "[]", "pull_timezone": "Europe/Berlin", "next_pull_at_0": "",
    "next_pull_at_1": "", "precedence": "100",
    "conflict_tolerance": "0", "holds_for": "", "expected_every": "24:00:00", "alert_email": "", "alert_webhook": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def form(source: FeedSource | None = None, **fields: Any) -> FeedSourceForm:
    return FeedSourceForm(FIELDS | fields, instance=source)


def test_the_next_pull_follows_from_the_schedule() -> None:
    source = form(pull_times='["03:10", "14:30"]').save()
    assert source.next_pull_at == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
    source = form(source, pull_times='["03:10"]').save()
    assert source.next_pull_at == datetime(2026, 5, 2, 1, 10, tzinfo=UTC)
    source = form(source, pull_every="00:15:00").save()
    assert source.next_pull_at == NOW + timedelta(minutes=15)
    assert form(source).save().next_pull_at is None


def test_a_time_that_was_asked_for_stays() -> None:
    source = create_source(
        code="wms", pull_every=timedelta(minutes=15), next_pull_at=NOW + timedelta(hours=3)
    )
    wanted = {"pull_every": "00:15:00", "next_pull_at": "2026-05-01 12:01:00", "pull_timezone": "UTC"}
    assert form(source, **wanted).save().next_pull_at == NOW + timedelta(minutes=1)
    assert form(source, **wanted).save().next_pull_at == NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("transport", {"transport": '{"kind": "ftp"}'}),
        ("transport", {"transport": '{"kind": "https", "url": "https://me:pw@files.example.com/a"}'}),
        ("pull_times", {"pull_times": '["3:10"]'}),
        ("pull_times", {"pull_times": '["03:10"]', "pull_every": "00:15:00"}),
        ("pull_every", {"pull_every": "00:00:00"}),
        ("pull_timezone", {"pull_timezone": "Berlin", "pull_times": '["03:10"]'}),
        ("profile", {"profile": '{"format": "shopify_inventory"}'}),
        ("profile", {"profile": '{"format": "shopify", "sheet": 0}'}),
        ("profile", {"profile": '{"unknown_items": "CREATE"}'}),
        ("alert_webhook", {"alert_webhook": "javascript:alert(1)"}),
    ],
)
def test_what_leads_nowhere_is_not_saved(field: str, fields: dict[str, Any]) -> None:
    assert field in form(**fields).errors


def test_a_profile_of_any_dialect_is_saved_with_its_own_options() -> None:
    profile = '{"format": "shopify", "sheet": "Stock", "unknown_items": "CREATE", "region": "de"}'
    assert form(profile=profile).save().profile["sheet"] == "Stock"


def test_a_source_that_is_believed_otherwise_is_written_down(admin_client: Client) -> None:
    source = create_source(code="wms")
    address = reverse("admin:inventory_feedsource_change", args=[source.pk])
    for _time in range(2):
        assert admin_client.post(address, FIELDS | {"freshness_limit": "08:00:00"}).status_code == 302
    change = PrecedenceChange.objects.get()
    assert (change.old_holds_for, change.new_holds_for) == (timedelta(hours=26), timedelta(hours=8))
    assert change.changed_by is not None


def test_what_a_pull_has_noted_meanwhile_stays() -> None:
    """The form was read while a worker was at the server; saving it writes the form's fields and no others."""
    source = create_source(code="wms", pull_every=timedelta(hours=1), next_pull_at=NOW, pulling_until=NOW)
    saved = form(source, pull_every="01:00:00", name="Depot East")
    assert saved.is_valid(), saved.errors
    FeedSource.objects.update(pulling_until=None, transport_state={"place": "inbox"}, last_pull_at=NOW)
    request = RequestFactory().post("/")
    request.user = create_staff_member(role=Role.ADMIN)
    FeedSourceAdmin(FeedSource, admin.site).save_model(request, saved.save(commit=False), saved, change=True)
    source.refresh_from_db()
    assert (source.name, source.pulling_until, source.last_pull_at) == ("Depot East", None, NOW)
    assert source.transport_state == {"place": "inbox"}
