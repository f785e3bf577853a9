"""The command that fills an empty database, and leaves a full one alone."""

import io
import tempfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.test import TestCase, override_settings

from inventory.feeds.profiles import read_profile
from inventory.models import FeedRun, FeedSource, Item, ItemIdentifier, Store, StoreGroup
from omnistore.demo.accounts import ACCOUNTS
from omnistore.demo.sample import Sample
from omnistore.staff.models import StaffMember


def load() -> str:
    said = io.StringIO()
    call_command("load_sample", stdout=said)
    return said.getvalue()


class LoadedOnce(TestCase):
    """All of it in the database before the first test; Django takes back what a test does to it."""

    inbox: Path
    said: str

    @classmethod
    def setUpTestData(cls) -> None:
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.inbox = folder / "somewhere else"
        cls.enterClassContext(override_settings(DATA_DIR=folder / "data", INBOX_DIR=cls.inbox))
        cls.said = load()

    @pytest.fixture(autouse=True)
    def know_sample(self, sample: Sample) -> None:
        self.sample = sample

    def test_an_empty_database_gets_everything_but_the_facts_of_the_feeds(self) -> None:
        assert "13 stores, 1500 items and 5 sign-ins" in self.said
        assert Store.objects.selling().count() == 12
        assert Item.objects.count() == ItemIdentifier.objects.filter(kind="GTIN").count() == 1500
        assert ItemIdentifier.objects.get(kind="PLU", value="4011").item.title == "Bananas"
        assert not FeedRun.objects.exists()
        folders = sorted(path.name for path in self.inbox.iterdir())
        assert folders == ["pos", "promo-suite", "wms-east", "wms-west"]
        assert len(list(self.inbox.glob("pos/*.csv"))) >= 14

    def test_a_second_time_nothing_happens(self) -> None:
        before = {path: path.stat().st_mtime_ns for path in self.inbox.rglob("*.csv")}
        assert "not loaded" in load()
        assert {path: path.stat().st_mtime_ns for path in self.inbox.rglob("*.csv")} == before
        assert Store.objects.count() == 13

    def test_sources_are_due_at_once_and_declare_profiles_that_can_be_read(self) -> None:
        for source in FeedSource.objects.all():
            assert source.next_pull_at is not None
            assert source.pull_every is not None
            if source.kind != FeedSource.Kind.PROMOTIONS:
                assert read_profile(source.kind, source.profile).columns
        west = read_profile("STOCK", FeedSource.objects.get(code="wms-west").profile)
        assert (west.encoding, west.decimal_sign, west.item_code, west.timezone) == (
            "cp1252",
            ",",
            "SKU",
            "store",
        )

    def test_people_can_sign_in_and_the_associate_works_in_one_store(self) -> None:
        for account in ACCOUNTS:
            assert StaffMember.objects.get(username=account.username).check_password(account.password)
        maria = StaffMember.objects.get(role="ASSOCIATE")
        assert [store.store_code for store in maria.visible_stores()] == ["0412"]

    def test_groups_nest(self) -> None:
        chicago = StoreGroup.objects.get(code="chicago")
        assert chicago.parent is not None
        assert chicago.parent.code == "east"
        sizes = dict(StoreGroup.objects.annotate(size=Count("stores")).values_list("code", "size"))
        assert sizes == {"east": 2, "chicago": 4, "west": 6, "fresh": 3}

    def test_what_is_loaded_is_valid_to_a_form(self) -> None:
        for row in (*Store.objects.all(), *Item.objects.all()[:20], *StoreGroup.objects.all()):
            row.full_clean()
        assert set(Item.objects.values_list("sku", flat=True)) == {item.sku for item in self.sample.items}
