"""The history that triggers keep: whatever writes, at statement level, and never changed."""

from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from inventory.models import StockLevel, StoreGroup
from omnistore.staff.models import Role
from promotions.models import ItemList, Promotion
from promotions.selectors.history import HistoryKind, history_for
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, create_published_promotion, create_staff_member

pytestmark = pytest.mark.django_db


def told(promotion: Promotion, kind: HistoryKind) -> list[tuple[str, str, tuple[str, ...]]]:
    entries = [entry for entry in history_for(promotion=promotion) if entry.kind == kind]
    return [(entry.action, entry.target, entry.names) for entry in entries]


def test_a_change_past_all_services_is_seen(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    create_store()
    create_item()
    promotion, ada = create_published_promotion(), create_staff_member(username="ada")
    Promotion.objects.update(owner=ada)
    with django_assert_num_queries(4):
        (entry,) = [entry for entry in history_for(promotion=promotion) if entry.kind == HistoryKind.RECORD]
    (change,) = entry.changes
    assert (entry.by, change.field, change.old, change.new) == (None, "owner", None, "ada")


def test_the_members_of_groups_below_a_named_one_count_too() -> None:
    here, there = create_store(store_code="here"), create_store(store_code="there")
    create_item()
    region = StoreGroup.objects.create(code="region", name="Region")
    town = StoreGroup.objects.create(code="town", name="Town", parent=region)
    other = StoreGroup.objects.create(code="other", name="Other")
    region.stores.add(here)
    promotion = create_published_promotion(store_groups_inclusion=["region"], now=NOW)
    town.stores.add(there)
    other.stores.add(there)
    town.stores.remove(there)
    StoreGroup.objects.filter(code="town").update(parent=other)
    assert set(told(promotion, HistoryKind.TARGETING)) == {
        ("ADDED", "region", ("here",)), ("MOVED", "town", ("town",)),
    }  # fmt: skip
    StoreGroup.objects.filter(code="town").update(parent=region)
    assert ("REMOVED", "town", ("there",)) in told(promotion, HistoryKind.TARGETING)


def test_the_admin_leaves_its_name(client: Client) -> None:
    store, ada = create_store(), create_staff_member(username="ada", role=Role.ADMIN)
    create_item()
    ada.is_staff = ada.is_superuser = True
    ada.save()
    client.force_login(ada)
    group = StoreGroup.objects.create(code="region", name="Region")
    promotion = create_published_promotion(store_groups_exclusion=["region"])
    form = {"code": "region", "name": "Region", "parent": "", "stores": [store.pk]}
    assert client.post(reverse("admin:inventory_storegroup_change", args=[group.pk]), form).status_code == 302
    (entry,) = [entry for entry in history_for(promotion=promotion) if entry.kind == HistoryKind.TARGETING]
    assert (entry.action, entry.target, entry.by) == ("ADDED", "region", ada)


@pytest.mark.parametrize(
    "name", ["inventory.StoreGroupChange", "promotions.ItemListChange", "promotions.PromotionRecord"]
)
def test_history_is_never_changed(name: str) -> None:
    store, item = create_store(), create_item()
    StoreGroup.objects.create(code="region", name="Region").stores.add(store)
    ItemList.objects.create(code="summer", name="Summer").items.add(item)
    create_published_promotion()
    rows: Any = apps.get_model(name).objects.all()
    assert rows.exists()
    for change in (rows.delete, lambda: rows.update(pgh_label="insert")):
        with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
            change()


def test_triggers_of_the_history_fire_once_a_statement_and_not_on_stock() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, (t.tgtype & 1) = 1 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname LIKE 'pgtrigger_%' AND t.tgname NOT LIKE 'pgtrigger_append_only%'"
        )
        by_row = dict(cursor.fetchall())
    assert by_row == dict.fromkeys(
        [
            "promotions_promotion", "promotions_itemlist_items", "inventory_storegroup",
            "inventory_storegroup_stores",
        ],
        False,
    )  # fmt: skip
    assert StockLevel._meta.db_table not in by_row
