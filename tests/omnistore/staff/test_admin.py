"""Every page of Django's admin opens, and what the services write is only looked at there."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory.models import StoreGroup
from omnistore.staff.models import ApiKey, Device, Role
from promotions.models import Promotion, Redemption
from tests.factories import create_item, create_store
from tests.factories_devices import create_tablet
from tests.factories_promotions import create_published_promotion, create_staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client: Client) -> Client:
    person = create_staff_member(role=Role.ADMIN)
    person.is_staff = person.is_superuser = True
    person.save()
    create_tablet(create_store())
    create_item()
    create_published_promotion()
    ApiKey.issue(staff_member=person, name="till", now=timezone.now())
    client.force_login(person)
    return client


def test_every_list_and_every_row_opens(root: Client) -> None:
    for model in admin.site._registry:
        names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert root.get(reverse(f"{names}_changelist"), {"q": "x"}).status_code == 200, model
        for row in model._default_manager.all()[:1]:
            assert root.get(reverse(f"{names}_change", args=[row.pk])).status_code == 200, model


@pytest.mark.parametrize("model", [Promotion, Redemption])
def test_what_the_services_write_cannot_be_added_here(model: type, root: Client) -> None:
    name = f"admin:promotions_{model.__name__.lower()}_add"
    assert root.get(reverse(name)).status_code == 403


def test_a_key_is_revoked_but_not_read(root: Client) -> None:
    key = ApiKey.objects.get()
    root.post(reverse("admin:staff_apikey_changelist"), {"action": "revoke", "_selected_action": [key.pk]})
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_tablet_is_revoked_with_a_reason_and_its_secrets_are_not_shown(root: Client) -> None:
    tablet = Device.objects.get()
    page = root.get(reverse("admin:staff_device_change", args=[tablet.pk])).content.decode()
    assert [word for word in ("cookie_digest", "public_key", "_save") if word in page] == []
    asked = {"action": "revoke", "_selected_action": [tablet.pk], "why": ""}
    address = reverse("admin:staff_device_changelist")
    assert "why, such as" in root.post(address, asked, follow=True).content.decode()
    for _twice in range(2):
        root.post(address, asked | {"why": "Lost on a bus"})
    tablet.refresh_from_db()
    assert (tablet.state, tablet.revoked_why) == ("REVOKED", "Lost on a bus")
    assert tablet.steps.filter(action="REVOKE").count() == 1


def test_groups_deleted_together_are_deleted_by_somebody(root: Client) -> None:
    groups = [StoreGroup.objects.create(code=code, name=code) for code in ("east", "west")]
    chosen = {"action": "delete_selected", "post": "yes", "_selected_action": [one.pk for one in groups]}
    assert root.post(reverse("admin:inventory_storegroup_changelist"), chosen).status_code == 302
    records = apps.get_model("inventory.StoreGroupRecord").objects.filter(pgh_label="delete")
    assert {record.pgh_context["by"] for record in records} == {int(root.session["_auth_user_id"])}
    assert records.count() == 2
