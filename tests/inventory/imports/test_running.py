"""A run is loaded once, by whoever holds the lease; what fails is counted, named and given up visibly."""

import io
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from inventory.imports import (
    LOADERS,
    Arrival,
    Counts,
    fail_exhausted_runs,
    load_run,
    receive_file,
    rehearse,
    retry_run,
)
from inventory.imports.loaders import Progress
from inventory.imports.stock import load_stock
from inventory.models import FeedRun, FeedSource, RejectedRow, StockLevel, Store
from tests.factories import create_item, create_source, create_store
from tests.inventory.imports.files import NOW, STOCK_HEADER, at, levels, load, stock_file

GTIN = "04006381333931"


@pytest.fixture
def source(transactional_db: None) -> FeedSource:
    create_store(store_code="S1")
    create_item(sku="A", gtin=GTIN)
    return create_source()


@pytest.fixture
def own_loader() -> Iterator[Callable[[Callable[[Arrival], None]], None]]:
    """Put something in the place of the stock loader's writing step."""
    before = LOADERS["STOCK"]

    def use(write: Callable[[Arrival], None]) -> None:
        def parse(arrival: Arrival) -> Callable[[], Counts]:
            def step() -> Counts:
                write(arrival)
                return Counts()

            return step

        LOADERS["STOCK"] = parse

    yield use
    LOADERS["STOCK"] = before


def receive(source: FeedSource, content: bytes = b"x") -> FeedRun:
    run, _is_new = receive_file(source=source, file_name="a.csv", content=io.BytesIO(content), now=NOW)
    return run


def test_a_refused_file_leaves_its_reason_and_nothing_else(source: FeedSource) -> None:
    run = load(f"{STOCK_HEADER}\nS1,{GTIN},5,{at(1)}\n".encode() + b"\xff", source=source)
    assert (run.state, run.problem["code"], run.rows_received) == ("REFUSED", "encoding", 0)
    assert run.lease_until is None
    assert not StockLevel.objects.exists()


@pytest.mark.parametrize(("profile", "code"), [({}, "no_rows"), ({"colour": "red"}, "bad_profile")])
def test_more_refusals(source: FeedSource, profile: dict[str, object], code: str) -> None:
    FeedSource.objects.update(profile=profile)
    assert load(stock_file(), source=source).problem["code"] == code


def test_a_kind_nobody_reads_is_refused(source: FeedSource) -> None:
    LOADERS.pop("STOCK")
    try:
        assert load(b"x", source=source).problem["code"] == "unknown_kind"
    finally:
        LOADERS["STOCK"] = load_stock


def test_a_second_ring_finds_nothing_to_do(source: FeedSource) -> None:
    run = load(stock_file(("S1", GTIN, 5, at(1))), source=source)
    assert load_run(run_id=run.pk, now=NOW) is None
    assert FeedRun.objects.get().attempts == 1


def test_a_running_load_is_left_alone_until_its_lease_ends(source: FeedSource) -> None:
    run = receive(source, stock_file(("S1", GTIN, 5, at(1))))
    lease = NOW + timedelta(seconds=60)
    FeedRun.objects.update(state="LOADING", attempts=1, lease_until=lease, started_at=NOW)
    assert load_run(run_id=run.pk, now=NOW + timedelta(seconds=59)) is None
    loaded = load_run(run_id=run.pk, now=NOW + timedelta(seconds=61))
    assert loaded is not None
    assert (loaded.state, loaded.attempts) == ("LOADED", 2)


def test_a_failure_is_an_attempt_and_the_third_is_the_last(
    source: FeedSource, own_loader: Callable[[Callable[[Arrival], None]], None]
) -> None:
    def fail(arrival: Arrival) -> None:
        raise OperationalError("deadlock detected")

    own_loader(fail)
    run = receive(source)
    for attempt in (1, 2, 3):
        with pytest.raises(OperationalError):
            load_run(run_id=run.pk, now=timezone.now() + timedelta(minutes=attempt))
        run.refresh_from_db()
        assert run.attempts == attempt
    assert (run.state, run.problem["code"]) == ("FAILED", "gave_up")
    assert "deadlock detected" in run.problem["message"]
    retry_run(run=run, now=NOW)
    assert (run.state, run.attempts, run.problem) == ("RECEIVED", 0, {})


def test_a_worker_that_died_three_times_is_given_up(source: FeedSource) -> None:
    run = receive(source)
    FeedRun.objects.update(state="LOADING", attempts=3, lease_until=NOW, started_at=NOW)
    assert load_run(run_id=run.pk, now=NOW + timedelta(seconds=1)) is None
    run.refresh_from_db()
    assert (run.state, run.problem["code"]) == ("FAILED", "gave_up")
    assert fail_exhausted_runs(now=NOW + timedelta(seconds=2)) == 0


def test_a_worker_that_stood_still_rolls_back(
    source: FeedSource, own_loader: Callable[[Callable[[Arrival], None]], None]
) -> None:
    def overtaken(arrival: Arrival) -> None:
        create_store(store_code="written by the frozen one")
        other = threading.Thread(target=take_over, args=(arrival.run.pk,))
        other.start()
        other.join()

    def take_over(pk: int) -> None:
        FeedRun.objects.filter(pk=pk).update(attempts=2)
        connection.close()

    own_loader(overtaken)
    run = receive(source)
    assert load_run(run_id=run.pk, now=NOW) is None
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("LOADING", 2)
    assert not Store.objects.filter(store_code="written by the frozen one").exists()


def test_the_lease_and_the_progress_are_renewed_while_a_load_runs(
    source: FeedSource, own_loader: Callable[[Callable[[Arrival], None]], None]
) -> None:
    seen: list[FeedRun] = []

    def watch(arrival: Arrival) -> None:
        arrival.progress.reach(rows=7, bytes_read=70)
        waited = threading.Event()
        while not seen or seen[-1].progress_rows != 7:
            seen.append(FeedRun.objects.get(pk=arrival.run.pk))
            assert not waited.wait(0.05)
            assert len(seen) < 400

    own_loader(watch)
    run = receive(source)
    load_run(run_id=run.pk, now=NOW)
    assert seen[-1].progress_bytes == 70
    assert seen[-1].lease_until is not None
    assert seen[-1].lease_until > timezone.now()


def test_a_rehearsal_leaves_nothing(source: FeedSource) -> None:
    content = stock_file(("S1", GTIN, 5, at(1)), ("S1", GTIN, "x", at(1)))
    outcome = rehearse(
        source=source,
        file_name="a.csv",
        size=len(content),
        open_file=lambda: io.BytesIO(content),
        progress=Progress(),
        now=NOW,
    )
    assert (outcome.state, outcome.counts.applied, outcome.rejected) == ("LOADED_WITH_REJECTS", 1, 1)
    assert [row.code for row in outcome.first_rejects] == ["not_a_number"]
    assert not FeedRun.objects.exists()
    assert not RejectedRow.objects.exists()
    assert levels() == {}
