"""The operator's pages: feeds, runs, rejected lines, and who may."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inventory.imports import load_run
from inventory.models import FeedAlert, FeedRun, FeedSource, RejectedRow, StoreItemPlace
from inventory.selectors import feed_overview
from inventory.templatetags.feeds import duration, feed_look, pace, phase, run_chart
from omnistore.staff.models import Role
from tests.factories import create_item, create_store
from tests.factories_promotions import create_staff_member

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


@pytest.fixture
def night_shift(settings: LazySettings, tmp_path: Any) -> Client:
    """The operator's browser; files that it sends land in the test's own folder."""
    settings.MEDIA_ROOT = str(tmp_path)
    client = Client()
    client.force_login(create_staff_member(username="nora", role=Role.OPERATOR))
    return client


def create_source(**fields: Any) -> FeedSource:
    return FeedSource.objects.create(**{"code": "wms", "name": "Warehouse", "kind": "STOCK"} | fields)


def create_run(source: FeedSource, *, state: str = "LOADED", at: datetime = NOW, **fields: Any) -> FeedRun:
    """A run with five applied lines unless told otherwise."""
    is_over = state not in ("RECEIVED", "LOADING", "HELD")
    rows = {"rows_received": 5, "rows_applied": 5} if state == "LOADED" else {}
    return FeedRun.objects.create(
        source=source,
        **{
            "sha256": f"{FeedRun.objects.count():064}",
            "file_name": "stock.csv",
            "size": 200,
            "state": state,
            "received_at": at,
            "started_at": at if state != "RECEIVED" else None,
            "finished_at": at if is_over else None,
            "lease_until": at + timedelta(minutes=1) if state == "LOADING" else None,
        }
        | rows
        | fields,
    )


def create_rejects(source: FeedSource, raws: list[str]) -> FeedRun:
    """A run that rejected the given lines, from line 2 on."""
    run = create_run(source, state="LOADED_WITH_REJECTS", rows_received=len(raws), rows_rejected=len(raws))
    RejectedRow.objects.bulk_create(
        RejectedRow(
            run=run, line_number=number, code="not_a_number", message=f"Line {number} is wrong.", raw=raw
        )
        for number, raw in enumerate(raws, start=2)
    )
    return run


def test_the_page_says_how_each_source_is_doing(night_shift: Client) -> None:
    now = timezone.now()
    create_run(create_source(), at=now)
    refused = create_source(code="pos", name="Tills", kind="SALES")
    create_run(refused, state="REFUSED", at=now, problem={"code": "empty", "message": "The file is empty."})
    create_source(code="new", name="New one")
    page = night_shift.get(reverse("feed-list")).content.decode()
    for sentence in (
        "On time, nothing rejected.",
        "stock.csv was refused: The file is empty.",
        "Nothing has arrived yet.",
    ):
        assert sentence in page


def test_a_file_none_of_which_could_be_used_is_not_on_time() -> None:
    run = create_rejects(create_source(), ["a", "b"])
    (status,) = feed_overview(now=NOW)
    told = "Nothing of stock.csv could be used: all 2 lines were rejected."
    assert feed_look(status)[::2] == ("refuse", told)
    RejectedRow.objects.filter(run=run).drop(member_id=None, now=NOW)
    (status,) = feed_overview(now=NOW)
    assert feed_look(status)[::2] == ("honour", "On time; what was rejected has been dealt with.")


def test_a_late_source_says_by_how_much() -> None:
    create_run(create_source(expected_every=timedelta(hours=24)), at=NOW - timedelta(hours=27, minutes=20))
    (status,) = feed_overview(now=NOW)
    assert feed_look(status).text == "3 h 20 min late: a file is expected every 1 d."


def test_a_running_import_shows_its_rows_and_share(night_shift: Client) -> None:
    source = create_source()
    create_run(source, state="LOADING", progress_rows=1234, progress_bytes=150)
    page = night_shift.get(reverse("feed-status", args=["wms"])).content.decode()
    assert "1,234 rows, 75 % of the file" in page
    assert 'data-tick="1"' in page


def test_the_chart_has_one_bar_a_run_and_frames_for_what_has_no_figures() -> None:
    source = create_source()
    runs = [create_run(source), create_run(source, state="FAILED"), create_rejects(source, ["a", "b"])]
    runs.append(create_run(source, state="HELD", problem={"code": "drop_guard", "message": "Half is gone."}))
    chart = run_chart(runs, "wms")
    bars = [(bar.height, bar.rejected_height, bar.is_bad, bar.is_held) for bar in chart["bars"]]
    assert bars == [(72, 0, False, False), (0, 0, True, False), (0, 29, False, False), (0, 0, False, True)]
    assert (chart["bad"], chart["most"]) == (1, 5)


def test_a_file_handed_in_becomes_a_run_and_the_same_file_the_same_run(night_shift: Client) -> None:
    create_source()
    address = reverse("feed-upload", args=["wms"])
    first = night_shift.post(address, {"file": SimpleUploadedFile("night.csv", b"store,sku,qty\n")})
    again = night_shift.post(
        address, {"file": SimpleUploadedFile("other-name.csv", b"store,sku,qty\n")}, follow=True
    )
    run = FeedRun.objects.get()
    assert first.headers["Location"] == reverse("feed-run", args=[run.pk])
    assert (run.file_name, run.size) == ("night.csv", 14)
    assert "This very file arrived before" in again.content.decode()


def test_sending_nothing_is_said_not_crashed(night_shift: Client) -> None:
    create_source()
    page = night_shift.post(reverse("feed-upload", args=["wms"]), follow=True).content.decode()
    assert "Choose a file first." in page


def test_the_run_page_groups_rejected_lines_by_cause(night_shift: Client) -> None:
    run = create_rejects(create_source(), [f"raw {n}" for n in range(120)])
    answer = night_shift.get(reverse("feed-run", args=[run.pk]))
    (group,) = answer.context["groups"]
    assert (group.code, group.lines, [row.line_number for row in group.examples]) == (
        "not_a_number",
        120,
        [2, 3, 4],
    )
    assert "A number cannot be read" in answer.content.decode()
    assert len(answer.context["rows"]) == 50
    last = night_shift.get(reverse("feed-run", args=[run.pk]), {"page": 3})
    assert len(last.context["rows"]) == 20


def test_a_failed_run_is_tried_again_once(night_shift: Client) -> None:
    run = create_run(create_source(), state="FAILED", file="feeds/x")
    retry = reverse("feed-run-retry", args=[run.pk])
    assert "Try again" in night_shift.get(reverse("feed-run", args=[run.pk])).content.decode()
    night_shift.post(retry)
    run.refresh_from_db()
    assert run.state == "RECEIVED"
    assert "Only a failed or refused file" in night_shift.post(retry, follow=True).content.decode()


def test_a_finished_run_tells_the_page_to_load_again(night_shift: Client) -> None:
    source = create_source()
    running, over = create_run(source, state="LOADING"), create_run(source)
    assert "HX-Refresh" not in night_shift.get(reverse("feed-run-progress", args=[running.pk])).headers
    assert night_shift.get(reverse("feed-run-progress", args=[over.pk])).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (200, "3 h 20 min"), (3120, "2 d 4 h")]
)
def test_durations_in_two_units(minutes: int, words: str) -> None:
    assert duration(timedelta(minutes=minutes)) == words


def test_a_running_import_tells_its_pace() -> None:
    run = create_run(create_source(), state="LOADING", progress_rows=1200, progress_bytes=150)
    assert pace(run, NOW + timedelta(seconds=12)) == "100 rows/s, about 4 s left"
    assert phase(run) == "Reading the file"
    assert pace(create_run(run.source, state="LOADING"), NOW) == ""


def test_alerts_the_last_pull_and_the_quarantine_are_on_the_page(night_shift: Client) -> None:
    source = create_source(pull_problem={"code": "unreachable", "message": "The host does not answer."})
    create_rejects(source, ["a", "b"])
    FeedAlert.objects.create(source=source, kind="LATE", message="No file for 3 h.", opened_at=NOW)
    FeedAlert.objects.create(source=source, kind="EMPTY", message="Over.", opened_at=NOW, closed_at=NOW)
    page = night_shift.get(reverse("feed-list"))
    (status,) = (status for status, _runs in page.context["feeds"])
    assert status.waiting_lines == 2
    assert [alert.message for alert in status.alerts] == ["No file for 3 h."]
    text = page.content.decode()
    assert "No file for 3 h." in text
    assert "The host does not answer." in text


def test_the_overview_costs_the_same_for_any_number_of_sources(
    night_shift: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        create_rejects(create_source(code=f"s{number}"), ["a"])
    with django_assert_max_num_queries(5):
        assert len(feed_overview(now=NOW)) == 5


def test_what_was_sent_in_again_does_not_make_a_late_source_punctual() -> None:
    source = create_source(expected_every=timedelta(hours=24))
    first = create_run(source, at=NOW - timedelta(hours=30))
    create_run(source, replay_of=first)
    (status,) = feed_overview(now=NOW)
    assert (status.last_run, status.lag) == (first, timedelta(hours=6))


def feed_pages() -> list[URLPattern]:
    """Every page of the feeds, those to come included."""
    pages = [each for part in get_resolver().url_patterns for each in getattr(part, "url_patterns", ())]
    return [each for each in pages if isinstance(each, URLPattern) and str(each.name).startswith("feed-")]


@pytest.mark.parametrize("role", [Role.ASSOCIATE, Role.MERCHANDISER])
def test_others_do_not_get_at_it_anywhere(role: Role, client: Client) -> None:
    source = create_source()
    run = create_rejects(source, ["a"])
    FeedRun.objects.filter(pk=run.pk).update(state="FAILED", rows_received=0, rows_rejected=0, file="feeds/x")
    client.force_login(create_staff_member(role=role))
    rows = {"feed-row", "feed-row-replay", "feed-row-drop"}
    addresses = []
    for each in feed_pages():
        key = run.rejected_rows.get().pk if each.name in rows else run.pk
        arguments = {"code": source.code, "pk": key}
        names = each.pattern.converters
        addresses.append(reverse(str(each.name), kwargs={name: arguments[name] for name in names}))
    refusals = {403, 405} if role == Role.ASSOCIATE else {404, 405}
    listed = client.get(reverse("feed-list"))
    assert (listed.status_code == 403) if role == Role.ASSOCIATE else (listed.context["feeds"] == [])
    addresses.remove(reverse("feed-list"))
    assert {client.get(address).status_code for address in addresses} <= refusals
    assert {client.post(address).status_code for address in addresses} <= refusals
    run.refresh_from_db()
    assert run.state == "FAILED"
    assert run.rejected_rows.get().state == "WAITING"


def test_a_merchandiser_says_by_file_where_items_stand(client: Client) -> None:
    create_store(store_code="S1")
    create_item(sku="OAT")
    places = create_source(code="places", kind="PLACES", profile={"item_code": "SKU"})
    client.force_login(create_staff_member(role=Role.MERCHANDISER))
    assert [status.source for status, _runs in client.get("/desk/feeds/").context["feeds"]] == [places]
    file = SimpleUploadedFile("places.csv", b"store,sku,place\nS1,OAT,Aisle 4\nS1,RYE,Aisle 5\n")
    sent = client.post("/desk/feeds/places/upload/", {"file": file})
    load_run(run_id=places.runs.get().pk, now=timezone.now())
    page = client.get(sent["Location"]).content.decode()
    assert "Line 3" in page
    assert "data-live-run" not in page  # the stream of the feeds is the operators'
    assert StoreItemPlace.objects.get().place == "Aisle 4"


def test_a_source_that_is_switched_off_takes_no_file_by_hand_either(night_shift: Client) -> None:
    create_source()
    FeedSource.objects.update(enabled=False)
    file = SimpleUploadedFile("late.csv", b"x")
    page = night_shift.post(reverse("feed-upload", args=["wms"]), {"file": file}, follow=True)
    assert "This source is switched off" in page.content.decode()
    assert not FeedRun.objects.filter(file_name="late.csv").exists()
