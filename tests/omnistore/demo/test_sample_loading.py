"""The command that fills an empty database, and leaves a full one alone."""

import io
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.test import TestCase, override_settings
from django.utils import timezone

from inventory.feeds.profiles import read_profile
from inventory.imports import load_run, receive_file
from inventory.models import (
    FeedAlert,
    FeedRun,
    FeedSource,
    Item,
    ItemIdentifier,
    Reservation,
    StockConflict,
    Store,
    StoreGroup,
)
from omnistore.demo.accounts import ACCOUNTS
from omnistore.demo.sample import Sample
from omnistore.demo.sample.story import POS_STOCK, STORY_PROMOTION
from omnistore.demo.story.content import WEEK
from omnistore.demo.story.lines import story_lines
from omnistore.staff.models import StaffMember
from promotions.models import Acknowledgement, FieldReport, HonourCheck, Promotion, StoreOffer


def load() -> str:
    said = io.StringIO()
    call_command("load_sample", stdout=said)
    return said.getvalue()


def take(path: Path) -> None:
    """Load a file of the sample as its source's worker would."""
    source = FeedSource.objects.get(code=path.parent.name)
    with path.open("rb") as content:
        run, _is_new = receive_file(source=source, file_name=path.name, content=content, now=timezone.now())
    load_run(run_id=run.pk, now=timezone.now())


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
        assert "13 stores, 1500 items and 7 sign-ins" in self.said
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
        maria = StaffMember.objects.get(username="maria")
        assert [store.store_code for store in maria.visible_stores()] == ["0412"]

    def test_the_story_is_told_once_when_the_files_are_loaded(self) -> None:
        inbox = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(override_settings(INBOX_DIR=inbox, MEDIA_ROOT=str(inbox / "media")))
        stock, offers = sorted(self.inbox.glob("wms-east/*")), sorted(self.inbox.glob("promo-suite/*"))
        for path in (*stock, *offers, *sorted(self.inbox.glob("pos/*"))[-3:]):
            take(path)
        for _twice in range(2):
            call_command("tell_story")
        deal = Promotion.objects.get(promotion_id=STORY_PROMOTION)
        # Three shoppers in Evanston, each of whom would have paid the regular price.
        raised = FieldReport.objects.get(refusals__isnull=False)
        assert (raised.store.store_code, raised.promotion, raised.owner) == ("0437", deal, deal.owner)
        assert (raised.refusals, raised.value_at_risk) == (3, 3 * Decimal("3.79"))
        told = FieldReport.objects.filter(reported_by__username="maria").order_by("reported_at")
        assert [report.state for report in told] == ["ANSWERED", "OPEN"]
        held = Reservation.objects.get()
        assert (held.store.store_code, held.made_in.store_code, held.state) == ("0412", "0415", "ACTIVE")
        sold_out = StoreOffer.objects.get(store__store_code="0415", promotion=deal)
        assert (sold_out.state, deal.state) == ("OUT_OF_STOCK", "LIVE")
        apart = StockConflict.objects.get()
        assert (apart.state, apart.other_quantity - apart.winner_quantity) == ("OPEN", 12)
        assert [alert.source.code for alert in FeedAlert.objects.filter(kind="LATE")] == [POS_STOCK]
        readers = Acknowledgement.objects.values_list("staff_member__username").distinct()
        assert {name for (name,) in readers} == {"maria", "samira"}
        assert HonourCheck.objects.count() == 4 + sum(asked.times for asked in WEEK)

    def test_where_to_look_takes_few_lines(self) -> None:
        assert 5 <= len(story_lines("http://127.0.0.1:8000").strip().splitlines()) <= 10

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
