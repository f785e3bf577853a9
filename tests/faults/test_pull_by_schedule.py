"""A worker, the clock and two partners' servers: the schedule in the database is what starts a pull."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from inventory.models import FeedRun, FeedSource
from tests.factories import create_item, create_source, create_store
from tests.inventory.imports.files import at, levels, stock_file
from tests.inventory.imports.transports.servers import Site, web_server
from tests.processes import running_worker, ticking
from tests.promotions.live.parties import eventually

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
GTIN = "04006381333931"


def create_puller(site: Site, code: str) -> FeedSource:
    site.files["/stock.csv"] = stock_file(
        ("S1", GTIN, 7 if code == "quick" else 8, at(1 if code == "quick" else 2))
    )
    return create_source(
        code=code,
        transport={"kind": "https", "url": f"http://127.0.0.1:{site.port}/stock.csv"},
        pull_times=["03:10"],
        next_pull_at=timezone.now(),
    )


def is_loaded(code: str) -> bool:
    return FeedRun.objects.filter(source__code=code, state=FeedRun.State.LOADED).exists()


def test_a_slow_server_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_store(store_code="S1")
    create_item(sku="A", gtin=GTIN)
    with web_server() as quick, web_server() as slow:
        slow.gate.clear()
        create_puller(slow, "slow")
        create_puller(quick, "quick")
        monkeypatch.setenv("OMNISTORE_DATA", str(tmp_path))
        monkeypatch.setenv("FEED_ALLOWED_HOSTS", f"127.0.0.1:{quick.port},127.0.0.1:{slow.port}")
        monkeypatch.setenv("FEED_ALLOWED_NETWORKS", "127.0.0.0/8")
        monkeypatch.setenv("FEED_ALLOW_PLAIN_HTTP", "1")
        with running_worker(tmp_path), ticking("inventory.tasks.pull_due_sources"):
            eventually(lambda: is_loaded("quick"), seconds=60)
            assert len(slow.asked) == 1
            assert not FeedRun.objects.filter(source__code="slow").exists()
            slow.gate.set()
            eventually(
                lambda: FeedRun.objects.filter(source__code="slow", finished_at__isnull=False).exists(),
                seconds=60,
            )
    assert levels() == {("S1", "A"): 7}
    for source in FeedSource.objects.all():
        assert source.pull_problem == {}
        assert source.next_pull_at is not None
        assert timedelta(0) < source.next_pull_at - timezone.now() <= timedelta(hours=24)
        assert (source.next_pull_at.hour, source.next_pull_at.minute) == (3, 10)
    assert (len(quick.asked), len(slow.asked)) == (1, 1)
